//! Makes foreign text fit for people and for keys.

use failover::signal::WatchedSide;
use sha2::{Digest, Sha256};

/// In characters: the longest line.
const LONGEST_TEXT: usize = 200;

/// In bytes: the longest subject. A key of the table takes 1024 bytes, and contains more than the subject.
const LONGEST_SUBJECT: usize = 400;

/// Makes one line of a text: no control characters, no double spaces, no links, cut if it is long.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    // Only this beginning is read. The rest is cut, also if the beginning is nothing but links and spaces.
    let begins = text.char_indices().nth(LONGEST_TEXT * 20).map_or(text, |(end, _)| &text[..end]);
    for word in begins.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word: String = word.chars().filter(|c| !is_unseen(*c)).collect();
        if word.is_empty() || word.contains("://") || word.starts_with("www.") {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
        if line.chars().count() > LONGEST_TEXT {
            return line.chars().take(LONGEST_TEXT - 1).chain(['…']).collect();
        }
    }
    line
}

/// Whether the character changes the direction of writing or has no width. Such characters hide the text of a
/// line.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Makes the subject of a signal from its parts. A long one keeps its beginning and gets its own digest.
pub(crate) fn subject(parts: &[&str]) -> String {
    let whole: String = parts.join("/").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if whole.len() <= LONGEST_SUBJECT {
        return whole;
    }
    let digest = hex::encode(Sha256::digest(whole.as_bytes()));
    let begins: String = whole.chars().take(LONGEST_SUBJECT / 8).collect();
    format!("{begins}…{digest}")
}

/// Whether a text names the region of a side, as a whole or as words in a row.
///
/// `East US 2` is not `eastus`, and `North Central US` is not `centralus`. So a word beside the name must not
/// make it the name of another region.
pub(crate) fn names_region(text: &str, side: &WatchedSide) -> bool {
    let wanted = squeezed(&side.region);
    if wanted.is_empty() {
        return false;
    }
    let words: Vec<String> = words(text).take(MOST_WORDS).collect();
    (0..words.len()).any(|from| {
        (from + 1..=words.len().min(from + LONGEST_NAME)).any(|to| {
            words[from..to].concat() == wanted
                && !from.checked_sub(1).is_some_and(|before| is_compass(&words[before]))
                && !words.get(to).is_some_and(|after| is_number(after))
        })
    })
}

/// At most this many words of a text are read. No title or name has more.
const MOST_WORDS: usize = 100;

/// The name of a region has at most this many words.
const LONGEST_NAME: usize = 4;

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn squeezed(name: &str) -> String {
    words(name).collect()
}

fn is_compass(word: &str) -> bool {
    matches!(word, "north" | "south" | "east" | "west" | "northeast" | "northwest" | "southeast" | "southwest")
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use failover::Side;
    use failover::signal::CloudName;

    use super::*;

    #[test]
    fn a_text_is_one_short_line_without_links() {
        assert_eq!(one_line("a\r\n\tb\u{0}c  https://example.com/x d\u{202e}e"), "a b c de");
        assert_eq!(one_line("see http:\u{200b}//x.example now"), "see now");
        let long = one_line(&"word ".repeat(100_000));
        assert!(long.chars().count() == LONGEST_TEXT && long.ends_with('…'), "{long}");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), LONGEST_TEXT);
    }

    #[test]
    fn a_long_subject_stays_itself() {
        let of = |end: &str| subject(&[&"x".repeat(2000), end]);
        assert_ne!(of("a"), of("b"));
        assert!(of("a").len() < LONGEST_SUBJECT);
        assert_eq!(subject(&["1", "a\nb"]), "1/a b");
    }

    #[test]
    fn a_region_is_found_in_what_people_write_and_no_other_is() {
        let named = |text: &str, region: &str| {
            let host = String::new();
            names_region(
                text,
                &WatchedSide { side: Side::Primary, cloud: CloudName::Azure, region: region.into(), host },
            )
        };
        for (text, region) in [
            ("Virtual Machines - East US - Degraded", "eastus"),
            ("East US 2", "eastus2"),
            ("West Europe", "westeurope"),
            ("AWS eu-west-1 (Ireland)", "eu-west-1"),
            ("eu_west_1", "eu-west-1"),
            ("Storage in North Central US", "northcentralus"),
        ] {
            assert!(named(text, region), "{text}: {region}");
        }
        for (text, region) in [
            ("East US 2", "eastus"),
            ("North Central US", "centralus"),
            ("South East Asia", "eastasia"),
            ("eu-west-12", "eu-west-1"),
            ("Europe", "westeurope"),
            ("anything", ""),
        ] {
            assert!(!named(text, region), "{text}: {region}");
        }
    }
}
