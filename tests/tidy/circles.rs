//! Checks that the files of a crate do not use each other in a circle.
//!
//! Law: a file that uses another file's items can be read after it. In a circle no file can be read first. A module
//! that declares or re-exports another one does not use it; a module that calls another one does.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::paths::{Arrow, arrows};
use crate::tidy::tree::Tree;

/// A crate that may have circles.
struct Exception {
    /// The folder of the crate.
    folder: &'static str,
    /// The reason for the exception.
    reason: &'static str,
    circles: Allowed,
}

/// The circles that a crate may have.
enum Allowed {
    Any,
    /// Exactly these, each as its files below `src`, in order.
    These(&'static [&'static [&'static str]]),
}

const EXCEPTIONS: &[Exception] = &[Exception {
    folder: "shared/sim",
    reason: "one world, told over several files: each file adds what the world does with one kind of thing",
    circles: Allowed::Any,
}];

/// Circles of files, and exceptions that nothing needs any more.
pub(crate) fn circles(tree: &Tree) -> Vec<String> {
    judged(tree, EXCEPTIONS)
}

fn judged(tree: &Tree, exceptions: &[Exception]) -> Vec<String> {
    let mut offences = Vec::new();
    for folder in tree.files.iter().filter_map(|file| file.path.strip_suffix("/Cargo.toml")) {
        let src = format!("{folder}/src");
        let arrows = arrows(tree, &src);
        let found = connected(&arrows);
        let exception = exceptions.iter().find(|exception| exception.folder == folder);
        let new = found.iter().filter(|circle| !exception.is_some_and(|exception| exception.allows(circle, &src)));
        offences.extend(new.map(|circle| told(circle, &arrows)));
        offences.extend(exception.into_iter().flat_map(|exception| exception.stale(&found, &src)));
    }
    offences
}

impl Exception {
    fn allows(&self, circle: &BTreeSet<String>, src: &str) -> bool {
        match self.circles {
            Allowed::Any => true,
            Allowed::These(circles) => circles.iter().any(|files| is_of(circle, files, src)),
        }
    }

    /// The parts of the exception that nothing needs any more.
    fn stale(&self, found: &[BTreeSet<String>], src: &str) -> Vec<String> {
        let said = |what: &str| format!("{}: not needed any more: {what} ({})", self.folder, self.reason);
        match self.circles {
            Allowed::Any if found.is_empty() => vec![said("there is no circle")],
            Allowed::Any => Vec::new(),
            Allowed::These(circles) => {
                let gone = circles.iter().filter(|files| !found.iter().any(|circle| is_of(circle, files, src)));
                gone.map(|files| said(&format!("no circle of exactly {}", files.join(", ")))).collect()
            }
        }
    }
}

/// Whether a circle has exactly these files.
fn is_of(circle: &BTreeSet<String>, files: &[&str], src: &str) -> bool {
    let below = |path: &String| path.strip_prefix(src).and_then(|path| path.strip_prefix('/')).map(str::to_owned);
    circle.iter().filter_map(below).eq(files.iter().map(|file| (*file).to_owned()))
}

/// The circles: the largest sets of files in which each file leads to each other one.
fn connected(arrows: &[Arrow]) -> Vec<BTreeSet<String>> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|file| (*file, reach(file, &next))).collect();
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|reached| reached.contains(to));
    let circle = |file: &&str| -> BTreeSet<String> {
        let both = reached.keys().filter(|other| leads(file, other) && leads(other, file));
        both.map(|other| (*other).to_owned()).collect()
    };
    let circles: BTreeSet<BTreeSet<String>> = reached.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    circles.into_iter().collect()
}

/// The files to which arrows lead from a file, one after another.
fn reach<'a>(file: &str, next: &BTreeMap<&str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(here) = open.pop() {
        for there in next.get(here).into_iter().flatten() {
            if reached.insert(*there) {
                open.push(there);
            }
        }
    }
    reached
}

/// A circle in a sentence, with one arrow out of its first file and one back.
fn told(circle: &BTreeSet<String>, arrows: &[Arrow]) -> String {
    let files: Vec<&str> = circle.iter().map(String::as_str).collect();
    let first = files.first().copied().unwrap_or_default();
    let inside = |arrow: &&Arrow| circle.contains(&arrow.from) && circle.contains(&arrow.to);
    let out = arrows.iter().filter(inside).find(|arrow| arrow.from == first);
    let back = arrows.iter().filter(inside).find(|arrow| arrow.to == first);
    let sentence = |arrow: &Arrow| format!("{}:{} uses {} of {}", arrow.from, arrow.line, arrow.path, arrow.to);
    let both: Vec<String> = out.into_iter().chain(back).map(sentence).collect();
    format!("a circle of {}: {}", files.join(", "), both.join("; "))
}

#[test]
fn a_circle_of_two_files_is_found() {
    let found = judged(&planted("use crate::b::B;\npub struct A;\n", "pub struct B;\nfn f(a: super::a::A) {}\n"), &[]);
    assert_eq!(
        found,
        ["a circle of x/src/a.rs, x/src/b.rs: x/src/a.rs:1 uses crate::b::B of x/src/b.rs; \
          x/src/b.rs:2 uses super::a::A of x/src/a.rs"]
    );
    assert!(judged(&planted("use crate::b::B;\n", "pub struct B;\n"), &[]).is_empty());
}

#[test]
fn a_parent_s_declaration_and_re_export_are_no_arrows() {
    let parent = |more: &str| {
        let room = format!("mod y;\npub use y::Y;\npub struct Z;\n{more}");
        Tree::of(&[
            ("x/Cargo.toml", ""),
            ("x/src/lib.rs", "mod room;\npub use room::{Y, Z};\n"),
            ("x/src/room/mod.rs", &room),
            ("x/src/room/y.rs", "use super::Z;\npub struct Y;\n"),
        ])
    };
    assert!(judged(&parent(""), &[]).is_empty());
    let calls = judged(&parent("fn f(y: Y) { y::g(); }\n"), &[]);
    assert_eq!(calls.len(), 1, "a parent that uses its child: {calls:?}");
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let tree = Tree::of(&[
        ("x/Cargo.toml", ""),
        ("x/src/lib.rs", "mod room;\nmod user;\n"),
        ("x/src/room/mod.rs", "mod y;\npub use y::Y;\n"),
        ("x/src/room/y.rs", "use crate::user::f;\npub struct Y;\n"),
        ("x/src/user.rs", "use crate::room::Y;\npub fn f() {}\n"),
    ]);
    let found = judged(&tree, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found.iter().all(|circle| circle.starts_with("a circle of x/src/room/y.rs, x/src/user.rs: ")));
}

#[test]
fn a_use_in_a_test_a_comment_or_a_string_is_no_arrow() {
    let a = "use crate::b::B;\npub struct A;\n";
    for b in [
        "pub struct B;\n#[cfg(test)]\nmod tests { use crate::a::A; }\n",
        "pub struct B;\n#[cfg(test)]\nuse crate::a::A;\n",
        "pub struct B;\n/// [`crate::a::A`]\nfn f() { \"crate::a::A\" }\n",
    ] {
        let found = judged(&planted(a, b), &[]);
        assert!(found.is_empty(), "{b}: {found:?}");
    }
}

#[test]
fn an_exception_is_exact_and_is_needed() {
    let circle = planted("use crate::b::B;\npub struct A;\n", "use crate::a::A;\npub struct B;\n");
    let line = planted("use crate::b::B;\n", "pub struct B;\n");
    let except = |circles| [Exception { folder: "x", reason: "why", circles }];
    assert!(judged(&circle, &except(Allowed::Any)).is_empty());
    assert_eq!(judged(&line, &except(Allowed::Any)), ["x: not needed any more: there is no circle (why)"]);
    assert!(judged(&circle, &except(Allowed::These(&[&["a.rs", "b.rs"]]))).is_empty());
    let gone = "x: not needed any more: no circle of exactly a.rs, b.rs (why)";
    assert_eq!(judged(&line, &except(Allowed::These(&[&["a.rs", "b.rs"]]))), [gone]);
    assert_eq!(judged(&circle, &except(Allowed::These(&[&["a.rs", "c.rs"]]))).len(), 2);
}

fn planted(a: &str, b: &str) -> Tree {
    Tree::of(&[("x/Cargo.toml", ""), ("x/src/lib.rs", "mod a;\nmod b;\n"), ("x/src/a.rs", a), ("x/src/b.rs", b)])
}
