//! Administering: rank, roots, identifiers, what is written down.

mod browse;
mod care;
mod end;
mod list;
mod masked;
mod rank;
mod role;

use yaopai_accounts::AccountChange;
use yaopai_model::{Bio, Email, Username};

pub(crate) fn email(text: &str) -> AccountChange {
    AccountChange {
        email: Some(Email::parse(text).unwrap()),
        ..AccountChange::default()
    }
}

pub(crate) fn username(text: &str) -> AccountChange {
    AccountChange {
        username: Some(Username::parse(text).unwrap()),
        ..AccountChange::default()
    }
}

pub(crate) fn bio(text: &str) -> AccountChange {
    AccountChange {
        bio: Some(Bio::parse(text).unwrap()),
        ..AccountChange::default()
    }
}
