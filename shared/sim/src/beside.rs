//! What a workspace holds beside the resources of its estate: what errands look at and change.
//!
//! Law: the same in every world, whatever its estate, so that an estate stays what it is.
//! Must not know: how a part of it answers.

use std::collections::BTreeMap;

use crate::{access_lists::AccessLists, grants::Grant, statements::Statement, wire::Side};

/// See the module.
pub(crate) struct Beside {
    /// By statement id.
    pub(crate) statements: BTreeMap<String, Statement>,
    pub(crate) access_lists: AccessLists,
    /// By object type and object id.
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
