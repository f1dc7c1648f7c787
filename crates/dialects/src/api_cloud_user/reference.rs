//! This wire's calls, described: one entry for each route, in the table's order.

use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;
use yaopai_model::limits::{
    CODE_INPUT_CHARACTERS, CONTACT_EMAIL_CHARACTERS, EXTRA_BYTES, NICKNAME_CHARACTERS, PASSWORD_CHARACTERS,
    SETTING_KEY_CHARACTERS,
};

use crate::reference::{CallReference, Field, Form, TokenUse, WireReference};
use crate::{BadInput, Wire, WireSettings};

const ABOUT: &str = "\
前缀 `/api/cloud_user/`。每个接口 GET、POST 都可用，参数放在查询串或表单（`application/x-www-form-urlencoded`）里；\
两处都有时必须一致。每次调用都要带应用的 `app_id`、`app_secret`（参数或同名请求头）。token 放在 `cloud_token`（请求头或参数），\
或 `Authorization`。\n\n\
返回 `{code, msg, data}`：`code` 为 1 是成功，10010 应用密钥有误，101 超过应用频率，10020 token 失效，其余失败为 0，原因见 `msg`。\
除服务器自身故障外，HTTP 状态码都是 200。\n\n\
Every call answers GET and POST alike, with parameters in the query or in a form. `code` is 1 for success; the HTTP status is \
200 but for requests that are no call and for faults of our own. [指南 / Guide](/docs/guide/api_cloud_user)";

const SIGN_IN: &str = "登录 Sign-in";
const PROFILE: &str = "资料 Profile";
const SETTINGS: &str = "配置 Settings";

/// How a sign-in by password or code can be refused.
const SIGN_IN_REFUSALS: [Refusal; 2] = [Refusal::AccountDisabled, Refusal::SourceFailedTooOften { seconds: 60 }];

/// The wire's reference.
pub(crate) fn reference(settings: &WireSettings) -> WireReference {
    WireReference {
        title: "api_cloud_user · 手机号 / phone",
        about: ABOUT,
        calls: vec![
            code_get(),
            register(settings, "/api/cloud_user/register"),
            register(settings, "/api/cloud_user/registe")
                .about("同 `register`，文档中的拼法 / `register` as its document spells it."),
            login_psw(),
            login_code(),
            userinfo_get(),
            userinfo_update(),
            config_set(),
            config_get(),
            psw_rest(settings, "/api/cloud_user/psw/rest"),
            psw_rest(settings, "/api/cloud_user/psw/reset").about("同 `psw/rest` / the same as `psw/rest`."),
            logout(),
        ],
    }
}

fn call(route: &'static str, group: &'static str, summary: &'static str) -> CallReference {
    CallReference::new(Wire::ApiCloudUser, route, group, summary)
}

fn code_get() -> CallReference {
    let purpose = Form::IntegerBetween { least: 0, most: 2 };
    call(
        "/api/cloud_user/code/get",
        SIGN_IN,
        "获取短信验证码 / Send a code by SMS",
    )
    .about("无论账号是否存在，回答都一样 / Answers alike whether or not the account exists.")
    .takes([
        phone(),
        Field::new(
            "type",
            "0 注册 register，1 重置密码 reset the password，2 登录 sign in",
            purpose,
        ),
    ])
    .refused(&[Refusal::CodeTooSoon { seconds: 60 }, Refusal::ChannelNotReady])
    .shown_in(include_str!("../../../../conformance/api_cloud_user/code-get.http"))
}

fn register(settings: &WireSettings, route: &'static str) -> CallReference {
    let nickname = Form::Text {
        least: 1,
        most: NICKNAME_CHARACTERS,
    };
    let fields = [
        phone(),
        code(),
        new_password(settings),
        Field::new("nickname", "昵称 / nickname", nickname),
    ];
    call(route, SIGN_IN, "手机号注册 / Register by phone")
        .takes([fields.to_vec(), profile()].concat())
        .token(TokenUse::Accepted)
        .misread(&policy(settings))
        .refused(&[
            Refusal::WrongCode,
            Refusal::Taken(IdentifierKind::Phone),
            Refusal::SourceFailedTooOften { seconds: 60 },
        ])
        .shown_in(include_str!(
            "../../../../conformance/api_cloud_user/register-optional.http"
        ))
        .shown_in(include_str!(
            "../../../../conformance/api_cloud_user/userinfo-update.http"
        ))
}

fn login_psw() -> CallReference {
    call(
        "/api/cloud_user/login/psw",
        SIGN_IN,
        "账号密码登录 / Sign in by password",
    )
    .about(
        "同一来源连续输错 5 次要等待；可改用验证码登录 / Five wrong passwords in a row from one source bring a wait.",
    )
    .takes([phone(), password()])
    .gives(login())
    .refused(&[
        Refusal::WrongCredentials,
        Refusal::PasswordWait { seconds: 30 },
        Refusal::PasswordPathClosed { seconds: 1800 },
    ])
    .refused(&SIGN_IN_REFUSALS)
    .shown_in(include_str!("../../../../conformance/api_cloud_user/login-psw.http"))
}

fn login_code() -> CallReference {
    call("/api/cloud_user/login/code", SIGN_IN, "验证码登录 / Sign in by code")
        .takes([phone(), code()])
        .token(TokenUse::Accepted)
        .gives(login())
        .refused(&[Refusal::WrongCode, Refusal::NotRegistered])
        .refused(&SIGN_IN_REFUSALS)
        .shown_in(include_str!("../../../../conformance/api_cloud_user/login-code.http"))
}

fn userinfo_get() -> CallReference {
    call(
        "/api/cloud_user/userinfo/get",
        PROFILE,
        "获取用户信息 / The account's profile",
    )
    .token(TokenUse::Needed)
    .gives(Form::Object(vec![
        Field::new(
            "userId",
            "16 个小写字母 / 16 lower-case letters",
            Form::Text { least: 16, most: 16 },
        ),
        Field::new("nickname", "昵称 / nickname", Form::Words),
        Field::new(
            "sex",
            "0 男或未设 male or unset，1 女 female",
            Form::IntegerBetween { least: 0, most: 1 },
        ),
        Field::new(
            "birthday",
            "毫秒，0 为未设 / milliseconds since 1970, 0 for none",
            Form::Integer,
        ),
        Field::new("email", "邮箱，仅展示 / profile text", Form::Words),
        Field::new("extra", "附加信息 / free text", Form::Words),
    ]))
    .shown_in(include_str!(
        "../../../../conformance/api_cloud_user/userinfo-update.http"
    ))
}

fn userinfo_update() -> CallReference {
    let nickname = Form::Text {
        least: 0,
        most: NICKNAME_CHARACTERS,
    };
    let nickname = Field::new("nickname", "昵称 / nickname", nickname).optional();
    call(
        "/api/cloud_user/userinfo/update",
        PROFILE,
        "更新用户信息 / Change the profile",
    )
    .about("只改传入的参数 / Only what is present changes.")
    .takes([vec![nickname], profile()].concat())
    .token(TokenUse::Needed)
    .shown_in(include_str!(
        "../../../../conformance/api_cloud_user/userinfo-update.http"
    ))
}

fn config_set() -> CallReference {
    call(
        "/api/cloud_user/config/set",
        SETTINGS,
        "设置用户配置 / Keep a string under a key",
    )
    .takes([
        key(),
        Field::new("config", "内容，至多 64 KiB / up to 64 KiB; may be empty", Form::Words),
    ])
    .token(TokenUse::Needed)
    .refused(&[Refusal::TooManySettings])
    .shown_in(include_str!("../../../../conformance/api_cloud_user/config-set.http"))
}

fn config_get() -> CallReference {
    call(
        "/api/cloud_user/config/get",
        SETTINGS,
        "获取用户配置 / The string under a key",
    )
    .about("没有设置过的键返回 null / null for a key never set.")
    .takes([key()])
    .token(TokenUse::Needed)
    .gives(Form::WordsOrNull)
    .shown_in(include_str!("../../../../conformance/api_cloud_user/config-set.http"))
}

fn psw_rest(settings: &WireSettings, route: &'static str) -> CallReference {
    call(route, SIGN_IN, "重置密码 / Set a new password by code")
        .about("成功后该账号的全部 token 失效 / Ends every session of the account.")
        .takes([phone(), code(), new_password(settings)])
        .token(TokenUse::Accepted)
        .misread(&policy(settings))
        .refused(&[
            Refusal::WrongCode,
            Refusal::NotRegistered,
            Refusal::SourceFailedTooOften { seconds: 60 },
        ])
        .shown_in(include_str!("../../../../conformance/api_cloud_user/psw-rest.http"))
}

fn logout() -> CallReference {
    call("/api/cloud_user/logout", SIGN_IN, "退出登录 / Sign out")
        .about("之前生成的全部 token 失效 / Ends every session of the account.")
        .token(TokenUse::Needed)
        .shown_in(include_str!("../../../../conformance/api_cloud_user/logout.http"))
}

fn login() -> Form {
    Form::Object(vec![
        Field::new(
            "userId",
            "16 个小写字母 / 16 lower-case letters",
            Form::Text { least: 16, most: 16 },
        ),
        Field::new("token", "有效 7 天 / lives seven days", Form::Words),
        Field::new(
            "tokenExpire",
            "失效时刻，毫秒 / its end in milliseconds since 1970",
            Form::Integer,
        ),
    ])
}

fn phone() -> Field {
    Field::new(
        "phone",
        "手机号，默认中国大陆 / phone number, of mainland China unless it says otherwise",
        Form::Words,
    )
}

fn code() -> Field {
    let digits = Form::Text {
        least: 1,
        most: CODE_INPUT_CHARACTERS,
    };
    Field::new("code", "收到的 6 位验证码 / the six digits received", digits)
}

fn password() -> Field {
    Field::new(
        "password",
        "密码 / password",
        Form::Text {
            least: 1,
            most: PASSWORD_CHARACTERS,
        },
    )
}

fn new_password(settings: &WireSettings) -> Field {
    let least = settings.password_policy.least_characters();
    Field::new(
        "password",
        "新密码 / the new password",
        Form::Text {
            least,
            most: PASSWORD_CHARACTERS,
        },
    )
}

fn policy(settings: &WireSettings) -> [BadInput; 2] {
    let least = settings.password_policy.least_characters();
    [BadInput::PasswordTooShort { least }, BadInput::PasswordTooCommon]
}

fn key() -> Field {
    Field::new(
        "key",
        "键 / key",
        Form::Text {
            least: 1,
            most: SETTING_KEY_CHARACTERS,
        },
    )
}

fn profile() -> Vec<Field> {
    let text = |most: usize| Form::Text { least: 0, most };
    vec![
        Field::new("sex", "0 男 male，1 女 female，可为空 or empty", Form::Words).optional(),
        Field::new(
            "birthday",
            "毫秒，或 YYYY-MM-DD；0 为不设 / milliseconds, or a date; 0 for none",
            Form::Words,
        )
        .optional(),
        Field::new(
            "email",
            "仅作资料展示，不用于登录 / profile text, never an identifier",
            text(CONTACT_EMAIL_CHARACTERS),
        )
        .optional(),
        Field::new("extra", "附加信息 / free text", text(EXTRA_BYTES)).optional(),
    ]
}
