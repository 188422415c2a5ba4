//! Checks a store in a file: after a kill, between processes, and when the file is no store.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::ground::TABLE;
use aws::{Clients, DynamoStore};
use engine::ports::{PairHead, Pairs, STORE_VERSION, StoreError};
use failover::{PairName, Side};
use local::embedded::{Buckets, Embedded, OpenError, Table};
use tempfile::TempDir;

const FILE: &str = "STORE_FILE";

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_was_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.store");
    let mut told = 0;
    for _ in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "files::the_child_that_is_killed", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let revisions = lines.filter_map(|line| line.unwrap().strip_prefix("told ")?.parse::<u64>().ok());
        told = revisions.take(40).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let found = store(&path).pair(&pair()).await.unwrap().unwrap().revision;
        assert!(found >= told, "told {told}, found {found}");
    }
    assert!(told >= 120, "{told}");
}

#[tokio::test]
async fn the_child_that_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let store = store(Path::new(&path));
    let mut revision = store.pair(&pair()).await.unwrap().map_or(0, |head| head.revision);
    loop {
        revision += 1;
        store.put_pair(&head(revision)).await.unwrap();
        println!("\ntold {revision}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_openings_of_one_file_lose_no_update() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.store");
    let writers = (0..2).map(|_| {
        let store = store(&path);
        tokio::spawn(async move {
            let mut won = 0;
            while won < 50 {
                let next = store.pair(&pair()).await.unwrap().map_or(0, |head| head.revision) + 1;
                match store.put_pair(&head(next)).await {
                    Ok(()) => won += 1,
                    Err(StoreError::Refused(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store(&path).pair(&pair()).await.unwrap().unwrap().revision, 100);
}

#[test]
fn a_file_in_a_missing_folder_is_not_made() {
    let folder = TempDir::new().unwrap();
    let told = Table::file(&folder.path().join("nowhere/a.store"), TABLE).unwrap_err();
    assert_eq!(told, OpenError::NoFolder(folder.path().join("nowhere")));
    assert!(told.to_string().contains("create it"));
}

#[test]
fn a_folder_is_no_file() {
    let folder = TempDir::new().unwrap();
    let told = Table::file(folder.path(), TABLE).unwrap_err();
    assert_eq!(told, OpenError::IsFolder(folder.path().to_owned()));
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database, but longer than a header of one hundred bytes: ".repeat(4);
    fs::write(&path, &text).unwrap();
    let told = Table::file(&path, TABLE).unwrap_err();
    assert!(matches!(&told, OpenError::NotAStore { reason: "it is no database", .. }), "{told}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_database_of_something_else_is_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE invoices (n)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let told = Table::file(&path, TABLE).unwrap_err();
    assert!(matches!(&told, OpenError::NotAStore { .. }), "{told}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// S22: the refusal asks for the newer program.
#[test]
fn a_file_of_a_later_format_asks_for_the_newer_program() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.store");
    let request = serde_json::json!({
        "TableName": TABLE,
        "Item": {"PK": {"S": "META"}, "SK": {"S": "FORMAT"}, "version": {"N": "2"}},
    });
    let answer = Table::file(&path, TABLE).unwrap().answer("PutItem", request.to_string().as_bytes());
    assert!(answer.status().is_success());
    let told = Table::file(&path, TABLE).unwrap_err();
    assert_eq!(told, OpenError::Newer { path, found: 2, known: 1 });
    assert!(told.to_string().contains("use the newer program"));
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.store");
    fs::write(&path, "").unwrap();
    for _ in 0..2 {
        Table::file(&path, TABLE).unwrap();
    }
}

fn store(path: &Path) -> DynamoStore {
    let parts = Embedded::new(Table::file(path, TABLE).unwrap(), Buckets::memory([]));
    DynamoStore::new(&Clients::embedded(parts, "eu-west-1"), TABLE)
}

fn pair() -> PairName {
    PairName::new("payments").unwrap()
}

fn head(revision: u64) -> PairHead {
    PairHead {
        version: STORE_VERSION,
        pair: pair(),
        active: Side::Primary,
        saga: None,
        frozen: false,
        guard: None,
        freeze: None,
        cool_down: None,
        drill: None,
        role_assignment: None,
        last: None,
        evidence_due: Vec::new(),
        revision,
    }
}
