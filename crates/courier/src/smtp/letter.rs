//! The mail itself.

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::text::{self, Mail};
use crate::{Body, Message, SendError};

/// The longest [`Message::id`]; with the domain it has to fit a header line (RFC 5322, section 2.1.1).
const MAX_ID_BYTES: usize = 128;

/// `name@example.org` or `Name <name@example.org>`, the name in quotes or not.
pub(super) fn parse_sender(text: &str) -> Option<Mailbox> {
    if text.contains(char::is_control) {
        return None;
    }
    let text = text.trim();
    let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return Some(Mailbox::new(None, text.parse().ok()?));
    };
    let name = name.trim();
    let name = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .unwrap_or(name);
    Some(Mailbox::new(
        (!name.is_empty()).then(|| name.to_owned()),
        address.parse().ok()?,
    ))
}

/// Writes the mail for `message`, from `sender`.
///
/// # Errors
/// [`SendError::Permanent`] when the recipient is not one plain e-mail address or the id is unfit for a header.
pub(super) fn write(message: &Message, sender: &Mailbox) -> Result<lettre::Message, SendError> {
    let recipient = parse_recipient(&message.to)
        .ok_or_else(|| SendError::permanent("收件人不是有效的邮箱地址 / the recipient is not an e-mail address"))?;
    if !is_fit_id(&message.id) {
        return Err(SendError::permanent(
            "消息编号不能用作邮件头 / the message id is unfit for a mail header",
        ));
    }
    let Mail { subject, plain, html } = match &message.body {
        Body::Code {
            code,
            purpose,
            ttl_seconds,
        } => text::code_mail(&message.app_name, code, *purpose, *ttl_seconds),
        Body::Notice(notice) => text::notice_mail(&message.app_name, *notice),
    }
    .map_err(SendError::unwritable)?;
    // RFC 3834, section 5: keeps holiday notices and the like from answering.
    let automatic = HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    );
    lettre::Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(None, recipient))
        .message_id(Some(format!("<{}@{}>", message.id, sender.email.domain())))
        .raw_header(automatic)
        .subject(subject)
        .multipart(MultiPart::alternative_plain_html(plain, html))
        .map_err(SendError::unwritable)
}

/// The address was checked when it came in; this is the last door before a mail header, so it is checked again.
fn parse_recipient(text: &str) -> Option<Address> {
    let unfit =
        |character: char| character.is_control() || character.is_whitespace() || ",;:<>()[]\"\\".contains(character);
    if text.contains(unfit) { None } else { text.parse().ok() }
}

fn is_fit_id(id: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(is_fit)
}

#[cfg(test)]
mod tests {
    use yaopai_model::Purpose;

    use super::*;

    fn message(to: &str, id: &str) -> Message {
        Message {
            id: id.into(),
            to: to.into(),
            body: Body::Code {
                code: "042917".into(),
                purpose: Purpose::Register,
                ttl_seconds: 300,
            },
            app_id: "app".into(),
            app_name: "腰牌".into(),
        }
    }

    fn is_refused(to: &str, id: &str) -> bool {
        let sender = parse_sender("no-reply@example.org").unwrap();
        matches!(write(&message(to, id), &sender), Err(SendError::Permanent(_)))
    }

    #[test]
    fn a_recipient_is_one_plain_address() {
        for to in ["yao@example.org", "a.b+c@sub.example.org", "o'neil@example.org"] {
            assert!(!is_refused(to, "m1"), "{to}");
        }
        for to in [
            "",
            "yao",
            "+8613800138000",
            "a@example.org,b@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org\n",
            "a@example.org\u{2028}",
            "Name <a@example.org>",
            "\"a b\"@example.org",
            "a@example.org\0",
        ] {
            assert!(is_refused(to, "m1"), "{to:?}");
        }
    }

    #[test]
    fn an_id_cannot_leave_its_header() {
        let longest = "i".repeat(MAX_ID_BYTES);
        assert!(!is_refused("yao@example.org", &longest));
        for id in [
            "",
            "a b",
            "a\r\nBcc: b@example.org",
            "a>",
            "a@b",
            "号",
            &format!("{longest}i"),
        ] {
            assert!(is_refused("yao@example.org", id), "{id:?}");
        }
    }

    #[test]
    fn a_sender_may_have_a_name() {
        let parts = |text| parse_sender(text).map(|sender| (sender.name, sender.email.to_string()));
        let address = || "no-reply@example.org".to_owned();
        assert_eq!(parts("no-reply@example.org"), Some((None, address())));
        assert_eq!(
            parts(" 腰牌 相机 <no-reply@example.org> "),
            Some((Some("腰牌 相机".into()), address()))
        );
        assert_eq!(
            parts("\"Yao, Pai\" <no-reply@example.org>"),
            Some((Some("Yao, Pai".into()), address()))
        );
        assert_eq!(parts("<no-reply@example.org>"), Some((None, address())));
        for text in [
            "",
            "腰牌",
            "a@example.org, b@example.org",
            "腰牌 <no-reply>",
            "瑶\r\n拍 <no-reply@example.org>",
        ] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }
}
