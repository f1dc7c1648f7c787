//! Routes, methods, addresses and pages that are not.

use reqwest::Method;
use serde_json::json;

use super::{World, assert_refused, send};
use crate::routes::{Carrier, ROUTES, Wire};

#[tokio::test]
async fn routes_methods_addresses_and_pages_that_are_not() {
    let world = World::open().await;
    let (caller, before) = (&world.caller, world.state().await);
    for (wire, prefix) in [
        (Wire::CloudUser, "/api/cloud_user"),
        (Wire::ApiV1, "/api/v1"),
        (Wire::User, "/user"),
    ] {
        for path in ["/", "/nothing", "/login/", "/login/x", "/%00", "/%FF", "//register"] {
            let what = format!("{prefix}{path}");
            let reply = send(caller.client.request(Method::GET, &what), &what).await;
            assert_refused(wire, &reply, &what);
            assert_eq!(reply.status, 404, "{what}");
        }
        for route in ROUTES.iter().filter(|route| route.wire == wire) {
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                let what = format!("{method} {}", route.path);
                let reply = send(caller.client.request(method, route.path), &what).await;
                assert_refused(wire, &reply, &what);
                assert_eq!(reply.status, 405, "{what}");
            }
            let what = format!("a long address of {}", route.path);
            let long = format!("{}?more={}", route.path, "x".repeat(9_000));
            let reply = send(caller.client.request(route.method(), &long), &what).await;
            assert_refused(wire, &reply, &what);
            assert_eq!(reply.status, 414, "{what}");
            let many: String = (0..150).map(|number| format!("p{number}=1&")).collect();
            if route.carrier == Carrier::Query && !route.required.is_empty() {
                let what = format!("150 parameters for {}", route.path);
                assert_refused(wire, &send(caller.raw(route, &many, Vec::new()), &what).await, &what);
            }
        }
    }
    for page in ["0", "-1", "9223372036854775808", "1e3", "x"] {
        for list in ["list?", "search?keyword=a&", "search&keyword=a&"] {
            for name in ["page", "page_size"] {
                let url = format!("/api/v1/user/manage/{list}{name}={page}");
                let reply = caller.client.get_as(&caller.token, &url).await;
                assert_refused(Wire::ApiV1, &reply, &url);
            }
        }
    }
    let far = caller
        .client
        .get_as(&caller.token, "/api/v1/user/manage/list?page=4294967295")
        .await;
    assert_eq!(far.data()["users"], json!([]));
    assert_eq!(world.state().await, before);
}
