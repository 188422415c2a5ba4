//! Lists the commands: their names, the sentences that help shows about them, and the file that runs each.

mod abort;
mod acknowledge;
mod approve;
mod capture;
mod check;
mod code;
mod decline;
mod drill;
mod end_pursuit;
mod explain;
mod failback;
mod failover;
mod freeze;
mod guard;
mod hold;
mod lesson;
mod lessons;
mod plan;
mod promote;
mod rehearse;
mod report;
mod resume;
mod retry;
mod signal;
mod status;
mod thaw;
mod verdict;
mod verify;
mod waive;

use clap::Subcommand;
use rim::{Exit, Problem};

/// A command, with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Rehearses a failover against a simulated pair of workspaces, in virtual time.
    Rehearse(rehearse::Arguments),
    /// Checks the configuration and reaches both sides. Changes nothing.
    Check(check::Arguments),
    /// Takes the checkpoint of a side while it is well.
    Capture(capture::Arguments),
    /// Prints the plan of a failover. Changes nothing.
    Plan(plan::Arguments),
    /// Moves the work to the other side. Started again, it goes on.
    Failover(failover::Arguments),
    /// Plans, asks, and moves the work back from the standby to the primary, at once or in a window.
    Failback(failback::Arguments),
    /// Makes the standby the primary for good, and the primary its standby.
    Promote(promote::Arguments),
    /// Runs a drill on the real pair: dry, on the standby alone, or there and back.
    Drill(drill::Arguments),
    /// Shows where the work is and the status of the saga.
    Status(status::Arguments),
    /// Fences again everything that was switched on on the side that was left.
    Guard(guard::Arguments),
    /// Shows the verdict over all signals, and every signal. Changes nothing.
    Verdict(verdict::Arguments),
    /// Reports a reading of a side in the name of the person who is signed in: one origin among others.
    Signal(signal::Arguments),
    /// Says yes to the question of a saga.
    Approve(approve::Arguments),
    /// Says no to the question of a saga, and why. The saga is held.
    Decline(decline::Arguments),
    /// Stops everything except observation: no verdict proposes anything.
    Freeze(freeze::Arguments),
    /// Ends what `switchback freeze` has begun.
    Thaw(thaw::Arguments),
    /// Ends the cool-down after the last saga early.
    Acknowledge(acknowledge::Arguments),
    /// Makes an approval code, and the line that the configuration keeps of it.
    Code(code::Arguments),
    /// Holds the unfinished saga: nothing of it acts, the pursuit included, until it is resumed.
    Hold(hold::Arguments),
    /// Lets a held saga go on.
    Resume(resume::Arguments),
    /// Tries a blocked or waiting step at once.
    Retry(retry::Arguments),
    /// Goes on without a step; asks for the pair's name.
    Waive(waive::Arguments),
    /// Ends the pursuit of steps that could not be verified stopped. Asks for the pair's name.
    EndPursuit(end_pursuit::Arguments),
    /// Writes a lesson down, or closes one.
    Lesson(lesson::Arguments),
    /// Lists the open lessons.
    Lessons(lessons::Arguments),
    /// Ends the unfinished saga where it stands.
    Abort(abort::Arguments),
    /// Reports objective against achieved, of one saga or of all; makes the files for an auditor.
    Report(report::Arguments),
    /// Verifies evidence offline: nothing was altered, removed or reordered.
    Verify(verify::Arguments),
    /// Explains a code: what it means, and what to do.
    Explain(explain::Arguments),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self) -> Result<Exit, Problem> {
        match self {
            Command::Rehearse(arguments) => rehearse::run(arguments),
            Command::Check(arguments) => check::run(arguments),
            Command::Capture(arguments) => capture::run(arguments),
            Command::Plan(arguments) => plan::run(arguments),
            Command::Failover(arguments) => failover::run(arguments),
            Command::Failback(arguments) => failback::run(arguments),
            Command::Promote(arguments) => promote::run(arguments),
            Command::Drill(arguments) => drill::run(arguments),
            Command::Status(arguments) => status::run(arguments),
            Command::Guard(arguments) => guard::run(arguments),
            Command::Verdict(arguments) => verdict::run(arguments),
            Command::Signal(arguments) => signal::run(arguments),
            Command::Approve(arguments) => approve::run(arguments),
            Command::Decline(arguments) => decline::run(arguments),
            Command::Freeze(arguments) => freeze::run(arguments),
            Command::Thaw(arguments) => thaw::run(arguments),
            Command::Acknowledge(arguments) => acknowledge::run(arguments),
            Command::Code(arguments) => code::run(arguments),
            Command::Hold(arguments) => hold::run(arguments),
            Command::Resume(arguments) => resume::run(arguments),
            Command::Retry(arguments) => retry::run(arguments),
            Command::Waive(arguments) => waive::run(arguments),
            Command::EndPursuit(arguments) => end_pursuit::run(arguments),
            Command::Lesson(arguments) => lesson::run(arguments),
            Command::Lessons(arguments) => lessons::run(arguments),
            Command::Abort(arguments) => abort::run(arguments),
            Command::Report(arguments) => report::run(arguments),
            Command::Verify(arguments) => verify::run(arguments),
            Command::Explain(arguments) => explain::run(arguments),
        }
    }

    /// Whether the answer is one JSON object.
    pub(crate) fn json(&self) -> bool {
        match self {
            Command::Rehearse(arguments) => arguments.json,
            Command::Check(arguments) => arguments.json,
            Command::Capture(arguments) => arguments.json,
            Command::Plan(arguments) => arguments.json,
            Command::Failover(arguments) => arguments.moving.json,
            Command::Failback(arguments) => arguments.moving.json,
            Command::Promote(arguments) => arguments.moving.json,
            Command::Drill(arguments) => arguments.json(),
            Command::Status(arguments) => arguments.json,
            Command::Guard(arguments) => arguments.json,
            Command::Verdict(arguments) => arguments.json,
            Command::Signal(arguments) => arguments.json,
            Command::Approve(arguments) => arguments.json(),
            Command::Decline(arguments) => arguments.json(),
            Command::Freeze(arguments) => arguments.json,
            Command::Thaw(arguments) => arguments.json,
            Command::Acknowledge(arguments) => arguments.json,
            Command::Code(arguments) => arguments.json,
            Command::Hold(arguments) => arguments.json(),
            Command::Resume(arguments) => arguments.json(),
            Command::Retry(arguments) => arguments.json(),
            Command::Waive(arguments) => arguments.json(),
            Command::EndPursuit(arguments) => arguments.json(),
            Command::Lesson(arguments) => arguments.json(),
            Command::Lessons(arguments) => arguments.json,
            Command::Abort(arguments) => arguments.json,
            Command::Report(arguments) => arguments.json,
            Command::Verify(arguments) => arguments.json,
            Command::Explain(arguments) => arguments.json,
        }
    }
}
