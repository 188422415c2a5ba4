//! Tests of the rules that hold for every baseline.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::histogram::BUCKETS;
use super::*;

const JUDGING: Judging = Judging { factor: 4.0, floor: 1.0, floor_share: 0.5, looks: 5, learning: 60 };

fn minute(number: usize) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(i64::try_from(number).unwrap_or(0))
}

/// A baseline that has learned these values, one a minute from minute 0 on.
fn learned(values: &[f64]) -> Baseline {
    let mut baseline = Baseline::default();
    // This only learns, and nothing is judged.
    let judging = Judging { learning: u32::MAX, ..JUDGING };
    for (number, value) in values.iter().enumerate() {
        baseline.take(*value, minute(number), &judging);
    }
    baseline
}

fn is_sustained(judgement: Option<Judgement>) -> bool {
    matches!(judgement, Some(Judgement::Departing { sustained: true, .. }))
}

/// Values around `middle`, which differ from it by at most a fifth.
fn steady(middle: f64) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec((0.8..1.2_f64).prop_map(move |part| part * middle), 60..300)
}

proptest! {
    #[test]
    fn its_size_does_not_grow(values in proptest::collection::vec(0.0..1e12_f64, 0..2_000)) {
        let baseline = learned(&values);
        prop_assert!(baseline.histogram.buckets() <= usize::from(BUCKETS));
        let written = serde_json::to_string(&baseline).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(written.len() < 4_000, "{}", written.len());
        let read: Baseline = serde_json::from_value(serde_json::to_value(&baseline).unwrap_or_default())
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(read, baseline);
    }

    #[test]
    fn the_median_is_told_within_a_bucket(mut values in proptest::collection::vec(0.01..1e6_f64, 1..59)) {
        let told = learned(&values).median();
        values.sort_by(f64::total_cmp);
        let (below, above) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        let bucket = 2.0_f64.powf(1.0 / 8.0) * 1.0001;
        prop_assert!(told >= below / bucket && told <= above * bucket, "{below} {told} {above}");
    }

    #[test]
    fn a_tenfold_shift_is_told_after_its_looks_and_a_return_ends_it(values in steady(200.0)) {
        let mut baseline = learned(&values);
        let median = baseline.median();
        for look in 0..20 {
            let judged = baseline.take(median * 10.0, minute(values.len() + look), &JUDGING);
            prop_assert_eq!(is_sustained(judged), look >= 4, "look {}", look);
        }
        prop_assert!((baseline.median() - median).abs() < 1e-9, "what departs is not learned");
        let back = baseline.take(median, minute(values.len() + 20), &JUDGING);
        prop_assert_eq!(back, Some(Judgement::Normal));
        let again = baseline.take(median * 10.0, minute(values.len() + 21), &JUDGING);
        prop_assert!(!is_sustained(again), "the return is not remembered against it");
    }

    #[test]
    fn single_outliers_move_nothing(values in steady(200.0), every in 5_usize..20) {
        let (mut calm, mut struck) = (learned(&values), learned(&values));
        for look in 0..500 {
            let value = values[look % values.len()];
            calm.take(value, minute(values.len() + look), &JUDGING);
            let is_struck = look % every == 0;
            let judged = struck.take(if is_struck { 60_000.0 } else { value }, minute(values.len() + look), &JUDGING);
            prop_assert!(!is_sustained(judged));
        }
        let bucket = 2.0_f64.powf(1.0 / 4.0) * 1.0001;
        prop_assert!(struck.median() <= calm.median() * bucket && struck.median() >= calm.median() / bucket);
    }

    #[test]
    fn what_is_no_measure_changes_nothing(values in steady(1.0)) {
        let mut baseline = learned(&values);
        let before = baseline.clone();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
            prop_assert_eq!(baseline.take(bad, minute(10_000), &JUDGING), None);
        }
        prop_assert_eq!(baseline.take(1.0, minute(0), &JUDGING), None, "a look that comes late");
        prop_assert_eq!(baseline, before);
    }
}

#[test]
fn nothing_is_judged_before_enough_is_known() {
    let mut baseline = Baseline::default();
    for look in 0..60 {
        let value = if look % 2 == 0 { 1.0 } else { 1_000.0 };
        assert_eq!(baseline.take(value, minute(look), &JUDGING), Some(Judgement::Learning));
    }
    assert_ne!(baseline.take(1.0, minute(60), &JUDGING), Some(Judgement::Learning));
}

#[test]
fn looks_with_a_hole_between_them_are_not_in_a_row() {
    let mut baseline = learned(&[100.0; 60]);
    for look in 0..20 {
        assert!(!is_sustained(baseline.take(9_000.0, minute(60 + look * 11), &JUDGING)));
    }
}

#[test]
fn what_lasts_a_day_is_normal_from_then_on() {
    let mut baseline = learned(&[100.0; 60]);
    let mut told = 0;
    for look in 0..1_600 {
        told += usize::from(is_sustained(baseline.take(1_000.0, minute(60 + look), &JUDGING)));
    }
    assert_eq!(told, 1_440 - 4);
    assert!(baseline.median() > 900.0, "{}", baseline.median());
}

#[test]
fn the_past_counts_for_less_and_less() {
    let mut baseline = learned(&[400.0; 1_000]);
    let gentle = Judging { floor_share: 1.0, ..JUDGING };
    for look in 0..1_500 {
        // These values come a week later.
        baseline.take(300.0, minute(10_080 + 1_000 + look), &gentle);
    }
    assert!(baseline.median() < 330.0, "{}", baseline.median());
}

#[test]
fn a_record_of_another_version_is_begun_anew_and_what_nobody_looks_at_is_forgotten() {
    let mut kept = Baselines::default().or_anew();
    kept.take("primary/jobs", 1.0, minute(0), &JUDGING);
    assert_eq!(kept.clone().or_anew(), kept);
    let other = Baselines { version: BASELINE_VERSION + 1, ..kept.clone() };
    assert_eq!(other.or_anew(), Baselines::default().or_anew());
    kept.forget(minute(31 * 1_440));
    assert_eq!(kept, Baselines::default().or_anew());
}
