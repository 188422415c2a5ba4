//! Builds the SDK's clients, once per process.
//!
//! It reads nothing from the environment except what the SDK itself reads to find credentials. Region and endpoint
//! come from the caller.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::{RetryConfig, TimeoutConfig};

/// Access key id and secret access key for the embedded parts. They open nothing else.
pub const EMBEDDED_KEY: &str = "embedded";

/// The remedy for a build that reaches no AWS.
pub const CLOUD_BUILD: &str = "build it with --features cloud";

/// The longest times for a request to the stack's own parts: table, topic, bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The longest time for one attempt.
    pub attempt: Duration,
    /// The longest time for all attempts, back-off included.
    pub request: Duration,
}

impl Patience {
    /// Attempts per request, the first included.
    pub const ATTEMPTS: u32 = 3;
    /// The longest wait before the second attempt. It is doubled before the third. The actual wait is random.
    pub const BACK_OFF: Duration = Duration::from_millis(100);
    /// For the table or a topic. Three attempts and their back-off end within 10 s. A lease of 30 s is renewed
    /// after this time.
    pub const SMALL: Self = Self { attempt: Duration::from_secs(3), request: Duration::from_secs(9) };
    /// For an object. A checkpoint may have megabytes.
    pub const OBJECT: Self = Self { attempt: Duration::from_secs(20), request: Duration::from_secs(45) };

    fn time_outs(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.request)
            .build()
    }
}

/// The longest time for a connection to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// One client per service and use. Cheap to clone.
#[derive(Clone)]
pub struct Clients {
    pub(crate) actions: ActionClients,
    /// Client of AWS Health. It makes one attempt per request.
    #[cfg(feature = "cloud")]
    pub(crate) health: aws_sdk_health::Client,
    /// Whether one address, that of an emulator, serves all services.
    #[cfg(feature = "cloud")]
    pub(crate) has_endpoint: bool,
    pub(crate) dynamo: aws_sdk_dynamodb::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sns: aws_sdk_sns::Client,
}

/// Clients for actions. They make exactly one attempt, because the runner retries. The time limit of a call comes
/// from its permit, and its region from the settings of the action.
#[derive(Clone)]
pub(crate) struct ActionClients {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    #[cfg(feature = "cloud")]
    pub(crate) kinesis: aws_sdk_kinesis::Client,
    #[cfg(feature = "cloud")]
    pub(crate) route53: aws_sdk_route53::Client,
    #[cfg(feature = "cloud")]
    pub(crate) s3control: aws_sdk_s3control::Client,
    #[cfg(feature = "cloud")]
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    #[cfg(feature = "cloud")]
    pub(crate) ssm: aws_sdk_ssm::Client,
}

impl ActionClients {
    fn of(config: &SdkConfig, path_style: bool) -> Self {
        let config = without_retries(config);
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(path_style).build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::new(&config),
            #[cfg(feature = "cloud")]
            kinesis: aws_sdk_kinesis::Client::new(&config),
            #[cfg(feature = "cloud")]
            route53: aws_sdk_route53::Client::new(&config),
            #[cfg(feature = "cloud")]
            s3control: aws_sdk_s3control::Client::new(&config),
            #[cfg(feature = "cloud")]
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            #[cfg(feature = "cloud")]
            ssm: aws_sdk_ssm::Client::new(&config),
        }
    }
}

/// The time-outs of one request of an action that may take `time_out`.
pub(crate) fn within(time_out: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT.min(time_out)).operation_timeout(time_out).build()
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl Clients {
    /// Clients for AWS itself, with the credentials that the SDK finds.
    ///
    /// `region` is for example `eu-west-1`. With `None` the SDK searches for it. `endpoint` is the address of
    /// something that speaks like AWS, for all services. `None` is AWS.
    ///
    /// This sends no request yet: credentials are fetched with the first request.
    #[cfg(feature = "cloud")]
    pub async fn from_environment(region: Option<&str>, endpoint: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries());
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        Self::of(&loader.load().await, endpoint.is_some())
    }

    /// The same in a build that reaches no AWS. Every request fails and names the remedy.
    #[cfg(not(feature = "cloud"))]
    #[allow(clippy::unused_async, reason = "callers await it in every build")]
    pub async fn from_environment(region: Option<&str>, _endpoint: Option<&str>) -> Self {
        use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
        use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
        use aws_smithy_runtime_api::client::result::ConnectorError;

        #[derive(Debug)]
        struct Unreachable;

        impl HttpConnector for Unreachable {
            fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
                let why = format!("this build of the program reaches no AWS: {CLOUD_BUILD}");
                HttpConnectorFuture::ready(Err(ConnectorError::user(why.into())))
            }
        }

        let unreachable = SharedHttpConnector::new(Unreachable);
        let client = aws_smithy_runtime_api::client::http::http_client_fn(move |_, _| unreachable.clone());
        Self::embedded(client, region.unwrap_or("us-east-1"))
    }

    /// Clients that send all requests to `http_client` instead of the network.
    pub fn embedded(http_client: impl HttpClient + 'static, region: &str) -> Self {
        let credentials = Credentials::new(EMBEDDED_KEY, EMBEDDED_KEY, None, None, "embedded");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(retries())
            .http_client(http_client)
            .build();
        Self::of(&config, true)
    }

    fn of(config: &SdkConfig, path_style: bool) -> Self {
        let small = Patience::SMALL.time_outs();
        let dynamo = aws_sdk_dynamodb::config::Builder::from(config).timeout_config(small.clone()).build();
        let sns = aws_sdk_sns::config::Builder::from(config).timeout_config(small).build();
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .timeout_config(Patience::OBJECT.time_outs())
            .force_path_style(path_style)
            .build();
        Self {
            actions: ActionClients::of(config, path_style),
            #[cfg(feature = "cloud")]
            health: aws_sdk_health::Client::new(&without_retries(config)),
            #[cfg(feature = "cloud")]
            has_endpoint: config.endpoint_url().is_some(),
            dynamo: aws_sdk_dynamodb::Client::from_conf(dynamo),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::from_conf(sns),
        }
    }
}

fn without_retries(config: &SdkConfig) -> SdkConfig {
    config.to_builder().retry_config(RetryConfig::disabled()).build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(Patience::ATTEMPTS).with_initial_backoff(Patience::BACK_OFF)
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::{ProvideCredentials, future};
    use aws_smithy_runtime_api::client::http::http_client_fn;
    use engine::ports::{Sagas, StoreError};
    use saga::SagaId;

    use super::*;
    use crate::DynamoStore;

    #[tokio::test(start_paused = true)]
    async fn missing_credentials_say_to_sign_in() {
        let told = read_without(|| CredentialsError::not_loaded("none here")).await;
        assert!(matches!(&told, StoreError::Broken(text) if text.contains("sign in")), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_are_late_ask_for_another_try() {
        let told = read_without(|| CredentialsError::provider_timed_out(Duration::from_secs(1))).await;
        assert!(matches!(told, StoreError::Again(_)), "{told:?}");
    }

    #[test]
    fn no_key_is_shown() {
        let client = http_client_fn(|_, _| panic!("no request is made"));
        assert_eq!(format!("{:?}", Clients::embedded(client, "eu-west-1")), "Clients { .. }");
    }

    #[derive(Debug)]
    struct Without(fn() -> CredentialsError);

    impl ProvideCredentials for Without {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err((self.0)()))
        }
    }

    async fn read_without(error: fn() -> CredentialsError) -> StoreError {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Without(error)))
            .retry_config(retries())
            .http_client(http_client_fn(|_, _| panic!("no request is made")))
            .build();
        let store = DynamoStore::new(&Clients::of(&config, false), "sagas");
        store.head(&SagaId("s".into())).await.unwrap_err()
    }
}
