//! Keys of the admin API.

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use yaopai_accounts::{Action, Error, ListedApiKey, NewApiKey, Refusal};
use yaopai_model::limits::API_KEY_DAYS;
use yaopai_model::{ApiKey, ApiKeyId, ApiKeyName, ApiScope, ApiScopes, AppId};
use zeroize::Zeroizing;

use super::app_choice::{AppChoice, AppOption};
use super::html;
use super::message::status;
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::routes::RouteTable;
use crate::{times, words};

/// Adds the pages of API keys.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table
        .get("/keys", show)
        .get("/keys/new", show_form)
        .post("/keys/new", create)
        .post("/keys/{app}/{api_key}/revoke", revoke)
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct ListPage {
    frame: Frame,
    apps: Vec<AppOption>,
    rows: Vec<Row>,
}

struct Row {
    key: ApiKey,
    state: State,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    may_revoke: bool,
    is_own: bool,
}

/// How it is with a key: its words and its badge.
struct State {
    chinese: &'static str,
    english: &'static str,
    badge: &'static str,
}

async fn show(operator: Operator, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let form = Form::parse(query.unwrap_or_default().as_bytes())?;
    let choice = AppChoice::read(&operator, &form).await?;
    let app = choice.or_own(&operator);
    let accounts = &operator.visit.desk.accounts;
    let keys = accounts.list_api_keys(app, operator.actor()).await?;
    html(&ListPage {
        frame: operator.frame(("接口密钥", "API keys"), Section::Keys),
        apps: choice.options(Some(app)),
        rows: keys.into_iter().map(|listed| row(&operator, listed)).collect(),
    })
}

fn row(operator: &Operator, listed: ListedApiKey) -> Row {
    let ListedApiKey { key, may_revoke } = listed;
    let settings = &operator.visit.desk.settings;
    let now = settings.clock.now();
    let state = |chinese, english, badge| State {
        chinese,
        english,
        badge,
    };
    Row {
        state: match key.revoked_at {
            Some(_) => state("已吊销", "Revoked", ""),
            None if key.expires_at <= now => state("已过期", "Expired", ""),
            None => state("有效", "Live", "good"),
        },
        created_at: times::minute(key.created_at, &settings.zone),
        expires_at: times::minute(key.expires_at, &settings.zone),
        last_used_at: key.last_used_at.map(|at| times::minute(at, &settings.zone)),
        may_revoke,
        is_own: key.account == operator.account().id,
        key,
    }
}

#[derive(Template)]
#[template(path = "keys/create.html")]
struct FormPage<'a> {
    frame: Frame,
    name: &'a str,
    days: &'a str,
    scopes: Vec<ScopeShown>,
    problem: Option<String>,
}

struct ScopeShown {
    name: &'static str,
    chinese: &'static str,
    english: &'static str,
    is_ticked: bool,
}

async fn show_form(operator: Operator) -> Result<Response, Failure> {
    if !operator.session.principal.reaches(Action::KeepApiKeys) {
        return Err(Refusal::RankTooLow.into());
    }
    form_page(&operator, &Form::default(), None)
}

fn form_page(operator: &Operator, form: &Form, problem: Option<(StatusCode, String)>) -> Result<Response, Failure> {
    let status = problem.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let page = FormPage {
        frame: operator.frame(("新建接口密钥", "New API key"), Section::Keys),
        name: form.text("name"),
        days: form.optional("days").unwrap_or("90"),
        scopes: ApiScope::ALL.into_iter().map(|scope| shown(scope, form)).collect(),
        problem: problem.map(|(_, text)| text),
    };
    Ok((status, html(&page)?).into_response())
}

fn shown(scope: ApiScope, form: &Form) -> ScopeShown {
    let (chinese, english) = match scope {
        ApiScope::ReadAccounts => ("查看账号", "Look at accounts"),
        ApiScope::WriteAccounts => (
            "创建、修改、禁用账号，结束会话",
            "Make, change and disable accounts, end their sessions",
        ),
        ApiScope::ChangeAddresses => ("更换手机号、邮箱", "Change phone numbers and e-mail addresses"),
        ApiScope::Reveal => ("完整的联系方式与导出", "Addresses whole, and exports"),
        ApiScope::GrantRoles => ("授予角色和权限", "Give roles and permissions"),
        ApiScope::DeleteAccounts => ("删除账号", "Delete accounts"),
        ApiScope::Messages => ("查看和重发消息", "Look at messages and send them again"),
        ApiScope::Apps => ("查看和修改应用", "Look at apps and change them"),
        ApiScope::AppSecrets => ("轮换应用密钥", "Rotate the secrets of apps"),
        ApiScope::Audit => ("读取审计记录", "Read the audit log"),
        ApiScope::Keys => ("查看和吊销接口密钥", "Look at API keys and revoke them"),
        ApiScope::Server => ("统计、健康状况和设置", "Figures, health and settings"),
    };
    ScopeShown {
        name: scope.as_str(),
        chinese,
        english,
        is_ticked: form.all("scope").any(|ticked| ticked == scope.as_str()),
    }
}

#[derive(Template)]
#[template(path = "keys/created.html")]
struct CreatedPage {
    frame: Frame,
    name: String,
    text: Zeroizing<String>,
    expires_at: String,
}

async fn create(sent: OperatorForm) -> Result<Response, Failure> {
    let OperatorForm { operator, form } = &sent;
    let new = match read(form) {
        Ok(new) => new,
        Err((chinese, english)) => {
            let problem = operator.visit.language.pick(chinese, english).to_owned();
            return form_page(operator, form, Some((StatusCode::BAD_REQUEST, problem)));
        }
    };
    sent.confirmed()?;
    let desk = &operator.visit.desk;
    let (key, text) = match desk.accounts.create_api_key(operator.actor(), new).await {
        Ok(made) => made,
        Err(Error::Refused(refusal @ Refusal::TooManyApiKeys)) => {
            let problem = words::refusal(refusal, operator.visit.language);
            return form_page(operator, form, Some((status(refusal), problem)));
        }
        Err(error) => return Err(error.into()),
    };
    html(&CreatedPage {
        frame: operator.frame(("密钥已创建", "The key is made"), Section::Keys),
        name: key.name.as_str().to_owned(),
        text: text.expose(),
        expires_at: times::minute(key.expires_at, &desk.settings.zone),
    })
}

fn read(form: &Form) -> Result<NewApiKey, (&'static str, &'static str)> {
    let scopes: Result<Vec<_>, _> = form.all("scope").map(ApiScope::parse).collect();
    let scopes = scopes.and_then(ApiScopes::new);
    let days = form.text("days").parse().ok();
    Ok(NewApiKey {
        name: ApiKeyName::parse(form.text("name"))
            .map_err(|_| ("名称须为 1 到 64 个字符。", "A name has 1 to 64 characters."))?,
        scopes: scopes.map_err(|_| ("请至少勾选一项权限。", "Tick at least one scope."))?,
        days: days
            .filter(|days| (1..=API_KEY_DAYS).contains(days))
            .ok_or(("有效期须为 1 到 365 天。", "A key lives for 1 to 365 days."))?,
    })
}

async fn revoke(Path((app, id)): Path<(i64, String)>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let id = ApiKeyId::parse(&id).map_err(|_| Failure::NotFound)?;
    let operator = &sent.operator;
    let accounts = &operator.visit.desk.accounts;
    accounts.revoke_api_key(AppId(app), operator.actor(), &id).await?;
    Ok(Redirect::to(&format!("/console/keys?app={app}&done=revoked")).into_response())
}
