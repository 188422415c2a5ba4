//! Makes requests to a function's own address, in the format of its payload [docs: lambda/latest/dg/urls-invocation,
//! payload format 2.0].

use serde_json::{Value, json};

/// A request with the form `body`, or without a form if `body` is empty.
pub fn request(method: &str, path: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "host": "approve.example",
            "x-forwarded-for": "192.0.2.7",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "address",
            "domainName": "approve.example",
            "domainPrefix": "approve",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "rehearsal",
            },
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "05/Jan/2026:08:00:00 +0000",
            "timeEpoch": 1_767_600_000_000_i64,
        },
        "body": if body.is_empty() { Value::Null } else { Value::String(body.to_owned()) },
        "isBase64Encoded": false,
    })
}
