//! An account as its row was when it was asked for.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use yaopai_model::{Account, WireName};

/// An account as its row was when it was asked for, and what the wires show of it. Clones share both. It never
/// changes: when the row does there is another snapshot.
#[derive(Clone)]
pub struct Snapshot(Arc<Shared>);

/// In this order, so that what most calls look at lies together in memory.
#[repr(C)]
struct Shared {
    own_info: [OnceLock<Bytes>; WireName::ALL.len()],
    account: Account,
}

impl Snapshot {
    /// What a wire shows an account of itself, which depends on nothing else: written once for each snapshot.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn own_info<E>(&self, wire: WireName, write: impl FnOnce(&Account) -> Result<Bytes, E>) -> Result<Bytes, E> {
        let [cloud_user, v1, user] = &self.0.own_info;
        let own_info = match wire {
            WireName::ApiCloudUser => cloud_user,
            WireName::ApiV1 => v1,
            WireName::User => user,
        };
        if let Some(written) = own_info.get() {
            return Ok(written.clone());
        }
        let written = write(self)?;
        Ok(own_info.get_or_init(|| written).clone())
    }
}

impl From<Account> for Snapshot {
    fn from(account: Account) -> Self {
        Self(Arc::new(Shared {
            account,
            own_info: [const { OnceLock::new() }; WireName::ALL.len()],
        }))
    }
}

impl Deref for Snapshot {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0.account
    }
}
