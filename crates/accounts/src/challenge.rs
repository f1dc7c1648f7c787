//! The slider: telling people from programs.

use std::sync::Arc;

use yaopai_model::limits::{CHALLENGE_LIFE, SLIDER_LIFE, windows};
use yaopai_model::{AppId, Email, EventKind, Identifier};
use yaopai_pictures::slider;
use yaopai_store::challenges::{self, ChallengeKey};
use yaopai_store::{identifiers, streaks};

use crate::budget::Budget;
use crate::throttle::{Subject, challenge_streak, is_challenged, network};
use crate::{Accounts, Caller, Error, Fault, Outcome, Refusal};

/// A slider as a client shows it.
pub struct SliderPictures {
    /// The background with its hole, a PNG of 310 × 160 pixels.
    pub background: Vec<u8>,
    /// The piece, a PNG of 50 × 50 pixels.
    pub piece: Vec<u8>,
    /// The distance from the background's top to the piece's, in pixels.
    pub y: u32,
}

impl Accounts {
    /// Draws a slider for an e-mail address; any earlier one for it is void.
    ///
    /// # Errors
    /// `TooManyChallenges`, `Overloaded`.
    pub async fn draw_challenge(&self, app: AppId, email: &Email, caller: &Caller) -> Outcome<SliderPictures> {
        let attempt = self.attempt(EventKind::ChallengeDraw, app, &Identifier::Email(email.clone()), caller);
        attempt.end(self.draw_slider(app, email, caller).await)
    }

    async fn draw_slider(&self, app: AppId, email: &Email, caller: &Caller) -> Outcome<SliderPictures> {
        let place = Arc::clone(&self.parts.drawings).try_acquire_owned();
        let place = place.map_err(|_| Refusal::Overloaded)?;
        let budget = Budget::new(
            &self.parts.keys,
            &format!("sliders for {}", network(caller.source)),
            self.limits().challenges_per_source_per_hour,
            windows::PER_HOUR,
            |seconds| Refusal::TooManyChallenges { seconds },
        );
        let now = self.now();
        self.store().write(move |tx| budget.spend(tx, now)).await?;

        let verbs = self.clone();
        let work = move || {
            // The place is taken until the work is done, also when nobody waits for it any more.
            let _place = place;
            slider::draw(&mut |bytes| verbs.entropy().fill(bytes))
        };
        let drawn = tokio::task::spawn_blocking(work).await;
        let drawn = drawn
            .map_err(|_| Fault::new("drawing a slider panicked"))?
            .map_err(|error| Fault::new(error.to_string()))?;

        let (key, x, now) = (
            ChallengeKey {
                app,
                email: email.normal(),
            },
            drawn.x,
            self.now(),
        );
        // The row outlives the picture: it may hold a pass or a permit.
        let kept = self
            .store()
            .write(move |tx| challenges::put_picture(tx, &key, x, now.plus(SLIDER_LIFE), now.plus(CHALLENGE_LIFE)));
        kept.await?;
        Ok(SliderPictures {
            background: drawn.background_png,
            piece: drawn.piece_png,
            y: drawn.y,
        })
    }

    /// Takes the one answer to the outstanding slider: the left edge of the hole in pixels, give or take two. A pass lasts
    /// thirty minutes and ends the failures in a row that had brought the slider.
    ///
    /// # Errors
    /// `ChallengeFailed`.
    pub async fn answer_challenge(&self, app: AppId, email: &Email, x: i64, caller: &Caller) -> Outcome<()> {
        let attempt = self.attempt(
            EventKind::ChallengeAnswer,
            app,
            &Identifier::Email(email.clone()),
            caller,
        );
        attempt.end(self.judge_slider(app, email, x).await)
    }

    async fn judge_slider(&self, app: AppId, email: &Email, x: i64) -> Outcome<()> {
        let (verbs, identifier, now) = (self.clone(), Identifier::Email(email.clone()), self.now());
        let key = ChallengeKey {
            app,
            email: email.normal(),
        };
        let passed = self.store().write(move |tx| {
            let Some(drawn_x) = challenges::take_picture(tx, &key, now)? else {
                return Ok(false);
            };
            if !slider::judge(drawn_x, x) {
                return Ok(false);
            }
            let holder = identifiers::holder(tx, app, &identifier)?;
            let subject = Subject::new(app, &identifier, holder.map(|holder| holder.account));
            let streak = challenge_streak(&verbs.parts.keys, subject.as_str());
            let opened_gate_at = is_challenged(tx, &streak, now)?.then_some(now);
            streaks::end(tx, &streak)?;
            challenges::pass(tx, &key, now.plus(CHALLENGE_LIFE), opened_gate_at)?;
            Ok::<_, Error>(true)
        });
        if passed.await? {
            Ok(())
        } else {
            Err(Refusal::ChallengeFailed.into())
        }
    }
}
