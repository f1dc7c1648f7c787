//! Apps. They are the business of roots of the default app; operators of another app see their own.

use std::sync::Arc;
use std::time::Duration;

use yaopai_model::limits::{APPS, HOSTS_PER_APP, SECRET_OVERLAP};
use yaopai_model::{Account, App, AppId, AppKey, AppName, AppSecret, HostName, OpenWires, Role, Timestamp, WireName};
use yaopai_store::apps::AppWithSecret;
use yaopai_store::base::{self, Numbered};
use yaopai_store::{Db, Tx, apps};

use crate::administer::Administrator;
use crate::keys::{are_equal, sha256};
use crate::rank::{Action, Target, may, reaches};
use crate::rate_limiter::Rate;
use crate::{Accounts, Actor, Error, Fault, Outcome, Refusal};

/// How often a key is drawn before something must be wrong with the randomness: one collision is unheard of.
const KEY_DRAWS: usize = 3;
/// What the app of the first start is called.
const DEFAULT_NAME: &str = "default";

/// An account that there is not yet.
const NOBODY: Target = Target {
    role: Role::User,
    is_self: false,
};

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
    /// What operators call it.
    pub name: Option<AppName>,
    /// All hosts whose requests belong to it, at most `limits::HOSTS_PER_APP`.
    pub hosts: Option<Vec<HostName>>,
    /// Requests a second that `api_cloud_user` takes for it; `Some(None)` for no bound.
    pub requests_per_second: Option<Option<u32>>,
    /// The wires on which it takes calls.
    pub wires: Option<OpenWires>,
}

/// What an attempt at writing a new app came to.
enum Written {
    App(App),
    KeyWasTaken,
    ThereIsADefault,
}

impl Accounts {
    /// The app that `app_id` and `app_secret` name, counting one request against its rate. After a rotation with an overlap the
    /// secret before is good as well, until the overlap ends.
    ///
    /// # Errors
    /// `UnknownApp`; `WireClosed` where it takes no calls on `api_cloud_user`; `AppRateExceeded`.
    pub async fn app_by_secret(&self, app_id: &str, app_secret: &str) -> Outcome<AppId> {
        let found = match AppKey::parse(app_id) {
            Ok(key) => self.app_by_key(key).await?,
            Err(_) => None,
        };
        let app = self
            .app_with_secret(found.as_deref(), app_secret)
            .ok_or(Refusal::UnknownApp)?;
        if !app.wires.api_cloud_user {
            return Err(Refusal::WireClosed.into());
        }
        if let Some(limit) = app.requests_per_second {
            // Nothing keeps where an app's are counted.
            self.count_call(Rate::AppRequests(app.id, limit), None).await?;
        }
        Ok(app.id)
    }

    /// The app, if the secret is one of its own. An unknown app and one without a secret before cost the same compares.
    fn app_with_secret<'a>(&self, found: Option<&'a AppWithSecret>, app_secret: &str) -> Option<&'a App> {
        let (presented, nothing) = (sha256(app_secret.as_bytes()), [0; 32]);
        let kept = found.map_or(nothing.as_slice(), |found| &found.secret_digest);
        let before = found.and_then(|found| found.previous_digest.as_deref());
        let is_overlapping = found
            .and_then(|found| found.app.previous_secret_until)
            .is_some_and(|until| until > self.now());
        let is_kept = are_equal(&presented, kept);
        let is_before = are_equal(&presented, before.unwrap_or(&nothing));
        found
            .filter(|_| is_kept | (is_before & is_overlapping))
            .map(|found| &found.app)
    }

    /// The app with a key, from its row or as remembered.
    async fn app_by_key(&self, key: AppKey) -> Outcome<Option<Arc<AppWithSecret>>> {
        let version = self.store().apps_version();
        if let Some(app) = version.and_then(|version| self.parts.apps.of_key(version, &key)) {
            return Ok(Some(app));
        }
        let found = self.store().look_up(apps::by_key(&key)).await?.map(Arc::new);
        if let (Some(version), Some(app)) = (version, &found) {
            self.parts.apps.put_key(version, key, app);
        }
        Ok(found)
    }

    /// The app that a call on `wire` belongs to: the one that the host is mapped to, written as the client wrote it, else the
    /// default app.
    ///
    /// # Errors
    /// `WireClosed` where it takes no calls on `wire`.
    pub async fn app_on_wire(&self, host: Option<&str>, wire: WireName) -> Outcome<Arc<App>> {
        let app = self.app_of_host(host).await?;
        if app.wires.has(wire) {
            Ok(app)
        } else {
            Err(Refusal::WireClosed.into())
        }
    }

    /// The app that a host is mapped to, else the default app. What is no host's name is mapped to none.
    ///
    /// # Errors
    /// Faults only.
    pub async fn app_of_host(&self, host: Option<&str>) -> Outcome<Arc<App>> {
        let version = self.store().apps_version();
        if let Some(app) = version.and_then(|version| self.parts.apps.of_host(version, host)) {
            return Ok(app);
        }
        let app = match self.app_mapped_to(host).await? {
            Some(app) => Some(app),
            None => self.store().look_up(apps::default()).await?,
        };
        let app = Arc::new(app.ok_or_else(|| Fault::new("there is no default app"))?);
        if let Some(version) = version {
            self.parts.apps.put_host(version, host, &app);
        }
        Ok(app)
    }

    async fn app_mapped_to(&self, host: Option<&str>) -> Outcome<Option<App>> {
        let Some(host) = host.and_then(|host| HostName::parse(host).ok()) else {
            return Ok(None);
        };
        match self.store().look_up(apps::of_host(&host)).await? {
            Some(id) => Ok(self.store().look_up(apps::by_id(id)).await?),
            None => Ok(None),
        }
    }

    /// Makes an app; its secret is shown this once.
    ///
    /// # Errors
    /// `RankTooLow`, `HostTaken`, `TooManyApps`.
    pub async fn create_app(&self, actor: Actor<'_>, new: NewApp) -> Outcome<(App, AppSecret)> {
        let created = self.write_new_app(actor, new, false).await?;
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
        self.write_new_app(Actor::Operator, new, true).await
    }

    /// Draws a key and a secret until the key is free; `None` when the app was to be the default one and there is one.
    async fn write_new_app(
        &self,
        actor: Actor<'_>,
        new: NewApp,
        is_default: bool,
    ) -> Outcome<Option<(App, AppSecret)>> {
        if has_too_many(&new.hosts) {
            return Err(Refusal::TooManyApps.into());
        }
        let (keeper, now) = (Keeper::of(&actor), self.now());
        for _ in 0..KEY_DRAWS {
            let secret = AppSecret::draw(self.entropy());
            let digest = sha256(secret.expose().as_bytes());
            let app = App {
                id: AppId(0),
                key: AppKey::draw(self.entropy()),
                name: new.name.clone(),
                is_default,
                requests_per_second: new.requests_per_second,
                wires: OpenWires::ALL,
                previous_secret_until: None,
            };
            let (keeper, hosts) = (keeper.clone(), new.hosts.clone());
            let written = self
                .store()
                .write(move |tx| write_app(tx, &keeper, app.clone(), &digest, &hosts, now));
            match written.await? {
                Written::App(app) => return Ok(Some((app, secret))),
                Written::ThereIsADefault => return Ok(None),
                Written::KeyWasTaken => {}
            }
        }
        Err(Fault::new("every key drawn for a new app is taken: the randomness is none").into())
    }

    /// The apps that the actor sees, oldest first: all of them for one of the default app, else the actor's own.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_apps(&self, actor: Actor<'_>) -> Outcome<Vec<App>> {
        let keeper = Keeper::of(&actor);
        let listed = self.store().scan(move |db| {
            let seen = keeper.sees(db)?;
            let mut apps = apps::list(db, APPS)?;
            apps.retain(|app| seen.includes(app.id));
            Ok(apps)
        });
        listed.await
    }

    /// An app that the actor sees, and the hosts that are mapped to it, in order.
    ///
    /// # Errors
    /// `RankTooLow`, `UnknownApp`.
    pub async fn look_at_app(&self, actor: Actor<'_>, key: &AppKey) -> Outcome<(App, Vec<HostName>)> {
        let (keeper, key) = (Keeper::of(&actor), key.clone());
        let found = self.store().scan(move |db| {
            let seen = keeper.sees(db)?;
            let found = db.look_up(apps::by_key(&key))?.map(|found| found.app);
            let app = found.filter(|app| seen.includes(app.id)).ok_or(Refusal::UnknownApp)?;
            let hosts = apps::hosts(db, app.id, HOSTS_PER_APP)?;
            Ok((app, hosts))
        });
        found.await
    }

    /// Changes an app's name, hosts, rate and wires.
    ///
    /// # Errors
    /// `RankTooLow`, `UnknownApp`, `HostTaken` (nothing is changed then), `TooManyApps` for more hosts than there may be.
    pub async fn update_app(&self, actor: Actor<'_>, key: &AppKey, change: AppChange) -> Outcome<App> {
        if change.hosts.as_deref().is_some_and(has_too_many) {
            return Err(Refusal::TooManyApps.into());
        }
        let (keeper, key, now) = (Keeper::of(&actor), key.clone(), self.now());
        let updated = self.store().write(move |tx| {
            let app = keeper.app(tx, &key)?;
            if let Some(name) = &change.name {
                apps::set_name(tx, &key, name)?;
            }
            if let Some(rate) = change.requests_per_second {
                apps::set_rate(tx, &key, rate)?;
            }
            if let Some(wires) = change.wires {
                apps::set_wires(tx, &key, wires, now)?;
            }
            if let Some(hosts) = &change.hosts {
                apps::free_hosts(tx, app.id)?;
                take_hosts(tx, app.id, hosts)?;
            }
            keeper.note(tx, &app, "app.update", &described(&change), now)?;
            keeper.app(tx, &key)
        });
        updated.await
    }

    /// Gives an app a new secret. The old one stays good for `overlap`, at most `limits::SECRET_OVERLAP`, to which more is cut;
    /// the one before it is void.
    ///
    /// # Errors
    /// `RankTooLow`, `UnknownApp`.
    pub async fn rotate_app_secret(
        &self,
        actor: Actor<'_>,
        key: &AppKey,
        overlap: Duration,
    ) -> Outcome<(App, AppSecret)> {
        let secret = AppSecret::draw(self.entropy());
        let digest = sha256(secret.expose().as_bytes());
        let (keeper, key, now) = (Keeper::of(&actor), key.clone(), self.now());
        let overlap = overlap.min(SECRET_OVERLAP);
        let until = (!overlap.is_zero()).then(|| now.plus(overlap));
        let rotated = self.store().write(move |tx| -> Outcome<App> {
            let app = keeper.app(tx, &key)?;
            apps::set_secret(tx, &key, &digest, until)?;
            let detail = format!("the old one good for {} s", overlap.as_secs());
            keeper.note(tx, &app, "app.rotate_secret", &detail, now)?;
            keeper.app(tx, &key)
        });
        Ok((rotated.await?, secret))
    }

    /// Ends the overlap of a rotation: the secret before the last one is void at once.
    ///
    /// # Errors
    /// `RankTooLow`, `UnknownApp`.
    pub async fn void_previous_secret(&self, actor: Actor<'_>, key: &AppKey) -> Outcome<()> {
        let (keeper, key, now) = (Keeper::of(&actor), key.clone(), self.now());
        let voided = self.store().write(move |tx| -> Outcome<()> {
            let app = keeper.app(tx, &key)?;
            apps::void_previous_secret(tx, &key)?;
            keeper.note(tx, &app, "app.void_previous_secret", "", now)
        });
        voided.await
    }

    /// Whether the actor may look at what concerns the whole base, such as its settings: auditors of the default app and
    /// above.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn may_look_at_base(&self, actor: Actor<'_>) -> Outcome<()> {
        let keeper = Keeper::of(&actor);
        let looked = self
            .store()
            .read(move |db| -> Outcome<()> { Ok(reaches(keeper.0.rank_over_apps(db)?, Action::Inspect)?) });
        looked.await
    }
}

/// Which apps somebody sees.
pub(crate) enum Seen {
    All,
    Only(AppId),
}

impl Seen {
    pub(crate) fn includes(&self, app: AppId) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => *own == app,
        }
    }
}

/// Whoever looks after apps, to go into a transaction with.
#[derive(Clone)]
pub(crate) struct Keeper(Administrator);

impl Keeper {
    /// An actor who is at work in no app, or else in their own.
    pub(crate) fn of(actor: &Actor<'_>) -> Self {
        let own = actor.principal().map_or(AppId(0), |principal| principal.account.app);
        Self(actor.on(own))
    }

    /// Which apps the keeper may look at.
    pub(crate) fn sees(&self, db: &Db) -> Outcome<Seen> {
        reaches(self.0.rank(db)?, Action::Inspect)?;
        match self.0.rank_over_apps(db) {
            Ok(_) => Ok(Seen::All),
            Err(Error::Refused(Refusal::RankTooLow)) => Ok(Seen::Only(self.0.app)),
            Err(error) => Err(error),
        }
    }

    /// Whether the keeper may do this to an account of an app that they see; to one that there is not yet where it is none.
    pub(crate) fn may(&self, db: &Db, action: Action, account: Option<&Account>) -> Outcome<bool> {
        let target = account.map_or(NOBODY, |account| self.0.seen(account));
        Ok(may(self.0.rank(db)?, action, target).is_ok())
    }

    /// The app with this key, for changing it.
    fn app(&self, tx: &Tx, key: &AppKey) -> Outcome<App> {
        self.check(tx)?;
        let found = tx.look_up(apps::by_key(key))?.ok_or(Refusal::UnknownApp)?;
        Ok(found.app)
    }

    fn check(&self, tx: &Tx) -> Outcome<()> {
        Ok(reaches(self.0.held_rank_over_apps(tx)?, Action::KeepApps)?)
    }

    fn note(&self, tx: &Tx, app: &App, action: &str, detail: &str, now: Timestamp) -> Outcome<()> {
        let target = format!("app {}", app.key.as_str());
        self.0.note_in(tx, app.id, action, &target, detail, now)
    }
}

fn has_too_many(hosts: &[HostName]) -> bool {
    hosts.len() > HOSTS_PER_APP as usize
}

fn write_app(
    tx: &Tx,
    keeper: &Keeper,
    mut app: App,
    digest: &[u8; 32],
    hosts: &[HostName],
    now: Timestamp,
) -> Outcome<Written> {
    keeper.check(tx)?;
    if app.is_default && tx.look_up(apps::default())?.is_some() {
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
    keeper.note(tx, &app, "app.create", app.name.as_str(), now)?;
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

/// What was changed, for the audit log.
fn described(change: &AppChange) -> String {
    let name = change.name.as_ref().map(|name| format!("name {}", name.as_str()));
    let rate = change.requests_per_second.map(|rate| match rate {
        Some(rate) => format!("rate {rate}"),
        None => "no rate".to_owned(),
    });
    let hosts = change.hosts.as_ref().map(|hosts| format!("{} hosts", hosts.len()));
    let wires = change.wires.map(|wires| format!("wires {}", wires.names()));
    let parts: Vec<_> = [name, rate, hosts, wires].into_iter().flatten().collect();
    parts.join(", ")
}
