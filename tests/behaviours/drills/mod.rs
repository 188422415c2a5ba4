//! Checks drills that begin by themselves: once a period, in their windows, or missed and reported (R50).

mod due;
mod dying;
pub(crate) mod timetable;
