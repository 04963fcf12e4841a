//! Time as an argument: the core never looks at a clock.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub},
    time::Duration,
};

/// A point on a call's own monotonic time axis, counted from the instant its socket was accepted.
///
/// Resolution is a nanosecond (that of [`Duration`]). The service measures it from tokio's clock, simulations
/// count it up themselves; the core only adds and compares.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Duration);

impl Moment {
    /// The instant the call's socket was accepted.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The moment `since` after [`Moment::ZERO`].
    pub const fn after(since: Duration) -> Self {
        Self(since)
    }

    /// The moment `millis` milliseconds after [`Moment::ZERO`].
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// Time passed since [`Moment::ZERO`].
    pub const fn elapsed(self) -> Duration {
        self.0
    }

    /// Whole milliseconds since [`Moment::ZERO`], as records and traces show them.
    pub const fn as_millis(self) -> u64 {
        self.0.as_millis() as u64
    }

    /// Time from `earlier` to `self`; zero where `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// `self` moved back by `by`, not beyond [`Moment::ZERO`].
    pub const fn back(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, by: Duration) -> Self {
        Self(self.0 + by)
    }
}

impl AddAssign<Duration> for Moment {
    fn add_assign(&mut self, by: Duration) {
        self.0 += by;
    }
}

impl Sub for Moment {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s", self.0.as_secs_f64())
    }
}
