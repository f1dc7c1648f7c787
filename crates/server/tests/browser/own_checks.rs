//! What the other tests stand on works: hands reach what is on a page, and checks find what they are there to find.

use crate::checks::AXE;
use crate::driver::{Browser, variable};
use crate::harness::Home;

const SOUND: &str = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>t</title>\
    <main><h1>Hello</h1><noscript>Without script</noscript><form>\
    <label>Name <input name=name></label> <label>Colour <select><option>red<option>blue</select></label>\
    <label><input type=checkbox> Agreed</label> <button type=button onclick='this.append(\" \", navigator.language)'>Send</button></form></main>\
    <style>@media (prefers-color-scheme: dark) { :root { background: #111; color: #eee } }</style>";
const BROKEN: &str = "<!doctype html><title>t</title>\
    <meta http-equiv=Content-Security-Policy content=\"style-src 'none'\"><style>p { color: red }</style>\
    <input name=nameless>";

fn data_url(page: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    format!("data:text/html,{}", encoded.replace('+', "%20"))
}

#[tokio::test]
async fn a_sound_page_can_be_used_and_passes() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "own-checks").await else {
        return;
    };
    browser.open("/healthz").await;
    assert_eq!(browser.place().await, "/healthz");
    let complaints = browser.complaints().await;
    assert!(complaints.concat().contains("favicon.ico"), "{complaints:?}");

    browser.set_language("zh-CN").await;
    browser.driver.goto(data_url(SOUND)).await.unwrap();
    browser.set_window(390, 844, true).await;
    browser.set_dark(true).await;
    browser.fill("Name", "瑶").await;
    assert_eq!(browser.value("Name").await, "瑶");
    browser.choose("Colour", "blue").await;
    assert_eq!(browser.value("Colour").await, "blue");
    browser.tick("Agreed").await;
    browser.sees("Hello").await;
    browser.does_not_see("Goodbye").await;
    browser.check_page().await;
    browser.tab_to("Send").await;
    browser.picture("sound").await;
    browser.click("Send").await;
    browser.sees("Send zh-CN").await;

    browser.set_script(false).await;
    browser.driver.goto(data_url(SOUND)).await.unwrap();
    browser.sees("Without script").await;
    browser.click("Send").await;
    browser.does_not_see("zh-CN").await;
    browser.close().await;
}

#[tokio::test]
async fn a_broken_page_is_found_out() {
    let mut home = Home::new();
    let server = home.start().await;
    let Some(browser) = Browser::at(&server, "own-checks-broken").await else {
        return;
    };
    browser.driver.goto(data_url(BROKEN)).await.unwrap();
    assert!(!browser.offers("Send").await);
    let complaints = browser.complaints().await;
    let is_policy = |complaint: &String| complaint.contains("Content Security Policy");
    assert!(complaints.iter().any(is_policy), "{complaints:?}");
    let findings = browser.accessibility_findings().await;
    if variable(AXE).is_some() {
        assert!(findings.iter().any(|finding| finding.id == "label"), "{findings:?}");
    }
    browser.close().await;
}
