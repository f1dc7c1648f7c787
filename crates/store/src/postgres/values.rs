//! Values on their way to PostgreSQL and back: `bigint`, `text` and `bytea`.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::row::Value;
use crate::sql::SqlError;

/// Whether the statement that wants these types can be given these arguments.
pub(crate) fn fit(args: &[Value], wanted: &[Type]) -> bool {
    args.len() == wanted.len() && args.iter().zip(wanted).all(|(arg, wanted)| fits(arg, wanted))
}

/// The type of an argument when it is left to the server to find out what a statement wants.
pub(crate) const ANY: Type = Type::UNKNOWN;

fn fits(value: &Value, wanted: &Type) -> bool {
    let is = |own: Type| *wanted == own || *wanted == ANY;
    match value {
        Value::Null => true,
        Value::Integer(_) => is(Type::INT8),
        // PostgreSQL cannot hold a NUL in a text.
        Value::Text(text) => is(Type::TEXT) && !text.contains('\0'),
        Value::Blob(_) => is(Type::BYTEA),
    }
}

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => number.to_sql(wanted, out),
            Self::Text(text) => text.to_sql(wanted, out),
            Self::Blob(bytes) => bytes.to_sql(wanted, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The value in a column of a row. Nothing but whole numbers, text and bytes is taken.
pub(crate) fn value(row: &tokio_postgres::Row, statement: &'static str, column: usize) -> Result<Value, SqlError> {
    let bad = SqlError::BadColumn { statement, column };
    let Some(description) = row.columns().get(column) else {
        return Err(bad);
    };
    let value = match *description.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(Value::from),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(column)
            .map(|number| Value::from(number.map(i64::from))),
        Type::TEXT => row.try_get::<_, Option<String>>(column).map(Value::from),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column).map(Value::from),
        _ => return Err(bad),
    };
    value.map_err(|_| bad)
}
