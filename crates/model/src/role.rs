//! Roles, each of which includes those below it.

/// What an account may do to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// Looks after itself only.
    #[default]
    User,
    /// May look at others.
    Auditor,
    /// May change and delete those of lower rank.
    Admin,
    /// May also give roles, and act on other roots.
    Root,
}

/// The number or name is none of the four roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct RoleError;

impl Role {
    /// All of them, lowest first.
    pub const ALL: [Self; 4] = [Self::User, Self::Auditor, Self::Admin, Self::Root];

    /// The role's number on `api_v1` and in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::User => 0,
            Self::Auditor => 1,
            Self::Admin => 2,
            Self::Root => 3,
        }
    }

    /// The role's name in commands and on the `user` wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::Root => "root",
        }
    }

    /// The role with this number.
    ///
    /// # Errors
    /// [`RoleError`] for a number other than 0 to 3.
    pub fn from_number(number: i64) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.number() == number)
            .ok_or(RoleError)
    }

    /// The role with this name.
    ///
    /// # Errors
    /// [`RoleError`] for any other name.
    pub fn parse(name: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == name)
            .ok_or(RoleError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_follows_number() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
        }
        for role in Role::ALL {
            assert_eq!(Role::from_number(role.number()), Ok(role));
            assert_eq!(Role::parse(role.as_str()), Ok(role));
        }
        assert!(Role::from_number(4).is_err());
        assert!(Role::from_number(-1).is_err());
    }
}
