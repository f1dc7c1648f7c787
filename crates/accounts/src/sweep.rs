//! Deleting what is past its use, in the background.

use std::time::Duration;

use yaopai_model::limits::{
    ENDED_API_KEY_KEPT, EVENTS_KEPT, FIGURES_KEPT, FINISHED_DELIVERY_KEPT, SPENT_CODE_KEPT, SWEEP_BATCH, SWEEP_BATCHES,
    UPLOAD_USABLE,
};
use yaopai_model::{PictureName, Timestamp};
use yaopai_store::deliveries::DeliveryState;
use yaopai_store::{SqlError, Tx, base, pictures, sweep};

use crate::own_account::end_closed;
use crate::{Accounts, Outcome};

/// How long a picture that is too old to be put to use is left alone: a change that came just in time may wait for its
/// transaction.
const GRACE: Duration = Duration::from_secs(60);

/// Deletes at most so many rows that ended no later than an instant; says how many.
type Sweep = fn(&Tx, Timestamp, u32) -> Result<u64, SqlError>;

impl Accounts {
    /// Notes the present instant, and deletes what is past its use: some thousands of rows of each kind, in small transactions
    /// between which others have their turn. What remains waits for the next sweep.
    ///
    /// # Errors
    /// `Overloaded`, and faults; what was deleted until then stays deleted.
    pub async fn sweep(&self) -> Outcome<()> {
        let now = self.now();
        self.store().write(move |tx| base::note_instant(tx, now)).await?;
        self.sweep_changes().await?;
        self.sweep_rows(sweep::sessions, now).await?;
        self.sweep_rows(sweep::codes, now.minus(SPENT_CODE_KEPT)).await?;
        self.sweep_rows(sweep::counters, now).await?;
        self.sweep_rows(sweep::streaks, now).await?;
        self.sweep_rows(sweep::challenges, now).await?;
        self.sweep_rows(sweep::repeated_calls, now).await?;
        self.sweep_rows(sweep::api_keys, now.minus(ENDED_API_KEY_KEPT)).await?;
        let finished = now.minus(FINISHED_DELIVERY_KEPT);
        self.sweep_rows(
            |tx, until, most| sweep::deliveries(tx, DeliveryState::Sent, until, most),
            finished,
        )
        .await?;
        self.sweep_rows(
            |tx, until, most| sweep::deliveries(tx, DeliveryState::Failed, until, most),
            finished,
        )
        .await?;
        self.sweep_rows(
            |tx, until, most| sweep::deliveries(tx, DeliveryState::Withheld, until, most),
            finished,
        )
        .await?;
        self.sweep_rows(sweep::account_events, now.minus(EVENTS_KEPT)).await?;
        self.sweep_rows(sweep::hourly_figures, now.minus(FIGURES_KEPT)).await?;
        self.sweep_closed(now).await?;
        self.sweep_pictures(now.minus(UPLOAD_USABLE + GRACE)).await
    }

    async fn sweep_rows(&self, delete: Sweep, until: Timestamp) -> Outcome<()> {
        for _ in 0..SWEEP_BATCHES {
            let deleted = self.store().write(move |tx| delete(tx, until, SWEEP_BATCH)).await?;
            if deleted < u64::from(SWEEP_BATCH) {
                break;
            }
        }
        Ok(())
    }

    /// Ends the accounts whose holders asked for that long enough ago.
    async fn sweep_closed(&self, until: Timestamp) -> Outcome<()> {
        for _ in 0..SWEEP_BATCHES {
            let closed = self
                .store()
                .scan(move |db| sweep::closed_accounts(db, until, SWEEP_BATCH))
                .await?;
            let found = closed.len();
            for id in closed {
                self.store().write(move |tx| end_closed(tx, id, until)).await?;
            }
            if found < SWEEP_BATCH as usize {
                break;
            }
        }
        Ok(())
    }

    /// What is kept elsewhere goes before the row, so that a crash between the two leaves a row for the next sweep and
    /// nothing that nobody knows of. Nobody can put the picture to use meanwhile: it is too old for that.
    async fn sweep_pictures(&self, until: Timestamp) -> Outcome<()> {
        for _ in 0..SWEEP_BATCHES {
            let orphans = self
                .store()
                .scan(move |db| pictures::orphans(db, until, SWEEP_BATCH))
                .await?;
            let found = orphans.len();
            self.remove_pictures(orphans).await?;
            if found < SWEEP_BATCH as usize {
                break;
            }
        }
        Ok(())
    }

    async fn remove_pictures(&self, orphans: Vec<PictureName>) -> Outcome<()> {
        self.parts.pictures.remove(&orphans, self.now()).await?;
        let deleted = self
            .store()
            .write(move |tx| orphans.iter().try_for_each(|name| pictures::delete_orphan(tx, name)));
        Ok(deleted.await?)
    }
}
