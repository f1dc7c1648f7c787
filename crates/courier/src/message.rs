//! What is to be carried.

use yaopai_model::Purpose;

/// One message to one recipient. It holds the code, so it has neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct Message {
    /// The same over every retry: the receiver's key against doubles. The webhook's `id`, the local part of the mail's
    /// Message-ID. ASCII letters, digits, `-`, `_` and `.`, at most 128 of them.
    pub id: String,
    /// An E.164 phone number or an e-mail address, valid already: no control characters, no comma.
    pub to: String,
    /// What is said.
    pub body: Body,
    /// The app that asked for the message.
    pub app_id: String,
    /// That app's name, as people know it.
    pub app_name: String,
}

/// What a message says.
#[derive(Clone)]
pub enum Body {
    /// A one-time code.
    Code {
        /// The code itself: six digits.
        code: String,
        /// What the code is good for.
        purpose: Purpose,
        /// How long the code lives, in seconds, counted from its making.
        ttl_seconds: u32,
    },
    /// A fixed text without a code.
    Notice(Notice),
}

/// Something that was done to an account, told to its address, or to the one it had before. Mail only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The account has another e-mail address now.
    EmailChanged,
    /// The account has another phone number now.
    PhoneChanged,
    /// The account has another password now.
    PasswordChanged,
    /// The account is about to end.
    ClosingBegun,
}
