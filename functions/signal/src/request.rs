//! Answers requests to the function's own address [docs: lambda/latest/dg/urls-invocation, payload format 2.0].
//!
//! | answer | when |
//! |---|---|
//! | 200 | the signals of the body are recorded |
//! | 400 | the body is not what the source sends: one plain sentence |
//! | 401 | the secret is not right, or there is no such webhook: nobody learns which |
//! | 404 | the path is not that of a webhook, or the method is not POST |
//! | 413 | the body is longer than 1 MiB |
//! | 503 | it could not be recorded: to be sent again |

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::Deps;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use signals::{Gates, LARGEST_BODY_BYTES, Proof};

use crate::body::take_in;
use crate::not_heard::IngestError;

/// The beginning of the paths of webhooks. The name of the source follows.
const WEBHOOKS: &str = "/webhook/";

/// Answers one request.
pub(crate) async fn answer(deps: &Deps, gates: &Gates, event: Value) -> Value {
    let Ok(request) = serde_json::from_value::<LambdaFunctionUrlRequest>(event) else {
        return plain(StatusCode::BAD_REQUEST, "the request cannot be read");
    };
    let name = request.raw_path.as_deref().and_then(|path| path.strip_prefix(WEBHOOKS));
    let posted = request.request_context.http.method.as_deref() == Some(Method::POST.as_str());
    let Some(name) = name.filter(|_| posted) else { return plain(StatusCode::NOT_FOUND, "there is nothing here") };
    let Some(body) = body(&request) else { return plain(StatusCode::BAD_REQUEST, "the body cannot be decoded") };
    if body.len() > LARGEST_BODY_BYTES {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 1 MiB");
    }
    let proof = Proof::of(&request.headers, request.query_string_parameters.get("key").map(String::as_str));
    let Some(source) = gates.admit(name, &proof, &body) else {
        tracing::warn!(code = "WEBHOOK-REFUSED", "a request without the right secret");
        return plain(StatusCode::UNAUTHORIZED, "the secret is missing or wrong");
    };
    match take_in(deps, gates, source, &body).await {
        Ok(heard) => response(StatusCode::OK, &heard),
        Err(not_heard) => {
            not_heard.log();
            match not_heard {
                IngestError::Unreadable(_, why) => plain(StatusCode::BAD_REQUEST, &why.to_string()),
                IngestError::Other | IngestError::Store(_) => {
                    plain(StatusCode::SERVICE_UNAVAILABLE, "it could not be recorded: send it again")
                }
            }
        }
    }
}

fn body(request: &LambdaFunctionUrlRequest) -> Option<Vec<u8>> {
    let body = request.body.as_deref().unwrap_or_default();
    if request.is_base64_encoded { STANDARD.decode(body).ok() } else { Some(body.as_bytes().to_vec()) }
}

fn plain(status: StatusCode, message: &str) -> Value {
    response(status, &json!({ "message": message }))
}

/// The answer with all members, also the empty ones, because `cargo lambda watch` demands them.
fn response(status: StatusCode, body: &Value) -> Value {
    json!({
        "statusCode": status.as_u16(),
        "headers": { "content-type": "application/json", "cache-control": "no-store" },
        "multiValueHeaders": {},
        "isBase64Encoded": false,
        "cookies": [],
        "body": body.to_string(),
    })
}
