//! Checks that a folder and its list agree: each file has one line in the list, and each line has a file.
//!
//! Law: a file that is not listed is not tested, and a line without a file promises something that does not exist.
//! Must not know: the work of the listed files.

use std::collections::BTreeSet;

use crate::tidy::lexing::Code;
use crate::tidy::tree::Tree;

const KINDS: &str = "shared/databricks/src/kinds";
/// Files beside the kinds that are no kinds, with their purpose.
const BESIDE_KINDS: &[(&str, &str)] = &[
    ("api", "a workspace as a kind reads it"),
    ("facts", "reads fields of any kind"),
    ("job_assumed", "how a job will look after a call; job and job_run both ask it"),
    ("job_facts", "reads a saved job; job, job_record and job_run all need it"),
    ("job_record", "what is remembered of a job; job and job_run both read it"),
    ("kind", "the trait that every kind implements"),
    ("legacy_schedules", "what stands on a warehouse and cannot be paused"),
    ("names", "names of kinds that other kinds mention"),
    ("triggers", "the schedules and triggers inside a job"),
    ("verdicts", "judgements that several kinds share"),
    ("want", "the wanted states that starts name"),
];
/// The folders of the kinds of actions and probes, each with the files that are no kind.
const REGISTRIES: &[Listing<'_>] = &[
    Listing {
        folder: "shared/databricks/src/actions",
        lists: &["ON_WORKSPACE", "ON_ACCOUNT"],
        implements: ACTION,
        beside: &[
            ("env", "the environment of the actions"),
            ("failover_group", "reads a failover group; two actions look at one"),
            ("following", "the faults of a change that is followed after its call"),
            ("settings", "reads the settings of any action"),
        ],
    },
    Listing {
        folder: "shared/aws/src/actions",
        lists: &["ACTIONS"],
        implements: ACTION,
        beside: &[
            ("call", "sends one request of any action"),
            ("env", "the environment of the actions"),
            ("json_member", "replaces one member of a JSON text"),
            ("record_set", "reads and makes a set of records in Route 53"),
            ("settings", "reads the settings of any action"),
            ("under_way", "changes that were requested and are not yet seen"),
        ],
    },
    Listing {
        folder: "shared/integrations/src/actions",
        lists: &["ACTIONS"],
        implements: ACTION,
        beside: &[
            ("env", "the environment of the actions"),
            ("exchange", "sends one request of any action, and sorts its answer"),
            ("place", "reads addresses and headers in settings"),
            ("settings", "reads the settings of any action"),
        ],
    },
    Listing {
        folder: "shared/databricks/src/probes",
        lists: &["PROBES"],
        implements: PROBE,
        beside: &[
            ("answered", "the reading of a probe whose call was answered"),
            ("env", "the environment of the probes"),
            ("reading", "turns the fault of any probe into a reading"),
            ("settings", "reads the settings of any probe"),
        ],
    },
    Listing {
        folder: "shared/aws/src/probes",
        lists: &["PROBES"],
        implements: PROBE,
        beside: &[("env", "the environment of the probes")],
    },
    Listing {
        folder: "shared/integrations/src/probes",
        lists: &["PROBES"],
        implements: PROBE,
        beside: &[("env", "the environment of the probes"), ("settings", "reads the settings of any probe")],
    },
];
const ACTION: &str = " ActionKind<ActionEnv> for ";
const PROBE: &str = " ProbeKind<ProbeEnv> for ";
const ADVICE: &str = "shared/runtime/advice";
const SCENARIOS: &str = "tests/scenarios";

/// Kinds without a line, and files beside them without an explanation.
pub(crate) fn kinds(tree: &Tree) -> Vec<String> {
    Listing { folder: KINDS, lists: &["KINDS"], implements: " Kind for ", beside: BESIDE_KINDS }.offences(tree)
}

/// Actions and probes that are in no list, and files beside them without an explanation.
pub(crate) fn actions_and_probes(tree: &Tree) -> Vec<String> {
    REGISTRIES.iter().flat_map(|listing| listing.offences(tree)).collect()
}

/// A folder whose files are in lists of its `mod.rs`.
struct Listing<'a> {
    folder: &'a str,
    /// The names of the lists.
    lists: &'a [&'a str],
    /// Text in the code of a file that must be listed.
    implements: &'a str,
    /// The files that need not be listed, with their purpose.
    beside: &'a [(&'a str, &'a str)],
}

impl Listing<'_> {
    fn offences(&self, tree: &Tree) -> Vec<String> {
        let (folder, beside) = (self.folder, self.beside);
        let Some(listing) = tree.text(&format!("{folder}/mod.rs")) else { return Vec::new() };
        let bare = Code::without_tests(listing).bare;
        let of = |name: &&str| {
            let list = ["const", "static"].iter().find_map(|item| bare.split_once(&format!("{item} {name}: ")));
            let rest = list.map_or("", |(_, rest)| rest);
            rest.split_once(';').map_or(rest, |(list, _)| list).to_owned()
        };
        let list: String = self.lists.iter().map(of).collect();
        let stems: Vec<&str> = tree
            .names(folder)
            .iter()
            .filter_map(|name| name.strip_suffix(".rs"))
            .filter(|stem| *stem != "mod")
            .collect();
        let mut offences = Vec::new();
        for stem in &stems {
            let text = tree.text(&format!("{folder}/{stem}.rs")).unwrap_or_default();
            let is_kind = Code::without_tests(text).bare.contains(self.implements);
            let listed = list.contains(&format!("&{stem}::"));
            let explained = beside.iter().any(|(name, _)| name == stem);
            match (is_kind, listed, explained) {
                (true, true, false) | (false, false, true) => {}
                (true, false, _) => offences.push(format!("{folder}/{stem}.rs: a kind that no list names")),
                (true, true, true) => {
                    offences.push(format!("{folder}/{stem}.rs: a kind, explained as if it were none"))
                }
                (false, _, false) => offences.push(format!("{folder}/{stem}.rs: neither a kind nor explained here")),
                (false, true, true) => offences.push(format!("{folder}/{stem}.rs: listed and yet no kind")),
            }
        }
        let stale = beside.iter().filter(|(name, _)| !stems.contains(name));
        offences.extend(stale.map(|(name, what)| format!("{folder}/{name}.rs: explained ({what}) and not there")));
        offences
    }
}

/// Functions that lack a main, a library, a member of the workspace, or a resource of the stack.
pub(crate) fn functions(tree: &Tree) -> Vec<String> {
    let members = tree.text("Cargo.toml").unwrap_or_default();
    let stack = tree.text("infra/aws/template.yaml").unwrap_or_default();
    let mut offences = Vec::new();
    for name in tree.folders("functions") {
        let missing = ["Cargo.toml", "src/main.rs", "src/lib.rs"]
            .into_iter()
            .filter(|file| tree.text(&format!("functions/{name}/{file}")).is_none());
        offences.extend(missing.map(|file| format!("functions/{name}: has no {file}")));
        if !members.contains(&format!("\"functions/{name}\"")) {
            offences.push(format!("functions/{name}: not a member of the workspace"));
        }
        if !stack.contains(&format!("/lambda/{name}/")) {
            offences.push(format!("functions/{name}: no function of infra/aws/template.yaml runs it"));
        }
    }
    offences
}

/// Scenarios without a script, without their story or their screen, or without a line.
pub(crate) fn scenarios(tree: &Tree) -> Vec<String> {
    let list = tree.text("infra/local/src/rehearsal/scenarios.rs").unwrap_or_default();
    let list = Code::without_tests(list).told;
    let mut offences = Vec::new();
    for name in tree.folders(SCENARIOS) {
        let files = tree.names(&format!("{SCENARIOS}/{name}"));
        let stem = |file: &&str| file.split('.').next().is_some_and(|stem| stem == "story" || stem == "golden");
        if !files.contains(&"script.toml") {
            offences.push(format!("{SCENARIOS}/{name}: has no script.toml"));
        }
        if !files.iter().any(stem) {
            offences.push(format!("{SCENARIOS}/{name}: has no golden story"));
        }
        if !files.contains(&"screen.txt") {
            offences.push(format!("{SCENARIOS}/{name}: has no golden screen"));
        }
        if !list.contains(&format!("\"{name}\"")) {
            offences.push(format!("{SCENARIOS}/{name}: not in the list of scenarios"));
        }
    }
    offences
}

/// Codes without a page, pages without a code, pages that `explain` cannot find.
pub(crate) fn advice(tree: &Tree) -> Vec<String> {
    let codes: BTreeSet<String> = tree.product().flat_map(|file| codes(&file.text)).collect();
    let names = tree.names(ADVICE);
    let pages: BTreeSet<String> =
        names.iter().filter_map(|name| name.strip_suffix(".md")).map(str::to_ascii_uppercase).collect();
    let list = Code::without_tests(tree.text("shared/runtime/src/advice.rs").unwrap_or_default()).told;
    let list = list.to_ascii_uppercase();
    let without_page = codes.difference(&pages).map(|code| format!("code {code}: has no page in {ADVICE}"));
    let without_code = pages.difference(&codes).map(|page| format!("{ADVICE}: page {page} belongs to no code"));
    let unlisted = pages
        .iter()
        .filter(|page| !list.contains(&format!("\"{page}\"")))
        .map(|page| format!("{ADVICE}: page {page} is not in the list of pages"));
    without_page.chain(without_code).chain(unlisted).collect()
}

/// The codes of faults and of answers in a source file, those in tests left out.
fn codes(source: &str) -> Vec<String> {
    let code = Code::without_tests(source);
    // With the last of these a line of the log carries its code.
    let makers = ["Code::new(", "Problem::refused(", "Problem::failed(", "Self::refused(", "Self::failed(", "code = "];
    let made = makers.iter().flat_map(|maker| code.bare.match_indices(maker).map(|(at, _)| at + maker.len()));
    let real = made.filter_map(|at| {
        let rest = code.told[at..].trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(text, _)| text.to_owned())
    });
    let is_code = |text: &String| text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    real.filter(is_code).collect()
}

#[test]
fn a_kind_without_a_line_is_found() {
    let list = "pub const KINDS: &[&dyn Kind] = &[\n    &job::Job,\n];\nmod other;\n";
    let tree = Tree::of(&[
        ("shared/databricks/src/kinds/mod.rs", list),
        ("shared/databricks/src/kinds/job.rs", "impl Kind for Job {}\n"),
        ("shared/databricks/src/kinds/other.rs", "impl Kind for Other {}\n"),
        ("shared/databricks/src/kinds/beside.rs", "fn a() {}\n"),
    ]);
    let beside = &[("gone", "was here")];
    let found = Listing { folder: KINDS, lists: &["KINDS"], implements: " Kind for ", beside }.offences(&tree);
    assert_eq!(
        found,
        [
            "shared/databricks/src/kinds/other.rs: a kind that no list names",
            "shared/databricks/src/kinds/beside.rs: neither a kind nor explained here",
            "shared/databricks/src/kinds/gone.rs: explained (was here) and not there",
        ]
    );
}

#[test]
fn an_action_without_a_line_in_its_registry_is_found() {
    let list = "pub static ACTIONS: ActionRegistry<ActionEnv> = ActionRegistry::new(&[\n    &one::One,\n])\n.with_optional(OPTIONAL, \"\");\nmod other;\n";
    let tree = Tree::of(&[
        ("shared/aws/src/actions/mod.rs", list),
        ("shared/aws/src/actions/one.rs", "impl ActionKind<ActionEnv> for One {}\n"),
        ("shared/aws/src/actions/other.rs", "impl ActionKind<ActionEnv> for Other {}\n"),
    ]);
    let listing = Listing { folder: "shared/aws/src/actions", lists: &["ACTIONS"], implements: ACTION, beside: &[] };
    assert_eq!(listing.offences(&tree), ["shared/aws/src/actions/other.rs: a kind that no list names"]);
}

#[test]
fn an_incomplete_function_is_found() {
    let tree = Tree::of(&[
        ("Cargo.toml", "members = [\"functions/whole\"]"),
        ("functions/half/src/lib.rs", ""),
        ("functions/whole/Cargo.toml", ""),
        ("functions/whole/src/lib.rs", ""),
        ("functions/whole/src/main.rs", ""),
        ("infra/aws/template.yaml", "CodeUri: target/lambda/whole/bootstrap.zip"),
    ]);
    let found = functions(&tree);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|offence| offence.starts_with("functions/half: ")));
}

#[test]
fn a_scenario_without_story_script_or_line_is_found() {
    let tree = Tree::of(&[
        ("infra/local/src/rehearsal/scenarios.rs", "scenario!(\"a\"),\n// scenario!(\"b\")\n"),
        ("tests/scenarios/a/script.toml", ""),
        ("tests/scenarios/a/story.txt", ""),
        ("tests/scenarios/a/screen.txt", ""),
        ("tests/scenarios/b/notes.md", ""),
    ]);
    let found = scenarios(&tree);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|offence| offence.starts_with("tests/scenarios/b: ")));
}

#[test]
fn codes_and_pages_belong_together() {
    let source = "const A: Code = Code::new(\"A-B\");\n/// Code::new(\"SAID\")\nconst C: Code = Code::new(\n    \"C\",\n);\n#[cfg(test)]\nmod tests { const T: Code = Code::new(\"T\"); }\n";
    let tree = Tree::of(&[
        ("shared/engine/src/codes.rs", source),
        (
            "shared/runtime/src/problem.rs",
            "fn a() { Problem::refused(\n    \"R\", x); Self::failed(code, x) }\nfn l() { error!(code = \"L\", \"it\"); let code = \"no code\"; }\n",
        ),
        ("shared/runtime/advice/A-B.md", ""),
        ("shared/runtime/advice/Z.md", ""),
        ("shared/runtime/src/advice.rs", "(\"A-B\", include_str!(\"../advice/A-B.md\"))"),
    ]);
    assert_eq!(
        advice(&tree),
        [
            "code C: has no page in shared/runtime/advice",
            "code L: has no page in shared/runtime/advice",
            "code R: has no page in shared/runtime/advice",
            "shared/runtime/advice: page Z belongs to no code",
            "shared/runtime/advice: page Z is not in the list of pages",
        ]
    );
}
