//! Checks every sample in `events` against its expected result.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use failover::signal::CloudName;
use local::clockwork::in_virtual_time;
use local::stack::reception::gates;
use probe_function::Post;
use serde_json::{Value, json};
use signals::{Arrival, Page, SOURCES, Source};

use super::listeners::{OnePage, stack, tracks};

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// The samples of a source.
fn samples(source: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(events().join(source)).unwrap_or_else(|e| panic!("events/{source}: {e}"));
    let mut samples: Vec<PathBuf> = folder.map(|entry| entry.expect("a sample can be read").path()).collect();
    samples.retain(|path| !path.to_str().expect("a sample can be read").ends_with(".reading.json"));
    samples.sort();
    samples
}

#[test]
fn every_source_has_samples_and_every_sample_reads_as_told() {
    let mut wrong = Vec::new();
    for source in SOURCES {
        let samples = samples(source.name());
        assert!(samples.len() >= 3, "events/{}: has {} samples", source.name(), samples.len());
        for sample in samples {
            let beside = sample.with_extension("reading.json");
            let told: Value = match std::fs::read(&beside) {
                Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", beside.display())),
                Err(_) => Value::Null,
            };
            let reads = reading(*source, &sample);
            if reads != told {
                wrong.push(format!("{} must hold\n{reads:#}", beside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The result of a sample.
fn reading(source: &'static dyn Source, sample: &Path) -> Value {
    let cloud = match source.name() {
        "azure_status" => CloudName::Azure,
        "google_status" => CloudName::Google,
        _ => CloudName::Aws,
    };
    let body = std::fs::read(sample).expect("a sample can be read");
    in_virtual_time(async move {
        let mut deps = stack(cloud).operator();
        let came = match source.arrival() {
            Arrival::Polled => {
                let url = "https://page.example/".parse().expect("it is well formed");
                let web = Arc::new(OnePage(body));
                deps.feeds = vec![Arc::new(Page { source, url, cloud, web })];
                let looked = engine::detection::poll(&deps, "here").await.expect("a sample can be read");
                let post = Post { place: "here".to_owned(), judges: false };
                let answer = probe_function::handle(&deps, &post).await.expect("a sample can be read");
                json!({ "answer": answer, "silent": looked.silent })
            }
            Arrival::Event(_) | Arrival::Webhook { .. } => {
                let event = serde_json::from_slice(&body).expect("a sample can be read");
                match signal_function::handle(&deps, &gates(), event).await {
                    Ok(answer) if answer["statusCode"].is_u64() => {
                        let body: Value = serde_json::from_str(answer["body"].as_str().expect("a sample can be read"))
                            .expect("a sample can be read");
                        json!({ "status": answer["statusCode"], "answer": body })
                    }
                    Ok(answer) => json!({ "answer": answer }),
                    Err(refused) => json!({ "refused": refused.to_string() }),
                }
            }
        };
        let mut came = came;
        came["known"] = serde_json::to_value(tracks(&deps).await).expect("a sample can be read");
        came
    })
    .expect("a sample can be read")
}
