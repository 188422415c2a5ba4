//! The only place that reads the environment.

/// A variable, if it is set and is text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Who is signed in on this machine, for records that name a person.
pub fn user() -> Option<String> {
    variable("USER").or_else(|| variable("LOGNAME"))
}
