//! Steps that want something of the world: a message is kept, an HTTP service is asked, the records are looked into.

use super::{Act, PromptId, Script, StepId};
use crate::phone::Digit;
use std::{sync::Arc, time::Duration};

/// The variable that always holds the caller's number; empty where it is withheld.
pub const CALLER: &str = "caller";

/// A message to take: `say` asks for it, then the caller speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The end that nothing pushes.
    pub longest: Duration,
    /// Silence after speech that ends it.
    pub quiet: Duration,
    /// The key that ends it; none: no key does.
    pub end: Option<Digit>,
    /// Whether the beep is heard before.
    pub beep: bool,
    /// Said once the message is stored.
    pub thanks: PromptId,
    /// Where to go on.
    pub next: StepId,
    /// Where to go on when nothing was said, twice.
    pub empty: StepId,
    /// Where to go on when it could not be stored.
    pub failed: StepId,
}

/// An HTTP service to ask: what it answers becomes variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// How it is asked.
    pub method: Method,
    /// Where.
    pub url: Template,
    /// Headers besides ours.
    pub headers: Vec<(String, Header)>,
    /// The fields of the JSON body; empty: no body.
    pub send: Vec<(String, Field)>,
    /// Variables, and the places in the JSON answer from which they are taken.
    pub take: Vec<Taken>,
    /// How long one try may take.
    pub timeout: Duration,
    /// How often it is tried again.
    pub retries: u32,
    /// Said to who has to wait, and again.
    pub wait_prompt: PromptId,
    /// Where to go on.
    pub next: StepId,
    /// Where to go on without an answer.
    pub failed: StepId,
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "HTTP's own names")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
}

impl Method {
    /// As HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }

    /// Whether a body goes with it.
    pub const fn has_body(self) -> bool {
        !matches!(self, Self::Get)
    }
}

/// A text with variables in it, as pieces in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub Vec<Piece>);

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// What this variable holds.
    Variable(String),
}

impl Template {
    /// The text between braces is a variable; `None` where a brace has no partner, or holds no name.
    pub fn parse(text: &str, is_name: impl Fn(&str) -> bool) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            if !is_name(name) || before.contains('}') {
                return None;
            }
            pieces.extend((!before.is_empty()).then(|| Piece::Text(before.into())));
            pieces.push(Piece::Variable(name.into()));
            rest = after;
        }
        if rest.contains('}') {
            return None;
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.into())));
        Some(Self(pieces))
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }
}

/// The value of a header.
#[derive(Clone, PartialEq, Eq)]
pub enum Header {
    /// As it stands.
    Text(String),
    /// From this environment variable of the service, so that no secret stands in the script.
    Env(String),
}

/// A value may be a secret even where it should not stand in the file.
impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(·)"),
            Self::Env(name) => write!(f, "Env({name})"),
        }
    }
}

/// What the environment variables that a script may read begin with: the service's own secrets are none of its business.
pub const ENVIRONMENT: &str = "QINGJIANG_HTTP_";

/// A field of a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// What this variable holds, as a text.
    Variable(String),
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
}

/// A variable, and where in the answer it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The variable.
    pub variable: String,
    /// A JSON pointer (RFC 6901).
    pub pointer: String,
}

impl Taken {
    /// `path` as operators write it: `customer.vip`, `orders.0.id`.
    pub fn new(variable: String, path: &str) -> Self {
        let escaped = path.replace('~', "~0").replace('/', "~1");
        Self { variable, pointer: format!("/{}", escaped.replace('.', "/")) }
    }
}

/// What is asked of the records about the caller's number. A withheld number has no past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastTest {
    /// Whether the last call ended no longer ago than this.
    Called {
        /// How long.
        within: Duration,
        /// Whether only a call counts that was dropped: see [`crate::call::Before`].
        cut_off: bool,
    },
    /// Whether it is barred.
    Barred,
}

/// A number to bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// For how long.
    pub time: Duration,
    /// Why: operators' own words, for the record.
    pub reason: Arc<str>,
}

impl Script {
    /// Whether any step asks what the records know of the caller's number.
    pub fn asks_past(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.act, Act::IfPast { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_variables() {
        let template = Template::parse("https://crm/{a}/x?n={b}", |name| name.len() == 1).expect("a template");
        assert_eq!(template.variables().collect::<Vec<_>>(), ["a", "b"]);
        for bad in ["{", "}", "{a}}", "{long}", "a}b{c}"] {
            assert_eq!(Template::parse(bad, |name| name.len() == 1), None, "{bad}");
        }
    }

    #[test]
    fn dots_lead_into_the_answer() {
        assert_eq!(Taken::new("v".into(), "orders.0.a/b").pointer, "/orders/0/a~1b");
    }
}
