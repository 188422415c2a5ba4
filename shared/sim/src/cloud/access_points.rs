//! Simulates S3 Control: the routes of Multi-Region Access Points.
//!
//! Five regions answer, also if the buckets of the access point are in other regions. At least one
//! route stays active.
//!
//! Unverified: the answer of another region, which is a 400 with `InvalidRequest` here.
//!
//! [S3 Control: API GetMultiRegionAccessPointRoutes, SubmitMultiRegionAccessPointRoutes; S3: MrapFailover]

use super::Cloud;
use super::place::{ACCESS_POINTS, xml};
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use super::xml::{self, escaped};
use crate::wire::Reply;

/// Regions in which routes are read and changed.
const CONTROL_REGIONS: [&str; 5] = ["us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"];

/// One route of an access point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudRoute {
    /// Name of the bucket.
    pub bucket: String,
    /// Region of the bucket.
    pub region: String,
    /// 100 if requests are routed there, else 0.
    pub dial: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessPoint {
    pub(crate) account: String,
    pub(crate) routes: Vec<CloudRoute>,
    /// The moment (unix ms) from which the next routes hold, and these routes.
    pub(crate) coming: Option<(i64, Vec<CloudRoute>)>,
}

impl AccessPoint {
    pub(crate) fn advance(&mut self, now_ms: i64) {
        if let Some((_, routes)) = self.coming.take_if(|(at_ms, _)| *at_ms <= now_ms) {
            self.routes = routes;
        }
    }
}

impl Cloud {
    pub(crate) fn access_point_call(
        &mut self,
        account: &str,
        region: &str,
        operation: &str,
        request: &CloudRequest,
    ) -> Handled {
        let segments = request.segments();
        let way = ["v20180820", "mrap", "instances"];
        if segments.len() < 5 || segments[..3] != way || segments.last().is_none_or(|last| last != "routes") {
            return None;
        }
        // The ARN contains a slash. SDKs send it as it is, or as %2F.
        let arn = segments[3..segments.len() - 1].join("/");
        if !CONTROL_REGIONS.contains(&region) {
            return Some(Err(invalid("Multi-Region Access Point routes are not served in this Region.")));
        }
        let told = request.header("x-amz-account-id");
        if told.is_some_and(|told| told != account) {
            return Some(Err(invalid("The account of the host and of the header differ.")));
        }
        let now_ms = self.now_ms;
        let takes_ms = self.settings.routes_ms;
        let point = self.access_points.get_mut(&arn).filter(|point| point.account == account);
        let Some(point) = point else {
            let message = "The specified Multi-Region Access Point does not exist";
            return Some(Err(Refused::new(404, "NoSuchMultiRegionAccessPoint", message)));
        };
        match operation {
            "GetMultiRegionAccessPointRoutes" => Some(Ok(listing(&arn, point))),
            "SubmitMultiRegionAccessPointRoutes" => Some(submit(point, request).map(|routes| {
                point.coming = Some((now_ms + takes_ms, routes));
                point.advance(now_ms);
                xml(200, &format!("<SubmitMultiRegionAccessPointRoutesResult xmlns=\"{ACCESS_POINTS}\"/>"))
            })),
            _ => None,
        }
    }
}

fn listing(arn: &str, point: &AccessPoint) -> Reply {
    let route = |route: &CloudRoute| {
        format!(
            "<Route><Bucket>{}</Bucket><Region>{}</Region>\
             <TrafficDialPercentage>{}</TrafficDialPercentage></Route>",
            escaped(&route.bucket),
            route.region,
            route.dial
        )
    };
    let routes: String = point.routes.iter().map(route).collect();
    let result = "GetMultiRegionAccessPointRoutesResult";
    let arn = escaped(arn);
    xml(200, &format!("<{result} xmlns=\"{ACCESS_POINTS}\"><Mrap>{arn}</Mrap><Routes>{routes}</Routes></{result}>"))
}

/// The routes after the requested change.
fn submit(point: &AccessPoint, request: &CloudRequest) -> Result<Vec<CloudRoute>, Refused> {
    let asked = xml::parse(&request.body).ok_or_else(|| Refused::new(400, "MalformedXML", "Not well-formed"))?;
    let mut routes = point.coming.as_ref().map_or_else(|| point.routes.clone(), |(_, routes)| routes.clone());
    for update in asked.all(&["RouteUpdates", "Route"]) {
        let (bucket, region) = (update.value("Bucket"), update.value("Region"));
        let fits = |route: &&mut CloudRoute| {
            bucket.is_none_or(|bucket| route.bucket == bucket) && region.is_none_or(|region| route.region == region)
        };
        let named = bucket.is_some() || region.is_some();
        let route = routes.iter_mut().find(fits).filter(|_| named);
        let route = route.ok_or_else(|| invalid("The route is not part of the Multi-Region Access Point."))?;
        route.dial = match update.value("TrafficDialPercentage") {
            Some("0") => 0,
            Some("100") => 100,
            _ => return Err(invalid("TrafficDialPercentage must be 0 or 100.")),
        };
    }
    if routes.iter().all(|route| route.dial == 0) {
        return Err(invalid("At least one Region must be active."));
    }
    Ok(routes)
}

fn invalid(message: &str) -> Refused {
    Refused::new(400, "InvalidRequest", message)
}
