//! Calls to a whole server in this process, whose time and randomness repeat: the same work each time, for counting
//! instructions and for micro-benchmarks. There is no socket, and a hash costs next to nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::body::Bytes;
use hyper::Request;
use hyper::header::{HeaderValue, USER_AGENT};
use yaopai_accounts::{NewAccount, SearchState};
use yaopai_model::{Identifier, Password, PasswordPolicy, Phone, Role, Username};
use yaopai_testkit::{Database, TestServer, TestSettings};

use crate::Failure;
use crate::base::in_words;

/// People who are signed in: several times as many as the server has room to remember.
const PEOPLE: u32 = 600;
/// Few enough that the sessions of all of them are remembered.
const FAMILIAR: u32 = 12;
const PASSWORD: &str = "secret1";
const OPERATOR: &str = "root-of-all";
/// What everybody calls with.
const AGENT: HeaderValue = HeaderValue::from_static(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
     MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN",
);
/// Between two calls, so that nobody makes more of them than allowed.
const PAUSE: Duration = Duration::from_millis(200);

/// A call that is made over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `GET /user/info` by one of few people.
    UserInfo,
    /// The same by so many that nobody's session or token is remembered.
    UserInfoUnremembered,
    /// The same with a token that nobody signed.
    UserInfoForged,
    /// `GET /api/cloud_user/userinfo/get`
    UserinfoGet,
    /// `GET /api/v1/user/info/get`
    InfoGet,
    /// `POST /user/login`
    SignIn,
    /// `POST /user/login` with a wrong password, at most once by each of the people.
    SignInRefused,
    /// `POST /user/register`
    Register,
    /// `POST /api/cloud_user/userinfo/update`
    Update,
    /// `GET /api/v1/user/manage/search` for a part of phone numbers.
    Search,
    /// `POST /user/login` without a password: reads a JSON body, and refuses.
    NoPassword,
    /// `GET /api/cloud_user/config/get` without a key: reads parameters, and refuses.
    NoKey,
    /// A path that no call has.
    UnknownPath,
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::UserInfo,
        Self::UserInfoUnremembered,
        Self::UserInfoForged,
        Self::UserinfoGet,
        Self::InfoGet,
        Self::SignIn,
        Self::SignInRefused,
        Self::Register,
        Self::Update,
        Self::Search,
        Self::NoPassword,
        Self::NoKey,
        Self::UnknownPath,
    ];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserInfo => "user/info",
            Self::UserInfoUnremembered => "user/info, not remembered",
            Self::UserInfoForged => "user/info, forged token",
            Self::UserinfoGet => "userinfo/get",
            Self::InfoGet => "info/get",
            Self::SignIn => "user/login",
            Self::SignInRefused => "user/login, wrong password",
            Self::Register => "user/register",
            Self::Update => "userinfo/update",
            Self::Search => "manage/search",
            Self::NoPassword => "user/login, no password",
            Self::NoKey => "config/get, no key",
            Self::UnknownPath => "unknown path",
        }
    }

    fn is_refused(self) -> bool {
        match self {
            Self::UserInfoForged | Self::SignInRefused | Self::NoPassword | Self::NoKey | Self::UnknownPath => true,
            Self::UserInfo
            | Self::UserInfoUnremembered
            | Self::UserinfoGet
            | Self::InfoGet
            | Self::SignIn
            | Self::Register
            | Self::Update
            | Self::Search => false,
        }
    }
}

/// The server, and who calls.
pub struct Calls {
    server: TestServer,
    app: String,
    tokens: Vec<String>,
    operator: String,
    registered: u32,
    made: u32,
}

impl Calls {
    /// Starts a server and signs people in.
    ///
    /// # Errors
    /// What does not work.
    pub async fn begin() -> Result<Self, Failure> {
        let server = TestServer::start(Database::Sqlite, TestSettings::default()).await?;
        let app = format!(
            "app_id={}&app_secret={}",
            server.default_app.key.as_str(),
            server.default_app_secret.expose()
        );
        let operator = NewAccount {
            identifiers: vec![Identifier::Username(Username::parse(OPERATOR)?)],
            password: Password::chosen(PASSWORD, PasswordPolicy::Published)?,
            role: Role::Root,
        };
        let created = server.accounts.create_account(server.default_app.id, operator);
        created.await.map_err(in_words)?;
        let mut calls = Self {
            server,
            app,
            tokens: Vec::new(),
            operator: String::new(),
            registered: 0,
            made: 0,
        };
        let signed_in = calls.send(post("login", OPERATOR, PASSWORD)?, source(0), false);
        calls.operator = token(&signed_in.await?)?;
        for _ in 0..PEOPLE {
            let answer = calls.make(Call::Register).await?;
            calls.tokens.push(token(&answer)?);
        }
        // The first number from abroad has the rules of all countries read, which takes callgrind longer than a scan may take.
        Phone::parse("+1 212 555 0123")?;
        Ok(calls)
    }

    /// Has the memory that is searched filled, as a loop of the server does; much time may have passed by the clock.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tend(&self) -> Result<(), Failure> {
        while self.server.accounts.tend_search().await.map_err(in_words)? == SearchState::Filling {}
        Ok(())
    }

    /// Makes a call; gives its answer's body.
    ///
    /// # Errors
    /// Any other answer than is expected.
    pub async fn make(&mut self, call: Call) -> Result<Bytes, Failure> {
        self.made = self.made.wrapping_add(1);
        let (someone, familiar) = (self.made % PEOPLE, self.made % FAMILIAR);
        let (request, from) = match call {
            Call::UserInfo => (self.get("/user/info", familiar)?, familiar),
            Call::UserInfoUnremembered => (self.get("/user/info", someone)?, someone),
            Call::UserInfoForged => {
                let forged = format!("{}A", self.token_of(someone));
                let request = Request::get("/user/info").header("authorization", forged);
                (request.body(Bytes::new())?, someone)
            }
            Call::UserinfoGet => {
                let path = format!("/api/cloud_user/userinfo/get?{}", self.app);
                (self.get(&path, familiar)?, familiar)
            }
            Call::InfoGet => (self.get("/api/v1/user/info/get", familiar)?, familiar),
            Call::SignIn => (post("login", &phone(someone), PASSWORD)?, someone),
            Call::SignInRefused => (post("login", &phone(someone), "secret2")?, someone),
            Call::Register => {
                self.registered += 1;
                let number = self.registered - 1;
                (post("register", &phone(number), PASSWORD)?, number)
            }
            Call::Update => {
                let path = format!("/api/cloud_user/userinfo/update?{}&nickname=p{}", self.app, self.made);
                (self.get(&path, familiar)?, familiar)
            }
            Call::Search => {
                let path = "/api/v1/user/manage/search?keyword=0000012&page=1&page_size=10";
                let request = Request::get(path).header("authorization", &self.operator);
                (request.body(Bytes::new())?, 0)
            }
            Call::NoPassword => (post("login", &phone(someone), "")?, someone),
            Call::NoKey => {
                let path = format!("/api/cloud_user/config/get?{}&space=&page=1", self.app);
                (self.get(&path, familiar)?, familiar)
            }
            Call::UnknownPath => (Request::get("/user/nowhere").body(Bytes::new())?, someone),
        };
        self.server.clock.advance(PAUSE);
        self.send(request, source(from), call.is_refused()).await
    }

    async fn send(&self, mut request: Request<Bytes>, from: IpAddr, is_refused: bool) -> Result<Bytes, Failure> {
        request.headers_mut().insert(USER_AGENT, AGENT);
        let answer = self.server.send_alone(request, from).await?;
        if answer.failure.is_some() != is_refused {
            let (body, failure) = (String::from_utf8_lossy(&answer.body), answer.failure);
            return Err(format!("an unexpected answer: {body} {failure:?}").into());
        }
        Ok(answer.body)
    }

    fn get(&self, path: &str, person: u32) -> Result<Request<Bytes>, Failure> {
        let header = if path.starts_with("/api/cloud_user/") {
            "cloud_token"
        } else {
            "authorization"
        };
        let request = Request::get(path).header(header, self.token_of(person));
        Ok(request.body(Bytes::new())?)
    }

    fn token_of(&self, person: u32) -> &str {
        self.tokens.get(person as usize).map_or("", String::as_str)
    }
}

fn post(call: &str, account: &str, password: &str) -> Result<Request<Bytes>, Failure> {
    let body = format!(r#"{{"account":"{account}","password":"{password}"}}"#);
    let request = Request::post(format!("/user/{call}")).header("content-type", "application/json");
    Ok(request.body(body.into())?)
}

fn phone(person: u32) -> String {
    format!("138{person:08}")
}

/// Everybody comes from somewhere else.
fn source(person: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits((10 << 24) + person))
}

fn token(answer: &[u8]) -> Result<String, Failure> {
    let answer = std::str::from_utf8(answer)?;
    let (_, rest) = answer.split_once(r#""token":""#).ok_or("no token in the answer")?;
    let (token, _) = rest.split_once('"').ok_or("no token in the answer")?;
    Ok(token.to_owned())
}
