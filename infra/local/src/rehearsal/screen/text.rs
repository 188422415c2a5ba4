//! Writes a screen as plain text: at most [`LINES`] lines of at most [`COLUMNS`] columns.

use std::path::{Path, PathBuf};

use super::super::story::clock;
use super::model::{FindingKind, Happening, Mark, SagaClocks, Screen};

/// The most columns of a line. Only the path of a file may be longer.
const COLUMNS: usize = 100;
/// The most lines of a screen.
const LINES: usize = 40;
/// The most lines of events, if the rest of the screen leaves room for them.
const EVENTS: usize = 18;
/// The most kinds of findings that have a line of their own.
const FINDINGS: usize = 3;
/// The most codes of blocked steps that have a line of their own.
const CODES: usize = 3;

/// The files of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The story.
    pub story: PathBuf,
    /// The plan.
    pub plan: PathBuf,
    /// The page of evidence. `None` if no saga has finished.
    pub page: Option<PathBuf>,
}

impl Files {
    /// The files of a rehearsal below a folder. `name` is that of the rehearsal, e.g. `region-lost-1`.
    #[must_use]
    pub fn below(folder: &Path, name: &str, has_page: bool) -> Self {
        Self {
            story: folder.join(format!("{name}.txt")),
            plan: folder.join(format!("{name}.plan.txt")),
            page: has_page.then(|| folder.join(format!("{name}.html"))),
        }
    }
}

impl Screen {
    /// The screen as text.
    #[must_use]
    pub fn text(&self, files: &Files) -> String {
        let (head, foot) = (self.head(), self.foot(files));
        let room = LINES.saturating_sub(head.len() + foot.len()).min(EVENTS);
        let mut text = String::new();
        for line in head.iter().chain(&events(&self.happened, room)).chain(&foot) {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn head(&self) -> Vec<String> {
        let left = format!("switchback rehearse {}", self.scenario);
        let right = format!("seed {} · {} resources on each side", self.seed, self.resources);
        let gap = COLUMNS.saturating_sub(width(&left) + width(&right)).max(1);
        let mut lines = vec![format!("{left}{}{right}", " ".repeat(gap))];
        lines.extend(wrapped("", &self.title.to_uppercase()));
        lines.extend(self.estate.iter().flat_map(|estate| wrapped("", estate)));
        lines.push(String::new());
        lines
    }

    fn foot(&self, files: &Files) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(wrapped(" ", &format!("outcome: {} · {}", self.outcome, self.work)));
        lines.extend(self.clocks.iter().map(|clocks| fitted(&clock_line(clocks))));
        lines.push(String::new());
        lines.push(" proof, from what truly ran:".to_owned());
        lines.extend(self.proof.iter().flat_map(|proof| wrapped(&format!("   {} ", sign(proof.mark)), &proof.text)));
        lines.extend(self.left_to_people());
        lines.extend(self.would_hurt());
        lines.push(String::new());
        lines.extend(file_lines(files));
        lines.push(
            " next   switchback rehearse --list   (--story prints all of it, --findings each finding)".to_owned(),
        );
        lines
    }

    fn left_to_people(&self) -> Vec<String> {
        if self.blocked.is_empty() {
            return Vec::new();
        }
        let steps: usize = self.blocked.iter().map(|blocked| blocked.steps).sum();
        let mut lines = vec![format!(" left to a person: {}", counted(steps, "step", "steps"))];
        let shown = self.blocked.iter().take(CODES);
        lines.extend(shown.map(|one| {
            fitted(&format!(
                "   ! {}: {}   → switchback explain {}",
                one.code,
                counted(one.steps, "step", "steps"),
                one.code
            ))
        }));
        lines
    }

    fn would_hurt(&self) -> Vec<String> {
        let all: usize = self.findings.iter().map(|kind| kind.count).sum();
        if all == 0 {
            return Vec::new();
        }
        let mut lines = vec![format!(" would hurt for real: {}", counted(all, "finding", "findings"))];
        let (shown, rest) = self.findings.split_at(self.findings.len().min(FINDINGS));
        lines.extend(shown.iter().map(finding_line));
        let more: usize = rest.iter().map(|kind| kind.count).sum();
        if more > 0 {
            lines.push(format!("   ! {more} more of {} → --findings", counted(rest.len(), "kind", "kinds")));
        }
        lines
    }
}

/// The lines of the events. If there is too little room, messages go first, then plain facts, then the middle.
fn events(happened: &[Happening], room: usize) -> Vec<String> {
    let mut shown: Vec<&Happening> = happened.iter().collect();
    for less in [Mark::Message, Mark::Note] {
        while shown.len() > room {
            let Some(index) = shown.iter().rposition(|one| one.mark == less) else { break };
            shown.remove(index);
        }
    }
    let mut lines: Vec<String> = shown.iter().map(|one| event_line(one)).collect();
    if lines.len() > room {
        let (first, last) = (room / 2, room.saturating_sub(room / 2 + 1));
        let left_out = lines.len() - first - last;
        lines.splice(first..first + left_out, [format!("           … {left_out} more, in the story")]);
    }
    lines
}

fn event_line(one: &Happening) -> String {
    fitted(&format!(" {}  {} {}", clock(one.at), sign(one.mark), one.text))
}

fn clock_line(clocks: &SagaClocks) -> String {
    let seconds = &clocks.seconds;
    let parts = [
        ("detect", seconds.detect_s),
        ("decide", seconds.decide_s),
        ("execute", seconds.execute_s),
        ("validate", seconds.validate_s),
    ];
    let parts = parts.map(|(name, s)| format!("{name} {}", s.map_or_else(|| "–".to_owned(), short)));
    let sum = seconds.rto_s.map_or_else(|| "RTO –".to_owned(), |s| format!("RTO {}", short(s)));
    let people = clocks.people_s.map_or_else(String::new, |s| format!(" (of it people {})", short(s)));
    format!(" {:<8} {}   {sum}{people}", clocks.kind, parts.join(" │ "))
}

/// A duration in short, e.g. `10m22`.
fn short(seconds: f64) -> String {
    let seconds = seconds.round() as i64;
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

fn finding_line(kind: &FindingKind) -> String {
    let of = match (kind.kind.replace('_', " "), kind.count) {
        (of, count) if of.is_empty() => format!("{count} ×"),
        (of, 1) => format!("1 {of}:"),
        (of, count) => format!("{count} {of}s:"),
    };
    fitted(&format!("   ! {of} {}", kind.what))
}

fn file_lines(files: &Files) -> Vec<String> {
    let mut lines = vec![format!(" story  {}", files.story.display()), format!(" plan   {}", files.plan.display())];
    lines.extend(files.page.iter().map(|page| format!(" page   {}   (open it in a browser)", page.display())));
    lines
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Failed => "✖",
        Mark::Ordered => "●",
        Mark::Well => "✔",
        Mark::Starts => "▶",
        Mark::Stops => "‖",
        Mark::Beware => "!",
        Mark::Note | Mark::Message => "·",
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// A line that is cut off where the screen ends.
fn fitted(line: &str) -> String {
    if width(line) <= COLUMNS {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(COLUMNS - 1).collect();
    cut.push('…');
    cut
}

/// Lines of whole words. The first begins with `front`, and the others are indented as far.
fn wrapped(front: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = front.to_owned();
    let indent = " ".repeat(width(front));
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let gap = usize::from(!is_empty);
        if !is_empty && width(&line) + gap + width(word) > COLUMNS {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(fitted(&line));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_wrapped_under_its_beginning() {
        let lines = wrapped("   ! ", &"word ".repeat(40));
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| width(line) <= COLUMNS));
        assert!(lines[1].starts_with("     word"), "{lines:?}");
    }

    #[test]
    fn a_duration_is_short() {
        assert_eq!([0.1, 59.6, 622.0, 3_720.0].map(short), ["0s", "1m00", "10m22", "1h02m"]);
    }

    #[test]
    fn what_matters_least_is_left_out_first() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let one = |mark, text: &str| Happening { at, mark, text: text.to_owned() };
        let mut all = vec![one(Mark::Ordered, "order"), one(Mark::Message, "message"), one(Mark::Well, "well")];
        assert!(!events(&all, 2).concat().contains("message"));
        all.extend((0..20).map(|_| one(Mark::Well, "more")));
        let lines = events(&all, 10);
        assert_eq!(lines.len(), 10);
        assert!(lines[5].contains("… 13 more"), "{lines:?}");
    }
}
