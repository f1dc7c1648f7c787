//! What happens to an account, and what of it is counted by the hour.

/// What happened, on an account's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Somebody signed in by password, or was refused.
    PasswordSignIn,
    /// Somebody signed in by a one-time code, or was refused.
    CodeSignIn,
    /// Whoever was signed in showed the password again, or another one and was refused.
    PasswordConfirmation,
    /// Whoever was signed in showed by a one-time code that it is them, or was refused.
    CodeConfirmation,
    /// The account was made, or somebody was refused who wanted one under an identifier of its.
    Registration,
    /// The same with a one-time code.
    CodeRegistration,
    /// A one-time code was asked for.
    CodeRequest,
    /// The message with the code was taken by its channel.
    CodeSent,
    /// The message with the code was given up.
    CodeFailed,
    /// A lost password was replaced by a one-time code.
    PasswordReset,
    /// Its holder changed the password.
    PasswordChanged,
    /// The way to a new password was opened by a passed slider (`api_v1`).
    ResetPermit,
    /// A slider was drawn.
    ChallengeDraw,
    /// A slider was answered: passed, or refused.
    ChallengeAnswer,
    /// Its holder signed out: of one session of a page, or of all.
    SignOut,
    /// An identifier was proven.
    IdentifierProven,
    /// Its holder changed an identifier.
    IdentifierChanged,
    /// A claim on an identifier went to whoever proved it.
    ClaimLost,
    /// Whoever proved the only identifier got the account, without what was left there before.
    StartedOver,
    /// Its holder closed it: it ends some days later.
    ClosingBegun,
    /// A sign-in took that back.
    ClosingTakenBack,
    /// An operator did something to it.
    Administered,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::PasswordSignIn,
        Self::CodeSignIn,
        Self::PasswordConfirmation,
        Self::CodeConfirmation,
        Self::Registration,
        Self::CodeRegistration,
        Self::CodeRequest,
        Self::CodeSent,
        Self::CodeFailed,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::ResetPermit,
        Self::ChallengeDraw,
        Self::ChallengeAnswer,
        Self::SignOut,
        Self::IdentifierProven,
        Self::IdentifierChanged,
        Self::ClaimLost,
        Self::StartedOver,
        Self::ClosingBegun,
        Self::ClosingTakenBack,
        Self::Administered,
    ];

    /// The kind's name in the database and in the admin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordSignIn => "password_sign_in",
            Self::CodeSignIn => "code_sign_in",
            Self::PasswordConfirmation => "password_confirmation",
            Self::CodeConfirmation => "code_confirmation",
            Self::Registration => "registration",
            Self::CodeRegistration => "code_registration",
            Self::CodeRequest => "code_request",
            Self::CodeSent => "code_sent",
            Self::CodeFailed => "code_failed",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::ResetPermit => "reset_permit",
            Self::ChallengeDraw => "challenge_draw",
            Self::ChallengeAnswer => "challenge_answer",
            Self::SignOut => "sign_out",
            Self::IdentifierProven => "identifier_proven",
            Self::IdentifierChanged => "identifier_changed",
            Self::ClaimLost => "claim_lost",
            Self::StartedOver => "started_over",
            Self::ClosingBegun => "closing_begun",
            Self::ClosingTakenBack => "closing_taken_back",
            Self::Administered => "administered",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What it counts for where it came about.
    pub const fn figures(self) -> &'static [Figure] {
        match self {
            Self::PasswordSignIn => &[Figure::PasswordSignIns],
            Self::CodeSignIn => &[Figure::CodeSignIns, Figure::CodesRedeemed],
            Self::Registration => &[Figure::Registrations],
            Self::CodeRegistration => &[Figure::Registrations, Figure::CodesRedeemed],
            Self::CodeRequest => &[Figure::CodesAsked],
            Self::CodeSent => &[Figure::CodesSent],
            Self::CodeFailed => &[Figure::CodesFailed],
            Self::PasswordReset | Self::CodeConfirmation => &[Figure::CodesRedeemed],
            Self::ChallengeAnswer => &[Figure::ChallengesPassed],
            Self::PasswordConfirmation
            | Self::PasswordChanged
            | Self::ResetPermit
            | Self::ChallengeDraw
            | Self::SignOut
            | Self::IdentifierProven
            | Self::IdentifierChanged
            | Self::ClaimLost
            | Self::StartedOver
            | Self::ClosingBegun
            | Self::ClosingTakenBack
            | Self::Administered => &[],
        }
    }

    /// What it counts for where it was refused.
    pub const fn figures_of_refusal(self) -> &'static [Figure] {
        match self {
            Self::PasswordSignIn | Self::CodeSignIn => &[Figure::FailedSignIns],
            Self::ChallengeAnswer => &[Figure::ChallengesFailed],
            Self::PasswordConfirmation
            | Self::CodeConfirmation
            | Self::Registration
            | Self::CodeRegistration
            | Self::CodeRequest
            | Self::CodeSent
            | Self::CodeFailed
            | Self::PasswordReset
            | Self::PasswordChanged
            | Self::ResetPermit
            | Self::ChallengeDraw
            | Self::SignOut
            | Self::IdentifierProven
            | Self::IdentifierChanged
            | Self::ClaimLost
            | Self::StartedOver
            | Self::ClosingBegun
            | Self::ClosingTakenBack
            | Self::Administered => &[],
        }
    }
}

/// What is counted of an app by the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Accounts that people made.
    Registrations,
    /// Sign-ins by password.
    PasswordSignIns,
    /// Sign-ins by code.
    CodeSignIns,
    /// Sign-ins that were refused, or that failed.
    FailedSignIns,
    /// Codes that were asked for and not refused, those included that are sent to nobody.
    CodesAsked,
    /// Messages with a code that a channel took.
    CodesSent,
    /// Messages with a code that were given up.
    CodesFailed,
    /// Codes that were redeemed.
    CodesRedeemed,
    /// Sliders passed.
    ChallengesPassed,
    /// Sliders answered wrongly.
    ChallengesFailed,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Registrations,
        Self::PasswordSignIns,
        Self::CodeSignIns,
        Self::FailedSignIns,
        Self::CodesAsked,
        Self::CodesSent,
        Self::CodesFailed,
        Self::CodesRedeemed,
        Self::ChallengesPassed,
        Self::ChallengesFailed,
    ];

    /// The figure's name in the database and in the admin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registrations => "registrations",
            Self::PasswordSignIns => "password_sign_ins",
            Self::CodeSignIns => "code_sign_ins",
            Self::FailedSignIns => "failed_sign_ins",
            Self::CodesAsked => "codes_asked",
            Self::CodesSent => "codes_sent",
            Self::CodesFailed => "codes_failed",
            Self::CodesRedeemed => "codes_redeemed",
            Self::ChallengesPassed => "challenges_passed",
            Self::ChallengesFailed => "challenges_failed",
        }
    }

    /// The figure of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.as_str()), Some(kind));
        }
        for figure in Figure::ALL {
            assert_eq!(Figure::from_name(figure.as_str()), Some(figure));
        }
        assert_eq!(EventKind::from_name(""), None);
        assert_eq!(Figure::from_name("logins"), None);
    }
}
