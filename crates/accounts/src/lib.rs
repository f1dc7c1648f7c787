//! The verbs of Yaopai: what the product does, each said once, each in a file of its own.
//!
//! A verb takes nouns that are already valid, talks to the tables in at most a few transactions, and ends with its
//! result, a [`Refusal`] or a [`Fault`]. It knows no wire.

mod administer;
mod api_keys;
mod app_memory;
mod apps;
mod audit;
mod authenticate;
mod budget;
mod caller;
mod challenge;
mod claims;
mod code_guess;
mod credentials;
mod deliver;
mod error;
mod journal;
mod keys;
mod measure;
mod outbox;
mod own_account;
mod page_session;
mod parts;
mod password_hasher;
mod prefetch;
mod profile;
mod rank;
mod rate_limiter;
mod recent;
mod refresh;
mod register;
mod repeated_calls;
mod request_code;
mod reset_password;
mod restored;
mod search;
mod set_up;
mod settings;
mod sign_in;
mod sign_out;
mod slots;
mod snapshot;
mod standing;
mod sweep;
mod thread_priority;
mod throttle;
mod token;
mod trial_codes;
mod turns;
mod upload;

pub use administer::{
    AccountChange, AccountCursor, AccountExport, AccountFilter, AccountPage, AccountSelector, AccountSlice, Actor,
    Cause, CodeTarget, CursorError, FigureSpans, FigureSpansError, FiguresOfSpan, Health, InspectedAccount, ListOrder,
    NewAccount, Obstacle, PageRequest, Remedy, SelectorError,
};
pub use api_keys::{ApiCaller, ListedApiKey, NewApiKey};
pub use apps::{AppChange, NewApp};
pub use audit::{AuditExport, AuditFilter, AuditSlice};
pub use authenticate::Principal;
pub use caller::Caller;
pub use challenge::SliderPictures;
pub use error::{Error, Fault, Outcome, Refusal};
pub use keys::{AnnouncedToken, KeyPurpose, RootKey, TokenKeys};
pub use measure::{Measures, SessionCount};
pub use outbox::{
    ListedMessage, MessageCursor, MessageCursorError, MessageFilter, MessageSlice, MessageState, OutgoingMessage,
    TrialChannels,
};
pub use own_account::{Closing, ConfirmedSession, OwnData};
pub use page_session::{PageKey, PageSession, PageUse, form_token, is_form_token};
pub use parts::{Accounts, Parts};
pub use password_hasher::HashingSettings;
pub use profile::ProfileChange;
pub use rank::Action;
pub use register::{ProvenRegistration, UsernameChoice};
pub use repeated_calls::Repetition;
pub use request_code::ChallengeRule;
pub use reset_password::{PasswordReset, ResetPermit};
pub use search::SearchState;
pub use set_up::{FirstRoot, SetUp};
pub use sign_in::{FailureRule, PresentedCode, SignedIn};
pub use snapshot::Snapshot;
pub use token::Token;
pub use upload::{ImportedPictures, PictureStore, StoredPicture};
pub use yaopai_store::account_events::AccountEvent;
pub use yaopai_store::audit::{Chain, Entry as AuditEntry};
pub use yaopai_store::sessions::Session;
pub use yaopai_store::settings::Setting;
