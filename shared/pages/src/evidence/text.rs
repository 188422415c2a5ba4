//! Draws the texts of tables. A word stays whole. An address, an identifier or a hash may break
//! where a reader would break it.

use jiff::Timestamp;
use maud::{Markup, html};

/// Number of characters that stay together in any column. A state, a kind or a code has fewer between its marks.
const WHOLE: usize = 16;

/// Marks after which a long name may break.
const MARKS: [char; 11] = ['@', '.', '/', '_', '-', ':', '=', '?', '&', '#', ','];

/// Text with possible breaks inside everything that is too long for a word: addresses, identifiers, hashes.
///
/// The breaks are no characters. A reader copies and finds the text as it was.
pub(super) fn text(words: &str) -> Markup {
    html! {
        @for word in words.split_inclusive(char::is_whitespace) {
            @for (place, piece) in pieces(word).into_iter().enumerate() {
                @if place > 0 { wbr; }
                (piece)
            }
        }
    }
}

/// A time whose date and hour may be on separate lines.
pub(super) fn moment(at: Timestamp) -> Markup {
    html! {
        time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) {
            span { (at.strftime("%Y-%m-%d")) } " " span { (at.strftime("%H:%M:%S UTC")) }
        }
    }
}

/// A time, or a dash if there was none.
pub(super) fn maybe(at: Option<Timestamp>) -> Markup {
    at.map_or_else(|| html! { span.soft { "–" } }, moment)
}

/// Splits a word into the pieces that it may be broken into.
fn pieces(word: &str) -> Vec<&str> {
    if word.trim_end().chars().count() <= WHOLE {
        return vec![word];
    }
    let (mut pieces, mut rest, mut length) = (Vec::new(), word, 0);
    for (this, next) in word.chars().zip(word.chars().skip(1)) {
        length += this.len_utf8();
        // Marks in a row stay together.
        let marked = MARKS.contains(&this) && next.is_alphanumeric();
        if marked || rest.chars().take(WHOLE).map(char::len_utf8).sum::<usize>() == length {
            let (piece, after) = rest.split_at(length);
            pieces.push(piece);
            (rest, length) = (after, 0);
        }
    }
    pieces.push(rest);
    pieces
}

/// A number with its noun, e.g. `2 entries`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_word_stays_whole_and_an_address_breaks_after_its_marks() {
        assert_eq!(pieces("up_to_date "), ["up_to_date "]);
        assert_eq!(pieces("switchback@cloud.example,"), ["switchback@", "cloud.", "example,"]);
        assert_eq!(
            pieces("https://standby.cloud.example/?w=88"),
            ["https://", "standby.", "cloud.", "example/?", "w=", "88"]
        );
    }

    #[test]
    fn what_has_no_marks_breaks_all_the_same() {
        let hash = "ä".repeat(40);
        assert_eq!(pieces(&hash).iter().map(|piece| piece.chars().count()).collect::<Vec<_>>(), [16, 16, 8]);
        assert_eq!(pieces(&hash).concat(), hash);
    }
}
