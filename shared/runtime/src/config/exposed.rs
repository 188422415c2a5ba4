//! Tests that no error of the configuration repeats a secret that was written where its place belongs (S23).
//!
//! The texts are the examples of two pages of the guide. These have every kind, and a new kind with a secret also
//! needs an example. So the tests cover it, too.

use proptest::prelude::*;
use serde::Deserialize;

use super::Checked;

/// The least number of places of secrets in the examples.
const PLACES: usize = 10;

/// The examples of the pages, completed to a pair each.
fn pages() -> [String; 2] {
    let blocks = |page: &str| -> String {
        let blocks: Vec<&str> = page.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
        blocks.join("\n")
    };
    let standby = "[standby]\nurl = \"https://two.cloud.example\"\ntoken = { file = \"standby.token\" }\n";
    let watching = blocks(include_str!("../../../docs/guide/detection.md"));
    [blocks(include_str!("../../../docs/guide/actions.md")), format!("pair = \"payments\"\n{watching}\n{standby}")]
}

/// The ranges of the places of secrets in a text: from the opening brace to the closing one.
fn places(text: &str) -> Vec<std::ops::Range<usize>> {
    let begins = ["{ env = \"", "{ file = \""].into_iter().flat_map(|begin| text.match_indices(begin));
    begins.map(|(at, _)| at..at + text[at..].find('}').unwrap() + 1).collect()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Every wrong shape of a secret that may be written instead of its place.
fn shapes(secret: &str, digits: &str) -> Vec<String> {
    let quoted = quoted(secret);
    vec![
        quoted.clone(),
        digits.to_owned(),
        format!("-{digits}.5"),
        format!("[{quoted}]"),
        format!("[{{ env = {quoted} }}]"),
        format!("{{ value = {quoted} }}"),
        format!("{{ {quoted} = 1 }}"),
        format!("{{ env = {{ env = {quoted} }} }}"),
        format!("{{ env = {digits} }}"),
        format!("{{ env = \"A\", file = {quoted} }}"),
        format!("{{ file = \"a\", hint = {quoted} }}"),
        format!("{{ env = \"dapi{digits}\" }}"),
        format!("\"\"\"\n{}\n\"\"\"", secret.replace(['"', '\\'], "x")),
        format!("'''{}'''", secret.replace('\'', "x")),
        // None of these is TOML.
        secret.to_owned(),
        format!("\"{secret}"),
        format!("{{ env = {secret} }}"),
        format!("{quoted} {quoted}"),
    ]
}

/// The error of a text, if it has one, in its displayed form and in its debug forms.
fn told(text: &str) -> Option<String> {
    let error = Checked::parse("pair.toml", text).err()?;
    Some(format!("{error}\n{error:?}\n{error:#?}"))
}

fn holds(told: &str, cores: &[&str]) -> bool {
    cores.iter().any(|core| told.contains(core))
}

/// Signs beside a secret that may confuse a message or a template.
const BESIDE: [&str; 13] = ["", "dapi", "Bearer ", ", expected ", "`", "\"", "\\", "{{ ", "{% ", "\n", "é", "=", "#"];

fn beside() -> impl Strategy<Value = &'static str> {
    prop::sample::select(BESIDE.to_vec())
}

/// The text with a typing error in the key of a place, and with the secret itself instead of the place.
fn mistyped(page: &str, place: &std::ops::Range<usize>, secret: &str) -> String {
    let key = page[..place.start].trim_end_matches(" = ");
    format!("{key}x = {}{}", quoted(secret), &page[place.end..])
}

/// These cases are not left to chance: a sign has an effect on a template in few places only.
#[test]
fn no_sign_beside_a_secret_under_a_mistyped_key_lets_it_be_told() {
    let core = "Qx7Lw0Zr4Tb9Hn2Kd6";
    let mut seen = 0;
    for page in pages() {
        for place in places(&page) {
            for before in BESIDE {
                for after in BESIDE {
                    let told = told(&mistyped(&page, &place, &format!("{before}{core}{after}"))).unwrap_or_default();
                    assert!(!holds(&told, &[core]), "{told}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= PLACES * BESIDE.len() * BESIDE.len(), "{seen} texts");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_wrong_shape_of_a_secret_is_ever_told(
        before in beside(), core in "[a-zA-Z0-9]{14,40}", after in beside(), digits in "[1-9][0-9]{14}",
    ) {
        let secret = format!("{before}{core}{after}");
        let mut seen = 0;
        for page in pages() {
            for place in places(&page) {
                seen += 1;
                let (ahead, behind) = (&page[..place.start], &page[place.end..]);
                for shape in shapes(&secret, &digits) {
                    if let Some(told) = told(&format!("{ahead}{shape}{behind}")) {
                        prop_assert!(!holds(&told, &[&core, &digits]), "{shape}: {told}");
                    }
                }
                let told = told(&mistyped(&page, &place, &secret)).unwrap_or_default();
                prop_assert!(!holds(&told, &[&core]), "{told}");
            }
        }
        prop_assert!(seen >= PLACES, "{seen} places");
    }

    #[test]
    fn no_secret_in_the_place_of_a_table_or_in_an_address_is_ever_told(
        core in "[a-zA-Z0-9]{14,40}", before in beside(),
    ) {
        let quoted = quoted(&format!("{before}{core}"));
        let mut texts = Vec::new();
        for table in ["primary", "account", "approvals", "approver", "webhook", "channel", "endpoint", "validation"] {
            for text in [format!("{table} = {quoted}"), format!("{table} = [{quoted}]"), format!("[{table}]\nx = {quoted}")] {
                texts.push(format!("pair = \"payments\"\n{text}\n"));
            }
        }
        for page in pages() {
            let keys = "[{ id = \"2026-11\", secret = { env = \"APPROVAL_KEY\" } }]";
            texts.extend([quoted.clone(), format!("[{quoted}]")].map(|wrong| page.replacen(keys, &wrong, 1)));
            for (at, _) in page.match_indices("url = \"https://") {
                for begins in [format!("https://user:{core}@"), format!("https://{core}@"), format!("{core} https://")] {
                    texts.push(format!("{}url = \"{begins}{}", &page[..at], &page[at + "url = \"https://".len()..]));
                }
            }
            for (at, field) in page.match_indices("code_hash = \"") {
                let begins = at + field.len();
                let end = begins + page[begins..].find('"').unwrap() + 1;
                for wrong in [quoted.clone(), format!("{{ value = {quoted} }}"), format!("[{quoted}]")] {
                    texts.push(format!("{}code_hash = {wrong}{}", &page[..at], &page[end..]));
                }
            }
        }
        for text in texts {
            if let Some(told) = told(&text) {
                prop_assert!(!holds(&told, &[&core]), "{told}");
            }
        }
    }
}

/// The library's own message repeats the value. This test shows that the tests above would find it.
#[test]
fn the_message_of_the_library_would_be_found() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code, reason = "only its error is looked at")]
    enum Derived {
        Env(String),
        File(String),
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its error is looked at")]
    struct Side {
        token: Derived,
    }
    let told = toml::from_str::<Side>("token = \"dapi0123456789abcdef\"").unwrap_err().message().to_owned();
    assert!(holds(&told, &["dapi0123456789abcdef"]), "{told}");
    assert!(!holds(&super::untold::without_values(&told), &["dapi0123456789abcdef"]));
}

#[test]
fn the_pages_are_read_and_a_secret_in_the_open_is_told_with_its_remedy() {
    let [declared, watching] = pages();
    for page in [&declared, &watching] {
        assert_eq!(told(page), None);
    }
    let text = watching.replace("{ env = \"PRIMARY_CLIENT_SECRET\" }", "\"dose0123456789abcdef\"");
    let told = told(&text).unwrap();
    for part in ["line ", "a secret's value must not stand here", "{ env = \"NAME\" }", "replace the secret"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
