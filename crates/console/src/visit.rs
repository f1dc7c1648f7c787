//! One request to a page: what is known of it before anybody has signed in.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::request::Parts;
use yaopai_accounts::{Caller, PageKey, form_token};
use yaopai_http::{CallRecord, PeerAddress};
use yaopai_model::{AccountId, App, HostName, SessionScope, SessionSecret};

use crate::cookies::{self, Secrecy};
use crate::failure::Failure;
use crate::frame::{Frame, Section, Theme};
use crate::language::{self, Language};
use crate::{Desk, DeskSettings};

/// The cookie that forms are bound to before there is a session.
const FORM_COOKIE: &str = "yaopai-form";

/// A request to a page.
#[derive(Clone)]
pub(crate) struct Visit {
    /// What the pages stand on.
    pub(crate) desk: Desk,
    /// Who is at the other end of the line.
    pub(crate) caller: Caller,
    /// The language to answer in.
    pub(crate) language: Language,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Whether the browser reached us by TLS.
    pub(crate) is_tls: bool,
    /// Path and query, for coming back to.
    pub(crate) address: String,
    /// The host that was asked for.
    host: Option<HostName>,
    /// What the access log may tell.
    record: Option<Arc<CallRecord>>,
    headers: HeaderMap,
}

impl Visit {
    /// What the browser shows of its session in `scope`.
    pub(crate) fn page_key(&self, scope: SessionScope) -> Option<PageKey> {
        let name = cookies::secret_name(session_cookie(scope)?, self.is_tls);
        let (account, secret) = cookies::value(&self.headers, &name)?.split_once('.')?;
        Some(PageKey {
            account: AccountId(account.parse().ok()?),
            secret: decode(secret)?,
        })
    }

    /// Gives the browser its session, or takes it back.
    pub(crate) fn set_page_key(&self, headers: &mut HeaderMap, scope: SessionScope, key: Option<&PageKey>) {
        let Some(name) = session_cookie(scope) else { return };
        let name = cookies::secret_name(name, self.is_tls);
        match key {
            Some(key) => {
                let value = format!("{}.{}", key.account.0, encode(&key.secret));
                cookies::set(headers, &name, &value, Secrecy::Secret, self.is_tls);
            }
            None => cookies::clear(headers, &name, self.is_tls),
        }
    }

    /// The secret that forms are bound to where nobody has signed in; none before the browser was given one.
    pub(crate) fn form_secret(&self) -> Option<SessionSecret> {
        decode(cookies::value(
            &self.headers,
            &cookies::secret_name(FORM_COOKIE, self.is_tls),
        )?)
    }

    /// That secret, and whether it is new, so that the browser has to be given it.
    pub(crate) fn form_secret_or_new(&self) -> (SessionSecret, bool) {
        self.form_secret().map_or_else(
            || (SessionSecret::draw(self.desk.settings.entropy.as_ref()), true),
            |secret| (secret, false),
        )
    }

    /// Gives the browser the secret that forms are bound to.
    pub(crate) fn set_form_secret(&self, headers: &mut HeaderMap, secret: &SessionSecret) {
        let name = cookies::secret_name(FORM_COOKIE, self.is_tls);
        cookies::set(headers, &name, &encode(secret), Secrecy::Secret, self.is_tls);
    }

    /// The app that the request's host is mapped to, else the default app.
    ///
    /// # Errors
    /// Faults only.
    pub(crate) async fn app(&self) -> Result<Arc<App>, Failure> {
        let app = self
            .desk
            .accounts
            .app_of_host(self.host.as_ref().map(HostName::as_str))
            .await?;
        if let Some(record) = &self.record {
            record.note_app(app.id);
        }
        Ok(app)
    }

    /// Notes who is calling for the access log.
    pub(crate) fn note_account(&self, account: AccountId) {
        if let Some(record) = &self.record {
            record.note_account(account);
        }
    }

    /// The frame of a page for somebody who has not signed in; its forms are bound to `secret`.
    pub(crate) fn frame(&self, title: (&str, &str), secret: &SessionSecret) -> Frame {
        Frame {
            language: self.language,
            theme: self.theme,
            title: self.language.pick(title.0, title.1).to_owned(),
            section: Section::None,
            operator: None,
            token: form_token(secret),
            address: self.address.clone(),
            notice: None,
        }
    }
}

impl FromRequestParts<Desk> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let uri = parts.extensions.get().map_or(&parts.uri, |OriginalUri(uri)| uri);
        let host = parts
            .headers
            .get(http::header::HOST)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            desk: desk.clone(),
            caller: caller.ok_or_else(|| Failure::fault("a page that nothing surrounds has no caller"))?,
            language: language::of(&parts.headers),
            theme: Theme::of(&parts.headers),
            is_tls: is_tls(parts, &desk.settings),
            address: uri.path_and_query().map_or("/", |address| address.as_str()).to_owned(),
            host: host.and_then(|host| HostName::parse(host).ok()),
            record: parts.extensions.get().cloned(),
            headers: parts.headers.clone(),
        })
    }
}

/// By what operators say of the server's address, else by what a trusted proxy says of the request.
fn is_tls(parts: &Parts, settings: &DeskSettings) -> bool {
    if let Some(url) = &settings.public_url {
        return url.starts_with("https:");
    }
    let by_proxy = parts.extensions.get().is_some_and(|PeerAddress(peer)| {
        let peer = peer.ip().to_canonical();
        settings.trusted_proxies.iter().any(|network| network.contains(peer))
    });
    let scheme = parts
        .headers
        .get("x-forwarded-proto")
        .and_then(|value| value.to_str().ok());
    by_proxy && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// The name of the cookie that a scope's sessions lie in; sessions of the wires lie in none.
const fn session_cookie(scope: SessionScope) -> Option<&'static str> {
    match scope {
        SessionScope::Wire => None,
        SessionScope::Console => Some("yaopai-console"),
        SessionScope::AccountPage => Some("yaopai-account"),
    }
}

fn encode(secret: &SessionSecret) -> String {
    URL_SAFE_NO_PAD.encode(secret.expose())
}

fn decode(text: &str) -> Option<SessionSecret> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(SessionSecret::from_bytes(bytes.try_into().ok()?))
}
