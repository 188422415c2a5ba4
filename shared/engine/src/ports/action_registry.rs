//! Finds a kind of action in the list of a crate, and prepares an attempt for it.
//!
//! Law: a step that this program does not understand changes nothing and needs a person. This is so for an unknown
//! kind, a state that the kind cannot bring about, and a detail or settings that cannot be read.
//! Must not know: any kind.

use std::sync::OnceLock;

use failover::action::{ActionInfo, Detail, Purpose};
use failover::plan::want;
use jiff::Timestamp;
use saga::{Fault, Reaction, Step};
use serde::Deserialize;
use serde_json::Value;

use super::Admission;
use super::action_kind::{ActionKind, Attempt};
use super::actions::ActionContext;
use crate::codes::{ACTION_SETTINGS, UNKNOWN_STEP};

/// A list of kinds of actions, whatever environment they need.
pub trait ActionList: Sync {
    /// The facts about every kind, in the order of the list.
    fn infos(&'static self) -> &'static [ActionInfo];

    /// Whether the list has a kind of this name.
    fn knows(&self, kind: &str) -> bool;

    /// Says that this build does not have a kind which others have, and names the remedy.
    fn left_out(&self, kind: &str) -> Option<String>;

    /// Checks the settings of a kind, without any request.
    ///
    /// # Errors
    ///
    /// One sentence with the remedy: the settings are wrong, or the list has no such kind.
    fn check(&self, kind: &str, settings: &Value) -> Result<(), String>;
}

/// The kinds of actions that share an environment. Each kind has one line in the list.
pub struct ActionRegistry<Env: Send + Sync + 'static> {
    kinds: &'static [&'static dyn ActionKind<Env>],
    infos: OnceLock<Vec<ActionInfo>>,
    /// Names of kinds that some builds leave out.
    optional: &'static [&'static str],
    /// The way to a build that has them.
    remedy: &'static str,
}

impl<Env: Send + Sync + 'static> ActionRegistry<Env> {
    /// A registry of these kinds.
    pub const fn new(kinds: &'static [&'static dyn ActionKind<Env>]) -> Self {
        Self { kinds, infos: OnceLock::new(), optional: &[], remedy: "" }
    }

    /// Names the kinds that some builds leave out, and the way to a build that has them.
    #[must_use]
    pub const fn with_optional(mut self, names: &'static [&'static str], remedy: &'static str) -> Self {
        self.optional = names;
        self.remedy = remedy;
        self
    }

    fn find(&self, kind: &str) -> Result<&'static dyn ActionKind<Env>, String> {
        let found = self.kinds.iter().copied().find(|known| known.info().name == kind);
        found.ok_or_else(|| {
            self.left_out(kind).unwrap_or_else(|| {
                let names: Vec<&str> = self.kinds.iter().map(|known| known.info().name).collect();
                format!("there is no action {kind:?} here: use one of {}", names.join(", "))
            })
        })
    }

    /// Tries the step of an action once.
    ///
    /// # Errors
    ///
    /// A fault for a person if the step is not understood here, or else the fault of the kind.
    pub async fn attempt(
        &self,
        env: &Env,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        let kind = self.find(&step.kind).map_err(unknown)?;
        let wants = wants(kind.info().purpose);
        if !wants.contains(&step.want.as_str()) {
            let message = format!("{} cannot bring about {:?}, only {}", step.kind, step.want, wants.join(" or "));
            return Err(unknown(message));
        }
        let detail = Detail::deserialize(&step.detail)
            .map_err(|e| unknown(format!("the detail of {} {:?} cannot be read: {e}", step.kind, step.name)))?;
        kind.check(&detail.settings).map_err(wrong_settings)?;
        let attempt = Attempt { step, detail: &detail, context, admission };
        kind.attempt(env, &attempt).await.map_err(never_unsupported)
    }

    /// Reads the time of the last synced data of a dataset.
    ///
    /// # Errors
    ///
    /// The reason why the time is unknown.
    pub async fn synced_at(
        &self,
        env: &Env,
        kind: &str,
        settings: &Value,
        admission: &dyn Admission,
    ) -> Result<Timestamp, Fault> {
        let kind = self.find(kind).map_err(unknown)?;
        kind.check(settings).map_err(wrong_settings)?;
        kind.synced_at(env, settings, admission).await.map_err(never_unsupported)
    }
}

impl<Env: Send + Sync + 'static> ActionList for ActionRegistry<Env> {
    fn infos(&'static self) -> &'static [ActionInfo] {
        self.infos.get_or_init(|| self.kinds.iter().map(|kind| kind.info()).collect())
    }

    fn knows(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| known.info().name == kind)
    }

    fn left_out(&self, kind: &str) -> Option<String> {
        let is_left_out = self.optional.contains(&kind) && !self.knows(kind);
        is_left_out.then(|| format!("{kind} is not in this build of the program: {}", self.remedy))
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        self.find(kind)?.check(settings)
    }
}

/// The states that an action of this purpose can bring about. They are words of [`failover::plan::want`].
fn wants(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Fence => &[want::CUT_OFF, want::LIFTED],
        Purpose::Dataset => &[want::SYNCED],
        Purpose::Source => &[want::REACHABLE],
        Purpose::Route => &[want::ROUTED],
        Purpose::Recovery => &[want::RECOVERED],
        Purpose::Channel => &[want::TOLD],
        Purpose::Endpoint => &[want::SWITCHED],
        Purpose::Validation => &[want::PROVED],
    }
}

fn unknown(message: String) -> Fault {
    Fault::person_needed(UNKNOWN_STEP, message)
}

fn wrong_settings(message: String) -> Fault {
    Fault::person_needed(ACTION_SETTINGS, message)
}

/// A team declared the action, so an API that is missing is no success: a person must know.
fn never_unsupported(fault: Fault) -> Fault {
    match fault.reaction {
        Reaction::UnsupportedHere => Fault { reaction: Reaction::PersonNeeded, ..fault },
        Reaction::Again { .. }
        | Reaction::VerifyFirst
        | Reaction::AlreadySo
        | Reaction::PersonNeeded
        | Reaction::WaitForOthers => fault,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use failover::Side;
    use failover::action::{Address, Reach};
    use saga::Class;
    use serde_json::json;

    use super::*;
    use crate::ports::{Access, Admitted, Ending};

    /// Keeps the names of the attempts that reached a kind.
    #[derive(Default)]
    struct Reached(Mutex<Vec<String>>);

    struct Validates;

    #[async_trait]
    impl ActionKind<Reached> for Validates {
        fn info(&self) -> ActionInfo {
            let (purpose, reach) = (Purpose::Validation, Reach::External);
            ActionInfo { name: "validates", purpose, reach, class: Class::Idempotent }
        }

        fn check(&self, settings: &Value) -> Result<(), String> {
            if settings.get("good").is_some() { Ok(()) } else { Err("good is missing: add it".to_owned()) }
        }

        async fn attempt(&self, env: &Reached, attempt: &Attempt<'_>) -> Result<String, Fault> {
            env.0.lock().unwrap().push(attempt.step.name.clone());
            Err(Fault::unsupported_here(UNKNOWN_STEP, "the API is not here"))
        }
    }

    static KINDS: ActionRegistry<Reached> =
        ActionRegistry::new(&[&Validates]).with_optional(&["validates", "elsewhere"], "build it so");

    struct Closed;

    #[async_trait]
    impl Admission for Closed {
        async fn enter(&self, family: &'static str, _access: Access) -> Result<Admitted, Fault> {
            panic!("a request of {family}")
        }

        fn leave(&self, _family: &'static str, _ending: Ending) {}
    }

    fn step(kind: &str, want: &str, settings: Value) -> Step {
        let address = Address { side: Side::Standby, url: "https://two.example".into(), host: "two.example".into() };
        Step {
            place: "outside".to_owned(),
            kind: kind.to_owned(),
            resource: "r".to_owned(),
            name: "n".to_owned(),
            want: want.to_owned(),
            detail: json!(Detail { settings, side: Side::Standby, address, shown: None, wording: None }),
            class: Class::Idempotent,
            pursue: false,
            needs: Vec::new(),
            restarted_by: Vec::new(),
            optional: false,
        }
    }

    /// The fault of one attempt, and whether the attempt reached the kind.
    async fn attempt(step: Step) -> (Fault, bool) {
        let now = Timestamp::UNIX_EPOCH;
        let context = ActionContext { token: "t", tries: 0, since: now, now, message: None };
        let env = Reached::default();
        let fault = KINDS.attempt(&env, &step, &context, &Closed).await.unwrap_err();
        let has_reached = !env.0.lock().unwrap().is_empty();
        (fault, has_reached)
    }

    #[tokio::test]
    async fn a_step_that_is_not_understood_reaches_no_kind_and_needs_a_person() {
        let good = || json!({ "good": 1 });
        let whole = step("validates", want::PROVED, good());
        let cases = [
            (step("polishes", want::PROVED, good()), UNKNOWN_STEP, "use one of validates"),
            (step("elsewhere", want::PROVED, good()), UNKNOWN_STEP, "build it so"),
            (step("validates", want::SWITCHED, good()), UNKNOWN_STEP, "only proved"),
            (Step { detail: Value::Null, ..whole }, UNKNOWN_STEP, "cannot be read"),
            (step("validates", want::PROVED, json!({})), ACTION_SETTINGS, "good is missing: add it"),
        ];
        for (step, code, piece) in cases {
            let (fault, has_reached) = attempt(step).await;
            assert_eq!((&fault.code, fault.reaction, has_reached), (&code, Reaction::PersonNeeded, false), "{fault}");
            assert!(fault.message.contains(piece), "{fault}");
        }
    }

    #[tokio::test]
    async fn an_api_that_is_missing_is_no_success() {
        let (fault, has_reached) = attempt(step("validates", want::PROVED, json!({ "good": 1 }))).await;
        assert_eq!((fault.reaction, has_reached), (Reaction::PersonNeeded, true));
    }

    #[tokio::test]
    async fn a_kind_without_a_time_of_synced_data_says_so() {
        let env = Reached::default();
        let fault = KINDS.synced_at(&env, "validates", &json!({ "good": 1 }), &Closed).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (UNKNOWN_STEP, Reaction::PersonNeeded));
        let fault = KINDS.synced_at(&env, "validates", &json!({}), &Closed).await.unwrap_err();
        assert_eq!(fault.code, ACTION_SETTINGS);
    }
}
