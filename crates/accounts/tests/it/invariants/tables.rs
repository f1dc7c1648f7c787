//! What the tables say, held against the model and against each other.

use std::collections::BTreeSet;

use yaopai_accounts::{Actor, PageRequest, SearchState};
use yaopai_model::AccountId;
use yaopai_store::{Row, SqlError, args};

use super::base::{Base, NAMES, identifier};
use super::{App, Name, Step};

impl Base {
    /// Holds the tables against the model.
    pub(super) async fn compare(&self, step: Step) {
        for (session, token) in self.model.sessions.iter().zip(&self.tokens) {
            let expected = self.model.is_live(session);
            for (place, app) in self.apps.into_iter().enumerate() {
                let is_home = self
                    .model
                    .accounts
                    .get(&session.account)
                    .is_some_and(|account| account.app == place);
                let is_live = self.accounts().authenticate(app, token).await.is_ok();
                assert_eq!(is_live, expected && is_home, "{step:?}");
            }
        }
        assert_eq!(self.identifiers().await, self.model.identifiers(), "{step:?}");
        let guesses = self.world().count("select coalesce(max(guesses), 0) from codes").await;
        assert!(guesses <= 5, "{step:?}");
        // It takes up what the step changed, or goes on with being filled.
        self.accounts().tend_search().await.unwrap();
        for sql in DISAGREEMENTS {
            assert_eq!(self.world().count(sql).await, 0, "{step:?}: {sql}");
        }
    }

    /// Holds what is found in memory against what the rows say.
    pub(super) async fn compare_searches(&self) {
        while self.accounts().tend_search().await.unwrap() != SearchState::Current {}
        for (keyword, sql) in SEARCHES {
            let mut found = 0;
            for app in self.apps {
                let page = PageRequest { number: 1, size: 1 };
                let page = self.accounts().search_accounts(app, Actor::Operator, keyword, page);
                found += i64::from(page.await.unwrap().total);
            }
            assert_eq!(found, self.world().count(sql).await, "{keyword}");
        }
    }

    async fn identifiers(&self) -> BTreeSet<(App, Name, AccountId, bool)> {
        let read = self.world().store.read(|db| {
            let sql =
                "select app_id, normal, account_id, case when proven_at is null then 0 else 1 end from identifiers where kind <> 'public_id'";
            let rows = db.rows(sql, &[])?;
            let row = |row: &Row| {
                Ok((
                    row.integer(0)?,
                    row.text(1)?.to_owned(),
                    AccountId(row.integer(2)?),
                    row.integer(3)? == 1,
                ))
            };
            rows.iter().map(row).collect::<Result<Vec<_>, SqlError>>()
        });
        let place = |(app, normal, account, is_proven): (i64, String, AccountId, bool)| {
            let app = self.apps.iter().position(|own| own.0 == app).unwrap();
            let name = (0..NAMES.len())
                .find(|name| identifier(*name).normal() == normal)
                .unwrap();
            (app, name, account, is_proven)
        };
        read.await.unwrap().into_iter().map(place).collect()
    }

    /// All that an app has, as one text.
    pub(super) async fn rows_of(&self, app: Option<App>) -> Option<String> {
        let app = self.apps[app?].0;
        let read = self.world().store.read(move |db| {
            let mut all = String::new();
            for sql in TEXTS_OF_AN_APP {
                for row in db.rows(sql, args![app])? {
                    all += &format!("{}\n", row.text(0)?);
                }
            }
            for sql in BYTES_OF_AN_APP {
                for row in db.rows(sql, args![app])? {
                    all += &format!("{:?}\n", row.blob(0)?);
                }
            }
            Ok::<_, SqlError>(all)
        });
        Some(read.await.unwrap())
    }
}

/// What an app has, row by row.
const TEXTS_OF_AN_APP: [&str; 3] = [
    "select concat_ws('|', id, username, phone, phone_proven_at, email, email_proven_at, nickname, verified_at, sign_in_count, \
     disabled_at, epoch) from accounts where app_id = $1 order by id",
    "select concat_ws('|', normal, purpose, guesses, used_at) from codes where app_id = $1 order by normal, purpose",
    "select cast(count(*) as text) from deliveries where app_id = $1",
];
const BYTES_OF_AN_APP: [&str; 2] = [
    "select sealed from passwords where account_id in (select id from accounts where app_id = $1) order by account_id",
    "select digest from sessions where account_id in (select id from accounts where app_id = $1) order by account_id, digest",
];

/// Keywords that name no account as a whole, and how many accounts have them.
const SEARCHES: [(&str, &str); 4] = [
    (
        "86",
        "select count(*) from accounts where phone like '%86%' or email like '%86%' or lower(coalesce(username, nickname)) like '%86%'",
    ),
    (
        "@",
        "select count(*) from accounts where email like '%@%' or lower(coalesce(username, nickname)) like '%@%'",
    ),
    (
        "AI",
        "select count(*) from accounts where email like '%ai%' or lower(coalesce(username, nickname)) like '%ai%'",
    ),
    (
        "新用",
        "select count(*) from accounts where coalesce(username, nickname) like '%新用%'",
    ),
];

/// Rows that one table has and another contradicts.
const DISAGREEMENTS: [&str; 4] = [
    "select count(*) from accounts a where a.phone is not null and not exists (select 1 from identifiers i where i.app_id = a.app_id \
     and i.kind = 'phone' and i.normal = a.phone and i.account_id = a.id and i.proven_at is not distinct from a.phone_proven_at)",
    "select count(*) from accounts a where a.email is not null and not exists (select 1 from identifiers i where i.app_id = a.app_id \
     and i.kind = 'email' and i.normal = a.email and i.account_id = a.id and i.proven_at is not distinct from a.email_proven_at)",
    "select count(*) from identifiers i where not exists (select 1 from accounts a where a.id = i.account_id and a.app_id = i.app_id)",
    "select count(*) from passwords p where not exists (select 1 from accounts a where a.id = p.account_id)",
];
