//! Failures in this wire's words: code 0 and a sentence, but for the app's and the token's own codes.

use ::http::StatusCode;
use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;

use crate::words::{self, OVERLOAD_RETRY_SECONDS, wait};
use crate::{BadInput, Failure, Spelling};

const FAILURE: i64 = 0;
const RATE_EXCEEDED: i64 = 101;
const UNKNOWN_APP: i64 = 10010;
const TOKEN_INVALID: i64 = 10020;

/// How this wire says that a call failed.
pub(crate) fn spell(failure: &Failure) -> Spelling {
    match failure {
        Failure::Input(problem) => spell_input(*problem),
        Failure::Refused(refusal) => spell_refusal(*refusal),
        Failure::Fault(_) => failed("系统异常，请稍后再试").with_status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn spell_input(problem: BadInput) -> Spelling {
    let status = problem.status().unwrap_or(StatusCode::OK);
    Spelling::new(FAILURE, words::bad_input(problem)).with_status(status)
}

fn spell_refusal(refusal: Refusal) -> Spelling {
    match refusal {
        Refusal::UnknownApp | Refusal::WireClosed => Spelling::new(UNKNOWN_APP, "app_id或app_secret缺失或错误"),
        Refusal::AppRateExceeded => Spelling::new(RATE_EXCEEDED, "请求频率过快，超过当前账号QPS的限制"),
        Refusal::NotSignedIn | Refusal::AccessTokenExpired | Refusal::AccountGone => {
            Spelling::new(TOKEN_INVALID, "token已失效，请重新登录")
        }
        Refusal::AccountDisabled => failed("账号已被禁用"),
        Refusal::WrongCredentials => failed("手机号或密码错误"),
        Refusal::WrongCode => failed("验证码错误或已失效"),
        Refusal::ChallengeRequired => failed("需要人机验证"),
        Refusal::ChallengeFailed => failed("人机验证失败"),
        Refusal::PasswordWait { seconds } => failed(wait("密码错误次数过多", seconds)),
        Refusal::PasswordPathClosed { seconds } => {
            failed(format!("{}，或使用验证码登录", wait("密码登录已暂时关闭", seconds)))
        }
        Refusal::SourceFailedTooOften { seconds } => failed(wait("登录失败次数过多", seconds)),
        Refusal::TooManyRegistrations { seconds } => failed(wait("注册过于频繁", seconds)),
        Refusal::TooManyChallenges { seconds } | Refusal::TooManyCalls { seconds } => {
            failed(wait("请求过于频繁", seconds))
        }
        Refusal::TooManyUploads { seconds } => failed(wait("上传过于频繁", seconds)),
        Refusal::CodeTooSoon { seconds } => failed(wait("验证码发送过于频繁", seconds)),
        Refusal::ChannelNotReady => failed("验证码发送失败"),
        Refusal::Taken(IdentifierKind::Phone) => failed("该手机号已注册"),
        Refusal::Taken(IdentifierKind::Email | IdentifierKind::Username | IdentifierKind::PublicId) => {
            failed("账号已存在")
        }
        Refusal::ReservedUsername => failed("该用户名不可使用"),
        Refusal::NotRegistered => failed("该手机号尚未注册"),
        Refusal::NoSuchAccount => failed("用户不存在"),
        Refusal::ResetNotPermitted => failed("请先验证身份再重置密码"),
        Refusal::RankTooLow => failed("权限不足"),
        Refusal::NotOnSelf => failed("不能对自己执行此操作"),
        Refusal::LastRoot => failed("不能移除最后一个超级管理员"),
        Refusal::PictureNotOwn => failed("图片链接已失效"),
        Refusal::PictureUnfit => failed("图片不符合要求"),
        Refusal::TooManySettings => failed("配置数量已达上限"),
        Refusal::HostTaken => failed("域名已属于其他应用"),
        Refusal::TooManyApps => failed("应用或域名数量已达上限"),
        Refusal::TooManyApiKeys => failed("接口密钥数量已达上限"),
        Refusal::CodeOver => failed("验证码已失效"),
        Refusal::OutOfScope => failed("接口密钥的权限不足"),
        Refusal::NoSuchRecord => failed("记录不存在"),
        Refusal::Overloaded => failed("系统繁忙，请稍后再试")
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_retry_after(OVERLOAD_RETRY_SECONDS),
    }
}

fn failed(message: impl Into<std::borrow::Cow<'static, str>>) -> Spelling {
    Spelling::new(FAILURE, message)
}
