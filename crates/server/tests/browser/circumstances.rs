//! Under what circumstances a person looks: language, colours, screen, script.

use std::path::Path;

use serde_json::{Value, json};

use crate::driver::Browser;

impl Browser {
    /// The languages that the browser asks for, such as `zh-CN` or `en`.
    pub(crate) async fn set_language(&self, languages: &str) {
        let agent = self.driver.execute("return navigator.userAgent", []).await.unwrap();
        let agent: String = agent.convert().unwrap();
        let order = json!({ "userAgent": agent, "acceptLanguage": languages });
        self.order("Emulation.setUserAgentOverride", order).await;
    }

    /// Prefers dark colours, or light ones.
    pub(crate) async fn set_dark(&self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let order = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.order("Emulation.setEmulatedMedia", order).await;
    }

    /// Looks through a window of this many CSS pixels.
    pub(crate) async fn set_window(&self, width: u32, height: u32, is_phone: bool) {
        let scale = if is_phone { 2 } else { 1 };
        let order = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone });
        self.order("Emulation.setDeviceMetricsOverride", order).await;
    }

    /// Lets pages run scripts, or not.
    pub(crate) async fn set_script(&self, may_run: bool) {
        let order = json!({ "value": !may_run });
        self.order("Emulation.setScriptExecutionDisabled", order).await;
    }

    /// Loads everything anew for each page, as whoever comes for the first time.
    pub(crate) async fn set_no_cache(&self) {
        self.order("Network.enable", json!({})).await;
        self.order("Network.setCacheDisabled", json!({ "cacheDisabled": true }))
            .await;
    }

    /// Lets the browser reach the server, or not.
    pub(crate) async fn set_network(&self, is_there: bool) {
        let order = json!({ "offline": !is_there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.order("Network.enable", json!({})).await;
        self.order("Network.emulateNetworkConditions", order).await;
    }

    /// Keeps what is downloaded in this folder.
    pub(crate) async fn set_downloads(&self, folder: &Path) {
        let order = json!({ "behavior": "allow", "downloadPath": folder });
        self.order("Page.setDownloadBehavior", order).await;
    }

    async fn order(&self, method: &str, parameters: Value) {
        self.driver.cdp().send_raw(method, parameters).await.unwrap();
    }
}
