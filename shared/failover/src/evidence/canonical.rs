//! The canonical form of a record, and its seal.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::facts::Facts;
use super::tables::Tables;

/// A record as it is written, borrowed. So a large record is never copied to be sealed (S26).
#[derive(Clone, Copy, Serialize)]
pub(super) struct Written<'a> {
    /// The version of the record's shape.
    pub(super) version: u32,
    /// The seal that the record bears.
    pub(super) seal: &'a str,
    /// Facts that were recorded.
    pub(super) facts: &'a Facts,
    /// Tables that follow from the facts.
    pub(super) tables: &'a Tables,
}

/// Writes `<` by its number. In JSON this sign is only in strings, where its number is always allowed.
struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (place, part) in bytes.split(|byte| *byte == b'<').enumerate() {
            if place > 0 {
                self.0.write_all(b"\\u003c")?;
            }
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Counts the bytes that are written.
struct Counting(usize);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(record: &Written<'_>, to: impl Write) -> io::Result<()> {
    let mut to = Escaping(to);
    serde_json::to_writer_pretty(&mut to, record)?;
    to.write_all(b"\n")?;
    to.flush()
}

/// The canonical form, with the line feed at its end.
pub(super) fn bytes(record: &Written<'_>) -> Vec<u8> {
    // A record is plain data with string keys, so it always serializes. Memory accepts every write. The length is
    // measured first, because a growing buffer would hold a large record twice (S26).
    let mut length = Counting(0);
    let _ = write(record, &mut length);
    let mut bytes = Vec::with_capacity(length.0);
    let _ = write(record, &mut bytes);
    bytes
}

/// The canonical form as text.
pub(super) fn text(record: &Written<'_>) -> String {
    String::from_utf8(bytes(record)).unwrap_or_default()
}

/// The seal that a record should have.
pub(super) fn seal(record: &Written<'_>) -> String {
    let mut hash = BufWriter::new(Hashing(Sha256::new()));
    let _ = write(&Written { seal: "", ..*record }, &mut hash);
    hash.into_inner().map_or_else(|_| String::new(), |hash| hex::encode(hash.0.finalize()))
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The number of the first line, from 1, in which two texts differ; `None` if they are equal.
pub(super) fn first_difference(found: &str, wanted: &str) -> Option<usize> {
    if found == wanted {
        return None;
    }
    let same = found.split('\n').zip(wanted.split('\n')).take_while(|(one, other)| one == other).count();
    Some(same + 1)
}

/// The number of the line, from 1, on which a member of `facts` or of `tables` begins.
pub(super) fn line_of_member(text: &str, half: &str, member: &str) -> Option<usize> {
    let (half, member) = (format!("  \"{half}\": "), format!("    \"{member}\": "));
    let lines = text.lines().enumerate();
    lines
        .skip_while(|(_, line)| !line.starts_with(&half))
        .find(|(_, line)| line.starts_with(&member))
        .map(|(n, _)| n + 1)
}

/// The number of the line, from 1, on which the log's line at the index `place` begins.
pub(super) fn line_of_log(text: &str, place: usize) -> Option<usize> {
    let log = line_of_member(text, "facts", "log")?;
    let after = text.lines().enumerate().skip(log);
    after.filter(|(_, line)| *line == "      {").nth(place).map(|(n, _)| n + 1)
}
