//! Says which guards of the store are in force.
//!
//! In everything that is deployed, all of them always are. With the cargo feature `mutants` a test can take one
//! away and show that a check then fails.

/// The guards to take away. The default takes none.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weakened {
    /// Writes no longer check whether a later epoch has touched the item (S33).
    pub epoch_condition: bool,
    /// A lease can be taken the moment it runs out (S13).
    pub drain: bool,
    /// An answer can be used again (S11).
    pub use_once: bool,
    /// A chunk of the log replaces one that exists already (S33).
    pub log_place: bool,
    /// A pair's head is written without a check of its revision (S1).
    pub revision: bool,
    /// A write does not recognise itself when its first answer was lost.
    pub own_mark: bool,
}

/// Every store asks at each guard. The answer is `true` if the guard is in force. By default all are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guards {
    #[cfg(feature = "mutants")]
    weakened: Weakened,
}

macro_rules! guard {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        pub fn $name(self) -> bool {
            #[cfg(feature = "mutants")]
            let stands = !self.weakened.$name;
            #[cfg(not(feature = "mutants"))]
            let stands = true;
            stands
        }
    )*};
}

impl Guards {
    /// Guards without some of them, to show that they matter.
    #[cfg(feature = "mutants")]
    pub fn without(weakened: Weakened) -> Self {
        Self { weakened }
    }

    guard! {
        /// A write checks whether a later epoch has touched the item (S33).
        epoch_condition
        /// A lease is taken only some time after it has run out (S13).
        drain
        /// An answer is used once (S11).
        use_once
        /// A chunk of the log never replaces one that exists already (S33).
        log_place
        /// A pair's head is written only over the revision before (S1).
        revision
        /// A write recognises itself when its first answer was lost.
        own_mark
    }
}
