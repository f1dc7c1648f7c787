//! What a server was asked, by its own log.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};
use yaopai_store::Value;
use yaopai_testkit::postgres::Server;

use super::replay::{Operation, Step};
use crate::Failure;

/// What a server that is recorded is started with. It takes PostgreSQL 15.
pub(super) const SETTINGS: &[&str] = &[
    "logging_collector=on",
    "log_destination=jsonlog",
    "log_filename=asked.log",
    "log_rotation_age=0",
    "log_rotation_size=0",
];
const FILE: &str = "data/log/asked.json";
/// What is asked between one operation and the next, and after the last.
const MARK: &str = "select 'next'";
const END: &str = "select 'end'";
/// Where in the log the end is looked for: its last line is shorter.
const TAIL: u64 = 4_096;
/// How often the log is looked at for its end, and how long to wait in between.
const LOOKS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Has a database written down what it is asked.
pub(super) struct Recorder {
    client: Client,
    file: PathBuf,
    database: &'static str,
}

impl Recorder {
    /// Begins with the connections that are made from now on.
    pub(super) async fn start(server: &Server, database: &'static str) -> Result<Self, Failure> {
        // It goes faster where nobody waits for a disk; what is asked is the same.
        for setting in ["log_statement = 'all'", "synchronous_commit = off"] {
            server.run(&format!("alter database {database} set {setting}"))?;
        }
        Ok(Self {
            client: connect(&server.url(database)).await?,
            file: server.folder().join(FILE),
            database,
        })
    }

    /// Says that another operation follows.
    pub(super) async fn mark(&self) -> Result<(), Failure> {
        Ok(self.client.batch_execute(MARK).await?)
    }

    /// What was asked in each operation.
    pub(super) async fn finish(self) -> Result<Vec<Operation>, Failure> {
        self.client.batch_execute(END).await?;
        // The log is written by a process of its own.
        for _ in 0..LOOKS {
            if is_whole(&self.file)? {
                return self.read().await;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err("PostgreSQL does not write its log".into())
    }

    async fn read(&self) -> Result<Vec<Operation>, Failure> {
        let (mut operations, mut statements) = (Vec::new(), HashMap::new());
        for line in BufReader::new(File::open(&self.file)?).lines() {
            let entry: Json = serde_json::from_str(&line?)?;
            let text = |field: &str| entry.get(field).and_then(Json::as_str).unwrap_or_default();
            if text("dbname") != self.database {
                continue;
            }
            let message = text("message");
            if message.ends_with(END) {
                break;
            }
            if message.ends_with(MARK) {
                operations.push(Vec::new());
            } else if let Some(operation) = operations.last_mut() {
                // What comes before the first mark makes connections.
                operation.extend(self.step(message, text("detail"), &mut statements).await?);
            }
        }
        Ok(operations)
    }

    /// What a line of the log says was asked, if it says that.
    async fn step(&self, message: &str, detail: &str, statements: &mut Statements) -> Result<Option<Step>, Failure> {
        if let Some(control) = message.strip_prefix("statement: ") {
            return Ok(Some(Step::Control(control.to_owned())));
        }
        let Some((_, sql)) = message
            .split_once(": ")
            .filter(|(does, _)| does.starts_with("execute "))
        else {
            return Ok(None);
        };
        if !statements.contains_key(sql) {
            let types = self.client.prepare(sql).await?.params().to_vec();
            statements.insert(Arc::from(sql), types);
        }
        let (sql, types) = statements.get_key_value(sql).ok_or("it was prepared")?;
        let texts = texts(detail).ok_or("arguments that nobody can read")?;
        let arguments = texts
            .into_iter()
            .zip(types)
            .map(|(text, wanted)| argument(text, wanted));
        Ok(Some(Step::Statement {
            sql: Arc::clone(sql),
            arguments: arguments.collect::<Result<_, _>>()?,
        }))
    }
}

/// What there are, and the types of their arguments.
type Statements = HashMap<Arc<str>, Vec<Type>>;

/// A connection, which is driven until its client goes.
pub(super) async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn is_whole(file: &Path) -> Result<bool, Failure> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(String::from_utf8_lossy(&tail).contains(END))
}

/// The values in `parameters: $1 = '…', $2 = NULL`, where a quote in a value is doubled.
fn texts(detail: &str) -> Option<Vec<Option<String>>> {
    let (mut texts, mut rest) = (Vec::new(), detail);
    while let Some((_, after)) = rest.split_once(" = ") {
        if let Some(after) = after.strip_prefix("NULL") {
            texts.push(None);
            rest = after;
            continue;
        }
        let (mut text, mut after) = (String::new(), after.strip_prefix('\'')?);
        rest = loop {
            let (part, behind) = after.split_once('\'')?;
            text.push_str(part);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    after = more;
                }
                None => break behind,
            }
        };
        texts.push(Some(text));
    }
    Some(texts)
}

fn argument(text: Option<String>, wanted: &Type) -> Result<Value, Failure> {
    let Some(text) = text else {
        return Ok(Value::Null);
    };
    Ok(match *wanted {
        Type::INT8 => Value::Integer(text.parse()?),
        Type::BYTEA => Value::Blob(bytes(&text).ok_or("bytes that nobody can read")?),
        _ => Value::Text(text),
    })
}

/// Bytes as PostgreSQL writes them: `\x` and two digits for each.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.chars().map(|digit| digit.to_digit(16));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    Some(
        pairs
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read() {
        let found = texts(r"parameters: $1 = '17', $2 = NULL, $3 = 'it''s = ''', $4 = '\x00ff'").unwrap();
        let expected = [Some("17"), None, Some("it's = '"), Some(r"\x00ff")];
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)));
        assert_eq!(texts("").unwrap(), [None::<String>; 0]);
        assert!(texts("parameters: $1 = 'cut").is_none());
        assert_eq!(bytes(r"\x00ff"), Some(vec![0, 255]));
    }
}
