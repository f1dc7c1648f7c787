//! The channels there are.

use yaopai_model::limits::DELIVERY_DEADLINE;

use crate::{LogChannel, MemoryChannel, Message, SendError, SmtpChannel, WebhookChannel};

/// A way for messages to leave the house. Has no `Debug`: some of them hold a password or a key.
#[expect(clippy::large_enum_variant, reason = "a process has two of them, not a collection")]
pub enum Channel {
    /// Not set up; refuses every message.
    Off,
    /// Prints the code on the terminal, for trying out.
    Log(LogChannel),
    /// Mail.
    Smtp(SmtpChannel),
    /// A signed `POST` to the operator's SMS gateway.
    Webhook(WebhookChannel),
    /// Keeps messages for tests.
    Memory(MemoryChannel),
}

impl Channel {
    /// Carries `message`. Returns within `limits::DELIVERY_DEADLINE`.
    ///
    /// After [`SendError::Temporary`] the message may still arrive: an answer can get lost or come too late. The
    /// receiver tells doubles by [`Message::id`].
    ///
    /// # Errors
    /// [`SendError::Temporary`] when another try is worth it (deadline, connection, a busy receiver),
    /// [`SendError::Permanent`] when it is not (no channel, a receiver that refuses this very message).
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        match tokio::time::timeout(DELIVERY_DEADLINE, self.attempt(message)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(SendError::temporary(format!(
                "{0} 秒内没有结果 / no answer within {0} s",
                DELIVERY_DEADLINE.as_secs()
            ))),
        }
    }

    async fn attempt(&self, message: &Message) -> Result<(), SendError> {
        match self {
            Self::Off => Err(SendError::permanent("通道未设置 / the channel is not set up")),
            Self::Log(channel) => {
                channel.print(message);
                Ok(())
            }
            Self::Smtp(channel) => channel.send(message).await,
            Self::Webhook(channel) => channel.send(message).await,
            Self::Memory(channel) => channel.keep(message),
        }
    }

    /// The channel's name, as the settings spell it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Log(_) => "log",
            Self::Smtp(_) => "smtp",
            Self::Webhook(_) => "webhook",
            Self::Memory(_) => "memory",
        }
    }

    /// Whether messages can leave at all.
    pub fn is_configured(&self) -> bool {
        !matches!(self, Self::Off)
    }
}
