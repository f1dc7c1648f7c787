//! What a person does with a page, by what they see of it: labels, and the words on buttons and links.

use std::path::Path;
use std::time::Duration;

use thirtyfour::{By, Key, TypingData, WebElement};

use crate::driver::Browser;

/// How long a person waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(25);
/// How many presses of Tab anything on a page may be away.
const TABS: usize = 120;

/// What finds things; `wanted` is `arguments[0]`.
const FINDERS: &str = r"
const wanted = arguments[0];
const tidy = text => (text ?? '').replace(/\s+/g, ' ').trim();
const isSeen = element => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const named = element => tidy(element.getAttribute('aria-label') ?? element.innerText ?? '') || tidy(element.value) || tidy(element.title);
const labels = element => [...(element.labels ?? [])].map(label => tidy(label.innerText)).concat(tidy(element.getAttribute('aria-label')));
const best = (elements, names) => {
    const seen = [...elements].filter(isSeen);
    return seen.find(element => names(element).includes(wanted))
        ?? seen.find(element => names(element).some(name => name.startsWith(wanted))) ?? null;
};
";
const FIND_CONTROL: &str = "
return best(document.querySelectorAll('input:not([type=hidden]), select, textarea'), labels);";
const FIND_TARGET: &str = "
return best(document.querySelectorAll('dialog[open] :is(a, button, summary, input[type=submit])'), element => [named(element)])
    ?? best(document.querySelectorAll('a, button, summary, input[type=submit], [role=button], [role=tab]'), element => [named(element)]);";
const FOCUSED: &str = "
const element = document.activeElement;
return [named(element), ...labels(element)].includes(wanted);";
const FOCUS_IS_SEEN: &str = "
const style = getComputedStyle(document.activeElement);
return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';";

impl Browser {
    /// Opens a page of the server.
    pub(crate) async fn open(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.origin)).await.unwrap();
    }

    /// Path, query and fragment of the page that is open.
    pub(crate) async fn place(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.origin).unwrap_or_default().to_owned()
    }

    /// Everything that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        let text = self.driver.execute("return document.body.innerText", []).await.unwrap();
        text.convert().unwrap()
    }

    /// Waits until a text can be read on the page.
    pub(crate) async fn sees(&self, text: &str) {
        let mut last = String::new();
        let seen = self.before_long(async || {
            last = self.text().await;
            last.contains(text).then_some(())
        });
        let seen = seen.await;
        if seen.is_none() {
            self.give_up(&format!("{text:?} is not seen on {}:\n{last}", self.place().await))
                .await;
        }
    }

    /// Waits until a text can be read on the page, which is loaded anew meanwhile.
    pub(crate) async fn comes_to_see(&self, text: &str) {
        let seen = self.before_long(async || {
            self.driver.refresh().await.ok()?;
            self.text().await.contains(text).then_some(())
        });
        let seen = seen.await;
        if seen.is_none() {
            self.give_up(&format!("{text:?} never comes to {}", self.place().await))
                .await;
        }
    }

    /// Waits until a text can no longer be read on the page.
    pub(crate) async fn ceases_to_see(&self, text: &str) {
        let gone = self.before_long(async || (!self.text().await.contains(text)).then_some(()));
        let gone = gone.await;
        if gone.is_none() {
            self.give_up(&format!("{text:?} stays on {}", self.place().await)).await;
        }
    }

    /// Fails if a text can be read on the page.
    pub(crate) async fn does_not_see(&self, text: &str) {
        let all = self.text().await;
        assert!(!all.contains(text), "{text:?} is seen:\n{all}");
    }

    /// Writes into the field with this label, in place of what is there.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.control(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Fills the last field of a form, clicks, and waits until the answer has taken the form's place: what the page said before,
    /// it may say again.
    pub(crate) async fn fill_and_send(&self, label: &str, text: &str, words: &str) {
        self.fill(label, text).await;
        let field = self.control(label).await;
        self.click(words).await;
        let gone = self.before_long(async || field.tag_name().await.is_err().then_some(()));
        if gone.await.is_none() {
            self.give_up(&format!("{words:?} brings no other page")).await;
        }
    }

    /// What stands in the field with this label.
    pub(crate) async fn value(&self, label: &str) -> String {
        let value = self.control(label).await.prop("value").await.unwrap();
        value.unwrap_or_default()
    }

    /// Chooses by its words what the list with this label offers.
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        let list = self.control(label).await;
        let option = list.find(By::XPath(format!("./option[normalize-space(.)='{option}']")));
        option.await.unwrap().click().await.unwrap();
        // A person's choice is told as both; the driver's only as a change.
        let told = "arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        self.driver.execute(told, [list.to_json().unwrap()]).await.unwrap();
    }

    /// Ticks the box with this label, or unticks it.
    pub(crate) async fn tick(&self, label: &str) {
        self.control(label).await.click().await.unwrap();
    }

    /// Clicks the button or link with these words.
    pub(crate) async fn click(&self, words: &str) {
        let clicked = self.before_long(async || self.look_for(FIND_TARGET, words).await?.click().await.ok());
        let clicked = clicked.await;
        if clicked.is_none() {
            let text = self.text().await;
            self.give_up(&format!("nothing to click says {words:?}:\n{text}")).await;
        }
    }

    /// Says yes to what the browser asks.
    pub(crate) async fn agree(&self) {
        self.driver.accept_alert().await.unwrap();
    }

    /// Whether there is a button or link with these words.
    pub(crate) async fn offers(&self, words: &str) -> bool {
        self.look_for(FIND_TARGET, words).await.is_some()
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses Tab until the focus, which must show, is on what has these words or this label.
    pub(crate) async fn tab_to(&self, words: &str) {
        for _ in 0..TABS {
            self.press(Key::Tab).await;
            if self.holds(FOCUSED, words).await {
                assert!(
                    self.holds(FOCUS_IS_SEEN, "").await,
                    "the focus on {words:?} does not show"
                );
                return;
            }
        }
        self.give_up(&format!("Tab never comes to {words:?}")).await;
    }

    /// What a script of the page's returns.
    pub(crate) async fn holds(&self, question: &str, wanted: &str) -> bool {
        let answer = self
            .driver
            .execute(format!("{FINDERS}{question}"), [wanted.into()])
            .await;
        answer.unwrap().convert().unwrap()
    }

    /// Puts a file into the field with this label.
    pub(crate) async fn attach(&self, label: &str, file: &Path) {
        let field = self.control(label).await;
        field.send_keys(file.display().to_string()).await.unwrap();
    }

    /// The field with this label.
    pub(crate) async fn control(&self, label: &str) -> WebElement {
        match self
            .before_long(async || self.look_for(FIND_CONTROL, label).await)
            .await
        {
            Some(field) => field,
            None => {
                let text = self.text().await;
                self.give_up(&format!("no field is labelled {label:?}:\n{text}")).await
            }
        }
    }

    async fn look_for(&self, finder: &str, wanted: &str) -> Option<WebElement> {
        let found = self.driver.execute(format!("{FINDERS}{finder}"), [wanted.into()]).await;
        // The page may just be going.
        found.and_then(|found| found.element()).ok()
    }

    /// What `look` finds before patience ends.
    pub(crate) async fn before_long<T>(&self, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
        let mut glances = tokio::time::interval(GLANCE);
        let found = async {
            loop {
                glances.tick().await;
                if let Some(found) = look().await {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.ok()
    }

    /// Keeps a picture of what went wrong, and fails.
    async fn give_up(&self, why: &str) -> ! {
        self.picture("failed").await;
        panic!("{why}")
    }
}
