//! Checks the way from signals to a question, and from an answer to a saga: who is asked when, which steps come
//! before an answer, and which effects signals alone never have (S17).

mod asking;
mod lessons;
mod policies;
mod promoted;
mod proposals;
mod syncing;
