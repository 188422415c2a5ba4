//! Plays a script without an order: detection decides, and people answer from their links.

use std::collections::BTreeSet;
use std::mem::Discriminant;

use engine::detection::last_verdict;
use engine::pair::pair_head;
use engine::ports::{RequestState, SagaHead, SagaStatus};
use engine::view::{View, view};
use engine::wake::abort;
use failover::plan::{About, GO};
use failover::story::Sentence;
use failover::verdict::{Decision, Level, Reason, sentences};
use jiff::{SignedDuration, Timestamp};
use saga::{Outcome, Plan, PlanHash, SagaId, State};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::cast::{AT_MOST, Cast, Cue};
use super::ended::Ended;
use super::furnishing;
use super::status_line::status_line;
use super::watch_script::{Does, LINKS, WatchScript, code_of};
use crate::stack::requests::request;

/// Interval at which the pair is read.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// The function behind the links, by its name in the template.
const PAGES: &str = "ApprovalFunction";

/// An action that a person will do.
#[derive(Clone, Debug)]
struct PersonAction {
    at: Timestamp,
    by: String,
    path: String,
    does: Does,
}

/// An incident under way.
struct Incident<'a> {
    cast: &'a Cast<'a>,
    script: &'a WatchScript,
    operator: engine::Deps,
    events: Vec<(Timestamp, String)>,
    heard: Vec<Sentence>,
    mail: usize,
    person_actions: Vec<PersonAction>,
    /// The verdict that the story had last: level, decision, kinds of reasons.
    told: Option<(Level, Decision, Vec<Discriminant<Reason>>)>,
    sagas: Vec<SagaId>,
}

/// Plays the script until it is over.
pub(super) async fn play(
    cast: &Cast<'_>,
    script: &WatchScript,
    progress: &mut dyn FnMut(&str),
) -> Result<Ended, String> {
    let mut incident = Incident {
        cast,
        script,
        operator: cast.stack.operator(),
        events: Vec::new(),
        heard: Vec::new(),
        mail: 0,
        person_actions: Vec::new(),
        told: None,
        sagas: Vec::new(),
    };
    let outcome = incident.go_on(progress).await?;
    incident.end(outcome).await
}

impl Incident<'_> {
    /// Plays the script until nothing is left to happen. Returns the outcome.
    async fn go_on(&mut self, progress: &mut dyn FnMut(&str)) -> Result<&'static str, String> {
        let mut cues = self.cast.cues().into_iter().filter(|(_, cue)| !matches!(cue, Cue::Ordered)).peekable();
        let mut events = self.script.event.clone();
        events.sort_by_key(|event| event.at);
        let mut events = events.into_iter().peekable();
        loop {
            let now = self.cast.clock.now();
            while let Some((at, cue)) = cues.next_if(|(at, _)| *at <= now) {
                self.happens(cue, at).await?;
            }
            while let Some(event) = events.next_if(|event| self.cast.at(event.at) <= now) {
                let json: Value = serde_json::from_str(&event.json).map_err(|e| format!("{}: {e}", event.what))?;
                self.events.push((now, format!("{} arrives", event.what)));
                self.cast.stack.put_event(&json);
            }
            self.beat(now).await?;
            self.read_mail(now);
            self.carry_out(now).await?;
            self.follow_verdict(now).await?;
            if let Some(outcome) = self.outcome(now, progress).await? {
                return Ok(outcome);
            }
            let next = now.saturating_add(LOOKS_EVERY).unwrap_or(now);
            let due = cues.peek().map(|(at, _)| *at).into_iter();
            let due = due.chain(events.peek().map(|event| self.cast.at(event.at)));
            let due = due.chain(self.person_actions.iter().map(|person_action| person_action.at)).chain([next]);
            self.cast.clock.sleep_until(due.min().unwrap_or(next)).await;
        }
    }

    async fn happens(&mut self, cue: Cue, at: Timestamp) -> Result<(), String> {
        match cue {
            Cue::Capture => {
                let (at, text) = self.cast.takes_checkpoint(&self.operator, at).await?;
                self.events.push((at, text));
            }
            Cue::Lost | Cue::Back | Cue::Deployed(_) | Cue::RehearsalResult(_) | Cue::Ordered => {
                self.cast.happens(&cue, at, &mut self.events);
            }
        }
        Ok(())
    }

    /// Writes the heartbeats. In a lost region nobody writes them.
    async fn beat(&self, now: Timestamp) -> Result<(), String> {
        let is_lost = self.cast.script.loss.as_ref().is_some_and(|loss| now >= self.cast.at(loss.at));
        if is_lost { Ok(()) } else { furnishing::beat(&self.operator, now).await }
    }

    /// Reads new messages, and schedules the actions of their readers.
    fn read_mail(&mut self, now: Timestamp) {
        let mail = self.cast.stack.mail();
        for message in mail.iter().skip(self.mail) {
            let audience = message.attributes.get("approver").or_else(|| message.attributes.get("audience"));
            let to = audience.map_or("everybody", String::as_str);
            self.ingest(now, "message", format!("to {to}: {}", message.subject));
            let path = message.text.lines().find_map(|line| line.split_once(LINKS).map(|(_, path)| path.trim()));
            let Some(path) = path else { continue };
            for person_action in self.script.person_action.iter().filter(|person_action| person_action.by == to) {
                let at = now.saturating_add(SignedDuration::from_secs(person_action.after)).unwrap_or(now);
                self.person_actions.push(PersonAction {
                    at,
                    by: to.to_owned(),
                    path: path.to_owned(),
                    does: person_action.does,
                });
            }
        }
        self.mail = mail.len();
    }

    fn ingest(&mut self, at: Timestamp, place: &str, text: String) {
        self.heard.push(Sentence { at, place: place.to_owned(), text });
    }

    async fn carry_out(&mut self, now: Timestamp) -> Result<(), String> {
        let (due, later): (Vec<PersonAction>, Vec<PersonAction>) =
            self.person_actions.drain(..).partition(|person_action| person_action.at <= now);
        self.person_actions = later;
        for person_action in due {
            let text = match person_action.does {
                Does::Scan => {
                    let mut answered = Vec::new();
                    for (method, form) in [("HEAD", ""), ("GET", ""), ("POST", "pair=&code=&answer=approve")] {
                        answered.push(format!("{method} {}", self.ask(&person_action.path, method, form).await?));
                    }
                    format!("a mail scanner opens the link and submits its form: {}", answered.join(", "))
                }
                Does::Approve | Does::Decline | Does::Mistype => {
                    let opened = self.ask(&person_action.path, "GET", "").await?;
                    let code =
                        code_of(if person_action.does == Does::Mistype { "somebody" } else { &person_action.by });
                    let answer = if person_action.does == Does::Decline { "decline" } else { "approve" };
                    let form = form_urlencoded::Serializer::new(String::new())
                        .append_pair("pair", self.operator.pair.name.as_str())
                        .append_pair("code", code.expose_secret())
                        .append_pair("answer", answer)
                        .finish();
                    let answered = self.ask(&person_action.path, "POST", &form).await?;
                    let what = if person_action.does == Does::Mistype { "a wrong code" } else { answer };
                    format!("opens the link ({opened}) and answers, {what}: {answered}")
                }
                Does::Abort => {
                    let saga = self.sagas.last().ok_or("there is no saga to abort")?;
                    abort(&self.operator, saga, &person_action.by).await.map_err(|e| e.to_string())?;
                    "ends the saga at a terminal: a false alarm".to_owned()
                }
            };
            self.ingest(now, &person_action.by, text);
        }
        Ok(())
    }

    /// Sends a request to the page. Returns its status and its warning, or its heading.
    async fn ask(&self, path: &str, method: &str, form: &str) -> Result<String, String> {
        let answer = self.cast.stack.request(PAGES, request(method, path, form)).await?;
        let status = answer["statusCode"].as_u64().unwrap_or_default();
        let body = answer["body"].as_str().unwrap_or_default();
        // If the page has a warning, it says more than the heading.
        let said = within(body, "role=\"alert\"", "strong").or_else(|| within(body, "<main", "h1"));
        Ok(said.map_or_else(|| status.to_string(), |said| format!("{status} {said:?}")))
    }

    async fn follow_verdict(&mut self, now: Timestamp) -> Result<(), String> {
        let Some(verdict) = last_verdict(&self.operator).await.map_err(|e| e.to_string())? else { return Ok(()) };
        // While a saga is under way, the saga itself has the story.
        let own = verdict.reasons.iter().any(|reason| matches!(reason, Reason::SagaUnderWay { .. }));
        let key = (verdict.level, verdict.decision, verdict.reasons.iter().map(std::mem::discriminant).collect());
        if !own && self.told.as_ref() != Some(&key) {
            // The evidence of the verdict is added only if its level or its decision is new.
            let same = self.told.as_ref().is_some_and(|(level, decision, _)| (*level, *decision) == (key.0, key.1));
            let count = if same { 1 + verdict.reasons.len() } else { usize::MAX };
            self.told = Some(key);
            for sentence in sentences(&verdict).into_iter().take(count) {
                self.ingest(verdict.at.min(now), "verdict", sentence);
            }
        }
        Ok(())
    }

    /// The outcome, once the incident is over.
    async fn outcome(
        &mut self,
        now: Timestamp,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Option<&'static str>, String> {
        let clock = now.strftime("%H:%M:%S");
        let head = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
        if let Some(saga) = &head.saga
            && self.sagas.last() != Some(saga)
        {
            self.sagas.push(saga.clone());
        }
        let over = now >= self.cast.at(self.script.until);
        let Some(saga) = self.sagas.last() else {
            progress(&format!("{clock}  watching: nothing is proposed"));
            return Ok(over.then_some("nothing-proposed"));
        };
        let head = self.operator.sagas.head(saga).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
        progress(&format!("{clock}  {}", status_line(&head)));
        let asked = self.operator.approval_requests.question(saga, GO).await.map_err(|e| e.to_string())?;
        let declined = asked.is_some_and(|ask| matches!(ask.state, RequestState::Answered(answer) if !answer.approved));
        let too_long = now.duration_since(self.cast.begins) > AT_MOST;
        Ok(match head.status {
            SagaStatus::Finished(Outcome::Completed) => over.then_some("completed"),
            SagaStatus::Finished(Outcome::Aborted) => over.then_some("aborted"),
            SagaStatus::Asking if declined => over.then_some("held"),
            SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {
                too_long.then_some("unfinished")
            }
        })
    }

    async fn end(self, outcome: &'static str) -> Result<Ended, String> {
        let writes = self.cast.stack.writes();
        let now = self.cast.clock.now();
        let mut rounds = BTreeSet::new();
        let until = now.saturating_add(SignedDuration::from_secs(self.cast.script.watched_for)).unwrap_or(now);
        self.cast.watch(&self.operator, until, &mut rounds).await?;
        self.cast.world().advance(self.cast.clock.now().as_millisecond());
        let rounds = self.cast.told(&self.operator, rounds).await?;
        let (view, items) = match self.sagas.last() {
            Some(saga) => {
                let view = view(&self.operator, Some(saga)).await.map_err(|e| e.to_string())?;
                (view.ok_or("the saga is gone")?, self.operator.sagas.steps(saga).await.map_err(|e| e.to_string())?)
            }
            None => (self.nothing_began().await?, Vec::new()),
        };
        let proposals = self.sagas.len();
        Ok(Ended {
            view,
            items,
            outcome,
            rounds,
            events: self.events,
            heard: self.heard,
            proposals,
            writes,
            legs: Vec::new(),
            differences: Vec::new(),
            changing_calls: self.cast.stack.changing_calls(),
        })
    }

    /// The view of a pair without a saga: nothing is planned, nothing is written.
    async fn nothing_began(&self) -> Result<View, String> {
        let pair = pair_head(&self.operator).await.map_err(|e| e.to_string())?;
        let about = About {
            leaving: pair.active,
            planned: false,
            fence_first: false,
            checkpoint_at: self.cast.begins,
            target_listed_at: self.cast.begins,
            addresses: Vec::new(),
            worst_loss: None,
            operation: None,
            window: None,
        };
        let plan = Plan {
            version: saga::plan::PLAN_VERSION,
            saga: SagaId("none".to_owned()),
            subject: pair.pair.to_string(),
            kind: "none".to_owned(),
            made_at: self.cast.begins,
            about: Value::Null,
            stages: Vec::new(),
            exceptions: Vec::new(),
            findings: Vec::new(),
        };
        let state = State::new(&plan);
        let (name, hash) = (pair.pair.clone(), PlanHash::of(b""));
        let head = SagaHead::new(name, &plan, hash, "", failover::Clocks::default());
        let head = SagaHead { status: SagaStatus::Finished(Outcome::Aborted), ..head };
        Ok(View { pair, head, plan, about, lines: Vec::new(), state, question: None })
    }
}

/// Text of the first element with this name after a mark.
fn within<'a>(page: &'a str, mark: &str, element: &str) -> Option<&'a str> {
    let (_, after) = page.split_once(mark)?;
    let (_, after) = after.split_once(&format!("<{element}"))?;
    let (text, _) = after.split_once('>')?.1.split_once(&format!("</{element}>"))?;
    Some(text.trim().trim_end_matches('.'))
}
