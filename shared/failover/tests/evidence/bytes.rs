//! Tests a record with every single byte altered, and with a byte removed or inserted at many places.

use failover::evidence::{sample, verify};

#[test]
fn an_untouched_record_is_verified() {
    let record = sample::record("payments-1");
    let verified = verify(&record.to_bytes(), Some(&record.seal), &no_page).unwrap();
    assert_eq!((verified.saga.as_str(), verified.seal.as_str()), ("payments-1", record.seal.as_str()));
    assert_eq!((verified.lines, verified.steps, verified.page_seal), (18, 5, None));
}

#[test]
fn every_altered_byte_is_found() {
    let bytes = sample::record("payments-1").to_bytes();
    for place in 0..bytes.len() {
        // In most cases a letter stays a letter and a digit stays a digit, which is harder to find.
        let mut altered = bytes.clone();
        altered[place] ^= if place % 16 == 0 { 0x80 } else { 0x01 };
        assert!(is_found(&altered), "byte {place} of {}", bytes.len());
    }
}

#[test]
fn a_removed_byte_and_an_inserted_one_is_found() {
    let bytes = sample::record("payments-1").to_bytes();
    for place in (0..bytes.len()).step_by(13) {
        let without = [&bytes[..place], &bytes[place + 1..]].concat();
        assert!(is_found(&without), "byte {place} removed");
        for more in [b' ', b'0', b'\n'] {
            let with = [&bytes[..place], &[more], &bytes[place..]].concat();
            assert!(is_found(&with), "{more} inserted at {place}");
        }
    }
    assert!(is_found(&[bytes.as_slice(), b"\n"].concat()), "a line feed appended");
}

#[test]
fn what_is_no_record_is_told_as_such() {
    for bytes in [&b""[..], b"{}", b"null", b"{\"version\":1}", b"\xff\xfe", b"<!DOCTYPE html>", b"[1,2]"] {
        let found = verify(bytes, None, &no_page).unwrap_err();
        assert!(!found.is_empty() && found.iter().all(|it| !it.what.is_empty()), "{found:?}");
    }
}

#[test]
fn a_record_of_a_later_version_asks_for_a_newer_program_s22() {
    let text = String::from_utf8(sample::record("payments-1").to_bytes()).unwrap();
    let later = text.replacen("\"version\": 1", "\"version\": 9", 1);
    let found = verify(later.as_bytes(), None, &no_page).unwrap_err();
    assert!(found[0].what.contains("version 9") && found[0].what.contains("newer"), "{found:?}");
}

/// A planned failover of two jobs, recorded and exported by the program that wrote plans of version 2.
const PLAN_VERSION_2: &[u8] = include_bytes!("earlier/plan_version_2.json");

#[test]
fn a_record_that_an_earlier_version_has_made_is_verified_s22() {
    let verified = verify(PLAN_VERSION_2, None, &no_page).unwrap();
    assert_eq!((verified.steps, verified.lines > 0), (25, true));
}

#[test]
fn an_altered_byte_of_such_a_record_is_found_s22() {
    for place in (0..PLAN_VERSION_2.len()).step_by(701) {
        let mut altered = PLAN_VERSION_2.to_vec();
        altered[place] ^= 1;
        assert!(is_found(&altered), "byte {place}");
    }
}

fn is_found(bytes: &[u8]) -> bool {
    verify(bytes, None, &no_page).is_err()
}

fn no_page(_record: &failover::evidence::Record) -> String {
    String::new()
}
