//! What goes into a statement, and what comes out.

use std::fmt;

use yaopai_model::Timestamp;

use crate::sql::SqlError;

/// A value in a row, or an argument of a statement.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number; also an instant, in milliseconds since the epoch.
    Integer(i64),
    /// Text without NUL characters.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// An argument: what `$1` … `$n` in a statement stand for, in this order.
pub type Arg = Value;

/// The arguments of a statement, each made by `Value::from`: `args![id, now]`.
#[macro_export]
macro_rules! args {
    ($($argument:expr),* $(,)?) => { &[$($crate::Value::from($argument)),*] };
}

/// Says the kind only: values may be secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Integer(_) => "Integer(..)",
            Self::Text(_) => "Text(..)",
            Self::Blob(_) => "Blob(..)",
        })
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Integer(instant.as_millis())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of a result.
#[derive(Clone, Debug)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    /// The whole number in column `column`, counted from 0.
    ///
    /// # Errors
    /// [`SqlError::BadColumn`] when it is something else, NULL or not there. So for every method of a row.
    pub fn integer(&self, column: usize) -> Result<i64, SqlError> {
        self.optional_integer(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::integer`], with NULL for `None`.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self.values.get(column) {
            Some(Value::Integer(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            Some(Value::Text(_) | Value::Blob(_)) | None => Err(self.bad(column)),
        }
    }

    /// The text in column `column`.
    pub fn text(&self, column: usize) -> Result<&str, SqlError> {
        self.optional_text(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::text`], with NULL for `None`.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, SqlError> {
        match self.values.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Blob(_)) | None => Err(self.bad(column)),
        }
    }

    /// The bytes in column `column`.
    pub fn blob(&self, column: usize) -> Result<&[u8], SqlError> {
        self.optional_blob(column)?.ok_or(self.bad(column))
    }

    /// As [`Row::blob`], with NULL for `None`.
    pub fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>, SqlError> {
        match self.values.get(column) {
            Some(Value::Blob(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Text(_)) | None => Err(self.bad(column)),
        }
    }

    /// The instant in column `column`.
    pub fn timestamp(&self, column: usize) -> Result<Timestamp, SqlError> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// As [`Row::timestamp`], with NULL for `None`.
    pub fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, SqlError> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_millis))
    }

    fn bad(&self, column: usize) -> SqlError {
        SqlError::BadColumn {
            statement: self.statement,
            column,
        }
    }
}
