//! Checks that a picture in the documents is what its script draws.
//!
//! Law: the picture comes from a golden screen, so it shows what the command prints.

use std::process::Command;

use crate::tidy::tree::{Tree, top};

/// The script that draws a screen.
const SCRIPT: &str = "tests/pages/screen";
/// The screen that is drawn.
const SCREEN: &str = "tests/scenarios/region-lost/screen.txt";
/// The picture of it.
const PICTURE: &str = "shared/docs/rehearsal.svg";

/// A picture that is not the one of its screen.
pub(crate) fn screen(tree: &Tree) -> Vec<String> {
    let drawn = Command::new("python3").current_dir(top()).args([SCRIPT, SCREEN]).output();
    let drawn = drawn.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    judged(tree, &drawn.unwrap_or_else(|error| error.to_string()))
}

fn judged(tree: &Tree, drawn: &str) -> Vec<String> {
    let differs = tree.text(PICTURE) != Some(drawn);
    let offence = || format!("{PICTURE}: not what `{SCRIPT} {SCREEN}` draws");
    differs.then(offence).into_iter().collect()
}

#[test]
fn an_outdated_picture_is_found() {
    let tree = Tree::of(&[(PICTURE, "<svg/>")]);
    assert_eq!(judged(&tree, "<svg/>"), Vec::<String>::new());
    assert_eq!(judged(&tree, "<svg>new</svg>").len(), 1);
    assert_eq!(judged(&Tree::of(&[]), "<svg/>").len(), 1);
}
