//! `user/manage/…`: administrators looking after other people's accounts.

use serde::Serialize;
use yaopai_accounts::{AccountChange, AccountPage, Actor, Error, Refusal};

use super::envelope::{refuse, succeed};
use super::shown::WholeAccount;
use super::{decode, errors, page};
use crate::call::Call;
use crate::http::Reply;
use crate::parameters::Parameters;
use crate::{BadInput, Failure, WireSettings};

#[derive(Serialize)]
struct Page {
    total: u32,
    users: Vec<WholeAccount>,
}

/// All accounts, oldest first.
pub(super) async fn list(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let page = page::page(&call.parameters()?)?;
    let found = call
        .wires
        .accounts
        .list_accounts(principal.account.app, Actor::Account(&principal), page)
        .await?;
    succeed_with_page(&found, &call.wires.settings)
}

/// Those that have a keyword in their number, username or e-mail address.
pub(super) async fn search(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let query = search_query(call.head().uri.path(), call.head().uri.query())?;
    let (keyword, page) = (decode::keyword(&query)?, page::page(&query)?);
    let found = call
        .wires
        .accounts
        .search_accounts(principal.account.app, Actor::Account(&principal), keyword, page)
        .await?;
    succeed_with_page(&found, &call.wires.settings)
}

/// Changes an account.
pub(super) async fn modify(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let body = decode::body(&call)?;
    let id = decode::id(&body)?;
    let change = AccountChange {
        username: Some(decode::parse_username(body.required_text("name")?)?),
        email: Some(decode::email(&body)?),
        bio: decode::sign(&body)?,
        ..AccountChange::default()
    };
    let accounts = &call.wires.accounts;
    match accounts
        .change_account(principal.account.app, Actor::Account(&principal), id, change)
        .await
    {
        Ok(()) => succeed(()),
        Err(Error::Refused(Refusal::NotOnSelf)) => Ok(refuse(&errors::not_changing_own_email())),
        Err(error) => Err(error.into()),
    }
}

/// Gives an account a role.
pub(super) async fn role_modify(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let body = decode::body(&call)?;
    let (id, role) = (decode::id(&body)?, decode::role(&body)?);
    call.wires
        .accounts
        .set_role(principal.account.app, Actor::Account(&principal), id, role)
        .await?;
    succeed(())
}

/// Ends an account.
pub(super) async fn delete(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let id = decode::id(&decode::body(&call)?)?;
    let accounts = &call.wires.accounts;
    match accounts
        .delete_account(principal.account.app, Actor::Account(&principal), id)
        .await
    {
        Ok(()) => succeed(()),
        Err(Error::Refused(Refusal::NotOnSelf)) => Ok(refuse(&errors::not_deleting_oneself())),
        Err(error) => Err(error.into()),
    }
}

fn succeed_with_page(found: &AccountPage, settings: &WireSettings) -> Result<Reply, Failure> {
    let show = |account| WholeAccount::of_another(account, settings);
    succeed(Page {
        total: found.total,
        users: found.accounts.iter().map(show).collect(),
    })
}

/// The query of `search?keyword=…`, and of `search&keyword=…`, where it stands in the path.
fn search_query(path: &str, query: Option<&str>) -> Result<Parameters, BadInput> {
    let in_path = path.split_once('&').map_or("", |(_, in_path)| in_path);
    Parameters::parse(&format!("{in_path}&{}", query.unwrap_or_default()), b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_counts_in_the_path_and_behind_it() {
        for (path, query) in [
            ("/user/manage/search", Some("keyword=%E5%BC%A0&page=2")),
            ("/user/manage/search&keyword=%E5%BC%A0&page=2", None),
            ("/user/manage/search&keyword=%E5%BC%A0", Some("page=2")),
        ] {
            let read = search_query(path, query).unwrap();
            assert_eq!(decode::keyword(&read), Ok("张"), "{path}");
            assert_eq!(page::page(&read).unwrap().number, 2, "{path}");
        }
        let twice = search_query("/user/manage/search&keyword=a", Some("keyword=b")).unwrap();
        assert_eq!(decode::keyword(&twice), Err(BadInput::Repeated("keyword")));
    }
}
