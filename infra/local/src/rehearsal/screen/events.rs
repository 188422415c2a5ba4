//! Chooses the events of a rehearsal that its screen shows.

use engine::view::View;
use failover::plan::{About, GO, stage, want};
use failover::story::Sentence;
use failover::{Operation, Side};
use jiff::Timestamp;
use saga::{ControlEvent, Event, SagaEvent};

use super::super::ended::Ended;
use super::super::fencing::is_fencing;
use super::super::travelled::about;
use super::model::{Happening, Mark};

/// The stages in which a side starts.
const STARTS: &[&str] = &[stage::POOLS, stage::COMPUTE, stage::JOBS, stage::VALIDATE, stage::SCHEDULES];

/// The stages in which a side stops.
const STOPS: &[&str] =
    &[stage::FENCE, stage::STOP_COMPUTE, stage::SWEEP, stage::ISOLATE, stage::PUT_BACK, stage::PUT_BACK_POOLS];

/// Beginnings of events that the screen leaves out.
const LEFT_OUT: &[&str] = &["checkpoint of the ", "the plan has ", "a run would make ", "the same AWS Health event"];

/// The end of a verdict that the screen leaves out: all is well.
const NOTHING_NEW: &str = " is well: nothing is proposed";

/// Parts of events, with the mark of an event that has the part.
const MARKED: &[(&str, Mark)] = &[
    ("'s region is lost", Mark::Failed),
    ("refused: ", Mark::Failed),
    (" orders a ", Mark::Ordered),
    (" aborts the saga", Mark::Ordered),
    ("over: ", Mark::Note),
    ("'s region is back", Mark::Beware),
    (" jobs on again", Mark::Beware),
    ("was held, and the work is at home", Mark::Well),
    ("was turned back, and the work is at home", Mark::Well),
];

/// The sagas of a rehearsal that people ordered or detection proposed.
pub(super) fn sagas(ended: &Ended) -> Vec<&View> {
    match ended.legs.as_slice() {
        [] if ended.proposals == 0 => Vec::new(),
        [] => vec![&ended.view],
        legs => legs.iter().map(|leg| &leg.view).collect(),
    }
}

/// The events, in order of time.
pub(super) fn happened(ended: &Ended) -> Vec<Happening> {
    let mut happened: Vec<Happening> = ended.events.iter().filter_map(of_pair).collect();
    happened.extend(heard(&ended.heard));
    happened.extend(sagas(ended).into_iter().flat_map(of_saga));
    happened.extend(ended.rounds.iter().filter_map(of_guard));
    happened.sort_by_key(|one| one.at);
    happened
}

fn of_pair((at, text): &(Timestamp, String)) -> Option<Happening> {
    if LEFT_OUT.iter().any(|beginning| text.starts_with(beginning)) {
        return None;
    }
    let mark = MARKED.iter().find(|(part, _)| text.contains(part)).map_or(Mark::Note, |(_, mark)| *mark);
    Some(Happening { at: *at, mark, text: text.clone() })
}

/// Verdicts, messages and answers. Of a verdict only its first sentence is shown, and each sentence once.
fn heard(sentences: &[Sentence]) -> Vec<Happening> {
    let mut shown: Vec<Happening> = Vec::new();
    let mut last_verdict = None;
    for sentence in sentences {
        let (mark, text) = match sentence.place.as_str() {
            "verdict" => {
                if last_verdict.replace(sentence.at) == Some(sentence.at) || sentence.text.ends_with(NOTHING_NEW) {
                    continue;
                }
                (Mark::Note, format!("verdict: {}", sentence.text))
            }
            "message" => (Mark::Message, format!("message {}", sentence.text.replace("[rehearsal] ", ""))),
            person => answer(person, &sentence.text),
        };
        if !shown.iter().any(|known| known.text == text) {
            shown.push(Happening { at: sentence.at, mark, text });
        }
    }
    shown
}

/// An answer in short: the link that was opened stands in the story.
fn answer(person: &str, text: &str) -> (Mark, String) {
    match text.split_once(") and answers, ") {
        Some((_, answered)) => (Mark::Ordered, format!("{person} answers, {answered}")),
        None => (Mark::Note, format!("{person}: {}", text.split_once(": ").map_or(text, |(short, _)| short))),
    }
}

/// The moments of one saga.
fn of_saga(view: &View) -> Vec<Happening> {
    let mut happened: Vec<Happening> = Vec::new();
    for one in view.lines.iter().filter_map(|line| of_line(&line.event, line.at)) {
        // A saga that waits for a person says so after each round of its pursuit.
        if !happened.iter().any(|known| known.text == one.text) {
            happened.push(one);
        }
    }
    let Some(about) = about(view) else { return happened };
    let is_drill_alone = about.operation == Some(Operation::StandbyDrill);
    let target = about.leaving.other();
    let stopping = if is_drill_alone { target } else { about.leaving };
    let arrived = view.head.clocks.validated_at;
    let reached = arrived.or_else(|| person_needed_at(view));
    // A drill on the standby alone stops what it has proved, so nothing is pursued.
    let counted_until = if is_drill_alone { None } else { reached };
    happened.extend(lane(view, STARTS, Mark::Starts, &format!("{target} starts"), None));
    happened.extend(lane(view, STOPS, Mark::Stops, &format!("{stopping} stops"), counted_until));
    happened.extend(arrived.map(|at| arrival(&about, at)));
    happened.extend(reached.and_then(|reached| stopped(view, stopping, reached)));
    happened
}

/// The first time that nothing could be done without a person.
fn person_needed_at(view: &View) -> Option<Timestamp> {
    view.lines.iter().find(|line| matches!(line.event, Event::Saga(SagaEvent::PersonNeeded { .. }))).map(|line| line.at)
}

fn of_line(event: &Event, at: Timestamp) -> Option<Happening> {
    let (mark, text) = match event {
        Event::Saga(SagaEvent::Approved { question, by, accepts_risk, .. }) if question == GO => {
            let risk = if *accepts_risk { ", with the risk that the question names" } else { "" };
            (Mark::Well, format!("approved by {by}{risk}"))
        }
        Event::Saga(SagaEvent::PersonNeeded { blocked }) => {
            let steps = if *blocked == 1 { "step is" } else { "steps are" };
            (Mark::Beware, format!("a person is needed: {blocked} {steps} blocked"))
        }
        Event::Control(ControlEvent::LessonLearned { by, text, .. }) => {
            (Mark::Ordered, format!("{by} writes a lesson down: {text}"))
        }
        Event::Saga(_) | Event::Step(_) | Event::Control(_) => return None,
    };
    Some(Happening { at, mark, text })
}

/// The stages of a lane with their counts, at the time when the first of them began. With `until`, only what was
/// settled by then counts.
fn lane(view: &View, stages: &[&str], mark: Mark, title: &str, until: Option<Timestamp>) -> Option<Happening> {
    let mut begun: Option<Timestamp> = None;
    let mut counts = Vec::new();
    for (index, stage) in view.plan.stages.iter().enumerate() {
        let total = stage.steps.len();
        if total == 0 || !stages.contains(&stage.name.as_str()) {
            continue;
        }
        let entered = view.state.entered_at(index);
        begun = [begun, entered].into_iter().flatten().min();
        let is_by = |at: Option<Timestamp>| until.is_none_or(|until| at.is_none_or(|at| at <= until));
        let settled =
            view.state.stage_steps(index).iter().filter(|step| step.state.is_settled() && is_by(step.last_try));
        let count = match settled.count() {
            settled if settled == total => format!("{total} ✔"),
            settled => format!("{settled} of {total}"),
        };
        counts.push(format!("{} {count}", stage.name.replace('-', " ")));
    }
    let at = begun?;
    Some(Happening { at, mark, text: format!("{title}: {}", counts.join("  ")) })
}

fn arrival(about: &About, at: Timestamp) -> Happening {
    let target = about.leaving.other();
    let text = match about.operation {
        Some(Operation::StandbyDrill) => format!("the compute of the {target} is proved"),
        Some(Operation::Promotion) => format!("THE WORK IS ON THE {}, FOR GOOD", target.to_string().to_uppercase()),
        Some(Operation::Failover | Operation::Failback | Operation::Drill) | None => {
            format!("THE WORK IS ON THE {}", target.to_string().to_uppercase())
        }
    };
    Happening { at, mark: Mark::Well, text }
}

/// The moment when the last thing on the side that stops was read back as stopped, if that was after the forward part
/// had got as far as it could.
fn stopped(view: &View, side: Side, reached: Timestamp) -> Option<Happening> {
    let fencing = || view.plan.steps().filter(|(_, step)| is_fencing(&step.want));
    let is_settled = |id| view.state.step(id).is_some_and(|record| record.state.is_settled());
    let open = fencing().filter(|(id, _)| !is_settled(*id)).count();
    if open > 0 {
        let at = view.lines.last().map_or(reached, |line| line.at);
        let text = format!("{open} things on the {side} are not read back as stopped yet: they are pursued");
        return Some(Happening { at, mark: Mark::Beware, text });
    }
    let last = fencing().filter_map(|(id, _)| view.state.step(id)?.last_try).max()?;
    let things = fencing().filter(|(_, step)| step.want == want::FENCED).count();
    let text = format!("every one of {things} things on the {side} was read back as stopped");
    (last > reached).then_some(Happening { at: last, mark: Mark::Well, text })
}

fn of_guard(round: &View) -> Option<Happening> {
    let again = round.plan.findings.len();
    let last = round.lines.last()?.at;
    let text = format!("the guard has fenced again what was switched on: {again} things");
    (again > 0).then_some(Happening { at: last, mark: Mark::Well, text })
}
