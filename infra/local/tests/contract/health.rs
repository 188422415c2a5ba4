//! Checks the AWS Health API as a feed, and the probe of an object store, through the real SDK.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws::AwsHealth;
use engine::ports::{Clock, DeclaredProbe, Depth, Feed, Names};
use failover::Side;
use failover::signal::{CloudName, Reading, Signal, Watched, WatchedSide};
use jiff::SignedDuration;
use serde_json::json;
use sim::{CloudFault, CloudFaultKind, HealthEvent};

use crate::actions::{REGION, Stand, Ticking};
use crate::ground::{BUCKET, at};

/// Gives the endpoint that the global name is an alias of, or no answer. It counts the questions.
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
    AwsHealth::new(&stand.clients, Arc::new(Alias(alias, Mutex::new(0))))
}

fn two_regions() -> Watched {
    let side = |side, region: &str| WatchedSide {
        side,
        cloud: CloudName::Aws,
        region: region.to_owned(),
        host: String::new(),
    };
    let sides = vec![side(Side::Primary, "eu-west-1"), side(Side::Standby, "eu-central-1")];
    Watched { sides, services: vec!["EC2".to_owned(), "S3".to_owned()] }
}

fn hosts(stand: &Stand) -> Vec<String> {
    let cloud = stand.cloud.lock().unwrap();
    cloud.calls().iter().map(|call| format!("{} {}", call.operation, call.host)).collect()
}

fn event(number: i64, service: &str, region: &str, ended_ms: Option<i64>) -> HealthEvent {
    HealthEvent {
        arn: format!("arn:aws:health:{region}::event/{service}/ISSUE/{number}"),
        service: service.to_owned(),
        code: format!("AWS_{service}_OPERATIONAL_ISSUE"),
        category: "issue".to_owned(),
        region: region.to_owned(),
        began_ms: at(0).as_millisecond(),
        ended_ms,
    }
}

async fn poll(stand: &Stand, feed: &AwsHealth, second: i64) -> Vec<Signal> {
    feed.poll(at(0) + SignedDuration::from_secs(second), &two_regions(), &stand.admission).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn issues_of_the_two_regions_are_told_open_and_closed() {
    let stand = Stand::new();
    let closed_ms = (at(0) - SignedDuration::from_mins(5)).as_millisecond();
    {
        let mut cloud = stand.cloud.lock().unwrap();
        cloud.add_health_event(event(1, "EC2", "eu-west-1", None));
        cloud.add_health_event(event(2, "S3", "eu-central-1", Some(closed_ms)));
        cloud.add_health_event(event(3, "LEX", "eu-west-1", None));
        cloud.add_health_event(event(4, "EC2", "us-west-2", None));
        cloud.add_health_event(event(5, "EC2", "eu-west-1", Some(closed_ms - 86_400_000)));
    }
    let feed = feed(&stand, Some("health.us-east-2.amazonaws.com"));
    let told = poll(&stand, &feed, 0).await;
    let read: Vec<_> = told.iter().map(|signal| (signal.about.side, signal.reading)).collect();
    assert_eq!(read, [(Side::Primary, Reading::Degraded), (Side::Standby, Reading::Healthy)]);
    assert_eq!((told[0].seen_at, told[1].seen_at.as_millisecond()), (at(0), closed_ms));
    assert_eq!(told[0].about.subject, "arn:aws:health:eu-west-1::event/EC2/ISSUE/1");
    assert_eq!(hosts(&stand), ["DescribeEvents health.us-east-2.amazonaws.com"; 2], "signed for it, too");
}

#[tokio::test(start_paused = true)]
async fn pages_are_read_to_their_end_and_one_poll_a_minute_is_enough() {
    let stand = Stand::new();
    for number in 0..150 {
        stand.cloud.lock().unwrap().add_health_event(event(number, "EC2", "eu-west-1", None));
    }
    let feed = feed(&stand, None);
    assert_eq!(poll(&stand, &feed, 0).await.len(), 150);
    assert_eq!(hosts(&stand), ["DescribeEvents health.us-east-1.amazonaws.com"; 3], "two pages, and the closed ones");
    assert_eq!(poll(&stand, &feed, 20).await.len(), 0);
    assert_eq!(poll(&stand, &feed, 60).await.len(), 150);
}

#[tokio::test(start_paused = true)]
async fn an_account_without_a_plan_is_told_once_an_hour_what_to_do() {
    let stand = Stand::new();
    stand.cloud.lock().unwrap().set_support_plan(false);
    let feed = feed(&stand, None);
    let told = feed.poll(at(0), &two_regions(), &stand.admission).await.unwrap_err();
    assert!(told.message.contains("enabled = false"), "{told}");
    assert_eq!(poll(&stand, &feed, 1_800).await, []);
    assert_eq!(hosts(&stand).len(), 1, "and not asked in between");
    assert!(feed.poll(at(0) + SignedDuration::from_secs(3_600), &two_regions(), &stand.admission).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_api_that_does_not_answer_says_nothing() {
    let stand = Stand::new();
    stand.cloud.lock().unwrap().inject(CloudFault::new("health.us-east-1.amazonaws.com", CloudFaultKind::Dark));
    assert!(feed(&stand, None).poll(at(0), &two_regions(), &stand.admission).await.is_err());
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
    assert!(probes.iter().all(|probe| probe.probe.info().works && probe.probe.info().depth == Depth::Deep));
    for minute in 0..2 {
        let now = at(0) + SignedDuration::from_mins(minute);
        let probed = probes[0].probe.look(now, &stand.admission).await;
        assert_eq!((probed.reading, probed.measured), (Reading::Healthy, Some(0.0)), "{}", probed.text);
        let missing = probes[1].probe.look(now, &stand.admission).await;
        assert_eq!(missing.reading, Reading::Unknown, "{}", missing.text);
    }
    let read = stand.object("switchback-probe/lake").await;
    assert_eq!(read, (at(0) + SignedDuration::from_mins(1)).as_millisecond().to_string().into_bytes());
}
