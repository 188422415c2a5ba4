//! Checks words that belong in one crate only, or in none.
//!
//! Law: a word is searched in the code that the compiler runs, and a comment may contain it. Each exception is
//! listed here with its reason. An exception that is no longer needed fails.

use crate::tidy::lexing::{Code, has_word, lines_where};
use crate::tidy::tree::{File, Tree};

/// A place where a word is allowed although its rule forbids it.
struct Exception {
    /// The beginning of the path.
    path: &'static str,
    /// The reason for the exception.
    reason: &'static str,
}

const fn except(path: &'static str, reason: &'static str) -> Exception {
    Exception { path, reason }
}

/// Words, with the only places where they are allowed.
struct Rule {
    /// The forbidden words. They are searched as whole words.
    words: &'static [&'static str],
    /// The message about an offence.
    says: &'static str,
    /// The places where the words are allowed, with the reasons.
    exceptions: &'static [Exception],
}

const ENVIRONMENT: Rule = Rule {
    words: &["std::env", "env::var", "env::var_os", "env::vars", "env::args", "env::current_dir", "env::set_var"],
    says: "only runtime reads the environment",
    exceptions: &[except("shared/runtime/src/", "the one room that reads it")],
};

const TIME: Rule = Rule {
    words: &["Timestamp::now", "Zoned::now", "SystemTime", "Instant::now"],
    says: "only the Clock port and the mains know the time",
    exceptions: &[
        except("shared/runtime/src/clock.rs", "the Clock of what is deployed"),
        except("infra/local/src/", "the Clock of a rehearsal, and the runtime's own virtual time"),
        except("shared/sim/src/serve.rs", "sim names nobody, so it has no Clock; served alone it runs in real time"),
        except("shared/sim/src/bin/", "the main of the simulator that is served alone"),
    ],
};

const AWS: Rule = Rule {
    words: &["aws_config", "aws_sdk_dynamodb", "aws_sdk_s3", "aws_sdk_sns", "aws_sdk_health", "aws_sdk_"],
    says: "only aws names the AWS SDK",
    exceptions: &[except("shared/aws/", "the one room that speaks to AWS")],
};

const SMITHY: Rule = Rule {
    words: &["aws_smithy_runtime_api", "aws_smithy_types", "aws_smithy_"],
    says: "only aws and local name the layers below the AWS SDK",
    exceptions: &[
        except("shared/aws/", "the one room that speaks to AWS"),
        except("infra/local/", "serves the SDK's requests in process"),
    ],
};

const HTTP: Rule = Rule {
    words: &["reqwest"],
    says: "only databricks and integrations name the HTTP client",
    exceptions: &[
        except("shared/databricks/", "the one room that speaks to workspaces"),
        except("shared/integrations/", "the one room that speaks to what is neither a workspace nor AWS"),
    ],
};

const PRINTING: Rule = Rule {
    words: &["println!", "print!", "eprintln!", "eprint!"],
    says: "only the command prints; everything else traces or answers",
    exceptions: &[
        except("shared/cli/src/", "data on stdout and talk on stderr are its work"),
        except("shared/sim/src/", "served alone, it says on which port, and which routes it lacks"),
    ],
};

const ANSWERS: Rule = Rule {
    words: &["put_question"],
    says: "only the gate of answers changes a question (S27)",
    exceptions: &[
        except("shared/engine/src/approvals/", "the gate: an answer is made of a proof here"),
        except("shared/engine/src/ports/approval_requests.rs", "the port"),
        except("shared/aws/src/dynamo/approval_requests.rs", "the store"),
        except("infra/local/src/memory/approval_requests.rs", "the store in memory"),
    ],
};

const UNFINISHED: &[&str] = &["#[ignore", "should_panic", "todo!", "unimplemented!"];

/// Reads of the environment in other crates than `runtime`.
pub(crate) fn environment(tree: &Tree) -> Vec<String> {
    in_product(tree, &ENVIRONMENT)
}

/// Reads of the time in other places than a clock.
pub(crate) fn time(tree: &Tree) -> Vec<String> {
    in_product(tree, &TIME)
}

/// Vendors' libraries in other crates than their own, tests included.
pub(crate) fn vendors(tree: &Tree) -> Vec<String> {
    [&AWS, &SMITHY, &HTTP].iter().flat_map(|rule| found(tree.rust(), rule, begins_word)).collect()
}

/// Printing in other places than the command.
pub(crate) fn printing(tree: &Tree) -> Vec<String> {
    in_product(tree, &PRINTING)
}

/// Answers that are recorded without the gate.
pub(crate) fn answering(tree: &Tree) -> Vec<String> {
    in_product(tree, &ANSWERS)
}

/// Tests that are skipped or expect a panic, and code that is missing.
pub(crate) fn unfinished(tree: &Tree) -> Vec<String> {
    let rule = Rule { words: UNFINISHED, says: "nothing is skipped, left out or meant to panic", exceptions: &[] };
    found(tree.rust(), &rule, has_word)
}

/// A verb that would destroy a customer's resource (S24), in code or in a string of `databricks`.
pub(crate) fn destroying(tree: &Tree) -> Vec<String> {
    // This call terminates a cluster, which stays and can be started again [docs: clusters/delete].
    const TERMINATES: &str = "clusters/delete";
    let mut offences = Vec::new();
    for file in tree.product().filter(|file| file.path.starts_with("shared/databricks/")) {
        let told = Code::without_tests(&file.text).told.replace(TERMINATES, "");
        let destroys = |line: &str| {
            ["DELETE", "Delete"].iter().any(|word| has_word(line, word))
                || ["permanent-delete", "permanent_delete", "/delete", ".delete("].iter().any(|it| line.contains(it))
        };
        offences.extend(
            lines_where(&told, destroys)
                .iter()
                .map(|line| format!("{}:{line}: no verb destroys a customer's resource (S24)", file.path)),
        );
    }
    offences
}

/// Exceptions that nothing needs any more, though their folder exists.
pub(crate) fn stale(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for rule in [&ENVIRONMENT, &TIME, &AWS, &SMITHY, &HTTP, &PRINTING, &ANSWERS] {
        for exception in rule.exceptions {
            let mut here = tree.rust().filter(|file| file.path.starts_with(exception.path)).peekable();
            let exists = here.peek().is_some();
            let needed = here.any(|file| !offending(file, rule, begins_word).is_empty());
            if exists && !needed {
                offences.push(format!("{}: not needed any more: {} ({})", exception.path, rule.says, exception.reason));
            }
        }
    }
    offences
}

fn in_product(tree: &Tree, rule: &Rule) -> Vec<String> {
    found(tree.product(), rule, has_word)
}

fn found<'a>(files: impl Iterator<Item = &'a File>, rule: &Rule, is: fn(&str, &str) -> bool) -> Vec<String> {
    let excepted = |file: &&File| !rule.exceptions.iter().any(|exception| file.path.starts_with(exception.path));
    files
        .filter(excepted)
        .flat_map(|file| {
            let lines = offending(file, rule, is);
            lines.into_iter().map(|line| format!("{}:{line}: {}", file.path, rule.says)).collect::<Vec<_>>()
        })
        .collect()
}

fn offending(file: &File, rule: &Rule, is: fn(&str, &str) -> bool) -> Vec<usize> {
    // Skipped tests are searched in test code, too. All other words are searched only in what is built.
    let code = if rule.words == UNFINISHED { Code::whole(&file.text) } else { Code::without_tests(&file.text) };
    lines_where(&code.bare, |line| rule.words.iter().any(|word| is(line, word)))
}

/// Whether a name in the line begins with `word`.
fn begins_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn the_environment_read_elsewhere_is_found() {
    let planted = "//! std::env\nfn a() { std::env::var(\"A\"); }\n#[cfg(test)]\nmod tests { use std::env; }\n";
    let tree = Tree::of(&[("shared/engine/src/a.rs", planted), ("shared/runtime/src/a.rs", planted)]);
    assert_eq!(environment(&tree), ["shared/engine/src/a.rs:2: only runtime reads the environment"]);
}

#[test]
fn the_time_read_by_no_clock_is_found() {
    let planted = "fn a() -> Timestamp { Timestamp::now() }\n";
    let tree = Tree::of(&[("shared/failover/src/a.rs", planted), ("shared/runtime/src/clock.rs", planted)]);
    assert_eq!(time(&tree).len(), 1);
    let in_tests = Tree::of(&[("shared/sim/tests/a.rs", "fn a() { Instant::now(); }")]);
    assert!(time(&in_tests).is_empty());
}

#[test]
fn a_vendor_library_outside_its_room_is_found() {
    let tree = Tree::of(&[
        ("shared/engine/src/a.rs", "use aws_sdk_dynamodb::Client;\nuse reqwest::Url;\n"),
        ("infra/local/src/a.rs", "use aws_smithy_types::Blob;\n"),
        ("shared/engine/tests/b.rs", "use aws_smithy_types::Blob;\n"),
    ]);
    assert_eq!(vendors(&tree).len(), 3, "{:?}", vendors(&tree));
}

#[test]
fn printing_outside_the_command_is_found() {
    let planted = "fn a() { println!(\"x\"); }\n";
    let tree = Tree::of(&[("shared/engine/src/a.rs", planted), ("shared/cli/src/a.rs", planted)]);
    assert_eq!(printing(&tree).len(), 1);
}

#[test]
fn an_answer_that_goes_round_the_gate_is_found_s27() {
    let planted = "async fn a() { deps.asks.put_question(&answered).await; }\n";
    let tree = Tree::of(&[("shared/cli/src/a.rs", planted), ("shared/engine/src/approvals/a.rs", planted)]);
    assert_eq!(answering(&tree), ["shared/cli/src/a.rs:1: only the gate of answers changes a question (S27)"]);
}

#[test]
fn skipped_tests_and_missing_code_are_found() {
    let skipped =
        ["#[test]\n#[", "ignore]\nfn a() {}\n#[test]\n#[should", "_panic]\nfn b() { to", "do!() }\n"].concat();
    let tree = Tree::of(&[("shared/engine/src/a.rs", &skipped)]);
    assert_eq!(unfinished(&tree).len(), 3);
    let told = Tree::of(&[("a.rs", "// todo!\nlet a = \"should_panic\";\n")]);
    assert!(unfinished(&told).is_empty());
}

#[test]
fn a_destroying_verb_is_found_and_terminating_is_none() {
    let planted =
        "//! DELETE\nlet a = Method::DELETE;\nlet b = \"/api/2.1/jobs/delete\";\nlet c = \"permanent-delete\";\n";
    let tree = Tree::of(&[("shared/databricks/src/a.rs", planted)]);
    assert_eq!(destroying(&tree).len(), 3);
    let fine = "let a = \"/api/2.1/clusters/delete\"; if state == \"DELETED\" {}\n";
    assert!(destroying(&Tree::of(&[("shared/databricks/src/a.rs", fine)])).is_empty());
}

#[test]
fn an_exception_without_use_is_found() {
    let tree = Tree::of(&[("shared/runtime/src/clock.rs", "fn a() {}\n")]);
    let found = stale(&tree);
    assert!(found.iter().any(|it| it.starts_with("shared/runtime/src/clock.rs: ")), "{found:?}");
    assert!(!found.iter().any(|it| it.starts_with("shared/aws/")), "a room that does not exist: {found:?}");
}
