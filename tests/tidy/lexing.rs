//! Gives three views of Rust source: as it is, without comments, without comments and strings.
//!
//! Law: every view has the same lines at the same numbers, so that an offence in one view has its place in the file.
//! Must not know: any rule.

/// The class of a character in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Code,
    Comment,
    Text,
}

/// One source file without its comments. [`Code::without_tests`] also leaves out its tests.
#[derive(Debug)]
pub(crate) struct Code {
    /// The code with its strings.
    pub(crate) told: String,
    /// The code without its strings: only what the compiler runs.
    pub(crate) bare: String,
}

impl Code {
    /// The code of a file, test modules included.
    pub(crate) fn whole(source: &str) -> Self {
        let marked = classify(source);
        Self {
            told: blank(&marked, |class| class == Class::Comment),
            bare: blank(&marked, |class| class != Class::Code),
        }
    }

    /// The code of a file without the items that are compiled for tests only.
    pub(crate) fn without_tests(source: &str) -> Self {
        let mut code = Self::whole(source);
        while let Some((begin, end)) = test_item(&code.bare) {
            code.told = blank_range(&code.told, begin, end);
            code.bare = blank_range(&code.bare, begin, end);
        }
        code
    }
}

/// The items that are compiled for tests only, with their comments and strings.
pub(crate) fn tests_of(source: &str) -> String {
    let (mut bare, mut tests) = (Code::whole(source).bare, String::new());
    while let Some((begin, end)) = test_item(&bare) {
        tests.push_str(&source[begin..end]);
        tests.push('\n');
        bare = blank_range(&bare, begin, end);
    }
    tests
}

/// The numbers, from 1, of the lines for which `is` holds.
pub(crate) fn lines_where(text: &str, is: impl Fn(&str) -> bool) -> Vec<usize> {
    (1..).zip(text.lines()).filter(|(_, line)| is(line)).map(|(number, _)| number).collect()
}

/// Whether `word` occurs in `line` and is no part of a longer name. Where it begins or ends with a sign that cannot be
/// in a name, it may touch a name.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let joined_before = word.starts_with(is_name) && line[..at].ends_with(is_name);
        let joined_after = word.ends_with(is_name) && line[at + word.len()..].starts_with(is_name);
        !joined_before && !joined_after
    })
}

/// A function in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Name of the function.
    pub(crate) name: String,
    /// The line where its body opens.
    pub(crate) line: usize,
    /// Number of lines of its body between the braces.
    pub(crate) body: usize,
}

/// The functions with a body, nested ones included.
pub(crate) fn functions(bare: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in bare.match_indices("fn ") {
        if bare[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &bare[at + 3..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let (Some(open), semicolon) = (rest.find('{'), rest.find(';')) else { continue };
        if name.is_empty() || semicolon.is_some_and(|semicolon| semicolon < open) {
            continue;
        }
        let begin = at + 3 + open;
        let line = bare[..begin].matches('\n').count() + 1;
        let lines = bare[begin..closing(bare, begin)].matches('\n').count();
        found.push(Function { name, line, body: lines.saturating_sub(1) });
    }
    found
}

/// The byte after the brace that closes the one at `open`.
fn closing(bare: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in bare[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return open + at + 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    bare.len()
}

/// The bytes of the first item that is compiled for tests only.
fn test_item(bare: &str) -> Option<(usize, usize)> {
    let begin = bare.find("#[cfg(test)]")?;
    let rest = &bare[begin..];
    let (open, semicolon) = (rest.find('{'), rest.find(';'));
    let end = match (open, semicolon) {
        (Some(open), Some(semicolon)) if semicolon < open => begin + semicolon + 1,
        (Some(open), _) => closing(bare, begin + open),
        (None, Some(semicolon)) => begin + semicolon + 1,
        (None, None) => bare.len(),
    };
    Some((begin, end))
}

fn blank(marked: &[(char, Class)], is: impl Fn(Class) -> bool) -> String {
    // A blank has as many bytes as the character that it replaces, so that positions agree between the views.
    marked
        .iter()
        .flat_map(|&(c, class)| {
            let hidden = is(class) && c != '\n';
            let (shown, times) = if hidden { (' ', c.len_utf8()) } else { (c, 1) };
            std::iter::repeat_n(shown, times)
        })
        .collect()
}

fn blank_range(text: &str, begin: usize, end: usize) -> String {
    let hidden: String = text[begin..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    [&text[..begin], &hidden, &text[end..]].concat()
}

fn classify(source: &str) -> Vec<(char, Class)> {
    let chars: Vec<char> = source.chars().collect();
    let mut marked = Vec::with_capacity(chars.len());
    while marked.len() < chars.len() {
        let at = marked.len();
        let (class, length) = next_token(&chars, at);
        marked.extend(chars[at..(at + length).min(chars.len())].iter().map(|c| (*c, class)));
    }
    marked
}

/// The class and the length of the token that begins at `at`.
fn next_token(chars: &[char], at: usize) -> (Class, usize) {
    let rest = &chars[at..];
    let follows_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match rest {
        ['/', '/', ..] => (Class::Comment, rest.iter().take_while(|c| **c != '\n').count()),
        ['/', '*', ..] => (Class::Comment, block_comment(rest)),
        ['"', ..] => (Class::Text, quoted(rest)),
        ['r', ..] if !follows_name => raw(rest, 1).map_or((Class::Code, 1), |length| (Class::Text, length)),
        ['b' | 'c', 'r', ..] if !follows_name => raw(rest, 2).map_or((Class::Code, 1), |length| (Class::Text, length)),
        ['\'', '\\', ..] => {
            let end = rest.iter().skip(3).position(|c| *c == '\'').map_or(rest.len(), |end| end + 4);
            (Class::Text, end)
        }
        ['\'', _, '\'', ..] => (Class::Text, 3),
        _ => (Class::Code, 1),
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a raw string whose hashes begin at `prefix`. `None` if there is no raw string.
fn raw(rest: &[char], prefix: usize) -> Option<usize> {
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let open = prefix + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let ends =
        |at: usize| rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    (open + 1..rest.len()).find(|at| ends(*at)).map(|at| at + 1 + hashes)
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let source =
        "let a = \"x // y\"; // z \"q\"\nlet b = 'c'; let d: &'static str = r#\"e\"f\"#; /* g /* h */ i */ let j;\n";
    let code = Code::whole(source);
    assert!(code.told.contains("x // y") && !code.told.contains("z"));
    assert!(!code.bare.contains('x') && !code.bare.contains("e\"f") && !code.bare.contains('h'));
    assert!(code.bare.contains("&'static str") && code.bare.contains("let j;"));
    assert_eq!(code.bare.len(), source.len());
}

#[test]
fn an_escaped_quote_ends_nothing() {
    let code = Code::whole(r#"f("a\"b", '\'', '"', "c"); let d = 1;"#);
    assert!(!code.bare.contains('b') && !code.bare.contains('c'));
    assert!(code.bare.contains("let d = 1;"));
}

#[test]
fn test_modules_are_left_out_and_what_follows_is_kept() {
    let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { c(\"}\"); }\n}\n#[cfg(test)]\nuse x;\nfn d() {}\n";
    let code = Code::without_tests(source);
    assert!(code.bare.contains("fn a") && !code.bare.contains("fn b") && !code.bare.contains("use x"));
    assert_eq!(lines_where(&code.bare, |line| line.contains("fn d")), [8]);
}

#[test]
fn tests_are_kept_with_their_comments() {
    let source =
        "//! ä\n#[cfg(test)]\nmod tests {\n  // b }\n  fn c() { d(\"}\"); }\n}\nfn e() {}\n#[cfg(test)]\nuse f;\n";
    let tests = "#[cfg(test)]\nmod tests {\n  // b }\n  fn c() { d(\"}\"); }\n}\n#[cfg(test)]\nuse f;\n";
    assert_eq!(tests_of(source), tests);
}

#[test]
fn bodies_are_measured_between_their_braces() {
    let found = functions("fn a();\nasync fn b(x: X) -> Y {\n  1;\n  if z { 2 }\n}\n");
    assert_eq!(found, [Function { name: "b".into(), line: 2, body: 2 }]);
}

#[test]
fn a_word_is_not_a_part_of_a_longer_one() {
    assert!(has_word("x.println!()", "println!") && !has_word("eprintln!()", "println!"));
    assert!(has_word("\"DELETE\"", "DELETE") && !has_word("\"DELETED\"", "DELETE"));
}
