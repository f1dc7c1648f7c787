//! Making an app.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use yaopai_accounts::{NewApp, Refusal};

use super::{Problem, hosts, keeps_apps, name, rate, secret};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;

#[derive(Template)]
#[template(path = "apps/create.html")]
struct Page<'a> {
    frame: Frame,
    form: &'a Form,
    problem: Option<String>,
}

/// The form.
pub(super) async fn show(operator: Operator) -> Result<Response, Failure> {
    if !keeps_apps(&operator) {
        return Err(Refusal::RankTooLow.into());
    }
    page(&operator, &Form::default(), None)
}

/// Makes the app and shows its secret.
pub(super) async fn create(sent: OperatorForm) -> Result<Response, Failure> {
    let OperatorForm { operator, form } = &sent;
    let new = match read(form) {
        Ok(new) => new,
        Err(problem) => return page(operator, form, Some(&problem)),
    };
    match operator.visit.desk.accounts.create_app(operator.actor(), new).await {
        Ok((app, secret)) => secret::page(operator, &app, &secret, ("应用已创建", "The app is made")),
        Err(error) => page(operator, form, Some(&Problem::of(error)?)),
    }
}

fn read(form: &Form) -> Result<NewApp, Problem> {
    Ok(NewApp {
        name: name(form)?,
        hosts: hosts(form)?,
        requests_per_second: rate(form)?,
    })
}

fn page(operator: &Operator, form: &Form, problem: Option<&Problem>) -> Result<Response, Failure> {
    let page = Page {
        frame: operator.frame(("新建应用", "New app"), Section::Apps),
        form,
        problem: problem.map(|problem| problem.text(operator.visit.language)),
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    Ok((status, html(&page)?).into_response())
}
