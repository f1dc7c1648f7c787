//! Management commands, carried out in one place whether they come through the socket or from this process.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yaopai_accounts::{
    AccountSelector, Accounts, Actor, AppChange, Error, KeyPurpose, NewAccount, NewApp, Outcome, OutgoingMessage,
    PageRequest, Refusal,
};
use yaopai_model::{
    Account, App, AppKey, AppName, AppSecret, Email, HostName, Identifier, Password, PasswordPolicy, Phone, Role,
    Timestamp, Username, limits,
};
use yaopai_store::audit::Chain;

use crate::greeting;
use crate::readiness::Readiness;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// What an operator wants done. This is its form on the socket, which only the folder's owner can open: nothing in it
/// is valid yet.
#[derive(Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    CreateApp {
        name: String,
        hosts: Vec<String>,
        rate: Option<u32>,
    },
    UpdateApp {
        app_id: String,
        /// All of its hosts; none for no change.
        hosts: Option<Vec<String>>,
        /// Requests a second, 0 for no bound; none for no change.
        rate: Option<u32>,
    },
    ListApps,
    RotateAppSecret {
        app_id: String,
        /// Hours for which the old secret stays good.
        overlap_hours: u32,
    },
    CreateAccount(CreateAccount),
    SetRole {
        app: Option<String>,
        account: String,
        role: String,
    },
    SetDisabled {
        app: Option<String>,
        account: String,
        disabled: bool,
    },
    ListAccounts {
        app: Option<String>,
        page: u32,
    },
    ListMessages,
    /// A link by which the first root account is made, those before it being void.
    NewSetupLink,
    RotateKeys,
    EndAllSessions,
    /// Whether the server can do its work now.
    CheckReadiness,
    /// Whether the audit entries of an app after the entry `after`, some thousands of them, are as they were written.
    VerifyAudit {
        app_id: String,
        after: i64,
    },
}

/// An account to make.
#[derive(Deserialize, Serialize)]
pub(crate) struct CreateAccount {
    pub(crate) app: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) role: String,
    pub(crate) password: String,
}

/// What came of it.
#[derive(Deserialize, Serialize)]
#[serde(tag = "reply", content = "content", rename_all = "snake_case")]
pub(crate) enum Reply {
    AppSecret(AppSecretRow),
    Apps(Vec<AppRow>),
    Account(AccountRow),
    Accounts {
        total: u32,
        accounts: Vec<AccountRow>,
    },
    Messages(Vec<MessageRow>),
    SetupLink {
        url: String,
    },
    AuditVerified {
        /// The number of the last entry that was looked at, from 1; 0 where there is none.
        up_to: i64,
        /// Whether that is the last entry of all.
        is_end: bool,
    },
    Done,
    /// It was not done; why, in words for the operator.
    Failed(String),
}

/// An app's credentials, shown once.
#[derive(Deserialize, Serialize)]
pub(crate) struct AppSecretRow {
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
}

/// An app in a list.
#[derive(Deserialize, Serialize)]
pub(crate) struct AppRow {
    pub(crate) app_id: String,
    pub(crate) name: String,
    pub(crate) default: bool,
}

/// An account as operators see it.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccountRow {
    pub(crate) id: i64,
    pub(crate) public_id: String,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) role: String,
    pub(crate) disabled: bool,
}

/// A message as operators see it.
#[derive(Deserialize, Serialize)]
pub(crate) struct MessageRow {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) channel: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) attempts: i64,
    /// In milliseconds since 1970-01-01T00:00:00Z, as all instants here.
    pub(crate) created_at: i64,
    pub(crate) finished_at: Option<i64>,
    pub(crate) last_error: Option<String>,
}

/// Why a command was not carried out.
enum Failure {
    Verb(Error),
    Input(&'static str),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Verb(error)
    }
}

/// Who carries commands out. Clones share the base.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) accounts: Accounts,
    pub(crate) policy: PasswordPolicy,
    /// Where people reach the server, such as `https://id.example.com`.
    pub(crate) origin: String,
    pub(crate) readiness: Readiness,
}

/// Carries out `command`.
pub(crate) async fn execute(office: &Office, command: Command) -> Reply {
    match carry_out(office, command).await {
        Ok(reply) => reply,
        Err(Failure::Input(reason)) => Reply::Failed(reason.to_owned()),
        Err(Failure::Verb(Error::Refused(refusal))) => Reply::Failed(explain(refusal)),
        Err(Failure::Verb(Error::Fault(fault))) => Reply::Failed(format!("内部故障 / a fault of ours: {fault}")),
    }
}

async fn carry_out(office: &Office, command: Command) -> Result<Reply, Failure> {
    let accounts = &office.accounts;
    match command {
        Command::CreateApp { name, hosts, rate } => create_app(accounts, &name, &hosts, rate).await,
        Command::UpdateApp { app_id, hosts, rate } => {
            let key = AppKey::parse(&app_id).map_err(|_| Failure::Input(BAD_APP_ID))?;
            let change = AppChange {
                hosts: hosts.as_deref().map(host_names).transpose()?,
                requests_per_second: rate.map(|rate| Some(rate).filter(|rate| *rate > 0)),
                ..AppChange::default()
            };
            let app = accounts.update_app(Actor::Operator, &key, change).await?;
            Ok(Reply::Apps(vec![app_row(&app)]))
        }
        Command::ListApps => Ok(Reply::Apps(list_apps(accounts).await?.iter().map(app_row).collect())),
        Command::RotateAppSecret { app_id, overlap_hours } => {
            let key = AppKey::parse(&app_id).map_err(|_| Failure::Input(BAD_APP_ID))?;
            let (app, secret) = accounts
                .rotate_app_secret(Actor::Operator, &key, HOUR.saturating_mul(overlap_hours))
                .await?;
            Ok(Reply::AppSecret(app_secret(&app, &secret)))
        }
        Command::CreateAccount(new) => create_account(accounts, office.policy, new).await,
        Command::SetRole { app, account, role } => {
            let role = Role::parse(&role).map_err(|_| Failure::Input(BAD_ROLE))?;
            let account = find(accounts, app.as_deref(), &account).await?;
            accounts
                .set_role(account.app, Actor::Operator, account.id, role)
                .await?;
            Ok(Reply::Account(account_row(&Account { role, ..account })))
        }
        Command::SetDisabled { app, account, disabled } => {
            let account = find(accounts, app.as_deref(), &account).await?;
            accounts
                .set_disabled(account.app, Actor::Operator, account.id, disabled)
                .await?;
            Ok(Reply::Account(AccountRow {
                disabled,
                ..account_row(&account)
            }))
        }
        Command::ListAccounts { app, page } => {
            let app = app_of(accounts, app.as_deref()).await?;
            let page = PageRequest {
                number: page.max(1),
                size: limits::PAGE_SIZE,
            };
            let page = accounts.list_accounts(app.id, Actor::Operator, page).await?;
            Ok(Reply::Accounts {
                total: page.total,
                accounts: page.accounts.iter().map(account_row).collect(),
            })
        }
        Command::ListMessages => {
            let messages = accounts.messages().await?;
            Ok(Reply::Messages(messages.into_iter().map(message_row).collect()))
        }
        Command::NewSetupLink => {
            let secret = accounts.new_setup_link().await?.ok_or(Failure::Input(IS_SET_UP))?;
            let url = greeting::setup_link(&office.origin, &secret);
            Ok(Reply::SetupLink { url })
        }
        Command::RotateKeys => {
            accounts.rotate_key(KeyPurpose::Tokens).await?;
            accounts.rotate_key(KeyPurpose::Passwords).await?;
            Ok(Reply::Done)
        }
        Command::EndAllSessions => {
            accounts.end_all_sessions().await?;
            Ok(Reply::Done)
        }
        Command::CheckReadiness => office
            .readiness
            .check()
            .await
            .map(|()| Reply::Done)
            .map_err(Failure::Input),
        Command::VerifyAudit { app_id, after } => verify_audit(accounts, &app_id, after).await,
    }
}

async fn list_apps(accounts: &Accounts) -> Outcome<Vec<App>> {
    accounts.list_apps(Actor::Operator).await
}

async fn verify_audit(accounts: &Accounts, app_id: &str, after: i64) -> Result<Reply, Failure> {
    let app = app_of(accounts, Some(app_id)).await?;
    match accounts.verify_audit(app.id, Actor::Operator, after).await? {
        Chain::Whole { up_to, is_end } => Ok(Reply::AuditVerified { up_to, is_end }),
        Chain::BrokenAt { number } => Ok(Reply::Failed(format!(
            "应用 {app_id} 的第 {number} 条审计记录被改动或缺失 / audit entry {number} of app {app_id} was changed or is missing"
        ))),
    }
}

async fn create_app(accounts: &Accounts, name: &str, hosts: &[String], rate: Option<u32>) -> Result<Reply, Failure> {
    let name = AppName::parse(name)
        .map_err(|_| Failure::Input("应用名称须为 1 到 64 个字符 / a name has 1 to 64 characters"))?;
    let new = NewApp {
        name,
        hosts: host_names(hosts)?,
        requests_per_second: rate,
    };
    let (app, secret) = accounts.create_app(Actor::Operator, new).await?;
    Ok(Reply::AppSecret(app_secret(&app, &secret)))
}

fn host_names(hosts: &[String]) -> Result<Vec<HostName>, Failure> {
    let hosts: Result<Vec<_>, _> = hosts.iter().map(|host| HostName::parse(host)).collect();
    hosts.map_err(|_| Failure::Input("域名有误 / not a host name"))
}

async fn create_account(accounts: &Accounts, policy: PasswordPolicy, new: CreateAccount) -> Result<Reply, Failure> {
    let mut identifiers = Vec::new();
    if let Some(username) = &new.username {
        let username = Username::parse(username).map_err(|_| Failure::Input("用户名有误 / not a username"))?;
        identifiers.push(Identifier::Username(username));
    }
    if let Some(email) = &new.email {
        let email = Email::parse(email).map_err(|_| Failure::Input("邮箱有误 / not an e-mail address"))?;
        identifiers.push(Identifier::Email(email));
    }
    if let Some(phone) = &new.phone {
        let phone = Phone::parse(phone).map_err(|_| Failure::Input("手机号有误 / not a phone number"))?;
        identifiers.push(Identifier::Phone(phone));
    }
    if identifiers.is_empty() {
        return Err(Failure::Input(
            "需要用户名、邮箱或手机号 / a username, an e-mail or a phone number is needed",
        ));
    }
    let password = Password::chosen(&new.password, policy)
        .map_err(|_| Failure::Input("密码不合要求：太短、太长、太常见或含控制字符 / a password too short, too long, too common, or with control characters"))?;
    let role = Role::parse(&new.role).map_err(|_| Failure::Input(BAD_ROLE))?;
    let app = app_of(accounts, new.app.as_deref()).await?;
    let account = accounts
        .create_account(
            app.id,
            NewAccount {
                identifiers,
                password,
                role,
            },
        )
        .await?;
    Ok(Reply::Account(account_row(&account)))
}

const BAD_APP_ID: &str = "没有这个应用 / no such app: see `yaopai app list`";
const IS_SET_UP: &str = "已有 root 账号，请在 /console/ 登录 / there is a root account: sign in at /console/";
const BAD_ROLE: &str = "没有这个角色 / no such role: user, auditor, admin or root";

async fn find(accounts: &Accounts, app: Option<&str>, selector: &str) -> Result<Account, Failure> {
    let selector = AccountSelector::parse(selector)
        .map_err(|_| Failure::Input("应为编号、16 位字母、用户名、邮箱或手机号 / a number, sixteen letters, a username, an e-mail or a phone number"))?;
    let app = app_of(accounts, app).await?;
    Ok(accounts.find_account(app.id, &selector).await?)
}

async fn app_of(accounts: &Accounts, app_id: Option<&str>) -> Result<App, Failure> {
    let Some(app_id) = app_id else {
        return Ok(App::clone(accounts.app_of_host(None).await?.as_ref()));
    };
    list_apps(accounts)
        .await?
        .into_iter()
        .find(|app| app.key.as_str() == app_id)
        .ok_or(Failure::Input(BAD_APP_ID))
}

/// An app's credentials, for the one time that they are shown.
pub(crate) fn app_secret(app: &App, secret: &AppSecret) -> AppSecretRow {
    AppSecretRow {
        app_id: app.key.as_str().to_owned(),
        app_secret: secret.expose().to_owned(),
    }
}

fn app_row(app: &App) -> AppRow {
    AppRow {
        app_id: app.key.as_str().to_owned(),
        name: app.name.as_str().to_owned(),
        default: app.is_default,
    }
}

fn account_row(account: &Account) -> AccountRow {
    AccountRow {
        id: account.id.0,
        public_id: account.public_id.as_str().to_owned(),
        username: account.username.as_ref().map(|username| username.as_str().to_owned()),
        email: account.email.as_ref().map(|held| held.value.address().to_owned()),
        phone: account.phone.as_ref().map(|held| held.value.as_e164().to_owned()),
        role: account.role.as_str().to_owned(),
        disabled: account.disabled_at.is_some(),
    }
}

fn message_row(message: OutgoingMessage) -> MessageRow {
    MessageRow {
        id: message.id,
        state: message.state.as_str().to_owned(),
        channel: message.channel,
        recipient: message.recipient,
        subject: message.subject,
        attempts: message.attempts,
        created_at: message.created_at.as_millis(),
        finished_at: message.finished_at.map(Timestamp::as_millis),
        last_error: message.last_error,
    }
}

/// Why a command was refused, as far as one can be; the others are the wires' and told by name.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most refusals are the wires' and no command meets them"
)]
fn explain(refusal: Refusal) -> String {
    match refusal {
        Refusal::UnknownApp => BAD_APP_ID.to_owned(),
        Refusal::NoSuchAccount => "没有这个账号 / no such account".to_owned(),
        Refusal::Taken(kind) => format!("已被占用 / taken: {kind}"),
        Refusal::LastRoot => "不能去掉最后一个 root / it would leave the app without an active root".to_owned(),
        Refusal::HostTaken => "域名已归属另一个应用 / another app has the host".to_owned(),
        Refusal::TooManyApps => "应用或域名太多 / too many apps, or too many hosts of one".to_owned(),
        Refusal::ReservedUsername => "保留的用户名 / a reserved username".to_owned(),
        Refusal::Overloaded => "系统繁忙，请稍后再试 / busy: try again shortly".to_owned(),
        other => format!("被拒绝 / refused: {other:?}"),
    }
}
