//! Who may do what to whom: one table, and what is not in it is denied.

use yaopai_model::Role;

use crate::Refusal;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// An account of this role.
    Account(Role),
    /// Whoever has the machine.
    Operator,
}

/// What somebody does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Looking at it in the console, its addresses masked.
    Inspect,
    /// Looking at it whole.
    Look,
    /// Making it.
    Create,
    /// Writing its username, or what it says of itself.
    ChangeProfile,
    /// Writing its phone number or e-mail address, by which it can be taken over.
    ChangeAddress,
    /// Sending its holder a code for a new password.
    SendCode,
    /// Ending sessions of it.
    EndSessions,
    /// Granting it permissions beyond its role.
    Grant,
    /// Giving it this role.
    GiveRole(Role),
    /// Forgetting what was counted against it, so that its holder can go on at once.
    ClearCounts,
    /// Disabling it, or enabling it again.
    Disable,
    /// Ending it.
    Delete,
    /// Making API keys that act for it, and revoking them.
    KeepApiKeys,
    /// Making and changing apps, which is for accounts of the default app.
    KeepApps,
    /// Sending it, again, what it was sent.
    SendAgain,
    /// Reading the code that it was sent, where the channel is the one for trying out; with it one can sign in as its holder.
    SeeTrialCode,
}

/// Whom it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The account's role.
    pub(crate) role: Role,
    /// Whether it is the actor's own account.
    pub(crate) is_self: bool,
}

/// A line of the table.
struct Rule {
    /// The least role that the action takes.
    least: Role,
    /// Whether it may be done to accounts of any role, or only to those that the actor outranks.
    on_any_rank: bool,
    /// Whether it may be done to one's own account. Those are the fields that everybody may write of their own; a
    /// change of one's address takes the proof that it is one's own, which this way does not ask for.
    on_self: bool,
}

impl Action {
    const fn rule(self) -> Rule {
        let (least, on_any_rank, on_self) = match self {
            Self::Inspect => (Role::Auditor, true, true),
            Self::Look => (Role::Admin, true, true),
            Self::KeepApiKeys => (Role::Auditor, false, true),
            Self::Create | Self::ChangeProfile | Self::SendCode | Self::EndSessions | Self::SeeTrialCode => {
                (Role::Admin, false, true)
            }
            Self::ChangeAddress | Self::ClearCounts | Self::Disable | Self::Delete => (Role::Admin, false, false),
            Self::Grant | Self::GiveRole(_) => (Role::Root, false, false),
            Self::KeepApps => (Role::Root, true, true),
            Self::SendAgain => (Role::Admin, true, true),
        };
        Rule {
            least,
            on_any_rank,
            on_self,
        }
    }
}

/// Whether the actor's role reaches the action at all, whomever it is done to.
///
/// # Errors
/// `RankTooLow`.
pub(crate) fn reaches(actor: Rank, action: Action) -> Result<(), Refusal> {
    match actor {
        Rank::Operator => Ok(()),
        Rank::Account(role) if role >= action.rule().least && role >= granted(action) => Ok(()),
        Rank::Account(_) => Err(Refusal::RankTooLow),
    }
}

/// Nobody gives more than they have.
const fn granted(action: Action) -> Role {
    match action {
        Action::GiveRole(role) => role,
        Action::Inspect
        | Action::Look
        | Action::Create
        | Action::ChangeProfile
        | Action::ChangeAddress
        | Action::SendCode
        | Action::EndSessions
        | Action::Grant
        | Action::ClearCounts
        | Action::Disable
        | Action::Delete
        | Action::KeepApiKeys
        | Action::KeepApps
        | Action::SendAgain
        | Action::SeeTrialCode => Role::User,
    }
}

/// Whether the actor may do this to the target. Roots may act on each other, so that a root gone bad can be stopped.
///
/// # Errors
/// `RankTooLow`, `NotOnSelf`.
pub(crate) fn may(actor: Rank, action: Action, target: Target) -> Result<(), Refusal> {
    reaches(actor, action)?;
    let Rank::Account(role) = actor else { return Ok(()) };
    let rule = action.rule();
    if target.is_self {
        return if rule.on_self { Ok(()) } else { Err(Refusal::NotOnSelf) };
    }
    if rule.on_any_rank || role > target.role || role == Role::Root {
        Ok(())
    } else {
        Err(Refusal::RankTooLow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an actor gets: `+` done, `-` rank too low, `!` not on oneself.
    /// Columns: a user, an auditor, an admin, another root, oneself.
    const TABLE: &str = "\
user     inspect          -----
user     look             -----
user     create           -----
user     change_profile   -----
user     change_address   -----
user     send_code        -----
user     end_sessions     -----
user     grant            -----
user     give_user        -----
user     give_auditor     -----
user     give_admin       -----
user     give_root        -----
user     clear_counts     -----
user     disable          -----
user     delete           -----
user     keep_api_keys    -----
user     keep_apps        -----
user     send_again       -----
user     see_trial_code   -----
auditor  inspect          +++++
auditor  look             -----
auditor  create           -----
auditor  change_profile   -----
auditor  change_address   -----
auditor  send_code        -----
auditor  end_sessions     -----
auditor  grant            -----
auditor  give_user        -----
auditor  give_auditor     -----
auditor  give_admin       -----
auditor  give_root        -----
auditor  clear_counts     -----
auditor  disable          -----
auditor  delete           -----
auditor  keep_api_keys    +---+
auditor  keep_apps        -----
auditor  send_again       -----
auditor  see_trial_code   -----
admin    inspect          +++++
admin    look             +++++
admin    create           ++--+
admin    change_profile   ++--+
admin    change_address   ++--!
admin    send_code        ++--+
admin    end_sessions     ++--+
admin    grant            -----
admin    give_user        -----
admin    give_auditor     -----
admin    give_admin       -----
admin    give_root        -----
admin    clear_counts     ++--!
admin    disable          ++--!
admin    delete           ++--!
admin    keep_api_keys    ++--+
admin    keep_apps        -----
admin    send_again       +++++
admin    see_trial_code   ++--+
root     inspect          +++++
root     look             +++++
root     create           +++++
root     change_profile   +++++
root     change_address   ++++!
root     send_code        +++++
root     end_sessions     +++++
root     grant            ++++!
root     give_user        ++++!
root     give_auditor     ++++!
root     give_admin       ++++!
root     give_root        ++++!
root     clear_counts     ++++!
root     disable          ++++!
root     delete           ++++!
root     keep_api_keys    +++++
root     keep_apps        +++++
root     send_again       +++++
root     see_trial_code   +++++
";

    const ACTIONS: [(&str, Action); 19] = [
        ("inspect", Action::Inspect),
        ("look", Action::Look),
        ("create", Action::Create),
        ("change_profile", Action::ChangeProfile),
        ("change_address", Action::ChangeAddress),
        ("send_code", Action::SendCode),
        ("end_sessions", Action::EndSessions),
        ("grant", Action::Grant),
        ("give_user", Action::GiveRole(Role::User)),
        ("give_auditor", Action::GiveRole(Role::Auditor)),
        ("give_admin", Action::GiveRole(Role::Admin)),
        ("give_root", Action::GiveRole(Role::Root)),
        ("clear_counts", Action::ClearCounts),
        ("disable", Action::Disable),
        ("delete", Action::Delete),
        ("keep_api_keys", Action::KeepApiKeys),
        ("keep_apps", Action::KeepApps),
        ("send_again", Action::SendAgain),
        ("see_trial_code", Action::SeeTrialCode),
    ];

    fn mark(outcome: Result<(), Refusal>) -> char {
        match outcome {
            Ok(()) => '+',
            Err(Refusal::RankTooLow) => '-',
            Err(Refusal::NotOnSelf) => '!',
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for actor in Role::ALL {
            for (name, action) in ACTIONS {
                let others = Role::ALL.map(|role| Target { role, is_self: false });
                let oneself = Target {
                    role: actor,
                    is_self: true,
                };
                let marks = others.into_iter().chain([oneself]);
                let marks: String = marks
                    .map(|target| mark(may(Rank::Account(actor), action, target)))
                    .collect();
                table += &format!("{:<8} {name:<16} {marks}\n", actor.as_str());
            }
        }
        assert_eq!(table, TABLE);
    }

    #[test]
    fn an_operator_may_all() {
        for (_, action) in ACTIONS {
            for role in Role::ALL {
                assert_eq!(may(Rank::Operator, action, Target { role, is_self: false }), Ok(()));
            }
        }
    }

    #[test]
    fn a_role_too_low_is_told_before_the_target_is_looked_at() {
        for (name, action) in ACTIONS {
            for role in Role::ALL {
                let reached = reaches(Rank::Account(role), action).is_ok();
                let least = match name {
                    "inspect" | "keep_api_keys" => Role::Auditor,
                    "grant" | "keep_apps" => Role::Root,
                    _ if name.starts_with("give") => Role::Root,
                    _ => Role::Admin,
                };
                assert_eq!(reached, role >= least, "{role:?} {name}");
            }
        }
    }
}
