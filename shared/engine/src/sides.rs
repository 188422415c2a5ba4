//! Defines everything that a pair has for each of its two sides, and swaps the roles of the two workspaces.
//!
//! Law: the sides of the configuration cannot be read before their roles are resolved. A swap reaches everything that
//! has a side, also in the settings of an action.

use std::sync::Arc;

use failover::action::{Action, Address, Declarations};
use failover::signal::{Watched, WatchedSide};
use failover::{MapEntry, RoleAssignment, Side};

use crate::per_side::with_swapped_members;
use crate::ports::{SideProbe, Workspace};

/// Everything of a pair that depends on which workspace is the primary.
#[derive(Clone)]
pub struct Sides {
    /// The workspace of the primary.
    pub primary: Arc<dyn Workspace>,
    /// The workspace of the standby.
    pub standby: Arc<dyn Workspace>,
    /// The explicit map between the resources of the two sides (`[[map]]`).
    pub map: Vec<MapEntry>,
    /// The addresses of the two sides, the primary first.
    pub addresses: Vec<Address>,
    /// The actions that the team has declared, and the work that runs on both sides.
    pub declarations: Declarations,
    /// The cloud and the region of each side, as providers name them.
    pub watched: Watched,
    /// The probes of the two sides.
    pub probes: Vec<SideProbe>,
    /// The side that the configuration calls the primary. It is [`Side::Primary`] in the configuration itself.
    pub configured_primary: Side,
}

impl Sides {
    /// The workspace of a side.
    pub fn workspace(&self, side: Side) -> &Arc<dyn Workspace> {
        match side {
            Side::Primary => &self.primary,
            Side::Standby => &self.standby,
        }
    }

    /// The address of a side, if it is known.
    pub fn address(&self, side: Side) -> Option<&Address> {
        self.addresses.iter().find(|address| address.side == side)
    }

    /// The host of a side. It is empty if no address is known.
    pub fn host(&self, side: Side) -> &str {
        self.address(side).map_or("", |address| address.host.as_str())
    }

    /// The side of now of the workspace that has the role `configured` in the configuration.
    pub fn of_configured(&self, configured: Side) -> Side {
        match configured {
            Side::Primary => self.configured_primary,
            Side::Standby => self.configured_primary.other(),
        }
    }

    /// The same two workspaces, each with the role of the other.
    fn swapped(&self) -> Self {
        let mut addresses: Vec<Address> =
            self.addresses.iter().map(|it| Address { side: it.side.other(), ..it.clone() }).collect();
        addresses.sort_by_key(|address| address.side);
        let map = self.map.iter().map(|entry| MapEntry {
            kind: entry.kind.clone(),
            primary: entry.standby.clone(),
            standby: entry.primary.clone(),
        });
        let actions = self
            .declarations
            .actions
            .iter()
            .map(|action| Action { settings: with_swapped_members(&action.settings), ..action.clone() });
        let watched = self.watched.sides.iter().map(|it| WatchedSide { side: it.side.other(), ..it.clone() });
        let probes = self.probes.iter().map(|it| SideProbe { side: it.side.other(), ..it.clone() });
        Self {
            primary: Arc::clone(&self.standby),
            standby: Arc::clone(&self.primary),
            map: map.collect(),
            addresses,
            declarations: Declarations { actions: actions.collect(), ..self.declarations.clone() },
            watched: Watched { sides: watched.collect(), ..self.watched.clone() },
            probes: probes.collect(),
            configured_primary: self.configured_primary.other(),
        }
    }
}

/// The sides with the roles of the configuration. A promotion may have changed the roles, so nothing here can be
/// read. [`crate::Deps::resolve`] gives the sides with their roles of now.
#[derive(Clone)]
pub struct ConfiguredSides(Sides);

impl ConfiguredSides {
    /// Takes the sides as they are configured.
    pub fn new(sides: Sides) -> Self {
        Self(sides)
    }

    /// The same with other probes.
    pub fn with_probes(self, probes: Vec<SideProbe>) -> Self {
        Self(Sides { probes, ..self.0 })
    }

    /// The sides with the roles of a role assignment, or with those of the configuration if there is none.
    pub(crate) fn under(&self, role_assignment: Option<&RoleAssignment>) -> Sides {
        if role_assignment.is_some_and(|roles| self.is_swapped_by(roles)) { self.0.swapped() } else { self.0.clone() }
    }

    /// Whether a role assignment gives each workspace the other role than the configuration.
    fn is_swapped_by(&self, role_assignment: &RoleAssignment) -> bool {
        role_assignment.primary == self.0.host(Side::Standby) && role_assignment.standby == self.0.host(Side::Primary)
    }
}
