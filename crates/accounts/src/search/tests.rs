//! The memory, held against a plain list of the same accounts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use yaopai_model::{AccountId, AppId};
use yaopai_store::SqlError;
use yaopai_store::account_changes::Searched;
use yaopai_store::account_lists::Direction;

use super::arena::Arena;
use super::entry::{Entry, Fields};
use super::{Search, Unfinished};
use crate::{Error, Refusal};

/// One change.
#[derive(Clone, Debug)]
enum Step {
    Set(i64, Texts),
    Remove(i64),
}

/// Username, nickname, e-mail address, phone number.
type Texts = (Option<String>, Option<String>, Option<String>, Option<String>);

fn row(id: i64, (username, nickname, email, phone): &Texts) -> Searched {
    Searched {
        id: AccountId(id),
        app: AppId(1),
        username: username.clone(),
        nickname: nickname.clone(),
        email: email.clone(),
        phone: phone.clone(),
    }
}

fn texts() -> impl Strategy<Value = Texts> {
    // Few letters, so that much is found; some texts as long as they can be, so that segments are split.
    let name = prop_oneof![9 => "[abA张三Ä]{1,8}", 1 => "[ab张]{25,30}"];
    let nickname = prop_oneof![9 => "[abB李 ]{1,8}", 1 => "[ab李]{60,64}"];
    let email = prop_oneof![9 => "[ab]{1,6}@[ab]{1,4}\\.cn", 1 => "[ab]{64}@[ab]{180}\\.cn"];
    (
        proptest::option::of(name),
        proptest::option::of(nickname),
        proptest::option::of(email),
        proptest::option::of("\\+861[0-3]{10}"),
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = prop_oneof![3 => 1..40_i64, 1 => 1..4_000_i64];
    let step = prop_oneof![
        4 => (id.clone(), texts()).prop_map(|(id, texts)| Step::Set(id, texts)),
        1 => id.prop_map(Step::Remove),
    ];
    proptest::collection::vec(step, 1..400)
}

fn has(texts: &Texts, keyword: &str, fields: Fields) -> bool {
    let (username, nickname, email, phone) = texts;
    let shown = username.as_ref().or(nickname.as_ref());
    let hidden = nickname.as_ref().filter(|_| fields == Fields::All);
    [shown, hidden, email.as_ref(), phone.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| text.to_ascii_lowercase().contains(&keyword.to_ascii_lowercase()))
}

fn compare(arena: &Arena, plain: &BTreeMap<i64, Texts>, keyword: &str) {
    for fields in [Fields::Shown, Fields::All] {
        let mut expected: Vec<AccountId> = plain
            .iter()
            .filter(|(_, texts)| has(texts, keyword, fields))
            .map(|(id, _)| AccountId(*id))
            .collect();
        let find = |after, direction, most| {
            let found = arena.find(keyword, fields, AccountId(after), direction);
            found.take(most).collect::<Vec<_>>()
        };
        assert_eq!(
            find(i64::MIN, Direction::Up, usize::MAX),
            expected,
            "{keyword} {fields:?}"
        );
        for after in [0, 17, 2_000] {
            let past: Vec<_> = expected.iter().copied().filter(|id| id.0 > after).take(3).collect();
            assert_eq!(find(after, Direction::Up, 3), past, "{keyword} after {after}");
            let before: Vec<_> = expected
                .iter()
                .rev()
                .copied()
                .filter(|id| id.0 < after)
                .take(3)
                .collect();
            assert_eq!(find(after, Direction::Down, 3), before, "{keyword} before {after}");
        }
        expected.reverse();
        assert_eq!(find(i64::MAX, Direction::Down, usize::MAX), expected);
    }
}

fn check(arena: &Arena, plain: &BTreeMap<i64, Texts>) {
    let ids: Vec<_> = plain.keys().map(|id| AccountId(*id)).collect();
    assert_eq!(arena.len(), ids.len());
    assert_eq!(arena.page(0, ids.len() + 1), ids);
    for skip in [1, 30, 5_000] {
        let page: Vec<_> = ids.iter().copied().skip(skip).take(7).collect();
        assert_eq!(arena.page(skip, 7), page);
    }
    assert_eq!(arena.bytes(), arena.counted_bytes());
    for keyword in [
        "a", "AB", "三", "张三", "张a", "Ä", "b李", "@a", ".cn", "1301", "+861", "aaaaaaaa", "z", "%",
    ] {
        compare(arena, plain, keyword);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_found_is_what_a_plain_list_has(filled in 0..2_000_i64, steps in steps()) {
        let (mut arena, mut plain) = (Arena::default(), BTreeMap::new());
        for id in 1..=filled {
            let texts = (Some(format!("a{id}")), Some("b李".to_owned()), None, Some(format!("+8613{id:09}")));
            arena.set(AccountId(id), &Entry::of_row(&row(id, &texts)));
            plain.insert(id, texts);
        }
        let snapshot = (arena.clone(), plain.clone());
        for step in steps {
            match step {
                Step::Set(id, texts) => {
                    arena.set(AccountId(id), &Entry::of_row(&row(id, &texts)));
                    plain.insert(id, texts);
                }
                Step::Remove(id) => {
                    arena.remove(AccountId(id));
                    plain.remove(&id);
                }
            }
        }
        check(&arena, &plain);
        // Whoever searches in a snapshot is not disturbed.
        check(&snapshot.0, &snapshot.1);
        for id in plain.keys() {
            arena.remove(AccountId(*id));
        }
        prop_assert_eq!((arena.len(), arena.bytes()), (0, 0));
    }
}

#[test]
fn an_account_takes_little_more_than_its_texts() {
    let mut arena = Arena::default();
    let mut texts = 0;
    const ACCOUNTS: i64 = 100_000;
    for id in 1..=ACCOUNTS {
        let row = row(
            id,
            &(
                Some(format!("person{id}")),
                Some("新用户C08E2B".to_owned()),
                Some(format!("person{id}@example.com")),
                Some(format!("+8613{id:09}")),
            ),
        );
        let entry = Entry::of_row(&row);
        texts += entry.shown().len() + entry.hidden().len();
        arena.set(AccountId(id), &entry);
    }
    let more = (arena.bytes() - texts) / ACCOUNTS as usize;
    assert!(more <= 14, "{more} bytes beside {}", texts / ACCOUNTS as usize);
}

#[test]
fn a_search_that_took_too_long_may_be_tried_again_while_the_memory_is_filled() {
    let late = || Unfinished::from(SqlError::Deadline);
    let (filling, off) = (Search::new(1 << 20), Search::new(0));
    assert!(matches!(filling.error(late()), Error::Refused(Refusal::Overloaded)));
    assert!(
        matches!(off.error(late()), Error::Fault(_)),
        "it would take as long again"
    );
    let broken = Unfinished::from(SqlError::Unavailable("an I/O error".to_owned()));
    assert!(matches!(filling.error(broken), Error::Fault(_)));
    let refused = Unfinished::from(Refusal::RankTooLow);
    assert!(matches!(filling.error(refused), Error::Refused(Refusal::RankTooLow)));
}
