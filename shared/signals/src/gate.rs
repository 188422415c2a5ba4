//! Admits a webhook request only if it proves that its sender knows the secret.
//!
//! A request carries the secret of its webhook as `authorization: Bearer …` or `x-switchback-secret`. Or it
//! signs its raw body with the secret: `x-switchback-signature: sha256=` and the HMAC-SHA256 in hexadecimal
//! digits. Some owners of a source can be given nothing but an address. Their address may carry the secret,
//! as `?key=…`.
//!
//! Law: neither an answer nor its time shows whether a webhook is configured or how much of a secret was
//! right. A missing proof is compared, too. If there is no webhook, the comparison is with a secret that
//! nobody has.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::source::{Alarm, Arrival, Source};

/// The header with the secret itself.
const SECRET_HEADER: &str = "x-switchback-secret";

/// The header with the signature of the body.
const SIGNATURE_HEADER: &str = "x-switchback-signature";

/// A webhook and its secret.
#[derive(Clone, Debug)]
pub struct Door {
    /// The source that reads its bodies.
    pub source: &'static dyn Source,
    /// The secret that its owner knows.
    pub secret: SecretString,
}

/// All webhooks of a pair, and the other things that are needed to read the bodies.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// The webhooks. A source may have two while its secret is changed.
    pub doors: Vec<Door>,
    /// The CloudWatch alarms that report on a side, with the sides of the configuration.
    pub alarms: Vec<Alarm>,
}

/// The proofs of a request. A proof that it does not have is empty.
#[derive(Clone, Copy, Default)]
pub struct Proof<'a> {
    bearer: &'a str,
    secret: &'a str,
    signature: &'a str,
    key: &'a str,
}

impl<'a> Proof<'a> {
    /// Reads the proofs from a request's headers and the `key` of its query.
    pub fn of(headers: &'a HeaderMap, key: Option<&'a str>) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, token) = header(AUTHORIZATION.as_str()).split_once(' ').unwrap_or_default();
        Self {
            bearer: if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" },
            secret: header(SECRET_HEADER),
            signature: header(SIGNATURE_HEADER).strip_prefix("sha256=").unwrap_or_default(),
            key: key.unwrap_or_default(),
        }
    }
}

impl Gates {
    /// The source of a request, if the request is admitted.
    pub fn admit(&self, name: &str, proof: &Proof<'_>, body: &[u8]) -> Option<&'static dyn Source> {
        let nobody = SecretString::from(String::new());
        let mut of_name = self.doors.iter().filter(|door| door.source.name() == name).peekable();
        if of_name.peek().is_none() {
            // The result is dropped: without a webhook nobody is admitted.
            let _ = opens(&nobody, true, proof, body);
            return None;
        }
        let mut admitted = None;
        for door in of_name {
            let by_address = door.source.arrival() == Arrival::Webhook { only_address: true };
            if bool::from(opens(&door.secret, by_address, proof, body)) {
                admitted = Some(door.source);
            }
        }
        admitted
    }
}

fn opens(secret: &SecretString, by_address: bool, proof: &Proof<'_>, body: &[u8]) -> Choice {
    let known = secret.expose_secret().as_bytes();
    let by_key = same(known, proof.key.as_bytes()) & Choice::from(u8::from(by_address));
    let by_header = same(known, proof.bearer.as_bytes()) | same(known, proof.secret.as_bytes());
    // A webhook without a secret admits nobody.
    (by_header | by_key | signed(known, proof.signature, body)) & !Choice::from(u8::from(known.is_empty()))
}

/// Compares digests, so that not even the length of the secret shows.
fn same(known: &[u8], shown: &[u8]) -> Choice {
    Sha256::digest(known).as_slice().ct_eq(Sha256::digest(shown).as_slice())
}

fn signed(known: &[u8], signature: &str, body: &[u8]) -> Choice {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(known) else { return Choice::from(0) };
    mac.update(body);
    let shown = hex::decode(signature).unwrap_or_default();
    Choice::from(u8::from(mac.verify_slice(&shown).is_ok()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::sources::source;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn the_secret_opens_in_each_of_its_ways() {
        let mac = |body: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(body);
            hex::encode(mac.finalize().into_bytes())
        };
        assert!(comes_in("datadog", "authorization", &format!("Bearer {SECRET}")));
        assert!(comes_in("datadog", "authorization", &format!("bearer {SECRET}")));
        assert!(comes_in("datadog", SECRET_HEADER, SECRET));
        assert!(comes_in("datadog", SIGNATURE_HEADER, &format!("sha256={}", mac(b"body"))));
        assert!(!comes_in("datadog", SIGNATURE_HEADER, &format!("sha256={}", mac(b"another body"))));
        assert!(!comes_in("datadog", SIGNATURE_HEADER, &mac(b"body")));
    }

    #[test]
    fn nothing_else_opens() {
        for (name, header, value) in [
            ("datadog", "authorization", "Bearer wrong"),
            ("datadog", "authorization", "Bearer"),
            ("datadog", "authorization", SECRET),
            ("datadog", SECRET_HEADER, ""),
            ("datadog", SECRET_HEADER, &SECRET[1..]),
            ("datadog", SIGNATURE_HEADER, "sha256="),
            ("datadog", SIGNATURE_HEADER, "sha256=zz"),
            ("dynatrace", SECRET_HEADER, SECRET),
            ("nobody", SECRET_HEADER, ""),
            ("nobody", SECRET_HEADER, SECRET),
        ] {
            assert!(!comes_in(name, header, value), "{name} {header} {value}");
        }
    }

    #[test]
    fn only_who_has_nothing_but_an_address_shows_its_key_there() {
        let keyed = Proof { key: SECRET, ..Proof::default() };
        assert!(gates().admit("databricks_status_webhook", &keyed, b"").is_some());
        assert!(gates().admit("datadog", &keyed, b"").is_none());
        assert!(gates().admit("databricks_status_webhook", &Proof::default(), b"").is_none());
    }

    #[test]
    fn a_webhook_without_a_secret_lets_nobody_in() {
        let secret = SecretString::from(String::new());
        let open = Gates { doors: vec![Door { source: source("datadog").unwrap(), secret }], alarms: Vec::new() };
        assert!(open.admit("datadog", &Proof::default(), b"").is_none());
    }

    #[test]
    fn a_new_secret_opens_beside_the_old_one() {
        let mut gates = gates();
        gates.doors.push(Door { source: source("datadog").unwrap(), secret: SecretString::from("new".repeat(11)) });
        for secret in [SECRET, &"new".repeat(11)] {
            assert!(gates.admit("datadog", &Proof { secret, ..Proof::default() }, b"").is_some());
        }
    }

    fn gates() -> Gates {
        let door = |name: &str| Door { source: source(name).unwrap(), secret: SecretString::from(SECRET.to_owned()) };
        Gates { doors: vec![door("datadog"), door("databricks_status_webhook")], alarms: Vec::new() }
    }

    fn comes_in(name: &str, header: &'static str, value: &str) -> bool {
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static(header), HeaderValue::from_str(value).unwrap())]);
        gates().admit(name, &Proof::of(&headers, None), b"body").is_some()
    }
}
