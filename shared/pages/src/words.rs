//! Writes times and durations as people read them.

use jiff::Timestamp;
use maud::{Markup, html};

/// A time for people and for programs, with how far it is from now.
pub(crate) fn time(at: Timestamp, now: Timestamp) -> Markup {
    let seconds = at.duration_since(now).as_secs();
    let away = if seconds < 0 { format!("{} ago", span(-seconds)) } else { format!("in {}", span(seconds)) };
    html! { (moment(at)) " " span.soft.away { "(" (away) ")" } }
}

/// A time for people and for programs.
pub(crate) fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (at.strftime("%Y-%m-%d %H:%M:%S UTC")) } }
}

/// A number of seconds in its largest unit and, if it is not 0, the next one, e.g. `1 h 1 min`.
pub(crate) fn span(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let Some(first) = units.iter().position(|(size, _)| seconds >= *size) else { return "0 s".to_owned() };
    let (size, name) = units[first];
    let large = format!("{} {name}", seconds / size);
    match units.get(first + 1) {
        Some((next, name)) if seconds % size >= *next => format!("{large} {} {name}", seconds % size / next),
        Some(_) | None => large,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_two_units_at_most() {
        let spans = [0, 1, 59, 60, 61, 3_600, 3_660, 90_000, 86_400, 3_601].map(span);
        assert_eq!(spans, ["0 s", "1 s", "59 s", "1 min", "1 min 1 s", "1 h", "1 h 1 min", "1 d 1 h", "1 d", "1 h"]);
    }

    #[test]
    fn a_time_says_how_far_it_is() {
        let now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let told = time("2026-01-05T08:54:00Z".parse().unwrap(), now).into_string();
        assert!(told.contains("2026-01-05 08:54:00 UTC") && told.contains("(in 54 min)"), "{told}");
        assert!(time("2026-01-05T07:59:00Z".parse().unwrap(), now).into_string().contains("(1 min ago)"));
    }
}
