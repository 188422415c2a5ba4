//! Plays the drills of a journey: a dry run, and a full drill, which the deployed functions run to its end alone.

use engine::detection::ingest;
use engine::drills::{DrillOutcome, dry_drill, keep_dry_run, results};
use engine::pair::pair_head;
use failover::Side;
use failover::drill::{DrillEnd, FullDrill};
use failover::signal::{About, Origin, Reading, Signal, holds};
use jiff::{SignedDuration, Timestamp};

use super::super::cast::{AT_MOST, ON_CALL};
use super::super::script::simulated;
use super::Journey;
use super::script::{AlarmScript, Leg, LegEnd};

/// Name of a rehearsed drill.
const NAME: &str = "rehearsed";
/// Interval at which a stay on the standby is read. Work that runs then has to run again on the primary.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(5);

impl Leg {
    /// The order of the leg's full drill.
    pub(super) fn full_drill(&self) -> Result<FullDrill, String> {
        let alarms = self.alarm.iter().map(|alarm| alarm.named.parse().map_err(|e| format!("{e}")));
        Ok(FullDrill {
            name: NAME.to_owned(),
            stay_s: self.stay,
            outcome_alarms: alarms.collect::<Result<_, String>>()?,
            period: None,
        })
    }
}

impl Journey<'_, '_> {
    /// Does a dry run: goes through the plan of a drill without an effect, and stores the foreseen calls.
    pub(super) async fn dry_runs(&mut self) -> Result<&'static str, String> {
        let now = self.cast.clock.now();
        self.events.push((now, format!("{ON_CALL} orders a dry run")));
        let before: usize = self.cast.stack.changing_calls().iter().sum();
        let foreseen = dry_drill(&self.operator, ON_CALL).await.map_err(|e| e.to_string())?;
        let after: usize = self.cast.stack.changing_calls().iter().sum();
        let key = keep_dry_run(&self.operator, NAME, None, &foreseen, true).await.map_err(|e| e.to_string())?;
        let now = self.cast.clock.now();
        for (family, count) in &foreseen.totals {
            self.events.push((now, format!("a run would make {count} calls: {family}")));
        }
        let looks: u64 = foreseen.looks.values().sum();
        let told = format!("{looks} looks, and {} calls that could change something; kept as {key}", after - before);
        self.events.push((now, told));
        Ok(LegEnd::Completed.as_str())
    }

    /// Ingests the signal of an alarm that is due.
    pub(super) async fn rises(&mut self, alarm: &AlarmScript) -> Result<(), String> {
        let now = self.cast.clock.now();
        let about = About { source: alarm.source.clone(), side: Side::Primary, subject: alarm.subject.clone() };
        let signal = Signal {
            about,
            origin: Origin::Monitoring,
            reading: Reading::Down,
            seen_at: now,
            holds_s: holds::UNTIL_CHANGED_S,
            text: alarm.says.clone(),
        };
        ingest(&self.operator, vec![signal]).await.map_err(|e| e.to_string())?;
        self.events.push((now, format!("{} says: {}", alarm.named, alarm.says)));
        Ok(())
    }

    /// Follows a full drill back to the primary, after its way out has ended.
    pub(super) async fn sees_home(&mut self, leg: &Leg) -> Result<&'static str, String> {
        let begun = self.cast.clock.now();
        loop {
            self.happen().await?;
            let now = self.cast.clock.now();
            let head = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
            let Some(drill) = head.drill else { break };
            if let Some(back) = drill.back {
                self.events.push((now, "the way back of the drill begins".to_owned()));
                if std::mem::take(&mut self.stays) {
                    self.cast.world().mark_settled(now.as_millisecond());
                } else {
                    self.cast.world().mark_turned_back();
                }
                self.follow(&back.saga, simulated(Side::Standby), now, leg, None).await?;
                self.is_concluded().await?;
                break;
            }
            self.marks_the_stay(head.active);
            if now.duration_since(begun) > AT_MOST {
                return Ok("unfinished");
            }
            (self.progress)(&format!("{}  on the standby", now.strftime("%H:%M:%S")));
            self.cast.clock.sleep_until(now.saturating_add(LOOKS_EVERY).unwrap_or(Timestamp::MAX)).await;
        }
        self.result().await
    }

    /// Marks the work that runs on the standby now. The way back interrupts it, and nobody knows when before. So each
    /// mark replaces the one before.
    pub(super) fn marks_the_stay(&mut self, active: Side) {
        if std::mem::take(&mut self.stays) {
            self.cast.world().mark_forgotten();
        }
        self.stays = active == Side::Standby;
        if self.stays {
            let now_ms = self.cast.clock.now().as_millisecond();
            self.cast.world().mark_leaving(now_ms, simulated(Side::Standby));
        }
    }

    /// Waits until a tick has recorded how the drill ended.
    async fn is_concluded(&mut self) -> Result<(), String> {
        for _ in 0..60 {
            self.happen().await?;
            if pair_head(&self.operator).await.map_err(|e| e.to_string())?.drill.is_none() {
                return Ok(());
            }
            let next = self.cast.clock.now().saturating_add(LOOKS_EVERY).unwrap_or(Timestamp::MAX);
            self.cast.clock.sleep_until(next).await;
        }
        Err("nobody has written down how the drill ended".to_owned())
    }

    async fn result(&mut self) -> Result<&'static str, String> {
        let results = results(&self.operator).await.map_err(|e| e.to_string())?;
        let result = results.last().ok_or("nothing was written down of the drill")?;
        let now = self.cast.clock.now();
        self.events.push((now, format!("the full drill {}: {}", result.outcome.words(), result.why)));
        Ok(match result.outcome {
            DrillOutcome::Ended(DrillEnd::Held) => LegEnd::Completed.as_str(),
            DrillOutcome::Ended(DrillEnd::TurnedBack) => LegEnd::TurnedBack.as_str(),
            DrillOutcome::Ended(DrillEnd::NotBegun) => {
                self.cast.world().mark_forgotten();
                "not-begun"
            }
            DrillOutcome::Ended(DrillEnd::Abandoned | DrillEnd::Promoted) => LegEnd::Aborted.as_str(),
            DrillOutcome::Begun | DrillOutcome::Missed => "unfinished",
        })
    }
}
