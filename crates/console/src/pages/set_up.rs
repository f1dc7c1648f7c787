//! Making the first root account, by the link that the terminal shows.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use yaopai_accounts::{Error, FirstRoot, Refusal, SetUp};
use yaopai_model::limits::{PASSWORD_CHARACTERS_STRICT, USERNAME_CHARACTERS};
use yaopai_model::{App, AppSecret, Password, PasswordPolicy, SessionScope, SetupSecret, Username};

use super::html;
use super::message::status;
use crate::failure::Failure;
use crate::form::{Form, VisitForm};
use crate::frame::Frame;
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "set_up.html")]
struct Page {
    frame: Frame,
    code: String,
    username: String,
    wants_app_secret: bool,
    least_characters: usize,
    most_name_characters: usize,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "set_up_before.html")]
struct Before {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "set_up_keys.html")]
struct Keys {
    frame: Frame,
    app_id: String,
    app_secret: String,
}

const VOID_LINK: (&str, &str) = (
    "链接无效、已用过或已过期：请在服务器上运行 yaopai setup-link 重新生成。",
    "The link is wrong, used or past its hour: run yaopai setup-link on the server for a new one.",
);

/// Why a form has no effect.
enum Problem {
    /// In words.
    Input(String),
    Verb(Error),
}

/// The form. What stands after `#` in the link never comes here: a script puts it into its field, or a person does.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, &Form::default(), StatusCode::OK, None).await
}

/// Makes the account and signs it in.
pub(crate) async fn set_up(sent: VisitForm) -> Result<Response, Failure> {
    let VisitForm { visit, form } = sent;
    match attempt(&visit, &form).await {
        Ok(set_up) => entered(&visit, &set_up),
        Err(Problem::Input(problem)) => page(&visit, &form, StatusCode::BAD_REQUEST, Some(problem)).await,
        Err(Problem::Verb(Error::Refused(refusal))) => {
            let problem = if refusal == Refusal::WrongCode {
                let (chinese, english) = VOID_LINK;
                visit.language.pick(chinese, english).to_owned()
            } else {
                words::refusal(refusal, visit.language)
            };
            page(&visit, &form, status(refusal), Some(problem)).await
        }
        Err(Problem::Verb(error)) => Err(error.into()),
    }
}

async fn attempt(visit: &Visit, form: &Form) -> Result<SetUp, Problem> {
    let language = visit.language;
    let in_words = |chinese: &str, english: &str| Problem::Input(language.pick(chinese, english).to_owned());
    let secret = SetupSecret::parse(form.text("code")).map_err(|_| Problem::Verb(Refusal::WrongCode.into()))?;
    let username =
        Username::parse(form.text("username")).map_err(|error| Problem::Input(words::username(error, language)))?;
    // Whoever holds all of the base is held to the stricter rule, whatever the published documents let others have.
    let password = Password::chosen(form.raw("password"), PasswordPolicy::Strict)
        .map_err(|error| Problem::Input(words::password(error, language)))?;
    if form.raw("password") != form.raw("password_again") {
        return Err(in_words("两次输入的密码不一致。", "The passwords are not the same."));
    }
    let root = FirstRoot {
        username,
        password,
        wants_app_secret: form.is_ticked("fresh_keys"),
    };
    let accounts = &visit.desk.accounts;
    accounts
        .set_up(&secret, root, &visit.caller)
        .await
        .map_err(Problem::Verb)
}

/// Shows the new keys, if some were wanted, else the dashboard.
fn entered(visit: &Visit, set_up: &SetUp) -> Result<Response, Failure> {
    visit.note_account(set_up.signed_in.account.id);
    let key = set_up.signed_in.page_key();
    let mut response = match &set_up.app {
        Some((app, secret)) => keys(visit, app, secret)?,
        None => Redirect::to("/console/").into_response(),
    };
    visit.set_page_key(response.headers_mut(), SessionScope::Console, Some(&key));
    Ok(response)
}

fn keys(visit: &Visit, app: &App, secret: &AppSecret) -> Result<Response, Failure> {
    let (form_secret, _) = visit.form_secret_or_new();
    html(&Keys {
        frame: visit.frame(("默认应用的密钥", "Keys of the default app"), &form_secret),
        app_id: app.key.as_str().to_owned(),
        app_secret: secret.expose().to_owned(),
    })
}

async fn page(visit: &Visit, form: &Form, status: StatusCode, problem: Option<String>) -> Result<Response, Failure> {
    let (secret, is_new) = visit.form_secret_or_new();
    if visit.desk.accounts.is_set_up().await? {
        let page = Before {
            frame: visit.frame(("已设置完成", "Already set up"), &secret),
        };
        return Ok((StatusCode::CONFLICT, html(&page)?).into_response());
    }
    let page = Page {
        frame: visit.frame(("首次设置", "Set up"), &secret),
        code: form.text("code").to_owned(),
        username: form.text("username").to_owned(),
        wants_app_secret: form.is_ticked("fresh_keys"),
        least_characters: PASSWORD_CHARACTERS_STRICT,
        most_name_characters: USERNAME_CHARACTERS,
        problem,
    };
    let mut response = (status, html(&page)?).into_response();
    if is_new {
        visit.set_form_secret(response.headers_mut(), &secret);
    }
    Ok(response)
}
