//! Chromium and what drives it.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::harness::{Server, eventually};

const CHROMEDRIVER: &str = "chromedriver";
const STARTED: &str = "started successfully on port ";
/// Kept by `./test` as what a run leaves behind; no part of the repository.
const SCREENSHOTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screenshots");

/// What Chromium is started with: no window, nothing that calls out by itself, and an end when its driver ends.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,PasswordManagerOnboarding",
    "--no-proxy-server",
    "--remote-debugging-pipe",
    "--window-size=1280,900",
];

/// A person's browser, with one tab, at one server. It ends with this.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    /// `http://host:port` of the server.
    pub(crate) origin: String,
    screenshots: PathBuf,
    taken: Cell<usize>,
    _chromedriver: Chromedriver,
}

struct Chromedriver {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Browser {
    /// Opens one; `test` names the folder of its screenshots. None where there is no Chromium.
    pub(crate) async fn at(server: &Server, test: &str) -> Option<Self> {
        let chromedriver = Chromedriver::start().await?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag).unwrap();
        }
        let profile = chromedriver.folder.path().join("profile");
        wanted
            .add_arg(&format!("--user-data-dir={}", profile.display()))
            .unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let driver = WebDriver::builder(&chromedriver.address, wanted).client(client).await;
        let screenshots = PathBuf::from(SCREENSHOTS).join(test);
        // Those of the last run; there may be none.
        let _ = fs::remove_dir_all(&screenshots);
        fs::create_dir_all(&screenshots).unwrap();
        Some(Self {
            driver: driver.unwrap(),
            origin: format!("http://{}", server.client.address),
            screenshots,
            taken: Cell::new(0),
            _chromedriver: chromedriver,
        })
    }

    /// Keeps a picture of the whole page, with the next number.
    pub(crate) async fn picture(&self, name: &str) {
        let number = self.taken.get() + 1;
        self.taken.set(number);
        let taken = self
            .driver
            .cdp()
            .send_raw("Page.captureScreenshot", json!({ "captureBeyondViewport": true }))
            .await
            .unwrap();
        let picture = BASE64.decode(taken["data"].as_str().unwrap()).unwrap();
        fs::write(self.screenshots.join(format!("{number:02}-{name}.png")), picture).unwrap();
    }

    /// Closes it. One that is dropped instead, by a failing test, ends as well.
    pub(crate) async fn close(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A session that is still open would wait here for an answer, holding the thread that is to bring it.
        let _ = self.driver.clone().leak();
    }
}

impl Chromedriver {
    async fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let started = Command::new(CHROMEDRIVER)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(File::create(&log).unwrap())
            .stderr(Stdio::null())
            .spawn();
        let child = match started {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                left_out("Chromium and chromedriver");
                return None;
            }
            Err(error) => panic!("{CHROMEDRIVER}: {error}"),
        };
        let mut chromedriver = Self {
            child,
            address: String::new(),
            folder,
        };
        let port = eventually("the port of chromedriver", || {
            let said = fs::read_to_string(&log).unwrap();
            let port = said.split_once(STARTED)?.1.split_once('.')?.0;
            Some(port.to_owned())
        })
        .await;
        chromedriver.address = format!("http://127.0.0.1:{port}");
        Some(chromedriver)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Chromium ends with it, by the pipe between them.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says loudly what cannot be tested here.
pub(crate) fn left_out(part: &str) {
    assert_ne!(variable("CI").as_deref(), Some("true"), "this test needs {part}");
    println!("LEFT OUT: this test needs {part}; ./test installs it");
}

/// A variable of the environment that this test was started in.
#[expect(
    clippy::disallowed_methods,
    reason = "says what there is to test with, not how the server is set"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
