//! A point look-up as a value.

use crate::row::{Arg, Row};
use crate::sql::{Db, SqlError, only};

/// One statement that finds at most one row, and what is made of that row.
///
/// [`crate::Store::look_up`] sends it without a thread that waits for the answer, and closures make it with [`Db::look_up`]:
/// the statement is said once for both.
pub struct LookUp<T> {
    pub(crate) sql: &'static str,
    pub(crate) args: Vec<Arg>,
    from_row: fn(&Row) -> Result<T, SqlError>,
}

impl<T> LookUp<T> {
    pub(crate) fn new(sql: &'static str, args: &[Arg], from_row: fn(&Row) -> Result<T, SqlError>) -> Self {
        Self {
            sql,
            args: args.to_vec(),
            from_row,
        }
    }

    /// What the rows that came back hold.
    pub(crate) fn found(&self, rows: Vec<Row>) -> Result<Option<T>, SqlError> {
        only(rows, self.sql)?.as_ref().map(self.from_row).transpose()
    }
}

impl Db {
    /// What a look-up finds.
    ///
    /// # Errors
    /// As for [`Db::row`], and those of the look-up about what the row holds.
    pub fn look_up<T>(&self, look_up: LookUp<T>) -> Result<Option<T>, SqlError> {
        let row = self.row(look_up.sql, &look_up.args)?;
        row.as_ref().map(look_up.from_row).transpose()
    }
}
