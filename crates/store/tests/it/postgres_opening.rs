//! Which PostgreSQL databases are opened, and how they are reached.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use yaopai_store::{MigrationError, OpenError, PostgresUrl, SqlError, Store};
use yaopai_testkit::postgres::{Scratch, Server, Shutdown};

use crate::support::{Base, ids, insert, server};

async fn open(url: &str, base: &Base) -> Result<Store, OpenError> {
    Store::open_postgres(&PostgresUrl::parse(url).unwrap(), &base.options).await
}

async fn refusal(base: &Base) -> OpenError {
    open(&base.database.url(), base).await.err().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_open_an_empty_database_make_its_tables_once() {
    let Some(base) = Base::new() else { return };
    let stores = futures_util::future::join_all((0..5).map(|_| base.open())).await;
    for store in stores {
        let rows = store
            .read(|db| db.rows("select version from schema_migrations order by version", &[]))
            .await;
        let versions: Vec<_> = rows.unwrap().iter().map(|row| row.integer(0).unwrap()).collect();
        assert!(!versions.is_empty() && versions.iter().copied().eq(1..=versions.len() as i64));
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_is_there_when_opened_again() {
    let Some(base) = Base::new() else { return };
    let store = base.open_with_things().await;
    insert(&store, 1).await.unwrap();
    store.close().await;
    assert_eq!(ids(&base.open().await).await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_that_must_exist_are_never_made() {
    let Some(mut base) = Base::new() else { return };
    base.options.must_exist = true;
    assert!(matches!(refusal(&base).await, OpenError::Empty));
    base.options.must_exist = false;
    base.open().await.close().await;
    base.options.must_exist = true;
    base.open().await.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_schema_is_refused() {
    let Some(base) = Base::new() else { return };
    base.open().await.close().await;
    base.database.run("update schema_migrations set checksum = ''").unwrap();
    assert!(matches!(
        refusal(&base).await,
        OpenError::Migration(MigrationError::Changed { version: 1 })
    ));
    let later = "insert into schema_migrations (version, name, checksum, applied_at) values (999, 'later', '', 0)";
    base.database.run(later).unwrap();
    assert!(matches!(
        refusal(&base).await,
        OpenError::Migration(MigrationError::Newer { found: 999, .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_host_takes_writes_is_found() {
    let (Some(mut first), Some(mut second)) = (server(&[]), server(&[])) else {
        return;
    };
    let one = Base::on(Scratch::make_on(first.url("postgres")).unwrap());
    let name = one.database.url().rsplit_once('/').unwrap().1.to_owned();
    let database = name.split('?').next().unwrap().to_owned();
    let beside = Scratch::make_on(second.url("postgres")).unwrap();
    beside.run(&format!("create database {database}")).unwrap();
    let both = format!(
        "postgres://yaopai@127.0.0.1:{},127.0.0.1:{}/{name}",
        first.port(),
        second.port()
    );
    let things = "create table things (id bigint primary key, body text, data bytea)";
    one.database.run(things).unwrap();
    let store = open(&both, &one).await.unwrap();
    insert(&store, 1).await.unwrap();
    store.close().await;

    // The first has gone: the second is another database here, which shows who answers.
    first.stop(Shutdown::Fast).unwrap();
    let store = open(&both, &one).await.unwrap();
    let missing = insert(&store, 2).await;
    assert!(matches!(missing, Err(SqlError::Database(_))), "{missing:?}");
    second.stop(Shutdown::Fast).unwrap();
    first.start_again().unwrap();
    while store.check().await.is_err() {}
    insert(&store, 2).await.unwrap();
    assert_eq!(ids(&store).await, [1, 2]);

    // One that takes no writes any more is left, though its connections stand.
    second.start_again().unwrap();
    let read_only = format!("alter database {database} set default_transaction_read_only = on");
    one.database.run(&read_only).unwrap();
    let refused = open(&format!("{}&target_session_attrs=read-write", one.database.url()), &one).await;
    assert!(matches!(refused, Err(OpenError::Database(SqlError::Unavailable(_)))));
    open(&both, &one).await.unwrap();
}

/// An authority's certificate and a server's own, for `localhost`, in the server's folder.
fn make_certificates(server: &Server) -> String {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();
    let folder = server.folder().join("data");
    let owner = fs::metadata(&folder).unwrap();
    for (name, text) in [("server.key", key.serialize_pem()), ("server.crt", own.pem())] {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let (user, group) = (
            std::os::unix::fs::MetadataExt::uid(&owner),
            std::os::unix::fs::MetadataExt::gid(&owner),
        );
        std::os::unix::fs::chown(&path, Some(user), Some(group)).unwrap();
    }
    let root = server.folder().join("root.crt");
    fs::write(&root, issuer.pem()).unwrap();
    root.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_asks_for_as_much_as_it_is_told_to() {
    let Some(server) = server(&[]) else { return };
    let base = Base::on(Scratch::make_on(server.url("postgres")).unwrap());
    let root = make_certificates(&server);
    let stranger = server.folder().join("stranger.crt");
    let mut other = CertificateParams::new(Vec::<String>::new()).unwrap();
    other.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let other = CertifiedIssuer::self_signed(other, KeyPair::generate().unwrap()).unwrap();
    fs::write(&stranger, other.pem()).unwrap();
    let database = base
        .database
        .url()
        .rsplit_once('/')
        .unwrap()
        .1
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let url =
        |host: &str, parameters: &str| format!("postgres://yaopai@{host}:{}/{database}?{parameters}", server.port());
    // Not yet there.
    for (parameters, opens) in [
        ("sslmode=disable", true),
        ("sslmode=prefer", true),
        ("sslmode=require", false),
    ] {
        assert_eq!(
            open(&url("localhost", parameters), &base).await.is_ok(),
            opens,
            "{parameters}"
        );
    }
    base.database.run("alter system set ssl = on").unwrap();
    base.database.run("select pg_reload_conf()").unwrap();
    let trusted = format!("sslrootcert={root}");
    let wrong = format!("sslrootcert={}", stranger.to_str().unwrap());
    for (host, parameters, opens) in [
        ("localhost", "sslmode=disable".to_owned(), true),
        ("localhost", "sslmode=require".to_owned(), true),
        ("localhost", "sslmode=verify-full".to_owned(), false),
        ("localhost", format!("sslmode=verify-full&{trusted}"), true),
        ("127.0.0.1", format!("sslmode=verify-full&{trusted}"), false),
        ("127.0.0.1", format!("sslmode=require&{trusted}"), true),
        ("127.0.0.1", format!("sslmode=verify-ca&{trusted}"), true),
        ("localhost", format!("sslmode=require&{wrong}"), false),
        ("localhost", format!("sslmode=verify-ca&{wrong}"), false),
        ("localhost", format!("sslmode=verify-full&{wrong}"), false),
    ] {
        let opened = open(&url(host, &parameters), &base).await;
        assert_eq!(opened.is_ok(), opens, "{host} {parameters}: {:?}", opened.err());
        if let Ok(store) = opened {
            let sql = "select case when ssl then 1 else 0 end from pg_stat_ssl where pid = pg_backend_pid()";
            let row = store.read(move |db| db.row(sql, &[])).await.unwrap().unwrap();
            assert_eq!(row.integer(0) == Ok(1), !parameters.contains("disable"), "{parameters}");
        }
    }
    drop(server);
}
