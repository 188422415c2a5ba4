//! Reads addresses and headers in settings: as they are, or from the place of a secret.

use engine::codes::ACTION_SETTINGS;
use engine::ports::{NO_PLACE, SecretPlace, Secrets, setting_of};
use http::{HeaderName, HeaderValue};
use saga::Fault;
use secrecy::ExposeSecret;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::{Host, Url};

/// A text in the settings, or the place where it is kept.
#[derive(Clone, Debug)]
pub(crate) enum SecretText {
    /// The text as it is.
    Plain(String),
    /// The place of a secret: `{ env = "NAME" }` or `{ file = "PATH" }`.
    Place(Place),
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let setting = setting_of(deserializer)?;
        if let Value::String(text) = setting {
            return Ok(SecretText::Plain(text));
        }
        let place = SecretPlace::of(&setting).map(|place| SecretText::Place(Place(place)));
        place.ok_or_else(|| D::Error::custom(NO_PLACE))
    }
}

/// The place of a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Place(SecretPlace);

impl Place {
    pub(crate) fn value(&self) -> Value {
        self.0.setting()
    }

    /// The place, for people.
    pub(crate) fn shown(&self) -> String {
        match &self.0 {
            SecretPlace::Env(name) => format!("the address in the variable {name}"),
            SecretPlace::File(path) => format!("the address in the file {path}"),
        }
    }
}

impl SecretText {
    /// The part that may be shown: the text itself, or the place where it is kept (S23).
    pub(crate) fn shown(&self) -> String {
        match self {
            SecretText::Plain(text) => text.clone(),
            SecretText::Place(place) => place.shown(),
        }
    }

    /// Checks an address in the settings. An address that is kept elsewhere is checked when it is used.
    pub(crate) fn check_address(&self) -> Result<(), String> {
        match self {
            SecretText::Plain(text) => in_the_open(text).map(drop),
            SecretText::Place(_) => Ok(()),
        }
    }

    /// The address, read from its place if needed.
    pub(crate) fn url(&self, secrets: &dyn Secrets) -> Result<Url, Fault> {
        let refused = |why: String| Fault::person_needed(ACTION_SETTINGS, why);
        match self {
            SecretText::Plain(text) => in_the_open(text).map_err(refused),
            SecretText::Place(place) => {
                let secret = secrets.open(&place.value())?;
                let kept = || refused("the address that is kept as a secret is no https address".to_owned());
                address(secret.expose_secret().trim()).map_err(|_| kept())
            }
        }
    }

    /// The value of a header, which no log shows.
    pub(crate) fn header(&self, secrets: &dyn Secrets) -> Result<HeaderValue, Fault> {
        let refused = |_| Fault::person_needed(ACTION_SETTINGS, "a header's value holds what no header may");
        let mut value = match self {
            SecretText::Plain(text) => HeaderValue::from_str(text).map_err(refused)?,
            SecretText::Place(place) => {
                HeaderValue::from_str(secrets.open(&place.value())?.expose_secret().trim()).map_err(refused)?
            }
        };
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Checks headers. It refuses a name that is no header, and a secret in plain text.
pub(crate) fn check_headers<'a>(headers: impl IntoIterator<Item = (&'a String, &'a SecretText)>) -> Result<(), String> {
    for (name, value) in headers {
        header_name(name)?;
        let is_secret = SECRET.iter().any(|part| name.to_ascii_lowercase().contains(part));
        match value {
            SecretText::Plain(_) if is_secret => {
                return Err(exposed(name));
            }
            SecretText::Plain(_) | SecretText::Place(_) => {}
        }
    }
    Ok(())
}

/// Parts of the names of headers that carry a secret.
const SECRET: [&str; 6] = ["auth", "token", "key", "secret", "cookie", "signature"];

/// Reads the name of a header.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(name).map_err(|_| format!("{name:?} is no name of a header"))
}

/// The message about a secret in plain text. It never has the secret.
pub(crate) fn exposed(field: &str) -> String {
    format!("{field} is a secret: {NO_PLACE}")
}

/// Reads an address in the settings. It is shown and frozen into plans, so it may hold no user.
fn in_the_open(text: &str) -> Result<Url, String> {
    let url = address(text)?;
    if url.username().is_empty() && url.password().is_none() {
        return Ok(url);
    }
    Err(format!("the address holds a user or a password: {NO_PLACE}"))
}

/// Reads an address: https, or http on this machine itself. Its text may hold a secret, so no error repeats
/// it.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("the address is none ({e}): write https://…"))?;
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err("the address names no host: write https://…".to_owned()),
    };
    if url.scheme() == "https" || (url.scheme() == "http" && here) {
        Ok(url)
    } else {
        Err("the address is not https: what is sent there would be readable on the way".to_owned())
    }
}
