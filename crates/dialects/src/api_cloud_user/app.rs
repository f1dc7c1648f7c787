//! A call for an app: what every endpoint of this wire starts from.

use ::http::{HeaderMap, HeaderName};
use yaopai_accounts::{Principal, Refusal, Token};
use yaopai_model::AppId;
use yaopai_model::limits::BODY_BYTES;

use crate::call::Call;
use crate::http::{Arrived, FromArrived};
use crate::parameters::{Parameters, agreed};
use crate::{BadInput, Failure, token};

static APP_ID: HeaderName = HeaderName::from_static("app_id");
static APP_SECRET: HeaderName = HeaderName::from_static("app_secret");
pub(crate) static CLOUD_TOKEN: HeaderName = HeaderName::from_static("cloud_token");

/// A call whose app is known.
pub(super) struct AppCall {
    pub(super) call: Call,
    pub(super) app: AppId,
    pub(super) parameters: Parameters,
}

impl AppCall {
    /// Reads a request with at most `limit` bytes of body. Whose call it is comes before all its other parameters.
    ///
    /// # Errors
    /// `UnknownApp`, `AppRateExceeded`, and those of [`Call::read`].
    pub(super) async fn read(arrived: Arrived, limit: usize) -> Result<Self, Failure> {
        let call = Call::read(arrived, limit).await?;
        let parameters = call.parameters()?;
        let headers = &call.head().headers;
        let app_id = carried(&APP_ID, &parameters, headers)?.ok_or(Refusal::UnknownApp)?;
        let app_secret = carried(&APP_SECRET, &parameters, headers)?.ok_or(Refusal::UnknownApp)?;
        let app = call.wires.accounts.app_by_secret(app_id, app_secret).await?;
        call.record_app(app);
        Ok(Self { call, app, parameters })
    }

    /// The token in `cloud_token`, else in `Authorization`, if there is one and it is ours.
    ///
    /// # Errors
    /// [`BadInput::Repeated`], [`BadInput::Malformed`].
    pub(super) fn token(&self) -> Result<Option<Token>, BadInput> {
        let text = carried(&CLOUD_TOKEN, &self.parameters, &self.call.head().headers)?;
        Ok(match text {
            Some(text) => self.call.decode_token(token::without_bearer(text.as_bytes())),
            None => self.call.bearer(),
        })
    }

    /// Who is asking.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`, and those of [`AppCall::token`].
    pub(super) async fn principal(&self) -> Result<Principal, Failure> {
        self.call.principal_by(self.app, self.token()?).await
    }
}

impl FromArrived for AppCall {
    async fn from_arrived(arrived: Arrived) -> Result<Self, Failure> {
        Self::read(arrived, BODY_BYTES).await
    }
}

/// A value that comes as a parameter or as a header of the same name; an empty one is none.
fn carried<'a>(
    name: &'static HeaderName,
    parameters: &'a Parameters,
    headers: &'a HeaderMap,
) -> Result<Option<&'a str>, BadInput> {
    let mut values = headers.get_all(name).iter();
    let name = name.as_str();
    let header = values.next();
    if values.next().is_some() {
        return Err(BadInput::Repeated(name));
    }
    let header = header
        .map(|value| value.to_str().map_err(|_| BadInput::Malformed(name)))
        .transpose()?
        .filter(|text| !text.is_empty());
    agreed(name, parameters.optional_text(name)?, header)
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    fn found(query: &str, header_values: &[&str]) -> Result<Option<String>, BadInput> {
        let mut headers = HeaderMap::new();
        for value in header_values {
            headers.append("app_id", HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let parameters = Parameters::parse(query, b"").unwrap();
        carried(&APP_ID, &parameters, &headers).map(|value| value.map(str::to_owned))
    }

    #[test]
    fn parameter_and_header_are_one_value() {
        assert_eq!(found("app_id=a", &[]), Ok(Some("a".to_owned())));
        assert_eq!(found("", &["a"]), Ok(Some("a".to_owned())));
        assert_eq!(found("app_id=a", &["a"]), Ok(Some("a".to_owned())));
        assert_eq!(found("app_id=", &["a"]), Ok(Some("a".to_owned())));
        assert_eq!(found("app_id=a", &[""]), Ok(Some("a".to_owned())));
        assert_eq!(found("app_id=", &[""]), Ok(None));
        assert_eq!(found("app_id=a", &["b"]), Err(BadInput::Repeated("app_id")));
        assert_eq!(found("", &["a", "a"]), Err(BadInput::Repeated("app_id")));
        assert_eq!(found("", &["张"]), Err(BadInput::Malformed("app_id")));
    }
}
