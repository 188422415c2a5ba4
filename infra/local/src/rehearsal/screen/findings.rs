//! Counts the findings of plans by what they say.

use super::model::FindingKind;

/// Counts findings. Findings that differ only in an id are of one kind.
pub(super) fn counted(findings: &[String]) -> Vec<FindingKind> {
    let mut kinds: Vec<FindingKind> = Vec::new();
    for finding in findings {
        let (kind, what) = parts(finding);
        match kinds.iter_mut().find(|known| known.kind == kind && known.what == what) {
            Some(known) => known.count += 1,
            None => kinds.push(FindingKind { count: 1, kind, what }),
        }
    }
    // The sort is stable, so equal counts stay in the order of the plan.
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

/// The kind of the resource, and the finding without ids and without its remedy.
fn parts(finding: &str) -> (String, String) {
    let (resource, what) = match finding.split_once(": ") {
        Some((resource, what)) if resource.contains('"') => (resource, what),
        _ => ("", finding),
    };
    let kind = resource.split(' ').next().unwrap_or_default().to_owned();
    let what = what.split(": ").next().unwrap_or(what);
    let words: Vec<&str> = what.split(' ').map(without_id).collect();
    (kind, words.join(" "))
}

/// A word, or a mark in the place of an id.
fn without_id(word: &str) -> &str {
    let is_id = word.contains('-') && word.chars().filter(char::is_ascii_digit).count() > 3;
    match is_id {
        true if word.ends_with(',') => "…,",
        true => "…",
        false => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_that_differ_in_an_id_are_counted_together() {
        let findings = [
            "cluster \"a\": it is not pinned: it is deleted for good; pin it".to_owned(),
            "job \"b\": a task runs on cluster 0126-151211-c95db25f, which starts: use a job cluster".to_owned(),
            "job \"c\": a task runs on cluster 0204-071008-c77db9eb, which starts: use a job cluster".to_owned(),
            "no dataset is declared".to_owned(),
        ];
        let kinds = counted(&findings);
        let shown: Vec<_> = kinds.iter().map(|k| (k.count, k.kind.as_str(), k.what.as_str())).collect();
        assert_eq!(
            shown,
            [
                (2, "job", "a task runs on cluster …, which starts"),
                (1, "cluster", "it is not pinned"),
                (1, "", "no dataset is declared"),
            ]
        );
    }
}
