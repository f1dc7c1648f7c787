//! An account as the admin API writes it.

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use yaopai_model::Account;

use crate::api::times::instant;
use crate::times;

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountShown {
    /// Its number.
    id: i64,
    /// Its sixteen letters, by which the wires name it.
    public_id: String,
    /// The number of the app that owns it.
    app: i64,
    username: Option<String>,
    /// Masked, save in an export and where it is revealed.
    #[schema(example = "138****8009")]
    phone: Option<String>,
    /// When a code sent there came back; null for a claim that nobody proved.
    phone_proven_at: Option<String>,
    /// Masked, save in an export and where it is revealed.
    #[schema(example = "a****n@example.com")]
    email: Option<String>,
    /// When a code sent there came back; null for a claim that nobody proved.
    email_proven_at: Option<String>,
    /// `user`, `auditor`, `admin` or `root`.
    role: &'static str,
    nickname: Option<String>,
    /// `male`, `female` or `secret`.
    gender: Option<&'static str>,
    /// A day.
    #[schema(example = "2000-01-31")]
    birthday: Option<String>,
    /// The signature.
    bio: Option<String>,
    location: Option<String>,
    /// The name of the portrait's file.
    avatar: Option<String>,
    /// What the `user` wire calls `settings`; null where nothing was set.
    preferences: Option<Value>,
    /// Permissions beyond the role.
    permissions: Vec<String>,
    created_at: String,
    /// When it was first proven that a person stands behind it.
    verified_at: Option<String>,
    last_sign_in_at: Option<String>,
    sign_in_count: i64,
    /// When operators disabled it; null where they did not.
    disabled_at: Option<String>,
}

impl AccountShown {
    /// With its addresses masked.
    pub(super) fn masked(account: &Account, zone: &TimeZone) -> Self {
        let (phone, email) = (account.phone.as_ref(), account.email.as_ref());
        Self {
            phone: phone.map(|held| held.value.masked()),
            email: email.map(|held| held.value.masked()),
            ..Self::whole(account, zone)
        }
    }

    /// With its addresses whole.
    pub(super) fn whole(account: &Account, zone: &TimeZone) -> Self {
        let (phone, email) = (account.phone.as_ref(), account.email.as_ref());
        let (profile, preferences) = (&account.profile, account.preferences.as_deref());
        Self {
            id: account.id.0,
            public_id: account.public_id.as_str().to_owned(),
            app: account.app.0,
            username: account.username.as_ref().map(|name| name.as_str().to_owned()),
            phone: phone.map(|held| held.value.as_e164().to_owned()),
            phone_proven_at: phone.and_then(|held| held.proven_at).map(instant),
            email: email.map(|held| held.value.address().to_owned()),
            email_proven_at: email.and_then(|held| held.proven_at).map(instant),
            role: account.role.as_str(),
            nickname: profile.nickname.as_ref().map(|name| name.as_str().to_owned()),
            gender: profile.gender.map(|gender| gender.as_str()),
            birthday: profile.birthday.map(|day| times::day(day.instant(), zone)),
            bio: profile.bio.as_ref().map(|bio| bio.as_str().to_owned()),
            location: profile.location.as_ref().map(|location| location.as_str().to_owned()),
            avatar: profile.avatar.as_ref().map(|picture| picture.as_str().to_owned()),
            preferences: preferences.and_then(|json| serde_json::from_str(json).ok()),
            permissions: account.permissions.clone(),
            created_at: instant(account.created_at),
            verified_at: account.verified_at.map(instant),
            last_sign_in_at: account.last_sign_in_at.map(instant),
            sign_in_count: account.sign_in_count,
            disabled_at: account.disabled_at.map(instant),
        }
    }
}
