//! The socket in the data folder through which management commands reach a running server: one line of JSON in, one
//! line of JSON out. Whoever owns the folder may use it, nobody else can.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use yaopai_model::limits::{COMMAND_BYTES, COMMAND_DEADLINE, COMMANDS_AT_ONCE};

use crate::commands::{self, Command, Office, Reply};
use crate::data_folder::Paths;
use crate::shutdown::Stop;

/// Bytes of a socket's path that every system takes.
const SOCKET_PATH_BYTES: usize = 100;

/// Where a socket is, by a path that is short enough.
struct Address {
    path: PathBuf,
    /// Keeps a path through `/proc` alive.
    _folder: Option<File>,
}

impl Address {
    fn of(paths: &Paths) -> io::Result<Self> {
        let path = paths.socket();
        if path.as_os_str().len() <= SOCKET_PATH_BYTES {
            return Ok(Self { path, _folder: None });
        }
        if !cfg!(target_os = "linux") {
            let reason = "数据目录的路径太长 / the data folder's path is too long for a socket: at most 80 bytes";
            return Err(io::Error::new(io::ErrorKind::InvalidFilename, reason));
        }
        let folder = File::open(paths.root())?;
        let name = path.file_name().unwrap_or_default();
        let path = Path::new("/proc/self/fd")
            .join(folder.as_raw_fd().to_string())
            .join(name);
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }
}

/// The server's end of the socket.
pub(crate) struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl AdminSocket {
    /// Makes the socket. The caller holds the folder's lock, so one that is there already is left from a crash.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn bind(paths: &Paths) -> io::Result<Self> {
        let path = paths.socket();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let address = Address::of(paths)?;
        let listener = UnixListener::bind(&address.path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Carries out commands until `stop`.
    pub(crate) async fn serve(self, office: Office, mut stop: Stop) {
        let places = Arc::new(Semaphore::new(COMMANDS_AT_ONCE));
        loop {
            let accepted = tokio::select! {
                () = stop.requested() => break,
                accepted = self.listener.accept() => accepted,
            };
            // Nobody but the owner gets here; a failure to accept is theirs to see at the other end.
            let (Ok((stream, _)), Ok(place)) = (accepted, Arc::clone(&places).acquire_owned().await) else {
                continue;
            };
            let office = office.clone();
            tokio::spawn(async move {
                let _place = place;
                // A command that is under way is carried out though its sender may have gone.
                let _ = tokio::time::timeout(COMMAND_DEADLINE, answer(stream, &office)).await;
            });
        }
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(stream: UnixStream, office: &Office) -> io::Result<()> {
    let (input, mut output) = stream.into_split();
    let mut line = String::new();
    BufReader::new(input.take(COMMAND_BYTES)).read_line(&mut line).await?;
    let reply = match serde_json::from_str::<Command>(&line) {
        Ok(command) => commands::execute(office, command).await,
        // The parser's words may quote the line, which may hold a password.
        Err(_) => Reply::Failed(
            "命令无法理解，版本可能不同 / not a command this server knows: is it another version?".to_owned(),
        ),
    };
    let mut line = serde_json::to_string(&reply)?;
    line.push('\n');
    output.write_all(line.as_bytes()).await
}

/// Sends `command` to the server that runs in the folder; hands it back when there is none.
///
/// # Errors
/// When a server is there, but does not answer.
pub(crate) async fn send(paths: &Paths, command: Command) -> io::Result<Result<Reply, Command>> {
    let connected = match Address::of(paths) {
        Ok(address) => UnixStream::connect(&address.path).await,
        Err(error) => Err(error),
    };
    let stream = match connected {
        Ok(stream) => stream,
        Err(error) if is_nobody(&error) => return Ok(Err(command)),
        Err(error) => return Err(error),
    };
    let reply = tokio::time::timeout(COMMAND_DEADLINE, converse(stream, &command)).await;
    reply.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map(Ok)
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

async fn converse(stream: UnixStream, command: &Command) -> io::Result<Reply> {
    let (input, mut output) = stream.into_split();
    let mut line = serde_json::to_string(command)?;
    line.push('\n');
    output.write_all(line.as_bytes()).await?;
    let mut reply = String::new();
    BufReader::new(input.take(COMMAND_BYTES)).read_line(&mut reply).await?;
    Ok(serde_json::from_str(&reply)?)
}
