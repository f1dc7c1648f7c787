//! What the page of messages says of states, subjects and failures.

use yaopai_accounts::MessageState;

use crate::language::Language;

pub(super) fn state(state: MessageState, language: Language) -> String {
    let (chinese, english) = match state {
        MessageState::Waiting => ("等待发送", "Waiting"),
        MessageState::Sent => ("已送出", "Sent"),
        MessageState::Failed => ("失败", "Failed"),
        MessageState::Withheld => ("未发送：没有此账号", "Withheld: no such account"),
    };
    language.pick(chinese, english).to_owned()
}

pub(super) const fn badge(state: MessageState) -> &'static str {
    match state {
        MessageState::Waiting => "info",
        MessageState::Sent => "good",
        MessageState::Failed => "bad",
        MessageState::Withheld => "warn",
    }
}

pub(super) fn channel(name: &str, language: Language) -> String {
    match name {
        "sms" => language.pick("短信", "Text message").to_owned(),
        "mail" => language.pick("邮件", "Mail").to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn subject(name: &str, language: Language) -> String {
    let (chinese, english) = match name {
        "register" => ("注册验证码", "Code to register"),
        "reset_password" => ("重置密码验证码", "Code to reset the password"),
        "sign_in" => ("登录验证码", "Code to sign in"),
        "any" => ("验证码", "Code"),
        "email_changed" => ("邮箱更换通知", "Notice: e-mail changed"),
        "phone_changed" => ("手机号更换通知", "Notice: phone changed"),
        "password_changed" => ("密码修改通知", "Notice: password changed"),
        "closing_begun" => ("账号注销通知", "Notice: account about to close"),
        other => (other, other),
    };
    language.pick(chinese, english).to_owned()
}

/// What a channel said, in the language of the page, and what to do. Reasons are kept in both languages with a slash between.
pub(super) fn error(reason: &str, language: Language) -> String {
    let said = reason
        .split_once(" / ")
        .map_or(reason, |(chinese, english)| language.pick(chinese, english));
    let advice = advice(reason);
    let advice = advice.map(|(chinese, english)| language.pick(chinese, english));
    match advice {
        Some(advice) => format!("{said} {} {advice}", language.pick("——", "–")),
        None => said.to_owned(),
    }
}

/// The remedy, by what the reasons of the channels have in common.
fn advice(reason: &str) -> Option<(&'static str, &'static str)> {
    const ADVICE: [(&str, &str, &str); 8] = [
        (
            "not set up",
            "请设置短信或邮件通道。",
            "set up the channel in the settings.",
        ),
        (
            "HTTP 401",
            "请核对短信网关的密钥。",
            "check the key of the SMS gateway.",
        ),
        (
            "HTTP 403",
            "请核对短信网关的密钥。",
            "check the key of the SMS gateway.",
        ),
        (
            "HTTP 404",
            "请核对短信网关的地址。",
            "check the address of the SMS gateway.",
        ),
        (
            "HTTP 5",
            "短信网关出错，请查看网关的日志。",
            "the SMS gateway fails: see its log.",
        ),
        (
            "code 535",
            "请核对邮件服务器的账号和密码。",
            "check account and password of the mail server.",
        ),
        (
            "code 550",
            "对方邮箱不存在或拒收。",
            "the mailbox is not there, or refuses.",
        ),
        (
            "no answer",
            "对方没有及时应答，请检查网络和地址。",
            "it did not answer in time: check network and address.",
        ),
    ];
    let found = ADVICE.iter().find(|(part, ..)| reason.contains(part));
    found.map(|(_, chinese, english)| (*chinese, *english))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_in_one_language_with_its_remedy() {
        let reason = "webhook 返回 HTTP 503 / the webhook answered HTTP 503";
        assert_eq!(
            error(reason, Language::Chinese),
            "webhook 返回 HTTP 503 —— 短信网关出错，请查看网关的日志。"
        );
        assert_eq!(
            error(reason, Language::English),
            "the webhook answered HTTP 503 – the SMS gateway fails: see its log."
        );
        assert_eq!(error("odd", Language::English), "odd");
    }
}
