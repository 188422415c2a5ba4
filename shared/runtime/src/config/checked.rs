//! Reads and checks a configuration.

use std::path::Path;

use engine::ports::DeclaredProbe;
use failover::PairName;
use failover::action::Declarations;
use failover::drill::DrillPolicy;

use super::config_error::ConfigError;
use super::declared::{self, Declared};
use super::pair_file::Config;
use super::{check, drills, probes};
use crate::actions::needs;

/// A configuration that was read and checked, with the text that errors need to name a place.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The content of the file.
    pub config: Config,
    /// The pair's name.
    pub pair: PairName,
    /// The declarations beside the two workspaces.
    pub declarations: Declarations,
    /// The declared probes, beside the usual ones.
    pub probes: Vec<DeclaredProbe>,
    /// The drills that start without a person.
    pub drills: Vec<DrillPolicy>,
    file: String,
    text: String,
}

impl Checked {
    /// Reads and checks a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is wrong, with file, line and remedy.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| {
            ConfigError::new(&file, None, &format!("cannot be read ({e}): name an existing file with --config"))
        })?;
        Self::parse(&file, &text)
    }

    /// Checks a text. Errors use `file` as the name of the file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is wrong, with file, line and remedy.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let unreadable = |e: toml::de::Error| {
            let line = e.span().map(|span| line_of(text, span.start));
            // Only the message is used: the whole error would show the line of the file.
            ConfigError::new(file, line, &remedy(e.message()))
        };
        let config: Config = toml::from_str(text).map_err(unreadable)?;
        let place = |start: usize, message: String| ConfigError::new(file, Some(line_of(text, start)), &message);
        let pair = PairName::new(config.pair.get_ref()).map_err(|e| place(config.pair.span().start, e))?;
        check::check(&config).map_err(|offence| place(offence.start, offence.message))?;
        let declared: Declared = toml::from_str(text).map_err(unreadable)?;
        let declarations =
            declared::declarations(&declared, &pair).map_err(|offence| place(offence.start, offence.message))?;
        if needs(&declarations).aws && !cfg!(feature = "cloud") {
            let message = "an action on AWS is declared, and this build of the program reaches no AWS";
            return Err(ConfigError::new(file, None, &format!("{message}: {}", aws::actions::CLOUD_BUILD)));
        }
        if needs(&declarations).account && config.account.is_none() {
            let message = "something is declared on the Databricks account, and there is no [account]: add it";
            return Err(ConfigError::new(file, None, message));
        }
        let probes = probes::declared(&config.probe).map_err(|offence| place(offence.start, offence.message))?;
        let drills = drills::drills(&config.drill).map_err(|offence| place(offence.start, offence.message))?;
        Ok(Self { config, pair, declarations, probes, drills, file: file.to_owned(), text: text.to_owned() })
    }

    /// The error of a place, in bytes from the beginning.
    pub(crate) fn wrong(&self, start: usize, message: String) -> ConfigError {
        ConfigError::new(&self.file, Some(line_of(&self.text, start)), &message)
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}

fn remedy(message: &str) -> String {
    if message.starts_with("unknown field") {
        format!("{message}: correct the spelling or remove the line")
    } else if message.starts_with("missing field") {
        format!("{message}: add it")
    } else {
        message.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"pair = "payments"

[primary]
url = "https://one.cloud.example"
client_id = "abc"
client_secret = { env = "PRIMARY_SECRET" }

[standby]
url = "http://127.0.0.1:8080"
token = { file = "/run/secrets/standby" }

[limits]
"jobs.update" = 20.0
"#;

    /// The hash of an approval code.
    const ANA: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZmFrZWZha2VmYWtlZmFrZWZha2VmYWtlZmFrZWZha2U";
    const BEN: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdG9mYmVuc2FsdG9mYg$YmVuc2JlbnNiZW5zYmVuc2JlbnNiZW5zYmVuc2JlbnM";

    #[test]
    fn a_good_file_is_accepted() {
        let checked = Checked::parse("pair.toml", GOOD).unwrap();
        assert_eq!(checked.pair.as_str(), "payments");
    }

    #[test]
    fn each_mistake_is_named_with_its_line_and_a_remedy() {
        check("pair = \"payments\"", "pair = \"Pay ments\"", "line 1", "lower-case");
        check("client_id = \"abc\"", "client_idd = \"abc\"", "line 5", "correct the spelling");
        check("client_id = \"abc\"\n", "", "line 4", "client_id");
        check("url = \"http://127.0.0.1:8080\"", "url = \"http://two.cloud.example\"", "line 9", "https");
        check("url = \"http://127.0.0.1:8080\"", "url = \"https://ONE.cloud.example/\"", "line 9", "same workspace");
        check("url = \"http://127.0.0.1:8080\"", "url = \"two\"", "line 9", "https://");
        check("\"jobs.update\" = 20.0", "\"jobs.updat\" = 20.0", "line 13", "jobs.update");
        check("\"jobs.update\" = 20.0", "\"jobs.update\" = 0.0", "line 13", "above 0");
        check("\"jobs.update\" = 20.0", "\"jobs.update\" = \"fast\"", "line 13", "");
        check("token = { file", "tokens = { file", "line 10", "unknown field");
        check("{ file = \"/run/secrets/standby\" }", "\"abc\"", "line 10", "must not stand here");
        check("[limits]", "[runner]\nlease_seconds = 1\n[limits]", "line 13", "time-out");
        check("pair = ", "pair == ", "line 1", "");
        let declared = |tables: &str| format!("{tables}\n[limits]");
        let endpoint = "[[endpoint]]\nkind = \"https_call\"\nname = \"bi\"";
        check("[limits]", &declared("[[endpoint]]\nname = \"bi\""), "line 12", "no kind");
        check("[limits]", &declared("[[endpoint]]\nkind = \"jdbc_host\"\nname = \"bi\""), "line 12", "https_call");
        check("[limits]", &declared("[[source]]\nkind = \"oracle\"\nname = \"x\""), "line 12", "kafka_brokers");
        check("[limits]", &declared(endpoint), "line 12", "missing field");
        let channel = "[[channel]]\nkind = \"slack_message\"\nname = \"ops\"\nurl = { env = \"SLACK\" }";
        check(
            "[limits]",
            &declared(&format!("{channel}\nmoved = {{ text = \"{{{{ plaec }}}}\" }}")),
            "line 12",
            "target_url",
        );
        check("[limits]", &declared(&format!("{channel}\n{channel}")), "line 16", "give each its own");
        let source = "[[source]]\nkind = \"jdbc_host\"\nname = \"db\"\nport = 5432\nhost = \"{{ hots }}\"";
        check("[limits]", &declared(source), "line 12", "pair, side, url and host");
        check("[limits]", &declared("[[active_active]]\nkind = \"jbo\"\nname = \"x\""), "line 12", "sql_warehouse");
        check("[limits]", &declared("[[endpiont]]\nname = \"x\""), "line 12", "correct the spelling");
        let watch = |line: &str| format!("[watch]\n{line}\n[limits]");
        check("[limits]", &watch("policy = \"automatic\""), "line 13", "fence-then-ask");
        check("[limits]", &watch("policy = \"act\""), "line 13", "accepted_by");
        check("[limits]", &watch("origins = 1"), "line 13", "at least 2");
        check("[limits]", &watch("minutes = 20"), "line 1", "slower than going out");
        check("[limits]", &watch("minutes = 0"), "line 13", "from 1 to 1440");
        check("[limits]", &watch("minutes = 10\nclear_minutes = 5"), "line 14", "slower than going out");
        check("[limits]", "region = \"eu-west-1\"\n[limits]", "line 12", "add cloud");
        check("[limits]", "[objectives]\nrto_seconds = 0\n[limits]", "line 13", "at least 1");
        let approver = |name: &str, hash: &str| format!("[[approver]]\nname = {name:?}\ncode_hash = {hash:?}");
        let (ana, twice) = (approver("ana", ANA), approver(" ANA", BEN));
        check("[limits]", &declared(&format!("{ana}\n{twice}")), "line 15", "a name of her own");
        check("[limits]", &declared(&format!("{ana}\n{}", approver("ben", ANA))), "line 15", "the same code_hash");
        for hash in ["1234", "$argon2 pasted wrong", "$argon2id$x", &ANA[..60], "$scrypt$ln=16$c2FsdA$aGFzaA"] {
            check("[limits]", &declared(&approver("ana", hash)), "line 12", "switchback code");
        }
        let approvals = |line: &str| {
            format!("[approvals]\nkeys = [{{ id = \"1\", secret = {{ env = \"K\" }} }}]\n{line}\n{ana}\n[limits]")
        };
        check("[limits]", &approvals("people = 2"), "line 14", "[[approver]] names 1");
        check("[limits]", &approvals("people = 3"), "line 14", "1 or 2");
        check("[limits]", &approvals("escalate_minutes = 0"), "line 14", "from 1 to 1440");
        check("[limits]", &approvals("url = \"approve.example\""), "line 14", "https://");
        let both = format!("people = 2\n{}\n[watch]\npolicy = \"act\"\naccepted_by = \"ana\"", approver("ben", BEN));
        check("[limits]", &approvals(&both), "line 19", "people = 1");
        check("[limits]", "[approvals]\nkeys = []\n[limits]", "line 13", "add them");
        let entry = |kind: &str, primary: u8| {
            format!("[[map]]\nkind = {kind:?}\nprimary = \"{primary}\"\nstandby = \"9\"\n[limits]")
        };
        check("[limits]", &entry("jbo", 1), "line 12", "sql_warehouse");
        check("[limits]", &entry("job", 1).replace("[limits]", &entry("job", 2)), "line 16", "mapped twice");
    }

    fn check(from: &str, to: &str, line: &str, remedy: &str) {
        assert!(GOOD.contains(from), "{from}");
        let error = Checked::parse("pair.toml", &GOOD.replace(from, to)).expect_err(to).to_string();
        assert!(error.starts_with("pair.toml, ") && error.contains(line), "{to}: {error}");
        assert!(error.contains(remedy), "{to}: {error}");
    }
}
