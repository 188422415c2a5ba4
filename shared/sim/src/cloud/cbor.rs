//! Translates Smithy RPC v2 CBOR to JSON 1.1 and back. Some SDKs speak it to services that also know
//! JSON 1.1. A request in CBOR is carried out as the same request in JSON, and is answered in CBOR.
//!
//! The operation is in the path, `/service/<service>/operation/<operation>`. Times are CBOR's
//! tagged seconds since 1970. [Smithy: RPC v2 CBOR protocol; RFC 8949, tag 1]

use ciborium::Value as Cbor;
use ciborium::value::Integer;
use serde_json::{Map, Number, Value};

use super::request::CloudRequest;
use crate::wire::Reply;

/// CBOR's tag for seconds since 1970.
const SECONDS: u64 = 1;

/// The same request in JSON 1.1; `None` if it is not in CBOR.
pub(super) fn as_json(request: &CloudRequest) -> Option<CloudRequest> {
    if request.header("smithy-protocol") != Some("rpc-v2-cbor") {
        return None;
    }
    let segments = request.segments();
    let [_, service, _, operation] = segments.as_slice() else { return None };
    let read: Cbor = match request.body.is_empty() {
        true => Cbor::Map(Vec::new()),
        false => ciborium::from_reader(request.body.as_slice()).ok()?,
    };
    let mut request = request.clone();
    request.headers.push(("x-amz-target".to_owned(), format!("{service}.{operation}")));
    request.body = json(&read).to_string().into_bytes();
    Some(request)
}

/// The same reply in CBOR. Numbers whose member's name ends with `Time` are times.
pub(super) fn reply(reply: Reply) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
    let mut body = Vec::new();
    // Writing to memory cannot fail.
    let _ = ciborium::into_writer(&cbor("", &value), &mut body);
    let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Reply { status: reply.status, headers, body }
}

fn json(value: &Cbor) -> Value {
    if let Some(text) = value.as_text() {
        return Value::String(text.to_owned());
    }
    if let Some(yes) = value.as_bool() {
        return Value::Bool(yes);
    }
    if let Some(number) = value.as_integer() {
        return i64::try_from(number).map_or(Value::Null, |number| Value::Number(number.into()));
    }
    if let Some(number) = value.as_float() {
        return Number::from_f64(number).map_or(Value::Null, Value::Number);
    }
    if let Some((_, tagged)) = value.as_tag() {
        return json(tagged);
    }
    if let Some(values) = value.as_array() {
        return Value::Array(values.iter().map(json).collect());
    }
    let Some(members) = value.as_map() else { return Value::Null };
    let named = members.iter().filter_map(|(name, value)| Some((name.as_text()?.to_owned(), json(value))));
    Value::Object(named.collect::<Map<String, Value>>())
}

fn cbor(name: &str, value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(yes) => Cbor::Bool(*yes),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) if name.ends_with("Time") => {
            Cbor::Tag(SECONDS, Box::new(Cbor::Float(number.as_f64().unwrap_or_default())))
        }
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cbor::Integer(Integer::from(whole)),
            None => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
        Value::Array(values) => Cbor::Array(values.iter().map(|value| cbor(name, value)).collect()),
        Value::Object(members) => {
            Cbor::Map(members.iter().map(|(name, value)| (Cbor::Text(name.clone()), cbor(name, value))).collect())
        }
    }
}
