//! Addresses and headers in settings: as they are, or the place of a secret.

use engine::ports::Secrets;
use http::{HeaderName, HeaderValue};
use saga::Fault;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

use crate::codes;

/// A text that stands in the settings, or where it is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Kept {
    /// As it is.
    Plain(String),
    /// The place of a secret: `{ env = "NAME" }` or `{ file = "PATH" }`.
    Place(Place),
}

/// The place of a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Place {
    /// An environment variable.
    Env(String),
    /// A file.
    File(String),
}

impl Place {
    pub(crate) fn value(&self) -> Value {
        match self {
            Place::Env(name) => serde_json::json!({ "env": name }),
            Place::File(path) => serde_json::json!({ "file": path }),
        }
    }

    /// Where it is kept, for people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Place::Env(name) => format!("the address in the variable {name}"),
            Place::File(path) => format!("the address in the file {path}"),
        }
    }
}

impl Kept {
    /// What may be told of it: itself, or where it is kept (S23).
    pub(crate) fn shown(&self) -> String {
        match self {
            Kept::Plain(text) => text.clone(),
            Kept::Place(place) => place.shown(),
        }
    }

    /// Says what is wrong with an address that stands in the settings; one that is kept elsewhere is
    /// looked at when it is used.
    pub(crate) fn check_address(&self) -> Result<(), String> {
        match self {
            Kept::Plain(text) => address(text).map(drop),
            Kept::Place(_) => Ok(()),
        }
    }

    /// The address.
    pub(crate) fn url(&self, secrets: &dyn Secrets) -> Result<Url, Fault> {
        let refused = |why: String| Fault::person_needed(codes::ERRAND_SETTINGS, why);
        match self {
            Kept::Plain(text) => address(text).map_err(refused),
            Kept::Place(place) => {
                let secret = secrets.open(&place.value())?;
                let kept = || refused("the address that is kept as a secret is no https address".to_owned());
                address(secret.expose_secret().trim()).map_err(|_| kept())
            }
        }
    }

    /// The value of a header, which no log shows.
    pub(crate) fn header(&self, secrets: &dyn Secrets) -> Result<HeaderValue, Fault> {
        let refused = |_| Fault::person_needed(codes::ERRAND_SETTINGS, "a header's value holds what no header may");
        let mut value = match self {
            Kept::Plain(text) => HeaderValue::from_str(text).map_err(refused)?,
            Kept::Place(place) => {
                HeaderValue::from_str(secrets.open(&place.value())?.expose_secret().trim()).map_err(refused)?
            }
        };
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Says what is wrong with headers: a name that is none, or a secret that stands in the open.
pub(crate) fn check_headers<'a>(headers: impl IntoIterator<Item = (&'a String, &'a Kept)>) -> Result<(), String> {
    for (name, value) in headers {
        header_name(name)?;
        let is_secret = SECRET.iter().any(|part| name.to_ascii_lowercase().contains(part));
        match value {
            Kept::Plain(_) if is_secret => {
                return Err(format!("{name} is a secret: name its place, as {{ env = \"NAME\" }}"));
            }
            Kept::Plain(_) | Kept::Place(_) => {}
        }
    }
    Ok(())
}

/// Parts of the names of headers that carry a secret.
const SECRET: [&str; 6] = ["auth", "token", "key", "secret", "cookie", "signature"];

/// The name of a header.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("{name:?} is no name of a header"))
}

/// Reads an address: https, or http on this machine itself.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("{text:?} is no address ({e}): write https://…"))?;
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(format!("{text:?} names no host: write https://…")),
    };
    if url.scheme() == "https" || (url.scheme() == "http" && here) {
        Ok(url)
    } else {
        Err(format!("{text:?} is not https: what is sent there would be readable on the way"))
    }
}
