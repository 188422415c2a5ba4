//! The one form in which a record is written, and its seal.

use sha2::{Digest, Sha256};

use super::record::Record;

/// The canonical form, with the line feed at its end.
pub(super) fn text(record: &Record) -> String {
    // A record is plain data with string keys, which always serializes.
    let plain = serde_json::to_string_pretty(record).unwrap_or_default();
    // In JSON this sign stands only in strings, where it may always be written by its number.
    plain.replace('<', "\\u003c") + "\n"
}

/// The seal that a record should bear.
pub(super) fn seal(record: &Record) -> String {
    let blank = Record { seal: String::new(), ..record.clone() };
    hash(text(&blank).as_bytes())
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The number of the first line, from 1, in which two texts differ; `None` if they do not.
pub(super) fn first_difference(found: &str, wanted: &str) -> Option<usize> {
    if found == wanted {
        return None;
    }
    let same = found.split('\n').zip(wanted.split('\n')).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

/// The number of the line, from 1, on which a member of one of the halves begins.
pub(super) fn line_of_member(text: &str, half: &str, member: &str) -> Option<usize> {
    let (half, member) = (format!("  \"{half}\": "), format!("    \"{member}\": "));
    let lines = text.lines().enumerate();
    lines
        .skip_while(|(_, line)| !line.starts_with(&half))
        .find(|(_, line)| line.starts_with(&member))
        .map(|(n, _)| n + 1)
}

/// The number of the line, from 1, on which the log's line at `place` begins.
pub(super) fn line_of_log(text: &str, place: usize) -> Option<usize> {
    let log = line_of_member(text, "facts", "log")?;
    let after = text.lines().enumerate().skip(log);
    after.filter(|(_, line)| *line == "      {").nth(place).map(|(n, _)| n + 1)
}
