//! The reasons why a stack cannot be built.

use super::routes::RouteError;
use crate::embedded::OpenError;

/// A stack that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The template cannot be used for routing.
    #[error(transparent)]
    Routes(#[from] RouteError),
    /// The embedded table cannot be created.
    #[error(transparent)]
    Table(#[from] OpenError),
    /// The pair's name is not valid.
    #[error("{0}")]
    Pair(String),
}
