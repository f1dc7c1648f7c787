//! Every statement stays within what both databases can do, and a sharded one too.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};

use crate::linter::{Layout, lint};
use crate::literals;
use crate::support::{Base, Place};

/// Statements that may go through many keys: background work and administrators' lists, by how they begin.
const ACROSS: &[&str] = &[
    "select count(*) from (select id from deliveries where state = 'waiting'",
    "select count(*) from (select id from deliveries where state = $1",
    "select app_id, id from deliveries where state = 'waiting'",
    "select app_id, id, channel, recipient, subject, attempts, created_at, finished_at, last_error from deliveries",
    "select app_id, id, channel, recipient, subject, attempts, created_at, finished_at, last_error, next_attempt_at, expires_at from deliveries where state = $1",
    "select min(next_attempt_at) from deliveries where state = 'waiting'",
    "select count(*) from (select expires_at from sessions",
    "select id from accounts where app_id = $1",
    "delete from account_changes where version",
    "select version, account_id from account_changes where (version, account_id) >",
    "select id, app_id, username, nickname, email, phone from accounts where id in",
    "select id, app_id, username, nickname, email, phone from accounts where id > $1",
    "select id, created_at, role, verified_at, disabled_at from accounts where app_id = $1",
    "select count(*) from (select id from accounts where app_id = $1",
    "select name from pictures where used_at is null",
    "select name from pictures where name > $1",
];

/// Files of nothing but such statements.
const ACROSS_FILES: &[&str] = &["restored.rs", "sweep.rs"];

/// A database that has the tables, and can say whether a statement would run there.
struct Sqlite(rusqlite::Connection);

impl Sqlite {
    async fn new(place: &Place) -> Self {
        place.open().close().await;
        let connection = rusqlite::Connection::open(place.path()).unwrap();
        connection
            .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DML, false)
            .unwrap();
        Self(connection)
    }

    /// Every table with the columns of its primary key.
    fn primary_keys(&self) -> BTreeMap<String, BTreeSet<String>> {
        let sql = "select t.name, c.name from pragma_table_list t join pragma_table_info(t.name) c \
                   where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%' and c.pk > 0";
        let mut statement = self.0.prepare(sql).unwrap();
        let mut keys = BTreeMap::<_, BTreeSet<_>>::new();
        for row in statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap() {
            let (table, column): (String, String) = row.unwrap();
            keys.entry(table).or_default().insert(column);
        }
        keys
    }

    /// The tables, small ones aside, that a statement reads from end to end.
    fn scans(&self, sql: &str, layout: &Layout) -> Vec<String> {
        let mut statement = self.0.prepare(&format!("explain query plan {sql}")).unwrap();
        let steps = statement
            .raw_query()
            .mapped(|row| row.get::<_, String>(3))
            .map(Result::unwrap);
        let scanned = steps.filter_map(|step| step.strip_prefix("SCAN ").map(str::to_owned));
        scanned.filter(|table| layout.keys.contains_key(table)).collect()
    }
}

impl Sqlite {
    fn fault(&self, sql: &str) -> Option<String> {
        self.0.prepare(sql).err().map(|error| format!("SQLite: {error}"))
    }
}

struct Postgres {
    client: Client,
    _base: Base,
}

impl Postgres {
    async fn new() -> Option<Self> {
        let base = Base::new()?;
        base.open().await.close().await;
        let (client, connection) = tokio_postgres::connect(&base.database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        Some(Self { client, _base: base })
    }

    /// What is wrong with a statement here. Without being told, the server must come to the types that arguments have.
    async fn fault(&self, sql: &str) -> Option<String> {
        let fits = |wanted: &Type| [Type::INT8, Type::TEXT, Type::BYTEA].contains(wanted);
        match self.client.prepare(sql).await {
            Err(error) => Some(format!("PostgreSQL: {error:?}")),
            Ok(prepared) => {
                let types = prepared
                    .params()
                    .iter()
                    .chain(prepared.columns().iter().map(|column| column.type_()));
                let odd: Vec<_> = types.filter(|wanted| !fits(wanted)).collect();
                (!odd.is_empty()).then(|| format!("PostgreSQL: takes or gives {odd:?}"))
            }
        }
    }
}

#[tokio::test]
async fn every_statement_is_in_the_subset_and_runs_on_every_database() {
    let place = Place::new();
    let sqlite = Sqlite::new(&place).await;
    let layout = Layout::of_citus();
    let postgres = Postgres::new().await;
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    let literals = literals::of_the_tables();
    assert!(literals.len() > 50, "only {} statements were found", literals.len());
    for literals::Literal { file, sql } in &literals {
        let start = ACROSS.iter().find(|start| sql.starts_with(**start));
        used.extend(start.copied());
        let mut faults = lint(sql, &layout, start.is_some() || ACROSS_FILES.contains(&file.as_str()));
        faults.extend(sqlite.fault(sql));
        if let Some(postgres) = &postgres {
            faults.extend(postgres.fault(sql).await);
        }
        if faults.is_empty() {
            faults.extend(
                sqlite
                    .scans(sql, &layout)
                    .into_iter()
                    .map(|table| format!("reads the whole of {table}")),
            );
        }
        complaints.extend(faults.into_iter().map(|fault| format!("{file}: {fault}\n    {sql}")));
    }
    let unused = ACROSS.iter().filter(|start| !used.contains(**start));
    complaints.extend(unused.map(|start| format!("no statement begins so any more: {start}")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test]
async fn every_table_has_a_place_in_a_sharded_database() {
    let place = Place::new();
    let (tables, layout) = (Sqlite::new(&place).await.primary_keys(), Layout::of_citus());
    let placed: BTreeSet<_> = layout.keys.keys().chain(&layout.everywhere).collect();
    assert_eq!(placed, tables.keys().collect());
    for (table, key) in &layout.keys {
        assert!(!layout.everywhere.contains(table), "{table} has two places");
        // Or its uniqueness would not hold over the nodes.
        assert!(
            tables[table].contains(key),
            "{key} is not in the primary key of {table}"
        );
    }
}

/// Tables with their columns, keys and indexes, each in a line, as both databases can tell them.
type Schema = BTreeSet<String>;

impl Sqlite {
    fn schema(&self) -> Schema {
        self.lines(
            "select 'column ' || t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || \
             case when c.\"notnull\" = 1 then 'not null' else 'null' end \
             from pragma_table_list t join pragma_table_info(t.name) c \
             where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%' \
             union all select 'key ' || t.name || '.' || c.name || ' ' || c.pk \
             from pragma_table_list t join pragma_table_info(t.name) c \
             where t.schema = 'main' and t.type = 'table' and c.pk > 0 \
             union all select 'index ' || t.name || '.' || i.name || ' ' || c.name || ' ' || (c.seqno + 1) || ' ' || i.\"unique\" \
             from pragma_table_list t join pragma_index_list(t.name) i join pragma_index_info(i.name) c \
             where t.schema = 'main' and t.type = 'table' and i.origin = 'c'",
        )
    }

    fn lines(&self, sql: &str) -> Schema {
        let mut statement = self.0.prepare(sql).unwrap();
        let lines = statement.query_map([], |row| row.get(0)).unwrap();
        lines.map(Result::unwrap).collect()
    }
}

impl Postgres {
    async fn schema(&self) -> Schema {
        let sql = "select 'column ' || table_name || '.' || column_name || ' ' || \
                   case data_type when 'bigint' then 'integer' when 'bytea' then 'blob' else data_type end || ' ' || \
                   case is_nullable when 'NO' then 'not null' else 'null' end \
                   from information_schema.columns where table_schema = 'public' \
                   union all select case when i.indisprimary then 'key ' || t.relname || '.' || a.attname || ' ' || k.place \
                   else 'index ' || t.relname || '.' || x.relname || ' ' || a.attname || ' ' || k.place || ' ' || \
                   case when i.indisunique then 1 else 0 end end \
                   from pg_index i join pg_class t on t.oid = i.indrelid join pg_class x on x.oid = i.indexrelid \
                   cross join unnest(i.indkey) with ordinality as k (attribute, place) \
                   join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attribute \
                   where t.relnamespace = 'public'::regnamespace";
        let rows = self.client.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let place = Place::new();
    let sqlite = Sqlite::new(&place).await.schema();
    let Some(postgres) = Postgres::new().await else { return };
    let postgres = postgres.schema().await;
    assert!(sqlite.len() > 150, "only {} lines", sqlite.len());
    // The ledger is each driver's own.
    let differing = sqlite
        .symmetric_difference(&postgres)
        .filter(|line| !line.contains("schema_migrations"));
    let differing: Vec<_> = differing.collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
