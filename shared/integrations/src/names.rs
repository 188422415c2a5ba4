//! Asks the name servers that this machine is configured with.
//!
//! Law: nothing is kept from one question to the next, because an answer of a minute ago says nothing about
//! now. The platform's own lookup does not show an alias, so `hickory-resolver` asks. Without the feature
//! `https` no server is asked, and every answer is an error.

/// The name servers of this machine.
#[derive(Debug, Default)]
pub struct SystemNames;

#[cfg(feature = "https")]
mod asked {
    use std::time::Duration;

    use async_trait::async_trait;
    use engine::ports::Names;
    use hickory_resolver::proto::rr::{RData, RecordType};
    use hickory_resolver::{Resolver, TokioResolver};

    use super::SystemNames;

    /// The longest time for one question, in all.
    const PATIENCE: Duration = Duration::from_secs(5);

    impl SystemNames {
        fn resolver() -> Result<TokioResolver, String> {
            let mut builder =
                Resolver::builder_tokio().map_err(|e| format!("no name server is configured here: {e}"))?;
            let options = builder.options_mut();
            options.cache_size = 0;
            options.attempts = 1;
            options.timeout = PATIENCE;
            builder.build().map_err(|e| format!("no name server can be asked here: {e}"))
        }
    }

    /// Makes the name absolute, so that no search domain is tried.
    fn whole(host: &str) -> String {
        format!("{}.", host.trim_end_matches('.'))
    }

    #[async_trait]
    impl Names for SystemNames {
        async fn resolves(&self, host: &str) -> Result<bool, String> {
            match Self::resolver()?.lookup_ip(whole(host)).await {
                Ok(found) => Ok(found.iter().next().is_some()),
                Err(error) if error.is_no_records_found() => Ok(false),
                Err(error) => Err(format!("the name servers did not answer: {error}")),
            }
        }

        async fn alias(&self, host: &str) -> Result<Option<String>, String> {
            match Self::resolver()?.lookup(whole(host), RecordType::CNAME).await {
                Ok(found) => Ok(found.answers().iter().find_map(|record| {
                    let RData::CNAME(name) = &record.data else { return None };
                    Some(name.to_string().trim_end_matches('.').to_ascii_lowercase())
                })),
                Err(error) if error.is_no_records_found() => Ok(None),
                Err(error) => Err(format!("the name servers did not answer: {error}")),
            }
        }
    }
}

#[cfg(not(feature = "https"))]
mod left_out {
    use async_trait::async_trait;
    use engine::ports::Names;

    use super::SystemNames;
    use crate::network::WITHOUT_HTTPS;

    #[async_trait]
    impl Names for SystemNames {
        async fn resolves(&self, _host: &str) -> Result<bool, String> {
            Err(WITHOUT_HTTPS.to_owned())
        }

        async fn alias(&self, _host: &str) -> Result<Option<String>, String> {
            Err(WITHOUT_HTTPS.to_owned())
        }
    }
}
