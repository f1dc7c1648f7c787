//! The binary, in a folder of its own.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use yaopai_testkit::{Base, Database};

use super::{Client, eventually};

const BINARY: &str = env!("CARGO_BIN_EXE_yaopai");
const DATA: &str = "data";
const LISTENING: &str = "listening on http://";

/// A temporary folder with a data folder in it, the settings of whatever runs there, and what it printed.
pub(crate) struct Home {
    folder: TempDir,
    /// Where what runs there keeps its accounts: on the database that `TEST_DATABASE` names.
    pub(crate) base: Base,
    variables: Vec<(String, String)>,
    open_files: Option<u32>,
    starts: usize,
}

/// A server that is running. It is killed when this goes.
pub(crate) struct Server {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    pub(crate) client: Client,
}

/// What a command that has ended said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) is_success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    /// An empty folder. Hashes are as cheap as the settings allow, and codes can be asked for one after another.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = Base::make(Database::chosen(), &folder.path().join(DATA)).unwrap();
        let mut home = Self {
            folder,
            base,
            variables: Vec::new(),
            open_files: None,
            starts: 0,
        };
        let data = home.data().display().to_string();
        home.set("YAOPAI_DATA_DIR", &data);
        home.set("YAOPAI_LISTEN", "127.0.0.1:0");
        if let Some(url) = home.base.url() {
            home.set("YAOPAI_DATABASE_URL", &url);
        }
        home.set("YAOPAI_HASHING__MEMORY_KIB", "8192");
        home.set("YAOPAI_HASHING__PASSES", "1");
        home.set("YAOPAI_LIMITS__CODE_RESEND_SECONDS", "0");
        home
    }

    /// An empty folder and these settings.
    pub(crate) fn with(variables: &[(&str, &str)]) -> Self {
        let mut home = Self::new();
        for (name, value) in variables {
            home.set(name, value);
        }
        home
    }

    /// Sets a variable of the environment of whatever is started from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a variable back.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.retain(|(present, _)| present != name);
    }

    /// Lets whatever is started from now on have no more than so many files open.
    pub(crate) fn bound_open_files(&mut self, open_files: u32) {
        self.open_files = Some(open_files);
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path(DATA)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn start(&mut self) -> Server {
        self.starts += 1;
        let stdout = self.path(&format!("stdout-{}", self.starts));
        let stderr = self.path(&format!("stderr-{}", self.starts));
        let mut child = self
            .command(&["serve"])
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        let address = eventually("the address on standard output", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("ended at once, {status}: {}", read(&stderr));
            }
            let said = read(&stdout);
            let line = said.lines().find_map(|line| line.split_once(LISTENING))?.1;
            Some(line.to_owned())
        })
        .await;
        let server = Server {
            child,
            stdout,
            stderr,
            client: Client::to(&address),
        };
        server.client.until_ready().await;
        server
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "").await
    }

    /// Runs a command to its end with something on its standard input.
    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        run(&mut command, input).await
    }

    /// Runs a line in a shell, in the folder and with nothing of the settings.
    pub(crate) async fn shell(&self, line: &str) -> Output {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env("no_proxy", "*");
        run(&mut command, "").await
    }

    /// Makes an account through the command line; gives its row.
    pub(crate) async fn create_account(&self, arguments: &[&str], password: &str) -> serde_json::Value {
        let all = [&["account", "create", "--password-stdin", "--json"], arguments].concat();
        self.run_with_input(&all, &format!("{password}\n")).await.json()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match self.open_files {
            None => Command::new(BINARY),
            Some(bound) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("ulimit -n {bound} && exec \"$0\" \"$@\""), BINARY]);
                shell
            }
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Server {
    /// What it printed on standard output.
    pub(crate) fn stdout(&self) -> String {
        read(&self.stdout)
    }

    /// What it printed on standard error.
    pub(crate) fn stderr(&self) -> String {
        read(&self.stderr)
    }

    /// The default app's id and secret, as the first start shows them.
    pub(crate) fn app(&self) -> (String, String) {
        let said = self.stdout();
        let value = |name: &str| {
            let lines = said.lines().map(str::trim);
            let mut values = lines.filter_map(|line| line.strip_prefix(name));
            values.next().unwrap().trim().to_owned()
        };
        (value("app_id:"), value("app_secret:"))
    }

    /// Path and fragment of the newest link for setting up; none where none was printed.
    pub(crate) fn setup_link(&self) -> Option<String> {
        let said = self.stdout();
        let place = said.rfind("/console/setup#")?;
        said.get(place..)?.lines().next().map(str::to_owned)
    }

    /// How much memory it has in use, by what Linux says of it.
    pub(crate) fn memory_bytes(&self) -> usize {
        let said = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = said.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kibibytes: usize = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024
    }

    /// The names of its threads with their nice levels, by what Linux says of them (proc(5), fields 2 and 19); the first
    /// is the one that it began with.
    pub(crate) fn threads(&self) -> Vec<(String, i32)> {
        let folder = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let mut numbers: Vec<u32> = folder
            .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        // One may end meanwhile.
        let stats = numbers
            .iter()
            .filter_map(|number| fs::read_to_string(format!("/proc/{}/task/{number}/stat", self.child.id())).ok());
        stats
            .map(|stat| {
                let (name, fields) = stat.rsplit_once(") ").unwrap();
                let (_, name) = name.split_once('(').unwrap();
                // What follows the name begins with the third.
                (name.to_owned(), fields.split(' ').nth(16).unwrap().parse().unwrap())
            })
            .collect()
    }

    /// Tells it to stop (SIGTERM), without waiting.
    pub(crate) fn tell_to_stop(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        eventually("the end of the server", || self.child.try_wait().unwrap()).await
    }

    /// Tells it to stop and waits for an orderly end.
    pub(crate) async fn stop(self) {
        self.tell_to_stop();
        let stderr = self.stderr.clone();
        let status = self.ended().await;
        assert!(status.success(), "{status}: {}", read(&stderr));
    }

    /// Kills it (SIGKILL) wherever it is.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The folder may have gone already.
            println!("{}", fs::read_to_string(&self.stderr).unwrap_or_default());
        }
        // It may have ended already, as it does in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Output {
    /// Standard output as JSON; fails where the command did.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.ok()).unwrap()
    }

    /// Standard output; fails where the command did.
    pub(crate) fn ok(&self) -> &str {
        assert!(self.is_success, "{self:?}");
        &self.stdout
    }
}

async fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read it may have gone.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap())
        .await
        .unwrap();
    Output {
        is_success: output.status.success(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}
