//! The pages at `/docs/`: read in two languages and both lights, on a phone, and used to try a call.

use thirtyfour::{By, Key};

use crate::driver::Browser;
use crate::harness::Home;

const GUIDES: [(&str, &str); 4] = [
    ("/docs/guide/api_cloud_user", "验证码"),
    ("/docs/guide/api_v1", "滑块"),
    ("/docs/guide/user", "Retry-After"),
    ("/docs/refusals", "PasswordPathClosed"),
];

#[tokio::test]
async fn guides_and_refusals_can_be_read_by_everybody() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "docs-guides").await else {
        return;
    };
    for (path, word) in GUIDES {
        browser.open(&format!("{path}?lang=zh")).await;
        browser.sees(word).await;
        browser.check_page().await;
    }
    browser.picture("refusals").await;
    browser.click("English").await;
    browser.sees("every failure in the words of every wire").await;

    browser.set_dark(true).await;
    browser.set_window(390, 844, true).await;
    for (path, _) in GUIDES {
        browser.open(path).await;
        browser.sees("Yaopai").await;
        browser.check_page().await;
    }
    browser.click("api_v1").await;
    browser.picture("guide-dark").await;
    browser.close().await;
}

#[tokio::test]
async fn a_call_can_be_tried_where_it_is_described() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "docs-try").await else {
        return;
    };
    browser.open("/docs/?lang=zh").await;
    browser.sees("/api/cloud_user/psw/rest").await;
    browser.picture("api").await;
    browser
        .choose("文档", "user · 用户名、手机号或邮箱 / username, phone or e-mail")
        .await;
    browser.sees("注册并登录").await;
    // Swagger UI puts spaces of no width into paths.
    let call = By::Css("[id$='-post_user_register'] .opblock-summary-control");
    browser.driver.find(call).await.unwrap().click().await.unwrap();
    browser.click("Execute").await;
    browser.sees("新用户").await;
    browser.check_quiet().await;
    browser.picture("tried").await;

    browser.set_dark(true).await;
    browser.set_window(390, 844, true).await;
    browser.open("/docs/?document=api_v1").await;
    browser.sees("/api/v1/captcha/validate").await;
    browser.check_quiet().await;
    browser.picture("api-dark").await;
    browser.close().await;
}

#[tokio::test]
async fn the_slider_can_be_tried_in_its_guide() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "docs-slider").await else {
        return;
    };
    browser.open("/docs/guide/api_v1?lang=en").await;
    browser.click("Draw").await;
    browser.sees("x = 0").await;
    browser.press(Key::Right + Key::Right).await;
    browser.sees("x = 2").await;
    browser.check_page().await;
    browser.picture("slider").await;
    // The hole is never so far to the left.
    browser.click("Validate").await;
    browser.sees("人机验证失败").await;
    browser.check_quiet().await;
    browser.close().await;
}
