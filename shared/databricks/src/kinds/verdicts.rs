//! Makes the decisions that are the same for all kinds.
//!
//! Law: pure. Must not know: any kind.

use engine::ports::{ApiCall, Next};
use saga::{Fault, Step};

use crate::call::Call;
use crate::codes;

pub(super) fn already(note: impl Into<String>) -> Next {
    Next::Satisfied { note: note.into() }
}

pub(super) fn wait(why: impl Into<String>) -> Next {
    Next::Wait { why: why.into() }
}

pub(super) fn call(kind: &'static str, what: impl Into<String>, call: &Call) -> Next {
    Next::Call(vec![one_act(kind, what, call)])
}

pub(super) fn one_act(kind: &'static str, what: impl Into<String>, call: &Call) -> ApiCall {
    ApiCall { kind, what: what.into(), request: call.to_value() }
}

/// The resource that is to be started does not exist.
pub(super) fn absent(step: &Step) -> Next {
    let said = format!("{} {:?} ({}) does not exist here: deploy it, then retry", step.kind, step.name, step.resource);
    Next::Blocked(Fault::person_needed(codes::NOT_FOUND, said))
}

/// The step is from another version, or was made by hand.
pub(super) fn unknown(step: &Step) -> Next {
    let said = format!("kind {} cannot be brought to {:?} with the detail given", step.kind, step.want);
    Next::Blocked(Fault::person_needed(codes::UNKNOWN_WANT, said))
}

/// Sums up the decisions about many resources. If any call can be made, all calls are made. Otherwise it
/// waits for the first change under way, and otherwise returns the first fault. So one resource with a fault
/// keeps no other waiting (L4).
pub(super) fn summed(all: impl Iterator<Item = Next>) -> Next {
    let (mut api_calls, mut waits, mut faults, mut fenced) = (Vec::new(), Vec::new(), Vec::new(), 0_usize);
    for next in all {
        match next {
            Next::Satisfied { .. } => fenced += 1,
            Next::Call(more) => api_calls.extend(more),
            Next::Wait { why } => waits.push(why),
            Next::Blocked(fault) => faults.push(fault),
        }
    }
    if !api_calls.is_empty() {
        return Next::Call(api_calls);
    }
    match (waits.into_iter().next(), faults.into_iter().next()) {
        (Some(why), _) => wait(why),
        (None, Some(fault)) => Next::Blocked(fault),
        (None, None) => already(format!("nothing of {fenced} is active")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::RUNS_CANCEL;

    fn cancel(what: &str) -> Next {
        call("run", what, &Call::to(RUNS_CANCEL))
    }

    fn cannot() -> Next {
        Next::Blocked(Fault::person_needed(codes::READ_ONLY, "no"))
    }

    #[test]
    fn one_that_cannot_be_helped_keeps_none_waiting_l4() {
        let Next::Call(api_calls) = summed([cannot(), cancel("a"), wait("b"), cancel("c")].into_iter()) else {
            panic!("no calls");
        };
        assert_eq!(api_calls.iter().map(|api_call| api_call.what.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(summed([cannot(), wait("b")].into_iter()), wait("b"));
        assert_eq!(summed([already("x"), cannot()].into_iter()), cannot());
        assert!(matches!(summed([already("x")].into_iter()), Next::Satisfied { .. }));
    }
}
