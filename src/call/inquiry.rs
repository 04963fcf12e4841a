//! What a service outside is asked, and what its answer says. Whoever carries it there and back needs to know no more.

use crate::script::outside::{Field, Http, Piece, Taken};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

/// The longest value taken out of an answer, characters: chosen, what fits on an agent's screen.
const LONGEST_VALUE: usize = 200;

/// The largest answer that is read, bytes: chosen; it is parsed while a caller waits.
pub const LARGEST_ANSWER: usize = 64 * 1024;

/// Names an inquiry; counted up within a call, so that an answer that comes too late is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InquiryId(pub u32);

/// A question to a service. It may hold numbers: `Debug` shows where it goes, not what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Its name in [`Event::Answered`](super::Event::Answered).
    pub id: InquiryId,
    /// As the script has it: method, headers, time limit, retries.
    pub http: Arc<Http>,
    url: String,
    body: Option<String>,
}

/// Variables out of an answer. `Debug` shows their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(pub BTreeMap<String, String>);

/// Why there is no answer to go by. Who can fix it: whoever runs the service that was asked, but for the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoAnswer {
    /// It took too long.
    Timeout,
    /// No connection.
    Unreachable,
    /// It answered with a status that is no success.
    Status(u16),
    /// Its answer is no JSON, or too long.
    NotJson,
    /// Where a text, a number, true or false is wanted stands a list or an object.
    Shape,
    /// The environment variable for a header is not set.
    NoSecret,
}

impl NoAnswer {
    /// The word for records and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Status(_) => "status",
            Self::NotJson => "not_json",
            Self::Shape => "shape",
            Self::NoSecret => "no_secret",
        }
    }

    /// The reason of a word; `status` belongs to [`NoAnswer::Status`].
    pub fn parse(word: &str, status: u16) -> Option<Self> {
        let all = [Self::Timeout, Self::Unreachable, Self::Status(status), Self::NotJson, Self::Shape, Self::NoSecret];
        all.into_iter().find(|why| why.as_str() == word)
    }

    /// Whether the same question may find an answer a moment later.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Timeout | Self::Unreachable => true,
            Self::Status(status) => status >= 500,
            Self::NotJson | Self::Shape | Self::NoSecret => false,
        }
    }
}

impl Inquiry {
    /// Fills in what `variable` holds.
    pub fn new(id: InquiryId, http: Arc<Http>, variable: impl Fn(&str) -> String) -> Self {
        let url = http.url.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name) => utf8_percent_encode(&variable(name), NON_ALPHANUMERIC).to_string(),
        });
        let url = url.collect();
        let body = (!http.send.is_empty()).then(|| body(&http.send, variable));
        Self { id, http, url, body }
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The JSON body, where there is one.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// The longest that an answer may take, all tries together.
    pub fn patience(&self) -> Duration {
        self.http.timeout * (self.http.retries + 1)
    }

    /// What an answer says.
    ///
    /// # Errors
    /// [`NoAnswer`] where it is none to go by.
    pub fn read(&self, status: u16, body: &[u8]) -> Result<Values, NoAnswer> {
        if !(200..300).contains(&status) {
            return Err(NoAnswer::Status(status));
        }
        if self.http.take.is_empty() {
            return Ok(Values::default());
        }
        let value: Value = serde_json::from_slice(body).map_err(|_| NoAnswer::NotJson)?;
        let taken = self.http.take.iter().map(|taken| Ok((taken.variable.clone(), text(&value, taken)?)));
        taken.collect::<Result<_, _>>().map(Values)
    }
}

fn body(send: &[(String, Field)], variable: impl Fn(&str) -> String) -> String {
    let fields = send.iter().map(|(name, field)| {
        let value = match field {
            Field::Variable(name) => variable(name).into(),
            Field::Text(text) => text.as_str().into(),
            Field::Number(number) => (*number).into(),
            Field::Flag(flag) => (*flag).into(),
        };
        (name.clone(), value)
    });
    Value::Object(fields.collect::<Map<_, _>>()).to_string()
}

/// What is not there is an empty text: the variable is set, and can be branched on.
fn text(answer: &Value, taken: &Taken) -> Result<String, NoAnswer> {
    match answer.pointer(&taken.pointer) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.chars().filter(|c| !c.is_control()).take(LONGEST_VALUE).collect()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        Some(Value::Array(_) | Value::Object(_)) => Err(NoAnswer::Shape),
    }
}

impl fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inquiry({:?}, {} {:?})", self.id, self.http.method.as_str(), self.http.url)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{
        PromptId, StepId,
        outside::{Method, Template},
    };

    fn inquiry(take: &[(&str, &str)]) -> Inquiry {
        let taken = |(variable, path): &(&str, &str)| Taken::new((*variable).into(), path);
        let http = Http {
            method: Method::Post,
            url: Template::parse("http://crm/{number}", |_| true).expect("a template"),
            headers: Vec::new(),
            send: vec![("who".into(), Field::Variable("number".into())), ("times".into(), Field::Number(2))],
            take: take.iter().map(taken).collect(),
            timeout: Duration::from_secs(2),
            retries: 1,
            wait_prompt: PromptId::new("hold_start"),
            next: StepId(0),
            failed: StepId(0),
        };
        Inquiry::new(InquiryId(1), Arc::new(http), |_| "+86 1\"".into())
    }

    fn taken(path: &str, answer: &str) -> Result<String, NoAnswer> {
        let values = inquiry(&[("v", path)]).read(200, answer.as_bytes())?;
        Ok(values.0["v"].clone())
    }

    #[test]
    fn variables_are_encoded_for_where_they_stand() {
        let inquiry = inquiry(&[]);
        assert_eq!(inquiry.url(), "http://crm/%2B86%201%22");
        assert_eq!(inquiry.body(), Some(r#"{"times":2,"who":"+86 1\""}"#));
    }

    #[test]
    fn scalars_become_texts_and_what_is_not_there_an_empty_one() {
        let answer = r#"{"a":{"b":["x",2.5,true,null]}}"#;
        let found = ["a.b.0", "a.b.1", "a.b.2", "a.b.3", "a.c"].map(|path| taken(path, answer));
        assert_eq!(found, ["x", "2.5", "true", "", ""].map(|text| Ok(text.into())));
        assert_eq!(taken("a.b", answer), Err(NoAnswer::Shape));
        assert_eq!(taken("a", &format!(r#"{{"a":"{}"}}"#, "长".repeat(999))).map(|text| text.chars().count()), Ok(200));
    }

    #[test]
    fn what_is_no_success_or_no_json_is_no_answer() {
        let inquiry = inquiry(&[("v", "a")]);
        assert_eq!(inquiry.read(404, b"{}"), Err(NoAnswer::Status(404)));
        assert_eq!(inquiry.read(200, b"<html>"), Err(NoAnswer::NotJson));
    }

    #[test]
    fn nothing_of_a_caller_is_printed() {
        let shown = format!("{:?}", inquiry(&[]));
        assert!(!shown.contains("86") && shown.contains("http://crm/"), "{shown}");
    }
}
