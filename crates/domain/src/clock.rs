//! The only sources of time and randomness, so that tests can control both.

use std::sync::Arc;

use runlens_api_types::Timestamp;

/// A source of the current time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the machine's clock is read"
        )]
        Self::new(|| time::OffsetDateTime::now_utc().into())
    }

    /// A clock for tests.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Returns cryptographically secure random bytes.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where randomness is taken"
    )]
    rand::Rng::random(&mut rand::rng())
}
