//! Drives a world by requests at virtual times.

use serde_json::{Value, json};
use sim::{Answer, Estate, Request, Settings, Side, World};

/// 2026-03-02T00:00:00Z, a Monday.
pub(crate) const START: i64 = 1_772_409_600_000;
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 3_600_000;

/// A world, and the moment that is reached in it.
pub(crate) struct Drive {
    pub(crate) world: World,
    pub(crate) now: i64,
}

impl Drive {
    pub(crate) fn small() -> Drive {
        Drive::with(Estate::small(), Settings::default())
    }

    pub(crate) fn usual(seed: u64) -> Drive {
        Drive::with(Estate::generate(seed, 240), Settings::default())
    }

    pub(crate) fn with(estate: Estate, settings: Settings) -> Drive {
        Drive { world: World::new(11, estate, settings, START), now: START }
    }

    pub(crate) fn wait(&mut self, ms: i64) {
        self.now += ms;
        self.world.advance(self.now);
    }

    /// Sends a request. Afterward the time is that of the answer.
    pub(crate) fn send(&mut self, side: Side, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::json(method, path, side.personal_token(), body);
        let answer = self.world.handle(self.now, side, &request);
        if let Answer::Reply { after_ms, .. } | Answer::Reset { after_ms } = &answer {
            self.now += i64::try_from(*after_ms).expect("a short delay");
        }
        answer
    }

    /// Status and JSON of a reply.
    pub(crate) fn ask(&mut self, side: Side, method: &str, path: &str, body: &Value) -> (u16, Value) {
        match self.send(side, method, path, body) {
            Answer::Reply { reply, .. } => (reply.status, reply.value()),
            other @ (Answer::Silence | Answer::Reset { .. }) => panic!("{method} {path}: {other:?}"),
        }
    }

    pub(crate) fn get(&mut self, side: Side, path: &str) -> Value {
        let (status, value) = self.ask(side, "GET", path, &Value::Null);
        assert_eq!(status, 200, "GET {path}: {value}");
        value
    }

    pub(crate) fn post(&mut self, side: Side, path: &str, body: &Value) -> Value {
        let (status, value) = self.ask(side, "POST", path, body);
        assert_eq!(status, 200, "POST {path}: {value}");
        value
    }

    /// The refusal of a request: status, `error_code`, message.
    pub(crate) fn refused(&mut self, side: Side, method: &str, path: &str, body: &Value) -> (u16, String, String) {
        let (status, value) = self.ask(side, method, path, body);
        assert_ne!(status, 200, "{method} {path}");
        let code = value["error_code"].as_str().unwrap_or_default();
        let message = value["message"].as_str().unwrap_or_default();
        (status, code.to_owned(), message.to_owned())
    }

    /// Makes a job on the primary, and returns its id.
    pub(crate) fn make_job(&mut self, mut settings: Value) -> i64 {
        if settings.get("tasks").is_none() {
            settings["tasks"] = json!([{ "task_key": "main", "environment_key": "default" }]);
        }
        let made = self.post(Side::Primary, "/api/2.2/jobs/create", &settings);
        made["job_id"].as_i64().expect("an id")
    }

    pub(crate) fn update_job(&mut self, side: Side, id: i64, settings: Value) {
        let body = json!({ "job_id": id, "new_settings": settings });
        self.post(side, "/api/2.2/jobs/update", &body);
    }

    pub(crate) fn job(&mut self, side: Side, id: i64) -> Value {
        self.get(side, &format!("/api/2.2/jobs/get?job_id={id}"))
    }

    pub(crate) fn run_now(&mut self, side: Side, id: i64) -> i64 {
        let run = self.post(side, "/api/2.2/jobs/run-now", &json!({ "job_id": id }));
        run["run_id"].as_i64().expect("an id")
    }

    /// `life_cycle_state` of a run.
    pub(crate) fn life(&mut self, side: Side, run: i64) -> String {
        let run = self.get(side, &format!("/api/2.2/jobs/runs/get?run_id={run}"));
        run["state"]["life_cycle_state"].as_str().expect("a state").to_owned()
    }

    /// The runs of a job, newest first.
    pub(crate) fn runs_of(&mut self, side: Side, job: i64) -> Vec<Value> {
        let path = format!("/api/2.2/jobs/runs/list?job_id={job}");
        self.pages(side, &path, "runs")
    }

    /// All pages of a listing.
    pub(crate) fn pages(&mut self, side: Side, path: &str, items: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let query = if next.is_empty() { String::new() } else { format!("{join}page_token={next}") };
            let page = self.get(side, &format!("{path}{query}"));
            all.extend(page[items].as_array().cloned().unwrap_or_default());
            match page["next_page_token"].as_str() {
                Some(token) => next = token.to_owned(),
                None => return all,
            }
        }
    }

    /// Waits until a run is in a state, up to an hour.
    pub(crate) fn until_life(&mut self, side: Side, run: i64, wanted: &str) {
        for _ in 0..3600 {
            if self.life(side, run) == wanted {
                return;
            }
            self.wait(SECOND);
        }
        panic!("run {run} never was {wanted}");
    }

    /// The first resource of a kind on a side: its id there and on the other side.
    pub(crate) fn pair_of(&self, estate: &Estate, kind: &str) -> (String, String) {
        let found = estate.counterparts().into_iter().find(|(of, _, _)| of == kind);
        let (_, primary, standby) = found.expect("one of that kind");
        (primary, standby)
    }
}
