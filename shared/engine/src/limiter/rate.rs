//! Adapts the pace of one API family: how many requests per second it accepts.
//!
//! The pace is by slots (GCRA without burst): the next slot is one interval after the last one. So a workspace that
//! counts per second never gets many requests at once. If the limit is configured, the pace is the limit, and only
//! refusals slow it down for a while. If it is unknown, the pace doubles each second until the first refusal. Then it
//! halves the distance between the pace that was accepted and the pace that was refused. Pure: time is an argument,
//! in microseconds of any fixed origin.

/// In requests per second: the first pace for an unknown limit.
const FIRST_GUESS: f64 = 10.0;
/// In requests per second: the slowest pace, so that recovery is always noticed.
const SLOWEST: f64 = 0.5;
/// In requests per second: the fastest guess.
const FASTEST: f64 = 400.0;
/// A refusal slows the pace to this share of it.
const CUT: f64 = 0.85;
/// In microseconds: the pace is cut at most once in this time, since refusals come together.
const CUT_EVERY_US: i64 = 500_000;
/// In microseconds: the interval at which the pace is reconsidered.
const STEP_US: i64 = 1_000_000;
/// The share of the limit that the pace wins back in one step.
const RECOVER: f64 = 0.25;
/// The limit counts as found when the accepted and the refused pace differ by no more than this share.
const FOUND: f64 = 0.03;
/// Each cut lowers a found limit by this share, in case it has fallen for good.
const DOUBT: f64 = 0.005;
/// In busy seconds without a refusal: after this time a found limit is tried a little higher.
const CALM: u32 = 10;
/// In busy seconds: the wait for the next higher try while the tries are accepted.
const CALM_WHEN_BORNE: u32 = 2;
/// In busy seconds: the longest wait. Each refusal of a limit that was not just raised doubles the wait, up to this.
const CALM_AT_MOST: u32 = 40;
/// The factor of the first higher try. It is squared for each further try, up to 2, until a refusal resets it.
const HIGHER: f64 = 1.05;

/// The pace of one API family.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    per_second: f64,
    mode: Mode,
    next_slot: i64,
    hold_until: i64,
    last_cut: i64,
    last_step: i64,
    used_since_step: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    /// The limit is configured.
    Known { limit: f64 },
    /// The limit is still unknown: `borne` was never refused, `refused` was.
    Searching { borne: f64, refused: Option<f64> },
    /// The limit was found, and may change. `calm` is the number of busy seconds since it was last tried or refused.
    Found { limit: f64, calm: u32, patience: u32, higher: f64 },
}

impl Rate {
    /// A pace for a limit in requests per second, or for an unknown one.
    pub fn new(limit: Option<f64>, now: i64) -> Self {
        let (per_second, mode) = match limit {
            Some(limit) => (limit, Mode::Known { limit }),
            None => (FIRST_GUESS, Mode::Searching { borne: FIRST_GUESS / 2.0, refused: None }),
        };
        Self {
            per_second,
            mode,
            next_slot: now,
            hold_until: now,
            last_cut: i64::MIN / 2,
            last_step: now,
            used_since_step: 0,
        }
    }

    /// The current pace, in requests per second.
    pub fn per_second(&self) -> f64 {
        self.per_second
    }

    /// The time when the next request may be sent. It is not after `now` if the request may be sent at once.
    pub fn next_slot(&self) -> i64 {
        self.next_slot.max(self.hold_until)
    }

    /// Records that a request is sent now.
    pub fn take(&mut self, now: i64) {
        let interval = (1_000_000.0 / self.per_second) as i64;
        // A pause does not allow many requests at once after it. But the millisecond by which a timer is late is not
        // lost either.
        let late = (now - self.next_slot()).clamp(0, interval);
        self.next_slot = now - late + interval;
        self.used_since_step += 1;
    }

    /// Records that a request was answered, whatever the answer.
    pub fn answered(&mut self, now: i64) {
        if now - self.last_step < STEP_US {
            return;
        }
        let used = f64::from(self.used_since_step) * 1_000_000.0 / (now - self.last_step) as f64;
        let busy = used >= 0.5 * self.per_second;
        self.last_step = now;
        self.used_since_step = 0;
        if now < self.hold_until {
            return;
        }
        match &mut self.mode {
            Mode::Known { limit } => self.per_second = (self.per_second + RECOVER * *limit).min(*limit),
            Mode::Searching { borne, refused } if busy => {
                *borne = borne.max(self.per_second);
                match refused {
                    None => self.per_second = (self.per_second * 2.0).min(FASTEST),
                    Some(refused) if *refused - *borne <= FOUND * *refused => {
                        self.per_second = *borne;
                        self.mode = Mode::Found { limit: *borne, calm: 0, patience: CALM, higher: HIGHER };
                    }
                    Some(refused) => self.per_second = f64::midpoint(*borne, *refused),
                }
            }
            Mode::Searching { .. } => {}
            Mode::Found { limit, .. } if self.per_second < *limit => {
                self.per_second = (self.per_second + RECOVER * *limit).min(*limit);
            }
            Mode::Found { limit, calm, patience, higher } if busy => {
                *calm += 1;
                if *calm >= *patience {
                    *limit = (*limit * *higher).min(FASTEST);
                    self.per_second = *limit;
                    (*calm, *patience, *higher) = (0, CALM_WHEN_BORNE, (*higher * *higher).min(2.0));
                }
            }
            Mode::Found { .. } => {}
        }
    }

    /// Records that a request was refused with 429.
    pub fn throttled(&mut self, now: i64, retry_after_us: Option<i64>) {
        if let Some(pause) = retry_after_us {
            self.hold_until = self.hold_until.max(now + pause);
        }
        if now - self.last_cut < CUT_EVERY_US {
            return;
        }
        self.last_cut = now;
        self.last_step = now;
        self.used_since_step = 0;
        match &mut self.mode {
            Mode::Known { .. } => self.per_second = (self.per_second * CUT).max(SLOWEST),
            Mode::Searching { borne, refused } => {
                let was_refused = refused.map_or(self.per_second, |r| r.min(self.per_second));
                // A pace that was accepted before may be too high now.
                *borne = borne.min(was_refused * CUT).max(SLOWEST);
                *refused = Some(was_refused);
                self.per_second = *borne;
            }
            Mode::Found { limit, calm, patience, higher } => {
                // A limit that was just tried higher, and is refused, goes back to where it was.
                let tried = *patience == CALM_WHEN_BORNE;
                *limit = if tried { *limit / higher.sqrt() } else { *limit * (1.0 - DOUBT) };
                *patience = if tried { CALM } else { (*patience * 2).min(CALM_AT_MOST) };
                (*calm, *higher) = (0, HIGHER);
                self.per_second = (self.per_second * CUT).max(SLOWEST);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as the pace allows against a token bucket. Returns the requests sent and refused per second.
    fn against(limit: f64, mut rate: Rate, seconds: usize) -> Vec<(u32, u32)> {
        let mut tokens = limit;
        let (mut last, mut now) = (0_i64, 0_i64);
        let mut told = vec![(0, 0); seconds];
        while now < seconds as i64 * 1_000_000 {
            tokens = (tokens + limit * (now - last) as f64 / 1e6).min(limit);
            last = now;
            rate.take(now);
            let second = &mut told[(now / 1_000_000) as usize];
            second.0 += 1;
            if tokens >= 1.0 {
                tokens -= 1.0;
                rate.answered(now);
            } else {
                second.1 += 1;
                rate.throttled(now, Some(1_000_000));
            }
            // A timer of one millisecond.
            now = now.max((rate.next_slot() + 999) / 1000 * 1000);
        }
        told
    }

    /// S19: against an API that accepts the rate, and one second of it at once.
    #[test]
    fn a_known_limit_is_used_in_full_and_never_refused() {
        for limit in [3.0, 17.0, 20.0, 30.0, 100.0] {
            let told = against(limit, Rate::new(Some(limit), 0), 60);
            let sent: u32 = told.iter().map(|s| s.0).sum();
            assert!(f64::from(sent) >= 0.99 * limit * 60.0, "{limit}: {sent}");
            assert_eq!(told.iter().map(|s| s.1).sum::<u32>(), 0, "{limit}");
        }
    }

    #[test]
    fn an_unknown_limit_is_found_within_ten_seconds() {
        for limit in [5.0, 12.0, 20.0, 30.0, 100.0, 240.0] {
            let told = against(limit, Rate::new(None, 0), 40);
            let after: u32 = told[10..].iter().map(|s| s.0 - s.1).sum();
            let share = f64::from(after) / (limit * 30.0);
            assert!(share >= 0.8, "limit {limit}: {share:.2} of it used after ten seconds: {told:?}");
        }
    }

    /// Runs against a limit that falls to `low` between two seconds, and then heals. Returns the share of the full
    /// limit that is used from five to fifteen seconds after that.
    fn used_after_a_fall(limit: f64, low: f64, fall: std::ops::Range<i64>) -> f64 {
        let mut rate = Rate::new(None, 0);
        let (mut tokens, mut last, mut now, mut used) = (limit, 0_i64, 0_i64, 0);
        let judged = (fall.end + 5)..(fall.end + 15);
        while now < judged.end * 1_000_000 {
            let second = now / 1_000_000;
            let bears = if fall.contains(&second) { low } else { limit };
            tokens = (tokens + bears * (now - last) as f64 / 1e6).min(bears);
            last = now;
            rate.take(now);
            if tokens >= 1.0 {
                tokens -= 1.0;
                used += i32::from(judged.contains(&second));
                rate.answered(now);
            } else {
                rate.throttled(now, None);
            }
            now = now.max((rate.next_slot() + 999) / 1000 * 1000);
        }
        f64::from(used) / (limit * 10.0)
    }

    #[test]
    fn a_limit_that_was_found_is_won_back_within_five_seconds_of_a_fall_l5() {
        for (limit, low) in [(20.0, 1.0), (100.0, 1.0), (100.0, 30.0), (240.0, 2.0)] {
            let share = used_after_a_fall(limit, low, 30..40);
            assert!(share >= 0.85, "limit {limit}, fallen to {low}: {share:.2} of it used again");
        }
    }

    #[test]
    fn a_limit_that_was_found_while_the_api_was_unwell_is_found_again() {
        let share = used_after_a_fall(100.0, 2.0, 0..60);
        assert!(share < 0.5, "it was not found low, so nothing is shown: {share:.2}");
        let mut rate = Rate::new(None, 0);
        rate.mode = Mode::Found { limit: 2.0, calm: 0, patience: CALM, higher: HIGHER };
        rate.per_second = 2.0;
        let told = against(100.0, rate, 120);
        let after: u32 = told[60..].iter().map(|s| s.0 - s.1).sum();
        assert!(f64::from(after) >= 0.8 * 100.0 * 60.0, "{told:?}");
    }

    #[test]
    fn after_a_refusal_the_known_limit_is_won_back_within_five_seconds() {
        let mut rate = Rate::new(Some(20.0), 0);
        for refusal in 0..20 {
            rate.throttled(refusal * 600_000, None);
        }
        assert!(rate.per_second() < 2.0);
        for second in 13..18 {
            rate.answered(second * 1_000_000);
        }
        assert!(rate.per_second() >= 18.0, "{}", rate.per_second());
    }

    #[test]
    fn retry_after_is_honored_to_the_microsecond() {
        let mut rate = Rate::new(Some(20.0), 0);
        rate.throttled(5, Some(3_000_000));
        assert_eq!(rate.next_slot(), 3_000_005);
    }
}
