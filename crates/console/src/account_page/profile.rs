//! What people say of themselves.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use yaopai_accounts::ProfileChange;
use yaopai_model::{Bio, Birthday, Gender, Location, Nickname, Username};

use super::go;
use super::holder::{Here, Holder, HolderForm, Tab, picture_address};
use super::preferences::Preferred;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::Frame;
use crate::language::Language;
use crate::pages::html;
use crate::signing_in::refused;
use crate::{times, words};

#[derive(Template)]
#[template(path = "account/profile.html")]
struct Page {
    frame: Frame,
    here: Here,
    shown: Shown,
    preferred: Preferred,
    cover: Option<String>,
    problem: Option<String>,
}

/// The fields of the form, as they are shown.
struct Shown {
    nickname: String,
    username: String,
    gender: String,
    birthday: String,
    location: String,
    bio: String,
}

impl Shown {
    fn of(holder: &Holder) -> Self {
        let (account, zone) = (holder.account(), &holder.visit.desk.settings.zone);
        let profile = &account.profile;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            nickname: text(profile.nickname.as_ref().map(Nickname::as_str)),
            username: text(account.username.as_ref().map(Username::as_str)),
            gender: text(profile.gender.map(Gender::as_str)),
            birthday: profile
                .birthday
                .map_or_else(String::new, |birthday| times::day(birthday.instant(), zone)),
            location: text(profile.location.as_ref().map(Location::as_str)),
            bio: one_kind_of_line_break(profile.bio.as_ref().map_or("", Bio::as_str)),
        }
    }

    fn typed(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            nickname: text("nickname"),
            username: text("username"),
            gender: text("gender"),
            birthday: text("birthday"),
            location: text("location"),
            bio: one_kind_of_line_break(form.text("bio")),
        }
    }

    /// What of it differs from what was shown before.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn change_from(&self, before: &Self, holder: &Holder) -> Result<ProfileChange, String> {
        let (language, zone) = (holder.visit.language, &holder.visit.desk.settings.zone);
        let mut change = ProfileChange::default();
        if self.nickname != before.nickname {
            change.nickname = Some(Nickname::parse(&self.nickname).map_err(|_| bad_nickname(language))?);
        }
        if self.username != before.username {
            change.username = Some(Username::parse(&self.username).map_err(|error| words::username(error, language))?);
        }
        if self.gender != before.gender {
            change.gender = Some(Gender::from_name(&self.gender));
        }
        if self.birthday != before.birthday {
            change.birthday = Some(if self.birthday.is_empty() {
                None
            } else {
                let begun = times::parse_day(&self.birthday, zone);
                let birthday = begun.and_then(|instant| Birthday::at(instant).ok());
                Some(birthday.ok_or_else(|| bad_birthday(language))?)
            });
        }
        if self.location != before.location {
            change.location = Some(Location::parse(&self.location).map_err(|_| bad_location(language))?);
        }
        if self.bio != before.bio {
            change.bio = Some(Bio::parse(&self.bio).map_err(|_| bad_bio(language))?);
        }
        Ok(change)
    }
}

/// The page.
pub(super) async fn show(holder: Holder) -> Result<Response, Failure> {
    html(&page(&holder, Shown::of(&holder), None))
}

/// Saves what was changed; all of it or nothing.
pub(super) async fn save(sent: HolderForm) -> Result<Response, Failure> {
    let HolderForm { holder, form } = sent;
    let typed = Shown::typed(&form);
    let change = match typed.change_from(&Shown::of(&holder), &holder) {
        Ok(change) => change,
        Err(problem) => return again(&holder, typed, problem),
    };
    let accounts = &holder.visit.desk.accounts;
    match refused(accounts.change_profile(&holder.session.principal, change).await)? {
        Ok(()) => Ok(go(super::HOME, "saved")),
        Err(refusal) => again(&holder, typed, words::refusal(refusal, holder.visit.language)),
    }
}

fn again(holder: &Holder, shown: Shown, problem: String) -> Result<Response, Failure> {
    let page = html(&page(holder, shown, Some(problem)))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn page(holder: &Holder, shown: Shown, problem: Option<String>) -> Page {
    let account = holder.account();
    Page {
        frame: holder.frame(("我的资料", "My profile")),
        here: holder.here(Tab::Profile),
        shown,
        preferred: Preferred::of(account),
        cover: account
            .profile
            .cover
            .as_ref()
            .map(|name| picture_address(name.as_str())),
        problem,
    }
}

/// Browsers send other line breaks than they were shown.
fn one_kind_of_line_break(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn bad_nickname(language: Language) -> String {
    let text = language.pick("昵称须为 1 至 64 个字符。", "A nickname has 1 to 64 characters.");
    text.to_owned()
}

fn bad_birthday(language: Language) -> String {
    let text = language.pick("生日须为 1900 年以后的日期。", "A birthday is a date from 1900 on.");
    text.to_owned()
}

fn bad_location(language: Language) -> String {
    let text = language.pick("所在地最多 100 个字符。", "A location has at most 100 characters.");
    text.to_owned()
}

fn bad_bio(language: Language) -> String {
    let text = language.pick("简介最多 500 个字符。", "A bio has at most 500 characters.");
    text.to_owned()
}
