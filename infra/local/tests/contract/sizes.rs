//! Checks S25: no store takes an item above 256 KB, although DynamoDB itself would take a larger one.

use crate::ground::{Checked, Ground};
use engine::ports::{Remembered, STORE_VERSION, StoreError};
use failover::PairName;
use serde_json::Value;

on_every_ground! {
    an_item_within_the_bounds_is_taken
    an_item_above_the_bounds_is_refused
}

const NAME: &str = "large";

async fn an_item_within_the_bounds_is_taken(ground: &Ground) -> Checked {
    let item = item_of(255 * 1024);
    let put = ground.store().remember(&pair(), NAME, &item).await;
    ensure!(put == Ok(()), "{put:?}");
    let found = ground.store().recall(&pair(), NAME).await;
    ensure!(found == Ok(Some(item)), "it came back different");
    Ok(())
}

/// A debug build panics at such an item, so that no caller can ignore the refusal.
async fn an_item_above_the_bounds_is_refused(ground: &Ground) -> Checked {
    let store = ground.store();
    let put = tokio::spawn(async move { store.remember(&pair(), NAME, &item_of(256 * 1024 + 1)).await });
    let told = match put.await {
        Ok(Err(StoreError::Broken(text))) => text,
        Ok(other) => return Err(format!("the store said {other:?}")),
        Err(stopped) => stopped.into_panic().downcast_ref::<String>().cloned().unwrap_or_default(),
    };
    ensure!(told.contains("no item may have more than 262144"), "{told}");
    let found = ground.store().recall(&pair(), NAME).await;
    ensure!(found == Ok(None), "it was kept all the same");
    Ok(())
}

fn item_of(bytes: usize) -> Remembered {
    Remembered { version: STORE_VERSION, value: Value::String("x".repeat(bytes)), revision: 1 }
}

fn pair() -> PairName {
    PairName::new("payments").unwrap()
}
