//! Services outside, as a scenario or a test has them answer.

use crate::call::{Inquiry, NoAnswer, Values};
use std::time::Duration;

/// How a service answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answering {
    /// There is none.
    #[default]
    Unreachable,
    /// With this status and body, after this time.
    After(Duration, u16, String),
    /// As it did in a call whose answers are not known: with success, and nothing in it.
    Emptily(Duration),
    /// As it did in such a call: it failed.
    Failing(Duration, NoAnswer),
}

/// How the first service answers that `inquiry` is addressed to; without one nobody does.
pub(super) fn first_that_fits(services: &[(String, Answering)], inquiry: &Inquiry) -> Answering {
    let fits = services.iter().find(|(url, _)| inquiry.url().starts_with(url.as_str()));
    fits.map(|(_, answering)| answering.clone()).unwrap_or_default()
}

impl Answering {
    /// When the answer to `inquiry` comes, and what it is; every try goes the same way.
    pub fn to(self, inquiry: &Inquiry) -> (Duration, Result<Values, NoAnswer>) {
        let http = &inquiry.http;
        match self {
            Self::Unreachable => (Duration::ZERO, Err(NoAnswer::Unreachable)),
            Self::After(delay, ..) if delay >= http.timeout => (inquiry.patience(), Err(NoAnswer::Timeout)),
            Self::After(delay, status, body) => {
                let answer = inquiry.read(status, body.as_bytes());
                let again = matches!(answer, Err(why) if why.may_pass());
                (if again { delay * (http.retries + 1) } else { delay }, answer)
            }
            Self::Emptily(delay) => {
                let empty = http.take.iter().map(|taken| (taken.variable.clone(), String::new()));
                (delay, Ok(Values(empty.collect())))
            }
            Self::Failing(delay, why) => (delay, Err(why)),
        }
    }
}
