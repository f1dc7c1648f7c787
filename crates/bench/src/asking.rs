//! A server on a base, with people, an operator and a script that ask it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use yaopai_model::Role;

use crate::Failure;
use crate::base::{Base, now};
use crate::console::Console;
use crate::load::exchange;
use crate::people::{Crowd, Person};
use crate::server::{Place, Server};
use crate::sessions::{begin_sessions, make_key};

pub(crate) const CONNECTIONS: usize = 16;
/// Those who ask, evenly spread over a base.
const PEOPLE: i64 = 10_000;
/// 10.0.0.0/8: everybody asks from an address of their own, since limits count by address.
const FIRST_SOURCE: u32 = 0x0A00_0000;
const SOURCES: usize = 1 << 24;

/// A server, and who asks it.
pub(crate) struct Contender {
    server: Server,
    pub(crate) asking: Asking,
    /// Calls that were sent; everybody asks in turn.
    sent: usize,
}

/// Those who ask, and what they ask with.
pub(crate) struct Asking {
    pub(crate) address: String,
    /// Credentials of the app for a query.
    credentials: String,
    people: Vec<(i64, Person)>,
    /// Their tokens.
    tokens: Vec<String>,
    /// The operator's.
    operator: String,
    /// The operator's key of the admin API.
    key: String,
    pub(crate) console: Console,
}

impl Contender {
    /// Starts a server on a base, and waits until searching is quick.
    ///
    /// # Errors
    /// What the disk, the database and the server say.
    pub(crate) async fn start(place: &Place, crowd: Crowd) -> Result<Self, Failure> {
        let data = place.base_of(crowd).await?;
        let base = Base::open(&data).await?;
        let credentials = base.app_credentials().await?;
        let people = spread(crowd);
        let tokens = begin_sessions(&base, people.iter().map(|(number, _)| *number)).await?;
        // The operator came after everybody else.
        let operator = crowd.size + 1;
        let mut of_operator = begin_sessions(&base, [operator]).await?;
        let key = make_key(&base, operator).await?;
        base.close().await;
        // Everybody asks from an address of their own.
        let server = place.start(&data, &[("YAOPAI_TRUSTED_PROXIES", "127.0.0.1/32")])?;
        let mut console = Console::enter(&server.address).await?;
        console.until_search_is_quick().await?;
        let asking = Asking {
            address: server.address.clone(),
            credentials,
            people,
            tokens,
            operator: of_operator.pop().ok_or("no session for the operator")?,
            key,
            console,
        };
        Ok(Self {
            server,
            asking,
            // Whoever measures again does not ask codes for the same people first, who would have to wait.
            sent: now().as_millis().unsigned_abs() as usize,
        })
    }

    /// The server's time on processors for each call of a round; the answer to each has `good` in it.
    pub(crate) async fn round(
        &mut self,
        together: usize,
        good: &'static str,
        ask: impl Fn(&Asking, usize) -> Vec<u8>,
    ) -> Result<Duration, Failure> {
        let sent = self.sent..self.sent + together;
        self.sent = sent.end;
        let requests: Vec<Vec<u8>> = sent.map(|number| ask(&self.asking, number)).collect();
        let before = self.server.cpu_time()?;
        exchange(&self.server.address, &Arc::new(requests), CONNECTIONS, good).await?;
        Ok((self.server.cpu_time()? - before).div_f64(together as f64))
    }
}

impl Asking {
    /// Whose turn it is.
    pub(crate) fn person(&self, number: usize) -> &(i64, Person) {
        &self.people[number % self.people.len()]
    }

    pub(crate) fn token(&self, number: usize) -> &str {
        &self.tokens[number % self.people.len()]
    }

    pub(crate) fn of_person(&self, number: usize) -> String {
        format!("Authorization: {}\r\n", self.token(number))
    }

    pub(crate) fn of_operator(&self) -> String {
        format!("Authorization: {}\r\n", self.operator)
    }

    pub(crate) fn of_key(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.key)
    }

    /// A call of `api_cloud_user` with further parameters.
    pub(crate) fn cloud(&self, call: &str, more: &str, number: usize) -> Vec<u8> {
        let path = format!("/api/cloud_user/{call}?{}{more}", self.credentials);
        self.get(&path, &format!("cloud_token: {}\r\n", self.token(number)), number)
    }

    pub(crate) fn get(&self, path: &str, header: &str, number: usize) -> Vec<u8> {
        let head = self.head(number);
        format!("GET {path} HTTP/1.1\r\n{head}{header}\r\n").into_bytes()
    }

    pub(crate) fn post(&self, path: &str, header: &str, body: &str, number: usize) -> Vec<u8> {
        let (head, length) = (self.head(number), body.len());
        format!(
            "POST {path} HTTP/1.1\r\n{head}{header}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn head(&self, number: usize) -> String {
        let source = Ipv4Addr::from_bits(FIRST_SOURCE + (number % SOURCES) as u32);
        format!("Host: {}\r\nX-Forwarded-For: {source}\r\n", self.address)
    }
}

/// People who can sign in, have a phone number and a username, and no rights over others.
pub(crate) fn spread(crowd: Crowd) -> Vec<(i64, Person)> {
    let step = (crowd.size / PEOPLE).max(1);
    let numbers = crowd.numbers().step_by(usize::try_from(step).unwrap_or(1));
    let people = numbers.map(|number| (number, crowd.person(number)));
    let can_ask = |person: &Person| {
        person.disabled_at.is_none() && person.role == Role::User && person.phone.is_some() && person.username.is_some()
    };
    people.filter(|(_, person)| can_ask(person)).collect()
}
