//! Holds what a workspace has beside the resources of its estate: statements, permissions, access
//! lists, and the assignment of the work's principal. Actions read and change it.
//!
//! Law: it is the same in every world and depends on no estate, so that an estate stays what it is.
//! Must not know: how a part of it answers.

use std::collections::BTreeMap;

use crate::{access_lists::AccessLists, grants::Grant, statements::Statement, wire::Side};

pub(crate) struct Beside {
    /// Statements by their id.
    pub(crate) statements: BTreeMap<String, Statement>,
    pub(crate) access_lists: AccessLists,
    /// Permissions by object type and object id.
    pub(crate) grants: BTreeMap<(String, String), Vec<Grant>>,
    /// The work's principal is assigned to this workspace by its account.
    pub(crate) work_is_assigned: bool,
}

impl Beside {
    pub(crate) fn new(side: Side, now: i64) -> Beside {
        Beside {
            statements: BTreeMap::new(),
            access_lists: AccessLists::prepared(side, now),
            grants: BTreeMap::new(),
            work_is_assigned: true,
        }
    }
}
