//! What happened to an account, newest first.

use jiff::tz::TimeZone;
use yaopai_accounts::AccountEvent;
use yaopai_model::EventKind;

use crate::language::Language;
use crate::times;

/// Events that are shown.
const SHOWN: usize = 100;
/// Characters of what a client calls itself that are shown.
const DEVICE_SHOWN: usize = 120;

pub(super) struct EventShown {
    /// How its dot looks.
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
    /// Why it was refused, or what an operator did.
    pub(super) rule: String,
    pub(super) reason: Option<&'static str>,
    pub(super) at: String,
    /// When it happened first and how often, where it happened more than once.
    pub(super) repeated: Option<(String, u32)>,
    pub(super) source: String,
    pub(super) via: String,
    pub(super) device: String,
    pub(super) actor: String,
    pub(super) detail: String,
}

pub(super) fn shown(events: &[AccountEvent], language: Language, zone: &TimeZone) -> Vec<EventShown> {
    events
        .iter()
        .take(SHOWN)
        .map(|event| one(event, language, zone))
        .collect()
}

fn one(event: &AccountEvent, language: Language, zone: &TimeZone) -> EventShown {
    EventShown {
        kind: look(event),
        text: words(event.kind, language),
        reason: reason(&event.rule, language),
        rule: event.rule.clone(),
        at: times::second(event.last_at, zone),
        repeated: (event.times > 1).then(|| (times::second(event.first_at, zone), event.times)),
        source: event.source.clone(),
        via: event.via.clone(),
        device: event.device.chars().take(DEVICE_SHOWN).collect(),
        actor: event.actor.clone(),
        detail: event.detail.clone(),
    }
}

fn look(event: &AccountEvent) -> &'static str {
    if event.is_refused() || event.kind == EventKind::CodeFailed {
        "bad"
    } else if event.kind == EventKind::Administered {
        "warn"
    } else {
        "good"
    }
}

const fn words(kind: EventKind, language: Language) -> &'static str {
    match kind {
        EventKind::PasswordSignIn => language.pick("密码登录", "Sign-in by password"),
        EventKind::CodeSignIn => language.pick("验证码登录", "Sign-in by code"),
        EventKind::Registration => language.pick("注册", "Registration"),
        EventKind::CodeRegistration => language.pick("验证码注册", "Registration by code"),
        EventKind::CodeRequest => language.pick("请求验证码", "Code asked for"),
        EventKind::CodeSent => language.pick("验证码已发出", "Code sent"),
        EventKind::CodeFailed => language.pick("验证码没有送达", "Code not delivered"),
        EventKind::PasswordReset => language.pick("重置密码", "New password by code"),
        EventKind::ResetPermit => language.pick("滑块放行重置密码", "Slider passed for a new password"),
        EventKind::ChallengeDraw => language.pick("出滑块", "Slider drawn"),
        EventKind::ChallengeAnswer => language.pick("回答滑块", "Slider answered"),
        EventKind::SignOut => language.pick("退出登录", "Signed out"),
        EventKind::IdentifierProven => language.pick("手机号或邮箱通过验证", "Address proven"),
        EventKind::IdentifierChanged => language.pick("更换了手机号、邮箱或用户名", "Identifier changed"),
        EventKind::ClaimLost => language.pick("未验证的地址归了验证者", "A claim went to whoever proved it"),
        EventKind::StartedOver => language.pick("账号由验证者接手，从头开始", "Started over by whoever proved it"),
        EventKind::PasswordConfirmation => language.pick("再次确认密码", "Password shown again"),
        EventKind::CodeConfirmation => language.pick("用验证码确认本人", "Confirmed by code"),
        EventKind::PasswordChanged => language.pick("本人修改密码", "Password changed"),
        EventKind::ClosingBegun => language.pick("本人申请注销", "Closed by its holder"),
        EventKind::ClosingTakenBack => language.pick("登录取消了注销", "Closing taken back by a sign-in"),
        EventKind::Administered => language.pick("管理操作", "Administered"),
    }
}

/// What a rule's name means, where it is one that people often ask about.
fn reason(rule: &str, language: Language) -> Option<&'static str> {
    let (chinese, english) = match rule {
        "WrongCredentials" => ("账号或密码错误", "wrong account or password"),
        "WrongCode" => (
            "验证码错误、已用过或已过期",
            "the code was wrong, used or past its life",
        ),
        "AccountDisabled" => ("账号被禁用", "the account is disabled"),
        "PasswordWait" => ("连续输错，须等待", "too many wrong passwords: it had to wait"),
        "PasswordPathClosed" => ("密码登录已暂停", "signing in by password was closed"),
        "SourceFailedTooOften" => ("该来源失败过多", "too many failures from this source"),
        "ChallengeRequired" => ("须先通过滑块", "the slider had to be passed first"),
        "ChallengeFailed" => ("滑块位置不对", "the slider was answered wrongly"),
        "CodeTooSoon" => ("验证码请求太频繁", "codes were asked for too often"),
        "ChannelNotReady" => ("消息通道未就绪", "no channel could carry it"),
        "TooManyRegistrations" => ("该来源注册过多", "too many registrations from this source"),
        "TooManyChallenges" => ("该来源请求滑块过多", "too many sliders for this source"),
        "Taken" => ("已被其他账号使用", "another account has it"),
        "Overloaded" => ("系统繁忙", "the server was busy"),
        "Fault" => ("服务器异常", "something of ours did not work"),
        "Abandoned" => ("对方在答复前断开", "the client hung up before the answer"),
        _ => return None,
    };
    Some(language.pick(chinese, english))
}
