//! A page of advice for every code: `switchback explain CODE`.

/// All pages, by code. One file and one line for each.
pub const PAGES: &[(&str, &str)] = &[
    ("AMBIGUOUS-MATCH", include_str!("../advice/AMBIGUOUS-MATCH.md")),
    ("BREAKER-OPEN", include_str!("../advice/BREAKER-OPEN.md")),
    ("BROKEN-COMPUTE", include_str!("../advice/BROKEN-COMPUTE.md")),
    ("CONFLICT", include_str!("../advice/CONFLICT.md")),
    ("DOUBTFUL-ANSWER", include_str!("../advice/DOUBTFUL-ANSWER.md")),
    ("INVALID-STATE", include_str!("../advice/INVALID-STATE.md")),
    ("LEASE-ENDING", include_str!("../advice/LEASE-ENDING.md")),
    ("LISTING-LOOPS", include_str!("../advice/LISTING-LOOPS.md")),
    ("LOGIN-PAGE", include_str!("../advice/LOGIN-PAGE.md")),
    ("NO-ANSWER", include_str!("../advice/NO-ANSWER.md")),
    ("NO-COUNTERPART", include_str!("../advice/NO-COUNTERPART.md")),
    ("NOT-AS-WANTED", include_str!("../advice/NOT-AS-WANTED.md")),
    ("NOT-FOUND", include_str!("../advice/NOT-FOUND.md")),
    ("NOT-JSON", include_str!("../advice/NOT-JSON.md")),
    ("NOT-SIGNED-IN", include_str!("../advice/NOT-SIGNED-IN.md")),
    ("NOTHING-TO-ACTIVATE", include_str!("../advice/NOTHING-TO-ACTIVATE.md")),
    ("OTHERS-OPEN", include_str!("../advice/OTHERS-OPEN.md")),
    ("PERMISSION-DENIED", include_str!("../advice/PERMISSION-DENIED.md")),
    ("PUBLICATION", include_str!("../advice/PUBLICATION.md")),
    ("READ-ONLY", include_str!("../advice/READ-ONLY.md")),
    ("REFUSED-BY-API", include_str!("../advice/REFUSED-BY-API.md")),
    ("RUN-SKIPPED", include_str!("../advice/RUN-SKIPPED.md")),
    ("SERVER-ERROR", include_str!("../advice/SERVER-ERROR.md")),
    ("STILL-CHANGING", include_str!("../advice/STILL-CHANGING.md")),
    ("THROTTLED", include_str!("../advice/THROTTLED.md")),
    ("TOKEN-ENDPOINT", include_str!("../advice/TOKEN-ENDPOINT.md")),
    ("UNKNOWN-STEP", include_str!("../advice/UNKNOWN-STEP.md")),
    ("UNKNOWN-WANT", include_str!("../advice/UNKNOWN-WANT.md")),
    ("UNSUPPORTED-HERE", include_str!("../advice/UNSUPPORTED-HERE.md")),
    ("WORKSPACE-NOT-READY", include_str!("../advice/WORKSPACE-NOT-READY.md")),
];

/// The page of a code; upper and lower case are the same.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
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
}
