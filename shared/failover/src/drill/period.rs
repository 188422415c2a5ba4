//! The calendar period in which a drill is due once.

use std::fmt;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

/// How often a drill is due: once in each calendar period of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// A week, which begins on Monday [ISO 8601].
    Week,
    /// A month, which begins on its first day.
    Month,
    /// A quarter, which begins in January, April, July or October.
    Quarter,
    /// A year, which begins in January.
    Year,
}

impl Every {
    /// All lengths.
    pub const ALL: [Every; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The word in the configuration, e.g. `week`.
    pub fn as_str(self) -> &'static str {
        match self {
            Every::Week => "week",
            Every::Month => "month",
            Every::Quarter => "quarter",
            Every::Year => "year",
        }
    }

    fn span(self) -> Span {
        match self {
            Every::Week => 1.week(),
            Every::Month => 1.month(),
            Every::Quarter => 3.months(),
            Every::Year => 1.year(),
        }
    }
}

/// One period. It is shown as `2026-W49`, `2026-11`, `2026-Q4` or `2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Length of the period.
    pub every: Every,
    /// Its first day.
    pub begins: Date,
}

impl Period {
    /// The period that contains a day.
    pub fn of(every: Every, day: Date) -> Self {
        let begins = match every {
            // The first week of the calendar may have no Monday. It then begins where the calendar begins.
            Every::Week => monday(day).unwrap_or(day),
            Every::Month => day.first_of_month(),
            Every::Quarter => {
                let month = day.month() - (day.month() - 1) % 3;
                day.with().month(month).day(1).build().unwrap_or(day)
            }
            Every::Year => day.first_of_year(),
        };
        Self { every, begins }
    }

    /// The period after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { begins: self.ends(), ..self }
    }

    /// The first day after this period.
    pub fn ends(self) -> Date {
        self.begins.saturating_add(self.every.span())
    }

    /// The days of the period, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let ends = self.ends();
        self.begins.series(1.day()).take_while(move |day| *day < ends)
    }
}

fn monday(day: Date) -> Option<Date> {
    let week = day.iso_week_date();
    ISOWeekDate::new(week.year(), week.week(), Weekday::Monday).ok().map(ISOWeekDate::date)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.begins.year(), self.begins.month());
        match self.every {
            Every::Week => {
                let week = self.begins.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => write!(f, "{year:04}-{month:02}"),
            Every::Quarter => write!(f, "{year:04}-Q{}", (month - 1) / 3 + 1),
            Every::Year => write!(f, "{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_in_one_period_of_each_length() {
        let shown = |every, day| Period::of(every, day).to_string();
        let day = date(2026, 11, 28);
        assert_eq!(Every::ALL.map(|every| shown(every, day)), ["2026-W48", "2026-11", "2026-Q4", "2026"]);
        // The last days of a year may be in the first week of the next.
        assert_eq!(shown(Every::Week, date(2025, 12, 29)), "2026-W01");
        assert_eq!(Period::of(Every::Quarter, date(2026, 8, 31)).begins, date(2026, 7, 1));
        assert_eq!(Period::of(Every::Month, date(2028, 2, 29)).days().count(), 29);
    }

    proptest! {
        /// Each day is in one period and no more.
        #[test]
        fn periods_follow_each_other(days in 0_i64..40_000, which in 0_usize..4) {
            let every = Every::ALL[which];
            let day = date(1990, 1, 1).saturating_add(Span::new().days(days));
            let period = Period::of(every, day);
            prop_assert!(period.begins <= day && day < period.ends());
            prop_assert_eq!(Period::of(every, period.begins), period);
            prop_assert_eq!(Period::of(every, period.ends()), period.next());
            prop_assert_ne!(period.to_string(), period.next().to_string());
            prop_assert!(period.days().all(|day| Period::of(every, day) == period));
        }
    }
}
