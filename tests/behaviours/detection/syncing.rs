//! Checks the function sync. By its schedule alone a dark primary can be failed over. The last good checkpoint stays
//! (S30). The active side is published before any saga exists (R7).

use engine::Deps;
use engine::capture::latest;
use engine::keys::{checkpoint_key, published_key, version_key};
use engine::limiter::request_admission::RequestAdmission;
use engine::pair::pair_head;
use engine::ports::{Context, Next, ReadPurpose, SagaStatus};
use engine::runner::Published;
use engine::start::{OrderError, StartError, draft, start};
use engine::sync::{Captured, Publishing, Synced, sync};
use failover::plan::want;
use failover::signal::Reading;
use failover::verdict::Mode;
use failover::{Checkpoint, Role, Side};
use jiff::Timestamp;
use saga::{Outcome, SagaId, Step};
use sim::{Fault, FaultKind};
use tests::pair::{Ground, Setup, perform};
use tests::parts::BEGINS;
use tests::watched::watched;

/// In seconds from the beginning: a time between the first and the second round of the schedule.
const LOST_AT: i64 = 400;

/// A pair whose primary goes dark.
fn dark(syncs: bool) -> Setup {
    let begins: Timestamp = BEGINS.parse().expect("a time");
    let lost = Fault::new(sim::Side::Primary, begins.as_millisecond() + LOST_AT * 1000, FaultKind::Dark);
    Setup { syncs, planned: false, faults: vec![lost], ..Setup::default() }
}

async fn round(ground: &Ground) -> Synced {
    sync(&ground.operator).await.expect("the store answers")
}

async fn kept(deps: &Deps, key: &str) -> Option<Checkpoint> {
    let bytes = deps.objects.get(key).await.expect("the store answers");
    bytes.map(|bytes| Checkpoint::from_bytes(&bytes).expect("a checkpoint"))
}

async fn published(ground: &Ground) -> Option<Published> {
    let key = published_key(&ground.operator.pair.name);
    let bytes = ground.operator.objects.get(&key).await.expect("the store answers");
    bytes.map(|bytes| serde_json::from_slice(&bytes).expect("a published object"))
}

async fn finishes(ground: &Ground, saga: &SagaId) -> SagaStatus {
    for _ in 0..120 {
        let status = ground.head(saga).await.status;
        if matches!(status, SagaStatus::Finished(_) | SagaStatus::Pursuing) {
            return status;
        }
        ground.admission(10).await;
    }
    ground.head(saga).await.status
}

#[test]
fn after_the_schedule_alone_a_dark_primary_is_failed_over() {
    perform(dark(true), async |ground: &Ground| {
        ground.admission(LOST_AT as u64 + 20).await;
        assert_eq!(ground.stack.stopped(), [""; 0]);
        let said = published(ground).await.expect("it is published from the first day");
        assert_eq!((said.active, said.frozen, said.saga), (Side::Primary, false, None));
        let record =
            latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("the schedule has captured it");
        let drafted = ground.drafted().await;
        assert_eq!(drafted.inventory.resources, record.resources);
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        ground.asserts(&saga, "on-call", true, true).await.expect("its question is open");
        // Nothing of the dark side can be read back as stopped, so the pursuit goes on.
        assert_eq!(finishes(ground, &saga).await, SagaStatus::Pursuing);
        let head = pair_head(&ground.operator).await.expect("the store answers");
        assert_eq!((head.active, head.frozen), (Side::Standby, false));
        let view = ground.view(&saga).await;
        let started = view.plan.steps().filter(|(_, step)| step.place == Role::Target.as_str()).count();
        assert!(started > 4, "{started} steps on the standby");
        // Rounds go on meanwhile. They capture the standby, and leave the published object to the saga.
        let said = published(ground).await.expect("it is published");
        assert_eq!((said.active, said.saga), (Side::Standby, Some(saga)));
        assert_eq!(latest(&ground.resolved().await, Side::Primary).await.unwrap(), Some(drafted.inventory));
    });
}

#[test]
fn without_the_schedule_there_is_no_checkpoint_and_no_failover() {
    perform(dark(false), async |ground: &Ground| {
        ground.admission(LOST_AT as u64 + 20).await;
        let refused = draft(&ground.operator, &ground.order()).await.expect_err("nothing is known of the primary");
        assert!(matches!(refused, StartError::Refused(OrderError::NoCheckpoint(Side::Primary))), "{refused}");
    });
}

#[test]
fn a_dark_side_keeps_the_other_not_waiting_and_its_record_stays() {
    perform(dark(false), async |ground: &Ground| {
        let [primary, standby] = round(ground).await.sides;
        assert!(matches!(primary.captured, Captured::Latest { resources } if resources > 4), "{primary:?}");
        assert!(primary.active && !standby.active && primary.taken_at.is_some());
        ground.admission(LOST_AT as u64).await;
        let later = round(ground).await;
        let [lost, other] = &later.sides;
        assert!(matches!(&lost.captured, Captured::Nothing { why } if why.contains("the primary")), "{lost:?}");
        assert_eq!(lost.taken_at, primary.taken_at);
        assert!(matches!(other.captured, Captured::Latest { .. }) && other.taken_at > standby.taken_at, "{other:?}");
        assert_eq!(later.publishing, Publishing::AsRecorded);
    });
}

/// Stops a job of the primary while the verdict is against the primary, as trouble may do.
async fn stops_a_job(ground: &Ground) {
    let deps = ground.resolved().await;
    let (workspace, settings) = (&deps.sides().primary, deps.settings.clone());
    let admission = RequestAdmission::new("primary", deps.clock.clone(), settings, None, deps.settings.call_time_out);
    for seen in workspace.list("job", ReadPurpose::Fence, &admission).await.expect("the jobs are listed") {
        let step = Step::new(Role::Leaving.as_str(), "job", &seen.id, &seen.name, want::FENCED);
        let context = Context { token: "", since: deps.clock.now(), tries: 0, reply: None };
        if let Next::Call(api_calls) = workspace.next(&step, Some(&seen), &context) {
            for api_call in &api_calls {
                workspace.call(api_call, &admission).await.expect("it can be stopped");
            }
            return;
        }
    }
    panic!("no job of the primary is on");
}

#[test]
fn what_is_read_in_trouble_is_kept_beside_the_last_good_checkpoint() {
    perform(watched(Mode::Watch), async |ground: &Ground| {
        round(ground).await;
        let good = latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("it was captured");
        ground.minutes(2, Reading::Down).await;
        stops_a_job(ground).await;
        let [primary, standby] = round(ground).await.sides;
        let Captured::Version { why, .. } = &primary.captured else { panic!("{primary:?}") };
        assert!(why.contains("suspected since 2026-01-05T08:00:"), "{why}");
        assert!(matches!(standby.captured, Captured::Latest { .. }), "{standby:?}");
        assert_eq!(latest(&ground.resolved().await, Side::Primary).await.unwrap(), Some(good.clone()));
        // The trouble is over. A new reading counts again, and both contents are stored.
        ground.minutes(40, Reading::Healthy).await;
        let [primary, _] = round(ground).await.sides;
        assert!(matches!(primary.captured, Captured::Latest { .. }), "{primary:?}");
        let read = latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("it was captured");
        assert_ne!(read.resources, good.resources);
        let versions: Vec<Checkpoint> = versions(ground, Side::Primary).await;
        assert_eq!(versions.iter().filter(|one| one.resources == good.resources).count(), 1, "the good one is kept");
        assert_eq!(versions.iter().filter(|one| one.resources == read.resources).count(), 1, "and so is the other");
    });
}

#[test]
fn the_same_content_is_one_version_however_often_it_is_read() {
    perform(Setup::default(), async |ground: &Ground| {
        let first = round(ground).await;
        for _ in 0..3 {
            ground.admission(300).await;
            let again = round(ground).await;
            assert!(again.sides[0].taken_at > first.sides[0].taken_at, "the record is as young as the last round");
        }
        let mut contents: Vec<Checkpoint> = versions(ground, Side::Primary).await;
        contents.dedup_by(|a, b| a.resources == b.resources && a.missing == b.missing);
        assert_eq!(contents.len(), versions(ground, Side::Primary).await.len(), "no content is there twice");
        let record = kept(&ground.operator, &checkpoint_key(&ground.resolved().await, Side::Primary)).await;
        assert!(contents.iter().any(|one| Some(&one.resources) == record.as_ref().map(|record| &record.resources)));
    });
}

/// A round comes while a saga fences the side, or while the work is on the other side. It must not forget the resources
/// that were on.
#[test]
fn neither_a_half_fenced_side_nor_a_home_without_its_work_replaces_its_record() {
    perform(Setup::default(), async |ground: &Ground| {
        let saga = ground.begin().await;
        let record = latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("it was recorded");
        let mut rounds = 0;
        while ground.head(&saga).await.status != SagaStatus::Finished(Outcome::Completed) {
            round(ground).await;
            let now = latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("it stays");
            assert_eq!(now.resources, record.resources, "after round {rounds}");
            ground.admission(7).await;
            rounds += 1;
        }
        assert!(rounds > 3, "{rounds} rounds while it moved");
        let [primary, standby] = round(ground).await.sides;
        assert!(matches!(&primary.captured, Captured::Nothing { .. }) && !primary.active, "{primary:?}");
        assert!(matches!(standby.captured, Captured::Latest { .. }) && standby.active, "{standby:?}");
        assert_eq!(
            latest(&ground.resolved().await, Side::Primary).await.unwrap().expect("it stays").resources,
            record.resources
        );
        assert_eq!(published(ground).await.and_then(|said| said.saga), Some(saga));
    });
}

#[test]
fn a_published_object_that_is_wrong_is_set_right_and_one_of_before_still_decodes() {
    perform(Setup::default(), async |ground: &Ground| {
        let (deps, key) = (&ground.operator, published_key(&ground.operator.pair.name));
        assert_eq!(round(ground).await.publishing, Publishing::Written);
        assert_eq!(round(ground).await.publishing, Publishing::AsRecorded);
        let older = br#"{"pair":"rehearsal","active":"standby","frozen":false,"saga":"rehearsal-20251224T080000Z"}"#;
        deps.objects.put(&key, older.to_vec().into()).await.expect("the store answers");
        assert_eq!(round(ground).await.publishing, Publishing::Written);
        let said = published(ground).await.expect("it is published");
        let named = said.saga.map(|saga| saga.0);
        assert_eq!((said.active, named.as_deref()), (Side::Primary, Some("rehearsal-20251224T080000Z")));
        assert!(said.url.starts_with("https://"), "{}", said.url);
    });
}

/// Every stored version of a side. The names of the objects come from the stored content of the stack.
async fn versions(ground: &Ground, side: Side) -> Vec<Checkpoint> {
    let prefix = version_key(&ground.resolved().await, side, "");
    let prefix = prefix.trim_end_matches(".json").to_owned();
    let all = ground.stack.kept();
    let mut found = Vec::new();
    for line in all.lines().filter_map(|line| line.split_once(&prefix).map(|(_, name)| format!("{prefix}{name}"))) {
        found.extend(kept(&ground.operator, &line).await);
    }
    found
}
