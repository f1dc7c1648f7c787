//! Apps.

use yaopai_model::{App, AppId, AppKey, AppName, AppSecret, HostName};

use crate::{Accounts, Outcome};

/// What an operator says of a new app.
pub struct NewApp {
    /// What operators call it.
    pub name: AppName,
    /// Hosts whose requests belong to it.
    pub hosts: Vec<HostName>,
    /// Requests a second that `api_cloud_user` takes for it; none for no bound.
    pub requests_per_second: Option<u32>,
}

impl Accounts {
    /// The app that `app_id` and `app_secret` name, counting one request against its rate.
    ///
    /// # Errors
    /// `UnknownApp`, `AppRateExceeded`.
    pub async fn app_by_secret(&self, app_id: &str, app_secret: &str) -> Outcome<App> {
        todo!()
    }

    /// The app that a host is mapped to, else the default app.
    ///
    /// # Errors
    /// Faults only.
    pub async fn app_of_host(&self, host: Option<&HostName>) -> Outcome<App> {
        todo!()
    }

    /// Makes an app; its secret is shown this once.
    pub async fn create_app(&self, new: NewApp) -> Outcome<(App, AppSecret)> {
        todo!()
    }

    /// All apps, oldest first.
    pub async fn list_apps(&self) -> Outcome<Vec<App>> {
        todo!()
    }

    /// Gives an app a new secret; the old one is void at once. `UnknownApp` when there is none.
    pub async fn rotate_app_secret(&self, key: &AppKey) -> Outcome<(App, AppSecret)> {
        todo!()
    }

    /// The first start: makes the default app if there is none yet and gives its secret; `None` when there is one.
    pub async fn ensure_default_app(&self) -> Outcome<Option<(App, AppSecret)>> {
        todo!()
    }
}

#[allow(unused)]
fn _unused(_: AppId) {}
