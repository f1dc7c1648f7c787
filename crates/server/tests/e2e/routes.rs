//! Every call of the three wires, with parameters that can be read and that change nothing: wrong codes and passwords,
//! accounts that do not exist.

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::harness::{Client, query};

/// Which wire a call belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    CloudUser,
    ApiV1,
    User,
}

/// How a call's parameters travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Query,
    Form,
    Json,
}

/// A call as the documents have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) wire: Wire,
    pub(crate) carrier: Carrier,
    pub(crate) path: &'static str,
    pub(crate) required: &'static [Parameter],
    pub(crate) needs_token: bool,
}

/// A required parameter and a value that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) good: Good,
}

/// A value by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Good {
    Text(&'static str),
    Number(i64),
}

impl Good {
    pub(crate) fn json(self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Number(number) => number.to_string(),
        }
    }
}

const fn text(name: &'static str, good: &'static str) -> Parameter {
    Parameter {
        name,
        good: Good::Text(good),
    }
}

const fn number(name: &'static str, good: i64) -> Parameter {
    Parameter {
        name,
        good: Good::Number(good),
    }
}

const PHONE: Parameter = text("phone", "13700137000");
const EMAIL: Parameter = text("email", "nobody@example.org");
const PASSWORD: Parameter = text("password", "no-such-password");
const CODE: Parameter = text("code", "000000");
const ACCOUNT: Parameter = text("account", "nobody");
const NICKNAME: Parameter = text("nickname", "nobody");
const NOBODYS_ID: Parameter = number("id", 999_999_999);

const fn cloud_user(path: &'static str, needs_token: bool, required: &'static [Parameter]) -> Route {
    Route {
        wire: Wire::CloudUser,
        carrier: Carrier::Query,
        path,
        required,
        needs_token,
    }
}

const fn api_v1(path: &'static str, carrier: Carrier, needs_token: bool, required: &'static [Parameter]) -> Route {
    Route {
        wire: Wire::ApiV1,
        carrier,
        path,
        required,
        needs_token,
    }
}

const fn user(path: &'static str, carrier: Carrier, needs_token: bool, required: &'static [Parameter]) -> Route {
    Route {
        wire: Wire::User,
        carrier,
        path,
        required,
        needs_token,
    }
}

/// All calls but the upload, whose body is of another kind. Those that would make an account do so never with these
/// values, except `user/register`, whose account and password are too short.
pub(crate) const ROUTES: [Route; 34] = [
    cloud_user("/api/cloud_user/code/get", false, &[PHONE, text("type", "1")]),
    cloud_user("/api/cloud_user/register", false, &[PHONE, CODE, PASSWORD, NICKNAME]),
    cloud_user("/api/cloud_user/registe", false, &[PHONE, CODE, PASSWORD, NICKNAME]),
    cloud_user("/api/cloud_user/login/psw", false, &[PHONE, PASSWORD]),
    cloud_user("/api/cloud_user/login/code", false, &[PHONE, CODE]),
    cloud_user("/api/cloud_user/userinfo/get", true, &[]),
    cloud_user("/api/cloud_user/userinfo/update", true, &[]),
    cloud_user(
        "/api/cloud_user/config/set",
        true,
        &[text("key", "k"), text("config", "v")],
    ),
    cloud_user("/api/cloud_user/config/get", true, &[text("key", "k")]),
    cloud_user("/api/cloud_user/psw/rest", false, &[PHONE, CODE, PASSWORD]),
    cloud_user("/api/cloud_user/psw/reset", false, &[PHONE, CODE, PASSWORD]),
    // Last of this wire is `logout`, which ends the token's session: see `LOGOUT`.
    api_v1("/api/v1/user/register", Carrier::Json, false, &[EMAIL, PASSWORD, CODE]),
    api_v1("/api/v1/user/login", Carrier::Json, false, &[EMAIL, PASSWORD]),
    api_v1("/api/v1/user/login/email", Carrier::Json, false, &[EMAIL, CODE]),
    api_v1("/api/v1/user/code/email", Carrier::Json, false, &[EMAIL]),
    api_v1(
        "/api/v1/user/info/other",
        Carrier::Query,
        false,
        &[number("uid", 999_999_999)],
    ),
    api_v1("/api/v1/user/uid", Carrier::Query, false, &[text("name", "nobody")]),
    api_v1("/api/v1/user/resetpwd/check", Carrier::Query, false, &[EMAIL]),
    api_v1(
        "/api/v1/user/pwd/modify",
        Carrier::Json,
        false,
        &[EMAIL, PASSWORD, CODE],
    ),
    api_v1("/api/v1/user/token/refresh", Carrier::Query, true, &[]),
    api_v1("/api/v1/user/info/get", Carrier::Query, true, &[]),
    api_v1("/api/v1/user/info/modify", Carrier::Json, true, &[text("name", "root")]),
    api_v1(
        "/api/v1/user/cover/modify",
        Carrier::Json,
        true,
        &[text("spacecover", "/api/image/none.png")],
    ),
    api_v1("/api/v1/user/manage/list", Carrier::Query, true, &[]),
    api_v1(
        "/api/v1/user/manage/search",
        Carrier::Query,
        true,
        &[text("keyword", "nobody")],
    ),
    api_v1(
        "/api/v1/user/manage/modify",
        Carrier::Json,
        true,
        &[NOBODYS_ID, text("name", "nobody"), EMAIL],
    ),
    api_v1(
        "/api/v1/user/manage/role/modify",
        Carrier::Json,
        true,
        &[NOBODYS_ID, number("role", 1)],
    ),
    api_v1("/api/v1/user/manage/delete", Carrier::Json, true, &[NOBODYS_ID]),
    api_v1("/api/v1/captcha/get", Carrier::Query, false, &[EMAIL]),
    api_v1(
        "/api/v1/captcha/validate",
        Carrier::Json,
        false,
        &[EMAIL, number("x", 1)],
    ),
    user(
        "/user/register",
        Carrier::Json,
        false,
        &[ACCOUNT, text("password", "12345")],
    ),
    user("/user/login", Carrier::Json, false, &[ACCOUNT, PASSWORD]),
    user("/user/info", Carrier::Query, true, &[]),
    LOGOUT,
];

/// The one call that ends the session of its token.
pub(crate) const LOGOUT: Route = cloud_user("/api/cloud_user/logout", true, &[]);

impl Route {
    /// The method by which the document calls it.
    pub(crate) fn method(&self) -> Method {
        match self.carrier {
            Carrier::Form | Carrier::Json => Method::POST,
            Carrier::Query => Method::GET,
        }
    }

    /// The same call by another carrier.
    pub(crate) fn by(self, carrier: Carrier) -> Self {
        Self { carrier, ..self }
    }

    /// Its required parameters with good values.
    pub(crate) fn good(&self) -> Vec<(String, String)> {
        self.required
            .iter()
            .map(|parameter| (parameter.name.to_owned(), parameter.good.text()))
            .collect()
    }

    /// Its required parameters with good values, for a JSON body.
    pub(crate) fn good_json(&self) -> Map<String, Value> {
        self.required
            .iter()
            .map(|parameter| (parameter.name.to_owned(), parameter.good.json()))
            .collect()
    }
}

/// Who calls: the credentials that each wire takes.
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
    pub(crate) token: String,
}

impl Caller {
    /// The call with a query and a body as they are, signed in where the call asks for it.
    pub(crate) fn raw(&self, route: &Route, query: &str, body: Vec<u8>) -> RequestBuilder {
        let url = format!("{}?{query}", route.path);
        let mut request = self.client.request(route.method(), &url);
        if route.wire == Wire::CloudUser {
            request = request
                .header("app_id", &self.app_id)
                .header("app_secret", &self.app_secret);
        }
        if route.needs_token {
            request = request.header("Authorization", &self.token);
        }
        match route.carrier {
            Carrier::Query => request,
            Carrier::Form => request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body),
            Carrier::Json => request.header("Content-Type", "application/json").body(body),
        }
    }

    /// The call with these parameters, by query or form.
    pub(crate) fn with(&self, route: &Route, parameters: &[(String, String)]) -> RequestBuilder {
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let encoded = query(&pairs).trim_start_matches('?').to_owned();
        match route.carrier {
            Carrier::Query => self.raw(route, &encoded, Vec::new()),
            Carrier::Form | Carrier::Json => self.raw(route, "", encoded.into_bytes()),
        }
    }

    /// The call with this JSON body.
    pub(crate) fn with_json(&self, route: &Route, body: Map<String, Value>) -> RequestBuilder {
        self.raw(route, "", Value::Object(body).to_string().into_bytes())
    }

    /// The call with good values.
    pub(crate) fn good(&self, route: &Route) -> RequestBuilder {
        match route.carrier {
            Carrier::Query | Carrier::Form => self.with(route, &route.good()),
            Carrier::Json => self.with_json(route, route.good_json()),
        }
    }
}
