//! The switches for language and theme.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};

use super::local;
use crate::cookies::{self, Secrecy};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{THEME_COOKIE, Theme};
use crate::language::{self, Language};
use crate::visit::Visit;

/// Keeps the choice in the browser and goes back to where it was made.
pub(crate) async fn switch(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let mut response = Redirect::to(local(form.raw("back"))).into_response();
    let mut keep = |name, value| {
        cookies::set(response.headers_mut(), name, value, Secrecy::Preference, visit.is_tls);
    };
    if let Some(language) = form.optional("language").and_then(Language::parse) {
        keep(language::COOKIE, language.tag());
    }
    if let Some(theme) = form.optional("theme") {
        keep(THEME_COOKIE, Theme::parse(theme).as_str());
    }
    Ok(response)
}
