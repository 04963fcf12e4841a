//! Asks a gateway's own API to hand a caller over. One request, one time limit, no second try: the caller is waiting, and
//! a request that was carried out though its answer was lost must not be made twice.

use super::{config::Twilio, exchange::Exchange};
use crate::{
    agents::Decision,
    gateway::{
        DialectName,
        twilio_control::{Account, Outcome, Request},
        twiml::{Destination, HandOver},
    },
    phone::PhoneNumber,
    records::RecordId,
    script::Target,
};
use tracing::{info, warn};

/// The gateways' APIs, where credentials are configured.
pub(super) struct Transfers {
    client: reqwest::Client,
    account: Option<Account>,
    caller_id: Option<PhoneNumber>,
    /// Where Twilio asks how to go on when nobody took the call.
    action: Option<String>,
}

impl Transfers {
    pub(super) fn new(twilio: &Twilio) -> Self {
        // Only a broken TLS set-up makes the builder fail; then every transfer fails, and callers hear so.
        let client = reqwest::Client::builder()
            .timeout(twilio.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("qingjiang/", env!("CARGO_PKG_VERSION")))
            .build()
            .unwrap_or_default();
        let action = twilio.public_url.as_deref().map(route_url);
        Self { client, account: twilio.control.clone(), caller_id: twilio.caller_id.clone(), action }
    }

    async fn send(&self, request: Request) -> Result<Outcome, reqwest::Error> {
        let answer = self
            .client
            .post(&request.url)
            .basic_auth(&request.user, Some(request.password.reveal()))
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&request.form))
            .send()
            .await?;
        let status = answer.status().as_u16();
        Ok(Outcome::of(status, &answer.bytes().await?))
    }
}

impl Exchange {
    /// Whether transfers on this dialect are asked of an API.
    pub(super) fn transfers_by_rest(&self, dialect: DialectName) -> bool {
        dialect == DialectName::Twilio && self.transfers.account.is_some()
    }

    /// Asks for a transfer; true: it was taken.
    pub(super) async fn transfer(&self, record: Option<RecordId>, call_id: Option<&str>, target: &Target) -> bool {
        let record = record.map(tracing::field::display);
        let (Some(account), Some(call_id)) = (&self.transfers.account, call_id) else {
            warn!(record, "transfer without account or call id");
            return false;
        };
        let decision = Decision::To(target.clone());
        let request = account.update(call_id, Destination::from(&decision), &self.hand_over());
        match self.transfers.send(request).await {
            Ok(Outcome::Done) => {
                info!(record, "transfer taken");
                true
            }
            Ok(outcome) => {
                warn!(record, ?outcome, "transfer refused");
                false
            }
            Err(error) => {
                // The error's own words hold the URL, and with it the account.
                warn!(record, timeout = error.is_timeout(), connect = error.is_connect(), "transfer not answered");
                false
            }
        }
    }

    /// How callers are handed over on Twilio.
    pub fn hand_over(&self) -> HandOver<'_> {
        HandOver { caller_id: self.transfers.caller_id.as_ref(), action: self.transfers.action.as_deref() }
    }
}

/// The HTTP address of `/route/twilio` under a public URL that may be written with `wss`.
fn route_url(public_url: &str) -> String {
    let base = public_url.trim_end_matches('/');
    let base = match base.split_once("://") {
        Some(("wss", rest)) => format!("https://{rest}"),
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(_) => base.to_owned(),
        None => format!("https://{base}"),
    };
    format!("{base}/route/twilio")
}

/// `application/x-www-form-urlencoded`.
fn form(fields: &[(&'static str, String)]) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_an_http_address() {
        assert_eq!(route_url("wss://voice.example.com/"), "https://voice.example.com/route/twilio");
        assert_eq!(route_url("voice.example.com"), "https://voice.example.com/route/twilio");
        assert_eq!(route_url("http://127.0.0.1:9/base"), "http://127.0.0.1:9/base/route/twilio");
    }

    #[test]
    fn a_form_is_percent_encoded() {
        assert_eq!(
            form(&[("Twiml", "<a b=\"+\">".into()), ("Status", "x".into())]),
            "Twiml=%3Ca%20b%3D%22%2B%22%3E&Status=x"
        );
    }
}
