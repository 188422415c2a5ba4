//! Checks the contract of `Objects` over every kind of store, and the buckets below it.

use crate::ground::{BUCKET, Checked, EVIDENCE, Ground, Kind};
use bytes::Bytes;
use engine::ports::{Objects, StoreError};
use futures::future::join_all;
use local::embedded::{Buckets, Embedded, ShelfError, Table};

on_every_ground! {
    an_object_that_was_never_put_is_none
    an_object_comes_back_as_it_was_put
    a_new_object_never_replaces_one
    of_eight_makers_of_one_object_one_wins
    evidence_is_written_once_and_the_same_again_is_fine
}

async fn an_object_that_was_never_put_is_none(ground: &Ground) -> Checked {
    let found = ground.objects().get("sagas/s/plan.json").await;
    ensure!(found == Ok(None), "{found:?}");
    Ok(())
}

async fn an_object_comes_back_as_it_was_put(ground: &Ground) -> Checked {
    let big = (0..3 * 1024 * 1024_u32).map(|n| n.to_le_bytes()[0]).collect::<Vec<_>>();
    let objects = [
        ("a", Bytes::from_static(b"one")),
        ("sagas/s 1/é+.json", big.into()),
        ("empty", Bytes::new()),
        ("a", Bytes::from_static(b"two")),
    ];
    for (key, bytes) in objects {
        let put = ground.objects().put(key, bytes.clone()).await;
        ensure!(put == Ok(()), "{key}: {put:?}");
        let found = ground.objects().get(key).await;
        ensure!(found == Ok(Some(bytes)), "{key} came back different");
    }
    Ok(())
}

async fn a_new_object_never_replaces_one(ground: &Ground) -> Checked {
    let first = ground.objects().put_new("plan", Bytes::from_static(b"first")).await;
    ensure!(first == Ok(()), "{first:?}");
    for bytes in [Bytes::from_static(b"other"), Bytes::from_static(b"first")] {
        let second = ground.objects().put_new("plan", bytes).await;
        ensure!(second == Err(StoreError::Refused("object plan".into())), "{second:?}");
    }
    let found = ground.objects().get("plan").await;
    ensure!(found == Ok(Some(Bytes::from_static(b"first"))), "{found:?}");
    Ok(())
}

/// R52: evidence goes to a bucket of its own if one is named, and it is never replaced.
async fn evidence_is_written_once_and_the_same_again_is_fine(ground: &Ground) -> Checked {
    for bucket in [None, Some(EVIDENCE)] {
        let objects = || ground.objects_in(BUCKET, bucket);
        for _ in 0..2 {
            let put = objects().put_evidence("evidence", Bytes::from_static(b"record")).await;
            ensure!(put == Ok(()), "{put:?}");
        }
        let other = objects().put_evidence("evidence", Bytes::from_static(b"another")).await;
        ensure!(other == Err(StoreError::Refused("object evidence".into())), "{other:?}");
        let ordinary = ground.objects().get("evidence").await;
        ensure!(ordinary == Ok(Some(Bytes::from_static(b"record"))), "{bucket:?}: {ordinary:?}");
    }
    let locked = ground.objects_in(EVIDENCE, None).get("evidence").await;
    ensure!(locked == Ok(Some(Bytes::from_static(b"record"))), "{locked:?}");
    Ok(())
}

async fn of_eight_makers_of_one_object_one_wins(ground: &Ground) -> Checked {
    for round in 0..20 {
        let objects = ground.objects();
        let makers = (0..8).map(|n| {
            let objects = objects.clone();
            tokio::spawn(async move { objects.put_new(&format!("plan-{round}"), vec![n].into()).await.map(|()| n) })
        });
        let made: Vec<u8> = join_all(makers).await.into_iter().filter_map(|put| put.ok()?.ok()).collect();
        ensure!(made.len() == 1, "{} makers won", made.len());
        let found = ground.objects().get(&format!("plan-{round}")).await;
        ensure!(found == Ok(Some(made.into())), "the winner's object is not the one that is there");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_openings_of_one_folder_have_one_winner_too() {
    let folder = tempfile::TempDir::new().unwrap();
    let objects = [(); 2].map(|()| {
        let buckets = Buckets::folder(folder.path(), [BUCKET]).unwrap();
        let parts = Embedded::new(Table::memory("sagas").unwrap(), buckets);
        aws::S3Objects::new(&aws::Clients::embedded(parts, "eu-west-1"), BUCKET, "")
    });
    for round in 0..50 {
        let makers = objects.iter().map(|objects| {
            let objects = objects.clone();
            tokio::spawn(async move { objects.put_new(&format!("plan-{round}"), Bytes::from_static(b"x")).await })
        });
        let made = join_all(makers).await.into_iter().filter(|put| matches!(put, Ok(Ok(())))).count();
        assert_eq!(made, 1, "in round {round}");
    }
}

#[tokio::test]
async fn a_missing_bucket_says_to_create_it() {
    for kind in Kind::IMPLEMENTATIONS {
        let objects = Ground::new(kind).objects_in("unknown", None);
        for told in [objects.get("a").await.map(drop), objects.put("a", Bytes::new()).await] {
            let Err(StoreError::Broken(text)) = told else { panic!("{kind:?}: {told:?}") };
            assert!(text.contains("create the bucket"), "{kind:?}: {text}");
        }
    }
}

#[test]
fn a_missing_folder_says_so() {
    let folder = tempfile::TempDir::new().unwrap();
    let missing = Buckets::folder(&folder.path().join("nowhere"), [BUCKET]);
    assert!(matches!(missing, Err(ShelfError::NoFolder(_))));
}
