pub(crate) async fn examine(_: &crate::config::Config, _: crate::cli::Form) -> std::process::ExitCode { std::process::ExitCode::SUCCESS }
