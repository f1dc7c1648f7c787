//! PgBouncer in front of a server.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Child, Command};

use tempfile::TempDir;

use super::server::{Server, as_somebody, free_port, give_away, text};

/// Where Debian and Ubuntu keep the binary.
const BINARY: &str = "/usr/sbin/pgbouncer";
/// How often it is asked whether it is ready; each takes some milliseconds when it is not.
const PATIENCE: usize = 500;

/// A running PgBouncer in transaction mode on a port of the loopback address. It ends with this value, and with the thread
/// that started it.
pub struct Pooler {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Pooler {
    /// Puts one in front of `server`, of which it keeps at most `connections` to a database.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn start(server: &Server, connections: usize) -> Result<Self, String> {
        if !Path::new(BINARY).exists() {
            return Err("PgBouncer is not installed: apt-get install pgbouncer".to_owned());
        }
        let folder = tempfile::tempdir().map_err(text)?;
        give_away(folder.path())?;
        let port = free_port().map_err(text)?;
        let users = folder.path().join("users");
        fs::write(&users, "\"yaopai\" \"\"\n").map_err(text)?;
        let settings = folder.path().join("settings");
        fs::write(&settings, configuration(server.port(), port, &users, connections)).map_err(text)?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.path().join("log"))
            .map_err(text)?;
        let child = as_somebody(Path::new(BINARY), folder.path())
            .arg(&settings)
            .stdout(log.try_clone().map_err(text)?)
            .stderr(log)
            .spawn()
            .map_err(text)?;
        let pooler = Self { child, folder, port };
        pooler.wait_until_ready(server)?;
        Ok(pooler)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database behind it, for those who know its ways.
    pub fn url(&self, database: &str) -> String {
        let port = self.port;
        format!("postgres://yaopai@127.0.0.1:{port}/{database}?sslmode=disable&prepared_statements=off")
    }

    fn wait_until_ready(&self, server: &Server) -> Result<(), String> {
        for _ in 0..PATIENCE {
            let url = format!("postgres://yaopai@127.0.0.1:{}/postgres", self.port);
            let asked = Command::new(server.program("psql"))
                .args(["--no-psqlrc", "--quiet", "--command=select 1", &url])
                .output()
                .map_err(text)?;
            if asked.status.success() {
                return Ok(());
            }
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(format!("PgBouncer is not ready: {log}"))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Nothing of it is wanted any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that has been away is tried again after a second; PgBouncer's own fifteen would be a longer outage than the
/// server's.
fn configuration(server: u16, port: u16, users: &Path, connections: usize) -> String {
    let users = users.display();
    format!(
        "[databases]\n\
         * = host=127.0.0.1 port={server}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = trust\n\
         auth_file = {users}\n\
         pool_mode = transaction\n\
         default_pool_size = {connections}\n\
         max_client_conn = 500\n\
         server_login_retry = 1\n"
    )
}
