//! Switches the routes of an S3 Multi-Region Access Point, which lead to one of two buckets (R4).
//!
//! One request sets the target's region to 100 and the other one to 0. So at least one region stays active, as S3
//! demands. Requests that already run to the leaving side may finish. The change takes up to 2 minutes
//! [S3: MrapFailover; S3 Control: API SubmitMultiRegionAccessPointRoutes].
//!
//! Routes can be read and changed at any of five regions, independently of the regions of the buckets. This is a
//! path of the data plane [AWS Fault Isolation Boundaries]. If one region does not answer or is unwell, the same
//! attempt asks the next one. The region of the leaving side comes last. A change in doubt is read back at the next
//! region before it is requested again there (S6). To request it twice is harmless.
//!
//! Unverified: whether the routes that are read show a change before it has taken effect everywhere.

use async_trait::async_trait;
use aws_sdk_s3control::types::MultiRegionAccessPointRoute as Route;
use engine::codes::{ACTION_SETTINGS, STILL_CHANGING};
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::Side;
use failover::action::{Purpose, Reach};
use jiff::{SignedDuration, Timestamp};
use saga::{Class, Fault, Reaction};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Failure, carry, change, in_region};
use super::env::ActionEnv;
use super::settings::{self, settled};
use crate::codes;

const KIND: &str = "multi_region_access_point";

/// The regions at which routes are read and changed [S3 Control: API SubmitMultiRegionAccessPointRoutes].
const CONTROL_REGIONS: [&str; 5] = ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"];

/// A change takes up to 2 minutes [S3: MrapFailover]. If it is not visible after this time, it is requested again.
const ASK_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(3);

const ACTIVE: i32 = 100;
const PASSIVE: i32 = 0;

pub(super) struct MultiRegionAccessPoint;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The account's twelve digits.
    account: String,
    /// ARN of the access point with its alias: `arn:aws:s3::ACCOUNT:accesspoint/ALIAS.mrap`.
    mrap: String,
    /// Region of the primary's bucket.
    primary_region: String,
    /// Name of the primary's bucket. If it is set, it is checked as well.
    primary_bucket: Option<String>,
    /// Region of the standby's bucket.
    standby_region: String,
    /// Name of the standby's bucket. If it is set, it is checked as well.
    standby_bucket: Option<String>,
    /// Those of the five regions that are asked, in this order. By default all are.
    control_regions: Option<Vec<String>>,
}

#[async_trait]
impl ActionKind<ActionEnv> for MultiRegionAccessPoint {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Route, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        let regions =
            [("primary_region", Some(&*read.primary_region)), ("standby_region", Some(&*read.standby_region))];
        settings::regions(KIND, &regions)?;
        if read.account.len() != 12 || !read.account.chars().all(|c| c.is_ascii_digit()) {
            return Err(settings::wrong(
                KIND,
                "account",
                "is no account's number",
                "write its twelve digits in quotes",
            ));
        }
        let by_alias = read.mrap.starts_with("arn:aws") && read.mrap.ends_with(".mrap");
        if !by_alias || !read.mrap.contains(&format!(":s3::{}:accesspoint/", read.account)) {
            let remedy = "write it like arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
            return Err(settings::wrong(KIND, "mrap", "is no ARN of an access point of this account", remedy));
        }
        if read.primary_region == read.standby_region {
            return Err(settings::wrong(KIND, "standby_region", "is the primary's", "name the standby's"));
        }
        let asked = read.control_regions.as_deref();
        let known = |region: &String| CONTROL_REGIONS.contains(&region.as_str());
        if asked.is_some_and(|asked| asked.is_empty() || !asked.iter().all(known)) {
            let remedy = format!("leave it out, or name some of {}", CONTROL_REGIONS.join(", "));
            return Err(settings::wrong(KIND, "control_regions", "names a region that keeps no routes", &remedy));
        }
        Ok(())
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let side = attempt.detail.side;
        let told = format!("the access point {} leads to {}, the {side}'s", wanted.alias(), wanted.region(side));
        let mut last: Option<Fault> = None;
        for region in wanted.order(side.other()) {
            match switch(env, attempt, &wanted, region).await {
                Ok(()) => return Ok(told),
                Err(failure) if failure.elsewhere => {
                    // A change in doubt is reported, and not the later region that did not answer either.
                    let in_doubt = last.as_ref().is_some_and(|fault| fault.reaction == Reaction::VerifyFirst);
                    last = if in_doubt { last } else { Some(failure.fault) };
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        let nobody = || Fault::person_needed(ACTION_SETTINGS, "no region keeps the routes");
        Err(last.unwrap_or_else(nobody))
    }
}

/// Reads, changes and reads again at one region.
async fn switch(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, region: &str) -> Result<(), Failure> {
    let side = attempt.detail.side;
    if wanted.is_so(side, &look(env, attempt, wanted, region).await?)? {
        return Ok(());
    }
    // A requested change takes its time. Another request would only begin it anew.
    let asked = env.under_way.of(attempt.context.token).and_then(|at| at.parse::<Timestamp>().ok());
    let is_under_way = asked.is_some_and(|at| attempt.context.now.duration_since(at) < ASK_AGAIN_AFTER);
    if !is_under_way {
        submit(env, attempt, wanted, region).await?;
        env.under_way.begun(attempt.context.token, attempt.context.now.to_string());
    }
    if wanted.is_so(side, &look(env, attempt, wanted, region).await?)? {
        return Ok(());
    }
    let said = format!("the access point {} does not lead there yet, which takes up to 2 minutes", wanted.alias());
    Err(Fault::again(STILL_CHANGING, said).into())
}

async fn look(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, region: &str) -> Result<Vec<Route>, Failure> {
    let call = wanted.call("reading the routes of", region, "s3:GetMultiRegionAccessPointRoutes", Access::Read);
    let request = env.clients.s3control.get_multi_region_access_point_routes();
    let request = request.account_id(&wanted.account).mrap(&wanted.mrap);
    let found = carry(&call, attempt.admission, in_region!(aws_sdk_s3control, request, Some(region))).await?;
    Ok(found.routes().to_vec())
}

async fn submit(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, region: &str) -> Result<(), Failure> {
    let side = attempt.detail.side;
    let call = wanted.call("switching the routes of", region, "s3:SubmitMultiRegionAccessPointRoutes", Access::Write);
    let request = env.clients.s3control.submit_multi_region_access_point_routes();
    let request = request.account_id(&wanted.account).mrap(&wanted.mrap);
    let (active, passive) = (wanted.route(side, ACTIVE)?, wanted.route(side.other(), PASSIVE)?);
    let sent = || {
        let updates = [&active, &passive].map(|route| {
            json!({
                "Region": route.region(), "Bucket": route.bucket(), "TrafficDialPercentage": route.traffic_dial_percentage(),
            })
        });
        json!({ "AccountId": wanted.account, "Mrap": wanted.mrap, "RouteUpdates": updates })
    };
    let request = request.route_updates(active.clone()).route_updates(passive.clone());
    change(&call, attempt.admission, &sent, in_region!(aws_sdk_s3control, request, Some(region))).await?;
    Ok(())
}

impl Settings {
    fn alias(&self) -> &str {
        self.mrap.rsplit('/').next().unwrap_or_default()
    }

    fn region(&self, side: Side) -> &str {
        match side {
            Side::Primary => &self.primary_region,
            Side::Standby => &self.standby_region,
        }
    }

    fn bucket(&self, side: Side) -> Option<&str> {
        match side {
            Side::Primary => self.primary_bucket.as_deref(),
            Side::Standby => self.standby_bucket.as_deref(),
        }
    }

    /// The regions to ask, in order. The region of the side `left` comes last, because it may be lost.
    fn order(&self, left: Side) -> Vec<&str> {
        let mut order: Vec<&str> = match &self.control_regions {
            Some(asked) => asked.iter().map(String::as_str).collect(),
            None => CONTROL_REGIONS.to_vec(),
        };
        // The sort is stable, so the other regions keep their order.
        order.sort_by_key(|region| *region == self.region(left));
        order
    }

    fn route(&self, side: Side, percentage: i32) -> Result<Route, Fault> {
        let route = Route::builder().region(self.region(side)).traffic_dial_percentage(percentage);
        let route = route.set_bucket(self.bucket(side).map(str::to_owned)).build();
        route.map_err(|e| Fault::person_needed(ACTION_SETTINGS, format!("a route cannot be asked for: {e}")))
    }

    /// Whether the routes lead to `side` and not to the other side.
    fn is_so(&self, side: Side, routes: &[Route]) -> Result<bool, Fault> {
        let dial = |side: Side| {
            let found = routes.iter().find(|route| {
                route.region() == Some(self.region(side))
                    && self.bucket(side).is_none_or(|bucket| route.bucket() == Some(bucket))
            });
            found.map(Route::traffic_dial_percentage).ok_or_else(|| {
                let bucket = self.bucket(side).map_or_else(String::new, |bucket| format!(" with the bucket {bucket}"));
                let (alias, region) = (self.alias(), self.region(side));
                let said = format!("the access point {alias} has no route in {region}{bucket}: correct the settings");
                Fault::person_needed(codes::AWS_NOT_FOUND, said)
            })
        };
        // Both routes are found before anything is changed.
        let (here, there) = (dial(side)?, dial(side.other())?);
        Ok(here == ACTIVE && there == PASSIVE)
    }

    fn call(&self, doing: &str, region: &str, action: &'static str, nature: Access) -> Call {
        let about = format!("the access point {}", self.alias());
        Call {
            family: "aws.s3control",
            nature,
            doing: format!("{doing} {about} at {region}"),
            action,
            about,
            if_missing: "correct the settings account and mrap",
            secret: false,
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn settings(control_regions: Value) -> Settings {
        let settings = json!({
            "account": "123456789012", "mrap": "arn:aws:s3::123456789012:accesspoint/a.mrap",
            "primary_region": "us-east-1", "standby_region": "eu-central-1", "control_regions": control_regions,
        });
        MultiRegionAccessPoint.check(&settings).unwrap();
        serde_json::from_value(settings).unwrap()
    }

    #[test]
    fn the_region_that_is_left_is_asked_last() {
        let all = settings(Value::Null);
        let order = ["us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1", "us-east-1"];
        assert_eq!(all.order(Side::Primary), order);
        assert_eq!(all.order(Side::Standby), CONTROL_REGIONS);
        assert_eq!(settings(json!(["us-east-1", "eu-west-1"])).order(Side::Primary), ["eu-west-1", "us-east-1"]);
    }

    #[test]
    fn routes_that_lead_to_both_sides_are_not_so() {
        let all = settings(Value::Null);
        let routes =
            |primary, standby| [all.route(Side::Primary, primary).unwrap(), all.route(Side::Standby, standby).unwrap()];
        assert_eq!(all.is_so(Side::Standby, &routes(0, 100)), Ok(true));
        assert_eq!(all.is_so(Side::Standby, &routes(100, 100)), Ok(false));
        assert_eq!(all.is_so(Side::Primary, &routes(0, 100)), Ok(false));
        assert!(all.is_so(Side::Primary, &routes(0, 100)[..1]).is_err());
    }
}
