//! Why a page is not shown, before it is put into words.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use yaopai_accounts::{Error, Fault, Refusal};
use yaopai_http::{BadHead, BodyError};

/// Why a page is not shown, or a form has no effect.
#[derive(Clone)]
pub(crate) enum Failure {
    /// Only for those who have signed in; where to go on then.
    SignInFirst(String),
    /// Only for those who have just shown their password.
    ConfirmFirst(Arc<Confirmation>),
    /// A form without its token: from another site, or from before the session.
    Forgery,
    /// A form that no browser makes of ours.
    BadForm,
    /// A field is not what it should be; its label in both languages, and what it should be.
    BadField(BadField),
    /// The head or the body of the request is out of bounds.
    BadRequest(StatusCode),
    /// Nothing is at this address.
    NotFound,
    /// The address does not answer to this method.
    UnknownMethod,
    /// What a call brings along cannot be read; what is wrong, in the words of the reader.
    Unreadable(String),
    /// A call of the same `Idempotency-Key` was begun and has no answer yet.
    Unanswered,
    /// Another call was made by the same `Idempotency-Key`.
    OtherCall,
    /// The verb refused.
    Refused(Refusal),
    /// Something of ours does not work.
    Fault(Arc<Fault>),
}

/// A field of a form that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadField {
    /// What is wrong and what to do, in Chinese.
    pub(crate) chinese: &'static str,
    /// The same in English.
    pub(crate) english: &'static str,
}

/// A form that is sent again with the password.
#[derive(Clone)]
pub(crate) struct Confirmation {
    /// Where it goes.
    pub(crate) action: String,
    /// What it holds.
    pub(crate) fields: Vec<(String, String)>,
    /// The token of its sender's forms.
    pub(crate) token: String,
    /// Why what was shown did not do; none where nothing was shown.
    pub(crate) refusal: Option<Refusal>,
    /// Where codes can be sent that stand in for the password.
    pub(crate) ways: Vec<CodeWay>,
    /// To which of them one is on its way.
    pub(crate) sent: Option<CodeWay>,
}

/// An address to which a code can be sent that stands in for the password.
#[derive(Clone)]
pub(crate) struct CodeWay {
    /// `phone` or `email`.
    pub(crate) kind: &'static str,
    /// The address, its middle hidden.
    pub(crate) masked: String,
}

impl Failure {
    /// A fault of this layer's own; see [`Fault::new`].
    pub(crate) fn fault(reason: impl Into<String>) -> Self {
        Self::Fault(Arc::new(Fault::new(reason)))
    }

    /// Whether something of ours did not work, so that the outcome may be in doubt.
    pub(crate) const fn is_fault(&self) -> bool {
        matches!(self, Self::Fault(_))
    }

    /// What names the kind of failure to programs; does not change.
    pub(crate) fn kind(&self) -> String {
        format!("urn:yaopai:problem:{}", self.name())
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::SignInFirst(_) => "SignInFirst",
            Self::ConfirmFirst(_) => "ConfirmFirst",
            Self::Forgery => "Forgery",
            Self::BadForm | Self::BadField(_) | Self::BadRequest(_) | Self::Unreadable(_) => "BadRequest",
            Self::NotFound => "NotFound",
            Self::UnknownMethod => "UnknownMethod",
            Self::Unanswered => "CallUnanswered",
            Self::OtherCall => "IdempotencyKeyReused",
            Self::Refused(refusal) => refusal.name(),
            Self::Fault(_) => "Fault",
        }
    }

    /// A field that is not what it should be.
    pub(crate) const fn field(chinese: &'static str, english: &'static str) -> Self {
        Self::BadField(BadField { chinese, english })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            Error::Fault(fault) => Self::Fault(Arc::new(fault)),
        }
    }
}

impl From<BodyError> for Failure {
    fn from(problem: BodyError) -> Self {
        Self::BadRequest(match problem {
            BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyError::Unreadable => StatusCode::BAD_REQUEST,
        })
    }
}

impl From<BadHead> for Failure {
    fn from(problem: BadHead) -> Self {
        Self::BadRequest(match problem {
            BadHead::Host => StatusCode::BAD_REQUEST,
            BadHead::UrlTooLong => StatusCode::URI_TOO_LONG,
        })
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::fault(format!("a page cannot be written: {error}"))
    }
}

/// A failure leaves a page as a response without words; what surrounds every page puts it into words, so that every
/// failure goes through one place.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
