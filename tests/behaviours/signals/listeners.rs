//! Sets up a pair that takes signals in, in virtual time, on the embedded store.

use std::sync::Arc;

use async_trait::async_trait;
use engine::Deps;
use failover::Side;
use failover::signal::{CloudName, Track, Watched, WatchedSide};
use integrations::{Asked, Got, Missed, Web};
use local::stack::{Stack, StackParts};
use sim::{Estate, World};
use tests::parts::{BEGINS, clock, parts};

/// The regions of the two sides in a cloud.
pub(crate) fn watched(cloud: CloudName) -> Watched {
    let regions = match cloud {
        CloudName::Aws => ["us-east-1", "us-west-2"],
        CloudName::Azure => ["westus", "eastus2"],
        CloudName::Google => ["us-east1", "europe-west4"],
    };
    let side = |side, region: &str| WatchedSide { side, cloud, region: region.to_owned(), host: String::new() };
    let sides = vec![side(Side::Primary, regions[0]), side(Side::Standby, regions[1])];
    Watched { sides, services: ["EC2", "S3"].map(str::to_owned).to_vec() }
}

/// The stack of such a pair.
pub(crate) fn stack(cloud: CloudName) -> Arc<Stack> {
    let (begins, clock) = clock(BEGINS);
    let world = World::new(1, Estate::small(), sim::Settings::default(), begins.as_millisecond());
    Stack::new(StackParts { watched: watched(cloud), ..parts(world, clock) }).expect("a stack can be built")
}

/// The tracks of the pair, in order.
pub(crate) async fn tracks(deps: &Deps) -> Vec<Track> {
    let items = deps.signals.tracks(&deps.pair.name).await.expect("tracks can be read");
    let mut tracks: Vec<Track> = items.into_iter().map(|item| item.track).collect();
    tracks.sort_by(|a, b| a.about.cmp(&b.about));
    tracks
}

/// A web of one page.
pub(crate) struct OnePage(pub(crate) Vec<u8>);

#[async_trait]
impl Web for OnePage {
    async fn send(&self, _asked: Asked, _time_out: std::time::Duration) -> Result<Got, Missed> {
        let (status, headers) = (http::StatusCode::OK, http::HeaderMap::new());
        Ok(Got { status, headers, body: self.0.clone().into() })
    }

    async fn connect(&self, _host: &str, _port: u16, _time_out: std::time::Duration) -> Result<(), Missed> {
        Err(Missed { may_have_arrived: false, why: "nobody connects to a page".to_owned() })
    }
}
