//! Makes the watch of a pair, and who is asked, from `[watch]`, `[approvals]`, `[[approver]]`.

use engine::Watch;
use engine::approvals::token::Key;
use engine::approvals::{Approvals, Approver};
use failover::Side;
use failover::signal::{Watched, WatchedSide};
use failover::verdict::WatchPolicy;
use jiff::SignedDuration;
use toml::Spanned;
use url::Url;

use super::checked::Checked;
use super::config_error::ConfigError;
use super::objectives::objectives;
use super::pair_file::SideConfig;
use super::watch_config::{ApprovalsConfig, ApproverConfig, mode};
use crate::environment::variable;

/// Makes the watch of a pair from its configuration.
///
/// # Errors
///
/// [`ConfigError`] if a key cannot be fetched or is too short. Without `links` no key is needed: in an incident, a
/// terminal must not wait for a variable that only functions have.
pub fn watch(checked: &Checked, links: bool) -> Result<Watch, ConfigError> {
    let config = &checked.config;
    let minutes = |value: &Spanned<i64>| *value.get_ref() * 60;
    let watch = &config.watch;
    let policy = WatchPolicy {
        mode: mode(watch).map_err(|e| checked.wrong(watch.policy.span().start, e))?,
        origins: *watch.origins.get_ref(),
        for_s: minutes(&watch.minutes),
        clear_s: minutes(&watch.clear_minutes),
        cool_down_s: minutes(&watch.cool_down_minutes),
        degraded_is_enough: watch.degraded_is_enough,
        veto_s: minutes(&watch.veto_minutes),
    };
    let approvals = config.approvals.as_ref().map(|approvals| asked(checked, approvals, links)).transpose()?;
    let (objectives, drills) = (objectives(&config.objectives), checked.drills.clone());
    let approver = |approver: &Spanned<ApproverConfig>| {
        let ApproverConfig { name, level, code_hash } = approver.get_ref().clone();
        Approver { name, level, code_hash }
    };
    let approvers = config.approver.iter().map(approver).collect();
    Ok(Watch { policy, approvals, approvers, objectives, drills })
}

/// The cloud and the region of each side, with the roles of the configuration.
pub fn watched(checked: &Checked) -> Watched {
    let config = &checked.config;
    let sides = [watched_side(Side::Primary, &config.primary), watched_side(Side::Standby, &config.standby)];
    Watched { sides: sides.into_iter().flatten().collect(), services: config.watch.services.clone() }
}

fn watched_side(side: Side, config: &SideConfig) -> Option<WatchedSide> {
    let (cloud, region) = (config.cloud?, config.region.as_ref()?.get_ref().clone());
    let host = Url::parse(config.url.get_ref()).ok()?.host_str()?.to_owned();
    Some(WatchedSide { side, cloud, region, host })
}

fn asked(checked: &Checked, config: &ApprovalsConfig, links: bool) -> Result<Approvals, ConfigError> {
    let mut keys = Vec::new();
    for key in config.keys.get_ref().iter().filter(|_| links) {
        let start = key.secret.span().start;
        let secret = key.secret.get_ref().fetch().map_err(|e| checked.wrong(start, e))?;
        if secrecy::ExposeSecret::expose_secret(&secret).len() < 32 {
            let message = format!("key {:?} is shorter than 32 characters: make a longer one by chance", key.id);
            return Err(checked.wrong(start, message));
        }
        keys.push(Key { id: key.id.clone(), secret });
    }
    let url = config.url.as_ref().map(|url| url.get_ref().clone()).or_else(|| variable("SWITCHBACK_APPROVAL_URL"));
    Ok(Approvals {
        url: url.unwrap_or_default().trim_end_matches('/').to_owned(),
        people: *config.people.get_ref(),
        escalate_after: SignedDuration::from_mins(*config.escalate_minutes.get_ref()),
        personal: config.personal,
        keys,
    })
}

#[cfg(test)]
mod tests {
    use failover::verdict::Mode;

    use super::*;

    /// The page's examples, in the places where they belong.
    fn page() -> String {
        let blocks = include_str!("../../../docs/guide/detection.md").split("```toml\n").skip(1);
        let blocks: Vec<&str> = blocks.map(|rest| rest.split_once("```").unwrap().0).collect();
        let standby = "[standby]\nurl = \"https://two.cloud.example\"\ntoken = { env = \"T\" }\n";
        format!("pair = \"payments\"\n{}\n{standby}", blocks.join("\n"))
    }

    #[test]
    fn the_page_s_examples_are_a_configuration() {
        // Any file that is long enough can replace the file of the key.
        let text = page().replace("{ env = \"APPROVAL_KEY\" }", "{ file = \"Cargo.toml\" }");
        let checked = Checked::parse("pair.toml", &text).unwrap();
        let watch = watch(&checked, true).unwrap();
        assert_eq!(watch.policy, WatchPolicy::default());
        assert_eq!(watched(&checked).sides.len(), 1);
        let list: Vec<(&str, u32)> = watch.approvers.iter().map(|a| (a.name.as_str(), a.level)).collect();
        assert_eq!(list, [("ana", 0), ("ben", 1)]);
        let approvals = watch.approvals.unwrap();
        assert_eq!((approvals.people, approvals.personal, approvals.keys.len()), (1, true, 1));
    }

    #[test]
    fn act_names_who_accepts_its_risk() {
        let api_call = "policy = \"act\"\naccepted_by = \"Ana Ray\"\nveto_minutes = 20";
        let text = page()
            .replace("policy = \"ask\"", api_call)
            .replace("{ env = \"APPROVAL_KEY\" }", "{ file = \"Cargo.toml\" }");
        let policy = watch(&Checked::parse("pair.toml", &text).unwrap(), true).unwrap().policy;
        assert_eq!((policy.mode, policy.veto_s), (Mode::Act { accepted_by: "Ana Ray".to_owned() }, 1_200));
    }

    #[test]
    fn a_key_that_is_short_or_not_there_is_refused() {
        let refused = |place: &str| {
            let text = page().replace("{ env = \"APPROVAL_KEY\" }", place);
            watch(&Checked::parse("pair.toml", &text).unwrap(), true).unwrap_err().to_string()
        };
        assert!(refused("{ file = \"src/config/nothing\" }").contains("cannot be read"));
        assert!(refused("{ env = \"NO_SUCH_VARIABLE\" }").contains("set it"));
    }
}
