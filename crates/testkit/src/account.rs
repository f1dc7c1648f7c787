//! An account to begin from.

use yaopai_model::{Account, AccountId, AppId, Profile, PublicId, Role, Timestamp};

/// An account of whom nothing is known but what everybody has.
///
/// # Panics
/// Never: its letters are such as accounts have.
#[expect(clippy::unwrap_used, reason = "these letters are such as accounts have")]
pub fn plain_account() -> Account {
    Account {
        id: AccountId(8),
        app: AppId(1),
        public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
        username: None,
        phone: None,
        email: None,
        role: Role::User,
        profile: Profile::default(),
        created_at: Timestamp::from_millis(1_748_720_380_123),
        verified_at: None,
        last_sign_in_at: None,
        sign_in_count: 0,
        disabled_at: None,
        permissions: Vec::new(),
        preferences: None,
        closing_at: None,
        epoch: 0,
    }
}
