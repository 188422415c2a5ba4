//! Checks the facts of a record against each other. A forger who knows how seals are made must get all of this
//! right.

use saga::{Chain, Event, Line, Proof, SagaEvent};

use super::canonical::{line_of_log, line_of_member};
use super::facts::{Facts, GivenAnswer, Question};
use super::tampering::Tampering;

/// All contradictions between the facts. `text` is the file, which gives the line numbers.
pub(super) fn against_each_other(facts: &Facts, text: &str) -> Vec<Tampering> {
    let file = File { text };
    let mut found = plan(facts, &file);
    found.extend(beginning(facts, &file));
    found.extend(chain(&facts.log, &file));
    found.extend(end(facts, &file));
    found.extend(approvals(facts, &file));
    found
}

/// Finds the line of a fact in the file.
struct File<'a> {
    text: &'a str,
}

impl File<'_> {
    fn of(&self, member: &str, what: String) -> Tampering {
        Tampering { line: line_of_member(self.text, "facts", member), what }
    }

    fn log(&self, place: usize, what: String) -> Tampering {
        Tampering { line: line_of_log(self.text, place), what }
    }
}

fn plan(facts: &Facts, file: &File<'_>) -> Vec<Tampering> {
    let plan = match facts.thaw() {
        Ok(plan) => plan,
        Err(error) => return vec![file.of("plan", format!("the plan does not prove itself: {error}"))],
    };
    let mut found = Vec::new();
    let mut same = |member: &str, recorded: &str, planned: &str| {
        if recorded != planned {
            found.push(file.of(member, format!("the record says {recorded:?} here, its plan says {planned:?}")));
        }
    };
    same("saga", &facts.saga.0, &plan.saga.0);
    same("pair", facts.pair.as_str(), &plan.subject);
    same("kind", &facts.kind, &plan.kind);
    found
}

/// The first line must name the saga, the plan's hash, and the person who started it.
fn beginning(facts: &Facts, file: &File<'_>) -> Vec<Tampering> {
    let Some(Event::Saga(SagaEvent::Started { saga, plan, by })) = facts.log.first().map(|line| &line.event) else {
        return vec![file.log(0, "the log does not begin with the saga's start".to_owned())];
    };
    let mut found = Vec::new();
    if *saga != facts.saga {
        found.push(file.log(0, format!("this is the log of saga {saga}, the record is of {}", facts.saga)));
    }
    if *plan != facts.plan_hash {
        let (begun, recorded) = (plan.short(), facts.plan_hash.short());
        found.push(file.log(0, format!("the saga began with plan {begun}, the record holds plan {recorded}")));
    }
    if *by != facts.by {
        found.push(file.log(0, format!("the saga was started by {by:?}, the record says by {:?}", facts.by)));
    }
    found
}

/// Every line must follow from the one before. Only the first break is reported, because every later line follows
/// from a line that is not there.
fn chain(log: &[Line], file: &File<'_>) -> Vec<Tampering> {
    let mut found = Vec::new();
    let mut chain = Chain::default();
    for (place, line) in log.iter().enumerate() {
        if let Err(broken) = chain.follow(line) {
            found.push(file.log(place, broken.to_string()));
            break;
        }
    }
    found
}

fn end(facts: &Facts, file: &File<'_>) -> Vec<Tampering> {
    let last = facts.log.len().saturating_sub(1);
    match facts.log.last().map(|line| &line.event) {
        Some(Event::Saga(SagaEvent::Finished { outcome, .. })) if *outcome == facts.outcome => Vec::new(),
        Some(Event::Saga(SagaEvent::Finished { outcome, .. })) => {
            let what = format!("the record says that the saga was {:?}, its log says {outcome:?}", facts.outcome);
            vec![file.of("outcome", what)]
        }
        Some(_) | None => vec![file.log(last, "the log does not end with the saga's end".to_owned())],
    }
}

/// Each approval in the log must be the recorded answer to a recorded question, and each used answer must be in the
/// log.
fn approvals(facts: &Facts, file: &File<'_>) -> Vec<Tampering> {
    let mut found = Vec::new();
    for (place, line) in facts.log.iter().enumerate() {
        let Event::Saga(SagaEvent::Approved { question, by, accepts_risk, loss_shown, proofs }) = &line.event else {
            continue;
        };
        let asked = facts.questions.iter().find(|asked| asked.name == *question);
        let answer = asked.and_then(|asked| asked.answer.as_ref());
        let Some(answer) = answer.filter(|answer| answer.approved) else {
            found.push(file.log(place, format!("{by:?} approved {question:?} here, and no such answer is recorded")));
            continue;
        };
        let told = [
            ("approved by", by.clone(), answer.by.clone()),
            ("shown a loss of", loss_shown.clone(), loss_of(answer)),
            ("accepting the risk", accepts_risk.to_string(), answer.accepts_risk.to_string()),
            ("proven", format!("{proofs:?}"), format!("{:?}", answer.proofs)),
            ("about plan", facts.plan_hash.0.clone(), answer.plan.0.clone()),
        ];
        for (what, logged, recorded) in told.iter().filter(|(_, logged, recorded)| logged != recorded) {
            let text = format!("{question:?}: {what} {logged:?} by the log, {recorded:?} by the recorded answer");
            found.push(file.of("questions", text));
        }
    }
    for asked in &facts.questions {
        found.extend(answers(facts, asked).into_iter().map(|what| file.of("questions", what)));
    }
    found
}

fn answers(facts: &Facts, asked: &Question) -> Vec<String> {
    let mut found = Vec::new();
    let name = &asked.name;
    let logged = facts
        .log
        .iter()
        .any(|line| matches!(&line.event, Event::Saga(SagaEvent::Approved { question, .. }) if question == name));
    // A used answer may have no line, if the saga was aborted between the use and the line.
    if logged && !asked.used {
        found.push(format!("{name:?}: the log used the answer, and the record says that it was not used"));
    }
    if asked.plan != facts.plan_hash {
        found.push(format!("{name:?}: it was asked about plan {}", asked.plan.short()));
    }
    let Some(answer) = asked.answer.as_ref().filter(|answer| answer.approved) else { return found };
    if !asked.given.is_empty() {
        let people: Vec<&str> = asked.given.iter().map(|given| given.by.as_str()).collect();
        if people.join(" and ") != answer.by {
            found.push(format!("{name:?}: answered by {:?}, and those who said yes are {people:?}", answer.by));
        }
        let unrecorded = |proofs: &[Proof], people: usize| {
            if proofs.is_empty() { vec![Proof::NotRecorded; people] } else { proofs.to_vec() }
        };
        let told = unrecorded(&answer.proofs, asked.given.len());
        let behind: Vec<Proof> = asked.given.iter().flat_map(|given| unrecorded(&given.proofs, 1)).collect();
        if told != behind {
            found.push(format!("{name:?}: the answer is proven {told:?}, and those who said yes {behind:?}"));
        }
        let least = asked.given.iter().map(loss_of).find(|loss| *loss != loss_of(answer) && asked.people == 1);
        if let Some(other) = least {
            found.push(format!("{name:?}: the answer was shown {}, the yes behind it {other}", loss_of(answer)));
        }
    }
    found
}

/// The loss that was shown, in the form of the log.
fn loss_of(given: &GivenAnswer) -> String {
    given.loss_shown_s.map_or_else(|| "unknown".to_owned(), |seconds| format!("{seconds} s"))
}
