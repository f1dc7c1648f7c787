//! Apps that calls were made for lately, as their rows are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yaopai_model::limits::{APPS_KEPT, HOST_NAME_BYTES};
use yaopai_model::{App, AppKey};
use yaopai_store::Version;
use yaopai_store::apps::AppWithSecret;

/// What a host may have to be remembered, in bytes: a name and a port.
const HOST_BYTES: usize = HOST_NAME_BYTES + ":65535".len();

/// What look-ups gave at one version of the apps, `limits::APPS_KEPT` of each kind at most.
#[derive(Default)]
pub(crate) struct AppMemory(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    version: Option<Version>,
    /// By the host as it was written.
    by_host: HashMap<Box<str>, Arc<App>>,
    /// Where no host is named.
    default: Option<Arc<App>>,
    by_key: HashMap<AppKey, Arc<AppWithSecret>>,
}

impl AppMemory {
    /// The app that a host, written like this, was found to belong to at this version.
    pub(crate) fn of_host(&self, version: Version, host: Option<&str>) -> Option<Arc<App>> {
        let kept = self.kept();
        let app = host.map_or(kept.default.as_ref(), |host| kept.by_host.get(host));
        app.filter(|_| kept.version == Some(version)).cloned()
    }

    /// Remembers the app of a host, looked up after `version` had been asked for.
    pub(crate) fn put_host(&self, version: Version, host: Option<&str>, app: &Arc<App>) {
        if host.is_some_and(|host| host.len() > HOST_BYTES) {
            return;
        }
        let mut kept = self.kept();
        kept.make_room(version);
        match host {
            Some(host) => drop(kept.by_host.insert(host.into(), Arc::clone(app))),
            None => kept.default = Some(Arc::clone(app)),
        }
    }

    /// The app that was found under a key at this version.
    pub(crate) fn of_key(&self, version: Version, key: &AppKey) -> Option<Arc<AppWithSecret>> {
        let kept = self.kept();
        let app = kept.by_key.get(key).filter(|_| kept.version == Some(version));
        app.cloned()
    }

    /// Remembers the app under a key, looked up after `version` had been asked for.
    pub(crate) fn put_key(&self, version: Version, key: AppKey, app: &Arc<AppWithSecret>) {
        let mut kept = self.kept();
        kept.make_room(version);
        kept.by_key.insert(key, Arc::clone(app));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// All that is kept is of one version. Clients choose which hosts they name, so there is a bound; past it all begin anew.
    fn make_room(&mut self, version: Version) {
        if self.version != Some(version) || self.by_host.len() >= APPS_KEPT || self.by_key.len() >= APPS_KEPT {
            *self = Self {
                version: Some(version),
                ..Self::default()
            };
        }
    }
}
