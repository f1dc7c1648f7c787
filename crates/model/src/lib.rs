//! The nouns of Yaopai: values that are valid once they exist.
//!
//! No I/O, no async and no serialisation here. Everything that comes from outside is parsed into one of these types
//! exactly once, and whoever holds one need not check it again.

mod account;
mod api_key;
mod app;
mod clock;
mod code;
mod email;
mod entropy;
mod event;
mod idempotency_key;
mod identifier;
pub mod limits;
mod nickname;
mod password;
mod phone;
mod profile;
mod role;
mod session;
mod setting;
mod setup_secret;
mod sliding_window;
mod streak;
mod username;

pub use account::{Account, AccountId, Held, PublicId, PublicIdError};
pub use api_key::{ApiKey, ApiKeyError, ApiKeyId, ApiKeyName, ApiKeySecret, ApiKeyText, ApiScope, ApiScopes};
pub use app::{App, AppId, AppKey, AppName, AppSecret, AppTextError, HostName, OpenWires, WireName};
pub use clock::{Clock, Timestamp};
pub use code::{Code, CodeError, Purpose};
pub use email::{Email, EmailError};
pub use entropy::{Entropy, draw};
pub use event::{EventKind, Figure};
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyError};
pub use identifier::{Address, Identifier, IdentifierError, IdentifierKind};
pub use limits::Limits;
pub use nickname::{Nickname, NicknameError};
pub use password::{Password, PasswordError, PasswordPolicy};
pub use phone::{Phone, PhoneError};
pub use profile::{
    Bio, Birthday, BirthdayError, ContactEmail, Extra, Gender, Location, Permission, PermissionError, PictureName,
    PictureNameError, Preferences, Profile, TextError,
};
pub use role::{Role, RoleError};
pub use session::{SessionKind, SessionScope, SessionScopeError, SessionSecret, SessionToken, TokenUse};
pub use setting::{SettingError, SettingKey, SettingValue};
pub use setup_secret::{SetupSecret, SetupSecretError};
pub use sliding_window::{SlidingWindow, Wait, WindowRule};
pub use streak::{Streak, StreakRule};
pub use username::{Username, UsernameError};
