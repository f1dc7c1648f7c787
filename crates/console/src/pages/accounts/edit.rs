//! Writing to an account.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::tz::TimeZone;
use yaopai_accounts::{AccountChange, Action, Error, InspectedAccount, Refusal};
use yaopai_model::{
    Account, Bio, Birthday, Email, Gender, IdentifierKind, Location, Nickname, Phone, Preferences, Username,
};

use super::{Named, shown};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;
use crate::pages::message::status;
use crate::{called, times, words};

#[derive(Template)]
#[template(path = "accounts/edit.html")]
struct Page {
    frame: Frame,
    address: String,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    may_change_address: bool,
    fields: Fields,
    problem: Option<Problem>,
}

/// What stands in the form.
struct Fields {
    username: String,
    nickname: String,
    phone: String,
    email: String,
    gender: String,
    birthday: String,
    location: String,
    bio: String,
    preferences: String,
}

/// What is wrong, and with which field; empty where it is none of them.
struct Problem {
    field: &'static str,
    text: String,
}

impl Page {
    fn is_bad(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.field == field)
    }
}

impl Fields {
    fn of_account(account: &Account, zone: &TimeZone) -> Self {
        let profile = &account.profile;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            username: text(account.username.as_ref().map(Username::as_str)),
            nickname: text(profile.nickname.as_ref().map(Nickname::as_str)),
            phone: String::new(),
            email: String::new(),
            gender: text(profile.gender.map(Gender::as_str)),
            birthday: profile
                .birthday
                .map_or_else(String::new, |day| times::day(day.instant(), zone)),
            location: text(profile.location.as_ref().map(Location::as_str)),
            bio: text(profile.bio.as_ref().map(Bio::as_str)),
            preferences: text(account.preferences.as_deref()),
        }
    }

    fn of_form(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            username: text("username"),
            nickname: text("nickname"),
            phone: text("phone"),
            email: text("email"),
            gender: text("gender"),
            birthday: text("birthday"),
            location: text("location"),
            // Browsers send line breaks as two characters.
            bio: text("bio").replace("\r\n", "\n"),
            preferences: text("preferences"),
        }
    }
}

/// The form.
pub(super) async fn show(Path(id): Path<String>, operator: Operator) -> Result<Response, Failure> {
    let named = Named::of(&operator, &id).await?;
    let inspected = inspect(&operator, named).await?;
    let fields = Fields::of_account(&inspected.account, &operator.visit.desk.settings.zone);
    page(&operator, named, &inspected, fields, None)
}

/// Saves what was changed in it. Whoever receives at another phone number or mailbox can begin the account anew, so that it takes
/// what deleting does.
pub(super) async fn save(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let has_address = ["phone", "email"]
        .into_iter()
        .any(|name| sent.form.optional(name).is_some());
    if has_address {
        sent.confirmed()?;
    }
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let inspected = inspect(operator, named).await?;
    let desk = &operator.visit.desk;
    let before = Fields::of_account(&inspected.account, &desk.settings.zone);
    let typed = Fields::of_form(&sent.form);
    let change = match read(operator, &before, &typed) {
        Ok(change) => change,
        Err(problem) => {
            return page(
                operator,
                named,
                &inspected,
                typed,
                Some((StatusCode::BAD_REQUEST, problem)),
            );
        }
    };
    let changed = desk
        .accounts
        .change_account(named.app, operator.actor(), named.id, change)
        .await;
    match changed {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=saved", named.address())).into_response()),
        Err(Error::Refused(refusal)) => {
            let text = words::refusal(refusal, operator.visit.language);
            let field = field_of(refusal);
            page(
                operator,
                named,
                &inspected,
                typed,
                Some((status(refusal), Problem { field, text })),
            )
        }
        Err(error) => Err(error.into()),
    }
}

/// The account, if the operator may write to it.
async fn inspect(operator: &Operator, named: Named) -> Result<InspectedAccount, Failure> {
    let accounts = &operator.visit.desk.accounts;
    let inspected = accounts.inspect_account(named.app, operator.actor(), named.id).await?;
    inspected.permits(Action::ChangeProfile)?;
    Ok(inspected)
}

/// The field that a refusal is about.
fn field_of(refusal: Refusal) -> &'static str {
    if let Refusal::Taken(kind) = refusal {
        return match kind {
            IdentifierKind::Phone => "phone",
            IdentifierKind::Email => "email",
            IdentifierKind::Username | IdentifierKind::PublicId => "username",
        };
    }
    if refusal == Refusal::ReservedUsername {
        "username"
    } else {
        ""
    }
}

/// What was changed: only that is written, so that two who change different fields do not undo each other.
fn read(operator: &Operator, before: &Fields, typed: &Fields) -> Result<AccountChange, Problem> {
    let language = operator.visit.language;
    let zone = &operator.visit.desk.settings.zone;
    let problem = |field, chinese: &str, english: &str| Problem {
        field,
        text: language.pick(chinese, english).to_owned(),
    };
    let username = changed(&before.username, &typed.username).filter(|text| !text.is_empty());
    let nickname = changed(&before.nickname, &typed.nickname).filter(|text| !text.is_empty());
    let phone = changed("", &typed.phone).map(Phone::parse).transpose();
    let email = changed("", &typed.email).map(Email::parse).transpose();
    let location = changed(&before.location, &typed.location)
        .map(Location::parse)
        .transpose();
    let bio = changed(&before.bio, &typed.bio).map(Bio::parse).transpose();
    let birthday = changed(&before.birthday, &typed.birthday).map(|text| birthday(text, zone));
    let preferences = changed(&before.preferences, &typed.preferences).map(preferences);
    Ok(AccountChange {
        username: username.map(Username::parse).transpose().map_err(|error| Problem {
            field: "username",
            text: words::username(error, language),
        })?,
        nickname: nickname.map(Nickname::parse).transpose().map_err(|_| {
            problem(
                "nickname",
                "昵称为 1 至 64 个字符。",
                "A nickname has 1 to 64 characters.",
            )
        })?,
        phone: phone.map_err(|_| Problem {
            field: "phone",
            text: words::phone(language),
        })?,
        email: email.map_err(|_| Problem {
            field: "email",
            text: words::email(language),
        })?,
        gender: changed(&before.gender, &typed.gender).map(Gender::from_name),
        birthday: birthday.transpose().map_err(|()| {
            problem(
                "birthday",
                "生日须为 1900 至 2199 年的日期。",
                "A birthday is a day from 1900 to 2199.",
            )
        })?,
        location: location.map_err(|_| {
            problem(
                "location",
                "所在地最多 100 个字符。",
                "A location has at most 100 characters.",
            )
        })?,
        bio: bio.map_err(|_| {
            problem(
                "bio",
                "简介最多 500 个字符。",
                "A signature has at most 500 characters.",
            )
        })?,
        preferences: preferences.transpose().map_err(|()| {
            problem(
                "preferences",
                "偏好须为 8 KiB 以内的 JSON 对象。",
                "Preferences are a JSON object of up to 8 KiB.",
            )
        })?,
    })
}

fn changed<'a>(before: &str, typed: &'a str) -> Option<&'a str> {
    (before != typed).then_some(typed)
}

/// A day, or none where nothing was typed.
fn birthday(text: &str, zone: &TimeZone) -> Result<Option<Birthday>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let start = times::parse_day(text, zone).ok_or(())?;
    Birthday::at(start).map(Some).map_err(|_| ())
}

/// A JSON object, or none where nothing was typed.
fn preferences(text: &str) -> Result<Option<Preferences>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).map_err(|_| ())?;
    let written = serde_json::to_string(&object).map_err(|_| ())?;
    Preferences::parse(&written).map(Some).map_err(|_| ())
}

fn page(
    operator: &Operator,
    named: Named,
    inspected: &InspectedAccount,
    fields: Fields,
    problem: Option<(StatusCode, Problem)>,
) -> Result<Response, Failure> {
    let account = &inspected.account;
    let (status, problem) = problem.map_or((StatusCode::OK, None), |(status, problem)| (status, Some(problem)));
    let page = Page {
        frame: operator.frame(("编辑账号", "Edit account"), Section::Accounts),
        address: named.address(),
        name: called::by_nickname(account),
        phone: shown::masked_phone(account),
        email: shown::masked_email(account),
        may_change_address: inspected.permits(Action::ChangeAddress).is_ok(),
        fields,
        problem,
    };
    Ok((status, html(&page)?).into_response())
}
