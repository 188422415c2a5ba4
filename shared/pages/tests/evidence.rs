//! Tests the page of evidence: its content, and that nobody alters it unnoticed (R52).

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use failover::evidence::{Record, page_seal, record_of_page, sample, verify};
use pages::evidence;

#[test]
fn an_untouched_page_is_verified_and_carries_the_record() {
    let record = sample::record("payments-1");
    let page = evidence(&record);
    let verified = verify(page.as_bytes(), Some(&record.seal), &evidence).unwrap();
    assert_eq!(verified.page_seal, Some(page_seal(&page)));
    let (line, json) = record_of_page(&page).unwrap();
    assert_eq!(json.as_bytes(), record.to_bytes());
    assert_eq!(page.lines().nth(line - 1), Some("{"));
    assert!(!json.contains("</"), "nothing in a record ends its script");
}

#[test]
fn every_altered_byte_of_what_people_read_is_found() {
    let page = evidence(&sample::record("payments-1"));
    let (_, json) = record_of_page(&page).unwrap();
    let begins = page.find(json).unwrap();
    // The tests of records alter every byte of the record itself.
    let external: Vec<usize> = (0..begins).chain(begins + json.len()..page.len()).collect();
    std::thread::scope(|scope| {
        for part in external.chunks(external.len() / 2 + 1) {
            scope.spawn(|| part.iter().for_each(|place| assert!(is_found(&page, *place), "byte {place}")));
        }
    });
}

/// Whether an altered byte is found. The seal alone finds most of them. The whole verification
/// checks one place in 31, and every byte that the seal does not find.
fn is_found(page: &str, place: usize) -> bool {
    let mut altered = page.as_bytes().to_vec();
    altered[place] ^= 0x01;
    let sealed = |page: &str| page.contains(&format!("<code id=\"page-seal\">{}</code>", page_seal(page)));
    let by_seal = !place.is_multiple_of(31) && std::str::from_utf8(&altered).is_ok_and(|page| !sealed(page));
    by_seal || verify(&altered, None, &evidence).is_err()
}

#[test]
fn a_removed_byte_and_an_inserted_one_is_found() {
    let page = evidence(&sample::record("payments-1")).into_bytes();
    for place in (0..page.len()).step_by(601) {
        let without = [&page[..place], &page[place + 1..]].concat();
        let with = [&page[..place], b" ", &page[place..]].concat();
        assert!(verify(&without, None, &evidence).is_err() && verify(&with, None, &evidence).is_err(), "byte {place}");
    }
}

/// A forger may know how pages are sealed. So the text that people read must be what the record says.
#[test]
fn a_page_that_says_something_else_than_its_record_is_found_whatever_its_seal() {
    let page = evidence(&sample::record("payments-1"));
    for (from, to) in [
        ("not met", "met"),
        ("its cluster is gone with the region", "it was not needed"),
        ("ana and ben", "ana and dan"),
        ("<strong>7 min</strong>", "<strong>7 s</strong>"),
        ("</footer>", "<p>Approved by the auditor.</p></footer>"),
    ] {
        assert!(page.contains(from), "{from}");
        let forged = sealed_again(&page.replacen(from, to, 1));
        let found = verify(forged.as_bytes(), None, &evidence).expect_err(to);
        assert!(found.iter().any(|it| it.what.contains("not what the page of its record says")), "{to}: {found:?}");
    }
}

#[test]
fn the_page_of_another_record_is_found_by_the_recorded_seal() {
    let (one, other) = (sample::record("payments-1"), sample::record("payments-2"));
    let page = evidence(&other);
    assert!(verify(page.as_bytes(), None, &evidence).is_ok());
    assert!(verify(page.as_bytes(), Some(&one.seal), &evidence).is_err());
}

#[test]
fn what_people_wrote_is_text_and_nothing_else() {
    let mut facts = sample::facts("payments-1");
    let mischief = "</script><script>alert(1)</script><!-- ]]> & \" '";
    facts.questions[0].text = mischief.to_owned();
    facts.verdict = vec![mischief.to_owned()];
    let record = Record::of(facts).unwrap();
    let page = evidence(&record);
    assert_eq!(page.matches("<script").count(), 1, "only the one that carries the record");
    assert!(verify(page.as_bytes(), None, &evidence).is_ok());
}

#[test]
fn it_loads_nothing_from_anywhere() {
    let page = evidence(&sample::record("payments-1"));
    for word in ["http://", "https://", "src=", "href=", "url(", "@import", "<link", "onclick"] {
        assert!(!page.contains(word), "{word}");
    }
}

fn sealed_again(page: &str) -> String {
    let seal = page_seal(page);
    let (before, after) = page.split_once("<code id=\"page-seal\">").unwrap();
    format!("{before}<code id=\"page-seal\">{seal}{}", &after[64..])
}
