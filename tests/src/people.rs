//! Approvers whose codes are known.

use engine::approvals::Approver;
use engine::approvals::code::{Cost, hash_at};
use secrecy::SecretString;

/// The code of a person.
pub fn code(person: &str) -> String {
    format!("the code of {person}")
}

/// The code of a person, as a terminal takes it.
pub fn secret_code(person: &str) -> SecretString {
    SecretString::from(code(person))
}

/// An approver. The code is hashed cheaply, since the cost of a hash does not change who may say yes.
pub fn approver(name: &str, level: u32) -> Approver {
    let cheap = Cost { memory_kib: 8, passes: 1 };
    let code_hash = hash_at(&secret_code(name), [7; 16], cheap).expect("there is such a cost");
    Approver { name: name.to_owned(), level, code_hash }
}
