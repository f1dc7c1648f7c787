//! Apps.

use yaopai_model::limits::{APPS, HOSTS_PER_APP};
use yaopai_model::{App, AppId, AppKey, AppName, AppSecret, HostName, Timestamp};
use yaopai_store::audit::{self, NewEntry};
use yaopai_store::base::{self, Numbered};
use yaopai_store::{SqlError, Tx, apps};

use crate::keys::{are_equal, sha256};
use crate::rate_limiter::Rate;
use crate::{Accounts, Fault, Outcome, Refusal};

/// How often a key is drawn before something must be wrong with the randomness: one collision is unheard of.
const KEY_DRAWS: usize = 3;
/// What the app of the first start is called.
const DEFAULT_NAME: &str = "default";

/// What an operator says of a new app.
pub struct NewApp {
    /// What operators call it.
    pub name: AppName,
    /// Hosts whose requests belong to it, at most `limits::HOSTS_PER_APP`.
    pub hosts: Vec<HostName>,
    /// Requests a second that `api_cloud_user` takes for it; none for no bound.
    pub requests_per_second: Option<u32>,
}

/// What an operator changes of an app; `None` leaves a field as it is.
#[derive(Default)]
pub struct AppChange {
    /// All hosts whose requests belong to it, at most `limits::HOSTS_PER_APP`.
    pub hosts: Option<Vec<HostName>>,
    /// Requests a second that `api_cloud_user` takes for it; `Some(None)` for no bound.
    pub requests_per_second: Option<Option<u32>>,
}

/// What an attempt at writing a new app came to.
enum Written {
    App(App),
    KeyWasTaken,
    ThereIsADefault,
}

impl Accounts {
    /// The app that `app_id` and `app_secret` name, counting one request against its rate.
    ///
    /// # Errors
    /// `UnknownApp`, `AppRateExceeded`.
    pub async fn app_by_secret(&self, app_id: &str, app_secret: &str) -> Outcome<App> {
        let found = match AppKey::parse(app_id) {
            Ok(key) => self.store().read(move |db| apps::by_key(db, &key)).await?,
            Err(_) => None,
        };
        // An unknown key costs the same compare as a wrong secret.
        let (app, kept) = found.map_or((None, vec![0; 32]), |found| (Some(found.app), found.secret_digest));
        let matches = are_equal(&sha256(app_secret.as_bytes()), &kept);
        let app = app.filter(|_| matches).ok_or(Refusal::UnknownApp)?;
        if let Some(limit) = app.requests_per_second {
            self.count_call(Rate::AppRequests(app.id, limit)).await?;
        }
        Ok(app)
    }

    /// The app that a host is mapped to, else the default app.
    ///
    /// # Errors
    /// Faults only.
    pub async fn app_of_host(&self, host: Option<&HostName>) -> Outcome<App> {
        let host = host.cloned();
        let found = self.store().read(move |db| -> Result<_, SqlError> {
            let mapped = host.map_or(Ok(None), |host| apps::by_host(db, &host))?;
            mapped.map_or_else(|| apps::default(db), |app| Ok(Some(app)))
        });
        Ok(found.await?.ok_or_else(|| Fault::new("there is no default app"))?)
    }

    /// Makes an app; its secret is shown this once.
    ///
    /// # Errors
    /// `HostTaken`, `TooManyApps`.
    pub async fn create_app(&self, new: NewApp) -> Outcome<(App, AppSecret)> {
        let created = self.write_new_app(new, false).await?;
        Ok(created.ok_or_else(|| Fault::new("a new app took itself for the default one"))?)
    }

    /// The first start: makes the default app if there is none yet and gives its secret; `None` when there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn ensure_default_app(&self) -> Outcome<Option<(App, AppSecret)>> {
        let name = AppName::parse(DEFAULT_NAME).map_err(|error| Fault::new(error.to_string()))?;
        let new = NewApp {
            name,
            hosts: Vec::new(),
            requests_per_second: None,
        };
        self.write_new_app(new, true).await
    }

    /// Draws a key and a secret until the key is free; `None` when the app was to be the default one and there is one.
    async fn write_new_app(&self, new: NewApp, is_default: bool) -> Outcome<Option<(App, AppSecret)>> {
        if has_too_many(&new.hosts) {
            return Err(Refusal::TooManyApps.into());
        }
        let now = self.now();
        for _ in 0..KEY_DRAWS {
            let secret = AppSecret::draw(self.entropy());
            let digest = sha256(secret.expose().as_bytes());
            let app = App {
                id: AppId(0),
                key: AppKey::draw(self.entropy()),
                name: new.name.clone(),
                is_default,
                requests_per_second: new.requests_per_second,
            };
            let hosts = new.hosts.clone();
            let written = self
                .store()
                .write(move |tx| write_app(tx, app.clone(), &digest, &hosts, now));
            match written.await? {
                Written::App(app) => return Ok(Some((app, secret))),
                Written::ThereIsADefault => return Ok(None),
                Written::KeyWasTaken => {}
            }
        }
        Err(Fault::new("every key drawn for a new app is taken: the randomness is none").into())
    }

    /// All apps, oldest first.
    ///
    /// # Errors
    /// Faults only.
    pub async fn list_apps(&self) -> Outcome<Vec<App>> {
        Ok(self.store().scan(|db| apps::list(db, APPS)).await?)
    }

    /// The hosts that are mapped to an app, in order.
    ///
    /// # Errors
    /// Faults only.
    pub async fn app_hosts(&self, app: AppId) -> Outcome<Vec<HostName>> {
        Ok(self.store().read(move |db| apps::hosts(db, app, HOSTS_PER_APP)).await?)
    }

    /// Changes an app's hosts and its rate.
    ///
    /// # Errors
    /// `UnknownApp`, `HostTaken` (nothing is changed then), `TooManyApps` for more hosts than there may be.
    pub async fn update_app(&self, key: &AppKey, change: AppChange) -> Outcome<App> {
        if change.hosts.as_deref().is_some_and(has_too_many) {
            return Err(Refusal::TooManyApps.into());
        }
        let (key, now) = (key.clone(), self.now());
        let updated = self.store().write(move |tx| {
            let app = existing(tx, &key)?;
            if let Some(rate) = change.requests_per_second {
                apps::set_rate(tx, &key, rate)?;
            }
            if let Some(hosts) = &change.hosts {
                apps::free_hosts(tx, app.id)?;
                take_hosts(tx, app.id, hosts)?;
            }
            note(tx, &app, "app.update", now)?;
            existing(tx, &key)
        });
        updated.await
    }

    /// Gives an app a new secret; the old one is void at once.
    ///
    /// # Errors
    /// `UnknownApp` when there is none.
    pub async fn rotate_app_secret(&self, key: &AppKey) -> Outcome<(App, AppSecret)> {
        let secret = AppSecret::draw(self.entropy());
        let digest = sha256(secret.expose().as_bytes());
        let (key, now) = (key.clone(), self.now());
        let rotated = self.store().write(move |tx| -> Outcome<App> {
            let app = existing(tx, &key)?;
            apps::set_secret(tx, &key, &digest)?;
            note(tx, &app, "app.rotate_secret", now)?;
            Ok(app)
        });
        Ok((rotated.await?, secret))
    }
}

fn has_too_many(hosts: &[HostName]) -> bool {
    hosts.len() > HOSTS_PER_APP as usize
}

fn write_app(tx: &Tx, mut app: App, digest: &[u8; 32], hosts: &[HostName], now: Timestamp) -> Outcome<Written> {
    if app.is_default && apps::default(tx)?.is_some() {
        return Ok(Written::ThereIsADefault);
    }
    if apps::count(tx, APPS)? >= i64::from(APPS) {
        return Err(Refusal::TooManyApps.into());
    }
    app.id = AppId(base::next_id(tx, Numbered::Apps)?);
    if !apps::insert(tx, &app, digest, now)? {
        return Ok(Written::KeyWasTaken);
    }
    take_hosts(tx, app.id, hosts)?;
    note(tx, &app, "app.create", now)?;
    Ok(Written::App(app))
}

fn take_hosts(tx: &Tx, app: AppId, hosts: &[HostName]) -> Outcome<()> {
    for (index, host) in hosts.iter().enumerate() {
        let is_repeated = hosts[..index].contains(host);
        if !is_repeated && !apps::take_host(tx, app, host)? {
            return Err(Refusal::HostTaken.into());
        }
    }
    Ok(())
}

fn existing(tx: &Tx, key: &AppKey) -> Outcome<App> {
    let found = apps::by_key(tx, key)?.ok_or(Refusal::UnknownApp)?;
    Ok(found.app)
}

/// Apps are an operator's business, and only theirs.
fn note(tx: &Tx, app: &App, action: &str, now: Timestamp) -> Outcome<()> {
    let entry = NewEntry {
        app: app.id,
        at: now,
        actor: "operator",
        action,
        target: &format!("app {}", app.key.as_str()),
        detail: "",
    };
    Ok(audit::append(tx, &entry)?)
}
