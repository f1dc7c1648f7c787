//! Sending a code to an address that somebody types.

use yaopai_accounts::{ChallengeRule, Outcome, Refusal};
use yaopai_model::{Address, AppId, Email, Identifier, Purpose};

use crate::form::Form;
use crate::signing_in::{SliderShown, answer_slider, refused};
use crate::visit::Visit;
use crate::words;

/// What a form shows that works by a code: first it asks for an address, then for the code that was sent there.
pub(super) struct CodeForm {
    pub(super) address: String,
    /// Whether a code was asked for.
    pub(super) is_sent: bool,
    pub(super) problem: Option<String>,
    /// What there is to solve before one is sent.
    pub(super) slider: Option<SliderShown>,
}

impl CodeForm {
    /// The form that asks for an address.
    pub(super) fn new(form: &Form) -> Self {
        Self {
            address: form.text("address").to_owned(),
            is_sent: false,
            problem: None,
            slider: None,
        }
    }

    /// The form that asks for the code once more.
    pub(super) fn again(form: &Form, problem: String) -> Self {
        Self {
            is_sent: true,
            problem: Some(problem),
            ..Self::new(form)
        }
    }

    /// Sends a code to the address in the form: what is shown then, and what was refused. For an e-mail address the slider
    /// has to be solved first, as on `api_v1`.
    ///
    /// # Errors
    /// Faults only.
    pub(super) async fn send(
        visit: &Visit,
        form: &Form,
        app: AppId,
        purpose: Purpose,
    ) -> Outcome<(Self, Option<Refusal>)> {
        let asked = Self::new(form);
        let address = match typed_address(visit, form) {
            Ok(address) => address,
            Err(problem) => {
                let problem = Some(problem);
                return Ok((Self { problem, ..asked }, None));
            }
        };
        let Err(refusal) = refused(try_to_send(visit, form, app, &address, purpose).await)? else {
            return Ok((Self { is_sent: true, ..asked }, None));
        };
        let shown = Self {
            problem: Some(words::refusal(refusal, visit.language)),
            slider: SliderShown::asked_for(visit, app, refusal, email(&address)).await?,
            ..asked
        };
        Ok((shown, Some(refusal)))
    }
}

/// The address in the field `address`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn typed_address(visit: &Visit, form: &Form) -> Result<Address, String> {
    let identifier = Identifier::parse(form.text("address")).ok();
    let address = identifier.and_then(|identifier| match identifier {
        Identifier::Phone(phone) => Some(Address::Phone(phone)),
        Identifier::Email(email) => Some(Address::Email(email)),
        Identifier::Username(_) => None,
    });
    let problem = ("请填写手机号或邮箱。", "Enter a phone number or an e-mail address.");
    address.ok_or_else(|| visit.language.pick(problem.0, problem.1).to_owned())
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
