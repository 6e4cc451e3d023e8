//! The time, and randomness: the only places they are taken from, so that tests can decide both.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use runlens_api_types::Timestamp;

/// Tells the time.
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

    /// Any other clock.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Tells how long something takes, whatever becomes of the machine's clock meanwhile.
pub(crate) struct Stopwatch(Box<dyn Fn() -> Duration + Send>);

impl Stopwatch {
    /// Begins to measure.
    pub(crate) fn start() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    /// Any other stopwatch.
    pub(crate) fn new(elapsed: impl Fn() -> Duration + Send + 'static) -> Self {
        Self(Box::new(elapsed))
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        (self.0)()
    }
}

/// Random bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where randomness is taken"
    )]
    rand::Rng::random(&mut rand::rng())
}
