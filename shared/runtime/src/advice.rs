//! Finds the page of advice for a code: `switchback explain CODE`.

/// All pages, by code. Each page has one file and one line.
pub const PAGES: &[(&str, &str)] = &[
    ("ACCESS-MISSING", include_str!("../advice/ACCESS-MISSING.md")),
    ("ADDRESS-BLOCKED", include_str!("../advice/ADDRESS-BLOCKED.md")),
    ("AMBIGUOUS-MATCH", include_str!("../advice/AMBIGUOUS-MATCH.md")),
    ("ANOTHER-SAGA", include_str!("../advice/ANOTHER-SAGA.md")),
    ("ANSWER-REFUSED", include_str!("../advice/ANSWER-REFUSED.md")),
    ("AT-HOME", include_str!("../advice/AT-HOME.md")),
    ("AWS-ACCESS-DENIED", include_str!("../advice/AWS-ACCESS-DENIED.md")),
    ("AWS-DOUBTFUL-ANSWER", include_str!("../advice/AWS-DOUBTFUL-ANSWER.md")),
    ("AWS-NO-ANSWER", include_str!("../advice/AWS-NO-ANSWER.md")),
    ("AWS-NOT-FOUND", include_str!("../advice/AWS-NOT-FOUND.md")),
    ("AWS-NOT-SIGNED-IN", include_str!("../advice/AWS-NOT-SIGNED-IN.md")),
    ("AWS-REFUSED", include_str!("../advice/AWS-REFUSED.md")),
    ("AWS-SERVER-ERROR", include_str!("../advice/AWS-SERVER-ERROR.md")),
    ("AWS-THROTTLED", include_str!("../advice/AWS-THROTTLED.md")),
    ("BREAKER-OPEN", include_str!("../advice/BREAKER-OPEN.md")),
    ("BROKEN-COMPUTE", include_str!("../advice/BROKEN-COMPUTE.md")),
    ("CALL-NOT-SEEN", include_str!("../advice/CALL-NOT-SEEN.md")),
    ("CALL-REFUSED", include_str!("../advice/CALL-REFUSED.md")),
    ("CALL-SILENT", include_str!("../advice/CALL-SILENT.md")),
    ("CHANGED-MEANWHILE", include_str!("../advice/CHANGED-MEANWHILE.md")),
    ("CHANNEL-REFUSED", include_str!("../advice/CHANNEL-REFUSED.md")),
    ("CHANNEL-SILENT", include_str!("../advice/CHANNEL-SILENT.md")),
    ("CHECKPOINT-INCOMPLETE", include_str!("../advice/CHECKPOINT-INCOMPLETE.md")),
    ("CHECKPOINT-UNREADABLE", include_str!("../advice/CHECKPOINT-UNREADABLE.md")),
    ("CONFIGURATION", include_str!("../advice/CONFIGURATION.md")),
    ("CONFLICT", include_str!("../advice/CONFLICT.md")),
    ("DOUBTFUL-ANSWER", include_str!("../advice/DOUBTFUL-ANSWER.md")),
    ("DRILL-UNDER-WAY", include_str!("../advice/DRILL-UNDER-WAY.md")),
    ("DRY-RUN", include_str!("../advice/DRY-RUN.md")),
    ("ENDPOINT-UNSUITABLE", include_str!("../advice/ENDPOINT-UNSUITABLE.md")),
    ("ACTION-SETTINGS", include_str!("../advice/ACTION-SETTINGS.md")),
    ("EVIDENCE-ALTERED", include_str!("../advice/EVIDENCE-ALTERED.md")),
    ("EVIDENCE-NOT-KEPT", include_str!("../advice/EVIDENCE-NOT-KEPT.md")),
    ("EVIDENCE-NOT-LOCKED", include_str!("../advice/EVIDENCE-NOT-LOCKED.md")),
    ("EVIDENCE-UNREADABLE", include_str!("../advice/EVIDENCE-UNREADABLE.md")),
    ("FORWARD-OPEN", include_str!("../advice/FORWARD-OPEN.md")),
    ("GUARD-UNDER-WAY", include_str!("../advice/GUARD-UNDER-WAY.md")),
    ("HEARTBEAT-UNREADABLE", include_str!("../advice/HEARTBEAT-UNREADABLE.md")),
    ("INVALID-STATE", include_str!("../advice/INVALID-STATE.md")),
    ("JOB-TAKES-NO-RUN", include_str!("../advice/JOB-TAKES-NO-RUN.md")),
    ("LEASE-ENDING", include_str!("../advice/LEASE-ENDING.md")),
    ("LEAVING-NOT-WELL", include_str!("../advice/LEAVING-NOT-WELL.md")),
    ("LESSONS-MISSING", include_str!("../advice/LESSONS-MISSING.md")),
    ("LINK-LOCKED", include_str!("../advice/LINK-LOCKED.md")),
    ("LIST-NOT-READY", include_str!("../advice/LIST-NOT-READY.md")),
    ("LISTING-LOOPS", include_str!("../advice/LISTING-LOOPS.md")),
    ("LOG-BROKEN", include_str!("../advice/LOG-BROKEN.md")),
    ("LOGIN-PAGE", include_str!("../advice/LOGIN-PAGE.md")),
    ("LOSS-IS-WORSE", include_str!("../advice/LOSS-IS-WORSE.md")),
    ("NEWER-VERSION", include_str!("../advice/NEWER-VERSION.md")),
    ("NO-ANSWER", include_str!("../advice/NO-ANSWER.md")),
    ("NO-CHANCE", include_str!("../advice/NO-CHANCE.md")),
    ("NO-CHECKPOINT", include_str!("../advice/NO-CHECKPOINT.md")),
    ("NO-COUNTERPART", include_str!("../advice/NO-COUNTERPART.md")),
    ("NO-DRILL", include_str!("../advice/NO-DRILL.md")),
    ("NO-LESSON", include_str!("../advice/NO-LESSON.md")),
    ("NO-PLAN", include_str!("../advice/NO-PLAN.md")),
    ("NO-RUNTIME", include_str!("../advice/NO-RUNTIME.md")),
    ("NO-SAGA", include_str!("../advice/NO-SAGA.md")),
    ("NO-STEP", include_str!("../advice/NO-STEP.md")),
    ("NO-STORE", include_str!("../advice/NO-STORE.md")),
    ("NOT-ANSWERED", include_str!("../advice/NOT-ANSWERED.md")),
    ("NOT-APPROVED", include_str!("../advice/NOT-APPROVED.md")),
    ("NOT-AS-WANTED", include_str!("../advice/NOT-AS-WANTED.md")),
    ("NOT-BOOTED", include_str!("../advice/NOT-BOOTED.md")),
    ("NOT-FOUND", include_str!("../advice/NOT-FOUND.md")),
    ("NOT-HELD", include_str!("../advice/NOT-HELD.md")),
    ("NOT-JSON", include_str!("../advice/NOT-JSON.md")),
    ("NOT-PROPOSED", include_str!("../advice/NOT-PROPOSED.md")),
    ("NOT-PURSUED", include_str!("../advice/NOT-PURSUED.md")),
    ("NOT-READY", include_str!("../advice/NOT-READY.md")),
    ("NOT-RECORDED", include_str!("../advice/NOT-RECORDED.md")),
    ("NOT-SIGNED-IN", include_str!("../advice/NOT-SIGNED-IN.md")),
    ("NOT-TOLD", include_str!("../advice/NOT-TOLD.md")),
    ("NOTHING-TO-ACTIVATE", include_str!("../advice/NOTHING-TO-ACTIVATE.md")),
    ("OTHERS-OPEN", include_str!("../advice/OTHERS-OPEN.md")),
    ("OUTPUT", include_str!("../advice/OUTPUT.md")),
    ("OWN-PRINCIPAL", include_str!("../advice/OWN-PRINCIPAL.md")),
    ("PAGE-FAILED", include_str!("../advice/PAGE-FAILED.md")),
    ("PAIR-FROZEN", include_str!("../advice/PAIR-FROZEN.md")),
    ("PERMISSION-DENIED", include_str!("../advice/PERMISSION-DENIED.md")),
    ("PREVIEW-OFF", include_str!("../advice/PREVIEW-OFF.md")),
    ("PUBLICATION", include_str!("../advice/PUBLICATION.md")),
    ("READ-ONLY", include_str!("../advice/READ-ONLY.md")),
    ("RECOVERY-FAILED", include_str!("../advice/RECOVERY-FAILED.md")),
    ("RECOVERY-LAGS", include_str!("../advice/RECOVERY-LAGS.md")),
    ("RECOVERY-NOT-READY", include_str!("../advice/RECOVERY-NOT-READY.md")),
    ("REFUSED-BY-API", include_str!("../advice/REFUSED-BY-API.md")),
    ("REHEARSAL-FAILED", include_str!("../advice/REHEARSAL-FAILED.md")),
    ("RUN-FAILED", include_str!("../advice/RUN-FAILED.md")),
    ("RUN-SKIPPED", include_str!("../advice/RUN-SKIPPED.md")),
    ("RUNNER-STOPPED", include_str!("../advice/RUNNER-STOPPED.md")),
    ("SAGA-HELD", include_str!("../advice/SAGA-HELD.md")),
    ("SAGA-NOT-FINISHED", include_str!("../advice/SAGA-NOT-FINISHED.md")),
    ("SAGA-OVER", include_str!("../advice/SAGA-OVER.md")),
    ("SECRET-MISSING", include_str!("../advice/SECRET-MISSING.md")),
    ("SERVER-ERROR", include_str!("../advice/SERVER-ERROR.md")),
    ("SIDE-FENCED", include_str!("../advice/SIDE-FENCED.md")),
    ("SIGNAL-UNREADABLE", include_str!("../advice/SIGNAL-UNREADABLE.md")),
    ("SOURCE-SILENT", include_str!("../advice/SOURCE-SILENT.md")),
    ("SOURCE-UNREACHABLE", include_str!("../advice/SOURCE-UNREACHABLE.md")),
    ("STABLE-URL-ELSEWHERE", include_str!("../advice/STABLE-URL-ELSEWHERE.md")),
    ("STATEMENT-FAILED", include_str!("../advice/STATEMENT-FAILED.md")),
    ("STEP-NOT-TRIED", include_str!("../advice/STEP-NOT-TRIED.md")),
    ("STEP-SETTLED", include_str!("../advice/STEP-SETTLED.md")),
    ("STILL-CHANGING", include_str!("../advice/STILL-CHANGING.md")),
    ("STORE-NO-ANSWER", include_str!("../advice/STORE-NO-ANSWER.md")),
    ("STORE-UNUSABLE", include_str!("../advice/STORE-UNUSABLE.md")),
    ("SUPERSEDED", include_str!("../advice/SUPERSEDED.md")),
    ("TARGET-IS-ACTIVE", include_str!("../advice/TARGET-IS-ACTIVE.md")),
    ("TARGET-NOT-LISTED", include_str!("../advice/TARGET-NOT-LISTED.md")),
    ("TARGET-NOT-READY", include_str!("../advice/TARGET-NOT-READY.md")),
    ("THROTTLED", include_str!("../advice/THROTTLED.md")),
    ("TOKEN-ENDPOINT", include_str!("../advice/TOKEN-ENDPOINT.md")),
    ("TRAIL-INCOMPLETE", include_str!("../advice/TRAIL-INCOMPLETE.md")),
    ("UNEXPECTED-ANSWER", include_str!("../advice/UNEXPECTED-ANSWER.md")),
    ("UNKNOWN-CODE", include_str!("../advice/UNKNOWN-CODE.md")),
    ("UNKNOWN-SCENARIO", include_str!("../advice/UNKNOWN-SCENARIO.md")),
    ("UNKNOWN-STEP", include_str!("../advice/UNKNOWN-STEP.md")),
    ("UNKNOWN-STORE", include_str!("../advice/UNKNOWN-STORE.md")),
    ("UNKNOWN-WANT", include_str!("../advice/UNKNOWN-WANT.md")),
    ("UNSUPPORTED-HERE", include_str!("../advice/UNSUPPORTED-HERE.md")),
    ("WEBHOOK-REFUSED", include_str!("../advice/WEBHOOK-REFUSED.md")),
    ("WINDOW-MISSED", include_str!("../advice/WINDOW-MISSED.md")),
    ("WINDOW-NOT-OPEN", include_str!("../advice/WINDOW-NOT-OPEN.md")),
    ("WORDING", include_str!("../advice/WORDING.md")),
    ("WORKSPACE-NOT-READY", include_str!("../advice/WORKSPACE-NOT-READY.md")),
];

/// The page of a code. Upper and lower case are the same.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
}

/// The first remedy for a code that is more than to wait. It has the form of the end of a sentence.
pub fn remedy(code: &str) -> Option<String> {
    let (_, steps) = page(code)?.split_once("## What to do\n\n")?;
    let step = steps.lines().filter_map(|line| line.split_once(". ")).map(|(_, step)| step);
    let step = step.map(|step| step.trim_start_matches("Otherwise ")).find(|step| !step.starts_with("Nothing"))?;
    let mut letters = step.trim_end_matches('.').chars();
    let first = letters.next()?;
    Some(format!("{}{}", first.to_lowercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_names_its_code_and_says_what_to_do() {
        for (code, page) in PAGES {
            assert!(page.starts_with(&format!("# {code}\n")), "{code}");
            assert!(
                page.contains("## What Switchback does by itself") && page.contains("## What to do\n\n1. "),
                "{code}"
            );
        }
    }

    #[test]
    fn a_remedy_is_the_first_thing_to_do_but_wait() {
        let told = remedy("NO-ANSWER");
        assert_eq!(told.as_deref(), Some("check DNS, TLS and routes from where the runner is"));
        assert_eq!(remedy("NEWER-VERSION").as_deref(), Some("use the newer program"));
        assert_eq!(remedy("the"), None);
    }
}
