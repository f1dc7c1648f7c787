//! A call of the admin API, read, and what it answers.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::IntoParams;
use yaopai_accounts::{Accounts, Actor, ApiCaller};
use yaopai_http::read_body;
use yaopai_model::limits::BODY_BYTES;
use yaopai_model::{ApiScope, AppId};

use crate::Desk;
use crate::failure::Failure;
use crate::receiver::Receiver;
use crate::visit::Visit;

/// The media type of bodies and answers.
pub(super) const JSON: &str = "application/json";

/// A call by a live key that opens it.
pub(super) struct ApiCall {
    pub(super) visit: Visit,
    caller: ApiCaller,
}

impl ApiCall {
    /// The verbs.
    pub(super) fn accounts(&self) -> &Accounts {
        &self.visit.desk.accounts
    }

    /// Who acts, for the verbs.
    pub(super) fn actor(&self) -> Actor<'_> {
        self.caller.actor()
    }

    /// To whom a file goes that is asked for.
    pub(super) fn receiver(&self) -> Receiver {
        Receiver::by_key(self.accounts(), &self.caller)
    }

    /// Whether the key opens `scope`, too, where one call may do what several scopes open.
    ///
    /// # Errors
    /// `OutOfScope`.
    pub(super) fn needs(&self, scope: ApiScope) -> Result<(), Failure> {
        Ok(self.caller.allows(scope)?)
    }

    /// The app that is meant: `named`, or that of the key's holder.
    pub(super) fn app(&self, named: Option<i64>) -> AppId {
        named.map_or(self.caller.principal.account.app, AppId)
    }
}

impl FromRequestParts<Desk> for ApiCall {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, desk).await?;
        let caller: Option<ApiCaller> = parts.extensions.get().cloned();
        let caller = caller.ok_or_else(|| Failure::fault("a call that came past the gate"))?;
        visit.note_account(caller.principal.account.id);
        Ok(Self { visit, caller })
    }
}

/// What a call names in its path.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Desk> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Failure> {
        let named = Path::from_request_parts(parts, desk).await;
        named.map(|Path(named)| Self(named)).map_err(|_| Failure::NotFound)
    }
}

/// What a call asks for in its query.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Desk> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Desk) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let asked = serde_urlencoded::from_str(query).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self(asked))
    }
}

/// Which app is meant, where that is all that a call asks for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AppAsked {
    /// The number of an app; that of the key's holder where it is left out.
    pub(super) app: Option<i64>,
}

/// What a call brings along as JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Desk, Body> for Sent<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &Desk) -> Result<Self, Failure> {
        let body = read_body(request.into_body(), BODY_BYTES).await?;
        let sent = serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self(sent))
    }
}

/// Something that a call brings along is not what it should be; `what` names it and says what it should be.
pub(super) fn unreadable(what: impl Into<String>) -> Failure {
    Failure::Unreadable(what.into())
}

/// A field that may be left out, be null, or have a value.
///
/// # Errors
/// Those of reading the value.
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    field: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// An answer in JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(CONTENT_TYPE, JSON)], bytes).into_response(),
            Err(error) => Failure::fault(format!("an answer cannot be written as JSON: {error}")).into_response(),
        }
    }
}

/// Something was made: 201 and what it is.
pub(super) struct Made<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::CREATED;
        }
        response
    }
}

/// It is done, and there is nothing to tell of it.
pub(super) type Done = Result<StatusCode, Failure>;

/// What [`Done`] answers.
pub(super) const DONE: Done = Ok(StatusCode::NO_CONTENT);
