//! Every failure there is, what it means, and how each wire says it: the error page of the reference.

use std::sync::Arc;

use yaopai_accounts::{Fault, Refusal};
use yaopai_model::IdentifierKind;

use super::call::CallReference;
use crate::{BadInput, Failure, Spelling, Wire, WireSettings};

const REFUSALS: &[Refusal] = &[
    Refusal::UnknownApp,
    Refusal::AppRateExceeded,
    Refusal::NotSignedIn,
    Refusal::AccessTokenExpired,
    Refusal::AccountGone,
    Refusal::AccountDisabled,
    Refusal::WrongCredentials,
    Refusal::WrongCode,
    Refusal::ChallengeRequired,
    Refusal::ChallengeFailed,
    Refusal::PasswordWait { seconds: 30 },
    Refusal::PasswordPathClosed { seconds: 1800 },
    Refusal::SourceFailedTooOften { seconds: 60 },
    Refusal::TooManyRegistrations { seconds: 60 },
    Refusal::TooManyChallenges { seconds: 60 },
    Refusal::TooManyUploads { seconds: 60 },
    Refusal::TooManyCalls { seconds: 60 },
    Refusal::CodeTooSoon { seconds: 60 },
    Refusal::ChannelNotReady,
    Refusal::Taken(IdentifierKind::Phone),
    Refusal::Taken(IdentifierKind::Email),
    Refusal::Taken(IdentifierKind::Username),
    Refusal::Taken(IdentifierKind::PublicId),
    Refusal::ReservedUsername,
    Refusal::NotRegistered,
    Refusal::NoSuchAccount,
    Refusal::ResetNotPermitted,
    Refusal::RankTooLow,
    Refusal::NotOnSelf,
    Refusal::LastRoot,
    Refusal::PictureNotOwn,
    Refusal::PictureUnfit,
    Refusal::TooManySettings,
    Refusal::HostTaken,
    Refusal::TooManyApps,
    Refusal::TooManyApiKeys,
    Refusal::WireClosed,
    Refusal::CodeOver,
    Refusal::OutOfScope,
    Refusal::NoSuchRecord,
    Refusal::Overloaded,
];

const BAD_INPUTS: &[BadInput] = &[
    BadInput::Missing("email"),
    BadInput::Malformed("email"),
    BadInput::TooLong("email"),
    BadInput::Repeated("email"),
    BadInput::WrongType("email"),
    BadInput::PasswordTooShort { least: 6 },
    BadInput::PasswordTooCommon,
    BadInput::UnreadableBody,
    BadInput::BodyTooLarge,
    BadInput::BodyTooSlow,
    BadInput::BadHost,
    BadInput::UrlTooLong,
    BadInput::TooManyParameters,
    BadInput::UnknownRoute,
    BadInput::UnknownMethod,
];

/// A failure as the error page shows it.
pub struct FailureLine {
    /// Its name in the code.
    pub name: String,
    /// What it means, in Chinese.
    pub meaning_zh: &'static str,
    /// What it means, in English.
    pub meaning_en: &'static str,
    /// How each wire says it, in the order of [`Wire::ALL`]; none where no call of that wire is answered so.
    pub spellings: Vec<Option<Spelling>>,
}

/// Every failure once, with parameters and waits as examples.
pub fn all_failures() -> Vec<Failure> {
    let refused = REFUSALS.iter().copied().map(Failure::Refused);
    let unread = BAD_INPUTS.iter().copied().map(Failure::Input);
    let fault = Failure::Fault(Arc::new(Fault::new("an example")));
    refused.chain(unread).chain([fault]).collect()
}

/// A failure's name in the code, without a parameter's name or the seconds.
pub fn failure_name(failure: &Failure) -> String {
    let whole = match failure {
        Failure::Input(problem) => format!("{problem:?}"),
        Failure::Refused(Refusal::Taken(kind)) => return format!("Taken({kind:?})"),
        Failure::Refused(refusal) => format!("{refusal:?}"),
        Failure::Fault(_) => "Fault".to_owned(),
    };
    whole.split([' ', '(']).next().unwrap_or_default().to_owned()
}

/// Every failure that some wire answers with, with its meaning and its words.
pub fn failure_lines(settings: &WireSettings) -> Vec<FailureLine> {
    let names_of = |wire: Wire| -> Vec<String> {
        let calls = wire.reference(settings).calls;
        let refused = calls.iter().flat_map(CallReference::all_refused);
        refused.map(|refused| refused.name).collect()
    };
    let wires = Wire::ALL.map(|wire| (wire, names_of(wire)));
    let lines = all_failures().into_iter().map(|failure| {
        let (meaning_zh, meaning_en) = meaning(&failure);
        let name = failure_name(&failure);
        let spellings = wires.iter().map(|(wire, names)| {
            let is_given = is_of_every_path(&failure) || names.contains(&name);
            is_given.then(|| wire.spell(&failure))
        });
        FailureLine {
            spellings: spellings.collect(),
            name,
            meaning_zh,
            meaning_en,
        }
    });
    lines
        .filter(|line| line.spellings.iter().any(Option::is_some))
        .collect()
}

/// Whether it is met where no call is.
fn is_of_every_path(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Input(BadInput::UnknownRoute | BadInput::UnknownMethod)
    )
}

fn meaning(failure: &Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::Input(problem) => input_meaning(*problem),
        Failure::Refused(refusal) => refusal_meaning(*refusal),
        Failure::Fault(_) => (
            "服务器自身的故障，重试或看日志",
            "a fault of the server's own; its log says more",
        ),
    }
}

fn input_meaning(problem: BadInput) -> (&'static str, &'static str) {
    match problem {
        BadInput::Missing(_) => ("缺少必填参数，或为空", "a required parameter is missing or empty"),
        BadInput::Malformed(_) => ("参数格式不对", "a parameter is not what it should be"),
        BadInput::TooLong(_) => ("参数超过长度上限", "a parameter is longer than its bound"),
        BadInput::Repeated(_) => (
            "参数出现两次，或在查询串、请求体、请求头里不一致",
            "a parameter comes twice, or differs between query, body and headers",
        ),
        BadInput::WrongType(_) => ("JSON 值的类型不对", "a JSON value of the wrong type"),
        BadInput::PasswordTooShort { .. } => ("新密码太短", "a new password is too short"),
        BadInput::PasswordTooCommon => (
            "新密码过于常见（password.policy = strict 时）",
            "a new password that everybody uses (policy strict)",
        ),
        BadInput::UnreadableBody => (
            "请求体不是预期的 JSON 或表单",
            "the body is not the JSON or form expected",
        ),
        BadInput::BodyTooLarge => (
            "请求体超过上限（一般 64 KiB）",
            "the body is over its bound (64 KiB as a rule)",
        ),
        BadInput::BodyTooSlow => ("请求体 30 秒内没有收完", "the body did not arrive within 30 seconds"),
        BadInput::BadHost => ("没有 Host 请求头，或不止一个", "no Host header, or more than one"),
        BadInput::UrlTooLong => ("路径与查询串超过 8 KiB", "path and query are over 8 KiB"),
        BadInput::TooManyParameters => ("参数超过 100 个", "more than 100 parameters"),
        BadInput::UnknownRoute => ("没有这个接口", "no call has this path"),
        BadInput::UnknownMethod => ("接口不接受这种请求方式", "the call does not answer to this method"),
    }
}

fn refusal_meaning(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::UnknownApp => (
            "app_id 或 app_secret 缺失或错误",
            "app_id or app_secret is missing or wrong",
        ),
        Refusal::AppRateExceeded => ("超过该应用每秒请求数", "over the app's own request rate"),
        Refusal::NotSignedIn => (
            "没有 token、token 无效或已失效",
            "no token, a bad one, or its session is over",
        ),
        Refusal::AccessTokenExpired => (
            "access_token 过期，会话仍在：用 refresh_token 换新",
            "the access token is past its life: refresh it",
        ),
        Refusal::AccountGone => ("token 有效但账号已不存在", "a good token whose account is gone"),
        Refusal::AccountDisabled => (
            "凭证正确，但账号被管理员禁用",
            "right credentials, but operators disabled the account",
        ),
        Refusal::WrongCredentials => (
            "账号或密码错误，不区分哪个",
            "wrong password or unknown account, told alike",
        ),
        Refusal::WrongCode => (
            "验证码错误、过期、已用或已被新的取代",
            "a wrong, expired, spent or superseded code",
        ),
        Refusal::ChallengeRequired => ("先通过滑块验证", "the slider has to be passed first"),
        Refusal::ChallengeFailed => (
            "滑块位置不对、超时或没有取过图",
            "the slider was answered wrongly, too late, or never drawn",
        ),
        Refusal::PasswordWait { .. } => (
            "同一来源连续输错密码，需等待",
            "too many wrong passwords in a row from this source",
        ),
        Refusal::PasswordPathClosed { .. } => (
            "该账号密码连续错误过多，密码登录暂停，验证码登录照常",
            "too many wrong passwords for this account; sign-in by code goes on",
        ),
        Refusal::SourceFailedTooOften { .. } => (
            "同一来源一小时内登录失败过多",
            "too many failed sign-ins from this source in an hour",
        ),
        Refusal::TooManyRegistrations { .. } => (
            "同一来源一小时内注册过多",
            "too many registrations from this source in an hour",
        ),
        Refusal::TooManyChallenges { .. } => ("同一来源取滑块图过多", "too many slider pictures for this source"),
        Refusal::TooManyUploads { .. } => ("账号一天内上传过多", "too many uploads by this account in a day"),
        Refusal::TooManyCalls { .. } => ("账号一分钟内调用过多", "too many calls of this account in a minute"),
        Refusal::CodeTooSoon { .. } => ("验证码要得太快或太多", "a code was asked for too soon or too often"),
        Refusal::ChannelNotReady => (
            "短信或邮件通道未配置，或发件箱已满",
            "the channel is not set up, or the outbox is full",
        ),
        Refusal::Taken(IdentifierKind::Phone) => ("手机号属于其他账号", "another account has this phone number"),
        Refusal::Taken(IdentifierKind::Email) => ("邮箱属于其他账号", "another account has this e-mail address"),
        Refusal::Taken(IdentifierKind::Username) => ("用户名属于其他账号", "another account has this username"),
        Refusal::Taken(IdentifierKind::PublicId) => ("编号属于其他账号", "another account has this id"),
        Refusal::ReservedUsername => ("保留的用户名", "a username that only operators give"),
        Refusal::NotRegistered => (
            "验证码正确，但没有这个账号",
            "the code was right, but there is no such account",
        ),
        Refusal::NoSuchAccount => ("没有这个编号的账号", "no account has this number"),
        Refusal::ResetNotPermitted => (
            "改密码前没有做过验证",
            "a new password without the check that comes first",
        ),
        Refusal::RankTooLow => (
            "身份不够，或不高于对方",
            "the role does not reach, or does not outrank the other",
        ),
        Refusal::NotOnSelf => ("不能对自己做", "not on oneself"),
        Refusal::LastRoot => ("会使应用没有超级管理员", "it would leave no root"),
        Refusal::PictureNotOwn => (
            "不是自己 20 分钟内上传的图片",
            "not a picture that one uploaded within 20 minutes",
        ),
        Refusal::PictureUnfit => ("不是可用的 PNG 或 JPEG", "no PNG or JPEG that can be taken"),
        Refusal::TooManySettings => ("账号的配置已达上限", "as many settings as an account may have"),
        Refusal::HostTaken => ("域名属于其他应用", "another app has this host"),
        Refusal::TooManyApps => ("应用或域名已达上限", "as many apps or hosts as there may be"),
        Refusal::TooManyApiKeys => ("接口密钥已达上限", "as many live API keys as an account may have"),
        Refusal::WireClosed => ("应用没有开放这个接口", "the app takes no calls on this wire"),
        Refusal::CodeOver => (
            "消息里的验证码已失效，不能重发",
            "the code in the message is over: it is not sent again",
        ),
        Refusal::OutOfScope => ("接口密钥的权限不足", "the API key does not open this"),
        Refusal::NoSuchRecord => ("没有这条记录", "there is no such record"),
        Refusal::Overloaded => ("服务器忙，稍后再试", "busy; try again shortly"),
    }
}
