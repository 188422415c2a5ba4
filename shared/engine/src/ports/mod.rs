//! Defines everything that the use cases need from other systems, one trait per role.
//!
//! A signature that takes `&dyn Sagas` can access sagas and nothing else. An implementation of a port makes exactly
//! one attempt per call and sorts the fault. Only the runner retries.

mod action_kind;
mod action_registry;
mod actions;
mod admission;
mod approval_requests;
mod clock;
mod controls;
mod drill;
mod evidence_renderer;
mod history;
pub mod kind_settings;
mod names;
mod objects;
mod probe_kind;
mod probe_registry;
mod secret_place;
mod signals;
mod store;
mod store_error;
mod waker;
mod workspace;

pub use action_kind::{ActionKind, Attempt};
pub use action_registry::{ActionList, ActionRegistry};
pub use actions::{ActionContext, ActionInfo, Actions, Message, Secrets};
pub use admission::{Access, Admission, Admitted, Ending, Wire};
pub use approval_requests::{
    Answer, AnswerUseError, ApprovalRequest, ApprovalRequests, AuditAction, AuditEntry, Link, RequestState,
};
pub use clock::Clock;
pub use controls::{Closed, Control, ControlCount, ControlItem, ControlState, Controls, LessonItem};
pub use drill::{DrillRecord, TurnedBack, WayBack};
pub use evidence_renderer::EvidenceRenderer;
pub use history::DoneItem;
pub use names::Names;
pub use objects::Objects;
pub use probe_kind::{ProbeKind, ProbeRun, ProbeTraits};
pub use probe_registry::{ProbeList, ProbeRegistry};
pub use secret_place::{NO_PLACE, SecretPlace, setting_of};
pub use signals::{
    DeclaredProbe, Depth, Feed, Messenger, Probe, ProbeInfo, Probed, Recipient, Remembered, SideProbe, Signals,
    TrackItem,
};
pub use store::{
    EvidenceDue, GuardRecord, Lease, LogChunk, PairHead, Pairs, STORE_VERSION, SagaHead, SagaStatus, Sagas, StepItem,
    TakeOver,
};
pub use store_error::StoreError;
pub use waker::Waker;
pub use workspace::{ApiCall, ApiReply, Context, KindInfo, Next, Observed, ReadPurpose, Workspace};
