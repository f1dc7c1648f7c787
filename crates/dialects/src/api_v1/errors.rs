//! Failures in this wire's words: codes of its own, HTTP's only where a body cannot be read or the fault is ours.

use std::borrow::Cow;

use ::http::StatusCode;
use yaopai_accounts::Refusal;
use yaopai_model::IdentifierKind;

use crate::words::{self, OVERLOAD_RETRY_SECONDS, wait};
use crate::{BadInput, Failure, Spelling};

const CHALLENGE_REQUIRED: i64 = -1;
const FAULT: i64 = 500;
const CHANGE_REFUSED: i64 = 1000;
const LINK_INVALID: i64 = 1020;
const TOKEN_EXPIRED: i64 = 3000;
const WRONG_CODE: i64 = 3010;
const WRONG_CREDENTIALS: i64 = 3020;
const UNAUTHORISED: i64 = 3030;
const BAD_PARAMETER: i64 = 4010;
const FILE_UNFIT: i64 = 4020;
const NO_FILE: i64 = 4030;
const NOT_FOUND: i64 = 4040;
const TOO_MANY: i64 = 4050;
const TAKEN: i64 = 6000;
const CODE_NOT_SENT: i64 = 9010;

/// How this wire says that a call failed.
pub(crate) fn spell(failure: &Failure) -> Spelling {
    match failure {
        Failure::Input(problem) => spell_input(*problem),
        Failure::Refused(refusal) => spell_refusal(*refusal),
        Failure::Fault(_) => Spelling::new(FAULT, "服务器异常").with_status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A picture's address behind which there is none.
pub(super) fn no_such_picture() -> Spelling {
    Spelling::new(NOT_FOUND, "图片不存在").with_status(StatusCode::NOT_FOUND)
}

/// Deleting one's own account, which `spell` would call changing one's role.
pub(super) fn not_deleting_oneself() -> Spelling {
    Spelling::new(CHANGE_REFUSED, "不能删除自己")
}

/// Changing one's own e-mail address where no proof of the new one is asked for; likewise.
pub(super) fn not_changing_own_email() -> Spelling {
    Spelling::new(CHANGE_REFUSED, "不能在此修改自己的邮箱")
}

fn spell_input(problem: BadInput) -> Spelling {
    let spelling = match problem {
        BadInput::Missing("name") => bad_parameter("用户名不能为空"),
        BadInput::Missing("image") => Spelling::new(NO_FILE, "请选择要上传的文件"),
        BadInput::Malformed("email") => bad_parameter("邮箱格式错误"),
        BadInput::Malformed("name") => bad_parameter("用户名格式错误"),
        BadInput::Malformed("role") => bad_parameter("无效的角色"),
        BadInput::TooLong("page_size") => Spelling::new(TOO_MANY, "请求数量过多"),
        BadInput::TooLong("image") => Spelling::new(FILE_UNFIT, "文件过大").with_status(StatusCode::PAYLOAD_TOO_LARGE),
        BadInput::UnreadableBody => bad_parameter("请求参数有误").with_status(StatusCode::BAD_REQUEST),
        BadInput::WrongType(_) => bad_parameter(words::bad_input(problem)).with_status(StatusCode::BAD_REQUEST),
        BadInput::UnknownRoute => Spelling::new(NOT_FOUND, words::bad_input(problem)),
        BadInput::Missing(_)
        | BadInput::Malformed(_)
        | BadInput::TooLong(_)
        | BadInput::Repeated(_)
        | BadInput::PasswordTooShort { .. }
        | BadInput::PasswordTooCommon
        | BadInput::TooManyParameters
        | BadInput::BodyTooLarge
        | BadInput::BodyTooSlow
        | BadInput::BadHost
        | BadInput::UrlTooLong
        | BadInput::UnknownMethod => bad_parameter(words::bad_input(problem)),
    };
    match problem.status() {
        Some(status) => spelling.with_status(status),
        None => spelling,
    }
}

fn spell_refusal(refusal: Refusal) -> Spelling {
    match refusal {
        Refusal::NotSignedIn
        | Refusal::AccountGone
        | Refusal::RankTooLow
        | Refusal::OutOfScope
        | Refusal::UnknownApp => Spelling::new(UNAUTHORISED, "用户未授权"),
        Refusal::AccessTokenExpired => Spelling::new(TOKEN_EXPIRED, "token已过期"),
        Refusal::AccountDisabled => Spelling::new(UNAUTHORISED, "账号已被禁用"),
        Refusal::WrongCredentials => Spelling::new(WRONG_CREDENTIALS, "用户名或密码错误"),
        Refusal::WrongCode => Spelling::new(WRONG_CODE, "邮箱验证码错误"),
        Refusal::ChallengeRequired => Spelling::new(CHALLENGE_REQUIRED, "需要人机验证"),
        Refusal::ChallengeFailed => bad_parameter("人机验证失败"),
        Refusal::PasswordWait { seconds } => too_many("密码错误次数过多", seconds),
        Refusal::PasswordPathClosed { seconds } => too_many("密码登录已暂时关闭", seconds),
        Refusal::SourceFailedTooOften { seconds } => too_many("登录失败次数过多", seconds),
        Refusal::TooManyRegistrations { seconds } => too_many("注册过于频繁", seconds),
        Refusal::TooManyChallenges { seconds } | Refusal::TooManyCalls { seconds } => too_many("请求过于频繁", seconds),
        Refusal::TooManyUploads { seconds } => too_many("上传过于频繁", seconds),
        Refusal::AppRateExceeded => Spelling::new(TOO_MANY, "请求过于频繁，请稍后再试"),
        Refusal::CodeTooSoon { seconds } => Spelling::new(CODE_NOT_SENT, wait("验证码发送过于频繁", seconds)),
        Refusal::ChannelNotReady => Spelling::new(CODE_NOT_SENT, "邮箱验证码发送失败"),
        Refusal::Taken(IdentifierKind::Username) => Spelling::new(TAKEN, "用户名已存在"),
        Refusal::Taken(IdentifierKind::Email) => Spelling::new(TAKEN, "邮箱已存在"),
        Refusal::Taken(IdentifierKind::Phone) => Spelling::new(TAKEN, "手机号已存在"),
        Refusal::Taken(IdentifierKind::PublicId) => Spelling::new(TAKEN, "账号已存在"),
        Refusal::ReservedUsername => bad_parameter("该用户名不可使用"),
        Refusal::NotRegistered | Refusal::NoSuchAccount => Spelling::new(NOT_FOUND, "用户不存在"),
        Refusal::ResetNotPermitted => Spelling::new(CHANGE_REFUSED, "请先完成修改密码验证"),
        Refusal::NotOnSelf => Spelling::new(CHANGE_REFUSED, "不能修改自己的角色"),
        Refusal::LastRoot => Spelling::new(CHANGE_REFUSED, "不能移除最后一个超级管理员"),
        Refusal::HostTaken => Spelling::new(TAKEN, "域名已属于其他应用"),
        Refusal::TooManyApps => Spelling::new(CHANGE_REFUSED, "应用或域名数量已达上限"),
        Refusal::TooManyApiKeys => Spelling::new(CHANGE_REFUSED, "接口密钥数量已达上限"),
        Refusal::WireClosed => spell_input(BadInput::UnknownRoute),
        Refusal::CodeOver => Spelling::new(CHANGE_REFUSED, "验证码已失效"),
        Refusal::NoSuchRecord => Spelling::new(NOT_FOUND, "记录不存在"),
        Refusal::TooManySettings => Spelling::new(CHANGE_REFUSED, "配置数量已达上限"),
        Refusal::PictureNotOwn => Spelling::new(LINK_INVALID, "链接已经失效"),
        Refusal::PictureUnfit => Spelling::new(FILE_UNFIT, "文件不符合要求"),
        Refusal::Overloaded => Spelling::new(FAULT, "系统繁忙，请稍后再试")
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_retry_after(OVERLOAD_RETRY_SECONDS),
    }
}

fn bad_parameter(message: impl Into<Cow<'static, str>>) -> Spelling {
    Spelling::new(BAD_PARAMETER, message)
}

fn too_many(what: &str, seconds: u32) -> Spelling {
    Spelling::new(TOO_MANY, wait(what, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(failure: impl Into<Failure>) -> (u16, i64, String) {
        let spelling = spell(&failure.into());
        (spelling.status.as_u16(), spelling.code, spelling.message.into_owned())
    }

    fn is(status: u16, code: i64, message: &str) -> (u16, i64, String) {
        (status, code, message.to_owned())
    }

    #[test]
    fn refusals_have_the_codes_of_the_protocol() {
        for (refusal, code, message) in [
            (Refusal::ChallengeRequired, -1, "需要人机验证"),
            (Refusal::NotOnSelf, 1000, "不能修改自己的角色"),
            (Refusal::PictureNotOwn, 1020, "链接已经失效"),
            (Refusal::AccessTokenExpired, 3000, "token已过期"),
            (Refusal::WrongCode, 3010, "邮箱验证码错误"),
            (Refusal::WrongCredentials, 3020, "用户名或密码错误"),
            (Refusal::NotSignedIn, 3030, "用户未授权"),
            (Refusal::RankTooLow, 3030, "用户未授权"),
            (Refusal::AccountDisabled, 3030, "账号已被禁用"),
            (Refusal::NoSuchAccount, 4040, "用户不存在"),
            (Refusal::Taken(IdentifierKind::Username), 6000, "用户名已存在"),
            (Refusal::Taken(IdentifierKind::Email), 6000, "邮箱已存在"),
            (Refusal::ChannelNotReady, 9010, "邮箱验证码发送失败"),
            (
                Refusal::CodeTooSoon { seconds: 42 },
                9010,
                "验证码发送过于频繁，请42秒后再试",
            ),
        ] {
            assert_eq!(spelt(refusal), is(200, code, message), "{refusal:?}");
        }
    }

    #[test]
    fn what_is_ours_has_a_status_of_its_own() {
        assert_eq!(spelt(Failure::fault("disk")), is(500, 500, "服务器异常"));
        assert_eq!(spelt(Refusal::Overloaded), is(503, 500, "系统繁忙，请稍后再试"));
        assert!(spell(&Refusal::Overloaded.into()).retry_after.is_some());
    }

    #[test]
    fn bad_input_has_kinds() {
        for (problem, status, code, message) in [
            (BadInput::Missing("code"), 200, 4010, "缺少参数：code"),
            (BadInput::Missing("name"), 200, 4010, "用户名不能为空"),
            (BadInput::Malformed("email"), 200, 4010, "邮箱格式错误"),
            (BadInput::Malformed("role"), 200, 4010, "无效的角色"),
            (BadInput::PasswordTooShort { least: 6 }, 200, 4010, "密码长度至少6位"),
            (BadInput::TooLong("page_size"), 200, 4050, "请求数量过多"),
            (BadInput::TooLong("image"), 413, 4020, "文件过大"),
            (BadInput::Missing("image"), 200, 4030, "请选择要上传的文件"),
            (BadInput::UnreadableBody, 400, 4010, "请求参数有误"),
            (BadInput::WrongType("id"), 400, 4010, "参数类型错误：id"),
            (BadInput::BodyTooLarge, 413, 4010, "请求体过大"),
            (BadInput::UnknownRoute, 404, 4040, "接口不存在"),
            (BadInput::UnknownMethod, 405, 4010, "请求方式不支持"),
        ] {
            assert_eq!(spelt(problem), is(status, code, message), "{problem:?}");
        }
    }
}
