//! The account page, walked through as a person would, without script.

use serde_json::Value;

use crate::harness::{Gateway, Home, Mailbox, Reply, Server, Visitor, pass_slider};

const PASSWORD: &str = "a good password";

struct World {
    _home: Home,
    gateway: Gateway,
    mailbox: Mailbox,
    server: Server,
}

impl World {
    /// Ann has a phone number and a mailbox.
    async fn new() -> Self {
        let (mut home, gateway, mailbox) = (Home::new(), Gateway::open().await, Mailbox::open());
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        let server = home.start().await;
        let ann = [
            "--username",
            "ann",
            "--phone",
            "13800138009",
            "--email",
            "ann@example.com",
        ];
        home.create_account(&ann, PASSWORD).await;
        Self {
            _home: home,
            gateway,
            mailbox,
            server,
        }
    }

    fn visitor(&self) -> Visitor {
        Visitor::of(&self.server.client)
    }

    async fn ann(&self) -> Visitor {
        let mut ann = self.visitor();
        ann.sign_in("/account", "ann", PASSWORD).await;
        ann
    }
}

fn assert_led(reply: &Reply, to: &str) {
    assert_eq!((reply.status, reply.header("Location")), (303, to), "{}", reply.text());
}

fn assert_says(reply: &Reply, text: &str) {
    assert!(reply.text().contains(text), "{text:?} is not in {}", reply.text());
}

#[tokio::test]
async fn people_sign_in_by_code_where_they_have_forgotten_the_password() {
    let world = World::new().await;
    let mut ann = world.visitor();
    assert_led(
        &ann.get("/account/security").await,
        "/account/sign-in?next=%2Faccount%2Fsecurity",
    );

    ann.get("/account/sign-in/code").await;
    let sent = ann.post("/account/sign-in/code", &[("address", "13800138009")]).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let code = world.gateway.code_to("+8613800138009").await;
    let fields = [
        ("address", "13800138009"),
        ("code", code.as_str()),
        ("next", "/account/security"),
    ];
    assert_led(
        &ann.post("/account/sign-in/code/enter", &fields).await,
        "/account/security",
    );
    assert_says(&ann.get("/account/security").await, "138****8009");

    let mut ann = world.visitor();
    ann.get("/account/forgot").await;
    let mail = [("address", "ann@example.com")];
    let gated = ann.post("/account/forgot", &mail).await;
    assert_eq!(gated.status, 403);
    assert_says(&gated, "slider_x");
    pass_slider(&world.server.client, "ann@example.com").await;
    assert_eq!(ann.post("/account/forgot", &mail).await.status, 200);
    let code = world.mailbox.code_to("ann@example.com").await;
    let reset = |password: &'static str, code: String| {
        vec![
            ("address", "ann@example.com".to_owned()),
            ("code", code),
            ("password", password.to_owned()),
            ("again", password.to_owned()),
        ]
    };
    for (password, words) in [("short", "at least 6"), ("a better one", "The code is wrong")] {
        let fields = reset(password, "nothing".to_owned());
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_says(&ann.post("/account/forgot/reset", &fields).await, words);
    }
    let fields = reset("a better one", code);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_led(
        &ann.post("/account/forgot/reset", &fields).await,
        "/account/sign-in?done=reset",
    );
    ann.sign_in("/account", "ann", "a better one").await;
}

#[tokio::test]
async fn nobody_learns_from_the_pages_who_has_an_account() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for (page, action, fields) in [
        (
            "/account/sign-in",
            "/account/sign-in",
            vec![("password", "wrong password")],
        ),
        ("/account/sign-in/code", "/account/sign-in/code", vec![]),
        (
            "/account/sign-in/code",
            "/account/sign-in/code/enter",
            vec![("code", "123456")],
        ),
        ("/account/forgot", "/account/forgot", vec![]),
        (
            "/account/forgot",
            "/account/forgot/reset",
            vec![
                ("code", "123456"),
                ("password", "long enough"),
                ("again", "long enough"),
            ],
        ),
    ] {
        visitor.get(page).await;
        let mut answers = Vec::new();
        for phone in ["13800138009", "13800138001"] {
            let fields = [fields.as_slice(), &[("address", phone), ("account", phone)]].concat();
            let reply = visitor.post(action, &fields).await;
            answers.push((reply.status, reply.text().replace(phone, "PHONE")));
        }
        assert_eq!(answers[0], answers[1], "{action}");
    }
}

#[tokio::test]
async fn the_profile_is_seen_and_edited() {
    let world = World::new().await;
    let mut ann = world.ann().await;
    let fields = [
        ("nickname", "安"),
        ("username", "annie"),
        ("gender", "female"),
        ("birthday", "1990-02-03"),
        ("location", "杭州"),
        ("bio", "<b>hello</b>"),
    ];
    assert_led(&ann.post("/account/profile", &fields).await, "/account/?done=saved");
    let page = ann.get("/account/").await;
    for text in [
        "value=\"安\"",
        "value=\"annie\"",
        "1990-02-03",
        "杭州",
        "&#60;b&#62;hello",
    ] {
        assert_says(&page, text);
    }
    let refused = ann
        .post("/account/profile", &[("nickname", "安"), ("username", "root")])
        .await;
    assert_says(&refused, "reserved");
    assert_says(&ann.get("/account/").await, "value=\"annie\"");

    let preferences = [("preferred_theme", "dark")];
    assert_led(
        &ann.post("/account/preferences", &preferences).await,
        "/account/?done=saved",
    );
    assert_says(&ann.get("/account/").await, "<option value=\"dark\" selected>");
}

#[tokio::test]
async fn a_new_phone_is_proven_first_and_the_password_asks_for_the_old_one() {
    let world = World::new().await;
    let (mut ann, mut elsewhere) = (world.ann().await, world.ann().await);

    let new = [("kind", "phone"), ("address", "13900139000")];
    let asked = ann.post("/account/address", &new).await;
    assert_eq!(asked.status, 403, "not without showing that it is her");
    assert_says(&asked, "confirm_password");
    let by_code = [new.as_slice(), &[("confirm_send", "phone")]].concat();
    assert_says(&ann.post("/account/address", &by_code).await, "138****8009");
    let code = world.gateway.code_to("+8613800138009").await;
    let confirmed = [
        new.as_slice(),
        &[("confirm_kind", "phone"), ("confirm_code", code.as_str())],
    ]
    .concat();
    assert_eq!(ann.post("/account/address", &confirmed).await.status, 200);
    let code = world.gateway.code_to("+8613900139000").await;
    let wrong = [new.as_slice(), &[("code", "000000")]].concat();
    assert_says(&ann.post("/account/address/prove", &wrong).await, "The code is wrong");
    let right = [new.as_slice(), &[("code", code.as_str())]].concat();
    assert_led(
        &ann.post("/account/address/prove", &right).await,
        "/account/security?done=proven",
    );
    assert_says(&ann.get("/account/security").await, "139****9000");
    assert_eq!(elsewhere.get("/account/").await.status, 303, "signed out elsewhere");

    let mut ann = world.ann().await;
    let change = |old: &'static str| [("old", old), ("password", "a better one"), ("again", "a better one")];
    for (old, words) in [("", "password that you have now"), ("wrong password", "Wrong")] {
        assert_says(&ann.post("/account/password", &change(old)).await, words);
    }
    assert_led(
        &ann.post("/account/password", &change(PASSWORD)).await,
        "/account/security?done=password",
    );
    world.visitor().sign_in("/account", "ann", "a better one").await;
}

#[tokio::test]
async fn data_is_downloaded_and_the_account_closed_until_somebody_signs_in() {
    let world = World::new().await;
    let mut ann = world.ann().await;
    assert_eq!(ann.post("/account/data/download", &[]).await.status, 403);
    let file = ann
        .post("/account/data/download", &[("confirm_password", PASSWORD)])
        .await;
    assert!(file.header("Content-Disposition").starts_with("attachment"));
    let data: Value = serde_json::from_slice(&file.body).unwrap();
    assert_eq!(data["account"]["identifiers"][0]["value"], "+8613800138009");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert!(data["settings"].as_array().unwrap().is_empty());

    let closed = ann.post("/account/data/close", &[]).await;
    assert_says(&closed, "about to be closed");
    assert_eq!(ann.get("/account/").await.status, 303);
    ann.get("/account/sign-in").await;
    let back = ann
        .post("/account/sign-in", &[("account", "ann"), ("password", PASSWORD)])
        .await;
    assert_led(&back, "/account/?done=stays");
    assert_says(&ann.get("/account/?done=stays").await, "stays as it was");
}
