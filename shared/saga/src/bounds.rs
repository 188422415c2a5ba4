//! Bounds on the length of a text in a record (S25). They count bytes, so the number and the names of resources do
//! not matter.

/// In bytes: no text of an event, an item or a finding is longer.
pub const TEXT: usize = 4_096;

/// In bytes: the longest name inside a sentence, so that the rest of the sentence stays readable. Databricks allows
/// names of up to 4,096 characters [docs: jobs/create].
pub const NAME: usize = 200;

/// Number of names that a text gives before it only counts the rest.
pub const NAMED: usize = 3;

/// Cuts a text that has more than `most` bytes, at the border of a character. The end then says how many bytes it
/// had.
///
/// ```
/// assert_eq!(saga::bounds::capped("short", 40), "short");
/// assert_eq!(saga::bounds::capped(&"é".repeat(50), 40), format!("{}… (100 bytes in all)", "é".repeat(8)));
/// ```
pub fn capped(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let ending = format!("… ({} bytes in all)", text.len());
    let mut end = most.saturating_sub(ending.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &text[..end])
}

/// Cuts a text of a record to [`TEXT`] bytes at most.
pub(crate) fn capped_text(text: String) -> String {
    if text.len() <= TEXT { text } else { capped(&text, TEXT) }
}

/// Lists the first [`NAMED`] names, and then says how many more there are.
///
/// ```
/// let jobs = ["a", "b", "c", "d", "e"];
/// assert_eq!(saga::bounds::few(jobs), "a, b, c and 2 more");
/// ```
pub fn few<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    listed(names, NAMED, ", ", NAME)
}

/// Does the same for sentences, with another number and another separator. The result has about [`TEXT`] bytes at
/// most.
pub fn few_of<T: AsRef<str>>(sentences: impl IntoIterator<Item = T>, most: usize, between: &str) -> String {
    listed(sentences, most, between, TEXT / most.max(1))
}

fn listed<T: AsRef<str>>(all: impl IntoIterator<Item = T>, most: usize, between: &str, bytes: usize) -> String {
    let mut all = all.into_iter();
    let named: Vec<String> = all.by_ref().take(most).map(|one| capped(one.as_ref(), bytes)).collect();
    let named = named.join(between);
    match all.count() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// S25: a capped text is never too long and never cut within a character. A text that fits is not cut.
        #[test]
        fn a_capped_text_fits_and_begins_as_the_text_does(text in ".{0,400}", most in 40_usize..600) {
            let cut = capped(&text, most);
            prop_assert!(cut.len() <= most);
            prop_assert_eq!(&capped(&cut, most), &cut);
            if text.len() <= most {
                prop_assert_eq!(cut, text);
            } else {
                let (kept, told) = cut.rsplit_once("… (").expect("it says so");
                prop_assert!(text.starts_with(kept));
                prop_assert_eq!(told, format!("{} bytes in all)", text.len()));
            }
        }

        #[test]
        fn a_list_is_as_short_with_thousands_as_with_four(count in 4_usize..5_000, name in ".{1,300}") {
            let told = few(std::iter::repeat_n(&name, count));
            prop_assert!(told.len() <= NAMED * (NAME + 2) + " and 4999 more".len());
            let ending = format!("and {} more", count - NAMED);
            prop_assert!(told.ends_with(&ending));
        }
    }
}
