//! Tests of the verdict (R14, S17): every small history against a slow reference, laws over large histories by
//! chance, and each clause by itself.

mod clauses;
mod ground;
mod laws;
mod rules;
mod small_histories;
