//! Lists the rules that keep the protocol safe. Each can be switched off.
//!
//! Law: a rule that is not listed here cannot be switched. A test switches each rule off and names the law that is
//! then broken. The list of tests does not compile while a guard has no test. Must not know: the laws.

/// The rules that are on.
#[derive(Clone, Debug)]
pub(crate) struct Guards {
    /// A step is not written once a later epoch has written it.
    pub(crate) epoch_condition: bool,
    /// The head is written only if its epoch is as it was read. A take-over also needs that the old lease is over.
    pub(crate) head_condition: bool,
    /// A call starts only while the lease has more left than its time-out plus skew.
    pub(crate) margin: bool,
    /// A lease is taken only when it has been over for the skew.
    pub(crate) drain: bool,
    /// A step is done when it was read back after the call ended, and not when the call was answered.
    pub(crate) read_back: bool,
    /// Steps behind the gate wait for those before it and for the approval.
    pub(crate) gate: bool,
    /// An answer is marked as used only if it is not used yet.
    pub(crate) use_once: bool,
    /// An answer that was given for another plan is not used.
    pub(crate) same_plan: bool,
    /// A runner that takes the lease seals the log before it reads it.
    pub(crate) seal: bool,
    /// A runner that takes the lease seals every earlier epoch without a seal, and not only the last one.
    pub(crate) seal_all: bool,
    /// The plan is written before the first call.
    pub(crate) plan_first: bool,
    /// A runner gives the lease back, or records an end, only when none of its calls can still take effect.
    pub(crate) quiet: bool,
    /// A finished saga is not taken, and its end is not overwritten.
    pub(crate) terminal: bool,
}

impl Guards {
    /// All rules are on, as in the deployed protocol.
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
