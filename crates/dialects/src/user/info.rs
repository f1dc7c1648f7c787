//! `info`

use super::envelope;
use super::profile::Fields;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

/// The account that is asking, or the `fields` of it.
pub(super) async fn info(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    call.wires.accounts.count_info_call(&principal).await?;
    let parameters = call.parameters()?;
    let wanted = parameters.text("fields")?.unwrap_or_default();
    let settings = &call.wires.settings;
    if wanted.is_empty() {
        return envelope::own_info(&principal.account, |account| {
            envelope::written(Fields::info(account, settings)?)
        });
    }
    let info = Fields::info(&principal.account, settings)?;
    envelope::succeed(info.named_in(wanted))
}
