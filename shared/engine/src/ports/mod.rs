//! Defines everything that the use cases need from other systems, one trait per role.
//!
//! A signature that takes `&dyn Sagas` can access sagas and nothing else. An implementation of a port makes exactly
//! one attempt per call and sorts the fault. Only the runner retries.

mod asks;
mod clock;
mod controls;
mod drill;
mod errands;
mod history;
mod names;
mod objects;
mod pass;
mod scribe;
mod secret_place;
mod signals;
mod store;
mod store_error;
mod waker;
mod workspace;

pub use asks::{Answer, AnswerRefused, AskItem, AskState, Asks, Deed, Link, TrailLine};
pub use clock::Clock;
pub use controls::{Closed, Control, ControlCount, ControlItem, ControlState, Controls, LessonItem};
pub use drill::{DrillRecord, TurnedBack, WayBack};
pub use errands::{Briefing, ErrandInfo, Errands, Message, Secrets};
pub use history::DoneItem;
pub use names::Names;
pub use objects::Objects;
pub use pass::{Admitted, Ending, Nature, Pass, Wire};
pub use scribe::Scribe;
pub use secret_place::{NO_PLACE, SecretPlace, setting_of};
pub use signals::{
    DeclaredProbe, Depth, Feed, Messenger, Probe, ProbeInfo, Probed, Recipient, Remembered, Signals, TrackItem,
};
pub use store::{
    EvidenceDue, GuardRecord, Lease, LogChunk, PairHead, Pairs, STORE_VERSION, SagaHead, SagaStatus, Sagas, StepItem,
    TakeOver,
};
pub use store_error::StoreError;
pub use waker::Waker;
pub use workspace::{Act, ActReply, Context, KindInfo, Looking, Next, Observed, Workspace};
