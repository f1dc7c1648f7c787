//! Holding a transcript against a server.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use serde_json::Value;
use yaopai_accounts::{Actor, NewAccount, NewApp};
use yaopai_dialects::{Failure, HttpStatus};
use yaopai_model::{AccountId, AppName, Email, HostName, Identifier, Password, PasswordPolicy, Phone, Role, Username};

use super::answer;
use super::filling::{Filling, messages_to};
use super::format::{Directive, Exchange, Options, Transcript, What};
use crate::{Answer, Database, TestServer, TestSettings};

/// Where requests come from until a transcript says otherwise (RFC 5737).
const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// What is percent-encoded of a request's target, which is written for people.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// What came of a transcript.
pub struct Verdict {
    /// What could not be played, and ended it: `line N: …`.
    pub problem: Option<String>,
    /// The answers that are not as written: `line N`, what was expected, what came.
    pub differences: Vec<String>,
    /// The whole transcript with the answers that came.
    pub blessed: String,
    /// Every call that was made, in order.
    pub seen: Vec<Seen>,
}

/// One call, for whoever asks what the transcripts cover.
pub struct Seen {
    /// The request's path.
    pub path: String,
    /// Why the call failed, where it did.
    pub failure: Option<Failure>,
}

/// Plays a transcript to a server of its own.
///
/// # Errors
/// What kept the server from starting, in words.
pub async fn run(transcript: &Transcript, database: Database) -> Result<Verdict, String> {
    let mut play = Play::begin(transcript, database).await?;
    let mut problem = None;
    for step in &transcript.steps {
        let played = match &step.what {
            What::Directive(directive) => play.direct(directive).await,
            What::Exchange(exchange) => play.exchange(transcript, exchange, step.line).await,
        };
        if let Err(error) = played {
            problem = Some(format!("line {}: {error}", step.line));
            break;
        }
    }
    Ok(Verdict {
        problem,
        differences: play.differences,
        blessed: transcript.with_answers(&play.answers),
        seen: play.seen,
    })
}

struct Play {
    server: TestServer,
    source: IpAddr,
    values: BTreeMap<String, String>,
    /// What `@times` said of the next request.
    times: (u32, Option<String>),
    last_body: Bytes,
    answers: Vec<Vec<String>>,
    differences: Vec<String>,
    seen: Vec<Seen>,
}

impl Play {
    /// Settings count from the start, wherever they stand.
    async fn begin(transcript: &Transcript, database: Database) -> Result<Self, String> {
        let mut settings = TestSettings::default();
        for step in &transcript.steps {
            if let What::Directive(Directive::Setting { key, value }) = &step.what {
                set(&mut settings, key, value).map_err(|problem| format!("line {}: {problem}", step.line))?;
            }
        }
        let server = TestServer::start(database, settings).await?;
        let app_id = server.default_app.key.as_str().to_owned();
        let app_secret = server.default_app_secret.expose().to_owned();
        Ok(Self {
            server,
            source: SOURCE,
            values: BTreeMap::from([("app_id".to_owned(), app_id), ("app_secret".to_owned(), app_secret)]),
            times: (1, None),
            last_body: Bytes::new(),
            answers: Vec::new(),
            differences: Vec::new(),
            seen: Vec::new(),
        })
    }

    async fn direct(&mut self, directive: &Directive) -> Result<(), String> {
        match directive {
            Directive::Setting { .. } => {}
            Directive::App { name, options } => self.make_app(name, options).await?,
            Directive::Account(options) => self.make_account(options).await?,
            Directive::Disable(id) => {
                let app = self.server.default_app.id;
                self.server
                    .accounts
                    .set_disabled(app, Actor::Operator, AccountId(*id), true)
                    .await
                    .map_err(text)?;
            }
            Directive::Advance(by) => self.server.clock.advance(*by),
            Directive::Source(address) => self.source = address.parse().map_err(text)?,
            Directive::Times { count, source } => self.times = (*count, source.clone()),
            Directive::Let { name, pointer } => {
                let answer: Value = serde_json::from_slice(&self.last_body).map_err(text)?;
                let found = answer
                    .pointer(pointer)
                    .ok_or_else(|| format!("the last answer has no {pointer}"))?;
                let value = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                self.values.insert(name.clone(), value);
            }
            Directive::Sent { address, count } => {
                let sent = messages_to(&self.server, address).len();
                if sent != *count {
                    return Err(format!("{sent} messages were sent to {address}, not {count}"));
                }
            }
            Directive::Store(state) => self.server.put_store(*state)?,
        }
        Ok(())
    }

    async fn make_app(&mut self, name: &str, options: &Options) -> Result<(), String> {
        let (mut hosts, mut rate) = (Vec::new(), None);
        for (key, value) in options {
            match key.as_str() {
                "host" => hosts.push(HostName::parse(value).map_err(text)?),
                "rate" => rate = Some(value.parse().map_err(text)?),
                _ => return Err(format!("an app has no {key}")),
            }
        }
        let new = NewApp {
            name: AppName::parse(name).map_err(text)?,
            hosts,
            requests_per_second: rate,
        };
        let (app, secret) = self
            .server
            .accounts
            .create_app(Actor::Operator, new)
            .await
            .map_err(text)?;
        self.values
            .insert(format!("{name}.app_id"), app.key.as_str().to_owned());
        self.values
            .insert(format!("{name}.app_secret"), secret.expose().to_owned());
        Ok(())
    }

    async fn make_account(&mut self, options: &Options) -> Result<(), String> {
        let (mut identifiers, mut role, mut password) = (Vec::new(), Role::User, None);
        for (key, value) in options {
            match key.as_str() {
                "role" => role = Role::parse(value).map_err(text)?,
                "password" => password = Some(Password::chosen(value, PasswordPolicy::Published).map_err(text)?),
                "username" => identifiers.push(Identifier::Username(Username::parse(value).map_err(text)?)),
                "email" => identifiers.push(Identifier::Email(Email::parse(value).map_err(text)?)),
                "phone" => identifiers.push(Identifier::Phone(Phone::parse(value).map_err(text)?)),
                _ => return Err(format!("an account has no {key}")),
            }
        }
        let password = password.ok_or("an account has a password")?;
        let new = NewAccount {
            identifiers,
            password,
            role,
        };
        self.server
            .accounts
            .create_account(self.server.default_app.id, new)
            .await
            .map_err(text)?;
        Ok(())
    }

    /// Sends the request as often as `@times` said. All answers must be alike; it is the last that is written.
    async fn exchange(&mut self, transcript: &Transcript, exchange: &Exchange, line: usize) -> Result<(), String> {
        let (count, source) = std::mem::replace(&mut self.times, (1, None));
        let method = Method::from_bytes(exchange.method.as_bytes()).map_err(text)?;
        let mut outcome = None;
        for round in 1..=count {
            let (request, source) = self.request(exchange, source.as_deref(), round)?;
            let path = request.uri().path().to_owned();
            let answer = self.server.send(request, source).await?;
            let this = outcome_of(&answer);
            if *outcome.get_or_insert(this) != this {
                return Err(format!(
                    "time {round} is answered with {this:?}, the times before with {outcome:?}"
                ));
            }
            self.last_body = answer.body.clone();
            if round == count {
                self.compare(transcript.answer_of(exchange), answer::written(&answer, &method), line);
            }
            self.seen.push(Seen {
                path,
                failure: answer.failure,
            });
        }
        Ok(())
    }

    fn request(
        &self,
        exchange: &Exchange,
        source: Option<&str>,
        round: u32,
    ) -> Result<(Request<Bytes>, IpAddr), String> {
        let filling = Filling {
            server: &self.server,
            values: &self.values,
            last_body: &self.last_body,
            round,
        };
        let target = filling.fill(&exchange.target)?;
        let uri: Uri = percent_encode(&target, ENCODED).to_string().parse().map_err(text)?;
        let mut request = Request::builder().method(exchange.method.as_str()).uri(uri);
        for (name, value) in &exchange.headers {
            let name: HeaderName = name.parse().map_err(text)?;
            request = request.header(name, HeaderValue::from_bytes(&filling.fill(value)?).map_err(text)?);
        }
        // Parts of a form are separated by CR LF (RFC 7578, section 4.1), which no line of a text file ends with.
        let is_multipart = exchange
            .headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()) && value.starts_with("multipart/"));
        let line_end = if is_multipart { "\r\n" } else { "\n" };
        let body = filling.fill(&exchange.body.join(line_end))?;
        let source = match source {
            Some(template) => filling.fill_text(template)?.parse().map_err(text)?,
            None => self.source,
        };
        Ok((request.body(Bytes::from(body)).map_err(text)?, source))
    }

    fn compare(&mut self, expected: &[String], came: Vec<String>, line: usize) {
        if expected != came {
            let marked = |mark: &str, lines: &[String]| {
                lines
                    .iter()
                    .map(|line| format!("\n  {mark} {line}"))
                    .collect::<String>()
            };
            self.differences
                .push(format!("line {line}{}{}", marked("-", expected), marked("+", &came)));
        }
        self.answers.push(came);
    }
}

/// What answers must have in common to be alike: the status, and the `code` of the envelope.
fn outcome_of(answer: &Answer) -> (u16, Option<i64>) {
    let envelope: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer.status.as_u16(), envelope["code"].as_i64())
}

/// Settings by the names that operators know them by.
fn set(settings: &mut TestSettings, key: &str, value: &str) -> Result<(), String> {
    let number = || value.parse::<u32>().map_err(text);
    match key {
        "dialects.user.http_status" => {
            settings.user_http_status = match value {
                "mirror" => HttpStatus::Mirror,
                "always_200" => HttpStatus::Always200,
                _ => return Err(format!("{key} is mirror or always_200")),
            };
        }
        "password.policy" => {
            settings.password_policy = match value {
                "published" => PasswordPolicy::Published,
                "strict" => PasswordPolicy::Strict,
                _ => return Err(format!("{key} is published or strict")),
            };
        }
        "public_url" => settings.public_url = Some(value.to_owned()),
        "sms.channel" => settings.has_sms = value != "off",
        "mail.channel" => settings.has_mail = value != "off",
        "limits.code_resend_seconds" => settings.limits.code_resend = Duration::from_secs(number()?.into()),
        "limits.codes_per_identifier_per_day" => settings.limits.codes_per_identifier_per_day = number()?,
        "limits.failures_per_source_per_hour" => settings.limits.failures_per_source_per_hour = number()?,
        "limits.captchas_per_source_per_hour" => settings.limits.challenges_per_source_per_hour = number()?,
        "sessions.per_account" => settings.limits.sessions_per_account = number()?,
        _ => return Err(format!("no setting that transcripts know is named {key}")),
    }
    Ok(())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
