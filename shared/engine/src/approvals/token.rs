//! Makes and reads the token in a personal link. It says who may answer which question about what, and until when.
//!
//! Its form is `v1.<key>.<claims>.<mac>`, with the claims and the code in URL-safe base64 without padding. The code
//! is an HMAC over everything before it, so a token proves itself before anything is read from anywhere. The same
//! claims give the same token: a message that is sent twice has the same link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use saga::{PlanHash, SagaId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// In bytes: the longest token that is read.
pub const LONGEST: usize = 2_048;

/// A key that signs links. Any number of keys may verify. The first of a list signs.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's name in tokens: letters, digits and hyphens.
    pub id: String,
    /// The key itself: at least 32 random bytes.
    pub secret: SecretString,
}

/// The content of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The saga.
    pub saga: SagaId,
    /// The question's name in the plan.
    pub question: String,
    /// The plan that was shown.
    pub plan: PlanHash,
    /// In seconds: the loss that was shown. `None`: it was shown as unknown.
    pub loss_s: Option<i64>,
    /// The name of the approver who may answer with it.
    pub approver: String,
    /// The time until which it is valid.
    pub expires_at: Timestamp,
}

/// The token is not ours. Nobody gets a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is not valid")]
pub struct TokenError;

/// Makes a token.
///
/// # Errors
///
/// [`TokenError`] if the claims cannot be written as JSON. Claims of this program always can.
pub fn make(key: &Key, claims: &Claims) -> Result<SecretString, TokenError> {
    let claims = serde_json::to_vec(claims).map_err(|_| TokenError)?;
    let signed = format!("v1.{}.{}", key.id, URL_SAFE_NO_PAD.encode(claims));
    let code = mac(key.secret.expose_secret().as_bytes(), signed.as_bytes()).finalize().into_bytes();
    Ok(SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(code))))
}

/// Reads a token that was made with one of the keys. The work does not depend on the reason of a failure: one HMAC is
/// computed and compared in constant time for every token.
///
/// # Errors
///
/// [`TokenError`].
pub fn read(keys: &[Key], token: &str) -> Result<Claims, TokenError> {
    let token = token.get(..token.len().min(LONGEST + 1)).unwrap_or_default();
    let (signed, code) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut parts = signed.splitn(3, '.');
    let (version, id, claims) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let key = keys.iter().find(|key| key.id == id);
    // Without a key the HMAC is computed with a dummy key, with which no token was ever signed.
    let secret = key.map_or(&[0_u8; 32][..], |key| key.secret.expose_secret().as_bytes());
    let code = URL_SAFE_NO_PAD.decode(code).unwrap_or_default();
    let is_signed = mac(secret, signed.as_bytes()).verify_slice(&code).is_ok();
    if !(is_signed && key.is_some() && version == Some("v1") && token.len() <= LONGEST) {
        return Err(TokenError);
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError)?;
    serde_json::from_slice(&claims).map_err(|_| TokenError)
}

/// The hash by which a token is recorded.
pub fn hash(token: &SecretString) -> String {
    Sha256::digest(token.expose_secret().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(secret: &[u8], signed: &[u8]) -> Hmac<Sha256> {
    // For a key of 32 bytes HMAC makes a block whose second half is zero.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(&Sha256::digest(secret));
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(signed);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, secret: &str) -> Key {
        Key { id: id.into(), secret: SecretString::from(secret.to_owned()) }
    }

    fn claims() -> Claims {
        Claims {
            saga: SagaId("payments-20260105T082333Z".into()),
            question: "go".into(),
            plan: PlanHash::of(b"plan"),
            loss_s: Some(20),
            approver: "ana".into(),
            expires_at: "2026-01-05T09:23:33Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_token_tells_its_claims_to_whoever_has_its_key() {
        let (old, new) = (key("2026-1", "first secret"), key("2026-2", "second secret"));
        let token = make(&old, &claims()).unwrap();
        assert_eq!(read(&[new.clone(), old.clone()], token.expose_secret()), Ok(claims()));
        assert_eq!(read(&[new], token.expose_secret()), Err(TokenError), "its key is gone");
        let again = make(&old, &claims()).unwrap();
        assert_eq!(hash(&token), hash(&again));
    }

    #[test]
    fn a_token_that_was_changed_anywhere_is_none() {
        let key = key("k", "secret");
        let token = make(&key, &claims()).unwrap();
        let bytes = token.expose_secret().as_bytes();
        for place in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(read(std::slice::from_ref(&key), &changed), Err(TokenError), "byte {place}");
            let cut = &token.expose_secret()[..place];
            assert_eq!(read(std::slice::from_ref(&key), cut), Err(TokenError), "cut at {place}");
        }
    }
}
