//! The real server, as a process.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::base::Base;
use crate::people::Crowd;
use crate::process;
use crate::seed::seed;

/// What a server says before the address at which it listens.
pub(crate) const LISTENING: &str = "listening on http://";
/// The operator of every base that is measured, and the password.
pub const OPERATOR: (&str, &str) = ("bench-root", "kestrel-umbra-91");

/// Accounts of the smaller large base; the larger has ten times as many.
pub(crate) const MILLION: i64 = 1_000_000;

/// Where the optimised server is, and in which folder what it works on.
#[derive(Clone)]
pub struct Place {
    /// The program.
    pub binary: PathBuf,
    /// The folder of all bases.
    pub folder: PathBuf,
    /// The core that it is bound to; none for all.
    pub core: Option<u32>,
}

/// A running server. It is killed when this goes.
pub struct Server {
    child: Child,
    /// `host:port`.
    pub address: String,
    /// When it was started.
    pub started: Instant,
}

impl Place {
    /// Where the base of a crowd is, or would be.
    pub fn folder_of(&self, crowd: Crowd) -> PathBuf {
        self.folder.join(format!("people-{}", crowd.size))
    }

    /// A million accounts, and ten million where they were made before: that takes its time.
    pub fn large_crowds(&self) -> impl Iterator<Item = Crowd> {
        let crowds = [MILLION, 10 * MILLION].map(|size| Crowd { seed: 1, size });
        crowds
            .into_iter()
            .filter(|crowd| crowd.size == MILLION || self.folder_of(*crowd).exists())
    }

    /// The data folder with a crowd and an operator in it; makes it where there is none yet.
    ///
    /// # Errors
    /// What the disk, the database and the server say.
    pub async fn base_of(&self, crowd: Crowd) -> Result<PathBuf, Failure> {
        let folder = self.folder_of(crowd);
        if folder.exists() {
            return Ok(folder);
        }
        let partial = folder.with_extension("partial");
        if partial.exists() {
            std::fs::remove_dir_all(&partial)?;
        }
        let base = Base::open(&partial).await?;
        let seeded = seed(&base, crowd).await;
        base.close().await;
        seeded?;
        self.create_operator(&partial)?;
        std::fs::rename(&partial, &folder)?;
        Ok(folder)
    }

    fn create_operator(&self, data: &Path) -> Result<(), Failure> {
        let (name, password) = OPERATOR;
        let mut child = self
            .command(data)
            .args([
                "account",
                "create",
                "--username",
                name,
                "--role",
                "root",
                "--password-stdin",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{password}")?;
        }
        let done = child.wait()?;
        done.success()
            .then_some(())
            .ok_or_else(|| "the operator was not made".into())
    }

    /// Starts the server on a data folder with these further settings and waits until it listens.
    ///
    /// # Errors
    /// That it ended at once.
    pub fn start(&self, data: &Path, settings: &[(&str, &str)]) -> Result<Server, Failure> {
        let started = Instant::now();
        let child = self
            .command(data)
            .arg("serve")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(self.folder.join("server.log"))?)
            .spawn()?;
        watch(child, started)
    }

    fn command(&self, data: &Path) -> Command {
        let mut command = on_core(&self.binary, self.core);
        command
            .env_clear()
            .env("YAOPAI_DATA_DIR", data)
            .env("YAOPAI_LISTEN", "127.0.0.1:0");
        command
    }
}

impl Server {
    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The time that it has spent on processors, in user mode and in the kernel.
    ///
    /// # Errors
    /// That it is gone.
    pub fn cpu_time(&self) -> Result<Duration, Failure> {
        process::cpu_time(self.child.id())
    }

    /// The memory that it has in use, in bytes.
    ///
    /// # Errors
    /// That it is gone.
    pub fn memory_bytes(&self) -> Result<u64, Failure> {
        process::bytes(self.child.id(), "VmRSS:")
    }

    /// The part of it that is its own, and not a file that it looks at, such as the program.
    ///
    /// # Errors
    /// That it is gone.
    pub fn own_memory_bytes(&self) -> Result<u64, Failure> {
        process::bytes(self.child.id(), "RssAnon:")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program, bound to a core where one is named.
pub(crate) fn on_core(program: &Path, core: Option<u32>) -> Command {
    let Some(core) = core else {
        return Command::new(program);
    };
    let mut command = Command::new("/usr/bin/taskset");
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    command
}

/// Waits until a server that was started says where it listens.
pub(crate) fn watch(mut child: Child, started: Instant) -> Result<Server, Failure> {
    let output = child.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(output).lines();
    let address = loop {
        let line = lines.next().ok_or("the server ended at once")??;
        if let Some((_, address)) = line.split_once(LISTENING) {
            break address.trim_end_matches('/').to_owned();
        }
    };
    // It must not wait for somebody to read what it says.
    std::thread::spawn(move || lines.for_each(drop));
    Ok(Server {
        child,
        address,
        started,
    })
}
