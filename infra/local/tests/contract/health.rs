//! The AWS Health API that does not answer, and the probe of an object store, through the real SDK.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws::AwsHealth;
use engine::ports::{Clock, DeclaredProbe, Depth, Feed, Names};
use failover::Side;
use failover::signal::{CloudName, Reading, Watched, WatchedSide};
use jiff::SignedDuration;
use serde_json::json;
use sim::{CloudFault, CloudFaultKind};

use crate::errands::{REGION, Stand, Ticking};
use crate::ground::{BUCKET, at};

/// Says of which endpoint the global name is an alias, or nothing at all.
struct Alias(Option<&'static str>, Mutex<u32>);

#[async_trait]
impl Names for Alias {
    async fn resolves(&self, _host: &str) -> Result<bool, String> {
        Ok(true)
    }

    async fn alias(&self, host: &str) -> Result<Option<String>, String> {
        assert_eq!(host, "global.health.amazonaws.com");
        *self.1.lock().unwrap() += 1;
        self.0.map(|name| Some(name.to_owned())).ok_or_else(|| "no answer".to_owned())
    }
}

fn feed(stand: &Stand, alias: Option<&'static str>) -> AwsHealth {
    let side = |side, region: &str| WatchedSide {
        side,
        cloud: CloudName::Aws,
        region: region.to_owned(),
        host: String::new(),
    };
    let sides = vec![side(Side::Primary, "eu-west-1"), side(Side::Standby, "eu-central-1")];
    let watched = Watched { sides, services: vec!["EC2".to_owned(), "S3".to_owned()] };
    AwsHealth::new(&stand.clients, Arc::new(Alias(alias, Mutex::new(0))), watched)
}

fn hosts(stand: &Stand) -> Vec<String> {
    let cloud = stand.cloud.lock().unwrap();
    cloud.calls().iter().map(|call| format!("{} {}", call.operation, call.host)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_api_that_does_not_answer_says_nothing() {
    let stand = Stand::new();
    stand.cloud.lock().unwrap().inject(CloudFault::new("health.us-east-1.amazonaws.com", CloudFaultKind::Dark));
    assert!(feed(&stand, None).poll(at(0), &stand.pass).await.is_err());
    assert_eq!(hosts(&stand).len(), 1, "one attempt");
}

#[tokio::test(start_paused = true)]
async fn an_object_is_written_and_read_back_always_the_same_one() {
    let stand = Stand::new();
    let clock: Arc<dyn Clock> = Arc::new(Ticking::new());
    let declared = |bucket: &str| DeclaredProbe {
        kind: "object_store".to_owned(),
        name: "lake".to_owned(),
        side: Side::Primary,
        settings: json!({ "bucket": bucket, "region": REGION }),
    };
    let probes = aws::probes::of(&stand.clients, &clock, &[declared(BUCKET), declared("none")]);
    assert!(probes.iter().all(|probe| probe.info().works && probe.info().depth == Depth::Deep));
    for minute in 0..2 {
        let now = at(0) + SignedDuration::from_mins(minute);
        let probed = probes[0].look(now, &stand.pass).await;
        assert_eq!((probed.reading, probed.measured), (Reading::Healthy, Some(0.0)), "{}", probed.text);
        let missing = probes[1].look(now, &stand.pass).await;
        assert_eq!(missing.reading, Reading::Unknown, "{}", missing.text);
    }
    let read = stand.object("switchback-probe/lake").await;
    assert_eq!(read, (at(0) + SignedDuration::from_mins(1)).as_millisecond().to_string().into_bytes());
}
