//! Verifying the chains of the audit log from end to end, a stretch at a time, so that none is too long.

use serde::Serialize;

use crate::commands::{Command, Reply};

/// An app whose chain was found whole.
#[derive(Serialize)]
pub(crate) struct VerifiedRow {
    pub(crate) app_id: String,
    /// How many entries it has.
    pub(crate) entries: i64,
}

/// Has every chain verified, or that of `app`, by whoever carries commands out.
///
/// # Errors
/// The first entry that is not as it was written, and other reasons, in words.
pub(crate) async fn verify(
    app: Option<&str>,
    mut carry_out: impl AsyncFnMut(Command) -> Result<Reply, String>,
) -> Result<Vec<VerifiedRow>, String> {
    let apps = match carry_out(Command::ListApps).await? {
        Reply::Apps(apps) => apps,
        Reply::Failed(reason) => return Err(reason),
        Reply::AppSecret(_)
        | Reply::Account(_)
        | Reply::Accounts { .. }
        | Reply::Messages(_)
        | Reply::SetupLink { .. }
        | Reply::AuditVerified { .. }
        | Reply::Done => return Err(UNEXPECTED.to_owned()),
    };
    let ids = apps.into_iter().map(|row| row.app_id);
    let ids: Vec<_> = ids.filter(|id| app.is_none_or(|app| app == id)).collect();
    if ids.is_empty() {
        return Err("没有这个应用 / no such app: see `yaopai app list`".to_owned());
    }
    let mut verified = Vec::new();
    for app_id in ids {
        let mut after = 0;
        loop {
            let command = Command::VerifyAudit {
                app_id: app_id.clone(),
                after,
            };
            match carry_out(command).await? {
                Reply::AuditVerified { up_to, is_end: false } => after = up_to,
                Reply::AuditVerified { up_to, is_end: true } => {
                    verified.push(VerifiedRow { app_id, entries: up_to });
                    break;
                }
                Reply::Failed(reason) => return Err(reason),
                Reply::AppSecret(_)
                | Reply::Apps(_)
                | Reply::Account(_)
                | Reply::Accounts { .. }
                | Reply::Messages(_)
                | Reply::SetupLink { .. }
                | Reply::Done => return Err(UNEXPECTED.to_owned()),
            }
        }
    }
    Ok(verified)
}

const UNEXPECTED: &str = "回答无法理解，版本可能不同 / not an answer to what was asked: is the server another version?";
