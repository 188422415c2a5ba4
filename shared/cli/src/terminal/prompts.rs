//! Knows the person at the terminal by name, and asks that person.

use std::io::{BufRead as _, IsTerminal as _};

use runtime::{Checked, Problem, environment};

use crate::terminal::talk::say;

/// Name of the person at this machine, for the record.
pub(crate) fn person() -> String {
    environment::user().unwrap_or_else(|| "somebody".to_owned())
}

/// Whether a person is at the terminal.
pub(crate) fn is_attended() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Reads one line that a person types. `None` if nobody is at the terminal.
pub(crate) fn typed(question: &str) -> Option<String> {
    if !is_attended() {
        return None;
    }
    say(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim().to_owned())
}

/// Asks for the pair's name, if no flag gave it. So no answer goes to another pair by mistake, and a decision that
/// cannot be taken back is confirmed.
pub(crate) fn names_pair(checked: &Checked, named: Option<&str>, what: &str) -> Result<(), Problem> {
    let pair = checked.pair.as_str();
    let ask = || typed(&format!("Type the pair's name, {pair}, to {what}; anything else changes nothing:"));
    match named.map(str::to_owned).or_else(ask) {
        Some(name) if name == pair => Ok(()),
        Some(_) => Err(Problem::refused("NOT-APPROVED", format!("that is not {pair}: nothing was changed"))),
        None => Err(Problem::refused("NOT-APPROVED", format!("name the pair with --pair {pair} to {what}"))),
    }
}
