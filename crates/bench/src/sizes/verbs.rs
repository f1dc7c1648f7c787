//! Sign-ins and registrations by the verbs, with hashes of 8 KiB.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use yaopai_accounts::{Caller, FailureRule};
use yaopai_model::{AccountId, AppId, Identifier, Password, Phone, SessionKind, Username};
use yaopai_store::passwords;

use crate::Failure;
use crate::asking::{CONNECTIONS, spread};
use crate::base::{Base, in_words, now};
use crate::people::{Crowd, Person};
use crate::process::cpu_time;
use crate::seed::PASSWORD;

/// Sign-ins, or registrations, of a round: enough for some tenths of a second.
const TOGETHER: usize = 2_000;
/// Passwords that are set in a transaction.
const ROWS: usize = 5_000;

/// An open base.
pub(super) struct Verbs {
    base: Base,
    app: AppId,
    people: Vec<(i64, Person)>,
    /// Who has signed in or registered; a new name for everybody.
    next: usize,
}

impl Verbs {
    /// Opens a base, gives those who will sign in a password whose hash costs next to nothing, and has each sign in once, so
    /// that no page that is read later has to come from the disk.
    pub(super) async fn open(folder: &Path, crowd: Crowd) -> Result<Self, Failure> {
        let base = Base::open(folder).await?;
        let app = base.accounts.app_of_host(None).await.map_err(in_words)?.id;
        let people = spread(crowd);
        let hash = cheap_hash()?;
        for some in people.chunks(ROWS) {
            let numbers: Vec<i64> = some.iter().map(|(number, _)| *number).collect();
            let (verbs, hash) = (base.accounts.clone(), hash.clone());
            let set = base.store.write(move |tx| {
                for number in &numbers {
                    let account = AccountId(*number);
                    let sealed = verbs.seal_password_hash(app, account, &hash).map_err(in_words)?;
                    passwords::set(tx, account, &sealed, now())?;
                }
                Ok::<_, Failure>(())
            });
            set.await?;
        }
        let verbs = Self {
            base,
            app,
            people,
            next: now().as_millis().unsigned_abs() as usize,
        };
        all(async |number| verbs.sign_in(number).await, 0..verbs.people.len()).await?;
        Ok(verbs)
    }

    /// The time on processors for each sign-in.
    pub(super) async fn sign_ins(&mut self) -> Result<Duration, Failure> {
        let first = self.next;
        self.next += TOGETHER;
        let this = &*self;
        timed(async |number| this.sign_in(number).await, first).await
    }

    /// The time on processors for each registration.
    pub(super) async fn registrations(&mut self) -> Result<Duration, Failure> {
        let first = self.next;
        self.next += TOGETHER;
        let this = &*self;
        timed(async |number| this.register(number).await, first).await
    }

    async fn sign_in(&self, number: usize) -> Result<(), Failure> {
        let (_, person) = &self.people[number % self.people.len()];
        let phone = Identifier::Phone(Phone::parse(person.phone.as_deref().unwrap_or_default())?);
        let (password, caller) = (Password::presented(PASSWORD)?, caller(number));
        let (verbs, rule, kind) = (&self.base.accounts, FailureRule::Wait, SessionKind::Week);
        let signed_in = verbs.sign_in_with_password(self.app, &phone, password, rule, kind, &caller);
        signed_in.await.map(drop).map_err(in_words)
    }

    async fn register(&self, number: usize) -> Result<(), Failure> {
        let name = Identifier::Username(Username::parse(&format!("new{number}"))?);
        let (password, caller) = (Password::presented(PASSWORD)?, caller(number));
        let verbs = &self.base.accounts;
        let registered = verbs.register_without_proof(self.app, name, password, &caller);
        registered.await.map(drop).map_err(in_words)
    }

    pub(super) async fn close(self) {
        self.base.close().await;
    }
}

/// The time on processors for doing something once, over as many people as a round has.
async fn timed(ask: impl AsyncFn(usize) -> Result<(), Failure>, first: usize) -> Result<Duration, Failure> {
    let process = std::process::id();
    let before = cpu_time(process)?;
    all(ask, first..first + TOGETHER).await?;
    Ok((cpu_time(process)? - before) / TOGETHER as u32)
}

/// Does something for each of these, some at once.
async fn all(ask: impl AsyncFn(usize) -> Result<(), Failure>, numbers: Range<usize>) -> Result<(), Failure> {
    let asked = iter(numbers).map(|number| Ok(ask(number)));
    asked
        .try_buffer_unordered(CONNECTIONS)
        .try_for_each(async |()| Ok(()))
        .await
}

/// Everybody comes from somewhere else.
fn caller(number: usize) -> Caller {
    Caller {
        via: "bench",
        source: IpAddr::V4(Ipv4Addr::from_bits(number as u32)),
        device: String::new(),
    }
}

/// The hash of everybody's password by the parameters that [`Base::open`] has.
fn cheap_hash() -> Result<String, Failure> {
    let params = Params::new(8, 1, 1, Some(32)).map_err(in_words)?;
    let (salt, mut hash) = (b"sixteen bytes...", [0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into(PASSWORD.as_bytes(), salt, &mut hash)
        .map_err(in_words)?;
    let (salt, hash) = (BASE64.encode(salt), BASE64.encode(hash));
    Ok(format!("$argon2id$v=19$m=8,t=1,p=1${salt}${hash}"))
}
