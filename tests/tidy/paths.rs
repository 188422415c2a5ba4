//! Finds out which file of a crate uses the items of which other file.
//!
//! Law: a path leads to the file that defines its first item, also through re-exports and imports. An item
//! that a macro makes counts as defined where the path looks for it. Must not know: any rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::lexing::Code;
use crate::tidy::tree::Tree;

/// A file that uses an item of another file of its crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    /// Path of the file that uses the item.
    pub(crate) from: String,
    /// Path of the file that defines it.
    pub(crate) to: String,
    /// The line of the use.
    pub(crate) line: usize,
    /// The path as it is written, e.g. `super::plan::Plan`.
    pub(crate) path: String,
}

/// The words that begin the definition of an item. The name follows.
const ITEMS: &[&str] = &["const", "enum", "fn", "static", "struct", "trait", "type", "union"];
/// Words that may stand between a word of [`ITEMS`] and the name, so that they are no names.
const NO_NAMES: &[&str] = &["async", "extern", "fn", "mut", "unsafe"];

/// The arrows between the files in the folder `src` of a crate, in order. A main is a crate of its own.
pub(crate) fn arrows(tree: &Tree, src: &str) -> Vec<Arrow> {
    let is_root = |name: &str| {
        let main = name.strip_prefix("bin/").is_some_and(|main| main.ends_with(".rs") && !main.contains('/'));
        main || name == "lib.rs" || name == "main.rs"
    };
    let below = |path: &str| path.strip_prefix(src)?.strip_prefix('/').map(str::to_owned);
    let roots = tree.product().filter(|file| below(&file.path).is_some_and(|name| is_root(&name)));
    let mut found: Vec<Arrow> = roots.flat_map(|root| Crate::read(tree, &root.path).arrows()).collect();
    found.sort();
    found.dedup();
    found
}

/// A module, in a file or inside one.
struct Module {
    file: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// The paths in the code, with their lines.
    paths: Vec<(Vec<String>, usize)>,
}

/// One name that a `use` brings in.
struct Use {
    /// The name; `None` for `*`.
    name: Option<String>,
    path: Vec<String>,
    /// Whether others may use the name from here: a re-export.
    shared: bool,
    line: usize,
}

/// The place to which a path leads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Module(usize),
    /// An item of this module.
    Item(usize),
}

/// A word or a sign of the code, with its line.
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// All modules from one root. The root comes first.
struct Crate<'a> {
    tree: &'a Tree,
    modules: Vec<Module>,
}

/// A module that is being read.
struct Open {
    module: usize,
    /// The number of braces around its items.
    depth: usize,
    /// The folder of its children.
    folder: String,
}

impl<'a> Crate<'a> {
    fn read(tree: &'a Tree, root: &str) -> Self {
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut all = Self { tree, modules: Vec::new() };
        all.read_file(root, folder, None);
        all
    }

    fn add(&mut self, file: &str, parent: Option<usize>) -> usize {
        let (children, items) = (BTreeMap::new(), BTreeSet::new());
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            children,
            items,
            uses: Vec::new(),
            paths: Vec::new(),
        });
        self.modules.len() - 1
    }

    fn read_file(&mut self, file: &str, folder: &str, parent: Option<usize>) -> usize {
        let module = self.add(file, parent);
        let bare = Code::without_tests(self.tree.text(file).unwrap_or_default()).bare;
        let tokens = tokens(&bare);
        let mut open = vec![Open { module, depth: 0, folder: folder.to_owned() }];
        let (mut at, mut depth, mut shared) = (0, 0_usize, false);
        while let Some(token) = tokens.get(at) {
            match token.text {
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if open.len() > 1 && open.last().is_some_and(|inside| depth < inside.depth) {
                        open.pop();
                    }
                }
                _ => {}
            }
            let inside = open.last().map_or((module, 0), |open| (open.module, open.depth));
            let is_public = std::mem::replace(&mut shared, token.text == "pub");
            at += match token.text {
                "pub" => visibility(&tokens[at..]),
                "mod" if declares(&tokens[at..]) => {
                    depth += usize::from(tokens[at + 2].text == "{");
                    self.read_child(&tokens[at..], &mut open, depth);
                    3
                }
                "use" => self.read_use(&tokens[at..], inside.0, is_public),
                _ => self.read_word(&tokens, at, inside.0, depth == inside.1),
            };
        }
        module
    }

    /// Reads `mod name;` or the beginning of `mod name {`.
    fn read_child(&mut self, tokens: &[Token<'_>], open: &mut Vec<Open>, depth: usize) {
        let Some(parent) = open.last() else { return };
        let (name, file) = (tokens[1].text, self.modules[parent.module].file.clone());
        let (module, folder) = (parent.module, format!("{}/{name}", parent.folder));
        let child = if tokens[2].text == "{" {
            let child = self.add(&file, Some(module));
            open.push(Open { module: child, depth, folder });
            child
        } else {
            let files = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let Some(file) = files.iter().find(|file| self.tree.text(file).is_some()) else { return };
            self.read_file(file, &folder, Some(module))
        };
        self.modules[module].children.insert(name.to_owned(), child);
    }

    /// Reads a `use`, and returns its length in tokens.
    fn read_use(&mut self, tokens: &[Token<'_>], module: usize, shared: bool) -> usize {
        let mut at = 1;
        use_tree(tokens, &mut at, &[], shared, &mut self.modules[module].uses);
        at
    }

    /// Reads the definition of an item, a path, or anything else, and returns its length in tokens.
    fn read_word(&mut self, tokens: &[Token<'_>], at: usize, module: usize, at_top: bool) -> usize {
        let word = tokens[at].text;
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
        let text = |ahead: usize| tokens.get(at + ahead).map_or("", |token| token.text);
        let module = &mut self.modules[module];
        if !is_name(word) || [".", "'", "::"].contains(&before) {
            return 1;
        }
        if word == "macro_rules" && text(1) == "!" {
            module.items.insert(text(2).to_owned());
            return 3;
        }
        if at_top && ITEMS.contains(&word) && is_name(text(1)) && !NO_NAMES.contains(&text(1)) {
            module.items.insert(text(1).to_owned());
            return 2;
        }
        let mut path = vec![word.to_owned()];
        let mut length = 1;
        while text(length) == "::" && is_name(text(length + 1)) {
            path.push(text(length + 1).to_owned());
            length += 2;
        }
        module.paths.push((path, tokens[at].line));
        length
    }

    fn arrows(&self) -> Vec<Arrow> {
        let mut found = Vec::new();
        for (number, module) in self.modules.iter().enumerate() {
            // A re-export is an arrow only where its name is used, too.
            let uses = module.uses.iter().filter(|it| !it.shared && it.name.is_some());
            let paths = module.paths.iter().map(|(path, line)| (path, *line));
            for (path, line) in paths.chain(uses.map(|it| (&it.path, it.line))) {
                let Some(Place::Item(owner)) = self.find(number, path, true, &BTreeSet::new()) else { continue };
                let (from, to) = (module.file.clone(), self.modules[owner].file.clone());
                if from != to {
                    found.push(Arrow { from, to, line, path: path.join("::") });
                }
            }
        }
        found
    }

    /// Follows a path that is written in the module `from`. `None` if it leads out of the crate. Where both a module
    /// and an item have the last name, `item` says which of them is meant.
    fn find(&self, from: usize, path: &[String], item: bool, seen: &Seen) -> Option<Place> {
        let (mut here, mut rest, mut inside) = (from, path, false);
        while let [word, after @ ..] = rest {
            here = match word.as_str() {
                "crate" => 0,
                "self" if path.len() > 1 => here,
                "super" => self.modules[here].parent?,
                _ => break,
            };
            (rest, inside) = (after, true);
        }
        for (place, name) in rest.iter().enumerate() {
            let is_item = item && place + 1 == rest.len();
            match self.named(here, name, is_item, seen) {
                Some(Place::Module(module)) => (here, inside) = (module, true),
                Some(Place::Item(module)) => return Some(Place::Item(module)),
                None => return inside.then_some(Place::Item(here)),
            }
        }
        Some(Place::Module(here))
    }

    /// The module or item of this name in a module, defined there or brought in.
    fn named(&self, module: usize, name: &str, item: bool, seen: &Seen) -> Option<Place> {
        let key = (module, name.to_owned(), item);
        if seen.contains(&key) {
            return None;
        }
        let mut seen = seen.clone();
        seen.insert(key);
        let here = &self.modules[module];
        let child = here.children.get(name).map(|child| Place::Module(*child));
        let own = here.items.contains(name).then_some(Place::Item(module));
        let defined = if item { own.or(child) } else { child.or(own) };
        let imported = || {
            let same = here.uses.iter().filter(|it| it.name.as_deref() == Some(name));
            same.filter_map(|it| self.find(module, &it.path, item, &seen)).next()
        };
        let of_all = || {
            let all = here.uses.iter().filter(|it| it.name.is_none());
            let modules = all.filter_map(|it| match self.find(module, &it.path, false, &seen)? {
                Place::Module(from) => Some(from),
                Place::Item(_) => None,
            });
            modules.filter_map(|from| self.named(from, name, item, &seen)).next()
        };
        defined.or_else(imported).or_else(of_all)
    }
}

/// The names that are being looked for, so that imports in a circle end.
type Seen = BTreeSet<(usize, String, bool)>;

/// Whether `mod name;` or `mod name {` begins here.
fn declares(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [_, name, end, ..] if is_name(name.text) && ["{", ";"].contains(&end.text))
}

/// The number of tokens of `pub` or `pub(…)`.
fn visibility(tokens: &[Token<'_>]) -> usize {
    match tokens.get(1) {
        Some(open) if open.text == "(" => tokens.iter().position(|token| token.text == ")").map_or(1, |end| end + 1),
        Some(_) | None => 1,
    }
}

/// Reads one tree of a `use` from `at` on: its names, each with its path and its line.
fn use_tree(tokens: &[Token<'_>], at: &mut usize, before: &[String], shared: bool, found: &mut Vec<Use>) {
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token.text {
            "::" => {}
            "*" => return found.push(Use { name: None, path, shared, line: token.line }),
            "{" => {
                while tokens.get(*at).is_some_and(|next| next.text != "}") {
                    use_tree(tokens, at, &path, shared, found);
                    *at += usize::from(tokens.get(*at).is_some_and(|next| next.text == ","));
                }
                *at += 1;
                return;
            }
            word => {
                path.push(word.to_owned());
                match tokens.get(*at).map_or("", |next| next.text) {
                    "::" => {}
                    "as" => {
                        let name = tokens.get(*at + 1).map(|name| name.text.to_owned());
                        *at += 2;
                        return found.push(Use { name, path, shared, line: token.line });
                    }
                    _ => {
                        if word == "self" && path.len() > 1 {
                            path.pop();
                        }
                        let name = path.last().cloned();
                        return found.push(Use { name, path, shared, line: token.line });
                    }
                }
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(bare: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(bare.lines()) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let in_name = |c: char| c.is_alphanumeric() || c == '_';
            let length = if in_name(first) {
                rest.find(|c| !in_name(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            found.push(Token { text: &rest[..length], line });
            rest = rest[length..].trim_start();
        }
    }
    found
}

#[test]
fn a_path_leads_through_re_exports_and_imports_to_the_definition() {
    let found = planted(&[
        ("lib.rs", "mod room;\nmod user;\npub use room::Y;\n"),
        ("room/mod.rs", "mod y;\npub use self::y::{Y, other as renamed};\npub use y::*;\n"),
        ("room/y.rs", "pub struct Y;\npub fn other() {}\npub const Z: u8 = 1;\n"),
        ("user.rs", "use crate::room::{self, Y};\nfn a() { room::renamed(); room::Z; crate::Y; }\n"),
    ]);
    let to_y = |line: usize, path: &str| format!("user.rs:{line} {path} room/y.rs");
    let wanted = [to_y(1, "crate::room::Y"), to_y(2, "crate::Y"), to_y(2, "room::Z"), to_y(2, "room::renamed")];
    assert_eq!(found, wanted);
}

#[test]
fn a_module_inside_a_file_has_that_file_as_its_parent() {
    let found = planted(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "mod inner {\n  use super::X;\n  fn f(x: X) { super::super::b::g(); }\n}\npub struct X;\n"),
        ("b.rs", "pub fn g() {}\n"),
    ]);
    assert_eq!(found, ["a.rs:3 super::super::b::g b.rs"]);
}

#[test]
fn what_is_not_of_the_crate_is_no_arrow() {
    let found = planted(&[
        ("lib.rs", "mod saga;\nmod b;\n"),
        ("saga.rs", "use b::B;\nfn f(s: &'static str) { s.b(); Self::b(); std::b::c(); b::d(); }\n"),
        ("b.rs", "use other::saga;\n/// crate::saga::f\nfn g() { \"crate::saga::f\"; saga::h(); }\n"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_a_macro_makes_is_where_the_path_looks_for_it() {
    let found = planted(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "make!(Made);\n"),
        ("b.rs", "fn g(m: crate::a::Made) {}\n"),
    ]);
    assert_eq!(found, ["b.rs:1 crate::a::Made a.rs"]);
}

fn planted(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(String, &str)> = files.iter().map(|(name, text)| (format!("x/src/{name}"), *text)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let name = |file: &str| file.trim_start_matches("x/src/").to_owned();
    let arrows = arrows(&Tree::of(&files), "x/src");
    arrows.iter().map(|it| format!("{}:{} {} {}", name(&it.from), it.line, it.path, name(&it.to))).collect()
}
