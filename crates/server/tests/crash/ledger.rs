//! What the server said that it had done, and whether it has.

use std::fmt;

use reqwest::Method;
use serde_json::json;

use crate::harness::{AppClient, Client, Reply};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "hunter22";
/// Of the names of a round, every so many-eth signs in; the rest are looked for in the database at the end.
const SAMPLE: usize = 8;

/// What was acknowledged, and what may have been done without it.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Usernames whose registration was acknowledged.
    pub(crate) names: Vec<String>,
    /// Roles whose giving was acknowledged.
    pub(crate) roles_given: usize,
    redemptions: Vec<Redemption>,
}

/// A code that was presented.
#[derive(Clone)]
pub(crate) struct Redemption {
    call: &'static str,
    phone: String,
    code: String,
    is_acknowledged: bool,
}

impl Redemption {
    /// A code that is about to be presented.
    pub(crate) fn new(call: &'static str, phone: &str, code: &str) -> Self {
        Self {
            call,
            phone: phone.to_owned(),
            code: code.to_owned(),
            is_acknowledged: false,
        }
    }

    /// Presents it.
    pub(crate) async fn send(&self, app: &AppClient) -> Option<Reply> {
        let parameters = [
            ("phone", self.phone.as_str()),
            ("code", &self.code),
            ("password", PASSWORD),
            ("nickname", "张三"),
        ];
        Reply::to(app.request(Method::POST, self.call, &parameters)).await
    }
}

impl Ledger {
    /// Notes a code before it is presented.
    pub(crate) fn begin(&mut self, redemption: Redemption) -> usize {
        self.redemptions.push(redemption);
        self.redemptions.len() - 1
    }

    /// Notes that it was taken.
    pub(crate) fn acknowledge(&mut self, at: usize) {
        self.redemptions[at].is_acknowledged = true;
    }

    /// Takes another ledger's notes over.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.names.append(&mut other.names);
        self.redemptions.append(&mut other.redemptions);
        self.roles_given += other.roles_given;
    }

    /// Holds a server that has come back to what it said before.
    pub(crate) async fn check(&self, app: &AppClient, client: &Client) {
        for name in self.names.iter().rev().step_by(SAMPLE) {
            let body = json!({ "account": name, "password": PASSWORD });
            let reply = client.post_json("/user/login", &body).await;
            assert_eq!(reply.status, 200, "{name}: {reply:?}");
        }
        for redemption in &self.redemptions {
            self.check_redemption(redemption, app).await;
        }
    }

    /// A code that was taken is never taken again; one whose answer is not known is taken once more at most.
    async fn check_redemption(&self, redemption: &Redemption, app: &AppClient) {
        let mut taken = usize::from(redemption.is_acknowledged);
        for _ in 0..2 {
            let reply = redemption.send(app).await.unwrap();
            taken += usize::from(reply.code() == 1);
        }
        assert!(
            taken <= 1,
            "{} of {} was taken {taken} times",
            redemption.call,
            redemption.phone
        );
        // Whether the registration came through before the kill or only now: there is an account, and it is whole.
        let signed_in = app.sign_in(&redemption.phone, PASSWORD).await;
        assert_eq!(signed_in.code(), 1, "{}: {signed_in:?}", redemption.phone);
    }

    /// The normal forms of all identifiers that were acknowledged.
    pub(crate) fn names(&self) -> Vec<String> {
        let registered = |redemption: &&Redemption| redemption.call == "register" && redemption.is_acknowledged;
        let phones = self
            .redemptions
            .iter()
            .filter(registered)
            .map(|redemption| format!("+86{}", redemption.phone));
        self.names.iter().cloned().chain(phones).collect()
    }

    /// How many roles were given.
    pub(crate) fn roles_given(&self) -> usize {
        self.roles_given
    }

    /// Fails where the kills came too early for there to be anything to lose: before so many answers of each kind.
    pub(crate) fn assert_that_it_was_a_flood(&self, count: usize) {
        assert!(self.has_of_each(count), "{self}");
        assert!(self.swallowed() > 0, "no kill ever came between a code and its answer");
    }

    /// Whether at least so many of each kind were acknowledged.
    pub(crate) fn has_of_each(&self, count: usize) -> bool {
        self.names.len() >= count && self.redeemed() >= count && self.roles_given >= count
    }

    fn redeemed(&self) -> usize {
        self.redemptions
            .iter()
            .filter(|redemption| redemption.is_acknowledged)
            .count()
    }

    fn swallowed(&self) -> usize {
        self.redemptions.len() - self.redeemed()
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, roles) = (self.names.len(), self.roles_given);
        let (redeemed, swallowed) = (self.redeemed(), self.swallowed());
        write!(
            formatter,
            "{names} names, {redeemed} codes and {swallowed} without an answer, {roles} roles"
        )
    }
}
