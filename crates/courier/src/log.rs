//! The channel for trying out: the code appears on the operator's terminal.

use yaopai_model::Purpose;

use crate::text::minutes;
use crate::{Body, Message, Notice};

/// Prints messages on the terminal and sends nothing. Anyone who reads the terminal can use the codes.
pub struct LogChannel {
    sink: Box<dyn Fn(&str) + Send + Sync>,
}

impl LogChannel {
    /// Prints through `sink`, which is given several lines at once, without a last line break.
    pub fn new(sink: Box<dyn Fn(&str) + Send + Sync>) -> Self {
        Self { sink }
    }

    pub(crate) fn print(&self, message: &Message) {
        let said = match &message.body {
            Body::Code {
                code,
                purpose,
                ttl_seconds,
            } => format!(
                "验证码 code: {code}\n用途 purpose: {}\n有效 valid: {} 分钟 min",
                purpose_words(*purpose),
                minutes(*ttl_seconds)
            ),
            Body::Notice(notice) => format!("通知 notice: {}", notice_words(*notice)),
        };
        (self.sink)(&format!(
            "──── 试用通道，仅供试用 · FOR TRYING OUT ONLY ────\n\
             收件人 to: {}\n{said}\n\
             没有发出任何消息；正式使用前请设置短信和邮件通道。\n\
             Nothing was sent; set up the SMS and mail channels before real use.\n\
             ──────────────────────────────────────────────────",
            message.to
        ));
    }
}

fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Register => "注册 register",
        Purpose::ResetPassword => "重置密码 reset password",
        Purpose::SignIn => "登录 sign in",
        Purpose::Any => "任意 any",
        Purpose::Confirm => "验证身份 confirm",
    }
}

const fn notice_words(notice: Notice) -> &'static str {
    match notice {
        Notice::EmailChanged => "登录邮箱已更换 e-mail address changed",
        Notice::PhoneChanged => "登录手机号已更换 phone number changed",
        Notice::PasswordChanged => "密码已修改 password changed",
        Notice::ClosingBegun => "账号即将注销 account about to be closed",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::Channel;

    #[tokio::test]
    async fn the_code_is_printed_with_a_warning_in_both_languages() {
        let printed = Arc::new(Mutex::new(String::new()));
        let copy = Arc::clone(&printed);
        let channel = Channel::Log(LogChannel::new(Box::new(move |text| {
            copy.lock().unwrap().push_str(text)
        })));
        let message = Message {
            id: "m1".into(),
            to: "+8613800138000".into(),
            body: Body::Code {
                code: "042917".into(),
                purpose: Purpose::Register,
                ttl_seconds: 300,
            },
            app_id: "app".into(),
            app_name: "腰牌".into(),
        };
        assert_eq!(channel.send(&message).await, Ok(()));
        let printed = printed.lock().unwrap();
        assert!(
            printed.contains("收件人 to: +8613800138000\n验证码 code: 042917\n用途 purpose: 注册 register\n"),
            "{printed}"
        );
        assert!(printed.contains("仅供试用 · FOR TRYING OUT ONLY"), "{printed}");
    }
}
