//! An object store of a test's own: moto, which answers as Amazon's S3 does.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use yaopai_buckets::{Bucket, BucketSettings};

use crate::postgres::variable;

/// The variable that names moto's server program, which `./test` installs.
const PROGRAM: &str = "TEST_OBJECT_STORE";
/// How often it is asked whether it is there.
const PATIENCE: usize = 300;
/// How long to wait before it is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// A running object store on a port of the loopback address. It keeps everything in memory and ends with this value.
pub struct ObjectStore {
    child: Child,
    endpoint: String,
}

impl ObjectStore {
    /// Starts one; none where moto is not installed, which in CI (`CI=true`) is a failure.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn start() -> Result<Option<Self>, String> {
        let Some(program) = variable(PROGRAM).map(PathBuf::from) else {
            if variable("CI").as_deref() == Some("true") {
                return Err(format!("{PROGRAM} names no object store: run ./test"));
            }
            #[expect(clippy::print_stderr, reason = "who runs the test has to be told")]
            {
                eprintln!("LEFT OUT: this test needs an object store; ./test installs one");
            }
            return Ok(None);
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
        let port = listener.local_addr().map_err(text)?.port();
        drop(listener);
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(text)?;
        let store = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        for _ in 0..PATIENCE {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(Some(store));
            }
            #[expect(clippy::disallowed_methods, reason = "waits for another process, with a bound")]
            std::thread::sleep(PAUSE);
        }
        Err("the object store did not start".to_owned())
    }

    /// Its address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes an empty bucket.
    ///
    /// # Errors
    /// What did not work, in words.
    pub async fn bucket(&self, name: &str) -> Result<Arc<Bucket>, String> {
        let made = reqwest::Client::new().put(format!("{}/{name}", self.endpoint));
        let status = made.send().await.map_err(text)?.status();
        if !status.is_success() {
            return Err(format!("a bucket could not be made: {status}"));
        }
        let bucket = Bucket::new(&BucketSettings {
            endpoint: &self.endpoint,
            name,
            region: "us-east-1",
            in_path: true,
            key_id: "test",
            secret: "test",
        });
        bucket.map(Arc::new).map_err(text)
    }
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
