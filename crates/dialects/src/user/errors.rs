//! Failures in this wire's words: the code is that of HTTP.

use std::borrow::Cow;

use ::http::StatusCode;
use yaopai_accounts::Refusal;

use crate::words::{self, OVERLOAD_RETRY_SECONDS, wait};
use crate::{BadInput, Failure, Spelling};

/// How this wire says that a call failed.
pub(crate) fn spell(failure: &Failure) -> Spelling {
    match failure {
        Failure::Input(problem) => spell_input(*problem),
        Failure::Refused(refusal) => spell_refusal(*refusal),
        Failure::Fault(_) => mirrored(StatusCode::INTERNAL_SERVER_ERROR, "服务器异常"),
    }
}

fn spell_input(problem: BadInput) -> Spelling {
    let status = problem.status().unwrap_or(StatusCode::BAD_REQUEST);
    mirrored(status, words::bad_input(problem))
}

fn spell_refusal(refusal: Refusal) -> Spelling {
    match refusal {
        Refusal::UnknownApp => mirrored(StatusCode::NOT_FOUND, "应用不存在"),
        Refusal::NotSignedIn | Refusal::AccessTokenExpired => mirrored(StatusCode::UNAUTHORIZED, "未登录或登录已过期"),
        Refusal::AccountGone | Refusal::NotRegistered | Refusal::NoSuchAccount => {
            mirrored(StatusCode::NOT_FOUND, "用户不存在")
        }
        Refusal::AccountDisabled => mirrored(StatusCode::FORBIDDEN, "账号已被禁用"),
        Refusal::WrongCredentials => mirrored(StatusCode::UNAUTHORIZED, "账号或密码错误"),
        Refusal::WrongCode => mirrored(StatusCode::BAD_REQUEST, "验证码错误或已失效"),
        Refusal::ChallengeRequired => mirrored(StatusCode::FORBIDDEN, "需要人机验证"),
        Refusal::ChallengeFailed => mirrored(StatusCode::BAD_REQUEST, "人机验证失败"),
        Refusal::AppRateExceeded => {
            mirrored(StatusCode::TOO_MANY_REQUESTS, "请求过于频繁，请稍后再试").with_retry_after(1)
        }
        Refusal::TooManyCalls { seconds } => {
            mirrored(StatusCode::TOO_MANY_REQUESTS, "请求过于频繁，请稍后再试").with_retry_after(seconds)
        }
        Refusal::PasswordWait { seconds } => too_many("密码错误次数过多", seconds),
        Refusal::PasswordPathClosed { seconds } => too_many("密码登录已暂时关闭", seconds),
        Refusal::SourceFailedTooOften { seconds } => too_many("登录失败次数过多", seconds),
        Refusal::TooManyRegistrations { seconds } => too_many("注册过于频繁", seconds),
        Refusal::TooManyChallenges { seconds } => too_many("请求过于频繁", seconds),
        Refusal::TooManyUploads { seconds } => too_many("上传过于频繁", seconds),
        Refusal::CodeTooSoon { seconds } => too_many("验证码发送过于频繁", seconds),
        Refusal::ChannelNotReady => mirrored(StatusCode::BAD_REQUEST, "验证码发送失败"),
        Refusal::Taken(_) => mirrored(StatusCode::CONFLICT, "账号已存在"),
        Refusal::ReservedUsername => mirrored(StatusCode::BAD_REQUEST, "该用户名不可使用"),
        Refusal::ResetNotPermitted => mirrored(StatusCode::FORBIDDEN, "请先验证身份再重置密码"),
        Refusal::RankTooLow => mirrored(StatusCode::FORBIDDEN, "权限不足"),
        Refusal::NotOnSelf => mirrored(StatusCode::FORBIDDEN, "不能对自己执行此操作"),
        Refusal::LastRoot => mirrored(StatusCode::FORBIDDEN, "不能移除最后一个超级管理员"),
        Refusal::PictureNotOwn => mirrored(StatusCode::BAD_REQUEST, "图片链接已失效"),
        Refusal::PictureUnfit => mirrored(StatusCode::BAD_REQUEST, "图片不符合要求"),
        Refusal::TooManySettings => mirrored(StatusCode::CONFLICT, "配置数量已达上限"),
        Refusal::HostTaken => mirrored(StatusCode::CONFLICT, "域名已属于其他应用"),
        Refusal::TooManyApps => mirrored(StatusCode::CONFLICT, "应用或域名数量已达上限"),
        Refusal::TooManyApiKeys => mirrored(StatusCode::CONFLICT, "接口密钥数量已达上限"),
        Refusal::WireClosed => spell_input(BadInput::UnknownRoute),
        Refusal::CodeOver => mirrored(StatusCode::CONFLICT, "验证码已失效"),
        Refusal::OutOfScope => mirrored(StatusCode::FORBIDDEN, "接口密钥的权限不足"),
        Refusal::NoSuchRecord => mirrored(StatusCode::NOT_FOUND, "记录不存在"),
        Refusal::Overloaded => {
            mirrored(StatusCode::SERVICE_UNAVAILABLE, "系统繁忙，请稍后再试").with_retry_after(OVERLOAD_RETRY_SECONDS)
        }
    }
}

fn too_many(what: &str, seconds: u32) -> Spelling {
    mirrored(StatusCode::TOO_MANY_REQUESTS, wait(what, seconds)).with_retry_after(seconds)
}

fn mirrored(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Spelling {
    Spelling::new(i64::from(status.as_u16()), message).with_status(status)
}
