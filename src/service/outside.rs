//! Asks HTTP services for scripts, in tasks of their own: a call waits no longer than its script says, and a question that
//! changes something over there is asked to its end even where the caller has gone.

use super::metrics::Metrics;
use crate::{
    call::{Inquiry, LARGEST_ANSWER, NoAnswer, Values},
    script::outside::{Header, Http, Method},
};
use reqwest::{
    RequestBuilder, Response,
    header::{ACCEPT, CONTENT_TYPE},
};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

/// The pause before another try: chosen, a tenth of the shortest sensible time limit and enough for a connection that was
/// just being closed.
const BEFORE_AGAIN: Duration = Duration::from_millis(100);

/// The way out.
#[derive(Clone, Debug)]
pub(super) struct Outside(reqwest::Client);

impl Outside {
    pub(super) fn new() -> Self {
        // Only a broken TLS set-up makes the builder fail; then every question fails, and scripts say where that leads.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("qingjiang/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(client.unwrap_or_default())
    }

    /// Asks until there is an answer, or no try is left. Within [`Inquiry::patience`].
    pub(super) async fn ask(&self, inquiry: &Inquiry, metrics: &Metrics) -> Result<Values, NoAnswer> {
        let began = Instant::now();
        let answer = timeout(inquiry.patience(), self.tries(inquiry)).await.unwrap_or(Err(NoAnswer::Timeout));
        metrics.asked(answer.as_ref().err().copied(), began.elapsed());
        if let Err(why) = answer {
            // The address may hold a number: the step is in the call's record.
            warn!(
                why = why.as_str(),
                ?why,
                method = inquiry.http.method.as_str(),
                "a service has not answered as it should"
            );
        }
        answer
    }

    async fn tries(&self, inquiry: &Inquiry) -> Result<Values, NoAnswer> {
        for _ in 0..inquiry.http.retries {
            match self.once(inquiry).await {
                Err(why) if why.may_pass() => sleep(BEFORE_AGAIN).await,
                answer => return answer,
            }
        }
        self.once(inquiry).await
    }

    async fn once(&self, inquiry: &Inquiry) -> Result<Values, NoAnswer> {
        let request = self.request(inquiry)?;
        let exchange = async {
            let response = request.send().await.map_err(|error| no_answer(&error))?;
            let status = response.status().as_u16();
            inquiry.read(status, &body(response).await?)
        };
        timeout(inquiry.http.timeout, exchange).await.unwrap_or(Err(NoAnswer::Timeout))
    }

    fn request(&self, inquiry: &Inquiry) -> Result<RequestBuilder, NoAnswer> {
        let Http { method, headers, .. } = inquiry.http.as_ref();
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut request = self.0.request(method, inquiry.url()).header(ACCEPT, "application/json");
        for (name, value) in headers {
            let value = match value {
                Header::Text(text) => text.clone(),
                Header::Env(variable) => std::env::var(variable).map_err(|_| NoAnswer::NoSecret)?,
            };
            request = request.header(name, value);
        }
        if let Some(body) = inquiry.body() {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
        }
        Ok(request)
    }
}

/// The body, as far as one may be long.
async fn body(mut response: Response) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(NoAnswer::NotJson);
        }
    }
    Ok(body)
}

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() { NoAnswer::Timeout } else { NoAnswer::Unreachable }
}
