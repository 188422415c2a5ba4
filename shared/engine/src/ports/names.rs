//! Defines the port of the domain name system.

use async_trait::async_trait;

/// The domain name system, as seen from this machine. Each call is one question.
#[async_trait]
pub trait Names: Send + Sync {
    /// Whether a name has an address. `false`: a server answered that there is none.
    ///
    /// # Errors
    ///
    /// A sentence: no server answered, so it is unknown.
    async fn resolves(&self, host: &str) -> Result<bool, String>;

    /// The name that a name stands for (CNAME), without a dot at its end. `None`: it stands for no other name.
    ///
    /// # Errors
    ///
    /// A sentence: no server answered, so it is unknown.
    async fn alias(&self, host: &str) -> Result<Option<String>, String>;
}
