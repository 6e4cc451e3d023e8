use std::time::{Duration, Instant};

/// Measures elapsed time; tests replace it.
pub(crate) struct Stopwatch(Box<dyn Fn() -> Duration + Send>);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    pub(crate) fn new(elapsed: impl Fn() -> Duration + Send + 'static) -> Self {
        Self(Box::new(elapsed))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        (self.0)()
    }
}
