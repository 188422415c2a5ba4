//! Reads the environment. Nothing else reads it.

/// The value of a variable, if it is set, is text and is not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Name of the person who is signed in on this machine, for records.
pub fn user() -> Option<String> {
    variable("USER").or_else(|| variable("LOGNAME"))
}
