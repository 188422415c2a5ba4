//! Defines a set of resources by kind and id.

use std::collections::{BTreeMap, BTreeSet};

/// Resources of one location. The set is asked for each resource of each listing, so a question needs no text of its
/// own.
#[derive(Debug, Default)]
pub(crate) struct Named {
    by_kind: BTreeMap<String, BTreeSet<String>>,
}

impl Named {
    /// Adds a resource.
    pub(crate) fn insert(&mut self, kind: &str, id: &str) {
        match self.by_kind.get_mut(kind) {
            Some(ids) => drop(ids.insert(id.to_owned())),
            None => drop(self.by_kind.insert(kind.to_owned(), BTreeSet::from([id.to_owned()]))),
        }
    }

    /// Removes a resource.
    pub(crate) fn remove(&mut self, kind: &str, id: &str) {
        if let Some(ids) = self.by_kind.get_mut(kind)
            && ids.remove(id)
            && ids.is_empty()
        {
            self.by_kind.remove(kind);
        }
    }

    /// Whether this resource is in the set.
    pub(crate) fn contains(&self, kind: &str, id: &str) -> bool {
        self.by_kind.get(kind).is_some_and(|ids| ids.contains(id))
    }

    /// Whether any resource of this kind is in the set.
    pub(crate) fn has_any(&self, kind: &str) -> bool {
        self.by_kind.contains_key(kind)
    }

    /// Whether the set is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Named {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(all: I) -> Self {
        let mut named = Self::default();
        all.into_iter().for_each(|(kind, id)| named.insert(kind, id));
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_of_a_kind_takes_the_kind_with_it() {
        let mut named: Named = [("job", "1"), ("job", "2"), ("app", "1")].into_iter().collect();
        assert!(named.contains("job", "1") && !named.contains("app", "2") && named.has_any("app"));
        named.remove("app", "1");
        named.remove("app", "1");
        named.remove("job", "1");
        assert!(!named.has_any("app") && named.has_any("job") && !named.is_empty());
        named.remove("job", "2");
        assert!(named.is_empty());
    }
}
