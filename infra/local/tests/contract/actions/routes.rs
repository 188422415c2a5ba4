//! Checks the routes of an access point, and the five regions that store them.

use aws::codes;
use engine::codes::STILL_CHANGING;
use failover::plan::want::ROUTED;
use saga::Reaction;
use sim::{CloudFault, CloudFaultKind, CloudSettings};

use super::endpoints::routes;
use super::{ACCESS_POINT, Stand};

const KIND: &str = "multi_region_access_point";

fn regions(stand: &Stand) -> Vec<String> {
    let cloud = stand.cloud.lock().unwrap();
    cloud.calls().iter().filter_map(|call| call.host.split('.').nth(2).map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_dark_is_passed_over_within_one_try() {
    let stand = Stand::new();
    stand.inject(CloudFault::new("us-west-2.amazonaws.com", CloudFaultKind::Dark));
    stand.inject(CloudFault::new("ap-southeast-2.amazonaws.com", CloudFaultKind::Error { status: 503 }));
    stand.attempt(KIND, ROUTED, routes()).await.unwrap();
    let tokyo = "ap-northeast-1";
    assert_eq!(regions(&stand), ["us-west-2", "ap-southeast-2", tokyo, tokyo, tokyo]);
    let cloud = stand.cloud.lock().unwrap();
    let dials: Vec<i32> = cloud.routes(ACCESS_POINT).iter().map(|route| route.dial).collect();
    assert_eq!(dials, [0, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_change_in_doubt_is_read_back_at_the_next_region() {
    let stand = Stand::new();
    let after = CloudFaultKind::ErrorAfter { status: 500 };
    stand.inject(CloudFault::new("us-west-2.amazonaws.com", after).only("SubmitMultiRegionAccessPointRoutes"));
    stand.attempt(KIND, ROUTED, routes()).await.unwrap();
    assert_eq!(regions(&stand), ["us-west-2", "us-west-2", "ap-southeast-2"]);
    assert_eq!(stand.count("SubmitMultiRegionAccessPointRoutes"), 1);
}

#[tokio::test(start_paused = true)]
async fn when_all_are_dark_the_region_that_is_left_was_asked_last() {
    let stand = Stand::new();
    stand.inject(CloudFault::new("amazonaws.com", CloudFaultKind::Dark));
    let fault = stand.attempt(KIND, ROUTED, routes()).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::Again { after_ms: None }, codes::AWS_NO_ANSWER));
    assert_eq!(regions(&stand), ["us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1", "us-east-1"]);
}

#[tokio::test(start_paused = true)]
async fn routes_that_take_their_time_are_done_when_they_lead_there() {
    let stand = Stand::with(CloudSettings::default(), None);
    let early = stand.attempt(KIND, ROUTED, routes()).await.unwrap_err();
    assert_eq!((early.reaction, early.code), (Reaction::Again { after_ms: None }, STILL_CHANGING));
    tokio::time::sleep(std::time::Duration::from_secs(46)).await;
    let told = stand.attempt(KIND, ROUTED, routes()).await.unwrap();
    assert_eq!(told, "the access point mfzwi23gnjvgw.mrap leads to eu-central-1, the standby's");
    assert_eq!(stand.count("SubmitMultiRegionAccessPointRoutes"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_route_that_the_access_point_lacks_is_for_a_person() {
    let stand = Stand::new();
    let mut settings = routes();
    settings["standby_bucket"] = "other".into();
    let fault = stand.attempt(KIND, ROUTED, settings).await.unwrap_err();
    assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::AWS_NOT_FOUND));
    assert!(fault.message.contains("no route in eu-central-1 with the bucket other"), "{fault}");
}
