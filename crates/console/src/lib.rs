//! The pages of Yaopai: the operators' console under `/console/`, and under `/account/` people's own; and what the console can
//! do for scripts, under `/api/admin/`.
//!
//! A page decides nothing, as a wire does not: it reads a form, calls a verb, and shows what came of it. Every page works
//! without script; the modules in `assets/` only make it feel better.

mod account_page;
mod api;
mod around;
mod assets;
mod called;
mod chart;
mod cookies;
mod csv;
mod device;
mod entered;
mod export;
mod failure;
mod form;
mod frame;
mod language;
mod numbers;
mod operator;
mod pages;
mod receiver;
mod routes;
mod session_id;
mod shown_settings;
mod signing_in;
mod spans;
mod times;
mod visit;
mod words;

use std::sync::{Arc, OnceLock};

use axum::Router;
use jiff::tz::TimeZone;
use yaopai_accounts::Accounts;
use yaopai_http::{AccessLog, Network};
use yaopai_model::{Clock, Entropy, PasswordPolicy};

use around::Surface;

pub use routes::RouteLine;
pub use shown_settings::{Explanation, SettingGroup, ShownSetting};

/// What the pages stand on. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The verbs.
    pub accounts: Accounts,
    /// What operators set.
    pub settings: Arc<DeskSettings>,
}

/// What operators set of the pages, and where they take time and randomness from.
pub struct DeskSettings {
    /// The zone in which times are shown and dates are read.
    pub zone: TimeZone,
    /// Where people reach this server, such as `https://id.example.com`. Where it begins with `https:`, cookies are for TLS only.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<Network>,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// The settings in force, for the page that shows them.
    pub shown: Vec<SettingGroup>,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where request ids and the secrets of forms come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where a line of every request goes.
    pub access_log: AccessLog,
}

/// All pages, and the admin API, made when somebody asks for the first of them: making them costs milliseconds, and some
/// megabytes of the program and its memory, which a server that nobody administers just now does without.
pub struct Pages {
    desk: Desk,
    made: OnceLock<Router>,
}

impl Pages {
    /// None is made yet.
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            made: OnceLock::new(),
        }
    }

    /// What answers requests for this path; none where it is no page's.
    pub fn at(&self, path: &str) -> Option<&Router> {
        [api::PREFIX, pages::PREFIX, account_page::PREFIX]
            .into_iter()
            .any(|prefix| yaopai_http::is_under(prefix, path))
            .then(|| self.made.get_or_init(|| router(self.desk.clone())))
    }
}

fn router(desk: Desk) -> Router {
    let console = Surface {
        prefix: pages::PREFIX,
        name: "console",
        explain: around::explain,
    };
    let account_page = Surface {
        prefix: account_page::PREFIX,
        name: "account",
        explain: account_page::explain,
    };
    let admin = Surface {
        prefix: api::PREFIX,
        name: "admin",
        explain: api::explain,
    };
    Router::new()
        .merge(around::surround(admin, api::routes(&desk), &desk))
        .merge(around::surround(console, pages::routes().into_router(), &desk))
        .merge(around::surround(
            account_page,
            account_page::routes().into_router(),
            &desk,
        ))
        .with_state(desk)
}

/// The title of that description.
pub const ADMIN_TITLE: &str = api::TITLE;

/// The description of the admin API, as OpenAPI 3.1 has it, in JSON.
///
/// # Errors
/// What cannot be written as JSON; ours can.
pub fn admin_reference() -> Result<String, serde_json::Error> {
    api::reference().to_json()
}

/// Every address of the pages, for whoever tries them all.
pub fn routes() -> Vec<RouteLine> {
    [pages::routes(), account_page::routes()]
        .into_iter()
        .flat_map(routes::RouteTable::into_lines)
        .collect()
}
