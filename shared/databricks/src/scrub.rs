//! Makes the texts of a workspace fit for a log: short, and without our secrets (S23).
//!
//! Must not know: the origin of a text.

/// In characters: a longer message of a server is cut to this length.
pub(crate) const LONGEST_MESSAGE: usize = 300;

/// Takes every secret out of a text, then cuts it to [`LONGEST_MESSAGE`].
///
/// The order matters: half a secret is still a secret.
pub(crate) fn scrub(text: &str, secrets: &[&str]) -> String {
    let mut clean = text.replace(['\r', '\n'], " ");
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        clean = clean.replace(secret, "[secret]");
    }
    let mut cut: String = clean.chars().take(LONGEST_MESSAGE).collect();
    if cut.len() < clean.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_survives_even_across_the_cut() {
        let text = format!("{}token-123456", "x".repeat(LONGEST_MESSAGE - 5));
        let clean = scrub(&text, &["token-123456"]);
        assert!(!clean.contains("token"), "{clean}");
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let clean = scrub(&"ä".repeat(1000), &[]);
        assert_eq!(clean.chars().count(), LONGEST_MESSAGE + 1);
        assert!(clean.ends_with('…'));
    }

    #[test]
    fn an_empty_secret_takes_nothing_out() {
        assert_eq!(scrub("plain\ntext", &[""]), "plain text");
    }
}
