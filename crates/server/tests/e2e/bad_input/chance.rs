//! What chance comes up with; the same every time.

use reqwest::RequestBuilder;
use yaopai_model::{Entropy as _, draw};
use yaopai_testkit::SeededEntropy;

use super::World;
use crate::harness::Reply;
use crate::routes::{Carrier, ROUTES, Route};

/// Requests to each call.
const REQUESTS: u64 = 30;

/// Texts that some parser somewhere takes for more than they are.
const TEXTS: [&str; 16] = [
    "%00",
    "%FF",
    "%",
    "&",
    "=",
    "\"",
    "\\u0000",
    "{\"a\":",
    "[[[[",
    "1e999",
    "-1",
    "9223372036854775808",
    "'; drop table accounts; --",
    "../../root.key",
    "\u{202e}\u{200b}",
    "𝕿𝖊𝖘𝖙张三",
];

/// A good body or query with pieces replaced, put in and cut off.
fn distort(good: &[u8], entropy: &SeededEntropy) -> Vec<u8> {
    let mut distorted = good.to_vec();
    for _ in 0..=draw::below(entropy, 3) {
        let at = draw::below(entropy, u32::try_from(distorted.len()).unwrap() + 1) as usize;
        match draw::below(entropy, 4) {
            0 => distorted.truncate(at),
            1 => {
                let text = TEXTS[draw::below(entropy, TEXTS.len() as u32) as usize];
                distorted.splice(at..at, text.bytes());
            }
            2 => {
                let mut bytes = [0; 8];
                entropy.fill(&mut bytes);
                distorted.splice(at..at, bytes);
            }
            _ => {
                let end = distorted.len().min(at + 4);
                distorted.drain(at..end);
            }
        }
    }
    distorted
}

fn distorted_call(world: &World, route: &Route, entropy: &SeededEntropy) -> RequestBuilder {
    let good = world.caller.good(route).build().unwrap();
    match route.carrier {
        Carrier::Query => {
            let query = distort(good.url().query().unwrap_or_default().as_bytes(), entropy);
            // What cannot stand in an address is escaped there by every client.
            let query: String = query.iter().map(|byte| escaped(*byte)).collect();
            world.caller.raw(route, &query, Vec::new())
        }
        Carrier::Form | Carrier::Json => {
            let body = good.body().and_then(|body| body.as_bytes()).unwrap_or_default();
            world.caller.raw(route, "", distort(body, entropy))
        }
    }
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_graphic() && byte != b'#' {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[tokio::test]
async fn whatever_comes_is_answered_in_the_wires_form() {
    let world = World::open().await;
    for (number, route) in (0..).zip(ROUTES) {
        for round in 0..REQUESTS {
            let entropy = SeededEntropy::new(number * REQUESTS + round);
            let request = distorted_call(&world, &route, &entropy);
            let what = format!("{} in round {round}", route.path);
            let reply = Reply::to(request).await.unwrap_or_else(|| panic!("{what}: no answer"));
            assert!(reply.status < 500, "{what}: {reply:?}");
            let envelope = reply.json();
            assert_eq!(envelope.as_object().unwrap().len(), 3, "{what}: {envelope}");
            assert!(envelope["code"].is_i64(), "{what}: {envelope}");
        }
    }
    assert_eq!(world.caller.client.get("/readyz").await.status, 200);
}
