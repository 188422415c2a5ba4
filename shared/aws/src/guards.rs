//! Which of the store's guards stand.
//!
//! All of them, always, in everything that is deployed. With the cargo feature
//! `mutants` a test can take one away and show that a check then fails.

/// Guards to take away; the default takes none.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weakened {
    /// Writes no longer ask whether a later epoch has touched the item (S33).
    pub epoch_condition: bool,
    /// A lease can be taken the moment it runs out (S13).
    pub drain: bool,
    /// An answer can be used again (S11).
    pub use_once: bool,
    /// A chunk of the log replaces one that is there (S33).
    pub log_place: bool,
    /// A pair's head is written whatever its revision is (S1).
    pub revision: bool,
    /// A write does not know itself again when its first answer was lost.
    pub own_mark: bool,
}

/// Asked by every store at each guard: `true` if the guard stands. All of them stand by default.
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
        /// A write asks whether a later epoch has touched the item (S33).
        epoch_condition
        /// A lease is taken only some time after it has run out (S13).
        drain
        /// An answer is used once (S11).
        use_once
        /// A chunk of the log never replaces one that is there (S33).
        log_place
        /// A pair's head is written only over the revision before (S1).
        revision
        /// A write knows itself again when its first answer was lost.
        own_mark
    }
}
