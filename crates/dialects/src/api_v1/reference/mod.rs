//! This wire's calls, described: one entry for each route, in the table's order.

mod manage;
mod profile;
mod sign_in;

use yaopai_model::limits::{BIO_CHARACTERS, CODE_INPUT_CHARACTERS, PASSWORD_CHARACTERS, USERNAME_CHARACTERS};

use crate::reference::{CallReference, Field, Form, WireReference};
use crate::{Wire, WireSettings};

const ABOUT: &str = "\
前缀 `/api/v1/`，图片在 `/api/image/`。请求体是 JSON，键不分大小写；token 放在请求头 `Authorization`，前面可加 `Bearer `。\n\n\
返回 `{code, data, msg}`：`code` 为 200 是成功，其余见各接口的拒绝。JSON 读不懂或类型不对时 HTTP 状态码为 400，服务器自身故障为 500、503，\
其余都是 200。发验证码、重置密码之前要先通过滑块（`captcha/get`、`captcha/validate`）。\n\n\
JSON bodies whose keys match in any case; the token in `Authorization`. `code` is 200 for success. The slider comes before a code \
or a reset. [指南 / Guide](/docs/guide/api_v1)";

/// The wire's reference.
pub(crate) fn reference(settings: &WireSettings) -> WireReference {
    let calls = [
        sign_in::first(settings),
        profile::of_others(),
        sign_in::again(settings),
        profile::own(),
        manage::calls(),
        sign_in::slider(),
        profile::pictures(),
    ];
    WireReference {
        title: "api_v1 · 邮箱 / e-mail",
        about: ABOUT,
        calls: calls.into_iter().flatten().collect(),
    }
}

fn call(route: &'static str, group: &'static str, summary: &'static str) -> CallReference {
    CallReference::new(Wire::ApiV1, route, group, summary)
}

fn email() -> Field {
    Field::new("email", "邮箱 / e-mail address", Form::Words).like("ann@example.com")
}

fn code() -> Field {
    let digits = Form::Text {
        least: 1,
        most: CODE_INPUT_CHARACTERS,
    };
    Field::new("code", "收到的 6 位验证码 / the six digits received", digits)
}

fn password(least: usize) -> Field {
    Field::new(
        "password",
        "密码 / password",
        Form::Text {
            least,
            most: PASSWORD_CHARACTERS,
        },
    )
}

fn name() -> Field {
    Field::new(
        "name",
        "用户名 / username",
        Form::Text {
            least: 1,
            most: USERNAME_CHARACTERS,
        },
    )
}

fn sign() -> Field {
    Field::new(
        "sign",
        "个性签名 / signature",
        Form::Text {
            least: 0,
            most: BIO_CHARACTERS,
        },
    )
    .optional()
}

/// What everybody sees of an account.
fn public_account() -> Vec<Field> {
    vec![
        Field::new("uid", "用户 ID / number", Form::Integer),
        Field::new("name", "用户名 / username", Form::Words),
        Field::new("sign", "个性签名 / signature", Form::Words),
        Field::new("avatar", "头像 / picture", Form::Words),
        Field::new("spacecover", "空间封面图 / cover picture", Form::Words),
        Field::new(
            "gender",
            "0 未知 unknown，1 男 male，2 女 female",
            Form::IntegerBetween { least: 0, most: 2 },
        ),
    ]
}

/// What the account itself and administrators see, in its order.
fn whole_account() -> Vec<Field> {
    let mut fields = public_account();
    fields.insert(
        3,
        Field::new("email", "邮箱；本人所见已脱敏 / e-mail, masked to oneself", Form::Words),
    );
    fields.extend([
        Field::new(
            "role",
            "0 用户 user，1 审计 auditor，2 管理员 admin，3 超级管理员 root",
            Form::IntegerBetween { least: 0, most: 3 },
        ),
        Field::new("birthday", "RFC 3339；1970-01-01 为未设 unset", Form::Words),
        Field::new("created_at", "注册时间，RFC 3339 / when it was made", Form::Words),
    ]);
    fields
}
