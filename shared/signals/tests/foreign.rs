//! Tests the reading of strange bodies: it ends soon, keeps to its bounds and never panics.

use std::time::{Duration, Instant};

use bolero::check;
use failover::Side;
use failover::signal::{CloudName, Reading, Watched, WatchedSide};
use serde_json::{Map, Value, json};
use signals::{Alarm, LARGEST_BODY_BYTES, Listening, MOST_SIGNALS, Readings, SOURCES, Source};

/// Each run in CI tries this many bodies of each kind. A fuzzing engine ignores the number.
const TRIES: usize = 2_000;

/// The bodies of the samples in `events`, as a source reads them, each with its source's index in the list.
fn samples() -> Vec<(usize, Vec<u8>)> {
    let mut samples = Vec::new();
    for (place, source) in SOURCES.iter().enumerate() {
        let folder = format!("{}/../../events/{}", env!("CARGO_MANIFEST_DIR"), source.name());
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("a sample can be read")
            .map(|entry| entry.expect("a sample can be read").path())
            .collect();
        files.retain(|file| !file.to_str().expect("a sample can be read").ends_with(".reading.json"));
        files.sort();
        for file in files {
            let whole = std::fs::read(file).expect("a sample can be read");
            let posted =
                serde_json::from_slice::<Value>(&whole).ok().filter(|event| !event["requestContext"].is_null());
            let body = match posted {
                Some(event) if event["isBase64Encoded"] == false => {
                    event["body"].as_str().expect("a sample can be read").as_bytes().to_vec()
                }
                Some(_) => continue,
                None => whole,
            };
            samples.push((place, body));
        }
    }
    samples
}

fn read(source: &dyn Source, body: &[u8]) -> Option<Readings> {
    let side = |side, cloud, region: &str| WatchedSide { side, cloud, region: region.to_owned(), host: String::new() };
    let watched = Watched {
        sides: vec![
            side(Side::Primary, CloudName::Aws, "us-east-1"),
            side(Side::Standby, CloudName::Aws, "us-west-2"),
            side(Side::Primary, CloudName::Azure, "westus"),
            side(Side::Standby, CloudName::Google, "us-east1"),
        ],
        services: Vec::new(),
    };
    let alarms = [Alarm { name: "payments-*".to_owned(), side: None, reading: Reading::Down }];
    let now = "2026-01-05T08:00:00Z".parse().expect("it is well formed");
    let readings = source.read(body, &Listening { watched: &watched, alarms: &alarms, now }).ok()?;
    assert!(readings.signals.len() <= MOST_SIGNALS);
    assert!(
        !readings.signals.is_empty() || !readings.passed_over.is_empty(),
        "{}: nothing, and no reason",
        source.name()
    );
    for signal in &readings.signals {
        let line = &signal.text;
        assert!(
            line.chars().count() <= 200 && !line.chars().any(char::is_control) && !line.contains("://"),
            "{line:?}"
        );
        assert!(signal.about.subject.len() <= 500 && !signal.about.subject.chars().any(char::is_control));
        assert!(signal.seen_at <= now, "{}", signal.seen_at);
    }
    Some(readings)
}

#[test]
fn random_bytes_are_survived() {
    check!().with_iterations(TRIES).for_each(|bytes: &[u8]| {
        for source in SOURCES {
            read(*source, bytes);
        }
    });
}

#[test]
fn samples_with_damaged_bytes_are_survived() {
    let samples = samples();
    check!().with_iterations(TRIES).with_type::<(usize, Vec<(u16, u8, u8)>)>().for_each(|(which, changes)| {
        let (source, mut body) = samples[which % samples.len()].clone();
        for (place, what, byte) in changes.iter().take(20) {
            let at = usize::from(*place) % body.len().max(1);
            match what % 4 {
                0 => body.insert(at.min(body.len()), *byte),
                1 if !body.is_empty() => drop(body.remove(at)),
                2 if !body.is_empty() => body[at] = *byte,
                _ => body.truncate(at.max(1)),
            }
        }
        read(SOURCES[source], &body);
    });
}

#[test]
fn samples_whose_members_are_lost_or_turned_into_something_else_are_survived() {
    let samples = samples();
    check!().with_iterations(TRIES).with_type::<(usize, Vec<(u16, u8)>)>().for_each(|(which, changes)| {
        let (source, body) = &samples[which % samples.len()];
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return };
        for (place, what) in changes.iter().take(8) {
            change(&mut value, usize::from(*place), *what);
        }
        read(SOURCES[*source], &serde_json::to_vec(&value).expect("JSON is written"));
    });
}

/// Goes down to a place that a number chooses, and replaces the value there.
fn change(value: &mut Value, place: usize, what: u8) {
    let size = match value {
        Value::Object(members) => members.len(),
        Value::Array(elements) => elements.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    if size == 0 || place.is_multiple_of(7) {
        let odd = [
            Value::Null,
            json!(true),
            json!(-1),
            json!(1e308),
            json!(""),
            json!("\u{0}\u{202e}https://x.example/?secret=1\n"),
            json!("x".repeat(5_000)),
            json!([]),
            json!({}),
            json!([[[[{}]]]]),
        ];
        *value = odd[usize::from(what) % odd.len()].clone();
        return;
    }
    let inner = match value {
        Value::Object(members) => members.values_mut().nth(place % size),
        Value::Array(elements) => elements.get_mut(place % size),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    if let Some(inner) = inner {
        change(inner, place / size, what);
    }
}

#[test]
fn members_that_nobody_knows_change_no_reading() {
    for (source, body) in samples() {
        let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { continue };
        let source = SOURCES[source];
        let before = read(source, &body);
        add_unknown(&mut value);
        assert_eq!(read(source, &serde_json::to_vec(&value).expect("JSON is written")), before, "{}", source.name());
    }
}

/// Adds unknown members to every object.
fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown);
            members.insert("aNewMember".to_owned(), json!({ "of": ["any", 1, null] }));
            members.insert("Zz".to_owned(), Value::Null);
        }
        Value::Array(elements) => elements.iter_mut().for_each(add_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_mebibyte_of_anything_is_read_soon() {
    let fill = |unit: &str| unit.repeat(LARGEST_BODY_BYTES / unit.len());
    let mut noise = vec![0u8; LARGEST_BODY_BYTES];
    let mut state = 1u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    let keys: Map<String, Value> = (0..60_000).map(|n| (format!("k{n:07}"), json!(n))).collect();
    let containers = json!({ "result": { "status": [{ "name": "x", "containers":
        vec![json!({ "name": "us-east-1", "status_code": 500 }); 20_000] }] } });
    let title = json!({ "id": "1", "containers": vec![json!({ "name": fill("us east ")[..2_000] }); 400] });
    let bodies = [
        ("noise", noise),
        ("deep lists", fill("[").into_bytes()),
        ("deep objects", fill("{\"a\":").into_bytes()),
        ("a text", format!("\"{}\"", fill("x").split_at(LARGEST_BODY_BYTES - 2).0).into_bytes()),
        ("numbers", format!("[{}1]", fill("1,").split_at(LARGEST_BODY_BYTES - 4).0).into_bytes()),
        ("many keys", serde_json::to_vec(&keys).expect("JSON is written")),
        ("many containers", serde_json::to_vec(&containers).expect("JSON is written")),
        ("long names", serde_json::to_vec(&title).expect("JSON is written")),
        ("deep elements", fill("<rss>").into_bytes()),
        (
            "many items",
            format!("<rss><channel><title>t</title>{}", fill("<item><title>West US</title></item>")).into_bytes(),
        ),
    ];
    // Tests build the parsers without optimization.
    let soon = if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(50) };
    for (what, body) in bodies {
        let body = &body[..body.len().min(LARGEST_BODY_BYTES)];
        for source in SOURCES {
            let began = Instant::now();
            read(*source, body);
            let took = began.elapsed();
            assert!(took < soon, "{} took {took:?} for {what}", source.name());
        }
    }
}
