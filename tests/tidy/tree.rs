//! Reads the files of the repository.
//!
//! Law: files that git ignores are not read. Without git, build output is skipped. Must not know: any rule.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// Path from the top level, with `/`.
    pub(crate) path: String,
    /// Content of the file.
    pub(crate) text: String,
}

/// All files, by path.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The text files, sorted by path.
    pub(crate) files: Vec<File>,
    /// The paths of files that are no text, e.g. pictures.
    pub(crate) others: Vec<String>,
}

impl Tree {
    /// Reads the repository that this test is compiled in.
    pub(crate) fn read() -> Self {
        let top = top();
        let mut paths = listed(&top).unwrap_or_else(|| walked(&top));
        paths.sort();
        paths.dedup();
        let mut tree = Self::default();
        for path in paths {
            // A file may be listed although it was deleted.
            let Ok(bytes) = std::fs::read(top.join(&path)) else { continue };
            match String::from_utf8(bytes) {
                Ok(text) => tree.files.push(File { path, text }),
                Err(_) => tree.others.push(path),
            }
        }
        tree
    }

    /// Makes a tree from paths and texts.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Self { files: files.iter().map(file).collect(), others: Vec::new() }
    }

    /// The Rust sources.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The Rust sources that are not compiled for tests only.
    pub(crate) fn product(&self) -> impl Iterator<Item = &File> {
        self.rust().filter(|file| !is_test(&file.path))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Whether there is anything in a folder.
    pub(crate) fn has_folder(&self, folder: &str) -> bool {
        self.files.iter().any(|file| below(&file.path, folder).is_some())
    }

    /// The names of the folders directly in a folder.
    pub(crate) fn folders(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .files
            .iter()
            .filter_map(|file| below(&file.path, folder)?.split_once('/'))
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        names
    }

    /// The names of the files directly in a folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<&str> {
        let below = self.files.iter().filter_map(|file| below(&file.path, folder));
        below.filter(|name| !name.contains('/')).collect()
    }
}

/// Whether a file is compiled or run for tests only.
pub(crate) fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The top level of the repository.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// The files that git tracks, or would track.
fn listed(top: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(top)
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walked(top: &Path) -> Vec<String> {
    let (mut paths, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(top.join(&folder)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let path = folder.join(&name);
            if entry.path().is_dir() {
                let skipped = ["target", ".git", ".venv", "__pycache__", "node_modules"];
                folders.extend((!skipped.iter().any(|it| name == *it)).then_some(path));
            } else {
                paths.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    paths
}

#[test]
fn git_and_a_walk_find_this_file() {
    let here = "tests/tidy/tree.rs".to_owned();
    assert!(walked(&top()).contains(&here));
    assert!(listed(&top()).is_none_or(|paths| paths.contains(&here)));
}

#[test]
fn folders_and_names_are_those_directly_below() {
    let tree = Tree::of(&[("a/b/c.rs", ""), ("a/d.rs", ""), ("ab/e.rs", "")]);
    assert_eq!(tree.folders("a"), ["b"]);
    assert_eq!(tree.names("a"), ["d.rs"]);
    assert!(tree.has_folder("a/b") && !tree.has_folder("b"));
}
