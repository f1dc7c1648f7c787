//! Registering, signing in, new passwords, and the slider before them.

use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;

use super::{call, code, email, password};
use crate::reference::{CallReference, Field, Form, TokenUse};
use crate::{BadInput, WireSettings};

const GROUP: &str = "登录 Sign-in";
const SLIDER: &str = "人机验证 Slider";

/// The refusals of a sign-in beside wrong credentials.
const SIGN_IN_REFUSALS: [Refusal; 3] = [
    Refusal::ChallengeRequired,
    Refusal::AccountDisabled,
    Refusal::SourceFailedTooOften { seconds: 60 },
];

/// Those at the document's beginning.
pub(super) fn first(settings: &WireSettings) -> Vec<CallReference> {
    vec![
        call("/api/v1/user/register", GROUP, "邮箱注册 / Register by e-mail")
            .takes([email(), password(settings.password_policy.least_characters()), code()])
            .token(TokenUse::Accepted)
            .misread(&policy(settings))
            .refused(&[
                Refusal::WrongCode,
                Refusal::Taken(IdentifierKind::Email),
                Refusal::SourceFailedTooOften { seconds: 60 },
            ])
            .shown_in(include_str!("../../../../../conformance/api_v1/register.http")),
        call("/api/v1/user/login", GROUP, "账号密码登录 / Sign in by password")
            .about("连续失败 3 次后需要滑块，或等 30 分钟 / Three failures in a row bring the slider.")
            .takes([email(), password(1)])
            .gives(tokens())
            .refused(&[Refusal::WrongCredentials])
            .refused(&SIGN_IN_REFUSALS)
            .shown_in(include_str!("../../../../../conformance/api_v1/login.http")),
        call("/api/v1/user/login/email", GROUP, "邮箱验证码登录 / Sign in by code")
            .takes([email(), code()])
            .token(TokenUse::Accepted)
            .gives(tokens())
            .refused(&[Refusal::WrongCode, Refusal::NotRegistered])
            .refused(&SIGN_IN_REFUSALS)
            .shown_in(include_str!("../../../../../conformance/api_v1/login-email.http")),
        call("/api/v1/user/code/email", GROUP, "发送邮箱验证码 / Send a code by mail")
            .about("先通过滑块；不透露邮箱是否注册过 / The slider comes first. Does not tell whether the address is registered.")
            .takes([email()])
            .refused(&[
                Refusal::ChallengeRequired,
                Refusal::CodeTooSoon { seconds: 60 },
                Refusal::ChannelNotReady,
            ])
            .shown_in(include_str!("../../../../../conformance/api_v1/code-email.http")),
    ]
}

/// Those of new passwords and tokens.
pub(super) fn again(settings: &WireSettings) -> Vec<CallReference> {
    vec![
        call("/api/v1/user/resetpwd/check", GROUP, "修改密码验证 / Open the way to a new password")
            .about("先通过滑块；30 分钟内可修改密码。也接受参数名 `eamil` / The slider comes first; `eamil` is understood too.")
            .takes([email()])
            .refused(&[Refusal::ChallengeRequired])
            .shown_in(include_str!("../../../../../conformance/api_v1/resetpwd-check.http")),
        call("/api/v1/user/pwd/modify", GROUP, "修改密码 / Set a new password by code")
            .about("先调用 `resetpwd/check`；成功后该账号的全部 token 失效 / After `resetpwd/check`. Ends every session.")
            .takes([email(), password(settings.password_policy.least_characters()), code()])
            .token(TokenUse::Accepted)
            .misread(&policy(settings))
            .refused(&[
                Refusal::ResetNotPermitted,
                Refusal::WrongCode,
                Refusal::SourceFailedTooOften { seconds: 60 },
            ])
            .shown_in(include_str!("../../../../../conformance/api_v1/pwd-modify.http")),
        call("/api/v1/user/token/refresh", GROUP, "刷新 token / A new access token")
            .about("`Authorization` 里放 refresh_token / `Authorization` carries the refresh token.")
            .token(TokenUse::Needed)
            .gives(Form::Object(vec![Field::new(
                "token",
                "新的 access_token，5 分钟内有效 / an access token, for five minutes",
                Form::Words,
            )]))
            .shown_in(include_str!("../../../../../conformance/api_v1/token-refresh.http")),
    ]
}

/// The slider.
pub(super) fn slider() -> Vec<CallReference> {
    let pictures = vec![
        Field::new("slider_img", "滑块 50×50，PNG 的 base64 / the piece", Form::Words),
        Field::new("bg_img", "背景 310×160，PNG 的 base64 / the background", Form::Words),
        Field::new(
            "y",
            "滑块距顶部的像素 / from the top to the piece, in pixels",
            Form::IntegerBetween { least: 0, most: 110 },
        ),
    ];
    vec![
        call("/api/v1/captcha/get", SLIDER, "获取滑块图 / Draw a slider")
            .about("图片 5 分钟内有效，只能验证一次 / A picture is good for one answer within five minutes.")
            .takes([email()])
            .gives(Form::Object(vec![Field::new("slider_captcha", "图片 / the pictures", Form::Object(pictures))]))
            .refused(&[Refusal::TooManyChallenges { seconds: 60 }])
            .shown_in(include_str!("../../../../../conformance/api_v1/captcha-validate.http")),
        call("/api/v1/captcha/validate", SLIDER, "验证滑块 / Answer the slider")
            .about("误差不超过 2 像素；通过后 30 分钟内有效，用一次 / Within two pixels; a pass is good once within thirty minutes.")
            .takes([email(), Field::new("x", "缺口左边的像素 / the hole's left edge, in pixels", Form::Integer)])
            .refused(&[Refusal::ChallengeFailed])
            .shown_in(include_str!("../../../../../conformance/api_v1/captcha-validate.http")),
    ]
}

fn tokens() -> Form {
    Form::Object(vec![
        Field::new("access_token", "5 分钟内有效 / for five minutes", Form::Words),
        Field::new(
            "refresh_token",
            "换取 access_token，14 天 / for fourteen days",
            Form::Words,
        ),
        Field::new("token", "14 天内有效 / for fourteen days", Form::Words),
    ])
}

fn policy(settings: &WireSettings) -> [BadInput; 2] {
    let least = settings.password_policy.least_characters();
    [BadInput::PasswordTooShort { least }, BadInput::PasswordTooCommon]
}
