//! The page of evidence: it carries the record itself, and a seal over all of it.
//!
//! Other code draws the page. This module only knows where the seal and the record are in it, so that they are
//! found again without reading HTML.

use super::canonical;

/// The version of the page. Every change to the drawing of a page must raise it.
///
/// A page can only be checked against one that is drawn again in the same way. So a program verifies only pages of
/// its own version. The JSON file is kept for years, and its tables need no drawing.
pub const PAGE_VERSION: u32 = 2;

/// Text before the page's seal. It is nowhere else in a page.
const SEAL_AFTER: &str = "<code id=\"page-seal\">";
/// Text before the record.
const RECORD_AFTER: &str = "<script type=\"application/json\" id=\"record\">\n";
/// Text after the record.
const RECORD_BEFORE: &str = "</script>";
/// Text in the place of the seal while the seal is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Seals a page. `draw` makes the page with the given text in the place of the seal.
pub fn sealed_page(draw: impl Fn(&str) -> String) -> String {
    let mut page = draw(BLANK);
    let seal = canonical::hash(page.as_bytes());
    // The seal is put in its place without a copy, because a page may be large (S26).
    if let Some(mark) = page.find(&format!("{SEAL_AFTER}{BLANK}")) {
        let place = mark + SEAL_AFTER.len();
        page.replace_range(place..place + BLANK.len(), &seal);
    }
    page
}

/// The seal that a page should have: SHA-256 over the page with its seal's place blank, in hexadecimal.
pub fn page_seal(page: &str) -> String {
    let blank = match sealed_at(page) {
        Ok((_, shown)) => page.replacen(&format!("{SEAL_AFTER}{shown}"), &format!("{SEAL_AFTER}{BLANK}"), 1),
        Err(_) => page.to_owned(),
    };
    canonical::hash(blank.as_bytes())
}

/// The seal that is in a page, with the number of its line.
pub(super) fn sealed_at(page: &str) -> Result<(usize, &str), String> {
    let (before, after) = page.split_once(SEAL_AFTER).ok_or("the page bears no seal")?;
    let shown = after.get(..BLANK.len()).ok_or("the page's seal is cut off")?;
    Ok((before.matches('\n').count() + 1, shown))
}

/// The record that a page carries, with the number of its first line.
///
/// # Errors
///
/// A sentence, if the page carries no record.
pub fn record_of_page(page: &str) -> Result<(usize, &str), String> {
    let (before, after) = page.split_once(RECORD_AFTER).ok_or("the page carries no record")?;
    let (record, _) = after.split_once(RECORD_BEFORE).ok_or("the page's record has no end")?;
    Ok((before.matches('\n').count() + 2, record))
}
