//! Decides which workspace is the primary: the one that the configuration names, or the one that a promotion has made
//! the primary (R44).
//!
//! Law: sides are identified by their hosts, and never by their order in a configuration. So a team may swap its two
//! tables after a promotion, or leave them, and nothing changes. A running saga keeps the role assignment that its
//! plan was made with.
//!
//! [`Deps`] gives no access to anything that depends on the roles. [`ResolvedPair`] does, and only this file makes
//! one. So a use case that forgets to resolve the roles does not compile.

use std::ops::Deref;

use failover::action::{ActionInfo, Address};
use failover::plan::About;
use failover::{RoleAssignment, Side};

use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{Actions, PairHead, StoreError};
use crate::sides::Sides;

/// The ports of the engine, and the sides of the pair with their roles resolved. Only [`Deps::resolve`],
/// [`Deps::resolve_planned`] and [`as_recorded`] make one.
#[derive(Clone)]
pub struct ResolvedPair {
    deps: Deps,
    sides: Sides,
}

impl Deref for ResolvedPair {
    type Target = Deps;

    fn deref(&self) -> &Deps {
        &self.deps
    }
}

impl ResolvedPair {
    /// The sides with their roles resolved.
    pub fn sides(&self) -> &Sides {
        &self.sides
    }

    /// Finds the part that carries out actions of a kind: an external one, or the workspace of a side.
    pub fn actions_of(&self, kind: &str, side: Side) -> Option<&dyn Actions> {
        let knows = |actions: &&dyn Actions| actions.actions().iter().any(|info| info.name == kind);
        let workspace: &dyn Actions = self.sides.workspace(side).as_ref();
        self.actions.iter().map(|actions| actions.as_ref() as &dyn Actions).chain([workspace]).find(knows)
    }

    /// Every kind of action that can be carried out here.
    pub fn action_kinds(&self) -> Vec<ActionInfo> {
        let through_workspaces = self.sides.primary.actions().iter();
        through_workspaces.chain(self.actions.iter().flat_map(|actions| actions.actions())).copied().collect()
    }
}

/// Resolves the roles by the head of the pair, as it is recorded now.
///
/// # Errors
///
/// [`StoreError`].
pub async fn as_recorded(deps: &Deps) -> Result<ResolvedPair, StoreError> {
    Ok(deps.resolve(&pair_head(deps).await?))
}

impl Deps {
    /// Resolves the roles by a head of the pair.
    pub fn resolve(&self, head: &PairHead) -> ResolvedPair {
        self.resolved(head.role_assignment.as_ref())
    }

    /// Resolves the roles by the role assignment that a plan was made with. A plan that names no addresses has the
    /// roles of the configuration.
    pub fn resolve_planned(&self, about: &About) -> ResolvedPair {
        self.resolved(role_assignment_of(&about.addresses).as_ref())
    }

    fn resolved(&self, role_assignment: Option<&RoleAssignment>) -> ResolvedPair {
        ResolvedPair { sides: self.configured.under(role_assignment), deps: self.clone() }
    }
}

/// The role assignment that two addresses state.
fn role_assignment_of(addresses: &[Address]) -> Option<RoleAssignment> {
    let host = |side: Side| addresses.iter().find(|address| address.side == side).map(|address| address.host.clone());
    Some(RoleAssignment { primary: host(Side::Primary)?, standby: host(Side::Standby)? })
}
