//! Reads the schedules of drills that start without a person: `[[drill]]`.

use std::collections::BTreeSet;

use failover::drill::{AllowedWindow, BlockedDates, DrillKind, DrillPolicy, Every, FullDrill};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::offence::Offence;

/// In minutes: a window must be longer than its drill by this much. Schedules are read every quarter of an hour,
/// and a person needs time to say yes.
const SLACK_MINUTES: i64 = 30;

/// One drill and its schedule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillConfig {
    /// Name of the drill: lower-case letters, digits and hyphens.
    pub name: String,
    /// `dry-run`, `standby-only` or `full`.
    pub kind: DrillKind,
    /// `week`, `month`, `quarter` or `year`.
    pub every: Every,
    /// The time zone of all times and dates below, e.g. `Europe/Berlin`.
    pub zone: Spanned<String>,
    /// The windows in which the drill may run.
    pub windows: Spanned<Vec<WindowConfig>>,
    /// Dates on which it may not run: `2026-12-24`, or `2026-12-20..2027-01-06` with both of them.
    #[serde(default)]
    pub blocked_dates: Vec<Spanned<String>>,
    /// Signals that must say that all is well before the drill begins.
    #[serde(default)]
    pub blocking_alarms: Vec<Spanned<String>>,
    /// Signals that stop the drill and turn it back.
    #[serde(default)]
    pub outcome_alarms: Vec<Spanned<String>>,
    /// In minutes, from 1 to 1440: the time that the drill is expected to take.
    pub needs_minutes: Option<Spanned<i64>>,
    /// In minutes, from 1 to 1440: how long the work of a full drill stays on the standby.
    pub stay_minutes: Option<Spanned<i64>>,
}

/// A time window on some days of the week.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowConfig {
    /// `mon` to `sun`. If it is left out, the window is on every day.
    #[serde(default)]
    pub days: Vec<Day>,
    /// Begin of the window, e.g. `09:00`.
    pub from: Spanned<String>,
    /// End of the window, e.g. `16:00`. If it is not later than `from`, it is on the next day.
    pub until: Spanned<String>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Day::Mon => Weekday::Monday,
            Day::Tue => Weekday::Tuesday,
            Day::Wed => Weekday::Wednesday,
            Day::Thu => Weekday::Thursday,
            Day::Fri => Weekday::Friday,
            Day::Sat => Weekday::Saturday,
            Day::Sun => Weekday::Sunday,
        }
    }
}

/// Reads and checks the schedules.
pub(super) fn drills(schedules: &[Spanned<DrillConfig>]) -> Result<Vec<DrillPolicy>, Offence> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for spanned in schedules {
        let drill = spanned.get_ref();
        let wrong = |message: &str| Offence {
            start: spanned.span().start,
            message: format!("drill {:?}: {message}", drill.name),
        };
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if drill.name.is_empty() || !drill.name.chars().all(is_plain) {
            return Err(wrong("write its name with lower-case letters, digits and hyphens"));
        }
        if !names.insert(drill.name.as_str()) {
            return Err(wrong("give each drill a name of its own"));
        }
        found.push(policy(drill)?);
    }
    Ok(found)
}

fn policy(drill: &DrillConfig) -> Result<DrillPolicy, Offence> {
    let wrong =
        |start: usize, message: String| Offence { start, message: format!("drill {:?}: {message}", drill.name) };
    let zone = TimeZone::get(drill.zone.get_ref()).map_err(|_| {
        let message = format!("{:?} is no time zone: write one as Europe/Berlin or UTC", drill.zone.get_ref());
        wrong(drill.zone.span().start, message)
    })?;
    let stay = match (drill.kind, &drill.stay_minutes) {
        (DrillKind::Full, Some(minutes)) => minutes_of(drill, minutes, "stay_minutes")?,
        (DrillKind::DryRun | DrillKind::StandbyOnly, Some(minutes)) => {
            return Err(wrong(minutes.span().start, "stay_minutes belongs to a full drill: remove it".to_owned()));
        }
        (DrillKind::DryRun | DrillKind::StandbyOnly | DrillKind::Full, None) => FullDrill::STAY_S / 60,
    };
    if let (DrillKind::DryRun, Some(alarm)) = (drill.kind, drill.outcome_alarms.first()) {
        let message = "a dry run changes nothing that outcome_alarms could turn back: remove them".to_owned();
        return Err(wrong(alarm.span().start, message));
    }
    let needs = match &drill.needs_minutes {
        Some(minutes) => minutes_of(drill, minutes, "needs_minutes")?,
        None => usual_minutes(drill.kind, stay),
    };
    let start = drill.needs_minutes.as_ref().map_or(drill.windows.span().start, |minutes| minutes.span().start);
    if drill.kind == DrillKind::Full && needs <= stay {
        let message = format!("needs_minutes is {needs}, and the stay alone takes {stay}: count the ways in, too");
        return Err(wrong(start, message));
    }
    if drill.windows.get_ref().is_empty() {
        let message = "windows is empty: say when it may be held".to_owned();
        return Err(wrong(drill.windows.span().start, message));
    }
    let alarms = |named: &[Spanned<String>]| {
        let read =
            |alarm: &Spanned<String>| alarm.get_ref().parse().map_err(|e| wrong(alarm.span().start, format!("{e}")));
        named.iter().map(read).collect::<Result<Vec<_>, Offence>>()
    };
    Ok(DrillPolicy {
        name: drill.name.clone(),
        kind: drill.kind,
        every: drill.every,
        windows: drill.windows.get_ref().iter().map(|one| window(drill, one, needs)).collect::<Result<_, _>>()?,
        zone,
        blocked_dates: drill.blocked_dates.iter().map(|dates| blocked(drill, dates)).collect::<Result<_, _>>()?,
        blocking_alarms: alarms(&drill.blocking_alarms)?,
        needs_s: needs * 60,
        stay_s: stay * 60,
        outcome_alarms: alarms(&drill.outcome_alarms)?,
    })
}

/// In minutes: the expected time of a drill, if its schedule does not give one.
fn usual_minutes(kind: DrillKind, stay: i64) -> i64 {
    match kind {
        DrillKind::DryRun => 15,
        DrillKind::StandbyOnly => 60,
        DrillKind::Full => 120 + stay,
    }
}

fn minutes_of(drill: &DrillConfig, minutes: &Spanned<i64>, key: &str) -> Result<i64, Offence> {
    if (1..=1_440).contains(minutes.get_ref()) {
        return Ok(*minutes.get_ref());
    }
    let message = format!("drill {:?}: {key} must be from 1 to 1440", drill.name);
    Err(Offence { start: minutes.span().start, message })
}

fn window(drill: &DrillConfig, window: &WindowConfig, needs: i64) -> Result<AllowedWindow, Offence> {
    let time = |text: &Spanned<String>| {
        Time::strptime("%H:%M", text.get_ref()).map_err(|_| Offence {
            start: text.span().start,
            message: format!("drill {:?}: {:?} is no time of day: write it as 09:00", drill.name, text.get_ref()),
        })
    };
    let (from, until) = (time(&window.from)?, time(&window.until)?);
    let minute = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let long = (minute(until) - minute(from) - 1).rem_euclid(1_440) + 1;
    if long < needs + SLACK_MINUTES {
        let message = format!(
            "drill {:?}: it needs {needs} minutes, and the window from {} until {} is {long} long: it must be at least \
             {SLACK_MINUTES} minutes longer",
            drill.name,
            window.from.get_ref(),
            window.until.get_ref()
        );
        return Err(Offence { start: window.from.span().start, message });
    }
    Ok(AllowedWindow { days: window.days.iter().map(|day| day.weekday()).collect(), from, until })
}

fn blocked(drill: &DrillConfig, dates: &Spanned<String>) -> Result<BlockedDates, Offence> {
    let text = dates.get_ref();
    let (from, until) = text.split_once("..").unwrap_or((text, text));
    let read = (from.trim().parse::<Date>(), until.trim().parse::<Date>());
    match read {
        (Ok(from), Ok(until)) if from <= until => Ok(BlockedDates { from, until }),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Err(Offence {
            start: dates.span().start,
            message: format!(
                "drill {:?}: {text:?} names no dates: write 2026-12-24, or 2026-12-20..2027-01-06",
                drill.name
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Checked;

    const PAIR: &str = r#"pair = "payments"

[primary]
url = "https://one.cloud.example"
token = { file = "/run/secrets/primary" }

[standby]
url = "https://two.cloud.example"
token = { file = "/run/secrets/standby" }
"#;

    fn with(more: &str) -> Result<Vec<DrillPolicy>, String> {
        let checked = Checked::parse("pair.toml", &format!("{PAIR}{more}")).map_err(|e| e.to_string())?;
        Ok(checked.drills)
    }

    #[test]
    fn the_page_s_examples_are_a_configuration() {
        let blocks = include_str!("../../../docs/guide/drills.md").split("```toml\n").skip(1);
        let blocks: Vec<&str> = blocks.map(|rest| rest.split_once("```").unwrap().0).collect();
        let drills = with(&blocks.join("\n")).unwrap();
        let kinds: BTreeSet<DrillKind> = drills.iter().map(|drill| drill.kind).collect();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), DrillKind::ALL);
    }

    const GOOD: &str = "[[drill]]\nname = \"dry\"\nkind = \"dry-run\"\nevery = \"week\"\nzone = \"Europe/Berlin\"\n\
                        windows = [{ days = [\"tue\"], from = \"22:00\", until = \"04:00\" }]\n";

    #[test]
    fn what_is_left_out_is_as_usual() {
        let [drill] = &with(GOOD).unwrap()[..] else { panic!("one drill") };
        assert_eq!((drill.needs_s, drill.blocked_dates.len(), drill.blocking_alarms.len()), (900, 0, 0));
        assert_eq!(drill.windows[0].days, [Weekday::Tuesday]);
        let full = with(&GOOD.replace("dry-run", "full")).unwrap();
        assert_eq!((full[0].needs_s, full[0].stay_s), (9_000, 1_800));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_its_remedy() {
        let added = |line: &str| format!("{GOOD}{line}\n");
        let cases = [
            (GOOD.replace("\"dry\"", "\"Dry run\""), "line 10: drill \"Dry run\": write its name with lower-case"),
            (format!("{GOOD}{GOOD}"), "line 16: drill \"dry\": give each drill a name of its own"),
            (GOOD.replace("dry-run", "wet-run"), "line 12: unknown value, expected one of `dry-run`"),
            (GOOD.replace("\"week\"", "\"day\""), "line 13: unknown value, expected one of `week`"),
            (GOOD.replace("Berlin", "Bärlin"), "line 14: drill \"dry\": \"Europe/Bärlin\" is no time zone"),
            (GOOD.replace("22:00", "22"), "line 15: drill \"dry\": \"22\" is no time of day"),
            (GOOD.replace("\"tue\"", "\"tuesday\""), "line 15: unknown value, expected one of `mon`"),
            (GOOD.replace("04:00", "22:30"), "is 30 long: it must be at least 30 minutes longer"),
            (GOOD.replace("[{ days = [\"tue\"], from = \"22:00\", until = \"04:00\" }]", "[]"), "windows is empty"),
            (added("blocked_dates = [\"2026-02-30\"]"), "line 16: drill \"dry\": \"2026-02-30\" names no dates"),
            (added("blocked_dates = [\"2026-12-24..2026-12-20\"]"), "names no dates"),
            (added("blocking_alarms = [\"datadog/\"]"), "line 16: drill \"dry\": \"datadog/\" names no signal"),
            (added("outcome_alarms = [\"datadog\"]"), "line 16: drill \"dry\": a dry run changes nothing"),
            (added("stay_minutes = 10"), "stay_minutes belongs to a full drill"),
            (added("needs_minutes = 0"), "line 16: drill \"dry\": needs_minutes must be from 1 to 1440"),
            (added("stay_minutes = 60\nneeds_minutes = 50").replace("dry-run", "full"), "count the ways in, too"),
            (added("need_minutes = 5"), "correct the spelling"),
        ];
        for (more, says) in cases {
            let said = with(&more).unwrap_err();
            assert!(said.contains(says), "{more}: {said}");
        }
    }
}
