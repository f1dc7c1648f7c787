//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};

use crate::limits::{EMAIL_BYTES, EMAIL_LOCAL_BYTES};

/// A valid e-mail address. Two spellings that differ only in case are the same address to us.
#[derive(Clone)]
pub struct Email {
    address: String,
    at: usize,
}

/// The text is not an e-mail address that we would send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl Email {
    /// Reads an address (RFC 5321, section 4.1.2, dot-string form; no quoted local parts, no address literals). The
    /// domain is brought to its lower-case ASCII form (IDNA, UTS 46); the local part keeps the case it was given in.
    ///
    /// # Errors
    /// [`EmailError`] for anything else: control characters, commas, several `@`, a local part that is not ASCII,
    /// a domain without a dot, more than 254 bytes in all or 64 before the `@`.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.trim_matches(' ').split_once('@').ok_or(EmailError)?;
        if text.len() > 2 * EMAIL_BYTES || local.len() > EMAIL_LOCAL_BYTES || !local.is_ascii() || domain.contains('@')
        {
            return Err(EmailError);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError)?;
        let address = format!("{local}@{domain}");
        let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, ',' | ';' | '<' | '>' | '"' | '\\');
        if address.len() > EMAIL_BYTES || !address.chars().all(is_plain) {
            return Err(EmailError);
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        EmailAddress::parse_with_options(&address, options).map_err(|_| EmailError)?;
        Ok(Self {
            at: local.len(),
            address,
        })
    }

    /// The address to send to: the local part as it was given.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The form by which addresses are compared and looked up: all in lower case.
    pub fn normal(&self) -> String {
        self.address.to_ascii_lowercase()
    }

    /// The address with its local part hidden but for its first and last character, such as `1****1@qq.com`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.address.split_at(self.at);
        let [first, last] = [local.chars().next(), local.chars().next_back()].map(Option::unwrap_or_default);
        format!("{first}****{last}{domain}")
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.address.eq_ignore_ascii_case(&other.address)
    }
}

impl Eq for Email {}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Email({})", self.masked())
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_does_not_tell_addresses_apart() {
        let typed = Email::parse("Ann.Lee@Example.COM").unwrap();
        assert_eq!(typed.address(), "Ann.Lee@example.com");
        assert_eq!(typed.normal(), "ann.lee@example.com");
        assert_eq!(typed, Email::parse("ann.lee@example.com").unwrap());
    }

    #[test]
    fn domains_of_other_scripts_become_ascii() {
        assert_eq!(
            Email::parse("a@例子.中国").unwrap().address(),
            "a@xn--fsqu00a.xn--fiqs8s"
        );
    }

    #[test]
    fn what_could_reach_a_header_or_a_second_reader_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b.cn",
            "a@b",
            "a@b@c.cn",
            "a,b@c.cn",
            "a@b.cn,c@d.cn",
            "a@b.cn\r\nBcc: x@y.cn",
            "a\0@b.cn",
            "a b@c.cn",
            "\"a b\"@c.cn",
            "a@[127.0.0.1]",
            "张三@例子.中国",
            "<a@b.cn>",
            "a@b.cn;c@d.cn",
            ".a@b.cn",
            "a..b@c.cn",
            "a@-b.cn",
            "a@b..cn",
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@b.cn", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.cn", "b.".repeat(130))).is_err());
    }

    #[test]
    fn the_local_part_is_hidden() {
        assert_eq!(Email::parse("123451@qq.com").unwrap().masked(), "1****1@qq.com");
        assert_eq!(Email::parse("a@qq.com").unwrap().masked(), "a****a@qq.com");
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_panics(text in "\\PC{0,12}@\\PC{0,12}|[a-zA-Z.+]{1,8}@[a-zA-Z.-]{1,12}") {
            if let Ok(email) = Email::parse(&text) {
                let again = Email::parse(email.address()).unwrap();
                prop_assert_eq!(again.address(), email.address());
                let normal = email.normal();
                prop_assert_eq!(Email::parse(&normal).unwrap().normal(), normal);
            }
        }
    }
}
