//! Finds the known name that a mistyped one is meant to be.

/// From 0 to 1: names that are less alike are not taken for each other.
const ALIKE: f64 = 0.6;

/// The known name that is most like the given one. `None` if none is alike. Upper and lower case are the same.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    if given.is_empty() {
        return None;
    }
    let alike = known.into_iter().map(|name| (likeness(&given, &name.to_lowercase()), name));
    let best = alike.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// From 0 to 1. The beginning of a name is as good as a name with one wrong letter.
fn likeness(given: &str, name: &str) -> f64 {
    let typed = strsim::normalized_damerau_levenshtein(given, name);
    if name.starts_with(given) { typed.max(0.9) } else { typed }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["region-lost", "planned", "flapping", "flapping-api"];

    #[test]
    fn a_slip_and_a_beginning_are_understood() {
        for (given, meant) in [
            ("region-lots", Some("region-lost")),
            ("regionlost", Some("region-lost")),
            ("reg", Some("region-lost")),
            ("Planed", Some("planned")),
            ("flaping", Some("flapping")),
            ("nowhere", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, KNOWN), meant, "{given}");
        }
    }
}
