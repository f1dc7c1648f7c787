//! The three ways in which a call can fail, before a wire puts them into words.

use std::borrow::Cow;
use std::sync::Arc;

use ::http::StatusCode;
use yaopai_accounts::{Error, Fault, Refusal};
use yaopai_http::BodyError;

/// Why a request could not be read as a call, without words: each wire spells it. Names are those of the wire's own
/// parameters, never text that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadInput {
    /// A required parameter is not there, or is empty.
    Missing(&'static str),
    /// A parameter is not what it should be: no such phone number, not UTF-8, with NUL or line breaks …
    Malformed(&'static str),
    /// A parameter is longer than its bound.
    TooLong(&'static str),
    /// A parameter comes twice, or with differing values in query, body and headers.
    Repeated(&'static str),
    /// A JSON value of another type than the parameter's.
    WrongType(&'static str),
    /// A new password shorter than the policy asks for.
    PasswordTooShort {
        /// The characters that the policy asks for.
        least: usize,
    },
    /// A new password that everybody uses.
    PasswordTooCommon,
    /// The body is not JSON, no object, nested too deeply, or ends too early.
    UnreadableBody,
    /// The body is larger than its bound.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// No `Host`, or more than one.
    BadHost,
    /// Path and query are longer than 8 KiB.
    UrlTooLong,
    /// More than a hundred parameters.
    TooManyParameters,
    /// No call has this path.
    UnknownRoute,
    /// The call does not answer to this method.
    UnknownMethod,
}

impl BadInput {
    /// The HTTP status that every wire answers with; none for what is wrong with the parameters or the JSON of a call, which
    /// each wire answers in its own way.
    pub(crate) const fn status(self) -> Option<StatusCode> {
        match self {
            Self::Missing(_)
            | Self::Malformed(_)
            | Self::TooLong(_)
            | Self::Repeated(_)
            | Self::WrongType(_)
            | Self::PasswordTooShort { .. }
            | Self::PasswordTooCommon
            | Self::UnreadableBody
            | Self::TooManyParameters => None,
            Self::BadHost => Some(StatusCode::BAD_REQUEST),
            Self::BodyTooLarge => Some(StatusCode::PAYLOAD_TOO_LARGE),
            Self::BodyTooSlow => Some(StatusCode::REQUEST_TIMEOUT),
            Self::UrlTooLong => Some(StatusCode::URI_TOO_LONG),
            Self::UnknownRoute => Some(StatusCode::NOT_FOUND),
            Self::UnknownMethod => Some(StatusCode::METHOD_NOT_ALLOWED),
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// It could not be read.
    Input(BadInput),
    /// The verb refused.
    Refused(Refusal),
    /// Something of ours does not work.
    Fault(Arc<Fault>),
}

/// A failure in a wire's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The HTTP status.
    pub status: StatusCode,
    /// The envelope's `code`.
    pub code: i64,
    /// The envelope's message.
    pub message: Cow<'static, str>,
    /// Seconds for the `Retry-After` header, where there is one.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// A fault of this layer's own; see [`Fault::new`].
    pub(crate) fn fault(reason: impl Into<String>) -> Self {
        Self::Fault(Arc::new(Fault::new(reason)))
    }
}

impl From<BodyError> for BadInput {
    fn from(problem: BodyError) -> Self {
        match problem {
            BodyError::TooLarge => Self::BodyTooLarge,
            BodyError::TooSlow => Self::BodyTooSlow,
            BodyError::Unreadable => Self::UnreadableBody,
        }
    }
}

impl From<BadInput> for Failure {
    fn from(problem: BadInput) -> Self {
        Self::Input(problem)
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
