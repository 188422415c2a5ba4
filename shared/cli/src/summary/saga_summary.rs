//! Shows the status of a saga from its own record: as numbers, as a table, as one line.

use std::collections::BTreeMap;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use engine::ports::{ApprovalRequest, RequestState, SagaHead};
use engine::view::View;
use failover::clocks::ClockSeconds;
use failover::plan::GO;
use failover::work::Reach;
use failover::{Role, Side};
use jiff::Timestamp;
use saga::{Code, Outcome, Proof, StepState, Tally};
use serde::Serialize;

/// How many blocked steps are listed one by one before the rest is counted.
pub(crate) const LISTED: usize = 12;

/// The activity of a saga, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Doing {
    /// It waits for its approval.
    Asking,
    /// There is something to do.
    Running,
    /// Only the pursuit is left.
    Pursuing,
    /// A person holds it.
    Held,
    /// Blocked steps keep it from moving on.
    PersonNeeded,
    /// Every step is done or waived.
    Completed,
    /// A person ended it.
    Aborted,
}

impl Doing {
    /// The words for people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Doing::Asking => "waiting for an approval",
            Doing::Running => "running",
            Doing::Pursuing => "pursuing what could not be verified stopped yet",
            Doing::Held => "held: nothing of it acts, the pursuit included",
            Doing::PersonNeeded => "a person is needed",
            Doing::Completed => "completed",
            Doing::Aborted => "aborted",
        }
    }

    /// Whether the saga is over.
    pub(crate) fn is_over(self) -> bool {
        match self {
            Doing::Completed | Doing::Aborted => true,
            Doing::Asking | Doing::Running | Doing::Pursuing | Doing::Held | Doing::PersonNeeded => false,
        }
    }
}

/// The status of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StageSummary {
    pub(crate) name: String,
    /// The time when its gate opened.
    pub(crate) entered_at: Option<Timestamp>,
    /// The number of its steps in each state.
    pub(crate) steps: Tally,
}

/// A step that only a person can help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BlockedStep {
    step: String,
    stage: String,
    side: String,
    kind: String,
    name: String,
    resource: String,
    want: String,
    code: Code,
    message: String,
}

/// The status of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Question {
    text: String,
    open: bool,
    expires_at: Timestamp,
    /// The approvers who got a link.
    sent_to: Vec<String>,
    /// The people who have said yes, while more people are needed.
    approved_by: Vec<String>,
    /// The proofs of these people.
    proofs: Vec<Proof>,
    people: u32,
}

impl Question {
    fn of(ask: &ApprovalRequest) -> Self {
        Self {
            text: ask.text.clone(),
            open: ask.state == RequestState::Open,
            expires_at: ask.expires_at,
            sent_to: ask.links.iter().map(|link| link.approver.clone()).collect(),
            approved_by: ask.given.iter().map(|answer| answer.by.clone()).collect(),
            proofs: ask.given.iter().flat_map(|answer| answer.proofs.clone()).collect(),
            people: ask.people,
        }
    }

    fn told(&self) -> String {
        let mut told = format!("\n{}\nit may be answered until {:.0}", self.text, self.expires_at);
        if !self.sent_to.is_empty() {
            told.push_str(&format!("\nlinks were sent to {}", self.sent_to.join(", ")));
        }
        if !self.approved_by.is_empty() {
            told.push_str(&format!(
                "\n{} of {} people approved: {} ({})",
                self.approved_by.len(),
                self.people,
                self.approved_by.join(", "),
                Proof::all(&self.proofs)
            ));
        }
        told
    }
}

/// The status of a saga.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct SagaSummary {
    pub(crate) saga: String,
    pub(crate) kind: String,
    pub(crate) leaving: Side,
    pub(crate) planned: bool,
    pub(crate) by: String,
    pub(crate) doing: Doing,
    /// Whether it has done more than send messages, or may have.
    pub(crate) touched: bool,
    pub(crate) owner: String,
    pub(crate) lease_until: Option<Timestamp>,
    pub(crate) steps: Tally,
    pub(crate) pursuit_left: usize,
    pub(crate) stages: Vec<StageSummary>,
    pub(crate) blocked: Vec<BlockedStep>,
    pub(crate) waits: Vec<Waits>,
    pub(crate) question: Option<Question>,
    /// The person who approved it, and the proof of that person.
    pub(crate) approved: Option<String>,
    pub(crate) clocks: ClockSeconds,
    /// The person who holds it, the time when that began, and the reason.
    pub(crate) held: Option<String>,
    pub(crate) lessons: Vec<String>,
}

/// Steps that wait for the same reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Waits {
    pub(crate) code: Code,
    pub(crate) steps: usize,
    pub(crate) step: String,
    pub(crate) example: String,
    pub(crate) message: String,
    pub(crate) next_at: Option<Timestamp>,
    /// The first few of these steps, by number and name.
    pub(crate) named: Vec<String>,
}

/// How many of the steps that wait for the same reason are named.
const NAMED: usize = 5;

impl Waits {
    fn line(&self) -> String {
        let next = self.next_at.map_or_else(String::new, |at| format!("; next try {at:.0}"));
        let rest = match self.steps.saturating_sub(self.named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (steps, named) = (self.steps, self.named.join(", "));
        format!("\n{steps} steps wait: {}: {} (step {named}{rest}){next}", self.code, self.message)
    }
}

impl SagaSummary {
    /// Makes the status from a saga as recorded.
    pub(crate) fn of(view: &View) -> Self {
        let (leaving, planned) = (view.about.leaving, view.about.planned);
        let stages = view.plan.stages.iter().enumerate().map(|(index, stage)| StageSummary {
            name: stage.name.clone(),
            entered_at: view.state.entered_at(index),
            steps: view.state.stage_tally(index),
        });
        let open = |record: &saga::StepRecord| !record.state.is_settled();
        let left = view.state.steps().filter(|(id, record)| {
            let pursued = view.plan.step(*id).is_some_and(|step| step.place == Role::Leaving.as_str());
            pursued && open(record)
        });
        Self {
            saga: view.head.saga.to_string(),
            kind: view.head.kind.clone(),
            leaving,
            planned,
            by: view.head.by.clone(),
            doing: doing(view),
            touched: Reach::of(&view.plan, &view.about, &view.state).touched,
            owner: view.head.owner.clone(),
            lease_until: holds(&view.head),
            steps: view.state.tally(),
            pursuit_left: left.count(),
            stages: stages.collect(),
            blocked: blocked(view),
            waits: waits(view),
            question: view.question.as_ref().map(Question::of),
            approved: view.state.approval(GO).map(|yes| format!("{} ({})", yes.by, Proof::all(&yes.proofs))),
            clocks: view.head.clocks.seconds(),
            held: view.state.held().map(|hold| format!("{} since {:.0}: {}", hold.by, hold.since, hold.why)),
            lessons: view.state.lessons().iter().map(|lesson| format!("{}: {}", lesson.by, lesson.text)).collect(),
        }
    }

    /// One line, for progress.
    pub(crate) fn line(&self) -> String {
        let steps = self.steps;
        let mut entered = self.stages.iter().filter(|stage| stage.entered_at.is_some());
        let last = entered.clone().next_back();
        let stage = entered.find(|stage| stage.steps.open() > 0).or(last);
        let stage = stage.map_or_else(String::new, |stage| format!(" [{}]", stage.name));
        let (done, total) = (steps.done + steps.waived, steps.total());
        format!(
            "{}{stage}: {done} of {total} done, {} waiting, {} blocked",
            self.doing.words(),
            steps.waiting,
            steps.blocked
        )
    }

    /// The whole status, as a text for people.
    pub(crate) fn text(&self) -> String {
        let how = if self.planned { "planned" } else { "unplanned" };
        let mut lines = vec![
            format!(
                "saga {}: {} from {} to {}, {how}, ordered by {}",
                self.saga,
                self.kind,
                self.leaving,
                self.leaving.other(),
                self.by
            ),
            match self.lease_until {
                Some(until) => format!("{}; driven by {} until {until:.0} at least", self.doing.words(), self.owner),
                None if self.doing == Doing::Aborted && !self.touched => "aborted: it had touched nothing".to_owned(),
                None => self.doing.words().to_owned(),
            },
            String::new(),
            self.table(),
        ];
        lines.extend(self.approved.iter().map(|approved| format!("\napproved by {approved}")));
        lines.extend(self.held.iter().map(|held| format!("\nheld by {held}\n`switchback resume` lets it go on")));
        if self.pursuit_left > 0 && !self.doing.is_over() && self.doing != Doing::Asking {
            lines.push(format!("\n{} steps on the {} are not verified stopped yet", self.pursuit_left, self.leaving));
        }
        if !self.doing.is_over() {
            lines.extend(self.waits.iter().map(Waits::line));
        }
        lines.extend(self.lessons.iter().map(|lesson| format!("\nlesson learned, says {lesson}")));
        lines.extend(self.clocks_line());
        if let Some(question) = self.question.as_ref().filter(|question| question.open && self.doing == Doing::Asking) {
            lines.push(question.told());
        }
        if !self.blocked.is_empty() {
            lines.push(format!("\n{}", self.blocked_text()));
        }
        lines.join("\n") + "\n"
    }

    /// The blocked steps, with the commands that show the pages of advice.
    pub(crate) fn blocked_text(&self) -> String {
        let mut lines = vec![format!("{} steps wait for a person", self.blocked.len())];
        for step in self.blocked.iter().take(LISTED) {
            lines.push(format!(
                "  {} {} {} {:?} -> {}: {}: {}",
                step.step, step.side, step.kind, step.name, step.want, step.code, step.message
            ));
        }
        if self.blocked.len() > LISTED {
            lines.push(format!("  and {} more", self.blocked.len() - LISTED));
        }
        let mut codes: Vec<&Code> = self.blocked.iter().map(|step| &step.code).collect();
        codes.sort();
        codes.dedup();
        lines.extend(codes.iter().map(|code| format!("switchback explain {code}")));
        lines.join("\n")
    }

    fn clocks_line(&self) -> Option<String> {
        let clock = |name: &str, seconds: Option<f64>| seconds.map(|s| format!("{name} {s:.1} s"));
        let clocks = [
            clock("detect", self.clocks.detect_s),
            clock("decide", self.clocks.decide_s),
            clock("execute", self.clocks.execute_s),
            clock("validate", self.clocks.validate_s),
            clock("all", self.clocks.rto_s),
        ];
        let clocks: Vec<String> = clocks.into_iter().flatten().collect();
        (!clocks.is_empty()).then(|| format!("\nclocks: {}", clocks.join(", ")))
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["stage", "steps", "done", "waiting", "blocked", "planned", "waived"]);
        for stage in &self.stages {
            let steps = stage.steps;
            let counts =
                [steps.total(), steps.done, steps.waiting + steps.intended, steps.blocked, steps.planned, steps.waived];
            let name = if stage.entered_at.is_some() { stage.name.clone() } else { format!("({})", stage.name) };
            table.add_row(std::iter::once(name).chain(counts.iter().map(u32::to_string)));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.trim_fmt()
    }
}

fn doing(view: &View) -> Doing {
    match view.state.finished() {
        Some(Outcome::Completed) => return Doing::Completed,
        Some(Outcome::Aborted) => return Doing::Aborted,
        None => {}
    }
    if view.state.held().is_some() {
        Doing::Held
    } else if view.state.approval(GO).is_none() {
        Doing::Asking
    } else if view.state.is_person_needed() {
        Doing::PersonNeeded
    } else if view.state.forward_done_at().is_some() {
        Doing::Pursuing
    } else {
        Doing::Running
    }
}

/// The time until which a runner holds the lease. `None` if it was given back: such a lease ends in 1970.
fn holds(head: &SagaHead) -> Option<Timestamp> {
    (head.lease_until > Timestamp::UNIX_EPOCH).then_some(head.lease_until)
}

/// The reasons why steps wait. The most common one comes first.
fn waits(view: &View) -> Vec<Waits> {
    let mut by_code: BTreeMap<Code, Waits> = BTreeMap::new();
    for (id, record) in view.state.steps().filter(|(_, record)| record.state == StepState::Waiting) {
        let (Some(step), Some(fault)) = (view.plan.step(id), &record.fault) else { continue };
        let first = || Waits {
            code: fault.code.clone(),
            steps: 0,
            step: id.to_string(),
            example: format!("{} {:?}", step.kind, step.name),
            message: fault.message.clone(),
            next_at: record.next_at,
            named: Vec::new(),
        };
        let waits = by_code.entry(fault.code.clone()).or_insert_with(first);
        waits.steps += 1;
        if waits.named.len() < NAMED {
            waits.named.push(format!("{id}: {} {:?}", step.kind, step.name));
        }
        waits.next_at = waits.next_at.into_iter().chain(record.next_at).min();
    }
    let mut waits: Vec<Waits> = by_code.into_values().collect();
    waits.sort_by_key(|waits| std::cmp::Reverse(waits.steps));
    waits
}

fn blocked(view: &View) -> Vec<BlockedStep> {
    let leaving = view.about.leaving;
    let steps = view.state.steps().filter(|(_, record)| record.state == StepState::Blocked);
    let told = steps.filter_map(|(id, record)| {
        let (step, fault) = (view.plan.step(id)?, record.fault.as_ref()?);
        let side = match step.place.as_str() {
            place if place == Role::Leaving.as_str() => leaving.to_string(),
            place if place == Role::Target.as_str() => leaving.other().to_string(),
            place => place.to_owned(),
        };
        Some(BlockedStep {
            step: id.to_string(),
            stage: view.plan.stages.get(usize::from(id.stage))?.name.clone(),
            side,
            kind: step.kind.clone(),
            name: step.name.clone(),
            resource: step.resource.clone(),
            want: step.want.clone(),
            code: fault.code.clone(),
            message: fault.message.clone(),
        })
    });
    told.collect()
}
