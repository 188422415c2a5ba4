//! Turns the fault of a probe into a reading.
//!
//! Law: only a fault of the workspace counts against it (S17). Every code is sorted: a code that is not named
//! here says nothing about the workspace. Must not know: the probe.

use engine::ports::Probed;
use failover::signal::Reading;
use saga::{Code, Fault};

use crate::codes;

/// Nothing answered, or the answer is not that of a workspace.
const DOWN: &[Code] = &[
    codes::NO_ANSWER,
    codes::DOUBTFUL_ANSWER,
    codes::SERVER_ERROR,
    codes::WORKSPACE_NOT_READY,
    codes::LOGIN_PAGE,
    codes::NOT_JSON,
];

/// The reading of a fault, in one line.
pub(super) fn of_fault(fault: &Fault) -> Probed {
    let probed = |reading, text| Probed { reading, measured: None, text };
    // The token endpoint's own faults are sorted by whether another try may help.
    let is_down = DOWN.contains(&fault.code)
        || (fault.code == codes::TOKEN_ENDPOINT && matches!(fault.reaction, saga::Reaction::Again { .. }));
    if is_down {
        return probed(Reading::Down, fault.to_string());
    }
    if fault.code == codes::THROTTLED {
        return probed(Reading::Healthy, format!("it answers, and asks for fewer requests: {fault}"));
    }
    let remedy = if fault.code == codes::NOT_SIGNED_IN || fault.code == codes::TOKEN_ENDPOINT {
        "renew the credentials of this side"
    } else if fault.code == codes::PERMISSION_DENIED {
        "grant Switchback's principal what the probe reads"
    } else if fault.code == codes::UNSUPPORTED_HERE {
        "this workspace does not offer what the probe asks"
    } else {
        "`switchback explain` with this code says what to do"
    };
    probed(Reading::Unknown, format!("nothing can be told ({remedy}): {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(fault: &Fault) -> Reading {
        of_fault(fault).reading
    }

    #[test]
    fn what_speaks_of_ourselves_says_nothing_about_the_workspace() {
        for code in [codes::NOT_SIGNED_IN, codes::PERMISSION_DENIED, codes::NOT_FOUND, engine::codes::BREAKER_OPEN] {
            assert_eq!(reads(&Fault::person_needed(code, "x")), Reading::Unknown);
        }
        assert_eq!(reads(&Fault::unsupported_here(codes::UNSUPPORTED_HERE, "x")), Reading::Unknown);
        assert_eq!(reads(&Fault::person_needed(codes::TOKEN_ENDPOINT, "x")), Reading::Unknown);
    }

    #[test]
    fn silence_speaks_against_it_and_a_429_does_not() {
        for code in DOWN {
            assert_eq!(reads(&Fault::again(code.clone(), "x")), Reading::Down);
        }
        assert_eq!(reads(&Fault::again(codes::TOKEN_ENDPOINT, "x")), Reading::Down);
        assert_eq!(reads(&Fault::again(codes::THROTTLED, "x")), Reading::Healthy);
    }
}
