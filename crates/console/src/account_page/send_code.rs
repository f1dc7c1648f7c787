//! Sending a code to an address that somebody types.

use yaopai_accounts::{ChallengeRule, Outcome, Refusal};
use yaopai_model::{Address, AppId, Email, Identifier, Purpose};

use crate::form::Form;
use crate::signing_in::{SliderShown, answer_slider, refused};
use crate::visit::Visit;
use crate::words;

/// Why no code was sent, and what there is to solve first.
pub(super) struct NotSent {
    pub(super) refusal: Option<Refusal>,
    pub(super) problem: String,
    pub(super) slider: Option<SliderShown>,
}

/// The address in the field `address`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn typed_address(visit: &Visit, form: &Form) -> Result<Address, NotSent> {
    let identifier = Identifier::parse(form.text("address")).ok();
    let address = identifier.and_then(|identifier| match identifier {
        Identifier::Phone(phone) => Some(Address::Phone(phone)),
        Identifier::Email(email) => Some(Address::Email(email)),
        Identifier::Username(_) => None,
    });
    address.ok_or_else(|| NotSent {
        refusal: None,
        problem: visit
            .language
            .pick("请填写手机号或邮箱。", "Enter a phone number or an e-mail address.")
            .to_owned(),
        slider: None,
    })
}

/// Sends a code. For an e-mail address the slider has to be solved first, as on `api_v1`.
///
/// # Errors
/// Faults; the inner one is a refusal, with its slider.
pub(super) async fn send_code(
    visit: &Visit,
    form: &Form,
    app: AppId,
    address: &Address,
    purpose: Purpose,
) -> Outcome<Result<(), NotSent>> {
    let sent = refused(try_to_send(visit, form, app, address, purpose).await)?;
    let refusal = match sent {
        Ok(()) => return Ok(Ok(())),
        Err(refusal) => refusal,
    };
    let slider = SliderShown::asked_for(visit, app, refusal, email(address)).await?;
    Ok(Err(NotSent {
        refusal: Some(refusal),
        problem: words::refusal(refusal, visit.language),
        slider,
    }))
}

async fn try_to_send(visit: &Visit, form: &Form, app: AppId, address: &Address, purpose: Purpose) -> Outcome<()> {
    let rule = match email(address) {
        Some(email) => {
            answer_slider(visit, form, app, email).await?;
            ChallengeRule::MustBePassed
        }
        None => ChallengeRule::NotAsked,
    };
    let accounts = &visit.desk.accounts;
    accounts.request_code(app, address, purpose, rule, &visit.caller).await
}

fn email(address: &Address) -> Option<&Email> {
    match address {
        Address::Email(email) => Some(email),
        Address::Phone(_) => None,
    }
}
