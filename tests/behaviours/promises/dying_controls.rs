//! Checks orders while runners and the person's own process die at every boundary: each order has one effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use engine::controls::{Ordered, order};
use engine::ports::{Control, ControlState};
use engine::start::start;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::{Boundaries, Crossing, InjectedFault};
use saga::{ControlEvent, Event, SagaId};
use tests::pair::{Ground, Seen, Setup, perform};

const PATIENCE: SignedDuration = SignedDuration::from_secs(240);

/// A saga whose question is asked, and whose runner has given its lease back.
async fn resting(ground: &Ground) -> SagaId {
    let drafted = ground.drafted().await;
    let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
    ground.admission(200).await;
    saga
}

fn controls() -> [Control; 2] {
    let lesson = Control::Lesson { text: "pools first".to_owned(), owner: None, due: None };
    [Control::Hold, lesson]
}

/// Checks that an order was carried out exactly once, and is marked.
async fn once(ground: &Ground, saga: &SagaId, control: &Control, what: &str) {
    let again = order(&ground.operator, saga, control.clone(), "ann", "why", PATIENCE).await.expect("it is taken in");
    let held_before = matches!(&again, Ordered::Refused { code, .. } if code == "SAGA-HELD");
    assert!(again == Ordered::Taken || held_before && *control == Control::Hold, "{what}: {again:?}");
    let view = ground.view(saga).await;
    let effects = view.lines.iter().filter(|line| match control {
        Control::Hold => matches!(line.event, Event::Control(ControlEvent::Held { .. })),
        Control::Lesson { .. } => matches!(line.event, Event::Control(ControlEvent::LessonLearned { .. })),
        Control::Resume | Control::Retry { .. } | Control::Waive { .. } | Control::EndPursuit { .. } => false,
    });
    assert_eq!(effects.count(), 1, "{what}");
    let all = ground.operator.controls.controls(saga).await.expect("the store answers");
    assert!(!all.is_empty() && all.iter().all(|order| order.state != ControlState::Open), "{what}: {all:?}");
    let lessons = ground.operator.controls.lessons(&ground.operator.pair.name).await.expect("the store answers");
    assert_eq!(lessons.len(), usize::from(matches!(control, Control::Lesson { .. })), "{what}");
}

/// The process of the person who orders dies at its nth boundary. Then the same person orders again.
#[test]
fn an_order_whose_giver_dies_anywhere_has_one_effect() {
    let mut points = 0;
    for control in controls() {
        let mut nth = 1;
        while perform(Setup::default(), async |ground: &Ground| giver_dies_at(ground, nth, &control).await) {
            (nth, points) = (nth + 1, points + 1);
        }
    }
    println!("whoever orders died at {points} boundaries");
    assert!(points >= 24, "{points} points");
}

async fn giver_dies_at(ground: &Ground, nth: u64, control: &Control) -> bool {
    let saga = resting(ground).await;
    let dying = Boundaries::sabotaged(Arc::new(move |crossing: &Crossing| {
        if crossing.number == nth { InjectedFault::Kill } else { InjectedFault::Nothing }
    }));
    let (process, dying) = ground.stack.operator_at(dying);
    let died = tokio::select! {
        biased;
        () = process.died() => true,
        _ = order(&dying, &saga, control.clone(), "ann", "why", PATIENCE) => false,
    };
    once(ground, &saga, control, &format!("{control}, died at {nth}")).await;
    died
}

/// A function's runner dies at the nth boundary after the order was given.
#[test]
fn an_order_whose_runner_dies_anywhere_has_one_effect() {
    let mut points = 0;
    for control in controls() {
        let mut nth = 1;
        while runner_dies_at(nth, &control) {
            (nth, points) = (nth + 1, points + 1);
        }
    }
    println!("a runner died at {points} boundaries");
    assert!(points >= 24, "{points} points");
}

fn runner_dies_at(nth: u64, control: &Control) -> bool {
    let (armed, counted) = (Arc::new(AtomicBool::new(false)), AtomicU64::new(0));
    let dead = Arc::new(AtomicBool::new(false));
    let injected_faults = {
        let (armed, dead) = (Arc::clone(&armed), Arc::clone(&dead));
        move |_: &[Seen], _: Timestamp, _: &Crossing| {
            let counts = armed.load(Ordering::SeqCst) && !dead.load(Ordering::SeqCst);
            if counts && counted.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                dead.store(true, Ordering::SeqCst);
                return InjectedFault::Kill;
            }
            InjectedFault::Nothing
        }
    };
    perform(Setup { injected_faults: Box::new(injected_faults), ..Setup::default() }, async |ground: &Ground| {
        let saga = resting(ground).await;
        armed.store(true, Ordering::SeqCst);
        // The order is written and published, and the person goes away. So only functions take the order in.
        let item = engine::ports::ControlItem {
            id: "000000000000001-a".to_owned(),
            control: control.clone(),
            by: "ann".to_owned(),
            why: "why".to_owned(),
            at: ground.clock.now(),
            state: ControlState::Open,
        };
        ground.operator.controls.order(&saga, &item).await.expect("the saga is there");
        ground.operator.waker.wake(&saga).await.expect("it can be woken");
        ground.admission(170).await;
        armed.store(false, Ordering::SeqCst);
        once(ground, &saga, control, &format!("{control}, a runner died at {nth}")).await;
    });
    dead.load(Ordering::SeqCst) && nth < 60
}
