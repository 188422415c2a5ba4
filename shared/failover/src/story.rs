//! The story of a saga: its lines, gathered into sentences for people.
//!
//! A failover of thousands of resources has tens of thousands of lines. If the same happens to many resources at
//! about the same time, it is one sentence with a count. If something happens once, it is a sentence of its own.

use jiff::Timestamp;
use saga::bounds::{NAMED, few};
use saga::{ControlEvent, Event, Line, Plan, SagaEvent, StepEvent};

/// One sentence of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// When it began.
    pub at: Timestamp,
    /// Place in the saga: a stage's name, or `saga`. Other code adds places of its own.
    pub place: String,
    /// The sentence itself.
    pub text: String,
}

/// In seconds: equal things within this time become one sentence.
const TOGETHER_S: i64 = 60;

/// Makes sentences from the lines of a saga, in order of time.
pub fn story(plan: &Plan, lines: &[Line]) -> Vec<Sentence> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        let Some(line_text) = tell(plan, &line.event) else { continue };
        let place = line_text.place;
        let open = groups
            .iter_mut()
            .rev()
            .take_while(|g| line.at.duration_since(g.at).as_secs() < TOGETHER_S)
            .find(|g| line_text.name.is_some() && g.key == line_text.text && g.place == place);
        match (open, line_text.name) {
            (Some(group), Some(name)) => group.add(name),
            (_, name) => groups.push(Group::new(line.at, place, line_text.text, name)),
        }
    }
    groups.into_iter().map(Group::sentence).collect()
}

struct LineText {
    place: String,
    /// Text with `{}` in the place of the number of resources.
    text: String,
    name: Option<String>,
}

struct Group {
    at: Timestamp,
    place: String,
    key: String,
    names: Vec<String>,
    count: usize,
}

impl Group {
    fn new(at: Timestamp, place: String, key: String, name: Option<String>) -> Self {
        let mut group = Self { at, place, key, names: Vec::new(), count: 0 };
        if let Some(name) = name {
            group.add(name);
        }
        group
    }

    fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < NAMED && !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    fn sentence(self) -> Sentence {
        let text = if self.count == 0 {
            self.key
        } else {
            let more = self.count.saturating_sub(self.names.len());
            let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
            format!("{} ({}{rest})", self.key.replace("{}", &self.count.to_string()), few(&self.names))
        };
        Sentence { at: self.at, place: self.place, text }
    }
}

fn tell(plan: &Plan, event: &Event) -> Option<LineText> {
    match event {
        Event::Saga(event) => Some(of_saga(event)),
        Event::Step(event) => of_step(plan, event),
        Event::Control(event) => of_control(event).map(about_saga),
    }
}

fn about_saga(text: String) -> LineText {
    LineText { place: "saga".to_owned(), text, name: None }
}

fn of_saga(event: &SagaEvent) -> LineText {
    about_saga(match event {
        SagaEvent::Started { plan: hash, by, .. } => format!("started by {by}, plan {} frozen", hash.short()),
        SagaEvent::TookOver { epoch, owner } => format!("runner {owner} took the lease, epoch {epoch}"),
        SagaEvent::Approved { question, by, accepts_risk, loss_shown, proofs: _ } => {
            let risk = if *accepts_risk {
                ", accepting that the leaving side may still process what could not be verified stopped"
            } else {
                ""
            };
            format!("{by} approved {question:?}{risk}; loss shown: {loss_shown}")
        }
        SagaEvent::StageEntered { stage } => {
            return LineText { place: stage.clone(), text: "entered: its gate holds".to_owned(), name: None };
        }
        SagaEvent::ForwardDone => "the forward part is done".to_owned(),
        SagaEvent::Round { tried, left } => format!("pursuit: {tried} tried again, {left} left"),
        SagaEvent::HandedOver => "the runner gave the lease back".to_owned(),
        SagaEvent::PersonNeeded { blocked } => format!("a person is needed: {blocked} steps are blocked"),
        SagaEvent::Finished { outcome, by: Some(by) } => format!("finished: {outcome:?}, by {by}"),
        SagaEvent::Finished { outcome, by: None } => format!("finished: {outcome:?}"),
    })
}

fn of_step(plan: &Plan, event: &StepEvent) -> Option<LineText> {
    let id = event.step();
    let step = plan.step(id)?;
    let stage = plan.stages.get(usize::from(id.stage))?;
    let (kind, want) = (&step.kind, &step.want);
    let text = match event {
        StepEvent::Intended { .. } => format!("{{}} {kind} about to become {want}: intent recorded"),
        StepEvent::Tried { fault, .. } => format!("{{}} {kind} tried, not yet {want}: {}", fault.code),
        StepEvent::Done { note, .. } => format!("{{}} {kind} {want}: {}", general(note)),
        StepEvent::Blocked { fault, .. } => {
            format!("{{}} {kind} blocked, not {want}: {} (switchback explain {})", fault.code, fault.code)
        }
        StepEvent::Unblocked { by, .. } => format!("{{}} {kind} is tried again, says {by}"),
        StepEvent::Waived { by, why, .. } => format!("{{}} {kind} waived by {by}: {why}"),
    };
    Some(LineText { place: stage.name.clone(), text, name: Some(step.name.clone()) })
}

fn of_control(event: &ControlEvent) -> Option<String> {
    match event {
        ControlEvent::Held { by, why } => Some(format!("held by {by}: {why}; nothing is begun, the pursuit included")),
        ControlEvent::Resumed { by, why } => Some(format!("resumed by {by}: {why}")),
        ControlEvent::LessonLearned { by, text, owner, due } => {
            let owner = owner.as_ref().map_or_else(String::new, |owner| format!(", {owner} sees to it"));
            let due = due.map_or_else(String::new, |due| format!(", until {due}"));
            Some(format!("lesson learned, says {by}{owner}{due}: {text}"))
        }
        // The lines of an order that was carried out are already in the story.
        ControlEvent::TakenIn { .. } => None,
        ControlEvent::Refused { what, by, why, .. } => Some(format!("{by} asked to {what}: refused, {why}")),
        ControlEvent::AbortAsked { by, why } => Some(format!("{by} asks for the end: {why}")),
    }
}

/// A note without the part that differs from resource to resource, so that equal things become one sentence.
fn general(note: &str) -> &str {
    note.split_once(" (").map_or(note, |(general, _)| general)
}
