//! Finds the service of a request by its host, and answers in the form of that service.
//!
//! [AWS: service endpoints; Signature Version 4; the protocols of the services' API references]

use serde_json::json;

use super::refusals::Refused;
use super::request::CloudRequest;
use super::xml::escaped;
use crate::wire::Reply;

/// The service that a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Parameters { region: String },
    Secrets { region: String },
    Streams { region: String },
    Health { region: String },
    Zones,
    AccessPoints { account: String, region: String },
    Topics { region: String },
    Web,
}

impl Place {
    pub(crate) fn of(request: &CloudRequest) -> Place {
        let Some(aws) = request.host.strip_suffix(".amazonaws.com") else { return Place::Web };
        let parts: Vec<&str> = aws.split('.').collect();
        match parts[..] {
            ["ssm", region] => Place::Parameters { region: region.to_owned() },
            ["secretsmanager", region] => Place::Secrets { region: region.to_owned() },
            ["kinesis", region] => Place::Streams { region: region.to_owned() },
            ["health", region] => Place::Health { region: region.to_owned() },
            ["sns", region] => Place::Topics { region: region.to_owned() },
            ["route53"] => Place::Zones,
            [account, "s3-control", region] => {
                Place::AccessPoints { account: account.to_owned(), region: region.to_owned() }
            }
            _ => Place::Web,
        }
    }

    /// The name of the operation as AWS calls it; the method for a host of the web.
    pub(crate) fn operation(&self, request: &CloudRequest) -> String {
        let operation = match self {
            Place::Parameters { .. } | Place::Secrets { .. } | Place::Streams { .. } | Place::Health { .. } => {
                request.header("x-amz-target").and_then(|target| target.split('.').nth(1)).unwrap_or_default()
            }
            Place::Topics { .. } => return request.field("Action").unwrap_or_default(),
            Place::Zones => match (request.method.as_str(), request.segments().get(1).map(String::as_str)) {
                ("GET", Some("hostedzone")) => "ListResourceRecordSets",
                ("POST", Some("hostedzone")) => "ChangeResourceRecordSets",
                ("GET", Some("change")) => "GetChange",
                _ => "",
            },
            Place::AccessPoints { .. } => match request.method.as_str() {
                "GET" => "GetMultiRegionAccessPointRoutes",
                "PATCH" => "SubmitMultiRegionAccessPointRoutes",
                _ => "",
            },
            Place::Web => &request.method,
        };
        operation.to_owned()
    }

    /// Refuses a request that is not signed for this service.
    pub(crate) fn authenticate(&self, request: &CloudRequest) -> Result<(), Refused> {
        let wanted = match self {
            Place::Parameters { region } => (region.as_str(), "ssm"),
            Place::Secrets { region } => (region.as_str(), "secretsmanager"),
            Place::Streams { region } => (region.as_str(), "kinesis"),
            Place::Health { region } => (region.as_str(), "health"),
            Place::Topics { region } => (region.as_str(), "sns"),
            // The service is global, and is signed for the region of its control plane.
            Place::Zones => ("us-east-1", "route53"),
            Place::AccessPoints { region, .. } => (region.as_str(), "s3"),
            Place::Web => return Ok(()),
        };
        match request.scope() {
            Some(scope) if scope == wanted => Ok(()),
            Some(_) => {
                let message = format!("Credential should be scoped to region {} and service {}.", wanted.0, wanted.1);
                Err(Refused::new(403, "SignatureDoesNotMatch", message))
            }
            None => Err(Refused::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")),
        }
    }

    /// The refusal with which the service asks for fewer requests.
    pub(crate) fn throttled(&self) -> Refused {
        let said = "Rate exceeded";
        match self {
            Place::Parameters { .. } | Place::Secrets { .. } | Place::Health { .. } => {
                Refused::new(400, "ThrottlingException", said)
            }
            Place::Streams { .. } => Refused::new(400, "LimitExceededException", said),
            Place::Zones => Refused::new(400, "Throttling", said),
            Place::AccessPoints { .. } => Refused::new(503, "SlowDown", "Please reduce your request rate."),
            Place::Topics { .. } => Refused::new(429, "Throttled", said),
            Place::Web => Refused::new(429, "", said),
        }
    }

    /// The refusal of the service if the caller lacks the permission.
    pub(crate) fn denied(&self) -> Refused {
        let said = "User is not authorized to perform this action";
        match self {
            Place::Parameters { .. } | Place::Secrets { .. } | Place::Streams { .. } | Place::Health { .. } => {
                Refused::new(400, "AccessDeniedException", said)
            }
            Place::Zones | Place::AccessPoints { .. } => Refused::new(403, "AccessDenied", said),
            Place::Topics { .. } => Refused::new(403, "AuthorizationError", said),
            Place::Web => Refused::new(403, "", said),
        }
    }

    /// A refusal in the service's own form.
    pub(crate) fn refusal(&self, refused: &Refused) -> Reply {
        let (status, code, message) = (refused.status, refused.code.as_str(), refused.message.as_str());
        match self {
            Place::Parameters { .. } | Place::Secrets { .. } | Place::Streams { .. } | Place::Health { .. } => {
                let body = json!({ "__type": code, "message": message }).to_string();
                Reply { status, headers: json_headers(), body: body.into_bytes() }
            }
            Place::Zones => xml(status, &error_response(ZONES, code, message)),
            Place::AccessPoints { .. } => xml(status, &error_response(ACCESS_POINTS, code, message)),
            Place::Topics { .. } => xml(status, &error_response(TOPICS, code, message)),
            Place::Web => Reply::text(status, message),
        }
    }
}

/// The namespaces of the services that answer XML.
pub(crate) const ZONES: &str = "https://route53.amazonaws.com/doc/2013-04-01/";
pub(crate) const ACCESS_POINTS: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";
pub(crate) const TOPICS: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

fn error_response(namespace: &str, code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{}</Message></Error><RequestId>simulated</RequestId></ErrorResponse>",
        escaped(message)
    )
}

pub(crate) fn json_headers() -> Vec<(String, String)> {
    vec![("content-type".to_owned(), "application/x-amz-json-1.1".to_owned())]
}

pub(crate) fn json_reply(body: &serde_json::Value) -> Reply {
    Reply { status: 200, headers: json_headers(), body: body.to_string().into_bytes() }
}

pub(crate) fn xml(status: u16, body: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    Reply { status, headers: vec![("content-type".to_owned(), "text/xml".to_owned())], body: body.into_bytes() }
}
