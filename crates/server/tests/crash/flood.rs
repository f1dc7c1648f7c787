//! Many people at once: they register with a name, register with a code, sign in with a code, and an administrator
//! gives roles.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{AppClient, Client, Gateway, Home, Reply, Server};
use crate::ledger::{Ledger, PASSWORD, Redemption};

const NAME_WORKERS: usize = 3;
const CODE_WORKERS: usize = 3;

/// Who takes part in it.
#[derive(Clone)]
pub(crate) struct Flood {
    gateway: Gateway,
    app_id: String,
    app_secret: String,
    root_token: String,
    /// The account whose role goes up and down.
    promoted: i64,
    next: Arc<AtomicU32>,
}

type SharedLedger = Arc<Mutex<Ledger>>;

impl Flood {
    /// Makes the accounts that are there before.
    pub(crate) async fn prepare(home: &Home, server: &Server, gateway: Gateway) -> Self {
        let (app_id, app_secret) = server.app();
        home.create_account(&["--email", "root@example.org", "--role", "root"], PASSWORD)
            .await;
        let promoted = home.create_account(&["--username", "promoted"], PASSWORD).await;
        let body = json!({ "email": "root@example.org", "password": PASSWORD });
        let signed_in = server.client.post_json("/api/v1/user/login", &body).await.data();
        Self {
            gateway,
            app_id,
            app_secret,
            root_token: signed_in["token"].as_str().unwrap().to_owned(),
            promoted: promoted["id"].as_i64().unwrap(),
            next: Arc::default(),
        }
    }

    /// The app through which it comes.
    pub(crate) fn app(&self, client: &Client) -> AppClient {
        AppClient::with(client, &self.app_id, &self.app_secret)
    }

    /// Begins; each worker goes on until it gets no answer.
    pub(crate) fn begin(&self, client: &Client, ledger: &SharedLedger) -> JoinSet<()> {
        let mut workers = JoinSet::new();
        for _ in 0..NAME_WORKERS {
            workers.spawn(self.clone().register_names(client.clone(), Arc::clone(ledger)));
        }
        for _ in 0..CODE_WORKERS {
            workers.spawn(self.clone().redeem_codes(self.app(client), Arc::clone(ledger)));
        }
        workers.spawn(self.clone().give_roles(client.clone(), Arc::clone(ledger)));
        workers
    }

    async fn register_names(self, client: Client, ledger: SharedLedger) {
        loop {
            let name = format!("name{}", self.number());
            let body = json!({ "account": name, "password": PASSWORD });
            let request = client
                .request(Method::POST, "/user/register")
                .header("Content-Type", "application/json");
            let Some(reply) = Reply::to(request.body(body.to_string())).await else {
                return;
            };
            assert_eq!(reply.status, 200, "{reply:?}");
            ledger.lock().unwrap().names.push(name);
        }
    }

    /// Registers by a code, then signs in by another.
    async fn redeem_codes(self, app: AppClient, ledger: SharedLedger) {
        loop {
            let phone = format!("139{:08}", self.number());
            for (kind, call) in [("0", "register"), ("2", "login/code")] {
                let asked = app.request(Method::GET, "code/get", &[("phone", &phone), ("type", kind)]);
                let Some(reply) = Reply::to(asked).await else { return };
                assert_eq!(reply.code(), 1, "{reply:?}");
                let code = self.gateway.code_to(&format!("+86{phone}")).await;
                let redemption = Redemption::new(call, &phone, &code);
                let at = ledger.lock().unwrap().begin(redemption.clone());
                let Some(reply) = redemption.send(&app).await else {
                    return;
                };
                assert_eq!(reply.code(), 1, "{reply:?}");
                ledger.lock().unwrap().acknowledge(at);
            }
        }
    }

    async fn give_roles(self, client: Client, ledger: SharedLedger) {
        for (turn, role) in [1, 2].into_iter().cycle().enumerate() {
            let request = client.request(Method::POST, "/api/v1/user/manage/role/modify");
            let body = json!({ "id": self.promoted, "role": role });
            let request = request
                .header("Authorization", &self.root_token)
                .header("Content-Type", "application/json");
            let Some(reply) = Reply::to(request.body(body.to_string())).await else {
                return;
            };
            assert_eq!(reply.code(), 200, "{reply:?}");
            // The first one may be what the account had already, which is no change and no entry in the audit.
            ledger.lock().unwrap().roles_given += usize::from(turn > 0);
        }
    }

    fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
