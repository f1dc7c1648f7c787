//! The pages at `/docs/`: read in two languages and both lights, on a phone, and used to try a call.

use thirtyfour::Key;

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
    browser.check_page().await;
    browser.picture("overview").await;
    browser.set_network(false).await;
    browser.click("POST /user/register").await;
    browser.sees("Swagger UI 没能加载").await;
    browser.complaints().await;
    browser.set_network(true).await;
    browser.click("← 全部接口").await;
    browser.click("POST /user/register").await;
    browser.click("Execute").await;
    browser.sees("新用户").await;
    browser.check_quiet().await;
    browser.check_fit().await;
    browser.check_accessible().await;
    browser.picture("tried").await;
    browser.choose("文档", "api_v1 · 邮箱 / e-mail").await;
    browser.sees("/api/v1/captcha/validate").await;
    browser.driver.refresh().await.unwrap();
    browser.sees("/api/v1/captcha/validate").await;
    browser.click("← 全部接口").await;
    browser.sees("/api/cloud_user/psw/rest").await;

    browser.set_dark(true).await;
    browser.set_window(390, 844, true).await;
    browser.open("/docs/?lang=en").await;
    browser.check_page().await;
    browser.picture("overview-dark").await;
    browser.click("Try in Swagger UI api_v1").await;
    browser.sees("/api/v1/captcha/validate").await;
    browser.check_quiet().await;
    browser.check_fit().await;
    browser.check_accessible().await;
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
