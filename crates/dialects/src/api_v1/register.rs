//! `user/register`

use yaopai_accounts::{ProvenRegistration, UsernameChoice};
use yaopai_model::{Address, Bio, Profile, Purpose};

use super::decode;
use super::envelope::succeed;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

/// What an account says of itself until it says something else.
const DEFAULT_SIGN: &str = "这个人很懒，什么都没有留下";

/// Makes an account; whoever has it still has to sign in.
pub(super) async fn register(call: Call) -> Result<Reply, Failure> {
    let body = decode::body(&call)?;
    let email = decode::email(&body)?;
    let password = decode::chosen_password(&body, call.wires.settings.password_policy)?;
    let code = decode::code(&body)?;
    let registration = ProvenRegistration {
        address: Address::Email(email),
        code,
        purpose: Purpose::Any,
        password,
        profile: default_profile(),
        username: UsernameChoice::Drawn,
    };

    let app = call.app_of_host().await?.id;
    let bearer = call.bearer();
    call.wires
        .accounts
        .register_with_code(app, registration, bearer.as_ref(), call.caller())
        .await?;
    succeed(())
}

fn default_profile() -> Profile {
    Profile {
        bio: Bio::parse(DEFAULT_SIGN).ok(),
        ..Profile::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_has_a_signature() {
        assert_eq!(default_profile().bio.unwrap().as_str(), DEFAULT_SIGN);
    }
}
