//! TwiML: what Twilio does with a caller before and after our stream. Documents only; who asks is the service's business.

use super::Resume;
use crate::phone::PhoneNumber;
use std::fmt::Write;

/// Where a caller goes once our leg has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// A number, `sip:` address or `client:` name.
    Agent(&'a str),
    /// A queue of the gateway.
    Queue(&'a str),
    /// Nowhere: the call was closed politely.
    End,
}

/// How a caller is handed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct HandOver<'a> {
    /// The number the agent sees; a number of the Twilio account, or the caller's own. Twilio's default: the caller's.
    pub caller_id: Option<&'a PhoneNumber>,
    /// The URL that Twilio asks when the agent or the queue has let go of the caller ([`resumes`] reads the question). In a
    /// REST update it must be absolute. Without it the call ends there.
    pub action: Option<&'a str>,
}

/// A stream to us.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'a> {
    /// `wss://…/media/twilio`, without a query.
    pub url: &'a str,
    /// Start parameters, `resume` and `token` among them.
    pub parameters: &'a [(&'a str, &'a str)],
    /// The URL that Twilio asks when the stream has ended: `/route/twilio`.
    pub redirect: &'a str,
}

/// What these documents are served as; the character set is said here, not in a prologue.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The document that carries out a decision: `<Dial>`, `<Enqueue>` or `<Hangup/>`.
pub fn decision(destination: Destination<'_>, how: &HandOver<'_>) -> String {
    let mut attributes = String::new();
    if let Destination::Agent(_) = destination {
        attribute(&mut attributes, "callerId", how.caller_id.map(PhoneNumber::reveal));
    }
    attribute(&mut attributes, "action", how.action);
    let verb = match destination {
        Destination::Agent(agent) => format!("<Dial{attributes}>{}</Dial>", noun(agent)),
        Destination::Queue(name) => format!("<Enqueue{attributes}>{}</Enqueue>", escape(name)),
        Destination::End => "<Hangup/>".into(),
    };
    format!("<Response>{verb}</Response>")
}

/// The document that connects a caller to us, then asks how to go on.
pub fn connect(stream: &Stream<'_>) -> String {
    let mut parameters = String::new();
    for (name, value) in stream.parameters {
        // Writing into memory cannot fail.
        let _ = write!(parameters, r#"<Parameter name="{}" value="{}"/>"#, escape(name), escape(value));
    }
    format!(
        r#"<Response><Connect><Stream url="{}">{parameters}</Stream></Connect><Redirect method="POST">{}</Redirect></Response>"#,
        escape(stream.url),
        escape(stream.redirect),
    )
}

/// Why a call is back, read from the form that Twilio posts to [`HandOver::action`]; `None` where the form is of no such
/// question, or the caller has gone.
pub fn resumes<'f>(field: impl Fn(&str) -> Option<&'f str>) -> Option<Resume> {
    if field("CallStatus") == Some("completed") {
        return None;
    }
    if let Some(status) = field("DialCallStatus") {
        return Some(match status {
            "completed" | "answered" => Resume::Completed,
            "busy" => Resume::Busy,
            "no-answer" => Resume::NoAnswer,
            _ => Resume::Failed,
        });
    }
    match field("QueueResult")? {
        "bridged" => Some(Resume::Completed),
        "queue-full" => Some(Resume::Busy),
        "leave" => Some(Resume::NoAnswer),
        "hangup" | "redirected" | "redirected-from-bridged" => None,
        _ => Some(Resume::Failed),
    }
}

/// Whom to dial: a bare number, or the element that an address needs.
fn noun(agent: &str) -> String {
    let (scheme, name) = agent.split_once(':').unwrap_or(("", agent));
    match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => format!("<Sip>{}</Sip>", escape(agent)),
        "client" => format!("<Client>{}</Client>", escape(name)),
        _ => escape(agent),
    }
}

fn attribute(tag: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(tag, r#" {name}="{}""#, escape(value));
    }
}

/// Text as XML 1.0 content or attribute value; characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbs(destination: Destination<'_>, how: &HandOver<'_>) -> String {
        let document = decision(destination, how);
        let verbs = document.strip_prefix("<Response>");
        verbs.and_then(|rest| rest.strip_suffix("</Response>")).expect("a response").into()
    }

    #[test]
    fn each_decision_has_its_verb() {
        let how = HandOver::default();
        let cases = [
            (Destination::Agent("+8613900139000"), "<Dial>+8613900139000</Dial>"),
            (Destination::Agent("sip:1001@pbx;user=phone"), "<Dial><Sip>sip:1001@pbx;user=phone</Sip></Dial>"),
            (Destination::Agent("client:alice"), "<Dial><Client>alice</Client></Dial>"),
            (Destination::Queue("投诉"), "<Enqueue>投诉</Enqueue>"),
            (Destination::End, "<Hangup/>"),
        ];
        for (destination, verb) in cases {
            assert_eq!(verbs(destination, &how), verb);
        }
    }

    #[test]
    fn the_caller_id_and_the_way_back_are_attributes() {
        let number = PhoneNumber::parse("+862112345678").expect("a number");
        let how = HandOver { caller_id: Some(&number), action: Some("/route/twilio?a=1&b=2") };
        let action = r#" action="/route/twilio?a=1&amp;b=2""#;
        let dial = format!(r#"<Dial callerId="+862112345678"{action}>10086</Dial>"#);
        assert_eq!(verbs(Destination::Agent("10086"), &how), dial);
        assert_eq!(verbs(Destination::Queue("q"), &how), format!("<Enqueue{action}>q</Enqueue>"));
    }

    #[test]
    fn what_operators_write_cannot_break_out_of_its_element() {
        let how = HandOver::default();
        let queue = Destination::Queue("a</Enqueue><Dial>\"&'\u{1}");
        assert_eq!(verbs(queue, &how), "<Enqueue>a&lt;/Enqueue&gt;&lt;Dial&gt;&quot;&amp;&apos;</Enqueue>");
    }

    #[test]
    fn a_caller_who_comes_back_is_connected_with_the_reason() {
        let document = connect(&Stream {
            url: "wss://voice.example.com/media/twilio",
            parameters: &[("resume", "no_answer"), ("token", "a\"b")],
            redirect: "/route/twilio",
        });
        let expected = concat!(
            r#"<Response><Connect><Stream url="wss://voice.example.com/media/twilio">"#,
            r#"<Parameter name="resume" value="no_answer"/><Parameter name="token" value="a&quot;b"/></Stream></Connect>"#,
            r#"<Redirect method="POST">/route/twilio</Redirect></Response>"#
        );
        assert_eq!(document, expected);
    }

    #[test]
    fn the_end_of_a_dial_or_queue_says_why_the_call_is_back() {
        let cases = [
            ("DialCallStatus", "no-answer", Some(Resume::NoAnswer)),
            ("DialCallStatus", "busy", Some(Resume::Busy)),
            ("DialCallStatus", "canceled", Some(Resume::Failed)),
            ("DialCallStatus", "completed", Some(Resume::Completed)),
            ("QueueResult", "bridged", Some(Resume::Completed)),
            ("QueueResult", "queue-full", Some(Resume::Busy)),
            ("QueueResult", "system-error", Some(Resume::Failed)),
            ("QueueResult", "hangup", None),
            ("CallStatus", "in-progress", None),
        ];
        for (name, value, resume) in cases {
            assert_eq!(resumes(|field| (field == name).then_some(value)), resume, "{name}={value}");
        }
    }

    #[test]
    fn a_caller_who_hung_up_while_it_rang_does_not_come_back() {
        let form = |field: &str| match field {
            "DialCallStatus" => Some("no-answer"),
            "CallStatus" => Some("completed"),
            _ => None,
        };
        assert_eq!(resumes(form), None);
    }
}
