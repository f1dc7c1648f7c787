//! Copies of the database, and what must not be in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use yaopai_store::{BackupError, backup};

use crate::support::{Place, ids, insert};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_consistent_while_writing_goes_on() {
    let place = Place::new();
    let store = place.open_with_things().await;
    for id in 0..50 {
        insert(&store, id).await.unwrap();
    }
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for id in 50..150 {
                insert(&store, id).await.unwrap();
            }
        }
    });
    let copy = Place::new();
    backup(&place.path(), &copy.path()).unwrap();
    writing.await.unwrap();
    assert_eq!(fs::metadata(copy.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(copy.folder()).unwrap().count(),
        1,
        "nothing else is left behind"
    );
    let held = ids(&copy.open()).await;
    assert!(held.len() >= 50, "what was acknowledged before is in it");
    assert_eq!(held, (0..).take(held.len()).collect::<Vec<i64>>());
    assert_eq!(ids(&store).await.len(), 150);
}

#[tokio::test]
async fn a_backup_needs_no_server() {
    let place = Place::new();
    let store = place.open_with_things().await;
    insert(&store, 1).await.unwrap();
    store.close().await;
    let copy = Place::new();
    backup(&place.path(), &copy.path()).unwrap();
    assert_eq!(ids(&copy.open()).await, [1]);
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let place = Place::new();
    let _open = place.open();
    let target = place.file("precious");
    fs::write(&target, "precious").unwrap();
    assert!(matches!(backup(&place.path(), &target), Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    let nowhere = place.file("no/such/folder");
    assert!(matches!(backup(&place.path(), &nowhere), Err(BackupError::Io(_))));
    assert!(matches!(
        backup(&place.file("nothing"), &place.file("copy")),
        Err(BackupError::Database(_))
    ));
    assert!(!place.file("nothing").exists() && !place.file("copy").exists());
}

#[tokio::test]
async fn a_backup_is_written_through_nothing_that_lay_there() {
    let place = Place::new();
    let _open = place.open();
    let (victim, target) = (place.file("victim"), place.file("copy"));
    fs::write(&victim, "").unwrap();
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o644)).unwrap();
    std::os::unix::fs::symlink(&victim, place.file("copy.partial")).unwrap();
    backup(&place.path(), &target).unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"");
    let copy = fs::symlink_metadata(&target).unwrap();
    assert!(copy.is_file());
    assert_eq!(copy.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_is_deleted_cannot_be_read_from_the_file() {
    let place = Place::new();
    let store = place.open_with_things().await;
    store
        .write(|tx| tx.execute("insert into things (id, body) values (1, 'canary-8814')", &[]))
        .await
        .unwrap();
    store.write(|tx| tx.execute("delete from things", &[])).await.unwrap();
    store.close().await;
    let bytes = fs::read(place.path()).unwrap();
    assert!(!bytes.windows(11).any(|window| window == b"canary-8814"));
}
