//! What goes into a statement and comes out, on every database.

use yaopai_model::{AppKey, HostName, Timestamp};
use yaopai_store::{Row, SqlError, Store, Value, apps, args};
use yaopai_testkit::SeededEntropy;

use crate::contract;
use crate::support::insert;

contract![
    values_come_back_as_they_went_in,
    placeholders_go_by_their_number,
    arguments_that_do_not_fit_are_refused,
    another_type_than_promised_is_a_bad_column,
    a_second_row_is_not_dropped_silently,
    like_tells_upper_from_lower_case,
    a_look_up_finds_what_a_closure_finds,
];

async fn one_row(store: &Store, sql: &'static str) -> Row {
    store.read(move |db| db.row(sql, &[])).await.unwrap().unwrap()
}

async fn values_come_back_as_they_went_in(store: Store) {
    let ends = [(i64::MIN, ""), (i64::MAX, "张三 – \u{1F41E}'\"$1"), (0, " \t\r\n")];
    for (id, text) in ends {
        let bytes: Vec<u8> = text.bytes().rev().collect();
        let expected = bytes.clone();
        let row = store
            .write(move |tx| {
                let sql = "insert into things (id, body, data) values ($1, $2, $3) returning id, body, data";
                tx.row(sql, args![id, text, bytes.clone()])
            })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.integer(0).unwrap(), id);
        assert_eq!(row.timestamp(0).unwrap(), Timestamp::from_millis(id));
        assert_eq!(row.text(1).unwrap(), text);
        assert_eq!(row.blob(2).unwrap(), expected);
        assert_eq!(row.optional_text(1).unwrap(), Some(text));
    }
    store
        .write(|tx| {
            let (text, bytes) = (None::<&str>, None::<Vec<u8>>);
            tx.execute(
                "insert into things (id, body, data) values ($1, $2, $3)",
                args![7_u32, text, bytes],
            )
        })
        .await
        .unwrap();
    let row = one_row(&store, "select body, data, id from things where id = 7").await;
    assert_eq!(row.optional_text(0).unwrap(), None);
    assert_eq!(row.optional_blob(1).unwrap(), None);
    assert_eq!(row.optional_integer(0).unwrap(), None);
    assert_eq!(row.optional_timestamp(2).unwrap(), Some(Timestamp::from_millis(7)));
}

async fn placeholders_go_by_their_number(store: Store) {
    let row = store
        .write(|tx| {
            let sql = "insert into things (body, id, data) values ($2, $1, $3) returning id, body";
            tx.row(sql, args![5_i64, "five", [5_u8]])
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.integer(0).unwrap(), row.text(1).unwrap()), (5, "five"));
    let again = store.read(|db| {
        db.row(
            "select id from things where body = $2 and id = $1 or id = $1",
            args![5_i64, "x"],
        )
    });
    assert_eq!(again.await.unwrap().unwrap().integer(0).unwrap(), 5);
}

async fn arguments_that_do_not_fit_are_refused(store: Store) {
    let misfits: [(&'static str, &'static [Value]); 6] = [
        ("select id from things where id = $1", &[]),
        ("select id from things where id = $1", &[Value::Null, Value::Null]),
        ("select id from things where id = $2", &[Value::Null]),
        ("select id from things where id = $0", &[Value::Null]),
        ("select id from things where id = ?", &[Value::Null]),
        ("select id from things where id = $a", &[Value::Null]),
    ];
    for (sql, args) in misfits {
        let refused = store.read(move |db| db.rows(sql, args)).await.unwrap_err();
        assert!(matches!(refused, SqlError::Database(_)), "{sql}: {refused}");
    }
    let refused = store
        .read(|db| db.rows("select id from things where body = $1", args!["se\0cret"]))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, SqlError::Database(message) if !message.contains("cret")),
        "{refused}"
    );
}

async fn another_type_than_promised_is_a_bad_column(store: Store) {
    insert(&store, 1).await.unwrap();
    let sql = "select id, body, 'text', 1.5 as real from things where id = 1";
    let refused = store.read(move |db| db.rows(sql, &[])).await.unwrap_err();
    assert_eq!(
        refused,
        SqlError::BadColumn {
            statement: sql,
            column: 3
        },
        "there are no floating-point numbers"
    );

    let statement = "select id, body, 'text' from things";
    let row = one_row(&store, statement).await;
    let bad = |column| SqlError::BadColumn { statement, column };
    assert_eq!(row.text(0).unwrap_err(), bad(0));
    assert_eq!(row.blob(0).unwrap_err(), bad(0));
    assert_eq!(row.text(1).unwrap_err(), bad(1), "NULL where a value was promised");
    assert_eq!(row.timestamp(2).unwrap_err(), bad(2));
    assert_eq!(row.optional_integer(2).unwrap_err(), bad(2));
    assert_eq!(row.integer(3).unwrap_err(), bad(3), "no such column");
    assert_eq!(
        format!("{row:?}").matches("text").count(),
        1,
        "values are not printed: {row:?}"
    );
}

async fn a_second_row_is_not_dropped_silently(store: Store) {
    insert(&store, 1).await.unwrap();
    insert(&store, 2).await.unwrap();
    assert!(store.read(|db| db.row("select id from things", &[])).await.is_err());
    let swallowed = store
        .read(|db| Ok::<_, SqlError>(db.row("select id from things", &[]).ok()))
        .await;
    assert!(swallowed.is_err());
}

async fn like_tells_upper_from_lower_case(store: Store) {
    let row = one_row(
        &store,
        "select case when 'abc' like 'A%' then 1 else 0 end, case when 'abc' like 'a%' then 1 else 0 end",
    )
    .await;
    assert_eq!((row.integer(0).unwrap(), row.integer(1).unwrap()), (0, 1));
}

async fn a_look_up_finds_what_a_closure_finds(store: Store) {
    let (host, key) = (
        HostName::parse("a.example").unwrap(),
        AppKey::draw(&SeededEntropy::new(1)),
    );
    assert_eq!(store.look_up(apps::of_host(&host)).await, Ok(None));
    for id in [7_i64, 8] {
        let sql = "insert into app_hosts (host, app_id) values ('a.example', $1) \
                   on conflict (host) do update set app_id = excluded.app_id";
        store.write(move |tx| tx.execute(sql, args![id])).await.unwrap();
        let found = store.look_up(apps::of_host(&host)).await.unwrap().unwrap();
        assert_eq!(found.0, id, "as it is since the write");
        let host = host.clone();
        let in_closure = store.read(move |db| db.look_up(apps::of_host(&host)));
        assert_eq!(in_closure.await, Ok(Some(found)));
    }
    let sql = "insert into apps (app_key, id, name, secret_digest, created_at) values ($1, 7, '', $2, 0)";
    let key_text = key.as_str().to_owned();
    store
        .write(move |tx| tx.execute(sql, args![key_text.clone(), [0_u8; 32]]))
        .await
        .unwrap();
    let bad_row = store.look_up(apps::by_key(&key)).await.err();
    assert_eq!(
        bad_row,
        Some(SqlError::BadRow {
            table: "apps",
            column: "name"
        })
    );
}
