//! The verbs that are measured, as a wire calls them.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::future::try_join_all;
use yaopai_accounts::{Accounts, Caller, FailureRule, Token};
use yaopai_model::{Identifier, Password, SessionKind, TokenUse, Username};

use crate::Failure;
use crate::base::{Base, in_words};

/// How many register, sign in and read.
pub(super) const PEOPLE: usize = 5_000;
/// How often each of them reads.
const READS: usize = 10;
/// The first address that they come from; everybody has one.
const FIRST_SOURCE: u32 = 0x0a00_0000;
const PASSWORD: &str = "seeded-people-81";

/// What is measured, in the order in which the same people do it.
#[derive(Clone, Copy)]
pub(super) enum Work {
    Registration,
    SignIn,
    Read,
}

impl Work {
    pub(super) const ALL: [Self; 3] = [Self::Registration, Self::SignIn, Self::Read];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign-in",
            Self::Read => "read",
        }
    }

    /// What is to be done in one of so many rounds: whose turn it is, going round and round.
    pub(super) fn part(self, round: usize, rounds: usize) -> Range<usize> {
        let each = match self {
            Self::Registration | Self::SignIn => PEOPLE / rounds,
            Self::Read => PEOPLE * READS / rounds,
        };
        round * each..(round + 1) * each
    }
}

/// A base's verbs, and whom they have signed in.
#[derive(Clone)]
pub(super) struct Verbs {
    accounts: Accounts,
    tokens: Arc<Vec<OnceLock<Token>>>,
}

impl Verbs {
    pub(super) fn of(base: &Base) -> Self {
        Self {
            accounts: base.accounts.clone(),
            tokens: Arc::new((0..PEOPLE).map(|_| OnceLock::new()).collect()),
        }
    }

    /// Does it for each of these, so many at once.
    pub(super) async fn carry_out(&self, work: Work, turns: Range<usize>, clients: usize) -> Result<(), Failure> {
        let next = Arc::new(AtomicUsize::new(turns.start));
        let tasks = (0..clients).map(|_| {
            let (verbs, next, end) = (self.clone(), Arc::clone(&next), turns.end);
            tokio::spawn(async move {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= end {
                        return Ok::<_, Failure>(());
                    }
                    verbs.one(work, turn % PEOPLE).await?;
                }
            })
        });
        try_join_all(tasks).await?.into_iter().collect()
    }

    /// Does it for one.
    pub(super) async fn one(&self, work: Work, person: usize) -> Result<(), Failure> {
        let app = self.accounts.app_of_host(None).await.map_err(in_words)?.id;
        let token = self.tokens.get(person).ok_or("nobody has this number")?;
        match work {
            Work::Registration => {
                let (name, password, caller) = presented(person)?;
                let registered = self.accounts.register_without_proof(app, name, password, &caller);
                registered.await.map_err(in_words).map(drop)?;
            }
            Work::SignIn => {
                let (name, password, caller) = presented(person)?;
                let (rule, kind) = (FailureRule::Wait, SessionKind::Week);
                let signed_in = self
                    .accounts
                    .sign_in_with_password(app, &name, password, rule, kind, &caller);
                let signed_in = signed_in.await.map_err(in_words)?;
                token
                    .set(signed_in.token(TokenUse::Session))
                    .map_err(|_| "signed in twice")?;
            }
            Work::Read => {
                let token = token.get().ok_or("nobody has signed in")?;
                self.accounts.authenticate(app, token).await.map_err(in_words)?;
            }
        }
        Ok(())
    }
}

/// What a person says of themselves, and where from.
fn presented(person: usize) -> Result<(Identifier, Password, Caller), Failure> {
    let name = Identifier::Username(Username::parse(&format!("person{person}"))?);
    let caller = Caller {
        via: "bench",
        source: IpAddr::V4(Ipv4Addr::from_bits(FIRST_SOURCE + person as u32)),
        device: String::new(),
    };
    Ok((name, Password::presented(PASSWORD)?, caller))
}
