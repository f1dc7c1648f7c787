//! A bucket over real sockets: an object store that answers, one that is wrong, and one that says nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use yaopai_buckets::{Bucket, BucketError, BucketSettings, SetupError};
use yaopai_model::Timestamp;
use yaopai_testkit::ObjectStore;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn settings(endpoint: &str) -> BucketSettings<'_> {
    BucketSettings {
        endpoint,
        name: "pictures",
        region: "cn-north-1",
        in_path: true,
        key_id: "AKID",
        secret: "hush-hush",
    }
}

/// Answers one request with these bytes, and gives what was asked.
fn answering(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = vec![0; 8192];
        let length = stream.read(&mut asked).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    (endpoint, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_comes_back_until_it_is_removed() {
    let Some(store) = ObjectStore::start().unwrap() else {
        return;
    };
    let bucket = store.bucket("pictures").await.unwrap();
    assert!(bucket.get("a.png", NOW).await.unwrap().is_none());
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    bucket.put("a.png", bytes.clone(), NOW).await.unwrap();
    let mut object = bucket.get("a.png", NOW).await.unwrap().unwrap();
    assert_eq!(object.byte_count, bytes.len() as u64);
    let mut read = Vec::new();
    while let Some(piece) = object.next_piece().await.unwrap() {
        read.extend(piece);
    }
    assert_eq!(read, bytes);
    for _ in 0..2 {
        bucket.remove("a.png", NOW).await.unwrap();
        assert!(bucket.get("a.png", NOW).await.unwrap().is_none());
    }

    let elsewhere = Bucket::new(&BucketSettings {
        name: "nowhere",
        ..settings(store.endpoint())
    });
    let found = elsewhere.unwrap().get("a.png", NOW).await;
    assert!(
        matches!(found, Err(BucketError::Refused(404))),
        "no bucket is not the same as no object"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_signed_and_the_secret_stays_here() {
    let (endpoint, server) = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let bucket = Bucket::new(&settings(&endpoint)).unwrap();
    bucket.put("a.png", b"bytes".to_vec(), NOW).await.unwrap();
    let asked = server.join().unwrap();
    assert!(asked.starts_with("PUT /pictures/a.png?"), "{asked}");
    for part in [
        "X-Amz-Credential=AKID%2F20270115%2Fcn-north-1%2Fs3%2Faws4_request",
        "X-Amz-Date=20270115T080000Z",
        "X-Amz-Signature=",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(!asked.contains("hush"), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_without_the_address_that_was_signed() {
    for (answer, told) in [
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "HTTP 403"),
        (
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
            "HTTP 307",
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nnot here.",
            "HTTP 404",
        ),
        ("nonsense\r\n\r\n", "cannot be reached"),
        ("", "cannot be reached"),
    ] {
        let (endpoint, server) = answering(answer);
        let bucket = Bucket::new(&settings(&endpoint)).unwrap();
        let said = bucket.get("a.png", NOW).await.unwrap_err().to_string();
        assert!(said.contains(told), "{answer}: {said}");
        assert!(!said.contains("X-Amz") && !said.contains("127.0.0.1"), "{said}");
        server.join().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_cut_short_is_no_whole_one() {
    let (endpoint, server) = answering("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    let bucket = Bucket::new(&settings(&endpoint)).unwrap();
    let mut object = bucket.get("a.png", NOW).await.unwrap().unwrap();
    server.join().unwrap();
    let mut last = object.next_piece().await;
    while let Ok(Some(_)) = last {
        last = object.next_piece().await;
    }
    assert!(matches!(last, Err(BucketError::Unreachable(_))));
}

#[test]
fn what_is_no_address_is_refused() {
    for endpoint in ["", "s3.example.com", "ftp://s3.example.com", "https://"] {
        assert!(
            matches!(Bucket::new(&settings(endpoint)), Err(SetupError::Endpoint)),
            "{endpoint}"
        );
    }
}
