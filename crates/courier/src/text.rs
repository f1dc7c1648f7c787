//! The wording. Fixed; only the code, the app's name and the minutes of validity are filled in.

use askama::Template;

use yaopai_model::Purpose;

use crate::Notice;

/// A mail's three texts.
pub(crate) struct Mail {
    pub(crate) subject: String,
    pub(crate) plain: String,
    pub(crate) html: String,
}

/// The mail with a one-time code.
pub(crate) fn code_mail(app_name: &str, code: &str, purpose: Purpose, ttl_seconds: u32) -> Result<Mail, askama::Error> {
    let app_name = &one_line(app_name);
    let words = CodeWords::of(purpose);
    let minutes = minutes(ttl_seconds);
    Ok(Mail {
        subject: CodeSubject { app_name, words }.render()?,
        plain: CodePlain {
            app_name,
            code,
            words,
            minutes,
        }
        .render()?,
        html: CodeHtml {
            app_name,
            code,
            words,
            minutes,
        }
        .render()?,
    })
}

/// The short message with a one-time code.
pub(crate) fn code_sms(
    app_name: &str,
    code: &str,
    purpose: Purpose,
    ttl_seconds: u32,
) -> Result<String, askama::Error> {
    let app_name = &one_line(app_name);
    CodeSms {
        app_name,
        code,
        words: CodeWords::of(purpose),
        minutes: minutes(ttl_seconds),
    }
    .render()
}

/// The mail that tells of something done to the account.
pub(crate) fn notice_mail(app_name: &str, notice: Notice) -> Result<Mail, askama::Error> {
    let app_name = &one_line(app_name);
    let words = NoticeWords::of(notice);
    Ok(Mail {
        subject: NoticeSubject { app_name, words }.render()?,
        plain: NoticePlain { app_name, words }.render()?,
        html: NoticeHtml { app_name, words }.render()?,
    })
}

/// How a code's purpose reads.
#[derive(Clone, Copy)]
struct CodeWords {
    /// Before 验证码 in the subject.
    title: &'static str,
    /// After 您正在.
    chinese: &'static str,
    /// After "to".
    english: &'static str,
}

impl CodeWords {
    fn of(purpose: Purpose) -> Self {
        let (title, chinese, english) = match purpose {
            Purpose::Register => ("注册", "注册账号", "sign up"),
            Purpose::ResetPassword => ("重置密码", "重置密码", "reset your password"),
            Purpose::SignIn => ("登录", "登录账号", "sign in"),
            Purpose::Any => ("邮箱", "验证身份", "confirm that it is you"),
            Purpose::Confirm => ("身份", "在账号页验证身份", "confirm on the account page that it is you"),
        };
        Self {
            title,
            chinese,
            english,
        }
    }
}

/// How a notice reads.
#[derive(Clone, Copy)]
struct NoticeWords {
    title: &'static str,
    chinese: &'static str,
    english: &'static str,
}

impl NoticeWords {
    fn of(notice: Notice) -> Self {
        let (title, chinese, english) = match notice {
            Notice::EmailChanged => (
                "登录邮箱已更换",
                "您的账号已更换登录邮箱，本邮箱不能再用于登录。",
                "Your account now has another e-mail address; this one no longer signs in.",
            ),
            Notice::PhoneChanged => (
                "登录手机号已更换",
                "您的账号已更换登录手机号，原手机号不能再用于登录。",
                "Your account now has another phone number; the one before no longer signs in.",
            ),
            Notice::PasswordChanged => (
                "密码已修改",
                "您的账号密码已修改，其他设备上的登录已结束。",
                "Your account has a new password; it is signed out everywhere else.",
            ),
            Notice::ClosingBegun => (
                "账号即将注销",
                "您的账号即将注销。在注销之前重新登录，即可取消。",
                "Your account is about to be closed. Sign in again before then, and it stays.",
            ),
        };
        Self {
            title,
            chinese,
            english,
        }
    }
}

#[derive(Template)]
#[template(path = "code.subject.txt")]
struct CodeSubject<'a> {
    app_name: &'a str,
    words: CodeWords,
}

#[derive(Template)]
#[template(path = "code.txt")]
struct CodePlain<'a> {
    app_name: &'a str,
    code: &'a str,
    words: CodeWords,
    minutes: u32,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeHtml<'a> {
    app_name: &'a str,
    code: &'a str,
    words: CodeWords,
    minutes: u32,
}

#[derive(Template)]
#[template(path = "code.sms.txt")]
struct CodeSms<'a> {
    app_name: &'a str,
    code: &'a str,
    words: CodeWords,
    minutes: u32,
}

#[derive(Template)]
#[template(path = "notice.subject.txt")]
struct NoticeSubject<'a> {
    app_name: &'a str,
    words: NoticeWords,
}

#[derive(Template)]
#[template(path = "notice.txt")]
struct NoticePlain<'a> {
    app_name: &'a str,
    words: NoticeWords,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeHtml<'a> {
    app_name: &'a str,
    words: NoticeWords,
}

/// Whole minutes, never more than there are, except that less than one counts as one.
pub(crate) fn minutes(seconds: u32) -> u32 {
    (seconds / 60).max(1)
}

/// The app's name goes into a subject and a signature in brackets, where a line break has no business.
fn one_line(name: &str) -> String {
    name.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_mail_reads_like_this() {
        let mail = code_mail("腰牌相机", "042917", Purpose::ResetPassword, 300).unwrap();
        assert_eq!(mail.subject, "【腰牌相机】重置密码验证码");
        assert_eq!(
            mail.plain,
            "您好：\n\n您正在重置密码，验证码为：042917\n\n验证码 5 分钟内有效，请勿告诉他人。如非本人操作请忽略。\n\n\
             Your code to reset your password is 042917. It is valid for 5 minutes; tell it to nobody. \
             If this was not you, ignore this mail.\n\n腰牌相机"
        );
        assert!(mail.html.contains("您正在重置密码，验证码为："), "{}", mail.html);
        assert!(mail.html.contains(">042917<"), "{}", mail.html);
        assert!(
            mail.html
                .contains("验证码 5 分钟内有效，请勿告诉他人。如非本人操作请忽略。"),
            "{}",
            mail.html
        );
        assert!(mail.html.contains("charset=\"utf-8\""), "{}", mail.html);
    }

    #[test]
    fn every_purpose_has_its_own_words() {
        let sms = |purpose| code_sms("腰牌", "123456", purpose, 300).unwrap();
        assert_eq!(
            sms(Purpose::Register),
            "【腰牌】验证码 123456，您正在注册账号，5 分钟内有效。请勿告诉他人，如非本人操作请忽略。"
        );
        assert_eq!(
            sms(Purpose::ResetPassword),
            "【腰牌】验证码 123456，您正在重置密码，5 分钟内有效。请勿告诉他人，如非本人操作请忽略。"
        );
        assert_eq!(
            sms(Purpose::SignIn),
            "【腰牌】验证码 123456，您正在登录账号，5 分钟内有效。请勿告诉他人，如非本人操作请忽略。"
        );
        assert_eq!(
            sms(Purpose::Any),
            "【腰牌】验证码 123456，您正在验证身份，5 分钟内有效。请勿告诉他人，如非本人操作请忽略。"
        );
    }

    #[test]
    fn a_notice_says_what_was_done_and_what_to_do() {
        let mail = notice_mail("腰牌", Notice::EmailChanged).unwrap();
        assert_eq!(mail.subject, "【腰牌】登录邮箱已更换");
        assert_eq!(
            mail.plain,
            "您好：\n\n您的账号已更换登录邮箱，本邮箱不能再用于登录。\n\n如非本人操作，请尽快联系管理员。\n\n\
             Your account now has another e-mail address; this one no longer signs in. \
             If this was not you, contact the administrator soon.\n\n腰牌"
        );
        assert!(
            mail.html.contains("您的账号已更换登录邮箱，本邮箱不能再用于登录。"),
            "{}",
            mail.html
        );
    }

    #[test]
    fn an_app_name_cannot_bring_markup_placeholders_or_lines() {
        let mail = code_mail("<b>{{ code }}</b>\r\nBcc: x@y.z", "123456", Purpose::SignIn, 60).unwrap();
        assert_eq!(mail.subject, "【<b>{{ code }}</b>  Bcc: x@y.z】登录验证码");
        assert!(!mail.html.contains("<b>"), "{}", mail.html);
        assert_eq!(mail.html.matches("123456").count(), 2, "{}", mail.html);
    }

    #[test]
    fn minutes_are_whole_and_never_none() {
        assert_eq!([0, 59, 60, 119, 120, 300].map(minutes), [1, 1, 1, 1, 2, 5]);
    }
}
