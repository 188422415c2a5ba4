//! placeholder
/// What both workspaces hold at the start.
#[derive(Debug, Clone)]
pub struct Estate {}
impl Estate {
    /// A pair of workspaces.
    #[must_use]
    pub fn generate(_seed: u64, _resources_per_side: usize) -> Estate { Estate {} }
    /// The same, with names that even the explicit map does not tell apart.
    #[must_use]
    pub fn ambiguous(_seed: u64, _resources_per_side: usize) -> Estate { Estate {} }
    /// About twelve resources.
    #[must_use]
    pub fn small() -> Estate { Estate {} }
    /// (kind, primary id, standby id).
    #[must_use]
    pub fn explicit_map(&self) -> Vec<(String, String, String)> { Vec::new() }
}
