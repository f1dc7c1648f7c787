//! What happens, on the dashboard.

use serde_json::json;
use thirtyfour::{By, Key};

use crate::driver::Browser;
use crate::harness::{Client, Home};
use crate::people::{register, staffed};

/// The hour under way, in the chart of sign-ins.
const LAST_HOUR: &str = ".sign-ins .slot:nth-of-type(24)";
/// What the charts would say to somebody whose browser runs no script.
const TITLES: &str =
    "return [...document.querySelectorAll('.slot title')].some(title => title.textContent.includes(wanted));";

/// Somebody who does not remember their password.
async fn fail(client: &Client, account: &str) {
    let body = json!({ "account": account, "password": "not this one" });
    assert_eq!(client.post_json("/user/login", &body).await.code(), 401);
}

#[tokio::test]
async fn the_dashboard_tells_what_happens_while_it_is_looked_at() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    for account in ["zhangsan", "lisi", "wangwu"] {
        register(&server.client, account).await;
    }
    fail(&server.client, "zhangsan").await;
    let Some(browser) = Browser::at(&server, "dashboard").await else {
        return;
    };
    browser.enter_console("shenji").await;
    // By itself, a moment later: the figures are written once a second, and asked for again every few.
    browser.sees("账号总数\n6").await;
    browser.sees("新账号\n3").await;
    browser.sees("登录失败\n1").await;
    browser.sees("运行状况").await;
    browser.picture("figures").await;
    fail(&server.client, "lisi").await;
    browser.sees("登录失败\n2").await;

    browser.does_not_see("失败 2").await;
    let slot = browser.driver.find(By::Css(LAST_HOUR)).await.unwrap();
    let chain = browser.driver.action_chain();
    chain.move_to_element_center(&slot).perform().await.unwrap();
    browser.sees("失败 2").await;
    browser.picture("pointer").await;
    browser.tab_to("登录, 24 小时: 用左右方向键逐个查看").await;
    browser.press(Key::Escape).await;
    browser.ceases_to_see("失败 2").await;
    browser.press(Key::Left).await;
    browser.sees("失败 2").await;
    browser.picture("keys").await;

    browser.tick("7 天").await;
    browser.sees("7 天 · Asia/Shanghai").await;
    assert_eq!(browser.place().await, "/console/?span=7d");
    browser.click("以表格查看这些数字").await;
    browser.sees("请求的验证码").await;
    browser.check_page().await;
    browser.picture("table").await;
    browser.close().await;
}

#[tokio::test]
async fn it_looks_well_in_both_languages_by_day_and_by_night_and_on_a_phone() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    register(&server.client, "zhangsan").await;
    let Some(browser) = Browser::at(&server, "dashboard-looks").await else {
        return;
    };
    browser.enter_console("shenji").await;
    for (language, title) in [("zh-CN", "运行状况"), ("en", "Health")] {
        browser.set_language(language).await;
        for is_dark in [false, true] {
            browser.set_dark(is_dark).await;
            for (width, is_phone) in [(1280, false), (390, true)] {
                browser.set_window(width, 844, is_phone).await;
                browser.open("/console/?span=30d").await;
                browser.sees(title).await;
                browser.check_page().await;
                browser.picture(&format!("{language}-{is_dark}-{width}")).await;
            }
        }
    }
    browser.close().await;
}

#[tokio::test]
async fn figures_can_be_read_without_script() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    register(&server.client, "zhangsan").await;
    let Some(browser) = Browser::at(&server, "dashboard-without-script").await else {
        return;
    };
    browser.set_script(false).await;
    browser.enter_console("shenji").await;
    browser.tick("7 天").await;
    browser.click("显示").await;
    browser.sees("7 天 · Asia/Shanghai").await;
    // Figures are written once a second, and nothing asks again by itself.
    let told = browser.before_long(async || {
        browser.open("/console/?span=7d").await;
        browser.holds(TITLES, "密码 1").await.then_some(())
    });
    assert!(told.await.is_some(), "the sign-in is not shown");
    browser.click("以表格查看这些数字").await;
    browser.sees("请求的验证码").await;
    browser.picture("table").await;
    browser.close().await;
}
