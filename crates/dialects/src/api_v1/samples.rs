//! Settings and an account for this folder's tests.

use yaopai_model::{
    Account, AccountId, Bio, Birthday, Email, Gender, Held, PictureName, Profile, Role, Timestamp, Username,
};
use yaopai_testkit::plain_account;

use crate::json::{JsonObject, KeyCase};
use crate::{WireSettings, samples};

pub(super) const AVATAR: &str = "0123456789abcdef0123456789abcdef.png";
pub(super) const COVER: &str = "fedcba9876543210fedcba9876543210.jpg";

/// The defaults, with a `public_url`.
pub(super) fn settings(public_url: Option<&str>) -> WireSettings {
    WireSettings {
        public_url: public_url.map(str::to_owned),
        ..samples::settings()
    }
}

/// With everything that this wire shows.
pub(super) fn account() -> Account {
    Account {
        username: Some(Username::parse("张三").unwrap()),
        email: Some(Held {
            value: Email::parse("Zhang.San@Example.com").unwrap(),
            proven_at: Some(Timestamp::EPOCH),
        }),
        role: Role::Admin,
        profile: Profile {
            gender: Some(Gender::Female),
            birthday: Some(Birthday::at(Timestamp::from_millis(631_123_200_123)).unwrap()),
            bio: Some(Bio::parse("你好").unwrap()),
            avatar: Some(PictureName::parse(AVATAR).unwrap()),
            cover: Some(PictureName::parse(COVER).unwrap()),
            ..Profile::default()
        },
        ..bare_account()
    }
}

/// With nothing but what every account has.
pub(super) fn bare_account() -> Account {
    Account {
        id: AccountId(7),
        ..plain_account()
    }
}

pub(super) fn body(json: &str) -> JsonObject {
    JsonObject::parse(json.as_bytes(), KeyCase::Ignored).unwrap()
}
