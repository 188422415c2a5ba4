//! Reads the status feed of Azure: RSS 2.0, with one item for each event that goes on.
//!
//! Service and region are in `category` and in the title, and a `pubDate` may end in a bare `Z`.
//!
//! A feed without items can mean that all is well. But on 23 July 2026 an instance of the page in the lost
//! region itself also served such a feed [second-hand: a status reader's source]. So an empty feed is
//! unknown. A feed that names trouble elsewhere is a living page, and healthy for a region that it does not
//! name. Descriptions mention other regions and are not read.
//!
//! Unverified: the host `rssfeed.azure.status.microsoft`, and how a mitigated event is marked. A title that
//! says so reads unknown until the item goes.

use failover::signal::{About, CloudName, Origin, Reading, Signal, WatchedSide, holds};
use rss::{Channel, Item};

use crate::foreign::{BodyError, LARGEST_BODY_BYTES};
use crate::plain::{names_region, one_line};
use crate::source::{Arrival, Listening, Readings, Source};

pub(super) struct AzureStatus;

/// No feed of events that go on is longer.
const MOST_ITEMS: usize = 200;

impl Source for AzureStatus {
    fn name(&self) -> &'static str {
        "azure_status"
    }

    fn arrival(&self) -> Arrival {
        Arrival::Polled
    }

    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError> {
        if body.len() > LARGEST_BODY_BYTES {
            return Err(BodyError::TOO_LONG);
        }
        let channel = Channel::read_from(body).map_err(|_| BodyError("the body is no RSS feed"))?;
        if channel.title().trim().is_empty() {
            return Err(BodyError("the feed has no title"));
        }
        let mut readings = Readings::default();
        for side in listening.watched.sides.iter().filter(|side| side.cloud == CloudName::Azure) {
            let (reading, text) = health(&channel, side);
            let signal = Signal {
                about: About { source: self.name().into(), side: side.side, subject: side.region.clone() },
                origin: Origin::Provider,
                reading,
                seen_at: listening.now,
                holds_s: holds::POLLED_S,
                text: one_line(&text),
            };
            readings.take(signal, listening.now);
        }
        if readings.signals.is_empty() {
            readings.passed_over.insert("no side that is watched stands in Azure");
        }
        Ok(readings)
    }
}

fn health(channel: &Channel, side: &WatchedSide) -> (Reading, String) {
    let items = channel.items().iter().take(MOST_ITEMS);
    let worst = items.filter(|item| affects(item, side)).map(|item| (of(item), item.title().unwrap_or_default()));
    // Among items with the same reading the first one counts: the latest is at the top.
    match worst.rev().max_by_key(|(reading, _)| *reading) {
        Some((reading, title)) => (reading, format!("Azure: {title}")),
        None if channel.items().is_empty() => (Reading::Unknown, "Azure's feed names no event at all".to_owned()),
        None => (Reading::Healthy, format!("Azure's feed names no event in {}", side.region)),
    }
}

fn affects(item: &Item, side: &WatchedSide) -> bool {
    let categories = item.categories().iter().take(MOST_ITEMS).map(|category| category.name());
    categories.chain(item.title()).any(|text| names_region(text, side))
}

fn of(item: &Item) -> Reading {
    let title = item.title().unwrap_or_default().to_ascii_lowercase();
    let said = title.trim_start_matches(['[', '(', ' ']);
    if said.starts_with("resolved") || said.starts_with("mitigated") { Reading::Unknown } else { Reading::Degraded }
}
