//! People as they might register: names, phone numbers and addresses, the same for the same seed.

use std::ops::RangeInclusive;
use std::time::Duration;

use yaopai_model::{
    Account, AccountId, AppId, ContactEmail, Email, Extra, Held, Identifier, IdentifierKind, Nickname, Phone, Profile,
    PublicId, Role, Timestamp, Username,
};

use crate::Failure;

/// Surnames with their spelling in letters, the most common first.
const SURNAMES: [(&str, &str); 40] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("林", "lin"),
    ("高", "gao"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("韩", "han"),
    ("邓", "deng"),
    ("冯", "feng"),
    ("曹", "cao"),
    ("彭", "peng"),
    ("曾", "zeng"),
    ("肖", "xiao"),
    ("田", "tian"),
    ("董", "dong"),
    ("潘", "pan"),
    ("袁", "yuan"),
    ("蔡", "cai"),
    ("欧阳", "ouyang"),
    ("司马", "sima"),
];

/// Characters of given names.
const GIVEN: [(&str, &str); 60] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("艳", "yan"),
    ("杰", "jie"),
    ("娟", "juan"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("秀", "xiu"),
    ("霞", "xia"),
    ("平", "ping"),
    ("刚", "gang"),
    ("桂", "gui"),
    ("英", "ying"),
    ("华", "hua"),
    ("玉", "yu"),
    ("萍", "ping"),
    ("红", "hong"),
    ("鹏", "peng"),
    ("梅", "mei"),
    ("鑫", "xin"),
    ("波", "bo"),
    ("斌", "bin"),
    ("宇", "yu"),
    ("浩", "hao"),
    ("凯", "kai"),
    ("雪", "xue"),
    ("婷", "ting"),
    ("欣", "xin"),
    ("怡", "yi"),
    ("佳", "jia"),
    ("琪", "qi"),
    ("晨", "chen"),
    ("轩", "xuan"),
    ("涵", "han"),
    ("子", "zi"),
    ("梓", "zi"),
    ("俊", "jun"),
    ("思", "si"),
    ("雨", "yu"),
    ("嘉", "jia"),
    ("文", "wen"),
    ("博", "bo"),
    ("睿", "rui"),
    ("天", "tian"),
    ("诗", "shi"),
    ("梦", "meng"),
    ("若", "ruo"),
    ("云", "yun"),
    ("建", "jian"),
    ("国", "guo"),
];

/// Beginnings of mobile numbers.
const PREFIXES: [&str; 40] = [
    "130", "131", "132", "133", "134", "135", "136", "137", "138", "139", "145", "147", "150", "151", "152", "153",
    "155", "156", "157", "158", "159", "166", "171", "173", "175", "176", "177", "178", "180", "181", "182", "183",
    "184", "185", "186", "187", "188", "189", "198", "199",
];

const DOMAINS: [&str; 8] = [
    "163.com",
    "126.com",
    "gmail.com",
    "outlook.com",
    "sina.com",
    "foxmail.com",
    "139.com",
    "example.com.cn",
];

/// So many people, each with a number from 1 on.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Other people for each seed.
    pub seed: u64,
    /// How many they are; below four thousand million.
    pub size: i64,
}

/// One of a crowd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Sixteen letters.
    pub public_id: String,
    /// The username, for two in three.
    pub username: Option<String>,
    /// The name.
    pub nickname: String,
    /// The phone number (E.164), for nine in ten.
    pub phone: Option<String>,
    /// The e-mail address, for six in ten and those without a phone.
    pub email: Option<String>,
    /// Some are auditors or administrators, nobody is root.
    pub role: Role,
    /// When the account was made: it grows with the number.
    pub created_at: Timestamp,
    /// When it was proven that a person stands behind it.
    pub verified_at: Option<Timestamp>,
    /// When it was disabled, for one in two hundred.
    pub disabled_at: Option<Timestamp>,
}

/// 2023-01-01T00:00:00Z.
const FIRST_DAY: i64 = 1_672_531_200_000;
/// About as many milliseconds as three years have.
const THREE_YEARS: i64 = 94_608_000_000;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

impl Crowd {
    /// Everybody's number.
    pub fn numbers(self) -> RangeInclusive<i64> {
        1..=self.size
    }

    /// The person with a number.
    pub fn person(self, number: i64) -> Person {
        let mut dice = Dice(self.seed ^ number.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // No two numbers below four thousand million give the same.
        let unique = number.unsigned_abs().wrapping_mul(2_654_435_761) % 4_000_000_000;
        let surname = pick(&SURNAMES, dice.below(40) * dice.below(40) / 40);
        let first = pick(&GIVEN, dice.below(60));
        let second = if dice.below(10) < 7 {
            pick(&GIVEN, dice.below(60))
        } else {
            ("", "")
        };
        let letters = [surname.1, first.1, second.1].concat();
        let nickname = match dice.below(10) {
            0 => format!("新用户{:06X}", dice.below(1 << 24)),
            1 => format!("小{}{}", first.0, dice.below(100)),
            _ => [surname.0, first.0, second.0].concat(),
        };
        let has_phone = dice.below(10) < 9;
        let phone = has_phone.then(|| {
            let prefix = pick(&PREFIXES, unique / 100_000_000);
            format!("+86{prefix}{:08}", unique % 100_000_000)
        });
        let email = (!has_phone || dice.below(10) < 6).then(|| match dice.below(2) {
            0 => format!("{}@qq.com", 100_000_000 + unique),
            _ => format!("{letters}.{unique}@{}", pick(&DOMAINS, dice.below(8))),
        });
        let username = (dice.below(3) > 0).then(|| format!("{letters}{number}"));
        let created_at = Timestamp::from_millis(FIRST_DAY + THREE_YEARS / self.size.max(1) * (number - 1));
        Person {
            public_id: public_id(dice.next() >> 8, number.unsigned_abs()),
            username,
            nickname,
            phone,
            email,
            role: match dice.below(200_000) {
                0 => Role::Admin,
                1..=4 => Role::Auditor,
                _ => Role::User,
            },
            created_at,
            verified_at: (dice.below(20) > 0).then(|| created_at.plus(MINUTE)),
            disabled_at: (dice.below(200) == 0).then(|| created_at.plus(DAY)),
        }
    }

    /// The account of the person with a number.
    ///
    /// # Errors
    /// That somebody is called what nobody may be called.
    pub fn account(self, number: i64, id: AccountId, app: AppId) -> Result<Account, Failure> {
        let person = self.person(number);
        let proven_at = person.verified_at;
        Ok(Account {
            id,
            app,
            public_id: PublicId::parse(&person.public_id)?,
            username: person.username.as_deref().map(Username::parse).transpose()?,
            phone: held(person.phone.as_deref().map(Phone::parse).transpose()?, proven_at),
            email: held(person.email.as_deref().map(Email::parse).transpose()?, proven_at),
            role: person.role,
            profile: Profile {
                nickname: Some(Nickname::parse(&person.nickname)?),
                gender: None,
                birthday: None,
                contact_email: ContactEmail::default(),
                extra: Extra::default(),
                bio: None,
                location: None,
                avatar: None,
                cover: None,
            },
            created_at: person.created_at,
            verified_at: person.verified_at,
            last_sign_in_at: None,
            sign_in_count: 0,
            disabled_at: person.disabled_at,
            closing_at: None,
            permissions: Vec::new(),
            preferences: None,
            epoch: 0,
        })
    }
}

impl Person {
    /// What the person is found by among those of a kind.
    pub fn name(self, kind: IdentifierKind) -> Option<String> {
        match kind {
            IdentifierKind::Phone => self.phone,
            IdentifierKind::Email => self.email,
            IdentifierKind::Username => self.username,
            IdentifierKind::PublicId => Some(self.public_id),
        }
    }

    /// The identifier of a kind; none for the public id, which is not given to sign in with.
    pub(crate) fn identifier(&self, kind: IdentifierKind) -> Result<Option<Identifier>, Failure> {
        Ok(match kind {
            IdentifierKind::Phone => self
                .phone
                .as_deref()
                .map(Phone::parse)
                .transpose()?
                .map(Identifier::Phone),
            IdentifierKind::Email => self
                .email
                .as_deref()
                .map(Email::parse)
                .transpose()?
                .map(Identifier::Email),
            IdentifierKind::Username => {
                let username = self.username.as_deref().map(Username::parse).transpose()?;
                username.map(Identifier::Username)
            }
            IdentifierKind::PublicId => None,
        })
    }

    /// Since when the identifier of a kind is proven.
    pub(crate) fn proven_at(&self, kind: IdentifierKind) -> Option<Timestamp> {
        match kind {
            IdentifierKind::Phone | IdentifierKind::Email => self.verified_at,
            IdentifierKind::Username | IdentifierKind::PublicId => None,
        }
    }
}

fn held<T>(value: Option<T>, proven_at: Option<Timestamp>) -> Option<Held<T>> {
    value.map(|value| Held { value, proven_at })
}

/// An item of a table by its place, which has to be in it.
fn pick<T: Copy>(table: &[T], place: u64) -> T {
    table[place as usize % table.len()]
}

/// Eight letters at random and eight that number the account.
fn public_id(mut random: u64, mut number: u64) -> String {
    let letter = |from: &mut u64| {
        let letter = char::from(b'a' + (*from % 26) as u8);
        *from /= 26;
        letter
    };
    let first: String = (0..8).map(|_| letter(&mut random)).collect();
    let second: String = (0..8).map(|_| letter(&mut number)).collect();
    first + &second
}

/// SplitMix64: quick, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_is_somebody_else_and_may_be_called_so() {
        let crowd = Crowd { seed: 1, size: 20_000 };
        let mut seen = BTreeSet::new();
        for number in crowd.numbers() {
            let person = crowd.person(number);
            assert_eq!(person, crowd.person(number));
            let account = crowd.account(number, AccountId(number), AppId(1)).unwrap();
            assert_eq!(account.profile.nickname.unwrap().as_str(), person.nickname);
            let names = [&person.username, &person.phone, &person.email];
            for name in names.into_iter().flatten() {
                assert!(seen.insert(name.clone()), "{name}");
            }
            // Rows are sorted by what people are called, which is to be the key of the index.
            for kind in [IdentifierKind::Phone, IdentifierKind::Email, IdentifierKind::Username] {
                let identifier = person.identifier(kind).unwrap();
                assert_eq!(
                    identifier.map(|identifier| identifier.normal()),
                    person.clone().name(kind)
                );
            }
            assert!(person.phone.is_some() || person.email.is_some());
        }
        assert_ne!(crowd.person(1), Crowd { seed: 2, ..crowd }.person(1));
    }
}
