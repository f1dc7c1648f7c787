//! Why somebody cannot sign in: what stands in the way, and what would clear it.

use yaopai_accounts::{Action, Cause, InspectedAccount, Obstacle, Remedy};
use yaopai_model::{Account, IdentifierKind, Timestamp};

use crate::frame::Frame;
use crate::language::Language;

/// Something that stands in the way.
pub(super) struct Hindrance {
    /// What it is, in words.
    pub(super) text: String,
    /// The name of the refusal that people meet by it.
    pub(super) rule: Option<&'static str>,
    /// Whether it keeps people out by itself; else it is only worth knowing.
    pub(super) is_grave: bool,
    pub(super) since: Option<String>,
    pub(super) until: Option<String>,
    /// What would clear it, where something would.
    pub(super) way_out: Option<WayOut>,
}

/// What would clear it.
pub(super) enum WayOut {
    /// A form that does.
    Button {
        action: String,
        label: &'static str,
        /// Where a code goes; empty for other forms.
        to: &'static str,
    },
    /// A page where it can be done.
    Link { href: String, label: &'static str },
    /// Only in words: the operator may not do it, or nobody can.
    Words(&'static str),
}

/// Where the forms of an account go, and what is shown on its page.
pub(super) struct Writer<'a> {
    pub(super) frame: &'a Frame,
    pub(super) address: &'a str,
    pub(super) inspected: &'a InspectedAccount,
}

impl Writer<'_> {
    pub(super) fn hindrance(&self, obstacle: &Obstacle, time: impl Fn(Timestamp) -> String) -> Hindrance {
        let cause = &obstacle.cause;
        Hindrance {
            text: words(cause, self.frame.language),
            rule: cause.rule(),
            is_grave: !matches!(cause, Cause::Unproven(_) | Cause::SliderRequired | Cause::NoAddress),
            since: obstacle.since.map(&time),
            until: obstacle.until.map(&time),
            way_out: self.way_out(cause, obstacle.until.is_some()),
        }
    }

    fn way_out(&self, cause: &Cause, ends_by_itself: bool) -> Option<WayOut> {
        let language = self.frame.language;
        let Some(remedy) = cause.remedy() else {
            let waiting = language.pick("到时自动解除。", "It goes by itself then.");
            return ends_by_itself.then_some(WayOut::Words(waiting));
        };
        let way_out = match remedy {
            Remedy::Enable => self.button(
                Action::Disable,
                "enable",
                language.pick("启用账号", "Enable the account"),
            ),
            Remedy::ClearFailures => {
                let label = language.pick("清除失败记录", "Forget the failures");
                self.button(Action::ClearCounts, "clear-failures", label)
            }
            Remedy::ClearCodeBudget => {
                let label = language.pick("清除验证码计数", "Forget the codes that were sent");
                self.button(Action::ClearCounts, "clear-codes", label)
            }
            Remedy::SendResetCode | Remedy::SendAgain => match code_target(cause, &self.inspected.account) {
                Some(to) => self.code_button(to),
                None => WayOut::Words(language.pick(
                    "先补上手机号或邮箱。",
                    "Give it a phone number or an e-mail address first.",
                )),
            },
            Remedy::AddAddress => WayOut::Link {
                href: format!("{}/edit", self.address),
                label: language.pick("补上手机号或邮箱", "Give it an address"),
            },
            Remedy::ChangeSettings => WayOut::Link {
                href: "/console/settings".to_owned(),
                label: language.pick("查看设置", "See the settings"),
            },
        };
        Some(way_out)
    }

    fn code_button(&self, to: &'static str) -> WayOut {
        let label = self
            .frame
            .language
            .pick("发送重置密码验证码", "Send a code for a new password");
        match self.button(Action::SendCode, "send-code", label) {
            WayOut::Button { action, label, .. } => WayOut::Button { action, label, to },
            without @ (WayOut::Link { .. } | WayOut::Words(_)) => without,
        }
    }

    /// The button, if the operator may do what it does.
    fn button(&self, action: Action, path: &str, label: &'static str) -> WayOut {
        if self.inspected.permits(action).is_err() {
            let words = "需要更高的角色来解除。";
            return WayOut::Words(self.frame.language.pick(words, "It takes a higher role to clear it."));
        }
        WayOut::Button {
            action: format!("{}/{path}", self.address),
            label,
            to: "",
        }
    }
}

/// Where a code that clears an obstacle goes.
fn code_target(cause: &Cause, account: &Account) -> Option<&'static str> {
    let kind = if let Cause::GuessesUsedUp(kind) = cause {
        Some(*kind)
    } else if let Cause::MessageFailed { channel, .. } = cause {
        let is_sms = channel == "sms";
        Some(if is_sms {
            IdentifierKind::Phone
        } else {
            IdentifierKind::Email
        })
    } else {
        None
    };
    match kind {
        Some(IdentifierKind::Phone) => Some("phone"),
        Some(IdentifierKind::Email) => Some("email"),
        Some(IdentifierKind::Username | IdentifierKind::PublicId) | None => {
            let phone = account.phone.as_ref().map(|_| "phone");
            phone.or_else(|| account.email.as_ref().map(|_| "email"))
        }
    }
}

fn words(cause: &Cause, language: Language) -> String {
    let pick = |chinese: &str, english: &str| language.pick(chinese, english).to_owned();
    let address = |kind: &IdentifierKind| match kind {
        IdentifierKind::Phone => language.pick("手机号", "phone number"),
        IdentifierKind::Email => language.pick("邮箱", "e-mail address"),
        IdentifierKind::Username | IdentifierKind::PublicId => language.pick("用户名", "username"),
    };
    let of_address =
        |kind: &IdentifierKind, chinese: &str, english: &str| pick(chinese, english).replace('%', address(kind));
    match cause {
        Cause::Disabled => pick(
            "账号被禁用，任何方式都不能登录。",
            "The account is disabled: nothing lets it in.",
        ),
        Cause::NoPassword => pick(
            "没有设置密码，只能用验证码登录。",
            "It has no password: only a code lets it in.",
        ),
        Cause::Unproven(kind) => of_address(
            kind,
            "%未验证：谁在那里收到验证码并登录，谁就接手这个账号并从头开始，或把这个%拿走。",
            "Nobody has proven the %: whoever signs in with a code there starts the account over, or takes the % away.",
        ),
        Cause::PasswordPathClosed => pick(
            "连续输错密码过多，密码登录已暂停；验证码仍可用。",
            "Too many wrong passwords in a row: signing in by password is closed. Codes go on.",
        ),
        Cause::SourceWaits(source) => pick(
            "来自 % 的密码连续输错，须等待。",
            "Wrong passwords in a row from %: it has to wait.",
        )
        .replace('%', &source.to_string()),
        Cause::SourceFailedTooOften(source) => pick(
            "来自 % 的登录失败过多（不限于这个账号）。",
            "Too many failed sign-ins from %, over all accounts.",
        )
        .replace('%', &source.to_string()),
        Cause::SliderRequired => pick(
            "失败次数触发了滑块验证（api_v1）。",
            "Failures have brought the slider (on api_v1).",
        ),
        Cause::NoAddress => pick(
            "没有手机号和邮箱，收不到验证码。",
            "It has neither a phone number nor an e-mail address: no code can be sent.",
        ),
        Cause::ChannelOff(kind) => of_address(
            kind,
            "往%发消息的通道没有设置。",
            "No channel is set up that carries messages to its %.",
        ),
        Cause::CountryNotServed => pick(
            "不往该手机号所在的国家发短信。",
            "Codes are not sent to the phone's country.",
        ),
        Cause::OutboxFull => pick("发件箱已满，新消息进不去。", "The outbox is full."),
        Cause::CodeTooSoon(kind) => of_address(
            kind,
            "往%发的验证码太频繁，暂时不能再发。",
            "Codes were sent to its % too often: another has to wait.",
        ),
        Cause::SourceAskedTooOften(source) => pick(
            "来自 % 的验证码请求过多（不限于这个账号）。",
            "Too many codes were asked for from %, over all accounts.",
        )
        .replace('%', &source.to_string()),
        Cause::AppCodesUsedUp => pick(
            "这个应用今天的验证码已发满。",
            "The app has sent as many codes as it may in a day.",
        ),
        Cause::GuessesUsedUp(kind) => of_address(
            kind,
            "发往%的验证码猜错次数过多，已失效。",
            "The code at its % was guessed at too often: it takes a new one.",
        ),
        Cause::GuessesOfDayUsedUp(kind) => of_address(
            kind,
            "发往%的验证码一天内猜错次数过多。",
            "Codes at its % were guessed at too often within a day.",
        ),
        Cause::MessageFailed { channel, error } => {
            format!(
                "{} ({channel}: {error})",
                pick("最近一条验证码没有送达。", "The last code did not get through.")
            )
        }
    }
}
