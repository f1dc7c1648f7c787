//! A request with its body read: what every endpoint of every wire starts from.

use std::sync::Arc;

use ::http::header::{CONTENT_TYPE, HOST};
use ::http::request::Parts;
use axum::body::{Body, Bytes};
use yaopai_accounts::{Caller, Principal, Refusal, Token};
use yaopai_model::limits::BODY_BYTES;
use yaopai_model::{App, AppId, SessionToken};

use crate::http::{Arrived, FromArrived, Surroundings};
use crate::json::{JsonObject, KeyCase};
use crate::parameters::Parameters;
use crate::{BadInput, Failure, Wires, token};
use yaopai_http::read_body;

/// A request, read.
pub(crate) struct Call {
    /// What the wires stand on.
    pub(crate) wires: Arc<Wires>,
    /// The whole body.
    pub(crate) body: Bytes,
    /// What was known of it before it was read.
    pub(crate) surroundings: Arc<Surroundings>,
}

impl Call {
    /// Reads a request whose body has at most `limit` bytes.
    ///
    /// # Errors
    /// [`BadInput::BodyTooLarge`], [`BadInput::BodyTooSlow`], [`BadInput::UnreadableBody`].
    pub(crate) async fn read(arrived: Arrived, limit: usize) -> Result<Self, BadInput> {
        let (mut call, body) = Self::without_body(arrived);
        call.body = read_body(body, limit).await?;
        Ok(call)
    }

    /// A request whose body is left to read.
    pub(crate) fn without_body(arrived: Arrived) -> (Self, Body) {
        let Arrived {
            wires,
            surroundings,
            body,
        } = arrived;
        let call = Self {
            wires,
            body: Bytes::new(),
            surroundings,
        };
        (call, body)
    }

    /// Method, address and headers.
    pub(crate) fn head(&self) -> &Parts {
        &self.surroundings.head
    }

    /// Who is at the other end of the line.
    pub(crate) fn caller(&self) -> &Caller {
        &self.surroundings.caller
    }

    /// The parameters in the query, and in the body where it is a form.
    ///
    /// # Errors
    /// [`BadInput::TooManyParameters`].
    pub(crate) fn parameters(&self) -> Result<Parameters, BadInput> {
        let query = self.head().uri.query().unwrap_or_default();
        // Most have no body: its type need not be looked for.
        let form: &[u8] = if !self.body.is_empty() && self.has_form() {
            &self.body
        } else {
            &[]
        };
        Parameters::parse(query, form)
    }

    /// The body as a JSON object, whatever its `Content-Type` says.
    ///
    /// # Errors
    /// [`BadInput::UnreadableBody`].
    pub(crate) fn json(&self, key_case: KeyCase) -> Result<JsonObject, BadInput> {
        JsonObject::parse(&self.body, key_case)
    }

    /// The app that the request's host is mapped to, else the default app.
    ///
    /// # Errors
    /// `WireClosed` where it takes no calls on this wire.
    pub(crate) async fn app_of_host(&self) -> Result<Arc<App>, Failure> {
        let header = self.head().headers.get(HOST).and_then(|value| value.to_str().ok());
        let host = header.or_else(|| self.head().uri.authority().map(|authority| authority.as_str()));
        let wire = self.surroundings.wire;
        let app = self.wires.accounts.app_on_wire(host, wire).await?;
        self.record_app(app.id);
        Ok(app)
    }

    /// The token in `Authorization`, if there is one and it is ours.
    pub(crate) fn bearer(&self) -> Option<Token> {
        self.decode_token(token::authorization(&self.head().headers)?)
    }

    /// What a token's text says, if it is one of ours.
    pub(crate) fn decode_token(&self, text: &[u8]) -> Option<Token> {
        token::decode(&self.surroundings.token_keys, text)
    }

    /// A token's text.
    pub(crate) fn encode_token(&self, token: &SessionToken) -> String {
        token::encode(&self.surroundings.token_keys, token)
    }

    /// Who is asking the app of the host by the token in `Authorization`.
    ///
    /// # Errors
    /// Those of [`Call::app_of_host`] and of `authenticate`; `NotSignedIn` also without a token of ours.
    pub(crate) async fn principal(&self) -> Result<Principal, Failure> {
        // The token first: its account is fetched from memory while the app is looked for.
        let token = self.bearer();
        let app = self.app_of_host().await?;
        self.principal_by(app.id, token).await
    }

    /// Who is asking an app by `token`.
    ///
    /// # Errors
    /// Those of `authenticate`; `NotSignedIn` also without a token.
    pub(crate) async fn principal_by(&self, app: AppId, token: Option<Token>) -> Result<Principal, Failure> {
        let token = token.ok_or(Refusal::NotSignedIn)?;
        let principal = self.wires.accounts.authenticate(app, &token).await?;
        self.surroundings.record.note_account(principal.account.id);
        Ok(principal)
    }

    /// Notes the app for the access log.
    pub(crate) fn record_app(&self, app: AppId) {
        self.surroundings.record.note_app(app);
    }

    fn has_form(&self) -> bool {
        let content_type = self
            .head()
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next());
        media_type.is_some_and(|media_type| {
            media_type
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    }
}

impl FromArrived for Call {
    async fn from_arrived(arrived: Arrived) -> Result<Self, Failure> {
        Ok(Self::read(arrived, BODY_BYTES).await?)
    }
}
