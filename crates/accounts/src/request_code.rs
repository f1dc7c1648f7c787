//! Sending a one-time code.

use std::net::IpAddr;
use std::time::Duration;

use yaopai_courier::Notice;
use yaopai_model::limits::{OUTBOX_WAITING, windows};
use yaopai_model::{AccountId, Address, AppId, Code, EventKind, Purpose, Timestamp, draw};
use yaopai_store::challenges::{self, ChallengeKey};
use yaopai_store::codes::{self, CodeKey};
use yaopai_store::deliveries::{self, DeliveryState, NewDelivery};
use yaopai_store::{Db, SqlError, Tx, accounts, identifiers};

use crate::budget::Budget;
use crate::deliver::notice_name;
use crate::throttle::network;
use crate::{Accounts, Caller, Error, Outcome, Refusal};

/// Whether the slider has to be passed first, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeRule {
    /// No (`api_cloud_user`).
    NotAsked,
    /// Yes; the pass is consumed (`api_v1`).
    MustBePassed,
}

impl Accounts {
    /// Sends a code, or does the same work without sending where `purpose` needs an account and none has the address.
    /// Answers once the message is committed.
    ///
    /// # Errors
    /// `ChallengeRequired`, `CodeTooSoon` (the pass is kept), `ChannelNotReady`.
    pub async fn request_code(
        &self,
        app: AppId,
        address: &Address,
        purpose: Purpose,
        challenge: ChallengeRule,
        caller: &Caller,
    ) -> Outcome<()> {
        let attempt = self.attempt(EventKind::CodeRequest, app, address, caller);
        let attempt = attempt.about(purpose.as_str());
        attempt.end(self.put_into_outbox(app, address, purpose, challenge, caller).await)
    }

    async fn put_into_outbox(
        &self,
        app: AppId,
        address: &Address,
        purpose: Purpose,
        challenge: ChallengeRule,
        caller: &Caller,
    ) -> Outcome<()> {
        let key = CodeKey {
            app,
            address: address.clone(),
            purpose,
        };
        let budgets = self.budgets(&key, caller);
        let (code, id) = (Code::draw(self.entropy()), delivery_id(self));
        let mac = self.parts.keys.code_mac(&key, &code);
        let sealed = self.parts.keys.seal_message(app, &id, &code, self.entropy())?;
        let (is_open, now, life) = (self.is_channel_open(address), self.now(), self.limits().code_life);
        let committed = self.store().write(move |tx| {
            if challenge == ChallengeRule::MustBePassed {
                let slider = ChallengeKey {
                    app,
                    email: key.address.identifier().normal(),
                };
                if !challenges::consume_pass(tx, &slider, now)? {
                    return Err(Refusal::ChallengeRequired.into());
                }
            }
            if !is_open || deliveries::count_waiting(tx, OUTBOX_WAITING)? >= i64::from(OUTBOX_WAITING) {
                return Err(Refusal::ChannelNotReady.into());
            }
            for budget in &budgets {
                budget.spend(tx, now)?;
            }
            codes::replace(tx, &key, &mac, now, now.plus(life))?;
            let recipient = recipient(tx, &key)?;
            let delivery = NewDelivery {
                app,
                id: &id,
                channel: channel(&key.address),
                recipient: recipient.as_deref().unwrap_or_else(|| key.address.recipient()),
                subject: purpose.as_str(),
                sealed: recipient.as_ref().map(|_| sealed.as_slice()),
                state: if recipient.is_some() {
                    DeliveryState::Waiting
                } else {
                    DeliveryState::Withheld
                },
                created_at: now,
                expires_at: now.plus(life),
            };
            Ok::<_, Error>(deliveries::insert(tx, &delivery)?)
        });
        committed.await?;
        self.parts.outbox.notify_one();
        Ok(())
    }

    /// What a code is sent out of: what its address has, an hour's worth for one source, a day's worth in one app: messages
    /// cost, and many sources with many numbers are easily had.
    fn budgets(&self, key: &CodeKey, caller: &Caller) -> Vec<Budget> {
        let mut budgets = self.address_budgets(key.app, &key.address);
        budgets.push(self.source_budget(caller.source));
        budgets.push(self.app_budget(key.app));
        budgets
    }

    /// What codes to one address are sent out of: a while since the last, a day's worth.
    pub(crate) fn address_budgets(&self, app: AppId, address: &Address) -> Vec<Budget> {
        let limits = self.limits();
        let identifier = address.identifier();
        let address = format!("{} {} {}", app.0, identifier.kind(), identifier.normal());
        let day = limits.codes_per_identifier_per_day;
        let mut budgets = vec![self.code_budget(&format!("codes to {address}"), day, windows::PER_DAY)];
        if !limits.code_resend.is_zero() {
            budgets.insert(
                0,
                self.code_budget(&format!("code again {address}"), 1, limits.code_resend),
            );
        }
        budgets
    }

    pub(crate) fn source_budget(&self, source: IpAddr) -> Budget {
        let hour = self.limits().codes_per_source_per_hour;
        self.code_budget(&format!("codes for {}", network(source)), hour, windows::PER_HOUR)
    }

    pub(crate) fn app_budget(&self, app: AppId) -> Budget {
        let day = self.limits().codes_per_app_per_day;
        self.code_budget(&format!("codes in app {}", app.0), day, windows::PER_DAY)
    }

    fn code_budget(&self, name: &str, limit: u32, window: Duration) -> Budget {
        Budget::new(&self.parts.keys, name, limit, window, |seconds| Refusal::CodeTooSoon {
            seconds,
        })
    }

    /// Whether messages can be carried to this address.
    pub(crate) fn is_channel_open(&self, address: &Address) -> bool {
        self.has_channel(address) && self.serves(address)
    }

    /// Whether there is a channel that carries messages to addresses of this kind.
    pub(crate) fn has_channel(&self, address: &Address) -> bool {
        match address {
            Address::Email(_) => self.parts.mail.is_configured(),
            Address::Phone(_) => self.parts.sms.is_configured(),
        }
    }

    /// Whether messages are sent where the address is: phones of some countries may be left out.
    pub(crate) fn serves(&self, address: &Address) -> bool {
        let Address::Phone(phone) = address else { return true };
        let countries = &self.parts.sms_countries;
        let is_allowed = |code: &String| {
            phone
                .as_e164()
                .strip_prefix('+')
                .is_some_and(|number| number.starts_with(code.as_str()))
        };
        countries.is_empty() || countries.iter().any(is_allowed)
    }
}

/// Whom the message goes to: the address as it is stored where an account has it, else as it was typed; nobody where the
/// code would need an account that is not there.
fn recipient(db: &Db, key: &CodeKey) -> Result<Option<String>, SqlError> {
    let holder = identifiers::holder(db, key.app, &key.address.identifier())?;
    // The same is asked where nobody has the address: how often a database elsewhere is waited for would tell.
    let account = accounts::by_id(db, holder.map_or(AccountId::NOBODY, |holder| holder.account))?;
    let stored = account.and_then(|account| match &key.address {
        Address::Phone(_) => account.phone.map(|held| held.value.as_e164().to_owned()),
        Address::Email(_) => account.email.map(|held| held.value.address().to_owned()),
    });
    Ok(match key.purpose {
        Purpose::ResetPassword | Purpose::SignIn => stored,
        Purpose::Register | Purpose::Any | Purpose::Confirm => {
            Some(stored.unwrap_or_else(|| key.address.recipient().to_owned()))
        }
    })
}

/// The name in the outbox of the channel that carries messages to phones.
pub(crate) const SMS: &str = "sms";

/// The channel's name in the outbox.
pub(crate) fn channel(address: &Address) -> &'static str {
    match address {
        Address::Phone(_) => SMS,
        Address::Email(_) => "mail",
    }
}

/// The id of a new message, the same over all tries.
pub(crate) fn delivery_id(verbs: &Accounts) -> String {
    draw::text(verbs.entropy(), draw::ALPHANUMERIC, 24)
}

/// Puts a notice into the outbox, for an address that an account has or had.
pub(crate) fn insert_notice(
    tx: &Tx,
    app: AppId,
    id: &str,
    address: &Address,
    notice: Notice,
    now: Timestamp,
) -> Result<(), SqlError> {
    let delivery = NewDelivery {
        app,
        id,
        channel: channel(address),
        recipient: address.recipient(),
        subject: notice_name(notice),
        sealed: None,
        state: DeliveryState::Waiting,
        created_at: now,
        expires_at: now.plus(windows::PER_HOUR),
    };
    deliveries::insert(tx, &delivery)
}
