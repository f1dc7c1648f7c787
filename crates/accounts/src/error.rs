//! The two ways in which a verb can end without its result.

use std::fmt;

use yaopai_model::IdentifierKind;
use yaopai_store::SqlError;

/// Why a verb did not do what was asked, where the reason lies with the asker or with a rule. Closed and without words:
/// each wire spells it in one exhaustive `match`. Seconds are rounded up and at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `app_id` or `app_secret` is missing or wrong.
    UnknownApp,
    /// More requests in a second than the app's own rate.
    AppRateExceeded,
    /// No token, a token that is not ours, or one whose session is over.
    NotSignedIn,
    /// An access token past its life, while its session lives.
    AccessTokenExpired,
    /// A token that is well signed and not past its life, while its account is gone.
    AccountGone,
    /// The credentials are right, but operators disabled the account.
    AccountDisabled,
    /// Wrong password or unknown identifier: one refusal for both.
    WrongCredentials,
    /// Wrong, spent, superseded or expired code, or no code at all: one refusal for all.
    WrongCode,
    /// The slider has to be passed first.
    ChallengeRequired,
    /// The slider was answered wrongly, too late, or without a picture outstanding.
    ChallengeFailed,
    /// Too many wrong passwords from this source in a row.
    PasswordWait {
        /// Until the next try.
        seconds: u32,
    },
    /// Too many wrong passwords over all sources in a row; sign-in by code goes on.
    PasswordPathClosed {
        /// Until it opens again.
        seconds: u32,
    },
    /// Too many failed sign-ins from this source over all identifiers.
    SourceFailedTooOften {
        /// Until there is room for one more.
        seconds: u32,
    },
    /// Too many accounts registered from this source without proof.
    TooManyRegistrations {
        /// Until there is room for one more.
        seconds: u32,
    },
    /// Too many slider pictures drawn for this source.
    TooManyChallenges {
        /// Until there is room for one more.
        seconds: u32,
    },
    /// Too many pictures uploaded by this account.
    TooManyUploads {
        /// Until there is room for one more.
        seconds: u32,
    },
    /// Too many `info` calls of this account.
    TooManyCalls {
        /// Until there is room for one more.
        seconds: u32,
    },
    /// A code was asked for too soon after the last, or too often.
    CodeTooSoon {
        /// Until the next one can be asked for.
        seconds: u32,
    },
    /// The channel that would carry the message is not set up or closed to this address, or the outbox is full.
    ChannelNotReady,
    /// Another account has this identifier.
    Taken(IdentifierKind),
    /// The username is one that only operators give.
    ReservedUsername,
    /// The code was right, but no account has the address.
    NotRegistered,
    /// No account has this number.
    NoSuchAccount,
    /// A new password without the check that has to come first.
    ResetNotPermitted,
    /// The actor's role does not reach this action, or does not outrank the target.
    RankTooLow,
    /// Something that nobody may do to their own account.
    NotOnSelf,
    /// It would leave the app without an active root.
    LastRoot,
    /// The picture is not one that the account uploaded within the last twenty minutes.
    PictureNotOwn,
    /// The uploaded bytes are no picture that can be taken.
    PictureUnfit,
    /// The account has as many settings as it may have.
    TooManySettings,
    /// Another app has this host.
    HostTaken,
    /// There are as many apps, or hosts of this app, as there may be.
    TooManyApps,
    /// The account has as many live API keys as it may have.
    TooManyApiKeys,
    /// The app takes no calls on this wire.
    WireClosed,
    /// The code that the message carried is over, and with it the message: it is not sent again.
    CodeOver,
    /// The API key does not open this.
    OutOfScope,
    /// What is asked for by its id, such as an API key or a message, is not there, or no longer.
    NoSuchRecord,
    /// No room in a queue, or the texts that are searched are still being read into memory; trying again shortly helps.
    Overloaded,
}

impl Refusal {
    /// The variant's name: what the timeline of an account and the admin API call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownApp => "UnknownApp",
            Self::AppRateExceeded => "AppRateExceeded",
            Self::NotSignedIn => "NotSignedIn",
            Self::AccessTokenExpired => "AccessTokenExpired",
            Self::AccountGone => "AccountGone",
            Self::AccountDisabled => "AccountDisabled",
            Self::WrongCredentials => "WrongCredentials",
            Self::WrongCode => "WrongCode",
            Self::ChallengeRequired => "ChallengeRequired",
            Self::ChallengeFailed => "ChallengeFailed",
            Self::PasswordWait { .. } => "PasswordWait",
            Self::PasswordPathClosed { .. } => "PasswordPathClosed",
            Self::SourceFailedTooOften { .. } => "SourceFailedTooOften",
            Self::TooManyRegistrations { .. } => "TooManyRegistrations",
            Self::TooManyChallenges { .. } => "TooManyChallenges",
            Self::TooManyUploads { .. } => "TooManyUploads",
            Self::TooManyCalls { .. } => "TooManyCalls",
            Self::CodeTooSoon { .. } => "CodeTooSoon",
            Self::ChannelNotReady => "ChannelNotReady",
            Self::Taken(_) => "Taken",
            Self::ReservedUsername => "ReservedUsername",
            Self::NotRegistered => "NotRegistered",
            Self::NoSuchAccount => "NoSuchAccount",
            Self::ResetNotPermitted => "ResetNotPermitted",
            Self::RankTooLow => "RankTooLow",
            Self::NotOnSelf => "NotOnSelf",
            Self::LastRoot => "LastRoot",
            Self::PictureNotOwn => "PictureNotOwn",
            Self::PictureUnfit => "PictureUnfit",
            Self::TooManySettings => "TooManySettings",
            Self::HostTaken => "HostTaken",
            Self::TooManyApps => "TooManyApps",
            Self::TooManyApiKeys => "TooManyApiKeys",
            Self::WireClosed => "WireClosed",
            Self::CodeOver => "CodeOver",
            Self::OutOfScope => "OutOfScope",
            Self::NoSuchRecord => "NoSuchRecord",
            Self::Overloaded => "Overloaded",
        }
    }

    /// The seconds until it may be different, where that is known.
    pub const fn seconds(self) -> Option<u32> {
        match self {
            Self::PasswordWait { seconds }
            | Self::PasswordPathClosed { seconds }
            | Self::SourceFailedTooOften { seconds }
            | Self::TooManyRegistrations { seconds }
            | Self::TooManyChallenges { seconds }
            | Self::TooManyUploads { seconds }
            | Self::TooManyCalls { seconds }
            | Self::CodeTooSoon { seconds } => Some(seconds),
            Self::UnknownApp
            | Self::AppRateExceeded
            | Self::NotSignedIn
            | Self::AccessTokenExpired
            | Self::AccountGone
            | Self::AccountDisabled
            | Self::WrongCredentials
            | Self::WrongCode
            | Self::ChallengeRequired
            | Self::ChallengeFailed
            | Self::ChannelNotReady
            | Self::Taken(_)
            | Self::ReservedUsername
            | Self::NotRegistered
            | Self::NoSuchAccount
            | Self::ResetNotPermitted
            | Self::RankTooLow
            | Self::NotOnSelf
            | Self::LastRoot
            | Self::PictureNotOwn
            | Self::PictureUnfit
            | Self::TooManySettings
            | Self::HostTaken
            | Self::TooManyApps
            | Self::TooManyApiKeys
            | Self::WireClosed
            | Self::CodeOver
            | Self::OutOfScope
            | Self::NoSuchRecord
            | Self::Overloaded => None,
        }
    }
}

/// Something of ours does not work. What exactly is for the log; the asker learns only that it was not them.
pub struct Fault(String);

impl Fault {
    /// A fault that `reason` explains to operators. It must not hold a secret or a value that a client sent.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fault({})", self.0)
    }
}

/// Why a verb did not end with its result.
#[derive(Debug)]
pub enum Error {
    /// The asker is refused.
    Refused(Refusal),
    /// Something of ours does not work.
    Fault(Fault),
}

/// What a verb ends with.
pub type Outcome<T> = Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<SqlError> for Error {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::Overloaded | SqlError::Conflict => Self::Refused(Refusal::Overloaded),
            SqlError::Unavailable(_)
            | SqlError::Deadline
            | SqlError::InDoubt
            | SqlError::BadRow { .. }
            | SqlError::BadColumn { .. }
            | SqlError::Panicked
            | SqlError::Database(_) => Self::Fault(Fault(error.to_string())),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(formatter, "refused: {refusal:?}"),
            Self::Fault(fault) => write!(formatter, "fault: {fault}"),
        }
    }
}
