//! The table `hourly_figures`: what was counted of an app in each hour.

use yaopai_model::{AppId, Figure, Timestamp};

use crate::{Db, SqlError, Tx, args};

/// What was counted in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourlyFigure {
    /// When the hour began.
    pub hour: Timestamp,
    /// What was counted.
    pub figure: Figure,
    /// How many there were.
    pub total: u64,
}

/// Counts so many more.
///
/// # Errors
/// Those of the database.
pub fn add(tx: &Tx, app: AppId, counted: HourlyFigure) -> Result<(), SqlError> {
    let total = i64::try_from(counted.total).unwrap_or(i64::MAX);
    tx.execute(
        "insert into hourly_figures (app_id, hour, figure, total) values ($1, $2, $3, $4) \
         on conflict (app_id, hour, figure) do update set total = hourly_figures.total + excluded.total",
        args![app.0, counted.hour, counted.figure.as_str(), total],
    )?;
    Ok(())
}

/// What was counted in the hours that began from `from` on and before `to`, oldest first.
///
/// # Errors
/// Those of the database, and [`SqlError::BadRow`].
pub fn between(db: &Db, app: AppId, from: Timestamp, to: Timestamp) -> Result<Vec<HourlyFigure>, SqlError> {
    let rows = db.rows(
        "select hour, figure, total from hourly_figures where app_id = $1 and hour >= $2 and hour < $3 order by hour, figure",
        args![app.0, from, to],
    )?;
    let bad = |column| SqlError::BadRow {
        table: "hourly_figures",
        column,
    };
    rows.iter()
        .map(|row| {
            Ok(HourlyFigure {
                hour: row.timestamp(0)?,
                figure: Figure::from_name(row.text(1)?).ok_or_else(|| bad("figure"))?,
                total: u64::try_from(row.integer(2)?).map_err(|_| bad("total"))?,
            })
        })
        .collect()
}
