//! Foresees how a job is after a call: blocked, then without runs to cancel; or taking runs.
//!
//! Law: pure. A job is the only resource that takes several rounds to fence. It is also the only one that a
//! step of another kind depends on: a run that is to be made. Must not know: requests, steps.

use engine::ports::{ApiCall, Observed};
use serde_json::{Value, json};

use crate::call::Call;
use crate::endpoints::{JOBS_UPDATE, RUNS_CANCEL_ALL};

/// The job after the call; `None` if the call does not change this job.
pub(super) fn assume(seen: &Observed, api_call: &ApiCall) -> Option<Observed> {
    let call = Call::from_value(&api_call.request).ok()?;
    if call.body.get("job_id") != seen.facts.get("job_id") {
        return None;
    }
    let mut assumed = seen.clone();
    if call.endpoint == JOBS_UPDATE {
        let settings = assumed.facts.get_mut("settings").and_then(Value::as_object_mut)?;
        // Members are replaced as a whole, as the update does [docs: jobs/update].
        settings.extend(call.body.get("new_settings").and_then(Value::as_object)?.clone());
    } else if call.endpoint == RUNS_CANCEL_ALL {
        for run in assumed.facts.get_mut("runs").and_then(Value::as_array_mut)? {
            run["state"] = json!("TERMINATING");
        }
    } else {
        return None;
    }
    Some(assumed)
}
