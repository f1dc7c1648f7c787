//! This wire's calls, described: one entry for each route, in the table's order.

use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;
use yaopai_model::limits::{EMAIL_BYTES, PASSWORD_CHARACTERS};

use crate::reference::{CallReference, Field, Form, TokenUse, WireReference};
use crate::{BadInput, Wire, WireSettings};

const ABOUT: &str = "\
前缀 `/user/`。请求体是 JSON，token 放在请求头 `Authorization`，前面可加 `Bearer `。\n\n\
返回 `{code, message, data}`：`code` 为 200 是成功，其余与 HTTP 状态码同义；HTTP 状态码默认与 `code` 一致\
（`dialects.user.http_status = \"always_200\"` 时总是 200）。\n\n\
JSON bodies; the token in `Authorization`. `code` has HTTP's own meaning and is by default the HTTP status too. \
[指南 / Guide](/docs/guide/user)";

const GROUP: &str = "用户 User";

/// The wire's reference.
pub(crate) fn reference(settings: &WireSettings) -> WireReference {
    WireReference {
        title: "user · 用户名、手机号或邮箱 / username, phone or e-mail",
        about: ABOUT,
        calls: vec![register(settings), login(), info()],
    }
}

fn call(route: &'static str, summary: &'static str) -> CallReference {
    CallReference::new(Wire::User, route, GROUP, summary)
}

fn register(settings: &WireSettings) -> CallReference {
    let least = settings.password_policy.least_characters();
    call("/user/register", "注册并登录 / Register and sign in")
        .about("手机号、邮箱未经证实，`isVerified` 为 0 / Nothing is proven: `isVerified` is 0.")
        .takes([account(), password(least)])
        .gives(welcome())
        .misread(&[BadInput::PasswordTooShort { least }, BadInput::PasswordTooCommon])
        .refused(&[
            Refusal::Taken(IdentifierKind::Phone),
            Refusal::ReservedUsername,
            Refusal::TooManyRegistrations { seconds: 60 },
        ])
        .shown_in(include_str!("../../../../conformance/user/register.http"))
}

fn login() -> CallReference {
    call("/user/login", "登录 / Sign in")
        .about("同一来源连续输错 5 次要等待 / Five wrong passwords in a row from one source bring a wait.")
        .takes([account(), password(1)])
        .gives(welcome())
        .refused(&[
            Refusal::WrongCredentials,
            Refusal::AccountDisabled,
            Refusal::PasswordWait { seconds: 30 },
            Refusal::PasswordPathClosed { seconds: 1800 },
            Refusal::SourceFailedTooOften { seconds: 60 },
        ])
        .shown_in(include_str!("../../../../conformance/user/login.http"))
}

fn info() -> CallReference {
    let more = vec![
        Field::new(
            "permissions",
            "身份与授权 / roles and granted permissions",
            Form::List(Box::new(Form::Words)),
        ),
        Field::new("settings", "偏好 / preferences", Form::Anything),
    ];
    call("/user/info", "获取用户信息 / The account")
        .about("手机号、邮箱已脱敏；每分钟至多 30 次 / Phone and e-mail are masked; thirty calls a minute.")
        .takes([Field::new(
            "fields",
            "要返回的字段，逗号分隔；空为全部 / names with commas; empty for all",
            Form::Words,
        )
        .optional()
        .like("nickname,mobile")])
        .token(TokenUse::Needed)
        .gives(Form::Some([user(), more].concat()))
        .refused(&[Refusal::TooManyCalls { seconds: 60 }])
        .shown_in(include_str!("../../../../conformance/user/info.http"))
}

fn account() -> Field {
    let account = Form::Text {
        least: 1,
        most: EMAIL_BYTES,
    };
    Field::new(
        "account",
        "用户名、手机号或邮箱 / username, phone number or e-mail address",
        account,
    )
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

fn welcome() -> Form {
    Form::Object(vec![
        Field::new("user", "账号 / the account", Form::Object(user())),
        Field::new("token", "有效 7 天 / lives seven days", Form::Words),
    ])
}

/// The sixteen fields, in their order.
fn user() -> Vec<Field> {
    vec![
        Field::new("userId", "用户 ID / number", Form::Integer),
        Field::new("username", "用户名 / username", Form::WordsOrNull),
        Field::new("mobile", "手机号 / phone number", Form::WordsOrNull),
        Field::new("email", "邮箱 / e-mail address", Form::WordsOrNull),
        Field::new("nickname", "昵称 / nickname", Form::WordsOrNull),
        Field::new("avatarUrl", "头像地址 / picture", Form::WordsOrNull),
        Field::new("gender", "0 女 female，1 男 male，null 未设 unset", Form::IntegerOrNull),
        Field::new("birthday", "YYYY-MM-DD", Form::WordsOrNull),
        Field::new("location", "所在地 / location", Form::WordsOrNull),
        Field::new("bio", "个人简介 / about oneself", Form::WordsOrNull),
        Field::new("registrationTime", "注册时间 / YYYY-MM-DD HH:MM:SS", Form::Words),
        Field::new("lastLoginTime", "最后登录时间 / YYYY-MM-DD HH:MM:SS", Form::WordsOrNull),
        Field::new("loginCount", "登录次数 / sign-ins", Form::Integer),
        Field::new(
            "isVerified",
            "是否已验证 / 1 once proven",
            Form::IntegerBetween { least: 0, most: 1 },
        ),
        Field::new("verificationTime", "验证时间 / YYYY-MM-DD HH:MM:SS", Form::WordsOrNull),
        Field::new(
            "status",
            "0 正常 enabled，1 禁用 disabled",
            Form::IntegerBetween { least: 0, most: 1 },
        ),
    ]
}
