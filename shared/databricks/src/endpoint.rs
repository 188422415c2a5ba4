//! One kind of request, with its HTTP method.

use engine::ports::Access;

/// The HTTP methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes something, or requests a token.
    Post,
    /// Changes a part of a resource.
    Patch,
    /// Replaces a resource.
    Put,
}

impl Verb {
    /// The name of the method as it is sent, e.g. `GET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Patch => "PATCH",
            Verb::Put => "PUT",
        }
    }
}

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name in the vendor's reference, e.g. `jobs/update`.
    pub name: &'static str,
    /// HTTP method.
    pub verb: Verb,
    /// Path with names in braces. `{id}` stands for the id of the resource. For an id `a/b`, `{parent}`
    /// stands for `a` and `{id}` for `b`. `{name}` stands for the name of a resource that is itself a path,
    /// e.g. `projects/a/branches/b`. The call fills the other names. If the request may change something, its
    /// query is a part of the path.
    pub path: &'static str,
    /// Name of its family, one of [`crate::FAMILIES`].
    pub family: &'static str,
    /// Whether the request can change anything.
    pub nature: Access,
}

/// A request that changes nothing.
pub(crate) const fn look(name: &'static str, path: &'static str, family: &'static str) -> Endpoint {
    Endpoint { name, verb: Verb::Get, path, family, nature: Access::Read }
}

/// A POST that may change something.
pub(crate) const fn effect(name: &'static str, path: &'static str, family: &'static str) -> Endpoint {
    Endpoint { name, verb: Verb::Post, path, family, nature: Access::Write }
}
