//! Uploads: what is kept of them, and what is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use yaopai_accounts::Refusal;
use yaopai_model::limits::UPLOADS_PER_ACCOUNT_PER_DAY;
use yaopai_model::{PictureName, Role};
use yaopai_pictures::slider;

use crate::support::{World, refusal};

/// A picture: a slider's background is one.
pub(crate) fn png() -> Vec<u8> {
    slider::draw(&mut |bytes| bytes.fill(3)).unwrap().background_png
}

#[tokio::test]
async fn an_upload_is_there_once_it_is_acknowledged() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let name = world.accounts.upload_picture(&one, png()).await.unwrap();
    assert!(name.as_str().ends_with(".png"));
    let stored = world.accounts.picture(&name).await.unwrap().unwrap();
    assert_eq!(stored.media_type, "image/png");
    let path = world.folder.path().join("pictures").join(name.as_str());
    let on_disk = fs::read(&path).unwrap();
    assert!(on_disk.starts_with(b"\x89PNG"));
    assert_eq!(stored.byte_count, on_disk.len() as u64);
    let mut served = Vec::new();
    let mut rest = Some(stored);
    while let Some(picture) = rest.take() {
        if let Some((piece, after)) = picture.next_piece().await.unwrap() {
            assert!(piece.len() <= 32 * 1024, "never more in memory at once");
            served.extend(piece);
            rest = Some(after);
        }
    }
    assert_eq!(served, on_disk);

    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "nothing else is left"
    );
}

#[tokio::test]
async fn every_upload_has_a_name_of_its_own() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let first = world.accounts.upload_picture(&one, png()).await.unwrap();
    let second = world.accounts.upload_picture(&one, png()).await.unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    for bytes in [
        Vec::new(),
        b"GIF89a".to_vec(),
        b"<svg/>".to_vec(),
        png()[..200].to_vec(),
    ] {
        let refused = refusal(world.accounts.upload_picture(&one, bytes).await);
        assert_eq!(refused, Refusal::PictureUnfit);
    }
    assert_eq!(world.count("select count(*) from pictures").await, 0);
    assert!(!world.folder.path().join("pictures").exists());
}

#[tokio::test]
async fn a_picture_that_is_not_there_is_none_and_one_that_cannot_be_read_a_fault() {
    let world = World::new().await;
    let name = PictureName::parse(&format!("{}.jpg", "0a".repeat(16))).unwrap();
    assert!(world.accounts.picture(&name).await.unwrap().is_none());

    fs::create_dir_all(world.folder.path().join("pictures").join(name.as_str())).unwrap();
    assert!(world.accounts.picture(&name).await.is_err());
}

#[tokio::test]
async fn a_full_disk_is_a_fault_and_no_picture() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    // A file where the folder should be: no file can be made in it.
    fs::write(world.folder.path().join("pictures"), "").unwrap();
    assert!(world.accounts.upload_picture(&one, png()).await.is_err());
}

#[tokio::test]
async fn uploads_are_counted_by_the_day() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    for _ in 0..UPLOADS_PER_ACCOUNT_PER_DAY {
        // The unfit ones count too.
        assert!(world.accounts.upload_picture(&one, Vec::new()).await.is_err());
    }
    let refused = refusal(world.accounts.upload_picture(&one, png()).await);
    assert_eq!(refused, Refusal::TooManyUploads { seconds: 24 * 60 * 60 });
    assert!(world.accounts.upload_picture(&two, png()).await.is_ok());
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert!(world.accounts.upload_picture(&one, png()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_at_once_than_there_are_places_are_refused() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let (mut tasks, picture) = (tokio::task::JoinSet::new(), png());
    for _ in 0..50 {
        let (accounts, principal, bytes) = (world.accounts.clone(), one.clone(), picture.clone());
        tasks.spawn(async move { accounts.upload_picture(&principal, bytes).await });
    }
    let outcomes = tasks.join_all().await;
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!((1..50).contains(&taken), "{taken}");
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(refusal(outcome), Refusal::Overloaded);
    }
    assert!(
        world.accounts.upload_picture(&one, png()).await.is_ok(),
        "places come back"
    );
}
