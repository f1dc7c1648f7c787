//! Every form of the pages, as strangers and people of too low a rank would send it.

use crate::harness::{Home, Reply, Visitor};

const PASSWORD: &str = "a good password";
/// What the page says to a form that is none of ours.
const FORGERY: &str = "Nothing was changed";

/// Every address to which a form goes, `id` being whom it is about.
fn form_addresses(id: i64) -> Vec<String> {
    let routes = yaopai_console::routes();
    let forms = routes.into_iter().filter(|route| route.method == "POST");
    forms.map(|route| with_parameters(&route.path, id)).collect()
}

fn with_parameters(path: &str, id: i64) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            id.to_string()
        } else {
            segment.to_owned()
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn assert_forgery(address: &str, how: &str, reply: &Reply) {
    assert_eq!(reply.status, 403, "{address} {how}: {}", reply.text());
    assert!(reply.text().contains(FORGERY), "{address} {how}: {}", reply.text());
}

#[tokio::test]
async fn each_needs_its_token_and_comes_from_our_own_pages() {
    let mut home = Home::new();
    let server = home.start().await;
    let root = home
        .create_account(&["--username", "laoban", "--role", "root"], PASSWORD)
        .await;
    let mut visitor = Visitor::of(&server.client);
    visitor.get("/console/sign-in").await;
    let before_sign_in = visitor.token.clone();
    visitor.sign_in("/console", "laoban", PASSWORD).await;
    let in_session = visitor.token.clone();
    visitor.sign_in("/account", "laoban", PASSWORD).await;
    let at_account_page = visitor.token.clone();
    let mut stranger = Visitor::of(&server.client);
    stranger.get("/console/sign-in").await;

    let addresses = form_addresses(root["id"].as_i64().unwrap());
    assert!(addresses.iter().any(|address| address == "/console/sign-out"));
    for address in &addresses {
        let reply = visitor.post_bare(address, &[], &[]).await;
        assert_forgery(address, "without token", &reply);
        let of_another = [("token", stranger.token.as_str())];
        let reply = visitor.post_bare(address, &of_another, &[]).await;
        assert_forgery(address, "with the token of another", &reply);
        for token in [&before_sign_in, &in_session, &at_account_page] {
            for site in ["cross-site", "same-site"] {
                let fields = [("token", token.as_str())];
                let reply = visitor.post_bare(address, &fields, &[("Sec-Fetch-Site", site)]).await;
                assert_forgery(address, site, &reply);
            }
        }
    }
    for pages in ["/console/", "/account/"] {
        assert_eq!(visitor.get(pages).await.status, 200, "the session goes on");
    }
}
