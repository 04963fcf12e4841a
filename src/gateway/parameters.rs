//! Call data out of query strings, start parameters and channel variables, sorted into what every call knows and the rest.

use super::{Resume, Started, auth::Secret};
use crate::{audio::Codec, phone::PhoneNumber};
use std::collections::BTreeMap;

/// Facts gathered pair by pair. The first value given for a fact stays, so sources are read in order of trust.
#[derive(Default)]
pub(super) struct Parameters {
    call_id: Option<String>,
    caller: Option<PhoneNumber>,
    called: Option<PhoneNumber>,
    resume: Option<Resume>,
    token: Option<Secret>,
    variables: BTreeMap<String, String>,
}

impl Parameters {
    /// Takes one pair. Names of facts are told apart without regard to case, for dialplans write theirs in capitals; an
    /// empty value says nothing about a fact (`resume=` on a first call).
    pub(super) fn take(&mut self, name: &str, value: &str) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "call_id" => fill(&mut self.call_id, || (!value.is_empty()).then(|| value.into())),
            "caller" | "from" => fill(&mut self.caller, || PhoneNumber::parse(value)),
            "called" | "dnis" | "to" => fill(&mut self.called, || PhoneNumber::parse(value)),
            "resume" => fill(&mut self.resume, || (!value.is_empty()).then(|| Resume::parse(value))),
            "token" => fill(&mut self.token, || (!value.is_empty()).then(|| Secret::new(value))),
            _ => {
                self.variables.entry(name.into()).or_insert_with(|| value.into());
            }
        }
    }

    /// The start message's facts, with the codec it named.
    pub(super) fn into_started(self, codec: Codec) -> Box<Started> {
        let Self { call_id, caller, called, resume, token, variables } = self;
        Box::new(Started { call_id, caller, called, codec, resume, variables, token })
    }
}

fn fill<T>(fact: &mut Option<T>, value: impl FnOnce() -> Option<T>) {
    if fact.is_none() {
        *fact = value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(pairs: &[(&str, &str)]) -> Box<Started> {
        let mut parameters = Parameters::default();
        pairs.iter().for_each(|(name, value)| parameters.take(name, value));
        parameters.into_started(Codec::Ulaw)
    }

    #[test]
    fn facts_are_known_by_each_of_their_names() {
        for (caller, called) in [("caller", "called"), ("from", "to"), ("FROM", "dnis"), ("Caller", "DNIS")] {
            let started = gathered(&[(caller, "13812345678"), (called, "10000")]);
            assert_eq!(started.caller.as_ref().map(PhoneNumber::reveal), Some("13812345678"));
            assert_eq!(started.called.as_ref().map(PhoneNumber::reveal), Some("10000"));
            assert!(started.variables.is_empty());
        }
    }

    #[test]
    fn the_first_source_is_believed() {
        let started = gathered(&[("call_id", "1.2"), ("call_id", "9.9"), ("vip", "yes"), ("vip", "no")]);
        assert_eq!(started.call_id.as_deref(), Some("1.2"));
        assert_eq!(started.variables["vip"], "yes");
    }

    #[test]
    fn empty_values_are_no_facts() {
        let started = gathered(&[("call_id", ""), ("resume", ""), ("caller", "anonymous"), ("token", " ")]);
        assert_eq!((&started.call_id, started.resume, &started.caller, &started.token), (&None, None, &None, &None));
    }

    #[test]
    fn a_token_is_never_a_variable_however_it_is_written() {
        for name in ["token", "TOKEN", "Token"] {
            let started = gathered(&[(name, "s3cret"), (name, "another")]);
            assert!(started.token.as_ref().is_some_and(|token| token.matches("s3cret")));
            assert!(started.variables.is_empty());
        }
    }

    #[test]
    fn a_transfer_that_failed_in_an_unknown_way_still_failed() {
        assert_eq!(gathered(&[("resume", "CONGESTION")]).resume, Some(Resume::Failed));
        assert_eq!(gathered(&[("RESUME", "no_answer")]).resume, Some(Resume::NoAnswer));
    }
}
