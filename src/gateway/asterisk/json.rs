//! The JSON control format: one flat object an event.

use super::{
    super::{
        Malformed, MarkId, key,
        lenient::{Text, pairs},
    },
    report::{Report, Start},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Every event's members that we read; their types are taken as they come.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow, default)]
    format: Text<'a>,
    #[serde(borrow, default)]
    correlation_id: Text<'a>,
    #[serde(borrow, default)]
    digit: Text<'a>,
    #[serde(borrow, default)]
    error_text: Text<'a>,
    #[serde(borrow)]
    channel_variables: Option<&'a RawValue>,
}

/// Reads one event.
pub(super) fn parse(message: &str) -> Result<Report<'_>, Malformed> {
    let fields: Fields<'_> = serde_json::from_str(message).map_err(|_| Malformed::Shape)?;
    Ok(match &*fields.event {
        "MEDIA_START" if fields.format.is_empty() => return Err(Malformed::Shape),
        "MEDIA_START" => Report::Start(Start { format: fields.format.0, variables: pairs(fields.channel_variables) }),
        "MEDIA_MARK_PROCESSED" | "MEDIA_BUFFERING_COMPLETED" => Report::Reached(MarkId::parse(&fields.correlation_id)),
        "QUEUE_DRAINED" => Report::Drained,
        "MEDIA_XOFF" => Report::Flow { hold: true },
        "MEDIA_XON" => Report::Flow { hold: false },
        "DTMF_END" => Report::Key(key(&fields.digit).ok_or(Malformed::Shape)?),
        "STATUS" => Report::Status,
        "ERROR" => Report::Error(fields.error_text.0),
        _ => Report::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Digit;

    #[test]
    fn a_start_brings_the_channels_variables() {
        let message = r#"{"event":"MEDIA_START","format":"slin16","ptime":20,"later":{"x":[1]},
            "channel_variables":{"X_CALLREF":"ref-1","__TRIES":2}}"#;
        let Ok(Report::Start(start)) = parse(message) else { panic!("no start") };
        assert_eq!(
            (&*start.format, &*start.variables["X_CALLREF"], &*start.variables["__TRIES"]),
            ("slin16", "ref-1", "2")
        );
    }

    #[test]
    fn a_digit_may_be_a_number() {
        let five = Report::Key(Digit::parse('5').expect("a key"));
        assert_eq!(parse(r#"{"event":"DTMF_END","digit":5,"duration_ms":100}"#), Ok(five));
        assert_eq!(parse(r#"{"event":"DTMF_END"}"#), Err(Malformed::Shape));
    }

    #[test]
    fn escapes_in_an_error_are_undone() {
        let message = r#"{"event":"ERROR","error_text":"'x' is not a valid direction.\n"}"#;
        assert_eq!(parse(message), Ok(Report::Error("'x' is not a valid direction.\n".into())));
    }

    #[test]
    fn no_object_is_malformed_and_a_new_event_is_unknown() {
        for message in ["{", "{}", "{not json", r#"{"command":"HANGUP"}"#, r#"{"event":"MEDIA_START"}"#] {
            assert_eq!(parse(message), Err(Malformed::Shape), "{message}");
        }
        assert_eq!(parse(r#"{"event":"WEATHER","digit":[],"channel_variables":3}"#), Ok(Report::Unknown));
    }
}
