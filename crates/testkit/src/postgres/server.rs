//! A server of one's own.

use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Where Debian and Ubuntu keep the binaries, by major version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user that Debian's package makes; PostgreSQL refuses to be root.
const USER: &str = "postgres";
/// How often a server is asked whether it is ready.
const PATIENCE: usize = 300;
/// How long to wait before it is asked again: one that recovers from a crash refuses at once.
const PAUSE: Duration = Duration::from_millis(100);

/// A running server on a port of the loopback address. Everybody on this machine may connect to it.
///
/// It ends with this value, and with the thread that started it.
pub struct Server {
    child: Child,
    folder: TempDir,
    binaries: PathBuf,
    port: u16,
    settings: Vec<String>,
}

/// How a server is made to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// It takes no new connections, ends those that there are and writes everything down.
    Fast,
    /// It ends at once and has to recover when it comes back.
    Immediate,
    /// It is killed, and all that belongs to it.
    Kill,
}

impl Server {
    /// Makes an empty server and starts it with these settings, each `name=value`.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn start(settings: &[&str]) -> Result<Self, String> {
        let binaries = binaries()?;
        let folder = tempfile::tempdir().map_err(text)?;
        give_away(folder.path())?;
        let made = as_somebody(&binaries.join("initdb"), folder.path())
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--username=yaopai",
            ])
            .arg("--pgdata")
            .arg(data(folder.path()))
            .output()
            .map_err(text)?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        Self::launched(binaries, folder, settings)
    }

    /// Copies this server and starts the copy as a standby that follows it.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn standby(&self, settings: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(text)?;
        give_away(folder.path())?;
        let copied = as_somebody(&self.binaries.join("pg_basebackup"), folder.path())
            .args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf"])
            .arg(format!("--dbname={}", self.url("postgres")))
            .arg("--pgdata")
            .arg(data(folder.path()))
            .output()
            .map_err(text)?;
        if !copied.status.success() {
            return Err(format!("pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr)));
        }
        Self::launched(self.binaries.clone(), folder, settings)
    }

    fn launched(binaries: PathBuf, folder: TempDir, settings: &[&str]) -> Result<Self, String> {
        let port = free_port().map_err(text)?;
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let child = launch(&binaries, folder.path(), port, &settings)?;
        let server = Self {
            child,
            folder,
            binaries,
            port,
            settings,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Runs one statement on the database `postgres`, outside of a transaction; gives what it shows.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn run(&self, sql: &str) -> Result<String, String> {
        let ran = Command::new(self.binaries.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .arg(format!("--command={sql}"))
            .arg(self.url("postgres"))
            .output()
            .map_err(text)?;
        if ran.status.success() {
            Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned())
        } else {
            Err(format!("{sql}: {}", String::from_utf8_lossy(&ran.stderr)))
        }
    }

    /// Makes it follow another server when it is started again after [`Server::stop`].
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn demote(&self, primary: &Self) -> Result<(), String> {
        let folder = data(self.folder.path());
        fs::write(folder.join("standby.signal"), "").map_err(text)?;
        let line = format!("primary_conninfo = '{}'\n", primary.url("postgres"));
        let mut settings = fs::OpenOptions::new()
            .append(true)
            .open(folder.join("postgresql.auto.conf"))
            .map_err(text)?;
        settings.write_all(line.as_bytes()).map_err(text)
    }

    /// Lets none of its processes write past so many bytes of a file, until it is started again.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn bound_file_size(&self, bytes: u64) -> Result<(), String> {
        let first = self.child.id().to_string();
        for process in std::iter::once(first).chain(self.children()?) {
            let bounded = as_somebody(Path::new("prlimit"), self.folder())
                .args([&format!("--fsize={bytes}"), "--pid", &process])
                .status()
                .map_err(text)?;
            if !bounded.success() && is_alive(&process) {
                return Err(format!("prlimit of {process}: {bounded}"));
            }
        }
        Ok(())
    }

    /// The address of a database on it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://yaopai@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// One of the programs that belong to it.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    /// Its folder, which it owns.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends it and waits until it has ended.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn stop(&mut self, how: Shutdown) -> Result<(), String> {
        match how {
            Shutdown::Fast => signal(&self.child, "INT")?,
            Shutdown::Immediate => signal(&self.child, "QUIT")?,
            Shutdown::Kill => {
                let children = self.children()?;
                signal(&self.child, "KILL")?;
                for child in &children {
                    send(child, "KILL");
                }
                self.child.wait().map_err(text)?;
                // It does not start again before the last of them has let go of the memory that they share.
                while children.iter().any(|child| is_alive(child)) {
                    std::thread::yield_now();
                }
                return Ok(());
            }
        }
        self.child.wait().map(drop).map_err(text)
    }

    /// Starts it again after [`Server::stop`], and waits until it is ready.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn start_again(&mut self) -> Result<(), String> {
        self.child = launch(&self.binaries, self.folder.path(), self.port, &self.settings)?;
        self.wait_until_ready()
    }

    /// Stops it and all its processes where they stand: connections stay open, and nobody answers.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn freeze(&self) -> Result<(), String> {
        self.signal_all("STOP")
    }

    /// Lets it go on after [`Server::freeze`].
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn thaw(&self) -> Result<(), String> {
        self.signal_all("CONT")
    }

    fn signal_all(&self, name: &str) -> Result<(), String> {
        // The first one first: it must not start more of them meanwhile.
        signal(&self.child, name)?;
        for child in self.children()? {
            send(&child, name);
        }
        Ok(())
    }

    fn children(&self) -> Result<Vec<String>, String> {
        let listed = Command::new("ps")
            .args(["-o", "pid=", "--ppid", &self.child.id().to_string()])
            .output()
            .map_err(text)?;
        Ok(String::from_utf8_lossy(&listed.stdout)
            .split_whitespace()
            .map(str::to_owned)
            .collect())
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        for _ in 0..PATIENCE {
            let asked = Command::new(self.binaries.join("psql"))
                .args(["--no-psqlrc", "--quiet", "--command=select 1", &self.url("postgres")])
                .env("PGCONNECT_TIMEOUT", "2")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .map_err(text)?;
            if asked.success() {
                return Ok(());
            }
            #[expect(clippy::disallowed_methods, reason = "waits for another process, with a bound")]
            std::thread::sleep(PAUSE);
        }
        let log = fs::read_to_string(log(self.folder.path())).unwrap_or_default();
        Err(format!("PostgreSQL is not ready: {log}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is wanted any more; a failure here would hide the test's own.
        let _ = self.thaw();
        let _ = self.stop(Shutdown::Kill);
    }
}

/// The folder of the newest version.
fn binaries() -> Result<PathBuf, String> {
    let missing = |_| "PostgreSQL is not installed: apt-get install postgresql".to_owned();
    let versions = fs::read_dir(VERSIONS).map_err(missing)?.filter_map(Result::ok);
    let newest = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").exists())
        .max();
    newest
        .map(|(_, folder)| folder)
        .ok_or_else(|| format!("there is no PostgreSQL in {VERSIONS}"))
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

/// Makes the folder its user's, if we are root.
pub(super) fn give_away(folder: &Path) -> Result<(), String> {
    if is_root(folder)? {
        let id = |flag| -> Result<u32, String> {
            let found = Command::new("id").args([flag, USER]).output().map_err(text)?;
            let found = String::from_utf8_lossy(&found.stdout).trim().parse();
            found.map_err(|_| format!("there is no user {USER}, and PostgreSQL refuses to be root"))
        };
        chown(folder, Some(id("-u")?), Some(id("-g")?)).map_err(text)?;
    }
    Ok(())
}

/// Whether we are root, judged by whom what we make belongs to.
fn is_root(folder: &Path) -> Result<bool, String> {
    let probe = tempfile::tempfile_in(folder).map_err(text)?;
    Ok(probe.metadata().map_err(text)?.uid() == 0)
}

/// A command that is run by somebody who is not root, and is told when the thread that ran it ends.
pub(super) fn as_somebody(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if is_root(folder).unwrap_or(false) {
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
    }
    command.arg("--").arg(program).current_dir(folder).stdin(Stdio::null());
    command
}

fn launch(binaries: &Path, folder: &Path, port: u16, settings: &[String]) -> Result<Child, String> {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log(folder))
        .map_err(text)?;
    let mut command = as_somebody(&binaries.join("postgres"), folder);
    command.arg("-D").arg(data(folder)).args(["-p", &port.to_string()]);
    for setting in DEFAULTS.iter().copied().chain(settings.iter().map(String::as_str)) {
        command.args(["-c", setting]);
    }
    command
        .stdout(log.try_clone().map_err(text)?)
        .stderr(log)
        .spawn()
        .map_err(text)
}

/// Tests need no disk that outlives the machine, and many connections.
const DEFAULTS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=400",
    "shared_buffers=64MB",
];

/// A port below those that connections are made from: one of these could take it while a server is away.
pub(super) fn free_port() -> io::Result<u16> {
    let mut refusal = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..PATIENCE {
        let drawn = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        match TcpListener::bind((Ipv4Addr::LOCALHOST, 12_000 + drawn % 20_000)) {
            Ok(listener) => return Ok(listener.local_addr()?.port()),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// Signals a process that may have gone by itself meanwhile.
fn send(process: &str, name: &str) {
    let _ = Command::new("kill")
        .args(["-s", name, process])
        .stderr(Stdio::null())
        .status();
}

/// Whether a process runs: one that nobody has buried does not.
fn is_alive(process: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|line| {
        !line
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with(['Z', 'X'])
    })
}

fn signal(child: &Child, name: &str) -> Result<(), String> {
    run(Command::new("kill").args(["-s", name, &child.id().to_string()]))
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(text)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}"))
    }
}

pub(super) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
