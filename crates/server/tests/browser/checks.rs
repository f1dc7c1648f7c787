//! What every page must keep: it can be used by everybody, it is light, it fits, and its script and policy agree.

use serde::Deserialize;
use serde_json::Value;

use crate::driver::{Browser, left_out, variable};

/// Where `./test` has put axe-core.
pub(crate) const AXE: &str = "TEST_AXE";
/// Colours that are on their way to others are nobody's fault: what moves and will end has to have ended.
const RUN_AXE: &str = "
const done = arguments[arguments.length - 1];
const moving = () => document.getAnimations().filter(({ effect, playState }) =>
    playState === 'running' && Number.isFinite(effect.getComputedTiming().endTime));
const stillness = async () => {
    for (let animations = moving(); animations.length > 0; animations = moving()) {
        await Promise.allSettled(animations.map(animation => animation.finished));
    }
};
stillness().then(() => axe.run(document, { resultTypes: ['violations'] })).then(
    found => done(found.violations.map(({ id, impact, help, nodes }) =>
        ({ id, impact, help, where: nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary) }))),
    error => done([{ id: 'axe', impact: 'critical', help: String(error), where: [] }]));";
/// Bytes of the document and of what it loads but pictures, as they came over the line.
const WEIGH: &str = "
return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
    .filter(entry => entry.initiatorType !== 'img')
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0);";
/// What reaches out of the window to the right, if the page does.
const OVERFLOW: &str = "
const page = document.documentElement;
if (page.scrollWidth <= page.clientWidth) return [];
const wide = [...document.querySelectorAll('body *')].filter(part => part.getBoundingClientRect().right > page.clientWidth);
return [`${page.scrollWidth} > ${page.clientWidth} pixels`, ...wide.map(part => part.cloneNode().outerHTML)];";
/// What a page may weigh at first load, without pictures.
const WEIGHT_BYTES: u64 = 200 * 1024;

/// A rule of axe-core's that a page breaks.
#[derive(Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) id: String,
    impact: Option<String>,
    #[expect(dead_code, reason = "shown when a check fails")]
    help: String,
    #[serde(rename = "where")]
    #[expect(dead_code, reason = "shown when a check fails")]
    places: Vec<String>,
}

impl Browser {
    /// Everything that holds of every page.
    pub(crate) async fn check_page(&self) {
        // Before axe-core, whose own doings are no part of the page.
        self.check_quiet().await;
        let place = self.place().await;
        let weight = self.weight_bytes().await;
        assert!(weight <= WEIGHT_BYTES, "{place} weighs {weight} bytes");
        self.check_fit().await;
        self.check_accessible().await;
    }

    /// Fails when the page is wider than the window.
    pub(crate) async fn check_fit(&self) {
        let wide = self.driver.execute(OVERFLOW, []).await.unwrap();
        let wide: Vec<String> = wide.convert().unwrap();
        assert!(wide.is_empty(), "{} is too wide: {wide:#?}", self.place().await);
    }

    /// Fails when axe-core finds something serious.
    pub(crate) async fn check_accessible(&self) {
        let findings = self.accessibility_findings().await;
        assert!(findings.is_empty(), "{}: {findings:#?}", self.place().await);
    }

    /// Fails when a script went wrong, something could not be loaded or the content policy had to step in.
    pub(crate) async fn check_quiet(&self) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "{}: {complaints:#?}", self.place().await);
    }

    /// What the browser's console has complained of since it was last asked.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.unwrap();
        let severe = entries.into_iter().filter(|entry| entry.level == "SEVERE");
        severe
            .map(|entry| entry.message)
            .filter(|message| !is_refusal(message))
            .collect()
    }

    /// What axe-core finds serious or critical; nothing where there is no axe-core.
    pub(crate) async fn accessibility_findings(&self) -> Vec<Finding> {
        let Some(path) = variable(AXE) else {
            left_out("axe-core");
            return Vec::new();
        };
        let axe = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.driver.execute(axe, []).await.unwrap();
        let found = self.driver.execute_async(RUN_AXE, []).await.unwrap();
        let found: Vec<Finding> = found.convert().unwrap();
        let is_grave = |finding: &Finding| matches!(finding.impact.as_deref(), Some("serious" | "critical"));
        found.into_iter().filter(is_grave).collect()
    }

    /// What the page weighs without pictures.
    pub(crate) async fn weight_bytes(&self) -> u64 {
        let weight: Value = self.driver.execute(WEIGH, []).await.unwrap().convert().unwrap();
        weight.as_u64().unwrap()
    }
}

/// Chromium complains of each page that is answered with a refusal; those are meant.
fn is_refusal(message: &str) -> bool {
    [400, 401, 403, 409, 422, 429]
        .iter()
        .any(|status| message.contains(&format!("the server responded with a status of {status}")))
}
