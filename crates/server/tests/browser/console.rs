//! Getting into the console and around in it.

use thirtyfour::Key;

use crate::driver::Browser;
use crate::harness::Home;
use crate::people::{PASSWORD, staffed};

#[tokio::test]
async fn somebody_signs_in_and_out() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "console-sign-in").await else {
        return;
    };
    browser.set_language("en").await;
    browser.open("/console/accounts?q=li").await;
    browser.sees("Sign in to the console").await;
    browser.check_page().await;
    browser.fill("Username, phone or e-mail", "laoban").await;
    browser.fill("Password", "not this one").await;
    browser.click("Sign in").await;
    browser.sees("Wrong account or password").await;
    browser.check_page().await;
    browser.picture("refused").await;
    browser.fill("Password", PASSWORD).await;
    browser.click("Sign in").await;
    browser.sees("laoban").await;
    assert_eq!(
        browser.place().await,
        "/console/accounts?q=li",
        "where they wanted to go"
    );

    browser.click("Sign out").await;
    browser.sees("Sign in to the console").await;
    browser.driver.back().await.unwrap();
    browser.driver.refresh().await.unwrap();
    browser.sees("Sign in to the console").await;
    browser.close().await;
}

#[tokio::test]
async fn a_user_is_not_let_in() {
    let mut home = Home::new();
    let server = home.start().await;
    home.create_account(&["--username", "renyi"], PASSWORD).await;
    let Some(browser) = Browser::at(&server, "console-no-operator").await else {
        return;
    };
    browser.set_language("zh-CN").await;
    browser.open("/console/").await;
    browser.fill("用户名、手机号或邮箱", "renyi").await;
    browser.fill("密码", PASSWORD).await;
    browser.click("登录").await;
    browser.sees("您的角色不允许").await;
    browser.check_page().await;
    browser.picture("refused").await;
    browser.open("/console/").await;
    browser.sees("登录控制台").await;
    browser.close().await;
}

#[tokio::test]
async fn language_and_colours_are_switched_and_kept() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "console-switches").await else {
        return;
    };
    browser.enter_console("laoban").await;
    browser.click("English").await;
    browser.sees("Dashboard").await;
    browser.does_not_see("概览").await;
    let paper = "return getComputedStyle(document.body).backgroundColor === wanted;";
    let (light, dark) = ("rgb(247, 246, 244)", "rgb(22, 21, 19)");
    assert!(browser.holds(paper, light).await);
    browser.click("Dark").await;
    browser.sees("Dashboard").await;
    assert!(browser.holds(paper, dark).await);
    browser.picture("dark").await;
    browser.click("Auto").await;
    browser.set_dark(true).await;
    browser.open("/console/").await;
    browser.sees("Dashboard").await;
    assert!(browser.holds(paper, dark).await);
    browser.close().await;
}

#[tokio::test]
async fn hands_on_the_keyboard_get_everywhere() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "console-keyboard").await else {
        return;
    };
    browser.set_language("en").await;
    browser.open("/console/").await;
    // The first field has the focus.
    browser.press("laoban").await;
    browser.press(Key::Tab).await;
    browser.press(PASSWORD).await;
    browser.press(Key::Enter).await;
    browser.sees("Dashboard").await;
    browser.tab_to("Skip to content").await;
    browser.picture("skip").await;
    browser.tab_to("Accounts").await;
    browser.press(Key::Enter).await;
    browser.sees("New account").await;
    browser.press("/").await;
    browser.press("lao").await;
    assert_eq!(browser.value("Search").await, "lao");
    browser.tab_to("Sign out").await;
    browser.press(Key::Enter).await;
    browser.sees("Sign in to the console").await;
    browser.close().await;
}

#[tokio::test]
async fn a_phone_has_a_menu() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "console-phone").await else {
        return;
    };
    browser.set_window(390, 844, true).await;
    browser.enter_console("shenji").await;
    browser.check_page().await;
    browser.picture("dashboard").await;
    browser.click("菜单").await;
    browser.picture("menu").await;
    browser.click("账号").await;
    browser.sees("搜索").await;
    browser.does_not_see("新建账号").await;
    browser.check_page().await;
    browser.picture("accounts").await;
    browser.close().await;
}
