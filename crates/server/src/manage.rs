//! The command line's half of the management commands: sends them off and prints what came of it.

use std::io::{self, BufRead as _, Read as _};

use serde::Serialize;
use yaopai_model::limits::PASSWORD_LINE_BYTES;

use crate::cli::{self, Form, OneAccount, RoleName};
use crate::commands::{self, AccountRow, Command, CreateAccount, MessageRow, Reply};
use crate::config::{Config, Effective, Settings};
use crate::data_folder::{DataFolder, Paths};
use crate::wire_up::{self, Base, OpenFailure};
use crate::{Complaint, admin_socket, audit_trail, greeting, terminal};

/// `yaopai app …`
pub(crate) async fn app(config: &Config, command: cli::App) -> Result<(), Complaint> {
    let (command, form) = match command {
        cli::App::Create {
            name,
            host: hosts,
            rate,
            form,
        } => (Command::CreateApp { name, hosts, rate }, form),
        cli::App::Update {
            app_id,
            host,
            no_host,
            rate,
            form,
        } => {
            let hosts = (no_host || !host.is_empty()).then_some(host);
            (Command::UpdateApp { app_id, hosts, rate }, form)
        }
        cli::App::List(form) => (Command::ListApps, form),
        cli::App::RotateSecret {
            app_id,
            overlap_hours,
            form,
        } => (Command::RotateAppSecret { app_id, overlap_hours }, form),
    };
    print(run(config, command).await?, form)
}

/// `yaopai account …`
pub(crate) async fn account(config: &Config, command: cli::Account) -> Result<(), Complaint> {
    let (command, form) = match command {
        cli::Account::Create {
            username,
            email,
            phone,
            role,
            password_stdin: _,
            of_app,
            form,
        } => {
            let (role, password) = (role_name(role), read_password()?);
            let new = CreateAccount {
                app: of_app.app,
                username,
                email,
                phone,
                role,
                password,
            };
            (Command::CreateAccount(new), form)
        }
        cli::Account::SetRole {
            of: OneAccount { account, of_app, form },
            role,
        } => (
            Command::SetRole {
                app: of_app.app,
                account,
                role: role_name(role),
            },
            form,
        ),
        cli::Account::Disable(OneAccount { account, of_app, form }) => (
            Command::SetDisabled {
                app: of_app.app,
                account,
                disabled: true,
            },
            form,
        ),
        cli::Account::Enable(OneAccount { account, of_app, form }) => (
            Command::SetDisabled {
                app: of_app.app,
                account,
                disabled: false,
            },
            form,
        ),
        cli::Account::List { of_app, page, form } => (Command::ListAccounts { app: of_app.app, page }, form),
    };
    print(run(config, command).await?, form)
}

/// `yaopai messages`
pub(crate) async fn messages(config: &Config, form: Form) -> Result<(), Complaint> {
    print(run(config, Command::ListMessages).await?, form)
}

/// `yaopai setup-link`
pub(crate) async fn setup_link(config: &Config, form: Form) -> Result<(), Complaint> {
    print(run(config, Command::NewSetupLink).await?, form)
}

/// `yaopai audit verify`
pub(crate) async fn verify_audit(config: &Config, app: Option<&str>, form: Form) -> Result<(), Complaint> {
    let mut hands = Hands::of(config);
    let verified = audit_trail::verify(app, async |command| {
        hands
            .carry_out(command)
            .await
            .map_err(|complaint| complaint.to_string())
    });
    let verified = verified.await;
    hands.rest().await;
    let verified = verified?;
    if form.json {
        terminal::say(&serde_json::to_string(&verified)?);
        return Ok(());
    }
    for row in verified {
        terminal::say(&format!("{}  {}  完整 / whole", row.app_id, row.entries));
    }
    Ok(())
}

/// A command that answers only that it is done.
pub(crate) async fn do_it(config: &Config, command: Command) -> Result<(), Complaint> {
    print(run(config, command).await?, Form { json: false })
}

/// `yaopai config …`
pub(crate) fn config(config: &Config, command: &cli::Config) -> Result<(), Complaint> {
    match command {
        cli::Config::Show(form) => show(&config.effective, *form)?,
        cli::Config::Check | cli::Config::Reference => {
            let settings = &config.settings;
            wire_up::database(settings, &Paths::new(&settings.data_dir))?;
            wire_up::sms_channel(settings)?;
            wire_up::mail_channel(settings)?;
            terminal::say("设置无误 / the settings do");
        }
    }
    Ok(())
}

/// Carries out one command.
async fn run(config: &Config, command: Command) -> Result<Reply, Complaint> {
    let mut hands = Hands::of(config);
    let reply = hands.carry_out(command).await;
    hands.rest().await;
    reply
}

/// Whoever carries commands out: the running server, or, when none is running, this process.
struct Hands<'a> {
    settings: &'a Settings,
    /// The base, once it was found that no server is running.
    base: Option<Base>,
}

impl<'a> Hands<'a> {
    fn of(config: &'a Config) -> Self {
        Self {
            settings: &config.settings,
            base: None,
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<Reply, Complaint> {
        let settings = self.settings;
        let (base, command) = match self.base.take() {
            Some(base) => (base, command),
            None => match admin_socket::send(&Paths::new(&settings.data_dir), command).await? {
                Ok(reply) => return Ok(reply),
                Err(command) => (open(settings).await?, command),
            },
        };
        let reply = commands::execute(&base.office(settings, settings.listen), command).await;
        self.base = Some(base);
        Ok(reply)
    }

    /// Closes the base, if it was opened.
    async fn rest(self) {
        if let Some(base) = self.base {
            base.close().await;
        }
    }
}

async fn open(settings: &Settings) -> Result<Base, Complaint> {
    let folder = DataFolder::take(&settings.data_dir)?;
    let base = wire_up::open(settings, folder).await?;
    // On standard error, so that what a script reads stays what it asked for.
    if let Some((app, secret)) = base.accounts.ensure_default_app().await.map_err(OpenFailure::from)? {
        terminal::complain(&greeting::default_app(&app, &secret));
    }
    Ok(base)
}

fn role_name(role: RoleName) -> String {
    let name = match role {
        RoleName::User => "user",
        RoleName::Auditor => "auditor",
        RoleName::Admin => "admin",
        RoleName::Root => "root",
    };
    name.to_owned()
}

fn read_password() -> io::Result<String> {
    let mut line = String::new();
    io::BufReader::new(io::stdin().lock().take(PASSWORD_LINE_BYTES)).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn print(reply: Reply, form: Form) -> Result<(), Complaint> {
    if form.json {
        return print_json(&reply);
    }
    match reply {
        Reply::AppSecret(app) => terminal::say(&format!(
            "app_id:     {}\napp_secret: {}\n密钥只显示这一次 / the secret is shown this once",
            app.app_id, app.app_secret
        )),
        Reply::Apps(apps) => {
            for app in apps {
                let default = if app.default { "  (默认 / default)" } else { "" };
                terminal::say(&format!("{}  {}{default}", app.app_id, app.name));
            }
        }
        Reply::Account(account) => terminal::say(&in_words(&account)),
        Reply::Accounts { total, accounts } => {
            for account in accounts {
                terminal::say(&in_words(&account));
            }
            terminal::say(&format!("共 / in all: {total}"));
        }
        Reply::Messages(messages) => {
            for message in messages {
                terminal::say(&message_in_words(&message));
            }
        }
        Reply::SetupLink { url } => terminal::say(&greeting::set_up(&url)),
        Reply::AuditVerified { up_to, .. } => terminal::say(&format!("{up_to}")),
        Reply::Done => terminal::say("完成 / done"),
        Reply::Failed(reason) => return Err(reason.into()),
    }
    Ok(())
}

fn print_json(reply: &Reply) -> Result<(), Complaint> {
    #[derive(Serialize)]
    struct Page<'a> {
        total: u32,
        accounts: &'a [AccountRow],
    }
    #[derive(Serialize)]
    struct Link<'a> {
        url: &'a str,
    }
    let text = match reply {
        Reply::AppSecret(app) => serde_json::to_string(app)?,
        Reply::Apps(apps) => serde_json::to_string(apps)?,
        Reply::Account(account) => serde_json::to_string(account)?,
        Reply::Accounts { total, accounts } => serde_json::to_string(&Page {
            total: *total,
            accounts,
        })?,
        Reply::Messages(messages) => serde_json::to_string(messages)?,
        Reply::SetupLink { url } => serde_json::to_string(&Link { url })?,
        Reply::AuditVerified { up_to, .. } => up_to.to_string(),
        Reply::Done => "{}".to_owned(),
        Reply::Failed(reason) => return Err(reason.clone().into()),
    };
    terminal::say(&text);
    Ok(())
}

fn in_words(account: &AccountRow) -> String {
    let mut words = vec![account.id.to_string(), account.public_id.clone(), account.role.clone()];
    words.extend(
        [&account.username, &account.email, &account.phone]
            .into_iter()
            .flatten()
            .cloned(),
    );
    if account.disabled {
        words.push("(已停用 / disabled)".to_owned());
    }
    words.join("  ")
}

fn message_in_words(message: &MessageRow) -> String {
    let made = jiff::Timestamp::from_millisecond(message.created_at).unwrap_or_default();
    let MessageRow {
        state,
        channel,
        recipient,
        subject,
        attempts,
        last_error,
        ..
    } = message;
    let error = last_error.as_deref().unwrap_or_default();
    format!("{made:.0}  {state}  {channel}  {recipient}  {subject}  ×{attempts}  {error}")
        .trim_end()
        .to_owned()
}

fn show(effective: &[Effective], form: Form) -> Result<(), Complaint> {
    if form.json {
        terminal::say(&serde_json::to_string_pretty(effective)?);
        return Ok(());
    }
    let width = effective.iter().map(|setting| setting.key.len()).max().unwrap_or(0);
    for setting in effective {
        let value = setting.value.as_deref().unwrap_or("(未设 / unset)");
        terminal::say(&format!("{:width$} = {value}  # {}", setting.key, setting.origin));
    }
    Ok(())
}
