//! Asking the domain name system.

use async_trait::async_trait;

/// The domain name system, as it is seen from where this runs. One question per call.
#[async_trait]
pub trait Names: Send + Sync {
    /// Whether a name has an address; `false` where it was answered that there is none.
    ///
    /// # Errors
    ///
    /// A sentence: nobody answered, so it cannot be told.
    async fn resolves(&self, host: &str) -> Result<bool, String>;

    /// The name that a name stands for (CNAME), without a dot at its end; `None` if for none.
    ///
    /// # Errors
    ///
    /// A sentence: nobody answered, so it cannot be told.
    async fn alias(&self, host: &str) -> Result<Option<String>, String>;
}
