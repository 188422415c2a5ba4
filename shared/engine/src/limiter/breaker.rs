//! Keeps an API family that does not answer from using up time.
//!
//! The breaker opens when at least half of the requests of the last ten seconds failed. Then it lets one request
//! through at a time, to see whether the API is back. Pure: time is an argument, in microseconds of any fixed origin.

/// In microseconds: failures and answers older than this do not count.
const WINDOW_US: i64 = 10_000_000;
/// Fewer requests than this prove nothing.
const ENOUGH: usize = 4;
/// In microseconds: the first pause. It is doubled each time the probe fails.
const FIRST_PAUSE_US: i64 = 2_000_000;
/// In microseconds: the longest pause.
const LONGEST_PAUSE_US: i64 = 30_000_000;

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be sent.
    Closed,
    /// It may be sent, and it is the probe.
    Probe,
    /// It may not be sent before this time.
    Open {
        /// The time in microseconds.
        until: i64,
    },
}

/// The breaker of one API family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    recent: Vec<(i64, bool)>,
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    until: i64,
    pause: i64,
    probing: bool,
}

impl Breaker {
    /// Decides whether a request may be sent. Only one caller gets `Probe`.
    pub fn ask(&mut self, now: i64) -> Verdict {
        match &mut self.open {
            None => Verdict::Closed,
            Some(open) if open.probing => Verdict::Open { until: now + open.pause },
            Some(open) if now < open.until => Verdict::Open { until: open.until },
            Some(open) => {
                open.probing = true;
                Verdict::Probe
            }
        }
    }

    /// Records an answer that shows that the API is alive.
    pub fn answered(&mut self, now: i64) {
        if self.open.take().is_some() {
            self.recent.clear();
        }
        self.remember(now, true);
    }

    /// Records a request without an answer, or with one that shows that the API is not well.
    pub fn failed(&mut self, now: i64) {
        self.remember(now, false);
        if let Some(open) = &mut self.open {
            if open.probing {
                open.pause = (open.pause * 2).min(LONGEST_PAUSE_US);
                open.until = now + open.pause;
                open.probing = false;
            }
            return;
        }
        let failures = self.recent.iter().filter(|(_, ok)| !ok).count();
        if self.recent.len() >= ENOUGH && failures * 2 >= self.recent.len() {
            self.open = Some(Open { until: now + FIRST_PAUSE_US, pause: FIRST_PAUSE_US, probing: false });
        }
    }

    /// Records an admitted request that ended without a result: it was never sent, or it was given up.
    pub fn forgotten(&mut self) {
        if let Some(open) = &mut self.open {
            open.probing = false;
        }
    }

    fn remember(&mut self, now: i64, ok: bool) {
        self.recent.retain(|(at, _)| now - at < WINDOW_US);
        self.recent.push((now, ok));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_api_opens_the_breaker_and_one_probe_at_a_time_goes_through() {
        let mut breaker = dead();
        assert_eq!(breaker.ask(1_000_000), Verdict::Open { until: 2_000_003 });
        assert_eq!(breaker.ask(2_000_003), Verdict::Probe);
        assert!(matches!(breaker.ask(2_000_004), Verdict::Open { .. }));
    }

    #[test]
    fn a_probe_that_fails_doubles_the_pause_up_to_half_a_minute() {
        let mut breaker = dead();
        let mut now = 2_000_003;
        let mut pauses = Vec::new();
        for _ in 0..6 {
            assert_eq!(breaker.ask(now), Verdict::Probe);
            breaker.failed(now);
            let Verdict::Open { until } = breaker.ask(now) else { panic!("must be open") };
            pauses.push((until - now) / 1_000_000);
            now = until;
        }
        assert_eq!(pauses, [4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn one_answer_closes_it() {
        let mut breaker = dead();
        assert_eq!(breaker.ask(2_000_003), Verdict::Probe);
        breaker.answered(2_100_000);
        assert_eq!(breaker.ask(2_100_001), Verdict::Closed);
    }

    #[test]
    fn fewer_failures_than_half_leave_it_closed() {
        let mut breaker = Breaker::default();
        for n in 0..30 {
            if n % 3 == 0 { breaker.failed(n) } else { breaker.answered(n) }
        }
        assert_eq!(breaker.ask(31), Verdict::Closed);
    }

    fn dead() -> Breaker {
        let mut breaker = Breaker::default();
        (0..4).for_each(|now| breaker.failed(now));
        breaker
    }
}
