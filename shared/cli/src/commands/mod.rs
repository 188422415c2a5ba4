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
use runtime::{Exit, Problem};

use crate::terminal::talk::Form;

/// A command, with its arguments. Help lists the commands in this order.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    // To prepare.
    /// Rehearses a failover against a simulated pair of workspaces, in virtual time.
    Rehearse(rehearse::Arguments),
    /// Checks the configuration and reaches both sides. Changes nothing.
    Check(check::Arguments),
    /// Takes the checkpoint of a side while it is well.
    Capture(capture::Arguments),
    /// Prints the plan of a failover. Changes nothing.
    Plan(plan::Arguments),
    /// Makes an approval code, and the line that the configuration keeps of it.
    Code,

    // To move the work.
    /// Moves the work to the other side. Started again, it goes on.
    Failover(failover::Arguments),
    /// Plans, asks, and moves the work back from the standby to the primary, at once or in a window.
    Failback(failback::Arguments),
    /// Makes the standby the primary for good, and the primary its standby.
    Promote(promote::Arguments),

    // To watch.
    /// Shows where the work is and the status of the saga.
    Status(status::Arguments),
    /// Shows the verdict over all signals, and every signal. Changes nothing.
    Verdict(verdict::Arguments),
    /// Reports a reading of a side in the name of the person who is signed in: one origin among others.
    Signal(signal::Arguments),
    /// Fences again everything that was switched on on the side that was left.
    Guard(guard::Arguments),
    /// Explains a code: what it means, and what to do.
    Explain(explain::Arguments),

    // To steer.
    /// Says yes to the question of a saga.
    Approve(approve::Arguments),
    /// Says no to the question of a saga, and why. The saga is held.
    Decline(decline::Arguments),
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
    /// Ends the unfinished saga where it stands.
    Abort(abort::Arguments),
    /// Stops everything except observation: no verdict proposes anything.
    Freeze(freeze::Arguments),
    /// Ends what `switchback freeze` has begun.
    Thaw(thaw::Arguments),
    /// Ends the cool-down after the last saga early.
    Acknowledge(acknowledge::Arguments),

    // To prove.
    /// Runs a drill on the real pair: dry, on the standby alone, or there and back.
    Drill(drill::Arguments),
    /// Reports objective against achieved, of one saga or of all; makes the files for an auditor.
    Report(report::Arguments),
    /// Verifies evidence offline: nothing was altered, removed or reordered.
    Verify(verify::Arguments),
    /// Writes a lesson down, or closes one.
    Lesson(lesson::Arguments),
    /// Lists the open lessons.
    Lessons(lessons::Arguments),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self, form: Form) -> Result<Exit, Problem> {
        match self {
            Command::Rehearse(arguments) => rehearse::run(arguments, form),
            Command::Check(arguments) => check::run(arguments, form),
            Command::Capture(arguments) => capture::run(arguments, form),
            Command::Plan(arguments) => plan::run(arguments, form),
            Command::Code => code::run(form),
            Command::Failover(arguments) => failover::run(arguments, form),
            Command::Failback(arguments) => failback::run(arguments, form),
            Command::Promote(arguments) => promote::run(arguments, form),
            Command::Status(arguments) => status::run(arguments, form),
            Command::Verdict(arguments) => verdict::run(arguments, form),
            Command::Signal(arguments) => signal::run(arguments, form),
            Command::Guard(arguments) => guard::run(arguments, form),
            Command::Explain(arguments) => explain::run(arguments, form),
            Command::Approve(arguments) => approve::run(arguments, form),
            Command::Decline(arguments) => decline::run(arguments, form),
            Command::Hold(arguments) => hold::run(arguments, form),
            Command::Resume(arguments) => resume::run(arguments, form),
            Command::Retry(arguments) => retry::run(arguments, form),
            Command::Waive(arguments) => waive::run(arguments, form),
            Command::EndPursuit(arguments) => end_pursuit::run(arguments, form),
            Command::Abort(arguments) => abort::run(arguments, form),
            Command::Freeze(arguments) => freeze::run(arguments, form),
            Command::Thaw(arguments) => thaw::run(arguments, form),
            Command::Acknowledge(arguments) => acknowledge::run(arguments, form),
            Command::Drill(arguments) => drill::run(arguments, form),
            Command::Report(arguments) => report::run(arguments, form),
            Command::Verify(arguments) => verify::run(arguments, form),
            Command::Lesson(arguments) => lesson::run(arguments, form),
            Command::Lessons(arguments) => lessons::run(arguments, form),
        }
    }
}
