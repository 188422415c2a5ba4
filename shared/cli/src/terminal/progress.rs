//! Shows progress: a live table on a terminal, lines in a pipe.
//!
//! Law: it goes to stderr, and only when something has changed.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::summary::saga_summary::{Doing, SagaSummary};
use crate::terminal::talk::say;

/// One bar for the saga, and one for each of its stages.
struct Live {
    all: MultiProgress,
    head: ProgressBar,
    stages: Vec<ProgressBar>,
}

/// Shows the status of a saga.
pub(crate) struct Progress {
    live: Option<Mutex<Live>>,
    last: Mutex<Option<String>>,
    told_pursuit: Mutex<bool>,
}

impl Progress {
    /// Begins to show progress, in the form that suits stderr.
    pub(crate) fn begin() -> Self {
        let live = std::io::stderr().is_terminal().then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            let head = all.add(ProgressBar::new_spinner());
            Mutex::new(Live { all, head, stages: Vec::new() })
        });
        Self { live, last: Mutex::new(None), told_pursuit: Mutex::new(false) }
    }

    /// Shows a sentence above the table, or between the lines.
    pub(crate) fn note(&self, text: &str) {
        match &self.live {
            Some(live) => drop(lock(live).all.println(text)),
            None => say(text),
        }
    }

    /// Shows the saga, if its status has changed.
    pub(crate) fn show(&self, summary: &SagaSummary) {
        let line = summary.line();
        if lock(&self.last).replace(line.clone()).as_deref() == Some(line.as_str()) {
            return;
        }
        if summary.doing == Doing::Pursuing && !std::mem::replace(&mut *lock(&self.told_pursuit), true) {
            self.note(&format!(
                "the work is on the {}; {} steps on the {} are pursued until they are verified stopped\n\
                 this may be stopped and started again",
                summary.leaving.other(),
                summary.pursuit_left,
                summary.leaving
            ));
        }
        match &self.live {
            Some(live) => lock(live).draw(summary, &line),
            None => say(line),
        }
    }

    /// Removes the live table. The text after it shows the same, and stays.
    pub(crate) fn end(&self) {
        if let Some(live) = &self.live {
            let live = lock(live);
            live.stages.iter().for_each(ProgressBar::finish_and_clear);
            live.head.finish_and_clear();
        }
    }
}

impl Live {
    fn draw(&mut self, summary: &SagaSummary, line: &str) {
        self.head.set_message(line.to_owned());
        self.head.tick();
        if self.stages.len() != summary.stages.len() {
            let bars = summary.stages.iter().map(|stage| {
                let bar = self.all.add(ProgressBar::new(u64::from(stage.steps.total())));
                bar.set_style(style());
                bar.set_prefix(stage.name.clone());
                bar
            });
            self.stages = bars.collect();
        }
        for (bar, stage) in self.stages.iter().zip(&summary.stages) {
            let steps = stage.steps;
            bar.set_position(u64::from(steps.done + steps.waived));
            let part = |count: u32, word: &str| (count > 0).then(|| format!("{count} {word}"));
            let parts = [part(steps.waiting + steps.intended, "waiting"), part(steps.blocked, "blocked")];
            bar.set_message(parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
    }
}

fn style() -> ProgressStyle {
    // The template is a constant, so it cannot be wrong. The usual bar replaces it if it is.
    ProgressStyle::with_template("  {prefix:14} {bar:24} {pos:>5}/{len:<5} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
