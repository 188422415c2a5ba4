//! Asks a person to approve a plan, proves who answers, and records the answer.

pub(crate) mod answer;
pub(crate) mod proof;
pub(crate) mod question;
