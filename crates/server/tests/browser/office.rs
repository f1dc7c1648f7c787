//! The pages of apps, messages, the audit log, API keys and settings.

use std::fs;

use reqwest::Method;

use crate::driver::Browser;
use crate::harness::{AppClient, Client, Gateway, Home, Reply, SECRET, eventually};
use crate::people::{PASSWORD, register, staffed};

const CODES: &str = "return [...document.querySelectorAll('code.code')].map(code => code.textContent);";
const SHOWN_ONCE: &str = "return document.querySelector('.secret code:not(#app-id)').textContent;";
const HAS_FORMS: &str = "return document.querySelector('main form') !== null;";

/// Whether the app's calls are let in with this secret.
async fn opens(client: &Client, app: &str, secret: &str) -> bool {
    let wanted = [("phone", "13900139001"), ("type", "0")];
    let app = AppClient::with(client, app, secret);
    app.call(Method::GET, "code/get", &wanted).await.code() == 1
}

/// `GET /api/admin/…` with a key.
async fn by_key(client: &Client, key: &str, call: &str) -> Reply {
    client
        .get_as(&format!("Bearer {key}"), &format!("/api/admin/{call}"))
        .await
}

#[tokio::test]
async fn an_app_is_made_changed_and_given_a_new_secret() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "office-apps").await else {
        return;
    };
    browser.enter_console("laoban").await;
    browser.click("应用").await;
    browser.click("新建应用").await;
    browser.fill("名称", "收银台").await;
    browser.fill("域名，每行一个", "https://pos.example.com").await;
    browser.fill("每秒请求数上限", "50").await;
    browser.click("创建").await;
    browser.sees("不带 https://").await;
    browser.check_page().await;
    browser.picture("mistake").await;
    browser.fill("域名，每行一个", "pos.example.com").await;
    browser.click("创建").await;
    browser.sees("密钥只显示这一次").await;
    browser.check_page().await;
    browser.picture("made").await;
    let secret = browser.shown_once().await;
    browser.click("已保存，继续").await;
    browser.sees("开放的接口").await;
    let place = browser.place().await;
    let app = place.rsplit('/').next().unwrap();
    assert!(opens(&server.client, app, &secret).await);

    browser.tick("user").await;
    browser.click("保存").await;
    browser.sees("已保存。").await;
    browser.check_page().await;
    browser.picture("wire-closed").await;
    let closed = server
        .client
        .request(Method::GET, "/user/info")
        .header("Host", "pos.example.com");
    assert_eq!(Reply::to(closed).await.unwrap().code(), 404);

    browser.choose("更换密钥；旧密钥", "1 天后作废").await;
    browser.click("更换密钥").await;
    browser.confirm().await;
    browser.sees("旧密钥继续有效，直到").await;
    browser.check_page().await;
    browser.picture("rotated").await;
    let new = browser.shown_once().await;
    assert!(opens(&server.client, app, &new).await && opens(&server.client, app, &secret).await);
    browser.click("已保存，继续").await;
    browser.sees("仍有效，直到").await;
    browser.does_not_see(&new).await;
    browser.click("旧密钥立即作废").await;
    browser.agree().await;
    browser.sees("已吊销。").await;
    assert!(opens(&server.client, app, &new).await && !opens(&server.client, app, &secret).await);
    browser.open("/console/apps").await;
    browser.sees("50 次/秒").await;
    browser.picture("list").await;

    browser.open(&place).await;
    browser.go_out_at_night().await;
    browser.sees("Open wires").await;
    browser.check_page().await;
    browser.picture("phone").await;
    browser.set_script(false).await;
    browser.open(&place).await;
    browser.click("Rotate the secret").await;
    browser.sees("shown this once").await;
    browser.does_not_see("Copy").await;

    browser.set_script(true).await;
    browser.come_as("shenji", &place).await;
    assert_eq!(browser.value("域名，每行一个").await, "pos.example.com");
    browser.offers_none(&["保存", "更换密钥", "旧密钥立即作废"]).await;
    browser.close().await;
}

#[tokio::test]
async fn codes_on_trial_are_shown_to_those_above_whoever_they_let_in() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let owner = ["--username", "caiwu", "--role", "root", "--phone", "13700137007"];
    home.create_account(&owner, PASSWORD).await;
    let app = AppClient::of(&server);
    for (phone, kind) in [("13700137007", "2"), ("13900139009", "0")] {
        let asked = app
            .call(Method::GET, "code/get", &[("phone", phone), ("type", kind)])
            .await;
        assert_eq!(asked.code(), 1, "{asked:?}");
    }
    let Some(browser) = Browser::at(&server, "office-trial-codes").await else {
        return;
    };
    browser.enter_console("laoban").await;
    browser.click("消息").await;
    let codes = browser.trial_codes(2).await;
    browser.sees("试用设置：").await;
    browser.check_page().await;
    browser.picture("root").await;
    browser.come_as("guanli", "/console/messages").await;
    let shown = browser.trial_codes(1).await;
    assert!(codes.contains(&shown[0]));
    browser.picture("admin").await;
    let parameters = [
        ("phone", "13900139009"),
        ("code", shown[0].as_str()),
        ("password", PASSWORD),
        ("nickname", "张三"),
    ];
    let registered = app.call(Method::POST, "register", &parameters).await;
    assert_eq!(registered.code(), 1, "it is the user's, not the root's: {registered:?}");
    browser.come_as("shenji", "/console/messages").await;
    browser.sees("137****7007").await;
    assert!(browser.trial_codes(0).await.is_empty());
    browser.close().await;
}

#[tokio::test]
async fn a_message_that_failed_says_why_and_is_sent_again() {
    let (mut home, gateway) = (Home::new(), Gateway::open().await);
    gateway.serve(&mut home);
    gateway.answer_with(403);
    let server = staffed(&mut home).await;
    let app = AppClient::of(&server);
    let first = app.code(&gateway, "13900139009", "0").await;
    let Some(browser) = Browser::at(&server, "office-messages").await else {
        return;
    };
    browser.enter_console("guanli").await;
    browser.open("/console/messages").await;
    browser.comes_to_see("请核对短信网关的密钥").await;
    browser.does_not_see("13900139009").await;
    browser.check_page().await;
    browser.picture("failed").await;
    gateway.answer_with(204);
    browser.click("重发给").await;
    browser.sees("已发送。").await;
    let second = gateway.code_to("+8613900139009").await;
    assert_ne!(first, second);
    browser.comes_to_see("注册验证码").await;
    browser.picture("sent-again").await;

    browser.open("/console/messages?state=failed").await;
    browser.click("重发给").await;
    browser.sees("已被新的取代").await;
    browser.check_page().await;
    browser.picture("not-again").await;
    browser.click("显示收件人").await;
    browser.confirm().await;
    browser.sees("+8613900139009").await;
    browser.sees("已写入审计记录").await;
    browser.check_page().await;

    browser.open("/console/messages?state=failed").await;
    browser.go_out_at_night().await;
    browser.sees("check the key of the SMS gateway").await;
    browser.check_page().await;
    browser.picture("phone").await;
    browser.set_script(false).await;
    browser.open("/console/messages").await;
    browser.fill("Recipient", "9008").await;
    browser.click("Filter").await;
    browser.sees("No message here is like that.").await;

    browser.set_script(true).await;
    browser.come_as("shenji", "/console/messages").await;
    browser.sees("139****9009").await;
    browser.offers_none(&["重发给", "显示收件人"]).await;
    browser.close().await;
}

#[tokio::test]
async fn the_audit_log_is_verified_filtered_and_exported() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let id = register(&server.client, "zhangsan").await;
    home.run(&["app", "create", "收银台"]).await.ok();
    let Some(browser) = Browser::at(&server, "office-audit").await else {
        return;
    };
    let downloads = home.path("downloads");
    browser.set_downloads(&downloads).await;
    browser.enter_console("laoban").await;
    browser.open(&format!("/console/accounts/{id}")).await;
    browser.click("禁用账号").await;
    browser.sees("已禁用。").await;
    browser.click("审计").await;
    browser.sees("审计链完整").await;
    browser.sees("account.disable").await;
    browser.check_page().await;
    browser.picture("list").await;
    browser.fill("操作", "account.disable").await;
    browser.ceases_to_see("account.create").await;
    browser.sees(&format!("account {id}")).await;
    browser.check_page().await;
    browser.picture("filtered").await;
    browser.click("CSV").await;
    let file = downloads.join("audit.csv");
    let written = eventually("the file", || {
        let text = fs::read_to_string(&file).ok()?;
        text.contains("account.disable").then_some(text)
    });
    let written = written.await;
    assert!(written.contains(&format!("account {id}")) && !written.contains("account.create"));

    browser.go_out_at_night().await;
    browser.open("/console/audit").await;
    browser.sees("The chain is whole").await;
    browser.check_page().await;
    browser.picture("phone").await;
    browser.set_script(false).await;
    browser.open("/console/audit").await;
    browser.fill("Did what", "account.disable").await;
    browser.click("Filter").await;
    browser.ceases_to_see("account.create").await;
    browser.sees("account.disable").await;
    browser.close().await;
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_revoked() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "office-keys").await else {
        return;
    };
    browser.enter_console("laoban").await;
    browser.click("接口密钥").await;
    browser.sees("还没有密钥。").await;
    browser.click("新建密钥").await;
    browser.fill("名称", "夜间导出").await;
    browser.fill("有效天数", "30").await;
    browser.click("创建").await;
    browser.sees("请至少勾选一项权限").await;
    browser.check_page().await;
    browser.tick("查看账号").await;
    browser.picture("form").await;
    browser.click("创建").await;
    browser.confirm().await;
    browser.sees("密钥只显示这一次").await;
    browser.check_page().await;
    browser.picture("made").await;
    let key = browser.shown_once().await;
    assert_eq!(by_key(&server.client, &key, "accounts").await.status, 200);
    assert_eq!(
        by_key(&server.client, &key, "apps").await.status,
        403,
        "beyond its scopes"
    );
    browser.click("已保存，继续").await;
    browser.sees("夜间导出").await;
    browser.does_not_see(&key).await;
    browser.does_not_see("从未").await;
    browser.check_page().await;
    browser.picture("list").await;

    for lower in ["guanli", "shenji"] {
        browser.come_as(lower, "/console/keys").await;
        browser.sees("夜间导出").await;
        browser.offers_none(&["吊销"]).await;
    }
    browser.come_as("laoban", "/console/keys").await;
    browser.click("吊销 夜间导出").await;
    browser.agree().await;
    browser.confirm().await;
    browser.sees("已吊销。").await;
    browser.offers_none(&["吊销"]).await;
    assert_eq!(by_key(&server.client, &key, "accounts").await.status, 401);
    browser.go_out_at_night().await;
    browser.sees("Revoked").await;
    browser.check_page().await;
    browser.picture("phone").await;
    browser.set_script(false).await;
    browser.open("/console/keys/new").await;
    browser.fill("Name", "nightly export").await;
    browser.tick("Look at accounts").await;
    browser.click("Create").await;
    browser.sees("shown this once").await;
    browser.does_not_see("Copy").await;
    browser.close().await;
}

#[tokio::test]
async fn settings_are_read_and_secrets_are_not() {
    let (mut home, gateway) = (Home::new(), Gateway::open().await);
    gateway.serve(&mut home);
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "office-settings").await else {
        return;
    };
    browser.enter_console("shenji").await;
    browser.click("设置").await;
    browser.sees("这里只能查看").await;
    browser.sees("YAOPAI_SMS__WEBHOOK__SECRET_FILE").await;
    let page = browser.driver.source().await.unwrap();
    assert!(!page.contains(SECRET) && !page.contains(&gateway.url));
    assert!(!browser.holds(HAS_FORMS, "").await, "nothing is changed here");
    browser.check_page().await;
    browser.picture("settings").await;
    browser.go_out_at_night().await;
    browser.sees("This is for reading").await;
    browser.check_page().await;
    browser.picture("phone").await;
    browser.close().await;
}

impl Browser {
    /// The page that is open in English, dark and on a phone.
    async fn go_out_at_night(&self) {
        self.set_language("en").await;
        self.set_dark(true).await;
        self.set_window(390, 844, true).await;
        self.driver.refresh().await.unwrap();
    }

    /// Signs in anew as somebody else, at a desk, and opens a page.
    async fn come_as(&self, account: &str, path: &str) {
        self.driver.delete_all_cookies().await.unwrap();
        self.set_dark(false).await;
        self.set_window(1280, 900, false).await;
        self.enter_console(account).await;
        self.open(path).await;
    }

    /// Fails if there is a button with any of these words.
    async fn offers_none(&self, actions: &[&str]) {
        for action in actions {
            assert!(!self.offers(action).await, "{action}");
        }
    }

    /// The secret that the page shows.
    async fn shown_once(&self) -> String {
        self.driver.execute(SHOWN_ONCE, []).await.unwrap().convert().unwrap()
    }

    /// The trial codes on the page, once there are as many.
    async fn trial_codes(&self, count: usize) -> Vec<String> {
        let shown = self.before_long(async || {
            self.driver.refresh().await.ok()?;
            let codes: Vec<String> = self.driver.execute(CODES, []).await.ok()?.convert().ok()?;
            (codes.len() == count).then_some(codes)
        });
        shown.await.unwrap_or_else(|| panic!("{count} codes are never shown"))
    }
}
