//! A page of advice for every code: `switchback explain CODE`.

/// All pages, by code. One file and one line for each.
pub const PAGES: &[(&str, &str)] = &[];

/// The page of a code; upper and lower case are the same.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
}
