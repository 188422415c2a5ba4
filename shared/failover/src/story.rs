//! The story of a saga: its lines, gathered into sentences for people.
//!
//! A failover of thousands of resources has tens of thousands of lines. If the same happens to many resources at
//! about the same time, it is one sentence with a count. If something happens once, it is a sentence of its own.

use jiff::Timestamp;
use saga::bounds::{NAMED, few};
use saga::{Event, Line, Plan, Step, StepId};

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
        let Some(told) = tell(plan, &line.event) else { continue };
        let place = told.place;
        let open = groups
            .iter_mut()
            .rev()
            .take_while(|g| line.at.duration_since(g.at).as_secs() < TOGETHER_S)
            .find(|g| told.name.is_some() && g.key == told.text && g.place == place);
        match (open, told.name) {
            (Some(group), Some(name)) => group.add(name),
            (_, name) => groups.push(Group::new(line.at, place, told.text, name)),
        }
    }
    groups.into_iter().map(Group::sentence).collect()
}

struct Told {
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

fn tell(plan: &Plan, event: &Event) -> Option<Told> {
    let saga = |text: String| Some(Told { place: "saga".to_owned(), text, name: None });
    let of_step = |id: StepId, text: &dyn Fn(&Step) -> String| {
        let step = plan.step(id)?;
        let stage = plan.stages.get(usize::from(id.stage))?;
        Some(Told { place: stage.name.clone(), text: text(step), name: Some(step.name.clone()) })
    };
    match event {
        Event::Started { plan: hash, by, .. } => saga(format!("started by {by}, plan {} frozen", hash.short())),
        Event::TookOver { epoch, owner } => saga(format!("runner {owner} took the lease, epoch {epoch}")),
        Event::Approved { question, by, accepts_risk, loss_shown, proofs: _ } => {
            let risk = if *accepts_risk {
                ", accepting that the leaving side may still process what could not be verified stopped"
            } else {
                ""
            };
            saga(format!("{by} approved {question:?}{risk}; loss shown: {loss_shown}"))
        }
        Event::StageEntered { stage } => {
            Some(Told { place: stage.clone(), text: "entered: its gate holds".to_owned(), name: None })
        }
        Event::Intended { step } => {
            of_step(*step, &|s| format!("{{}} {} about to become {}: intent recorded", s.kind, s.want))
        }
        Event::Tried { step, fault, .. } => {
            of_step(*step, &|s| format!("{{}} {} tried, not yet {}: {}", s.kind, s.want, fault.code))
        }
        Event::Done { step, note, .. } => of_step(*step, &|s| format!("{{}} {} {}: {}", s.kind, s.want, general(note))),
        Event::Blocked { step, fault, .. } => of_step(*step, &|s| {
            format!("{{}} {} blocked, not {}: {} (switchback explain {})", s.kind, s.want, fault.code, fault.code)
        }),
        Event::Unblocked { step, by } => of_step(*step, &|s| format!("{{}} {} is tried again, says {by}", s.kind)),
        Event::Waived { step, by, why } => of_step(*step, &|s| format!("{{}} {} waived by {by}: {why}", s.kind)),
        Event::ForwardDone => saga("the forward part is done".to_owned()),
        Event::Round { tried, left } => saga(format!("pursuit: {tried} tried again, {left} left")),
        Event::HandedOver => saga("the runner gave the lease back".to_owned()),
        Event::PersonNeeded { blocked } => saga(format!("a person is needed: {blocked} steps are blocked")),
        Event::Held { by, why } => saga(format!("held by {by}: {why}; nothing is begun, the pursuit included")),
        Event::Resumed { by, why } => saga(format!("resumed by {by}: {why}")),
        Event::LessonLearned { by, text, owner, due } => {
            let owner = owner.as_ref().map_or_else(String::new, |owner| format!(", {owner} sees to it"));
            let due = due.map_or_else(String::new, |due| format!(", until {due}"));
            saga(format!("lesson learned, says {by}{owner}{due}: {text}"))
        }
        // The lines of an order that was carried out are already in the story.
        Event::TakenIn { .. } => None,
        Event::Refused { what, by, why, .. } => saga(format!("{by} asked to {what}: refused, {why}")),
        Event::AbortAsked { by, why } => saga(format!("{by} asks for the end: {why}")),
        Event::Finished { outcome, by } => saga(match by {
            Some(by) => format!("finished: {outcome:?}, by {by}"),
            None => format!("finished: {outcome:?}"),
        }),
    }
}

/// A note without the part that differs from resource to resource, so that equal things become one sentence.
fn general(note: &str) -> &str {
    note.split_once(" (").map_or(note, |(general, _)| general)
}
