//! The document of `api_v1`, call by call in its order and spelling, and the calls that it leans on.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::harness::{Client, Home, Mailbox, Reply, Server, pass_slider, query};

const DONE: &str = r#"{"code":200,"data":null,"msg":"ok"}"#;
const SLIDER_NEEDED: &str = r#"{"code":-1,"data":null,"msg":"需要人机验证"}"#;
const EMAIL: &str = "yao@example.org";

/// Passes the slider, asks for a code and takes it from the mailbox.
pub(crate) async fn code(client: &Client, mailbox: &Mailbox, email: &str) -> String {
    pass_slider(client, email).await;
    let asked = client
        .post_json("/api/v1/user/code/email", &json!({ "email": email }))
        .await;
    assert_eq!(asked.text(), DONE);
    mailbox.code_to(email).await
}

/// Registers an address with a code.
pub(crate) async fn register(client: &Client, mailbox: &Mailbox, email: &str, password: &str) {
    let code = code(client, mailbox, email).await;
    let body = json!({ "email": email, "password": password, "code": code });
    assert_eq!(client.post_json("/api/v1/user/register", &body).await.text(), DONE);
}

/// Signs in by password.
pub(crate) async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    client
        .post_json("/api/v1/user/login", &json!({ "email": email, "password": password }))
        .await
}

/// The account that a token stands for.
pub(crate) async fn own_info(client: &Client, token: &str) -> Value {
    client.get_as(token, "/api/v1/user/info/get").await.data()["user_info"].clone()
}

struct Tokens {
    access: String,
    refresh: String,
    token: String,
}

impl Tokens {
    fn of(signed_in: &Reply) -> Self {
        let data = signed_in.data();
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            token: text("token"),
        }
    }
}

async fn start(mailbox: &Mailbox) -> (Home, Server) {
    let mut home = Home::with(&[("YAOPAI_LIMITS__CODES_PER_IDENTIFIER_PER_DAY", "100")]);
    mailbox.serve(&mut home);
    let server = home.start().await;
    (home, server)
}

#[tokio::test]
async fn the_document_from_registration_to_a_new_password() {
    let mailbox = Mailbox::open();
    let (_home, server) = start(&mailbox).await;
    let client = &server.client;

    // 用户注册
    let asked = client
        .post_json("/api/v1/user/code/email", &json!({ "email": EMAIL }))
        .await;
    assert_eq!((asked.status, asked.text()), (200, SLIDER_NEEDED));
    let register_code = code(client, &mailbox, EMAIL).await;
    let body = |code: &str| json!({ "email": EMAIL, "password": "hunter22", "code": code });
    let wrong = if register_code == "000000" { "000001" } else { "000000" };
    assert_eq!(
        client.post_json("/api/v1/user/register", &body(wrong)).await.code(),
        3010
    );
    assert_eq!(
        client
            .post_json("/api/v1/user/register", &body(&register_code))
            .await
            .text(),
        DONE
    );
    assert_eq!(
        client
            .post_json("/api/v1/user/register", &body(&register_code))
            .await
            .code(),
        3010
    );
    let second = code(client, &mailbox, EMAIL).await;
    assert_eq!(
        client.post_json("/api/v1/user/register", &body(&second)).await.code(),
        6000
    );

    // 用户登录(账号)
    let tokens = Tokens::of(&sign_in(client, EMAIL, "hunter22").await);
    for _ in 0..3 {
        assert_eq!(sign_in(client, EMAIL, "hunter23").await.code(), 3020);
    }
    assert_eq!(sign_in(client, EMAIL, "hunter22").await.text(), SLIDER_NEEDED);
    pass_slider(client, EMAIL).await;
    Tokens::of(&sign_in(client, EMAIL, "hunter22").await);

    // 用户登录(邮箱)
    let login_code = code(client, &mailbox, EMAIL).await;
    let body = json!({ "email": EMAIL, "code": login_code });
    Tokens::of(&client.post_json("/api/v1/user/login/email", &body).await);
    assert_eq!(client.post_json("/api/v1/user/login/email", &body).await.code(), 3010);

    // 通过用户ID获取用户信息, 通过用户名获取用户id
    let own = own_info(client, &tokens.token).await;
    let (uid, name) = (own["uid"].as_i64().unwrap(), own["name"].as_str().unwrap());
    assert!(name.starts_with("user_"), "{name}");
    let other = client.get(&format!("/api/v1/user/info/other?uid={uid}")).await;
    assert_eq!(
        other.text(),
        format!(
            "{{\"code\":200,\"data\":{{\"user\":{{\"uid\":{uid},\"name\":\"{name}\",\
             \"sign\":\"这个人很懒，什么都没有留下\",\"avatar\":\"\",\"spacecover\":\"\",\"gender\":0}}}},\"msg\":\"ok\"}}"
        )
    );
    let found = client
        .get(&format!("/api/v1/user/uid{}", query(&[("name", name)])))
        .await;
    assert_eq!(
        found.text(),
        format!(r#"{{"code":200,"data":{{"uid":{uid}}},"msg":"ok"}}"#)
    );

    // 修改密码验证, 修改密码
    let new_password = |code: &str| json!({ "email": EMAIL, "password": "hunter33", "code": code });
    let reset_code = code(client, &mailbox, EMAIL).await;
    let unopened = client
        .post_json("/api/v1/user/pwd/modify", &new_password(&reset_code))
        .await;
    assert_eq!(unopened.code(), 1000);
    let unchecked = client.get(&format!("/api/v1/user/resetpwd/check?eamil={EMAIL}")).await;
    assert_eq!(unchecked.text(), SLIDER_NEEDED);
    pass_slider(client, EMAIL).await;
    assert_eq!(
        client
            .get(&format!("/api/v1/user/resetpwd/check?eamil={EMAIL}"))
            .await
            .text(),
        DONE
    );
    let changed = client
        .post_json("/api/v1/user/pwd/modify", &new_password(&reset_code))
        .await;
    assert_eq!(changed.text(), DONE);
    assert_eq!(
        client.get_as(&tokens.token, "/api/v1/user/info/get").await.code(),
        3030,
        "a reset ends every session"
    );
    assert_eq!(sign_in(client, EMAIL, "hunter22").await.code(), 3020);
    let tokens = Tokens::of(&sign_in(client, EMAIL, "hunter33").await);

    // 刷新token, 用户获取个人信息
    let refreshed = client
        .get_as(&tokens.refresh, "/api/v1/user/token/refresh")
        .await
        .data();
    for token in [
        &tokens.access,
        &tokens.token,
        &refreshed["token"].as_str().unwrap().to_owned(),
    ] {
        let own = own_info(client, token).await;
        assert_eq!(own.as_object().unwrap().len(), 10);
        assert_eq!((&own["email"], &own["role"]), (&json!("y****o@example.org"), &json!(0)));
    }
    assert_eq!(
        client.get_as(&tokens.refresh, "/api/v1/user/info/get").await.code(),
        3030,
        "a refresh token is no more"
    );
    server.stop().await;
}

#[tokio::test]
async fn profiles_and_pictures() {
    let mailbox = Mailbox::open();
    let (_home, server) = start(&mailbox).await;
    let client = &server.client;
    register(client, &mailbox, EMAIL, "hunter22").await;
    let token = Tokens::of(&sign_in(client, EMAIL, "hunter22").await).token;

    let mut addresses = Vec::new();
    for (format, content_type) in [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg")] {
        // The name lies; the content counts.
        let uploaded = client.upload(&token, "avatar.txt", &picture(format)).await.data();
        let address = uploaded["url"].as_str().unwrap().to_owned();
        assert!(address.starts_with("/api/image/"), "{address}");
        let served = client.get(&address).await;
        assert_eq!((served.status, served.header("Content-Type")), (200, content_type));
        assert_eq!(served.header("X-Content-Type-Options"), "nosniff");
        assert!(
            served.header("Cache-Control").contains("max-age="),
            "{:?}",
            served.headers
        );
        assert_eq!(
            image::load_from_memory(&served.body).unwrap().to_rgb8().dimensions(),
            (40, 30)
        );
        assert!(!contains(&served.body, b"N31.2304"), "metadata goes");
        addresses.push(address);
    }
    assert_eq!(
        client.upload(&token, "page.png", b"<html>hello</html>").await.code(),
        4020
    );
    assert_eq!(
        client.upload("", "avatar.png", &picture(ImageFormat::Png)).await.code(),
        3030
    );

    // 用户修改个人信息, 用户修改空间封面图 (whose clients send `spaceCover`)
    let profile =
        json!({ "avatar": addresses[0], "name": "张三", "birthday": "1990-1-2", "gender": 1, "sign": "你好" });
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/info/modify", &profile)
            .await
            .text(),
        DONE
    );
    let cover = json!({ "spaceCover": addresses[1] });
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/cover/modify", &cover)
            .await
            .text(),
        DONE
    );
    let own = own_info(client, &token).await;
    for (field, expected) in [
        ("avatar", json!(addresses[0])),
        ("spacecover", json!(addresses[1])),
        ("name", json!("张三")),
        ("birthday", json!("1990-01-02T00:00:00+08:00")),
        ("gender", json!(1)),
        ("sign", json!("你好")),
    ] {
        assert_eq!(own[field], expected, "{field}");
    }

    let foreign = json!({ "spacecover": "https://evil.example/a.png" });
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/cover/modify", &foreign)
            .await
            .code(),
        1020
    );
    register(client, &mailbox, "pai@example.org", "hunter22").await;
    let other = Tokens::of(&sign_in(client, "pai@example.org", "hunter22").await).token;
    let stolen = json!({ "spacecover": addresses[0] });
    assert_eq!(
        client
            .post_json_as(&other, "/api/v1/user/cover/modify", &stolen)
            .await
            .code(),
        1020
    );
}

/// A small picture that says where it was taken.
pub(crate) fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, 99]));
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    let mut bytes = bytes.into_inner();
    if format == ImageFormat::Jpeg {
        // A comment (ITU-T T.81, B.2.4.5) right behind the marker that begins the picture.
        bytes.splice(2..2, *b"\xff\xfe\x00\x0aN31.2304");
    }
    bytes
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn administrators_look_after_accounts() {
    let mailbox = Mailbox::open();
    let (home, server) = start(&mailbox).await;
    let client = &server.client;
    // Beside the running server; it counts at once.
    let root = home
        .create_account(&["--email", "root@example.org", "--role", "root"], "hunter11")
        .await;
    let root_token = Tokens::of(&sign_in(client, "root@example.org", "hunter11").await).token;
    register(client, &mailbox, EMAIL, "hunter22").await;
    let token = Tokens::of(&sign_in(client, EMAIL, "hunter22").await).token;
    let uid = own_info(client, &token).await["uid"].as_i64().unwrap();

    // 管理员获取用户列表
    let list = "/api/v1/user/manage/list?page=1&page_size=15";
    assert_eq!(client.get(list).await.code(), 3030);
    assert_eq!(client.get_as(&token, list).await.code(), 3030);
    let listed = client.get_as(&root_token, list).await.data();
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["users"][0]["uid"], root["id"]);
    assert_eq!(
        (&listed["users"][1]["uid"], &listed["users"][1]["email"]),
        (&json!(uid), &json!(EMAIL))
    );
    let page = client
        .get_as(&root_token, "/api/v1/user/manage/list?page=2&page_size=1")
        .await
        .data();
    assert_eq!((&page["total"], &page["users"][0]["uid"]), (&json!(2), &json!(uid)));
    assert_eq!(
        client
            .get_as(&root_token, "/api/v1/user/manage/list?page_size=31")
            .await
            .code(),
        4050
    );

    // 管理员搜索用户, as the document spells it and as URLs are spelt
    for spelling in ["&", "?"] {
        let search = format!("/api/v1/user/manage/search{spelling}keyword=YAO&page=1&page_size=15");
        let found = client.get_as(&root_token, &search).await.data();
        assert_eq!(
            (&found["total"], &found["users"][0]["uid"]),
            (&json!(1), &json!(uid)),
            "{search}"
        );
    }

    // 管理员修改用户信息
    let change = json!({ "id": uid, "name": "李四", "email": EMAIL, "sign": "改过" });
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/manage/modify", &change)
            .await
            .code(),
        3030
    );
    assert_eq!(
        client
            .post_json_as(&root_token, "/api/v1/user/manage/modify", &change)
            .await
            .text(),
        DONE
    );
    let own = own_info(client, &token).await;
    assert_eq!((&own["name"], &own["sign"]), (&json!("李四"), &json!("改过")));

    // 修改用户权限: counts at once, for a token that was there before
    let role = |id: i64, role: i64| json!({ "id": id, "role": role });
    assert_eq!(
        client
            .post_json_as(&root_token, "/api/v1/user/manage/role/modify", &role(uid, 2))
            .await
            .text(),
        DONE
    );
    assert_eq!(client.get_as(&token, list).await.data()["total"], 2);
    let root_id = root["id"].as_i64().unwrap();
    for (id, number) in [(uid, 3), (root_id, 0)] {
        let refused = client
            .post_json_as(&token, "/api/v1/user/manage/role/modify", &role(id, number))
            .await;
        assert_eq!(refused.code(), 3030, "an administrator gives no roles");
    }
    let last = client
        .post_json_as(&root_token, "/api/v1/user/manage/role/modify", &role(root_id, 0))
        .await;
    assert_eq!(last.code(), 1000);

    // 删除用户: the session is dead, the address free again
    let delete = |id: i64| json!({ "id": id });
    assert_eq!(
        client
            .post_json_as(&token, "/api/v1/user/manage/delete", &delete(root_id))
            .await
            .code(),
        3030
    );
    assert_eq!(
        client
            .post_json_as(&root_token, "/api/v1/user/manage/delete", &delete(uid))
            .await
            .text(),
        DONE
    );
    assert_eq!(
        client
            .post_json_as(&root_token, "/api/v1/user/manage/delete", &delete(uid))
            .await
            .code(),
        4040
    );
    assert_eq!(client.get_as(&token, "/api/v1/user/info/get").await.code(), 3030);
    let gone = client.get_as(&token, "/user/info").await;
    assert_eq!(
        (gone.status, gone.text()),
        (404, r#"{"code":404,"message":"用户不存在","data":null}"#)
    );
    register(client, &mailbox, EMAIL, "hunter44").await;
    let fresh = Tokens::of(&sign_in(client, EMAIL, "hunter44").await).token;
    assert!(
        own_info(client, &fresh).await["uid"].as_i64().unwrap() > uid,
        "numbers are not given twice"
    );
}
