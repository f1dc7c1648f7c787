//! Making an account for somebody.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use yaopai_accounts::{Action, Error, NewAccount, Refusal};
use yaopai_model::{AppId, Email, Identifier, Password, Phone, Role, Username, draw};

use super::shown::{self, Choice};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;
use crate::pages::message::status;
use crate::{called, words};

/// Characters of a password that is drawn.
const DRAWN_PASSWORD: usize = 16;

#[derive(Template)]
#[template(path = "accounts/create.html")]
struct Page {
    frame: Frame,
    form: Form,
    apps: Vec<Choice>,
    roles: Vec<Choice>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/created.html")]
struct CreatedPage {
    frame: Frame,
    name: String,
    address: String,
    password: String,
}

/// The form.
pub(super) async fn show(operator: Operator) -> Result<Response, Failure> {
    if !operator.session.principal.reaches(Action::Create) {
        return Err(Refusal::RankTooLow.into());
    }
    page(&operator, Form::default(), None).await
}

/// Makes the account. A password that was drawn is shown this once.
pub(super) async fn create(sent: OperatorForm) -> Result<Response, Failure> {
    let role = Role::parse(sent.form.text("role")).unwrap_or_default();
    if role > Role::User {
        sent.confirmed()?;
    }
    let OperatorForm { operator, form } = sent;
    let desk = &operator.visit.desk;
    let app = match form.text("app").parse() {
        Ok(app) => AppId(app),
        Err(_) => operator.account().app,
    };
    let typed = form.raw("password");
    let drawn = typed
        .is_empty()
        .then(|| draw::text(desk.settings.entropy.as_ref(), draw::ALPHANUMERIC, DRAWN_PASSWORD));
    let new = match read(&operator, &form, drawn.as_deref().unwrap_or(typed), role) {
        Ok(new) => new,
        Err(problem) => return page(&operator, form, Some((StatusCode::BAD_REQUEST, problem))).await,
    };
    match desk.accounts.create_account_by(app, operator.actor(), new).await {
        Ok(account) => {
            let address = format!("/console/accounts/{}", account.id.0);
            match drawn {
                None => Ok(Redirect::to(&format!("{address}?done=created")).into_response()),
                Some(password) => html(&CreatedPage {
                    frame: operator.frame(("已创建账号", "Account created"), Section::Accounts),
                    name: called::by_nickname(&account),
                    address,
                    password,
                }),
            }
        }
        Err(Error::Refused(refusal)) => {
            let problem = words::refusal(refusal, operator.visit.language);
            page(&operator, form, Some((status(refusal), problem))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What was typed, or what is wrong with it.
fn read(operator: &Operator, form: &Form, password: &str, role: Role) -> Result<NewAccount, String> {
    let language = operator.visit.language;
    let policy = operator.visit.desk.settings.password_policy;
    let username = form.optional("username").map(Username::parse).transpose();
    let phone = form.optional("phone").map(Phone::parse).transpose();
    let email = form.optional("email").map(Email::parse).transpose();
    let identifiers: Vec<Identifier> = [
        username
            .map_err(|error| words::username(error, language))?
            .map(Identifier::Username),
        phone.map_err(|_| words::phone(language))?.map(Identifier::Phone),
        email.map_err(|_| words::email(language))?.map(Identifier::Email),
    ]
    .into_iter()
    .flatten()
    .collect();
    if identifiers.is_empty() {
        let chinese = "请至少填写用户名、手机号、邮箱中的一项。";
        let english = "It takes at least one of username, phone and e-mail.";
        return Err(language.pick(chinese, english).to_owned());
    }
    Ok(NewAccount {
        identifiers,
        password: Password::chosen(password, policy).map_err(|error| words::password(error, language))?,
        role,
    })
}

async fn page(operator: &Operator, form: Form, problem: Option<(StatusCode, String)>) -> Result<Response, Failure> {
    let accounts = &operator.visit.desk.accounts;
    let apps = accounts.list_apps(operator.actor()).await?;
    let chosen = form.text("app").parse().map_or(operator.account().app, AppId);
    let frame = operator.frame(("新建账号", "New account"), Section::Accounts);
    let roles = if operator.session.principal.reaches(Action::GiveRole(Role::User)) {
        shown::roles(form.optional("role").unwrap_or(Role::User.as_str()), &frame)
    } else {
        Vec::new()
    };
    let apps = apps.iter().map(|app| Choice {
        value: app.id.0.to_string(),
        label: app.name.as_str().to_owned(),
        is_chosen: app.id == chosen,
    });
    let (status, problem) = problem.map_or((StatusCode::OK, None), |(status, text)| (status, Some(text)));
    let page = Page {
        apps: apps.collect(),
        roles,
        problem,
        form,
        frame,
    };
    Ok((status, html(&page)?).into_response())
}
