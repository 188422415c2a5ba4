//! Short forms that make gates.

use saga::Gate;

pub(super) fn verified(names: &[&str]) -> Gate {
    Gate::Verified(names.iter().map(|name| (*name).to_owned()).collect())
}

pub(super) fn tried(names: &[&str]) -> Gate {
    Gate::Tried(names.iter().map(|name| (*name).to_owned()).collect())
}
