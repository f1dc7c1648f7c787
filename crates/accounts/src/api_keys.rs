//! Keys of the admin API.
//!
//! A key acts for the account that made it, with the rank that the account has at each call. It ends by itself at the latest
//! after `limits::API_KEY_DAYS`, and with its account: when that is disabled, deleted or loses the rank to keep keys.

use std::time::Duration;

use yaopai_model::limits::{API_KEY_DAYS, API_KEY_USE_NOTED, API_KEYS_PER_ACCOUNT, API_KEYS_SHOWN};
use yaopai_model::{Account, ApiKey, ApiKeyId, ApiKeyName, ApiKeyText, ApiScope, ApiScopes, AppId, Role, Timestamp};
use yaopai_store::{SqlError, Tx, accounts, api_keys};

use crate::administer::Administrator;
use crate::keys::{are_equal, sha256};
use crate::rank::{Action, Rank, may, reaches};
use crate::{Accounts, Actor, Fault, Outcome, Principal, Refusal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What somebody says of a new key.
pub struct NewApiKey {
    /// What its holder calls it.
    pub name: ApiKeyName,
    /// What it opens.
    pub scopes: ApiScopes,
    /// Days until it ends: 1 to `limits::API_KEY_DAYS`, to which more are cut.
    pub days: u32,
}

/// A key in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedApiKey {
    /// The key.
    pub key: ApiKey,
    /// Whether whoever looks at the list may revoke it: it is live, and their own or that of an account of lower rank.
    pub may_revoke: bool,
}

/// An account that asks by a live API key.
#[derive(Clone)]
pub struct ApiCaller {
    /// Which key.
    pub key: ApiKeyId,
    /// The account that made it.
    pub principal: Principal,
    /// What the key opens.
    pub scopes: ApiScopes,
}

impl ApiCaller {
    /// Who acts, for the verbs.
    pub fn actor(&self) -> Actor<'_> {
        Actor::ByKey(self)
    }

    /// Whether the key opens `scope`. What its holder's rank reaches is each verb's own question.
    ///
    /// # Errors
    /// `OutOfScope`.
    pub fn allows(&self, scope: ApiScope) -> Result<(), Refusal> {
        if self.scopes.have(scope) {
            Ok(())
        } else {
            Err(Refusal::OutOfScope)
        }
    }
}

impl Accounts {
    /// Makes a key that acts for whoever makes it; it is shown this once.
    ///
    /// # Errors
    /// `RankTooLow`, also for whoever is no account; `TooManyApiKeys`.
    pub async fn create_api_key(&self, actor: Actor<'_>, new: NewApiKey) -> Outcome<(ApiKey, ApiKeyText)> {
        let holder = actor.principal().ok_or(Refusal::RankTooLow)?;
        let administrator = actor.on(holder.account.app);
        let (account, now, text) = (holder.account.id, self.now(), ApiKeyText::draw(self.entropy()));
        let digest = sha256(text.secret.expose().as_bytes());
        let life = DAY.saturating_mul(new.days.clamp(1, API_KEY_DAYS));
        let key = ApiKey {
            id: text.id.clone(),
            app: holder.account.app,
            account,
            name: new.name,
            scopes: new.scopes,
            created_at: now,
            expires_at: now.plus(life),
            revoked_at: None,
            last_used_at: None,
        };
        let made = self.store().write(move |tx| -> Outcome<ApiKey> {
            administrator.target(tx, account, Action::KeepApiKeys)?;
            if api_keys::count_live(tx, account, now, API_KEYS_PER_ACCOUNT)? >= i64::from(API_KEYS_PER_ACCOUNT) {
                return Err(Refusal::TooManyApiKeys.into());
            }
            if !api_keys::insert(tx, &key, &digest)? {
                return Err(Fault::new("the id drawn for a new API key is taken: the randomness is none").into());
            }
            note(tx, &administrator, "api_key.create", &key, now)?;
            Ok(key.clone())
        });
        Ok((made.await?, text))
    }

    /// The keys of an app's accounts, newest first, at most `limits::API_KEYS_SHOWN`; those that have ended among them.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_api_keys(&self, app: AppId, actor: Actor<'_>) -> Outcome<Vec<ListedApiKey>> {
        let (administrator, now) = (actor.on(app), self.now());
        let listed = self.store().scan(move |db| {
            let rank = administrator.rank(db)?;
            reaches(rank, Action::Inspect)?;
            let keys = api_keys::list(db, app, API_KEYS_SHOWN)?;
            let listed = keys.into_iter().map(|key| {
                // What has ended need not be asked about.
                let holder = if key.is_live(now) {
                    accounts::by_id(db, key.account)?
                } else {
                    None
                };
                let allows = |holder: Account| may(rank, Action::KeepApiKeys, administrator.seen(&holder)).is_ok();
                Ok(ListedApiKey {
                    key,
                    may_revoke: holder.is_some_and(allows),
                })
            });
            listed.collect()
        });
        listed.await
    }

    /// Revokes a key of one's own, or of an account of lower rank; it opens nothing from now on. One that is revoked already
    /// stays so.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchRecord`.
    pub async fn revoke_api_key(&self, app: AppId, actor: Actor<'_>, id: &ApiKeyId) -> Outcome<()> {
        let (administrator, id, now) = (actor.on(app), id.clone(), self.now());
        let revoked = self.store().write(move |tx| -> Outcome<()> {
            reaches(administrator.rank(tx)?, Action::KeepApiKeys)?;
            let found = api_keys::by_id(tx, &id)?.filter(|found| found.key.app == app);
            let key = found.ok_or(Refusal::NoSuchRecord)?.key;
            administrator.target(tx, key.account, Action::KeepApiKeys)?;
            if api_keys::revoke(tx, &id, now)? {
                note(tx, &administrator, "api_key.revoke", &key, now)?;
            }
            Ok(())
        });
        revoked.await
    }

    /// Who asks by the key that `text` is.
    ///
    /// # Errors
    /// `NotSignedIn` for what is no key, and for one that was revoked; `AccessTokenExpired` for one that is past its life;
    /// `AccountGone`, `AccountDisabled`, `RankTooLow` where its holder may keep none any more.
    pub async fn authenticate_api_key(&self, text: &str) -> Outcome<ApiCaller> {
        let presented = ApiKeyText::parse(text).map_err(|_| Refusal::NotSignedIn)?;
        let id = presented.id.clone();
        let found = self.store().read(move |db| -> Result<_, SqlError> {
            let Some(found) = api_keys::by_id(db, &id)? else {
                return Ok(None);
            };
            let account = accounts::by_id(db, found.key.account)?;
            Ok(Some((found, account)))
        });
        let (found, now) = (found.await?, self.now());
        let (found, account) = found.ok_or(Refusal::NotSignedIn)?;
        let (key, digest) = (found.key, sha256(presented.secret.expose().as_bytes()));
        if !are_equal(&digest, &found.digest) {
            return Err(Refusal::NotSignedIn.into());
        }
        check_live(&key, now)?;
        let account = account.ok_or(Refusal::AccountGone)?;
        if account.disabled_at.is_some() {
            return Err(Refusal::AccountDisabled.into());
        }
        reaches(Rank::Account(account.role), Action::KeepApiKeys)?;
        self.note_key_use(&key, now).await?;
        Ok(ApiCaller {
            key: key.id,
            principal: Principal {
                account: account.into(),
            },
            scopes: key.scopes,
        })
    }

    /// Whether the key still opens what it did, for what takes a while.
    ///
    /// # Errors
    /// `NotSignedIn` where it was revoked, `AccessTokenExpired` where it is past its life.
    pub async fn check_api_caller(&self, caller: &ApiCaller) -> Outcome<()> {
        let (id, now) = (caller.key.clone(), self.now());
        let found = self.store().read(move |db| api_keys::by_id(db, &id)).await?;
        Ok(check_live(&found.ok_or(Refusal::NotSignedIn)?.key, now)?)
    }

    async fn note_key_use(&self, key: &ApiKey, now: Timestamp) -> Outcome<()> {
        let since = now.minus(API_KEY_USE_NOTED);
        if key.last_used_at.is_some_and(|used_at| used_at > since) {
            return Ok(());
        }
        let id = key.id.clone();
        let noted = self.store().write(move |tx| api_keys::note_use(tx, &id, now, since));
        Ok(noted.await?)
    }
}

/// Whether a key is neither revoked nor past its life.
fn check_live(key: &ApiKey, now: Timestamp) -> Result<(), Refusal> {
    if key.revoked_at.is_some() {
        return Err(Refusal::NotSignedIn);
    }
    if key.expires_at <= now {
        return Err(Refusal::AccessTokenExpired);
    }
    Ok(())
}

/// Whether an account of this role may keep keys.
pub(crate) fn may_keep(role: Role) -> bool {
    reaches(Rank::Account(role), Action::KeepApiKeys).is_ok()
}

fn note(tx: &Tx, administrator: &Administrator, action: &str, key: &ApiKey, now: Timestamp) -> Outcome<()> {
    let detail = format!("account {}, {}", key.account.0, key.scopes.names());
    administrator.note_on(tx, action, &format!("api_key {}", key.id.as_str()), &detail, now)
}
