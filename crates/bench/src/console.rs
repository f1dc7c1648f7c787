//! An operator who is signed in to the console.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::http::Connection;
use crate::server::OPERATOR;

const NOBODY: &str = "/console/accounts?q=nobody-is-called-so";
const QUICK: Duration = Duration::from_millis(60);

/// An operator's connection.
pub struct Console {
    connection: Connection,
    address: String,
    cookies: String,
}

impl Console {
    /// Signs in as [`OPERATOR`].
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn enter(address: &str) -> Result<Self, Failure> {
        let mut console = Self {
            connection: Connection::open(address).await?,
            address: address.to_owned(),
            cookies: String::new(),
        };
        let form = console.get("/console/sign-in").await?;
        let token = between(&form, "name=\"token\" value=\"", "\"").ok_or("no token in the form")?;
        let (name, password) = OPERATOR;
        let body = format!("account={name}&password={password}&token={token}");
        let request = format!(
            "POST /console/sign-in HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            console.cookies,
            body.len()
        );
        let status = console.send(&request).await?.0;
        if status != 303 {
            return Err(format!("signing in to the console was answered {status}").into());
        }
        Ok(console)
    }

    /// A page.
    ///
    /// # Errors
    /// Any answer but a page.
    pub async fn get(&mut self, path: &str) -> Result<String, Failure> {
        let request = self.request(path);
        let (status, page) = self.send(&request).await?;
        if status != 200 {
            return Err(format!("{path} was answered {status}").into());
        }
        Ok(page)
    }

    /// Waits until searching is done from memory, which is filled after a start: the database takes far longer where there
    /// are many accounts.
    ///
    /// # Errors
    /// That the connection broke.
    pub async fn until_search_is_quick(&mut self) -> Result<(), Failure> {
        let request = self.request(NOBODY);
        loop {
            let started = Instant::now();
            // At ten million accounts the database does not answer in time.
            let status = self.connection.exchange(request.as_bytes()).await?.status;
            if status == 200 && started.elapsed() < QUICK {
                return Ok(());
            }
            tokio::time::sleep(QUICK).await;
        }
    }

    /// How long it takes to get a page.
    ///
    /// # Errors
    /// Any answer but a page.
    pub async fn time(&mut self, path: &str) -> Result<Duration, Failure> {
        let request = self.request(path);
        let started = Instant::now();
        let answer = self.connection.exchange(request.as_bytes()).await?;
        let taken = started.elapsed();
        match answer.status {
            200 => Ok(taken),
            status => Err(format!("{path} was answered {status}").into()),
        }
    }

    /// The request for a page.
    pub(crate) fn request(&self, path: &str) -> String {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept-Language: en\r\n\r\n",
            self.address, self.cookies
        )
    }

    async fn send(&mut self, request: &str) -> Result<(u16, String), Failure> {
        let answer = self.connection.exchange(request.as_bytes()).await?;
        let set = answer.head.split("\r\n").filter_map(|line| line.split_once(": "));
        let pairs: Vec<String> = set
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, cookie)| Some(cookie.split(';').next()?.to_owned()))
            .collect();
        let (status, text) = (answer.status, answer.text());
        if !pairs.is_empty() {
            self.cookies = pairs.join("; ");
        }
        Ok((status, text))
    }
}

/// What stands between two texts, the first time.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}
