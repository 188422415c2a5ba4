//! Checks the links of pages: a relative link names a file or a folder that exists.
//!
//! Law: only the prose of a page has links. Code has none, in a line or in a block. Must not know: the content of the
//! pages, anything that is not in the repository.

use std::collections::BTreeSet;

use crate::tidy::tree::Tree;

/// Relative links in pages that lead nowhere.
pub(crate) fn relative(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for page in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (number, target) in targets(&page.text) {
            if let Some(why) = broken(tree, &page.path, target) {
                offences.push(format!("{}:{number}: {target} {why}", page.path));
            }
        }
    }
    offences
}

/// The reason why a link leads nowhere, if it does.
fn broken(tree: &Tree, page: &str, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (link, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if link.is_empty() { Some(page.to_owned()) } else { resolved(page, link) };
    let Some(path) = path.filter(|path| is_there(tree, path)) else { return Some("is not there") };
    // Files other than pages have no headings to check.
    let is_known = tree.text(&path).is_some_and(|text| anchors(text).contains(anchor));
    let fits = anchor.is_empty() || is_known || !path.ends_with(".md");
    if fits { None } else { Some("names no heading there") }
}

/// The path of a link, from the top level. `None` if it leaves the repository.
fn resolved(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Whether a path is that of a file, or of a folder with a file in it.
fn is_there(tree: &Tree, path: &str) -> bool {
    let texts = tree.files.iter().map(|file| file.path.as_str());
    let mut all = texts.chain(tree.others.iter().map(String::as_str));
    let leads = |file: &str| file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path.is_empty() || all.any(leads)
}

/// The targets of a page's links, each with its line.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets: Vec<(usize, &str)> = Vec::new();
    for (number, line) in prose(text) {
        // Every second part of a line is code.
        for part in line.split('`').step_by(2) {
            let inline = part.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            targets.extend(inline.map(|(target, _)| (number, target)));
        }
        // A footnote has no target.
        let named = line.strip_prefix('[').filter(|rest| !rest.starts_with('^'));
        targets.extend(named.and_then(|rest| rest.split_once("]: ")).map(|(_, target)| (number, target)));
    }
    // A title may follow a target.
    targets.into_iter().map(|(number, target)| (number, target.split(' ').next().unwrap_or(target))).collect()
}

/// The anchors of a page: its headings, in the form that an address has.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).into_iter().filter_map(|(_, line)| line.strip_prefix('#'));
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(anchor).collect()
}

/// The lines of a page that are in no block of code, each with its number.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut in_block = false;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let is_mark = line.trim_start().starts_with("```");
        in_block ^= is_mark;
        if !in_block && !is_mark {
            lines.push((number, line));
        }
    }
    lines
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "# A page\n\
                [a](b.md) [b](c.md) [c](../x/b.md#the-end) [d](b.md#no-end) [e](#a-page) [f](y) [g](../../z.md)\n\
                `[code](d.md)` [`code`](e.md) [out](https://a.test/f.md) [title](g.md \"h.md\") [picture](p.png)\n\
                ```md\n\
                [block](i.md)\n\
                ```\n\
                [named]: j.md\n\
                [^note]: k.md\n";
    let mut tree = Tree::of(&[("x/page.md", page), ("x/b.md", "## The `end`?\n"), ("x/y/a.rs", "")]);
    tree.others.push("x/p.png".to_owned());
    assert_eq!(
        relative(&tree),
        [
            "x/page.md:2: c.md is not there",
            "x/page.md:2: b.md#no-end names no heading there",
            "x/page.md:2: ../../z.md is not there",
            "x/page.md:3: e.md is not there",
            "x/page.md:3: g.md is not there",
            "x/page.md:7: j.md is not there",
        ]
    );
}
