//! `yaopai migrate-database` and `yaopai import-pictures`: a base that moves house.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use yaopai_model::Clock as _;
use yaopai_store::PostgresOptions;
use yaopai_store::transfer::{Arrived, Place, Progress, Step, transfer};

use crate::cli::{ImportPictures, MigrateDatabase};
use crate::clock::SystemClock;
use crate::config::{Config, Settings};
use crate::data_folder::{DataFolder, Paths};
use crate::entropy::OsEntropy;
use crate::wire_up::{self, Database};
use crate::{Complaint, terminal};

#[derive(Serialize)]
struct TableRow {
    table: &'static str,
    rows: u64,
    checksum: String,
}

/// `yaopai migrate-database`
pub(crate) async fn migrate(config: &Config, order: &MigrateDatabase) -> Result<(), Complaint> {
    let settings = &config.settings;
    if order.from.is_none() && order.to.is_none() {
        return Err("请给出 --from 或 --to / say --from, --to or both".into());
    }
    let (from, to) = (
        end(settings, order.from.as_deref())?,
        end(settings, order.to.as_deref())?,
    );
    // A server that runs in this folder would go on writing to the source once it is copied.
    let data_dir = &settings.data_dir;
    let _folder = data_dir.exists().then(|| DataFolder::take(data_dir)).transpose()?;
    let (now, entropy) = (SystemClock::default().now(), Arc::new(OsEntropy::check()?));
    let options = PostgresOptions::new(now, entropy);
    let mut shown = Shown::new();
    let arrived = transfer(place(&from), place(&to), &options, &mut |progress| shown.show(progress)).await?;
    shown.finish();
    report(&arrived, order.form.json)
}

fn end(settings: &Settings, url: Option<&str>) -> Result<Database, Complaint> {
    Ok(match url {
        Some(url) => wire_up::parse_database(url)?,
        None => wire_up::database(settings, &Paths::new(&settings.data_dir))?,
    })
}

fn place(database: &Database) -> Place<'_> {
    match database {
        Database::Sqlite(path) => Place::Sqlite(path),
        Database::Postgres(url) => Place::Postgres(url),
    }
}

fn report(arrived: &[Arrived], json: bool) -> Result<(), Complaint> {
    let rows = arrived.iter().map(|arrived| TableRow {
        table: arrived.table,
        rows: arrived.rows,
        checksum: arrived.checksum.clone(),
    });
    if json {
        terminal::say(&serde_json::to_string(&rows.collect::<Vec<_>>())?);
        return Ok(());
    }
    for row in rows {
        terminal::say(&format!("{:>12}  {}  {}", row.rows, row.checksum, row.table));
    }
    terminal::say(
        "已复制，两边逐表核对一致。接下来：把 database_url 指向目标再启动，根密钥照旧；文件夹里的图片用 yaopai import-pictures \
         收入数据库 / copied, and every table compared. Next: point `database_url` to the target and start; the root key stays \
         the same; pictures in a folder come into the database by `yaopai import-pictures`",
    );
    Ok(())
}

/// `yaopai import-pictures FOLDER`
pub(crate) async fn import_pictures(config: &Config, order: &ImportPictures) -> Result<(), Complaint> {
    if !order.folder.is_dir() {
        return Err(format!("没有这个目录 / there is no such folder: {}", order.folder.display()).into());
    }
    let folder = DataFolder::take(&config.settings.data_dir)?;
    let base = wire_up::open(&config.settings, folder).await?;
    let imported = base.accounts.import_pictures(&order.folder).await;
    base.close().await;
    let imported = imported.map_err(|error| error.to_string())?;
    let (taken, kept, missing) = (imported.taken, imported.kept_already, imported.missing);
    terminal::say(&if order.form.json {
        serde_json::json!({"taken": taken, "kept_already": kept, "missing": missing}).to_string()
    } else {
        format!("收入 / taken: {taken}, 已有 / kept already: {kept}, 找不到 / missing: {missing}")
    });
    Ok(())
}

/// A bar where somebody watches; elsewhere a line for each table.
struct Shown {
    bar: Option<ProgressBar>,
    last: Option<(Step, &'static str)>,
}

impl Shown {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{msg:32} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
        });
        Self { bar, last: None }
    }

    fn show(&mut self, progress: Progress) {
        let what = match progress.step {
            Step::Copying => "复制 / copying",
            Step::Comparing => "核对 / comparing",
        };
        let is_next = self.last != Some((progress.step, progress.table));
        self.last = Some((progress.step, progress.table));
        match &self.bar {
            Some(bar) => {
                if is_next {
                    bar.reset();
                    bar.set_message(format!("{what} {}", progress.table));
                }
                bar.set_length(progress.total);
                bar.set_position(progress.done);
            }
            None if is_next => terminal::complain(&format!("{what} {} ({})", progress.table, progress.total)),
            None => {}
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
