//! Serves a small simulated cloud on loopback until it is killed.
//!
//! It prints one line of JSON with its address and its contents. It reports unknown requests on stderr.

use std::error::Error;
use std::sync::{Arc, Mutex};

use clap::Parser;
use serde_json::json;
use sim::{Cloud, CloudRoute, CloudSettings, HealthEvent, Served, WebBehaviour, serve_cloud};
use tokio::net::TcpListener;

/// A few services of AWS on loopback.
#[derive(Debug, Parser)]
struct Options {
    /// The port. 0 chooses a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Virtual seconds per real second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
}

const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "000000000000";
const ACCESS_POINT: &str = "arn:aws:s3::000000000000:accesspoint/simulated.mrap";
const TOPIC: &str = "arn:aws:sns:eu-west-1:000000000000:people";
const FIFO: &str = "arn:aws:sns:eu-west-1:000000000000:people.fifo";
const ZONE: &str = "ZSIMULATED";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let mut cloud = Cloud::new(CloudSettings::default());
    cloud.add_parameter(REGION, "/reports/host", "String", sim::PRIMARY_HOST);
    cloud.add_parameter(REGION, "/reports/secret", "SecureString", "hidden");
    cloud.add_secret(REGION, "work/connection", &json!({ "host": sim::PRIMARY_HOST, "user": "ada" }).to_string());
    cloud.add_record(ZONE, "work.cloud.example", "CNAME", 60, sim::PRIMARY_HOST);
    let weighted = [("SetIdentifier", "one"), ("Weight", "10")];
    cloud.add_routed_record(ZONE, "weighted.cloud.example", "CNAME", 60, sim::PRIMARY_HOST, &weighted);
    let route = |bucket: &str, region: &str, dial| CloudRoute { bucket: bucket.into(), region: region.into(), dial };
    let routes = [route("data-one", "us-east-1", 100), route("data-two", "eu-west-1", 0)];
    cloud.add_access_point(ACCOUNT, ACCESS_POINT, &routes);
    cloud.add_stream(REGION, "orders", "ACTIVE");
    cloud.add_topic(TOPIC);
    cloud.add_topic(FIFO);
    for number in 0..13_i64 {
        let began_ms = jiff::Timestamp::now().as_millisecond() - 3_600_000;
        cloud.add_health_event(HealthEvent {
            arn: format!("arn:aws:health:{REGION}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/{number}"),
            service: "EC2".to_owned(),
            code: "AWS_EC2_OPERATIONAL_ISSUE".to_owned(),
            category: "issue".to_owned(),
            region: REGION.to_owned(),
            began_ms,
            ended_ms: (number == 12).then_some(began_ms + 60_000),
        });
    }
    cloud.add_web("localhost", WebBehaviour::text(200, "taken"));
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let said = json!({
        "url": format!("http://127.0.0.1:{}", listener.local_addr()?.port()),
        "port": listener.local_addr()?.port(),
        "region": REGION,
        "account": ACCOUNT,
        "access_point": ACCESS_POINT,
        "topic": TOPIC,
        "fifo": FIFO,
        "zone": ZONE,
    });
    println!("{said}");
    let clock = Served::new(jiff::Timestamp::now().as_millisecond(), options.speed);
    serve_cloud(Arc::new(Mutex::new(cloud)), listener, clock).await?;
    Ok(())
}
