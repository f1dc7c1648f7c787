//! What a search word means.

use yaopai_model::limits::KEYWORD_CHARACTERS;
use yaopai_model::{Account, AccountId, AppId, Email, Identifier, Nickname, Phone, Username};
use yaopai_store::{Db, SqlError, accounts, identifiers};

/// Whether something can be looked for by the keyword: it is not too long, and there are no control characters in names
/// and addresses.
pub(super) fn can_occur(keyword: &str) -> bool {
    !keyword.is_empty() && keyword.chars().count() <= KEYWORD_CHARACTERS && !keyword.chars().any(char::is_control)
}

/// The accounts of an app that a keyword names as a whole: by number, username, e-mail address and phone number.
pub(super) fn exact(db: &Db, app: AppId, keyword: &str) -> Result<Vec<AccountId>, SqlError> {
    let mut found = Vec::new();
    if let Ok(id) = keyword.parse() {
        let account = accounts::by_id(db, AccountId(id))?;
        found.extend(account.filter(|account| account.app == app).map(|account| account.id));
    }
    let username = Username::parse(keyword).ok().map(Identifier::Username);
    let email = Email::parse(keyword).ok().map(Identifier::Email);
    let phone = Phone::parse(keyword).ok().map(Identifier::Phone);
    for identifier in [username, email, phone].into_iter().flatten() {
        if let Some(holder) = identifiers::holder(db, app, &identifier)?
            && !found.contains(&holder.account)
        {
            found.push(holder.account);
        }
    }
    Ok(found)
}

/// Whether a name of the account has the keyword, or a part of its phone number or e-mail address that the mask leaves.
pub(super) fn is_in_masked(keyword: &str, account: &Account) -> bool {
    let keyword = keyword.to_ascii_lowercase();
    let has = |text: &str| text.to_ascii_lowercase().contains(&keyword);
    let names = [
        account.username.as_ref().map(Username::as_str),
        account.profile.nickname.as_ref().map(Nickname::as_str),
    ];
    let masked = [
        account.phone.as_ref().map(|held| held.value.masked()),
        account.email.as_ref().map(|held| held.value.masked()),
    ];
    names.into_iter().flatten().any(has) || masked.iter().flatten().flat_map(|masked| masked.split('*')).any(has)
}

/// A `like` pattern for texts that have the keyword, in which the keyword's own characters mean themselves.
pub(super) fn pattern(keyword: &str) -> String {
    let mut pattern = String::from("%");
    for character in keyword.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_means_itself() {
        assert_eq!(pattern("100%_A\\"), "%100\\%\\_a\\\\%");
    }
}
