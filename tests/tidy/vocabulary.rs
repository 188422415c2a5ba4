//! Checks that code uses the words of the glossary, and none that the glossary rejects.
//!
//! Law: one word per thing. A rejected word is searched as a part of every name in the code: `errand` is found in
//! `ErrandKind` and in `own_errands`. Texts and comments may have the word, because stored formats and plain English
//! have it. Must not know: which word takes its place.

use crate::tidy::lexing::Code;
use crate::tidy::tree::Tree;

/// The page that gives the words.
const PAGE: &str = "shared/docs/GLOSSARY.md";
/// The simulator speaks the vendors' words.
const FOREIGN: &str = "shared/sim/";
/// The rejected words that no name contains, in the singular. Each stands in the last column of the glossary.
const REJECTED: &[&str] = &[
    "arrangement",
    "briefing",
    "course",
    "deed",
    "duty",
    "errand",
    "greet",
    "hearing",
    "homes",
    "looker",
    "noticing",
    "rim",
    "scribe",
    "standing",
    "telling",
    "tend",
    "trail",
    "turnstile",
    "twin",
    "undoer",
];

/// Names with a rejected word, in files and in their paths.
pub(crate) fn rejected(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for file in tree.rust().filter(|file| !file.path.starts_with(FOREIGN)) {
        offences
            .extend(found(&file.path).map(|word| format!("{}: its path has the word {word}, see {PAGE}", file.path)));
        for (number, line) in (1..).zip(Code::whole(&file.text).bare.lines()) {
            offences.extend(
                found(line).map(|word| format!("{}:{number}: {word} is a rejected word, see {PAGE}", file.path)),
            );
        }
    }
    offences
}

/// Rejected words that the glossary does not name in its last column.
pub(crate) fn unexplained(tree: &Tree) -> Vec<String> {
    let page = tree.text(PAGE).unwrap_or_default();
    let columns = page.lines().filter_map(|line| line.trim().trim_end_matches('|').rsplit_once('|')).map(|it| it.1);
    let words: Vec<&str> = columns.flat_map(|column| column.split(',')).map(str::trim).collect();
    let missing = REJECTED.iter().filter(|word| !words.contains(*word));
    missing.map(|word| format!("{PAGE}: {word} is rejected by the test and stands in no last column")).collect()
}

/// The rejected words in a text, each as often as it occurs.
fn found(text: &str) -> impl Iterator<Item = &'static str> {
    parts(text).into_iter().filter_map(|part| {
        REJECTED.iter().find(|word| part == **word || part.strip_suffix('s').is_some_and(|one| one == **word)).copied()
    })
}

/// The parts of all names: `ErrandKind` and `own_errands` have the parts `errand`, `kind`, `own` and `errands`.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut before = ' ';
    for c in text.chars() {
        let begins = c.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if (!c.is_ascii_alphabetic() || begins) && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        if c.is_ascii_alphabetic() {
            part.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

#[test]
fn a_rejected_word_is_found_in_names_and_paths() {
    let planted = "//! An errand.\nfn own_errands() { let a = ErrandKind::X; let b = \"errand\"; }\n";
    let tree = Tree::of(&[("shared/engine/src/twins.rs", planted), ("shared/sim/src/a.rs", planted)]);
    assert_eq!(
        rejected(&tree),
        [
            format!("shared/engine/src/twins.rs: its path has the word twin, see {PAGE}"),
            format!("shared/engine/src/twins.rs:2: errand is a rejected word, see {PAGE}"),
            format!("shared/engine/src/twins.rs:2: errand is a rejected word, see {PAGE}"),
        ]
    );
}

#[test]
fn a_word_that_only_contains_a_rejected_one_is_none() {
    let tree = Tree::of(&[("shared/engine/src/a.rs", "fn extend(trailing: Primary, discourse: Intended) {}\n")]);
    assert!(rejected(&tree).is_empty());
}

#[test]
fn a_rejected_word_without_a_row_is_found() {
    let rows: String = REJECTED.iter().skip(1).map(|word| format!("| a | b | {word} |\n")).collect();
    let tree = Tree::of(&[(PAGE, &rows)]);
    assert_eq!(
        unexplained(&tree),
        [format!("{PAGE}: {} is rejected by the test and stands in no last column", REJECTED[0])]
    );
}
