//! The rules that keep the protocol safe, each of which can be switched off.
//!
//! Law: a rule that is not listed here is not switched anywhere. A test switches each
//! one off and names the law that falls with it; the list of tests does not compile
//! while a guard has none. Must not know what the laws are.

/// Which rules are on.
#[derive(Clone, Debug)]
pub(crate) struct Guards {
    /// A step is not written once a later epoch has written it.
    pub(crate) epoch_condition: bool,
    /// The head is written only if its epoch, and for a taker its lease, are as they were read.
    pub(crate) head_condition: bool,
    /// A call starts only while the lease outlasts its time-out plus skew.
    pub(crate) margin: bool,
    /// A lease is taken only when it has been over for the skew.
    pub(crate) drain: bool,
    /// A step is done when it was read back after the call ended, not when the call was answered.
    pub(crate) read_back: bool,
    /// Steps behind the gate wait for those before it and for the approval.
    pub(crate) gate: bool,
    /// An answer is marked as used only if it is not.
    pub(crate) use_once: bool,
    /// An answer that was given for another plan is not used.
    pub(crate) same_plan: bool,
    /// A taker seals the log before it reads it.
    pub(crate) seal: bool,
    /// A taker seals every earlier epoch that has no seal, not only the last one.
    pub(crate) seal_all: bool,
    /// The plan is written before the first call.
    pub(crate) plan_first: bool,
    /// The lease is given back, and an end is recorded, only when no call of the runner can
    /// still take effect.
    pub(crate) quiet: bool,
    /// A finished saga is not taken, and its end is not overwritten.
    pub(crate) terminal: bool,
}

impl Guards {
    /// The protocol as it is.
    pub(crate) const ON: Self = Self {
        epoch_condition: true,
        head_condition: true,
        margin: true,
        drain: true,
        read_back: true,
        gate: true,
        use_once: true,
        same_plan: true,
        seal: true,
        seal_all: true,
        plan_first: true,
        quiet: true,
        terminal: true,
    };
}
