//! An account as its row was when it was asked for.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use yaopai_model::{Account, WireName};

use crate::prefetch::{prefetch, prefetch_value};
use crate::rate_limiter::Calls;

/// An account as its row was when it was asked for, what the wires show of it, and where its `info` calls are counted. Clones
/// share all. The account never changes: when its row does there is another snapshot.
#[derive(Clone)]
pub struct Snapshot(Arc<Shared>);

/// In this order, so that what most calls look at lies together in memory.
#[repr(C)]
struct Shared {
    info_calls: OnceLock<Calls>,
    /// Count and bytes lie in one piece of memory, where `Bytes` has two.
    own_info: [OnceLock<Arc<[u8]>>; WireName::ALL.len()],
    account: Account,
}

impl Snapshot {
    /// What a wire shows an account of itself, which depends on nothing else: written once for each snapshot.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn own_info<E>(
        &self,
        wire: WireName,
        write: impl FnOnce(&Account) -> Result<Bytes, E>,
    ) -> Result<Arc<[u8]>, E> {
        let [cloud_user, v1, user] = &self.0.own_info;
        let own_info = match wire {
            WireName::ApiCloudUser => cloud_user,
            WireName::ApiV1 => v1,
            WireName::User => user,
        };
        if let Some(written) = own_info.get() {
            return Ok(Arc::clone(written));
        }
        let written = write(self)?;
        Ok(Arc::clone(own_info.get_or_init(|| Arc::from(&*written))))
    }

    /// Where the account's `info` calls are counted, once that was found.
    pub(crate) fn info_calls(&self) -> &OnceLock<Calls> {
        &self.0.info_calls
    }

    /// Has what most calls look at fetched from memory: what stands before the account, and its number.
    pub(crate) fn prefetch(&self) {
        prefetch_value(&self.0.info_calls);
        prefetch_value(&self.0.own_info);
        prefetch_value(&self.0.account.id);
    }

    /// Has what was written of it fetched from memory.
    pub(crate) fn prefetch_own_info(&self) {
        for written in self.0.own_info.iter().filter_map(OnceLock::get) {
            prefetch(written);
        }
    }
}

impl From<Account> for Snapshot {
    fn from(account: Account) -> Self {
        Self(Arc::new(Shared {
            account,
            info_calls: OnceLock::new(),
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
