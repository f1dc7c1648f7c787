//! Looking after one's own account.

use std::fs;

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

use crate::driver::Browser;
use crate::harness::{Gateway, Home, Mailbox, Server, eventually};
use crate::people::PASSWORD;

const NEW_PASSWORD: &str = "a better password";
const PORTRAIT: &str = "return (document.querySelector('img.portrait')?.naturalWidth ?? 0) > 0;";

struct World {
    home: Home,
    gateway: Gateway,
    mailbox: Mailbox,
    server: Server,
}

impl World {
    /// Ann has a phone number and a mailbox.
    async fn new() -> Self {
        let (mut home, gateway, mailbox) = (Home::new(), Gateway::open().await, Mailbox::open());
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        let server = home.start().await;
        let addresses = ["--phone", "13800138009", "--email", "ann@example.com"];
        home.create_account(&[&["--username", "ann"], addresses.as_slice()].concat(), PASSWORD)
            .await;
        Self {
            home,
            gateway,
            mailbox,
            server,
        }
    }

    /// Whether somebody signs in so on the wire `user`.
    async fn lets_in(&self, account: &str, password: &str) -> bool {
        let body = json!({ "account": account, "password": password });
        self.server.client.post_json("/user/login", &body).await.code() == 200
    }
}

#[tokio::test]
async fn somebody_signs_in_and_edits_profile_and_pictures() {
    let world = World::new().await;
    let portrait = world.home.path("portrait.png");
    DynamicImage::new_rgb8(64, 64)
        .save_with_format(&portrait, ImageFormat::Png)
        .unwrap();
    let Some(browser) = Browser::at(&world.server, "own-profile").await else {
        return;
    };
    browser.set_language("zh-CN").await;
    browser.open("/account/security").await;
    browser.sees("登录我的账号").await;
    browser.check_page().await;
    browser.picture("sign-in").await;
    browser.enter_account("ann", "not this one").await;
    browser.sees("账号或密码错误").await;
    browser.check_page().await;
    browser.enter_account("ann", PASSWORD).await;
    browser.sees("登录中的设备").await;
    assert_eq!(browser.place().await, "/account/security", "where she wanted to go");

    browser.click("资料").await;
    browser.fill("昵称", "安").await;
    browser.choose("性别", "女").await;
    browser.fill("所在地", "杭州").await;
    browser.fill("简介", "<b>你好</b>").await;
    browser.check_page().await;
    browser.click("保存").await;
    browser.sees("已保存。").await;
    for (label, value) in [("昵称", "安"), ("所在地", "杭州"), ("简介", "<b>你好</b>")] {
        assert_eq!(browser.value(label).await, value);
    }
    browser.fill("用户名", "root").await;
    browser.click("保存").await;
    browser.sees("保留").await;
    browser.check_page().await;
    browser.picture("refused").await;

    browser.open("/account/").await;
    browser.attach("选择头像图片", &portrait).await;
    browser.click("上传头像").await;
    browser.sees("已保存。").await;
    assert!(browser.holds(PORTRAIT, "").await, "the portrait is shown");
    let broken = world.home.write("broken.png", "no picture");
    browser.attach("选择封面图片", &broken).await;
    browser.click("上传封面").await;
    browser.sees("PNG").await;
    browser.check_page().await;
    browser.open("/account/").await;
    browser.attach("选择封面图片", &portrait).await;
    browser.click("上传封面").await;
    browser.sees("已保存。").await;
    browser.check_page().await;
    browser.picture("profile").await;
    browser.click("退出").await;
    browser.sees("登录我的账号").await;
    browser.close().await;
}

#[tokio::test]
async fn a_code_by_mail_takes_the_slider_first() {
    let world = World::new().await;
    let Some(browser) = Browser::at(&world.server, "own-code").await else {
        return;
    };
    browser.set_language("en").await;
    browser.set_dark(true).await;
    browser.set_window(390, 844, true).await;
    browser.open("/account/").await;
    browser.click("Sign in by code").await;
    browser.check_page().await;
    browser.fill("Phone number or e-mail address", "ann@example.com").await;
    browser.click("Send a code").await;
    browser.sees("Solve the slider first").await;
    browser.check_page().await;
    browser.picture("slider").await;
    // Where the piece lies at first, the gap never is.
    browser.click("Send a code").await;
    browser.sees("Not quite in place").await;
    browser.solve_slider("Position of the piece").await;
    browser.picture("solved").await;
    browser.click("Send a code").await;
    browser.sees("a code is on its way").await;
    browser.check_page().await;
    browser.fill("Code", "000000").await;
    browser.click("Sign in").await;
    browser.sees("The code is wrong").await;
    let code = world.mailbox.code_to("ann@example.com").await;
    browser.fill("Code", &code).await;
    browser.click("Sign in").await;
    browser.sees("About you").await;
    browser.check_page().await;
    browser.picture("in").await;
    browser.close().await;
}

#[tokio::test]
async fn failures_in_a_row_bring_the_slider_and_a_forgotten_password_is_set_anew() {
    let world = World::new().await;
    let Some(browser) = Browser::at(&world.server, "own-forgotten").await else {
        return;
    };
    browser.set_language("zh-CN").await;
    browser.open("/account/").await;
    for _ in 0..3 {
        browser.enter_account("ann@example.com", "not this one").await;
        browser.sees("账号或密码错误").await;
    }
    browser.enter_account("ann@example.com", PASSWORD).await;
    browser.sees("请先完成滑块验证").await;
    browser.check_page().await;
    browser.solve_slider("拼图位置").await;
    browser.fill("密码", PASSWORD).await;
    browser.picture("slider").await;
    browser.click("登录").await;
    browser.sees("基本资料").await;
    browser.click("退出").await;

    browser.click("忘记密码？").await;
    browser.check_page().await;
    browser.fill("手机号或邮箱", "13800138009").await;
    browser.click("获取验证码").await;
    browser.sees("验证码已经发出").await;
    browser.check_page().await;
    browser.picture("reset").await;
    let code = world.gateway.code_to("+8613800138009").await;
    browser.fill("验证码", &code).await;
    browser.fill("新密码", NEW_PASSWORD).await;
    browser.fill("再输入一次", NEW_PASSWORD).await;
    browser.click("设置新密码").await;
    browser.sees("新密码已生效").await;
    browser.enter_account("ann", NEW_PASSWORD).await;
    browser.sees("基本资料").await;
    browser.close().await;
}

#[tokio::test]
async fn password_phone_and_mail_change_once_they_are_proven() {
    let world = World::new().await;
    let Some(browser) = Browser::at(&world.server, "own-security").await else {
        return;
    };
    browser.set_language("zh-CN").await;
    browser.set_window(390, 844, true).await;
    browser.open("/account/address?kind=phone").await;
    browser.enter_account("ann", PASSWORD).await;
    browser.sees("新手机号").await;
    browser.check_page().await;
    browser.fill("新手机号", "13900139000").await;
    browser.click("获取验证码").await;
    browser.show_it_is_her(&world.gateway).await;
    browser.sees("填写后生效").await;
    browser.check_page().await;
    browser.fill("验证码", "000000").await;
    browser.click("验证并保存").await;
    browser.sees("验证码错误").await;
    browser.does_not_see("139****9000").await;
    let code = world.gateway.code_to("+8613900139000").await;
    browser.fill("验证码", &code).await;
    browser.click("验证并保存").await;
    browser.sees("已验证并保存").await;
    browser.sees("139****9000").await;
    browser.does_not_see("138****8009").await;
    browser.check_page().await;
    browser.picture("phone").await;

    browser.open("/account/address?kind=email").await;
    browser.fill("新邮箱", "anna@example.com").await;
    browser.click("获取验证码").await;
    browser.sees("请先完成滑块验证").await;
    browser.solve_slider("拼图位置").await;
    browser.check_page().await;
    browser.click("获取验证码").await;
    browser.sees("填写后生效").await;
    let code = world.mailbox.code_to("anna@example.com").await;
    browser.fill("验证码", &code).await;
    browser.click("验证并保存").await;
    browser.sees("已验证并保存").await;
    assert!(world.lets_in("anna@example.com", PASSWORD).await && !world.lets_in("ann@example.com", PASSWORD).await);

    // A session that has just begun has to show the old password.
    browser.click("退出").await;
    browser.sees("登录我的账号").await;
    browser.open("/account/password").await;
    browser.enter_account("ann", PASSWORD).await;
    browser.fill("当前密码", "not this one").await;
    browser.fill("新密码", NEW_PASSWORD).await;
    browser.fill("再输入一次", NEW_PASSWORD).await;
    browser.check_page().await;
    browser.click("修改密码").await;
    browser.sees("错误").await;
    browser.check_page().await;
    browser.fill("当前密码", PASSWORD).await;
    browser.fill("新密码", NEW_PASSWORD).await;
    browser.fill("再输入一次", NEW_PASSWORD).await;
    browser.click("修改密码").await;
    browser.sees("密码已修改").await;
    assert!(world.lets_in("ann", NEW_PASSWORD).await && !world.lets_in("ann", PASSWORD).await);
    browser.picture("password").await;
    browser.close().await;
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let world = World::new().await;
    let (elsewhere, body) = (&world.server.client, json!({ "account": "ann", "password": PASSWORD }));
    let token = elsewhere.post_json("/user/login", &body).await.data()["token"].clone();
    let Some(browser) = Browser::at(&world.server, "own-sessions").await else {
        return;
    };
    browser.set_language("en").await;
    browser.set_dark(true).await;
    browser.open("/account/security").await;
    browser.enter_account("ann", PASSWORD).await;
    browser.sees("This one").await;
    browser.sees("App").await;
    browser.check_page().await;
    browser.picture("two").await;
    browser.click("End").await;
    browser.ceases_to_see("App").await;
    browser.sees("This one").await;
    let info = elsewhere.get_as(token.as_str().unwrap(), "/user/info").await;
    assert_eq!(info.code(), 401, "{}", info.text());

    assert!(world.lets_in("ann", PASSWORD).await);
    browser.open("/account/security").await;
    browser.click("Sign out everywhere else").await;
    browser.agree().await;
    browser.ceases_to_see("Sign out everywhere else").await;
    browser.sees("This one").await;
    browser.check_page().await;
    browser.close().await;
}

#[tokio::test]
async fn own_data_is_downloaded_and_closing_is_taken_back() {
    let world = World::new().await;
    let Some(browser) = Browser::at(&world.server, "own-data").await else {
        return;
    };
    let downloads = world.home.path("downloads");
    browser.set_downloads(&downloads).await;
    browser.set_language("zh-CN").await;
    browser.open("/account/data").await;
    browser.enter_account("ann", PASSWORD).await;
    browser.sees("下载我的数据").await;
    browser.check_page().await;
    browser.picture("data").await;
    browser.click("下载").await;
    browser.sees("请确认是您本人").await;
    browser.check_page().await;
    browser.picture("confirm").await;
    browser.fill("密码", PASSWORD).await;
    browser.click("继续").await;
    let file = downloads.join("yaopai-account.json");
    let data: Value = eventually("the file", || serde_json::from_slice(&fs::read(&file).ok()?).ok()).await;
    assert_eq!(data["account"]["identifiers"][0]["value"], "+8613800138009");

    browser.open("/account/data").await;
    browser.click("注销账号").await;
    browser.agree().await;
    browser.sees("账号将在这时删除").await;
    browser.check_page().await;
    browser.picture("closed").await;
    browser.open("/account/").await;
    browser.sees("登录我的账号").await;
    browser.enter_account("ann", PASSWORD).await;
    browser.sees("注销已取消").await;
    browser.check_page().await;
    browser.picture("stays").await;
    browser.close().await;
}

#[tokio::test]
async fn everything_works_without_script() {
    let world = World::new().await;
    let Some(browser) = Browser::at(&world.server, "own-without-script").await else {
        return;
    };
    browser.set_language("en").await;
    browser.set_script(false).await;
    browser.open("/account/").await;
    browser.fill("Username, phone or e-mail", "ann").await;
    browser.fill("Password", PASSWORD).await;
    browser.click("Sign in").await;
    browser.sees("About you").await;
    browser.fill("Nickname", "Ann").await;
    browser.click("Save").await;
    browser.sees("Saved.").await;
    browser.click("Security").await;
    browser.click("Change Phone number").await;
    browser.fill("New phone number", "13900139000").await;
    browser.click("Send a code").await;
    browser.fill("Password", PASSWORD).await;
    browser.click("Continue").await;
    let code = world.gateway.code_to("+8613900139000").await;
    browser.fill("Code", &code).await;
    browser.click("Prove and save").await;
    browser.sees("139****9000").await;
    browser.click("Data").await;
    browser.click("Close the account").await;
    browser.sees("about to be closed").await;
    browser.click("Sign in again").await;
    browser.fill("Username, phone or e-mail", "ann").await;
    browser.fill("Password", PASSWORD).await;
    browser.click("Sign in").await;
    browser.sees("it stays as it was").await;
    browser.picture("stays").await;
    browser.close().await;
}

impl Browser {
    /// Signs in to the account page, in either language, where the form stands.
    async fn enter_account(&self, account: &str, password: &str) {
        let [who, secret, enter] = if self.text().await.contains("登录我的账号") {
            ["用户名、手机号或邮箱", "密码", "登录"]
        } else {
            ["Username, phone or e-mail", "Password", "Sign in"]
        };
        self.fill(who, account).await;
        self.fill_and_send(secret, password, enter).await;
    }

    /// Shows by a code to the phone that it is still her.
    async fn show_it_is_her(&self, gateway: &Gateway) {
        self.sees("请确认是您本人").await;
        self.click("改用验证码： 138****8009").await;
        self.sees("验证码已发往").await;
        self.check_page().await;
        self.picture("confirm").await;
        let code = gateway.code_to("+8613800138009").await;
        self.fill("验证码", &code).await;
        self.click("继续").await;
    }
}
