//! Speaks with the person at the terminal, or with the script in that place.

pub(crate) mod nearest;
pub(crate) mod progress;
pub(crate) mod prompts;
pub(crate) mod talk;
