//! Which app a page shows, where the operator sees several.

use yaopai_model::{App, AppId};

use crate::failure::Failure;
use crate::form::Form;
use crate::operator::Operator;

/// One app that can be chosen.
pub(crate) struct AppOption {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

/// The apps that the operator sees, and the one that was chosen.
pub(crate) struct AppChoice {
    pub(crate) apps: Vec<App>,
    /// None where none was.
    pub(crate) chosen: Option<AppId>,
}

impl AppChoice {
    /// Reads the field `app`; one that the operator does not see is none.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub(crate) async fn read(operator: &Operator, form: &Form) -> Result<Self, Failure> {
        let apps = operator.visit.desk.accounts.list_apps(operator.actor()).await?;
        let sent = form.text("app").parse().map(AppId).ok();
        let chosen = sent.filter(|sent| apps.iter().any(|app| app.id == *sent));
        Ok(Self { apps, chosen })
    }

    /// The chosen app, else the operator's own.
    pub(crate) fn or_own(&self, operator: &Operator) -> AppId {
        self.chosen.unwrap_or(operator.account().app)
    }

    /// What can be chosen, with `chosen` marked.
    pub(crate) fn options(&self, chosen: Option<AppId>) -> Vec<AppOption> {
        let option = |app: &App| AppOption {
            id: app.id.0,
            name: app.name.as_str().to_owned(),
            is_chosen: chosen == Some(app.id),
        };
        self.apps.iter().map(option).collect()
    }

    /// What an app is called.
    pub(crate) fn name(&self, id: AppId) -> String {
        let found = self.apps.iter().find(|app| app.id == id);
        found.map_or_else(|| format!("#{}", id.0), |app| app.name.as_str().to_owned())
    }
}
