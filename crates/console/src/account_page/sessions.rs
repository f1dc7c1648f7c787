//! Ending sessions.

use axum::response::Response;

use super::go;
use super::holder::HolderForm;
use crate::failure::Failure;

/// Ends one.
pub(super) async fn end(sent: HolderForm) -> Result<Response, Failure> {
    let digest = unhex(sent.form.text("session")).ok_or(Failure::BadForm)?;
    let holder = &sent.holder;
    let accounts = &holder.visit.desk.accounts;
    accounts
        .end_own_session(&holder.session, digest, &holder.visit.caller)
        .await?;
    Ok(go("/account/security", "ended"))
}

/// Ends all but this one.
pub(super) async fn end_others(sent: HolderForm) -> Result<Response, Failure> {
    let holder = &sent.holder;
    let accounts = &holder.visit.desk.accounts;
    accounts
        .end_other_sessions(&holder.session, &holder.visit.caller)
        .await?;
    Ok(go("/account/security", "ended"))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sixty_four_digits() {
        assert_eq!(unhex(&"0f".repeat(32)), Some(vec![15; 32]));
        for text in ["", "0f", &"0g".repeat(32), &"é".repeat(64)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
