//! The binary `yaopai`: settings, the command line, and everything that runs beside the requests.

mod admin_socket;
mod archive;
mod audit_trail;
mod cli;
mod clock;
mod commands;
mod config;
mod data_folder;
mod doctor;
mod entropy;
mod forwarded;
mod greeting;
mod health;
mod listen;
mod loops;
mod manage;
mod metrics;
mod migrate_database;
mod open_files;
mod ops;
mod readiness;
mod reception;
mod serve;
mod shutdown;
mod telemetry;
mod terminal;
mod wire_up;
mod workers;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use config::Config;

/// Why a command did not do what was asked: a line for the operator.
type Complaint = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::keep_panics_quiet();
    // Two cryptography providers in one process would panic at the first connection; here is the one. An error means
    // that it was chosen before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match run(cli) {
        Ok(code) => code,
        Err(complaint) => {
            terminal::complain(&format!("错误 / error: {complaint}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Complaint> {
    if let Some(Command::Config(cli::Config::Reference)) = cli.command {
        terminal::say(config::reference().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let environment: Vec<_> = std::env::vars_os().collect();
    let config = config::load(cli.config.as_deref(), &environment)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli.command.unwrap_or(Command::Serve), config))
}

async fn dispatch(command: Command, config: Config) -> Result<ExitCode, Complaint> {
    match command {
        Command::Serve => serve::serve(config).await?,
        Command::App(command) => manage::app(&config, command).await?,
        Command::Account(command) => manage::account(&config, command).await?,
        Command::Messages(form) => manage::messages(&config, form).await?,
        Command::SetupLink(form) => manage::setup_link(&config, form).await?,
        Command::Keys(cli::Keys::Rotate) => manage::do_it(&config, commands::Command::RotateKeys).await?,
        Command::Sessions(cli::Sessions::EndAll { yes: _ }) => {
            manage::do_it(&config, commands::Command::EndAllSessions).await?;
        }
        Command::Audit(cli::Audit::Verify { app, form }) => manage::verify_audit(&config, app.as_deref(), form).await?,
        Command::Config(command) => manage::config(&config, &command)?,
        Command::Doctor(form) => return Ok(doctor::doctor(&config, form).await),
        Command::Health => health::health(&config)?,
        Command::Backup(order) => archive::backup(&config, &order)?,
        Command::MigrateDatabase(order) => migrate_database::migrate(&config, &order).await?,
        Command::ImportPictures(order) => migrate_database::import_pictures(&config, &order).await?,
        Command::Restore(order) => archive::restore(&config, &order).await?,
    }
    Ok(ExitCode::SUCCESS)
}
