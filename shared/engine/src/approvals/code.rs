//! Makes approval codes, and the hashes that a configuration contains. A code is 80 random bits in a form that a
//! person can type.
//!
//! A code is sixteen letters of Crockford's base32, which has no I, L, O and U [docs: crockford.com/base32.html]. It
//! is the same code in small letters, without hyphens, or with an O for the zero. The hash is Argon2id in PHC form.
//! It contains its cost, so a configuration may have hashes of several costs.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};

/// The letters of a code, in the order of their values.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The number of letters in a code.
const LENGTH: usize = 16;

/// The number of letters in one group of a code.
const GROUP: usize = 4;

/// The cost of one hash, for making and for checking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// The number of iterations over all of the memory.
    pub passes: u32,
}

impl Cost {
    /// The lowest cost that is recommended for Argon2id [docs: OWASP Password Storage Cheat Sheet].
    pub const USUAL: Cost = Cost { memory_kib: 19_456, passes: 2 };
}

/// The error of a hash that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the code could not be hashed: {0}")]
pub struct HashError(String);

/// Makes a new code from random bytes, e.g. `7K3M-9QRT-2B5X-HN8W`.
pub fn make(random: [u8; 10]) -> SecretString {
    let mut bits = 0_u128;
    for byte in random {
        bits = bits << 8 | u128::from(byte);
    }
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for place in 0..LENGTH {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        let value = bits >> (5 * (LENGTH - 1 - place)) & 31;
        code.push(char::from(LETTERS[usize::try_from(value).unwrap_or_default()]));
    }
    SecretString::from(code)
}

/// Hashes a code, in PHC form (`$argon2id$…`), as `[[approver]] code_hash` has it.
///
/// # Errors
///
/// [`HashError`].
pub fn hash(code: &SecretString, salt: [u8; 16]) -> Result<String, HashError> {
    hash_at(code, salt, Cost::USUAL)
}

/// The same at another cost.
///
/// # Errors
///
/// [`HashError`]: this cost does not exist.
pub fn hash_at(code: &SecretString, salt: [u8; 16], cost: Cost) -> Result<String, HashError> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|e| HashError(e.to_string()))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon
        .hash_password_with_salt(meant(code).expose_secret().as_bytes(), &salt)
        .map_err(|e| HashError(e.to_string()))?;
    Ok(hash.to_string())
}

/// The text that is hashed for an input. A code of ours is brought to one form. Any other text stays as it is.
pub(super) fn meant(typed: &SecretString) -> SecretString {
    let typed = typed.expose_secret().trim();
    let letters = typed.chars().filter(|letter| !matches!(letter, '-' | ' ')).take(LENGTH + 1);
    let letters: String = letters.map(|letter| alike(letter.to_ascii_uppercase())).collect();
    let is_code = letters.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
    SecretString::from(if is_code { letters } else { typed.to_owned() })
}

/// The letter that a person meant by a letter that no code has.
fn alike(letter: char) -> char {
    match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approvals::Approver;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

    fn approver(code: &SecretString) -> Approver {
        Approver { name: "ana".into(), level: 0, code_hash: hash_at(code, [7; 16], CHEAP).unwrap() }
    }

    fn knows(approver: &Approver, typed: &str) -> bool {
        approver.knows(&SecretString::from(typed.to_owned()))
    }

    #[test]
    fn a_code_is_four_groups_of_four() {
        assert_eq!(make([0; 10]).expose_secret(), "0000-0000-0000-0000");
        assert_eq!(make([255; 10]).expose_secret(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(make([0, 0, 0, 0, 0, 0, 0, 0, 4, 33]).expose_secret(), "0000-0000-0000-0111");
    }

    #[test]
    fn however_it_is_typed_it_is_the_same_code() {
        let code = make([0, 0, 0, 0, 0, 0, 0, 0, 4, 33]);
        let ana = approver(&code);
        for typed in ["0000-0000-0000-0111", " oooo 0000 0000 oIl1 ", "0000000000000111"] {
            assert!(knows(&ana, typed), "{typed}");
        }
        for typed in ["", "0000-0000-0000-0110", "0000-0000-0000-01111", "0000-0000-0000-011"] {
            assert!(!knows(&ana, typed), "{typed}");
        }
    }

    #[test]
    fn a_secret_of_ones_own_is_taken_as_it_stands() {
        let ana = approver(&SecretString::from("Correct Horse".to_owned()));
        assert!(knows(&ana, " Correct Horse\n") && !knows(&ana, "correct horse") && !knows(&ana, "CorrectHorse"));
    }

    #[test]
    fn the_usual_cost_stands_in_the_hash() {
        let hash = hash(&make([1; 10]), [7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
}
