//! How operators name an account.

use yaopai_model::{Account, AccountId, AppId, Identifier, PublicId};
use yaopai_store::{Db, SqlError, accounts, identifiers};

use crate::{Accounts, Outcome, Refusal};

/// An account as an operator names it. All digits are a phone number where they have its form, else an account's
/// number; sixteen lower-case letters are a public id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountSelector {
    /// By its number.
    Id(AccountId),
    /// By its sixteen letters.
    PublicId(PublicId),
    /// By an identifier.
    Identifier(Identifier),
}

/// The text names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number, sixteen letters, a username, an e-mail address or a phone number")]
pub struct SelectorError;

impl AccountSelector {
    /// Reads a name.
    ///
    /// # Errors
    /// [`SelectorError`] when it has none of the forms.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        if let Ok(public_id) = PublicId::parse(text) {
            return Ok(Self::PublicId(public_id));
        }
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match Identifier::parse(text) {
            Ok(Identifier::Username(_)) | Err(_) if is_number => text
                .parse()
                .map(|id| Self::Id(AccountId(id)))
                .map_err(|_| SelectorError),
            Ok(identifier) => Ok(Self::Identifier(identifier)),
            Err(_) => Err(SelectorError),
        }
    }
}

impl Accounts {
    /// The account that an operator names.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn find_account(&self, app: AppId, selector: &AccountSelector) -> Outcome<Account> {
        let selector = selector.clone();
        let found = self.store().read(move |db| -> Result<_, SqlError> {
            let id = id_of(db, app, &selector)?;
            id.map_or(Ok(None), |id| accounts::by_id(db, id))
        });
        let found: Option<Account> = found.await?;
        Ok(found
            .filter(|account| account.app == app)
            .ok_or(Refusal::NoSuchAccount)?)
    }
}

fn id_of(db: &Db, app: AppId, selector: &AccountSelector) -> Result<Option<AccountId>, SqlError> {
    let holder = match selector {
        AccountSelector::Id(id) => return Ok(Some(*id)),
        AccountSelector::PublicId(public_id) => identifiers::holder_of_public_id(db, app, public_id)?,
        AccountSelector::Identifier(identifier) => identifiers::holder(db, app, identifier)?,
    };
    Ok(holder.map(|holder| holder.account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_tells_what_is_meant() {
        let kind = |text| match AccountSelector::parse(text) {
            Ok(AccountSelector::Id(_)) => "id",
            Ok(AccountSelector::PublicId(_)) => "public id",
            Ok(AccountSelector::Identifier(identifier)) => identifier.kind().as_str(),
            Err(SelectorError) => "none",
        };
        assert_eq!(kind("12"), "id");
        assert_eq!(kind("13800138009"), "phone");
        assert_eq!(kind("abcdefghijklmnop"), "public id");
        assert_eq!(kind("a@b.cn"), "email");
        assert_eq!(kind("zhang"), "username");
        for text in ["", "99999999999999999999999", "a@b", "\n"] {
            assert_eq!(kind(text), "none", "{text:?}");
        }
    }
}
