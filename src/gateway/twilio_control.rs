//! Twilio's REST API, as far as a call needs it: hand the caller over, or end the call. Requests and answers as values;
//! the service sends them.

use super::{
    auth::Secret,
    twiml::{self, Destination, HandOver},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::fmt;

/// Twilio's own API. Regional: `https://api.{edge}.{region}.twilio.com`; SignalWire: `https://{space}.signalwire.com/api/laml`.
pub const BASE_URL: &str = "https://api.twilio.com";

/// Status and error code of a call that is no more: unknown by now, or known as not in progress (Twilio's error list).
const GONE: [(u16, u32); 2] = [(404, 20404), (400, 21220)];

/// Credentials of call control.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where the API is: [`BASE_URL`] unless configured otherwise.
    pub base_url: String,
    /// The account (`AC…`; SignalWire: the project id).
    pub account: String,
    /// User of HTTP Basic: the account itself, or an API key (`SK…`).
    pub user: String,
    /// The Auth Token, or the API key's secret.
    pub password: Secret,
}

/// A request to send: POST, HTTP Basic, a form. `Debug` leaves the form out, since it holds numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// User of HTTP Basic.
    pub user: String,
    /// Password of HTTP Basic.
    pub password: Secret,
    /// The form's fields, not yet encoded.
    pub form: Vec<(&'static str, String)>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out; the stream will stop.
    Done,
    /// The call was over already: the caller hung up.
    Gone,
    /// Not carried out. The caller is still with us.
    Failed {
        /// HTTP status.
        status: u16,
        /// Twilio's error code, where it gave one.
        code: Option<u32>,
    },
}

impl Account {
    /// The request that sends a call's caller where a decision says, `<Hangup/>` as `Status=completed`. It replaces the
    /// running TwiML, so the stream stops: that `stop` is no reason to hang up (twilio.md §5).
    pub fn update(&self, call_id: &str, destination: Destination<'_>, how: &HandOver<'_>) -> Request {
        let field = match destination {
            Destination::End => ("Status", "completed".to_owned()),
            _ => ("Twiml", twiml::decision(destination, how)),
        };
        Request { url: self.call(call_id), user: self.user.clone(), password: self.password.clone(), form: vec![field] }
    }

    /// Ids are encoded: a call's comes from its start message, which may be anybody's.
    fn call(&self, call_id: &str) -> String {
        let [account, call] = [self.account.as_str(), call_id].map(|id| utf8_percent_encode(id, NON_ALPHANUMERIC));
        format!("{}/2010-04-01/Accounts/{account}/Calls/{call}.json", self.base_url.trim_end_matches('/'))
    }
}

impl Outcome {
    /// Reads the answer.
    pub fn of(status: u16, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Fault {
            code: Option<u32>,
        }
        if (200..300).contains(&status) {
            return Self::Done;
        }
        let code = serde_json::from_slice::<Fault>(body).ok().and_then(|fault| fault.code);
        // A 404 without the code is a wrong base URL, not a call that ended.
        let gone = code.is_some_and(|code| GONE.contains(&(status, code)));
        if gone { Self::Gone } else { Self::Failed { status, code } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(base_url: &str) -> Account {
        let (account, password) = ("AC1".into(), Secret::new("t0ken"));
        Account { base_url: base_url.into(), user: "SK7".into(), account, password }
    }

    #[test]
    fn a_transfer_replaces_the_calls_twiml() {
        let request = account(BASE_URL).update("CA1", Destination::Queue("complaint"), &HandOver::default());
        assert_eq!(request.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA1.json");
        assert_eq!((request.user.as_str(), request.password.reveal()), ("SK7", "t0ken"));
        let twiml = "<Response><Enqueue>complaint</Enqueue></Response>";
        assert_eq!(request.form, [("Twiml", twiml.to_owned())]);
    }

    #[test]
    fn an_end_completes_the_call() {
        let request = account("http://127.0.0.1:9/api/laml/").update("e4b0-x", Destination::End, &HandOver::default());
        assert_eq!(request.url, "http://127.0.0.1:9/api/laml/2010-04-01/Accounts/AC1/Calls/e4b0%2Dx.json");
        assert_eq!(request.form, [("Status", "completed".to_owned())]);
    }

    #[test]
    fn a_call_id_cannot_lead_elsewhere() {
        let request = account(BASE_URL).update("../../Keys?x=", Destination::End, &HandOver::default());
        assert!(request.url.ends_with("/Calls/%2E%2E%2F%2E%2E%2FKeys%3Fx%3D.json"), "{}", request.url);
    }

    #[test]
    fn answers_are_told_apart() {
        let gone = br#"{"code":20404,"message":"not found","status":404}"#;
        assert_eq!(Outcome::of(200, b"{}"), Outcome::Done);
        assert_eq!(Outcome::of(404, gone), Outcome::Gone);
        assert_eq!(Outcome::of(400, br#"{"code":21220}"#), Outcome::Gone);
        assert_eq!(Outcome::of(404, b"<html>"), Outcome::Failed { status: 404, code: None });
        assert_eq!(Outcome::of(401, br#"{"code":20003}"#), Outcome::Failed { status: 401, code: Some(20003) });
        assert_eq!(Outcome::of(500, b""), Outcome::Failed { status: 500, code: None });
    }

    #[test]
    fn a_request_does_not_show_its_secrets() {
        let request = account(BASE_URL).update("CA1", Destination::Agent("13812345678"), &HandOver::default());
        let shown = format!("{request:?}");
        assert!(!shown.contains("138") && !shown.contains("t0ken"), "{shown}");
    }
}
