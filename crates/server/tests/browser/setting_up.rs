//! From the line on the terminal to the dashboard.

use crate::driver::Browser;
use crate::harness::Home;

const PASSWORD: &str = "一个很长的好密码";

#[tokio::test]
async fn the_first_root_comes_by_the_link() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "setting-up").await else {
        return;
    };
    browser.set_language("zh-CN").await;
    browser.open(&server.setup_link().unwrap()).await;
    browser.sees("创建第一个 root 账号").await;
    // What the link ends with has gone from the address into the form.
    assert_eq!(browser.place().await, "/console/setup");
    assert_eq!(browser.value("设置码").await.len(), 32);
    browser.check_page().await;
    browser.picture("form").await;

    // A mistake costs nothing but another try.
    browser.fill("用户名", "laoban").await;
    browser.fill("密码", PASSWORD).await;
    browser.fill("再次输入密码", "另一个很长的密码").await;
    browser.tick("同时更换默认应用的密钥").await;
    browser.click("创建并登录").await;
    browser.sees("两次输入的密码不一致").await;
    browser.check_page().await;
    browser.picture("mistake").await;
    browser.fill("密码", PASSWORD).await;
    browser.fill("再次输入密码", PASSWORD).await;
    browser.click("创建并登录").await;

    browser.sees("app_secret 只显示这一次").await;
    browser.check_page().await;
    browser.picture("keys").await;
    let shown = browser.text().await;
    let (app_id, before) = server.app();
    assert!(shown.contains(&app_id) && !shown.contains(&before), "{shown}");
    browser.click("已保存，进入控制台").await;
    browser.sees("概览").await;
    browser.sees("laoban").await;
    assert_eq!(browser.place().await, "/console/");
    browser.picture("dashboard").await;

    browser.open("/console/setup").await;
    browser.sees("已经有 root 账号").await;
    browser.check_page().await;
    browser.close().await;
}

#[tokio::test]
async fn it_works_without_script_and_in_english() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "setting-up-without-script").await else {
        return;
    };
    browser.set_language("en").await;
    browser.set_script(false).await;
    let link = server.setup_link().unwrap();
    browser.open(&link).await;
    browser.fill("Set-up code", "0".repeat(32).as_str()).await;
    browser.fill("Username", "laoban").await;
    browser.fill("Password", PASSWORD).await;
    browser.fill("Password again", PASSWORD).await;
    browser.click("Make it and sign in").await;
    browser.sees("yaopai setup-link").await;
    browser.picture("wrong-code").await;
    let (_, code) = link.split_once('#').unwrap();
    browser.fill("Set-up code", code).await;
    browser.fill("Password", PASSWORD).await;
    browser.fill("Password again", PASSWORD).await;
    browser.click("Make it and sign in").await;
    browser.sees("Dashboard").await;
    browser.set_script(true).await;
    browser.check_page().await;
    browser.close().await;
}
