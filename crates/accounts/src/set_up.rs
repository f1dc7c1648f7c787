//! Setting up: the first root account of the default app, made by whoever was shown a link on the terminal.

use yaopai_model::limits::SETUP_LINK_LIFE;
use yaopai_model::{
    Account, App, AppId, AppSecret, EventKind, Identifier, Password, Role, SessionKind, SetupSecret, Timestamp,
    Username,
};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::audit::{self, NewEntry};
use yaopai_store::{SqlError, Tx, apps, base, setup_links};

use crate::administer::MadeAccount;
use crate::keys::{are_equal, sha256};
use crate::sign_in::NewSignIn;
use crate::throttle::SourceTry;
use crate::{Accounts, Caller, Error, Outcome, Refusal, SignedIn};

/// How the audit log calls whoever has the link.
const BY_LINK: &str = "setup link";

/// What whoever has the link says of the first root account.
pub struct FirstRoot {
    /// Its name.
    pub username: Username,
    /// Its password.
    pub password: Password,
    /// Whether the default app is to have a new secret, the old one being void at once.
    pub wants_app_secret: bool,
}

/// What setting up came to.
pub struct SetUp {
    /// The first root, signed in to the console.
    pub signed_in: SignedIn,
    /// The default app with its new secret, if one was wanted.
    pub app: Option<(App, AppSecret)>,
}

impl Accounts {
    /// Whether the default app has an active root, so that nothing is left to set up.
    ///
    /// # Errors
    /// Faults only.
    pub async fn is_set_up(&self) -> Outcome<bool> {
        let app = self.app_of_host(None).await?.id;
        Ok(self.store().read(move |db| base::has_root(db, app)).await?)
    }

    /// Draws the secret of a link for setting up, which works once within `limits::SETUP_LINK_LIFE`; links before it are
    /// void. None when the default app has an active root.
    ///
    /// # Errors
    /// Faults only.
    pub async fn new_setup_link(&self) -> Outcome<Option<SetupSecret>> {
        let app = self.app_of_host(None).await?.id;
        let (secret, expires_at) = (SetupSecret::draw(self.entropy()), self.now().plus(SETUP_LINK_LIFE));
        let digest = sha256(secret.expose().as_bytes());
        let written = self.store().write(move |tx| -> Result<_, SqlError> {
            if base::has_root(tx, app)? {
                return Ok(false);
            }
            setup_links::replace(tx, app, &digest, expires_at)?;
            Ok(true)
        });
        Ok(written.await?.then_some(secret))
    }

    /// Makes the first root account of the default app and signs it in to the console. The link is used up only if that
    /// succeeds.
    ///
    /// # Errors
    /// `WrongCode` for a link that is not, or no longer, the one that works, and where there is a root already; `Taken`,
    /// `SourceFailedTooOften`, `Overloaded`.
    pub async fn set_up(&self, secret: &SetupSecret, root: FirstRoot, caller: &Caller) -> Outcome<SetUp> {
        let app = self.app_of_host(None).await?.id;
        let digest = sha256(secret.expose().as_bytes());
        let source_try = self.check_setup_link(app, &digest, caller).await?;

        let FirstRoot {
            username,
            password,
            wants_app_secret,
        } = root;
        let place = self.parts.hasher.place()?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;
        let (verbs, sign_in) = (self.clone(), NewSignIn::draw(self, SessionKind::Console, caller));
        let (identifier, now) = (Identifier::Username(username), self.now());
        let app_secret = wants_app_secret.then(|| AppSecret::draw(self.entropy()));
        let app_digest = app_secret.as_ref().map(|secret| sha256(secret.expose().as_bytes()));
        let set_up = self.store().write(move |tx| {
            let is_first = setup_links::consume(tx, app, &digest, now)? && base::count_first_root_in(tx, app)?;
            if !is_first {
                return Err(Error::from(Refusal::WrongCode));
            }
            source_try.succeed(tx)?;
            let identifiers = std::slice::from_ref(&identifier);
            let made = MadeAccount {
                identifiers,
                hash: &hash,
                role: Role::Root,
                is_vouched_for: true,
            };
            let account = verbs.put_account(tx, app, &made, now)?;
            note_root(tx, &account, now)?;
            if let Some(digest) = &app_digest {
                set_app_secret(tx, app, digest, now)?;
            }
            Ok((sign_in.begin(tx, account.id, now)?, tx.look_up(apps::default())?))
        });
        let (signed_in, app) = set_up.await?;
        Ok(SetUp {
            signed_in,
            app: app.zip(app_secret),
        })
    }

    /// Looks at the link before anything is hashed for it, counting a failure in advance.
    async fn check_setup_link(&self, app: AppId, digest: &[u8; 32], caller: &Caller) -> Outcome<SourceTry> {
        let now = self.now();
        let source_try = self.source_try(caller, now);
        let live = self.store().write(move |tx| {
            source_try.reserve(tx)?;
            Ok::<_, Error>(setup_links::live(tx, app, now)?)
        });
        // Where there is no live link the comparison is made all the same.
        let live = live.await?;
        let is_live = are_equal(digest, live.as_deref().unwrap_or(&[0; 32]));
        if live.is_some() && is_live {
            Ok(source_try)
        } else {
            Err(Refusal::WrongCode.into())
        }
    }
}

/// Writes down, in the audit log and on the timeline of the account, by what it was made.
fn note_root(tx: &Tx, account: &Account, now: Timestamp) -> Result<(), SqlError> {
    let (action, role) = ("account.create", account.role.as_str());
    note(tx, account.app, action, &format!("account {}", account.id.0), role, now)?;
    let event = AccountEvent {
        rule: action.to_owned(),
        actor: BY_LINK.to_owned(),
        detail: role.to_owned(),
        ..AccountEvent::once(EventKind::Administered, now)
    };
    account_events::add(tx, account.id, &event)
}

fn set_app_secret(tx: &Tx, id: AppId, digest: &[u8; 32], now: Timestamp) -> Outcome<()> {
    if let Some(app) = tx.look_up(apps::default())? {
        apps::set_secret(tx, &app.key, digest, None)?;
        let target = format!("app {}", app.key.as_str());
        note(tx, id, "app.rotate_secret", &target, "", now)?;
    }
    Ok(())
}

fn note(tx: &Tx, app: AppId, action: &str, target: &str, detail: &str, now: Timestamp) -> Result<(), SqlError> {
    let entry = NewEntry {
        app,
        at: now,
        actor: BY_LINK,
        action,
        target,
        detail,
    };
    audit::append(tx, &entry)
}
