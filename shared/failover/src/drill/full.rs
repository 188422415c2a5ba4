//! A full drill: two sagas, out and back, and the decision about its next move.
//!
//! Only a plan that is made at the time of the way back knows what runs at that time. So the way back is a saga of
//! its own. The question about the way out says that the way back is approved with it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Alarm;
use crate::operation::Operation;

/// The order of a full drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullDrill {
    /// Name of the drill, e.g. the name of its schedule.
    pub name: String,
    /// In seconds: how long the work stays on the standby after it was proved to be there.
    pub stay_s: i64,
    /// Each of these alarms turns the drill back, at any time before the way back has begun.
    pub outcome_alarms: Vec<Alarm>,
    /// The period that it is held for, e.g. `2026-Q4`; `None` if no schedule has begun it.
    pub period: Option<String>,
}

impl Default for FullDrill {
    fn default() -> Self {
        Self { name: "by-hand".to_owned(), stay_s: Self::STAY_S, outcome_alarms: Vec::new(), period: None }
    }
}

impl FullDrill {
    /// In seconds: the stay if nobody says how long.
    pub const STAY_S: i64 = 30 * 60;
}

/// The status of one of its sagas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SagaEnd {
    /// It is under way.
    UnderWay,
    /// Everything in it is verified, since this time.
    Completed(Timestamp),
    /// It was aborted.
    Aborted,
}

/// The status of a full drill, from what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The order of the drill.
    pub drill: &'a FullDrill,
    /// Status of the way out.
    pub out: SagaEnd,
    /// Status and operation of the saga that has brought the work back, or is about to.
    pub back: Option<(SagaEnd, Operation)>,
    /// Whether the work is on the primary and nothing of it has left.
    pub at_home: bool,
    /// Whether the drill is to be turned back.
    pub turned_back: bool,
    /// Text of an outcome alarm that reports trouble now.
    pub risen: Option<&'a str>,
    /// The current time.
    pub now: Timestamp,
}

/// The next move of a full drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upcoming {
    /// Nothing is to be done now.
    Wait,
    /// The alarm is recorded. From then on the drill is turned back.
    TurnBack(String),
    /// The way out is aborted where it is.
    AbortOut,
    /// The way back begins.
    BeginBack,
    /// The drill is over.
    Over(DrillEnd),
}

/// The end of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillEnd {
    /// It ended as planned.
    Held,
    /// It was turned back, and the work is on the primary.
    TurnedBack,
    /// It was aborted before anything had happened.
    NotBegun,
    /// A person aborted it in the middle. A person must find out where the work is now.
    Abandoned,
    /// The standby was promoted. The work stays where it is.
    Promoted,
}

impl fmt::Display for DrillEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DrillEnd::Held => "was held, and the work is at home",
            DrillEnd::TurnedBack => "was turned back, and the work is at home",
            DrillEnd::NotBegun => "was aborted before anything had happened",
            DrillEnd::Abandoned => "was aborted in the middle: a person must see where the work is",
            DrillEnd::Promoted => "ended in a promotion: the work stays where it is",
        })
    }
}

/// Gives the next move. Total: every state of its sagas has one answer.
pub fn upcoming(at: &Progress<'_>) -> Upcoming {
    match (at.out, at.back) {
        (_, Some((SagaEnd::UnderWay, _))) => Upcoming::Wait,
        (_, Some((SagaEnd::Aborted, _))) => Upcoming::Over(DrillEnd::Abandoned),
        (_, Some((SagaEnd::Completed(_), Operation::Promotion))) => Upcoming::Over(DrillEnd::Promoted),
        (
            out,
            Some((
                SagaEnd::Completed(_),
                Operation::Failover | Operation::Failback | Operation::Drill | Operation::StandbyDrill,
            )),
        ) => Upcoming::Over(match out {
            _ if !at.at_home => DrillEnd::Abandoned,
            SagaEnd::Completed(_) if !at.turned_back => DrillEnd::Held,
            SagaEnd::Completed(_) | SagaEnd::Aborted | SagaEnd::UnderWay => DrillEnd::TurnedBack,
        }),
        (SagaEnd::UnderWay, None) if at.turned_back => Upcoming::AbortOut,
        (SagaEnd::Aborted, None) if at.at_home => Upcoming::Over(DrillEnd::NotBegun),
        (SagaEnd::Aborted, None) => Upcoming::BeginBack,
        (SagaEnd::Completed(_), None) if at.turned_back => Upcoming::BeginBack,
        (SagaEnd::UnderWay | SagaEnd::Completed(_), None) if at.risen.is_some() => {
            Upcoming::TurnBack(at.risen.unwrap_or_default().to_owned())
        }
        (SagaEnd::UnderWay, None) => Upcoming::Wait,
        (SagaEnd::Completed(arrived), None) => {
            if at.now >= stays_until(at.drill, arrived) {
                Upcoming::BeginBack
            } else {
                Upcoming::Wait
            }
        }
    }
}

/// The end of the stay, if the work arrived at that time.
pub fn stays_until(drill: &FullDrill, arrived: Timestamp) -> Timestamp {
    arrived.saturating_add(SignedDuration::from_secs(drill.stay_s)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn next(out: SagaEnd, back: Option<(SagaEnd, Operation)>, change: impl Fn(&mut Progress<'_>)) -> Upcoming {
        let drill = FullDrill { stay_s: 600, ..FullDrill::default() };
        let mut progress = Progress {
            drill: &drill,
            out,
            back,
            at_home: back.is_some(),
            turned_back: false,
            risen: None,
            now: at(1_000),
        };
        change(&mut progress);
        upcoming(&progress)
    }

    #[test]
    fn it_goes_out_stays_and_comes_back() {
        assert_eq!(next(SagaEnd::UnderWay, None, |_| {}), Upcoming::Wait);
        assert_eq!(next(SagaEnd::Completed(at(401)), None, |_| {}), Upcoming::Wait);
        assert_eq!(next(SagaEnd::Completed(at(400)), None, |_| {}), Upcoming::BeginBack);
        let back = |end| Some((end, Operation::Failback));
        assert_eq!(next(SagaEnd::Completed(at(400)), back(SagaEnd::UnderWay), |_| {}), Upcoming::Wait);
        let home = back(SagaEnd::Completed(at(900)));
        assert_eq!(next(SagaEnd::Completed(at(400)), home, |_| {}), Upcoming::Over(DrillEnd::Held));
    }

    #[test]
    fn an_alarm_turns_it_back_from_wherever_it_is() {
        let alarm = |progress: &mut Progress<'_>| progress.risen = Some("late");
        let turned = |progress: &mut Progress<'_>| progress.turned_back = true;
        for out in [SagaEnd::UnderWay, SagaEnd::Completed(at(999))] {
            assert_eq!(next(out, None, alarm), Upcoming::TurnBack("late".to_owned()));
        }
        assert_eq!(next(SagaEnd::UnderWay, None, turned), Upcoming::AbortOut);
        assert_eq!(next(SagaEnd::Aborted, None, turned), Upcoming::BeginBack);
        assert_eq!(next(SagaEnd::Completed(at(999)), None, turned), Upcoming::BeginBack);
        let home = Some((SagaEnd::Completed(at(900)), Operation::Failback));
        for out in [SagaEnd::Aborted, SagaEnd::Completed(at(400))] {
            assert_eq!(next(out, home, turned), Upcoming::Over(DrillEnd::TurnedBack));
        }
        // On the way back there is nothing left to turn back.
        let back = Some((SagaEnd::UnderWay, Operation::Failback));
        assert_eq!(next(SagaEnd::Completed(at(400)), back, alarm), Upcoming::Wait);
    }

    #[test]
    fn what_a_person_aborts_ends_or_comes_home_too() {
        assert_eq!(next(SagaEnd::Aborted, None, |_| {}), Upcoming::BeginBack);
        let unmoved = |progress: &mut Progress<'_>| progress.at_home = true;
        assert_eq!(next(SagaEnd::Aborted, None, unmoved), Upcoming::Over(DrillEnd::NotBegun));
        let aborted = Some((SagaEnd::Aborted, Operation::Failback));
        assert_eq!(next(SagaEnd::Completed(at(400)), aborted, |_| {}), Upcoming::Over(DrillEnd::Abandoned));
        let gone = |progress: &mut Progress<'_>| progress.at_home = false;
        let again = Some((SagaEnd::Completed(at(900)), Operation::Failover));
        assert_eq!(next(SagaEnd::Aborted, again, gone), Upcoming::Over(DrillEnd::Abandoned));
        let promoted = Some((SagaEnd::Completed(at(900)), Operation::Promotion));
        assert_eq!(next(SagaEnd::Completed(at(400)), promoted, |_| {}), Upcoming::Over(DrillEnd::Promoted));
    }
}
