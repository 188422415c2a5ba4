//! The rules of the repository, as tests, so that a review need not check them.
//!
//! Law: a rule is a function from the files, or from the output of cargo, to a list of offences. Here it runs over the
//! repository. In its own file it runs over a planted offence, since a rule that never finds anything proves nothing.

/// The rules.
mod tidy {
    pub(crate) mod circles;
    pub(crate) mod codes;
    pub(crate) mod crates;
    pub(crate) mod lexing;
    pub(crate) mod links;
    pub(crate) mod lists;
    pub(crate) mod paths;
    pub(crate) mod pictures;
    pub(crate) mod rooms;
    pub(crate) mod shapes;
    pub(crate) mod tree;
    pub(crate) mod vocabulary;
    pub(crate) mod words;
}

use tidy::tree::Tree;
use tidy::{circles, codes, crates, links, lists, pictures, rooms, shapes, vocabulary, words};

macro_rules! over_the_repository {
    ($($test:ident: $rule:path;)+) => {
        $(
            #[test]
            fn $test() {
                none($rule(&Tree::read()));
            }
        )+
    };
}

over_the_repository! {
    every_expected_room_is_there: rooms::expected;
    nothing_else_lies_at_the_top_level: rooms::top_level;
    every_crate_takes_the_lints_and_has_a_header: rooms::crates;
    no_file_names_a_path_of_one_machine: rooms::machine_paths;
    no_source_file_is_too_long: shapes::length;
    every_module_opens_with_what_it_is_for: shapes::opening;
    every_name_says_something: shapes::names;
    no_module_is_taken_from_another_place: shapes::displaced;
    functions_only_take_the_envelope_off: shapes::thin_functions;
    no_files_use_each_other_in_a_circle: circles::circles;
    only_runtime_reads_the_environment: words::environment;
    only_clocks_know_the_time: words::time;
    vendors_libraries_stay_in_their_rooms: words::vendors;
    only_the_command_prints: words::printing;
    only_the_gate_takes_answers_s27: words::answering;
    nothing_is_skipped_or_left_out: words::unfinished;
    no_verb_destroys_a_resource_s24: words::destroying;
    no_exception_is_stale: words::stale;
    every_kind_is_listed: lists::kinds;
    every_action_and_every_probe_is_listed: lists::actions_and_probes;
    every_function_is_complete: lists::functions;
    every_scenario_has_a_script_a_story_and_a_line: lists::scenarios;
    the_picture_of_the_screen_is_what_is_printed: pictures::screen;
    every_code_has_a_page_and_every_page_a_code: lists::advice;
    every_code_of_an_invariant_is_defined: codes::defined;
    every_invariant_is_named_by_a_test: codes::tested;
    every_link_from_an_invariant_leads_to_its_test: codes::linked;
    every_relative_link_leads_somewhere: links::relative;
    no_name_has_a_word_that_the_glossary_rejects: vocabulary::rejected;
    the_glossary_explains_every_rejected_word: vocabulary::unexplained;
}

#[test]
fn crates_name_only_crates_to_their_left() {
    let (names, namings) = crates::namings();
    none(crates::direction(&names, &namings));
}

#[test]
fn nothing_deployed_names_what_is_not_or_switches_guards_off() {
    none(crates::deployed(&crates::namings().1));
}

#[test]
fn outside_crates_are_named_only_where_they_belong() {
    none(crates::external(&crates::namings().1));
}

fn none(offences: Vec<String>) {
    assert!(offences.is_empty(), "{} offences\n{}", offences.len(), offences.join("\n"));
}
