//! Who is in the base, and how they get in.

use serde_json::json;

use crate::driver::Browser;
use crate::harness::{Client, Home, Server};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a good password";

/// A base with an operator of each rank.
pub(crate) async fn staffed(home: &mut Home) -> Server {
    let server = home.start().await;
    for (name, role) in [("laoban", "root"), ("guanli", "admin"), ("shenji", "auditor")] {
        home.create_account(&["--username", name, "--role", role], PASSWORD)
            .await;
    }
    server
}

/// Somebody who registers on the wire `user`; gives the number of the account.
pub(crate) async fn register(client: &Client, account: &str) -> i64 {
    let body = json!({ "account": account, "password": PASSWORD });
    let registered = client.post_json("/user/register", &body).await.data();
    let id = &registered["user"]["userId"];
    id.as_i64().or_else(|| id.as_str()?.parse().ok()).unwrap()
}

impl Browser {
    /// Signs in to the console in Chinese.
    pub(crate) async fn enter_console(&self, account: &str) {
        self.set_language("zh-CN").await;
        self.open("/console/").await;
        self.fill("用户名、手机号或邮箱", account).await;
        self.fill("密码", PASSWORD).await;
        self.click("登录").await;
        self.sees("概览").await;
    }

    /// Shows the password again, as the page asks.
    pub(crate) async fn confirm(&self) {
        self.sees("请确认是您本人").await;
        self.fill("密码", PASSWORD).await;
        self.click("继续").await;
    }
}
