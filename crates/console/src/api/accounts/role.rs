//! Roles by name.

use serde::Deserialize;
use utoipa::ToSchema;
use yaopai_model::Role;

/// A role.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleName {
    #[default]
    User,
    Auditor,
    Admin,
    Root,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::User => Self::User,
            RoleName::Auditor => Self::Auditor,
            RoleName::Admin => Self::Admin,
            RoleName::Root => Self::Root,
        }
    }
}
