//! Checks the shape of files: their length, their opening, their names, the length of the functions' handlers.
//!
//! Law: a number here is the rule. A file that is too long is split, or excepted with a reason that stays visible.

use crate::tidy::lexing::{Code, functions, lines_where};
use crate::tidy::tree::Tree;

/// The most lines of a source file.
const LINES: usize = 500;
/// The most lines of a function's body in `functions/`.
const HANDLER: usize = 50;
/// The most lines of the body of a function's `main`.
const MAIN: usize = 15;
/// Files that may be longer, with the reason.
const LONGER: &[(&str, &str)] = &[];
/// Words that say nothing about the content of a file.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "managers", "service", "services", "misc"];

/// Source files that are too long, and exceptions that are not needed.
pub(crate) fn length(tree: &Tree) -> Vec<String> {
    lengths(tree, LONGER)
}

fn lengths(tree: &Tree, longer: &[(&str, &str)]) -> Vec<String> {
    let excepted = |path: &str| longer.iter().any(|(it, _)| *it == path);
    let is_long = |text: &str| text.lines().count() > LINES;
    let mut offences: Vec<String> = tree
        .rust()
        .filter(|file| is_long(&file.text) && !excepted(&file.path))
        .map(|file| format!("{}: {} lines; the most is {LINES}", file.path, file.text.lines().count()))
        .collect();
    let needed = |path: &str| tree.text(path).is_some_and(is_long);
    let stale = longer.iter().filter(|(path, _)| !needed(path));
    offences.extend(stale.map(|(path, reason)| format!("{path}: not longer than {LINES} any more ({reason})")));
    offences
}

/// Modules without a header.
pub(crate) fn opening(tree: &Tree) -> Vec<String> {
    let silent = tree.rust().filter(|file| !file.text.starts_with("//! "));
    silent.map(|file| format!("{}: does not open with `//!`", file.path)).collect()
}

/// Files, folders and modules whose names say nothing.
pub(crate) fn names(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for file in tree.rust() {
        let stem = file.path.trim_end_matches(".rs");
        let in_path = stem.split('/').filter(|name| is_empty_name(name)).map(str::to_owned);
        let bare = Code::whole(&file.text).bare;
        let modules = bare.split_whitespace().zip(bare.split_whitespace().skip(1)).filter(|(word, _)| *word == "mod");
        let inside = modules.map(|(_, name)| name.trim_end_matches([';', '{'])).filter(|name| is_empty_name(name));
        let all: Vec<String> = in_path.chain(inside.map(str::to_owned)).collect();
        offences.extend(all.iter().map(|name| format!("{}: `{name}` says nothing", file.path)));
    }
    offences
}

fn is_empty_name(name: &str) -> bool {
    name.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
}

/// Modules whose file lies elsewhere than their name says. A file with two places is compiled twice, and code that two
/// targets need belongs in a crate.
pub(crate) fn displaced(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for file in tree.rust() {
        let lines = lines_where(&Code::whole(&file.text).bare, |line| line.contains("#[path"));
        offences.extend(lines.iter().map(|line| format!("{}:{line}: a module lies where its name says", file.path)));
    }
    offences
}

/// Functions of a Lambda that do more than unpack the event.
pub(crate) fn thin_functions(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    let sources = tree.product().filter(|file| file.path.starts_with("functions/") && file.path.contains("/src/"));
    for file in sources {
        for function in functions(&Code::without_tests(&file.text).bare) {
            let most = if file.path.ends_with("/main.rs") && function.name == "main" { MAIN } else { HANDLER };
            if function.body > most {
                let (name, line, body) = (&function.name, function.line, function.body);
                offences.push(format!("{}:{line}: {name} has {body} lines; the most is {most}", file.path));
            }
        }
    }
    offences
}

#[test]
fn a_long_file_is_found_unless_excepted() {
    let long = "//! x\n".repeat(LINES + 1);
    let tree = Tree::of(&[("a.rs", &long), ("b.rs", "//! x\n")]);
    assert_eq!(lengths(&tree, &[]), ["a.rs: 501 lines; the most is 500"]);
    assert!(lengths(&tree, &[("a.rs", "generated")]).is_empty());
    assert_eq!(lengths(&Tree::of(&[("b.rs", "")]), &[("b.rs", "once")]), ["b.rs: not longer than 500 any more (once)"]);
}

#[test]
fn a_module_that_opens_with_code_is_found() {
    let tree = Tree::of(&[("a.rs", "use x;\n//! late\n"), ("b.rs", "//! first\n")]);
    assert_eq!(opening(&tree), ["a.rs: does not open with `//!`"]);
}

#[test]
fn a_name_that_says_nothing_is_found() {
    let tree = Tree::of(&[
        ("shared/x/src/utils/a.rs", ""),
        ("shared/x/src/lease_manager.rs", ""),
        ("shared/x/src/b.rs", "// mod utils;\npub mod helpers;\nmod server;\n"),
        ("shared/x/src/serve.rs", ""),
    ]);
    assert_eq!(names(&tree).len(), 3, "{:?}", names(&tree));
}

#[test]
fn a_module_from_another_place_is_found() {
    let planted = "//! #[path\n#[path = \"../b.rs\"]\nmod b;\n";
    let tree = Tree::of(&[("a/tests/a.rs", planted), ("b.rs", "//! x\nmod b;\nlet c = \"#[path\";\n")]);
    assert_eq!(displaced(&tree), ["a/tests/a.rs:2: a module lies where its name says"]);
}

#[test]
fn a_thick_handler_and_a_thick_main_are_found() {
    let body = |lines: usize| "    let x = 1;\n".repeat(lines);
    let handler = format!("//! x\nfn handle() {{\n{}}}\n", body(HANDLER + 1));
    let main = format!("//! x\nfn main() {{\n{}}}\n", body(MAIN + 1));
    let thin = format!("//! x\nfn handle() {{\n{}}}\n", body(HANDLER));
    let tree = Tree::of(&[
        ("functions/a/src/lib.rs", &handler),
        ("functions/a/src/main.rs", &main),
        ("functions/b/src/lib.rs", &thin),
        ("shared/c/src/lib.rs", &handler),
    ]);
    assert_eq!(thin_functions(&tree).len(), 2, "{:?}", thin_functions(&tree));
}
