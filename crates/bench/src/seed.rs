//! Filling a base with accounts, by the functions that write the server's own rows.

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use yaopai_model::{AccountId, AppId, IdentifierKind, PublicId};
use yaopai_store::base::{Numbered, next_id};
use yaopai_store::{SqlError, Tx, account_changes, accounts, identifiers, passwords};

use crate::Failure;
use crate::base::{Base, in_words};
use crate::people::Crowd;

/// Everybody's password.
pub const PASSWORD: &str = "seeded-people-81";
/// Its hash, the same for all: ten million hashes take two days. Each account's is sealed by itself, as any other.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$eWFvcGFpIHNlZWRlZCEhIQ$9V6pjvbw1V98xiO0flyYN9V5Ao4M4TPfq6udgmSucuM";

/// Accounts or identifiers of a transaction: well within the work that the store lets one do.
const ROWS: usize = 10_000;

const KINDS: [IdentifierKind; 4] = [
    IdentifierKind::Phone,
    IdentifierKind::Email,
    IdentifierKind::Username,
    IdentifierKind::PublicId,
];

/// Puts a crowd into the default app of a base that has no accounts yet, with a bar to watch.
///
/// # Errors
/// That there are accounts, and what the database says; a base that was begun is of no use then.
pub async fn seed(base: &Base, crowd: Crowd) -> Result<(), Failure> {
    let is_empty = |db: &_| Ok::<_, SqlError>(account_changes::accounts_after(db, AccountId::NOBODY, 1)?.is_empty());
    if !base.store.read(is_empty).await? {
        return Err("there are accounts already: seed an empty base".into());
    }
    let app = base.accounts.app_of_host(None).await.map_err(in_words)?.id;
    let before_first = put_accounts(base, app, crowd).await?;
    for kind in KINDS {
        put_identifiers(base, app, crowd, kind, before_first).await?;
    }
    Ok(())
}

/// Writes the accounts with their passwords; says the number before that of the first.
async fn put_accounts(base: &Base, app: AppId, crowd: Crowd) -> Result<i64, Failure> {
    let progress = bar("accounts", crowd.size);
    let mut before_first = 0;
    for start in crowd.numbers().step_by(ROWS) {
        let end = crowd.size.min(start + ROWS as i64 - 1);
        let verbs = base.accounts.clone();
        let written = base.store.write(move |tx| {
            let mut last = 0;
            for number in start..=end {
                last = next_id(tx, Numbered::Accounts)?;
                let account = crowd.account(number, AccountId(last), app)?;
                let sealed = verbs.seal_password_hash(app, account.id, HASH).map_err(in_words)?;
                accounts::insert(tx, &account)?;
                passwords::set(tx, account.id, &sealed, account.created_at)?;
            }
            // No server has the base open, so there is nobody to hear of changes.
            account_changes::forget(tx, i64::MAX, i64::MAX, u32::MAX)?;
            Ok::<_, Failure>(last)
        });
        before_first = written.await? - end;
        progress.inc((end - start + 1).unsigned_abs());
    }
    progress.finish();
    Ok(before_first)
}

/// Writes the identifiers of a kind in the order of their key, because an index grows fastest at its end.
async fn put_identifiers(
    base: &Base,
    app: AppId,
    crowd: Crowd,
    kind: IdentifierKind,
    before_first: i64,
) -> Result<(), Failure> {
    let mut order: Vec<(String, i64)> = crowd
        .numbers()
        .filter_map(|number| Some((crowd.person(number).name(kind)?, number)))
        .collect();
    order.sort_unstable();
    let progress = bar(kind.as_str(), order.len() as i64);
    let order = Arc::new(order);
    for start in (0..order.len()).step_by(ROWS) {
        let all = Arc::clone(&order);
        let end = all.len().min(start + ROWS);
        let written = base.store.write(move |tx| {
            for (_, number) in all.get(start..end).unwrap_or_default() {
                take(tx, app, crowd, kind, *number, AccountId(before_first + number))?;
            }
            Ok::<_, Failure>(())
        });
        written.await?;
        progress.inc((end - start) as u64);
    }
    progress.finish();
    Ok(())
}

fn take(
    tx: &Tx,
    app: AppId,
    crowd: Crowd,
    kind: IdentifierKind,
    number: i64,
    account: AccountId,
) -> Result<(), Failure> {
    let person = crowd.person(number);
    let is_free = match person.identifier(kind)? {
        Some(identifier) => identifiers::take(tx, app, &identifier, account, person.proven_at(kind))?,
        None => identifiers::take_public_id(tx, app, &PublicId::parse(&person.public_id)?, account)?,
    };
    is_free
        .then_some(())
        .ok_or_else(|| format!("two people hold the same {}", kind.as_str()).into())
}

fn bar(what: &str, count: i64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:10} {bar:40} {human_pos} / {human_len}, {elapsed}, {eta} to go");
    let bar = ProgressBar::new(count.unsigned_abs()).with_prefix(what.to_owned());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
