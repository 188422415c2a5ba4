//! Checks the codes of what must hold: each code is defined, and a test names each invariant.
//!
//! Law: a code without a definition says nothing, and an invariant that no test names is only a wish. Must not know:
//! the meaning of a code.

use std::collections::BTreeSet;

use crate::tidy::lexing::{has_word, tests_of};
use crate::tidy::tree::{File, Tree, is_test};

/// The page that defines the codes.
const PAGE: &str = "shared/INVARIANTS.md";
/// The heading of the invariants that no test names.
const UNTESTED: &str = "## Not held by a test yet";
/// The endings of the files in which codes are read.
const READ: &[&str] = &[".rs", ".md", ".py", ".yaml", ".toml"];
/// This word has the form of a code, and is the object store of AWS.
const AMAZON: &str = "S3";

/// A code, as the page defines it.
struct Entry<'a> {
    code: &'a str,
    line: usize,
    /// False in the section of the invariants that no test names.
    held: bool,
}

/// A link of the page, with the names of tests behind it.
struct Link<'a> {
    /// Path from the top level.
    path: String,
    tests: Vec<&'a str>,
}

/// Codes that are used and not defined, or defined twice.
pub(crate) fn defined(tree: &Tree) -> Vec<String> {
    let (mut known, mut offences) = (BTreeSet::new(), Vec::new());
    for entry in entries(tree) {
        if !known.insert(entry.code) {
            offences.push(format!("{PAGE}:{}: {} is defined twice", entry.line, entry.code));
        }
    }
    for file in read(tree) {
        for (number, line) in (1..).zip(file.text.lines()) {
            let unknown = codes(line).into_iter().filter(|code| !known.contains(code.as_str()));
            offences.extend(unknown.map(|code| format!("{}:{number}: {code} is not defined in {PAGE}", file.path)));
        }
    }
    offences
}

/// Invariants that no test names, and invariants that a test names although the page says that none does.
pub(crate) fn tested(tree: &Tree) -> Vec<String> {
    let named: BTreeSet<String> = read(tree).flat_map(codes_of_tests).collect();
    let invariants = entries(tree).into_iter().filter(|entry| !entry.code.starts_with('R'));
    let offence = |entry: Entry<'_>| match (entry.held, named.contains(entry.code)) {
        (true, false) => Some(format!("{PAGE}:{}: no test names {}", entry.line, entry.code)),
        (false, true) => Some(format!("{PAGE}:{}: a test names {} by now", entry.line, entry.code)),
        (true, true) | (false, false) => None,
    };
    invariants.filter_map(offence).collect()
}

/// Links of the page that lead nowhere, or to a test that does not name the code.
pub(crate) fn linked(tree: &Tree) -> Vec<String> {
    let (mut entry, mut offences) = (None, Vec::new());
    for (number, line) in (1..).zip(tree.text(PAGE).unwrap_or_default().lines()) {
        let code = defines(line);
        if code.is_some() || line.starts_with('#') {
            entry = code;
        }
        let found = links(line).into_iter().filter_map(|link| link.offence(tree, entry));
        offences.extend(found.map(|what| format!("{PAGE}:{number}: {what}")));
    }
    offences
}

impl Link<'_> {
    /// The reason why the link is wrong under this code, if it is.
    fn offence(&self, tree: &Tree, code: Option<&str>) -> Option<String> {
        let path = &self.path;
        let inside = format!("{path}/");
        let there = tree.files.iter().filter(|file| file.path == *path || file.path.starts_with(&inside));
        let texts: Vec<&str> = there.map(|file| file.text.as_str()).collect();
        if texts.is_empty() {
            return Some(format!("{path} is not there"));
        }
        if let Some(code) = code
            && !any_line(&texts, |line| codes(line).iter().any(|it| it == code))
        {
            return Some(format!("{path} does not name {code}"));
        }
        let missing = self.tests.iter().find(|test| !any_line(&texts, |line| has_word(line, test)));
        missing.map(|test| format!("{path} has no {test}"))
    }
}

fn any_line(texts: &[&str], is: impl Fn(&str) -> bool) -> bool {
    texts.iter().flat_map(|text| text.lines()).any(is)
}

fn read(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files.iter().filter(|file| READ.iter().any(|ending| file.path.ends_with(*ending)))
}

/// The codes in a test file, or in the part of a file that is compiled for tests.
fn codes_of_tests(file: &File) -> Vec<String> {
    let text = if is_test(&file.path) {
        file.text.clone()
    } else if file.path.ends_with(".rs") {
        tests_of(&file.text)
    } else {
        String::new()
    };
    text.lines().flat_map(codes).collect()
}

fn entries(tree: &Tree) -> Vec<Entry<'_>> {
    let (mut held, mut entries) = (true, Vec::new());
    for (line, text) in (1..).zip(tree.text(PAGE).unwrap_or_default().lines()) {
        if text.starts_with("## ") {
            held = text != UNTESTED;
        }
        entries.extend(defines(text).map(|code| Entry { code, line, held }));
    }
    entries
}

/// The code that a line of the page defines. It opens a heading, or is set in bold at the beginning of an item.
fn defines(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("### ").or_else(|| line.strip_prefix("- **"))?;
    let word = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    is_code(word).then_some(word)
}

/// The links of a line to files of the repository.
fn links(line: &str) -> Vec<Link<'_>> {
    let found = line.split("](").skip(1).filter_map(|rest| {
        let (target, rest) = rest.split_once(')')?;
        let quoted = rest.split('`').skip(1).step_by(2);
        Some(Link { path: resolved(target)?, tests: quoted.filter(|text| is_name_of_test(text)).collect() })
    });
    found.collect()
}

fn is_name_of_test(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The path of a link of the page, from the top level. `None` if it leads to another site, or only to a heading.
fn resolved(target: &str) -> Option<String> {
    let target = target.split('#').next().filter(|target| !target.is_empty() && !target.contains("://"))?;
    let mut parts: Vec<&str> = PAGE.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// The codes of a line: whole words, and the parts of a function's name, as in `it_holds_s12`.
fn codes(line: &str) -> Vec<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = line.split(|c: char| !is_name(c)).filter(|word| !word.is_empty()).collect();
    let whole = words.iter().filter(|word| is_code(word)).map(|word| (*word).to_owned());
    let functions = words.windows(2).filter(|pair| matches!(pair, ["fn" | "def", _])).map(|pair| pair[1]);
    let parts = functions.flat_map(|name| name.split('_').skip(1)).map(str::to_uppercase);
    whole.chain(parts.filter(|part| is_code(part))).collect()
}

fn is_code(word: &str) -> bool {
    let number = word.strip_prefix(['S', 'L', 'R']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && word != AMAZON
}

/// A code for a test. It is put together so that it is no code in this file.
fn code(letter: char, number: u32) -> String {
    format!("{letter}{number}")
}

#[test]
fn a_code_that_is_not_defined_is_found() {
    let (known, unknown, promise) = (code('S', 98), code('L', 98), code('R', 98));
    let page = format!("### {known} It holds\n### {known} It holds twice\n- **{promise}** It is done.\n");
    let name = unknown.to_lowercase();
    let source = format!("//! {known}, {unknown} and S3.\nfn it_holds_{name}() {{}}\nlet x{unknown} = a_{name};\n");
    let tree = Tree::of(&[(PAGE, &page), ("a.rs", &source), ("a.json", &unknown), ("b.md", &promise)]);
    assert_eq!(
        defined(&tree),
        [
            format!("{PAGE}:2: {known} is defined twice"),
            format!("a.rs:1: {unknown} is not defined in {PAGE}"),
            format!("a.rs:2: {unknown} is not defined in {PAGE}"),
        ]
    );
}

#[test]
fn an_invariant_that_no_test_names_is_found() {
    let [named, inside, silent, open, by_now] = [91, 92, 93, 94, 95].map(|number| code('S', number));
    let held = format!("## Safety\n### {named} A\n### {inside} B\n### {silent} C\n");
    let page = format!("{held}{UNTESTED}\n### {open} D\n### {by_now} E\n");
    let source = format!("//! {silent}\n#[cfg(test)]\nmod tests {{\n    /// {inside}\n    fn a() {{}}\n}}\n");
    let test = format!("fn it_holds_{}() {{}}\n// {by_now}\n", named.to_lowercase());
    let tree = Tree::of(&[(PAGE, &page), ("a/src/a.rs", &source), ("a/tests/b.rs", &test)]);
    assert_eq!(
        tested(&tree),
        [format!("{PAGE}:4: no test names {silent}"), format!("{PAGE}:7: a test names {by_now} by now")]
    );
}

#[test]
fn a_link_that_leads_nowhere_or_to_something_else_is_found() {
    let known = code('S', 98);
    let tests = "- [`tests/a.rs`](../tests/a.rs): `it_is_so`, `it_was_so`\n- [b](../tests/b), [c](docs/c.md#d)\n";
    let page = format!("[x](../gone)\n### {known} A\n{tests}## B\n[c](docs/c.md), [d](https://d.example), [e](#e)\n");
    let test = format!("// {known}\nfn it_is_so() {{}}\n");
    let tree = Tree::of(&[(PAGE, &page), ("shared/docs/c.md", ""), ("tests/a.rs", &test), ("tests/b/c.rs", &test)]);
    assert_eq!(
        linked(&tree),
        [
            format!("{PAGE}:1: gone is not there"),
            format!("{PAGE}:3: tests/a.rs has no it_was_so"),
            format!("{PAGE}:4: shared/docs/c.md does not name {known}"),
        ]
    );
}
