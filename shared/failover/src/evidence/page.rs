//! What a page of evidence carries beside what people read: the record itself, and a seal over all of it.
//!
//! How a page looks is drawn elsewhere. Here is only where its seal and its record stand, so that they are
//! found again without reading HTML.

use super::canonical;

/// The version of the page: whoever changes how it is drawn raises this.
///
/// A page can only be held against one that is drawn again in the same way, so a program verifies pages of its
/// own version. What is kept for years is the JSON file, whose tables need no drawing.
pub const PAGE_VERSION: u32 = 2;

/// What stands before the page's seal; nowhere else in a page.
const SEAL_AFTER: &str = "<code id=\"page-seal\">";
/// What stands before the record, and after it.
const RECORD_AFTER: &str = "<script type=\"application/json\" id=\"record\">\n";
const RECORD_BEFORE: &str = "</script>";
/// In the place of the seal while it is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Seals a page that was drawn: `draw` is given what stands in the place of the seal.
pub fn sealed_page(draw: impl Fn(&str) -> String) -> String {
    let mut page = draw(BLANK);
    let seal = canonical::hash(page.as_bytes());
    // In its place, since a page may be large (S26).
    if let Some(mark) = page.find(&format!("{SEAL_AFTER}{BLANK}")) {
        let place = mark + SEAL_AFTER.len();
        page.replace_range(place..place + BLANK.len(), &seal);
    }
    page
}

/// The seal that a page should bear: SHA-256 over it with its seal's place blank, in hexadecimal.
pub fn page_seal(page: &str) -> String {
    let blank = match sealed_at(page) {
        Ok((_, shown)) => page.replacen(&format!("{SEAL_AFTER}{shown}"), &format!("{SEAL_AFTER}{BLANK}"), 1),
        Err(_) => page.to_owned(),
    };
    canonical::hash(blank.as_bytes())
}

/// The seal that a page bears, with the number of its line.
pub(super) fn sealed_at(page: &str) -> Result<(usize, &str), String> {
    let (before, after) = page.split_once(SEAL_AFTER).ok_or("the page bears no seal")?;
    let shown = after.get(..BLANK.len()).ok_or("the page's seal is cut off")?;
    Ok((before.matches('\n').count() + 1, shown))
}

/// The record that a page carries, with the number of its first line.
///
/// # Errors
///
/// A sentence, if it carries none.
pub fn record_of_page(page: &str) -> Result<(usize, &str), String> {
    let (before, after) = page.split_once(RECORD_AFTER).ok_or("the page carries no record")?;
    let (record, _) = after.split_once(RECORD_BEFORE).ok_or("the page's record has no end")?;
    Ok((before.matches('\n').count() + 2, record))
}
