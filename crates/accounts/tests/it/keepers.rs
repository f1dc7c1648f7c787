//! Pictures in the database and in a bucket: what holds for those in a folder holds for them.

use std::time::Duration;

use yaopai_accounts::{PictureStore, ProfileChange, StoredPicture};
use yaopai_model::limits::{PICTURE_PIECE_BYTES, UPLOAD_USABLE};
use yaopai_model::{Entropy as _, PictureName, Role};
use yaopai_pictures::slider;
use yaopai_testkit::{ObjectStore, SeededEntropy};

use crate::support::{Setup, World};

async fn world_with(pictures: PictureStore) -> World {
    World::with(Setup {
        pictures: Some(pictures),
        nodes: 3,
        ..Setup::default()
    })
    .await
}

/// A picture that does not get small: it is all noise.
fn png() -> Vec<u8> {
    let entropy = SeededEntropy::new(5);
    slider::draw(&mut |bytes| entropy.fill(bytes)).unwrap().background_png
}

async fn bytes(picture: StoredPicture) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), Some(picture));
    while let Some(picture) = rest.take() {
        if let Some((piece, after)) = picture.next_piece().await.unwrap() {
            bytes.extend(piece);
            rest = Some(after);
        }
    }
    bytes
}

/// An upload to one node is served by all, and an orphan is gone from all once one has swept.
async fn every_node_serves_them(world: &World) -> (PictureName, PictureName) {
    let one = world.signed_in("one", Role::User).await;
    let used = world.accounts.upload_picture(&one, png()).await.unwrap();
    let orphan = world.accounts.upload_picture(&one, png()).await.unwrap();
    let change = ProfileChange {
        avatar: Some(used.clone()),
        ..ProfileChange::default()
    };
    world.accounts.change_profile(&one, change).await.unwrap();
    for node in &world.nodes {
        let picture = node.picture(&used).await.unwrap().unwrap();
        let (byte_count, media_type) = (picture.byte_count, picture.media_type);
        let bytes = bytes(picture).await;
        assert!(bytes.len() > PICTURE_PIECE_BYTES, "it has several pieces");
        assert!(bytes.starts_with(b"\x89PNG") && bytes.ends_with(b"IEND\xaeB`\x82"));
        assert_eq!((bytes.len() as u64, "image/png"), (byte_count, media_type));
    }
    let nobodys = PictureName::parse(&format!("{}.jpg", "0a".repeat(16))).unwrap();
    assert!(world.accounts.picture(&nobodys).await.unwrap().is_none());

    world.clock.advance(UPLOAD_USABLE + Duration::from_secs(60));
    for node in &world.nodes {
        node.sweep().await.unwrap();
        assert!(node.picture(&orphan).await.unwrap().is_none());
        assert!(node.picture(&used).await.unwrap().is_some());
    }
    (used, orphan)
}

#[tokio::test]
async fn the_database_keeps_them_for_every_node() {
    let world = world_with(PictureStore::Database).await;
    let (used, _) = every_node_serves_them(&world).await;
    let pieces = world.count("select count(*) from picture_pieces").await;
    let size = bytes(world.accounts.picture(&used).await.unwrap().unwrap()).await.len();
    assert_eq!(pieces, i64::try_from(size.div_ceil(PICTURE_PIECE_BYTES)).unwrap());
    assert!(!world.folder.path().join("pictures").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_keeps_them_for_every_node() {
    let Some(store) = ObjectStore::start().unwrap() else {
        return;
    };
    let world = world_with(PictureStore::Bucket(store.bucket("pictures").await.unwrap())).await;
    every_node_serves_them(&world).await;
    assert_eq!(world.count("select count(*) from picture_pieces").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_store_that_is_down_is_a_fault_and_no_missing_picture() {
    let Some(store) = ObjectStore::start().unwrap() else {
        return;
    };
    let bucket = store.bucket("pictures").await.unwrap();
    let world = world_with(PictureStore::Bucket(bucket)).await;
    let one = world.signed_in("one", Role::User).await;
    let name = world.accounts.upload_picture(&one, png()).await.unwrap();
    drop(store);
    assert!(world.accounts.picture(&name).await.is_err());
    assert!(world.accounts.upload_picture(&one, png()).await.is_err());
    world.clock.advance(UPLOAD_USABLE + Duration::from_secs(60));
    assert!(world.accounts.sweep().await.is_err());
    assert_eq!(
        world.count("select count(*) from pictures").await,
        2,
        "what could not be removed stays known, for the next sweep"
    );
}
