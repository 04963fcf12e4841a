//! The plain-text control format: `NAME argument` or `NAME key:value …`, one event a message.

use super::{
    super::{Malformed, MarkId, key},
    report::{Report, Start},
};
use std::borrow::Cow;

/// Reads one event.
pub(super) fn parse(message: &str) -> Result<Report<'_>, Malformed> {
    let message = message.trim_end();
    let (name, rest) = message.split_once(' ').unwrap_or((message, ""));
    Ok(match name {
        "MEDIA_START" => Report::Start(Start {
            format: Cow::Borrowed(field(rest, "format").ok_or(Malformed::Shape)?),
            ..Start::default()
        }),
        "MEDIA_MARK_PROCESSED" | "MEDIA_BUFFERING_COMPLETED" => Report::Reached(MarkId::parse(rest)),
        "QUEUE_DRAINED" => Report::Drained,
        "MEDIA_XOFF" => Report::Flow { hold: true },
        "MEDIA_XON" => Report::Flow { hold: false },
        "DTMF_END" => Report::Key(field(rest, "digit").and_then(key).ok_or(Malformed::Shape)?),
        "STATUS" => Report::Status,
        "ERROR" => Report::Error(Cow::Borrowed(rest.split_once("error_text:").map_or(rest, |(_, text)| text))),
        _ if is_name(name) => Report::Unknown,
        _ => return Err(Malformed::Shape),
    })
}

/// The value of `key:value`; values hold no blanks, and may hold colons.
fn field<'a>(fields: &'a str, key: &str) -> Option<&'a str> {
    fields.split_ascii_whitespace().find_map(|field| field.strip_prefix(key)?.strip_prefix(':'))
}

/// Every event's name so far is capitals and underscores.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Digit;

    #[test]
    fn fields_may_come_in_any_order_with_others_between() {
        let message = "MEDIA_START new:1 format:alaw channel:WebSocket/bot/0x7f:1 ptime:20";
        let start = Start { format: "alaw".into(), ..Start::default() };
        assert_eq!(parse(message), Ok(Report::Start(start)));
        assert_eq!(parse("DTMF_END channel_id:1.2 digit:#"), Ok(Report::Key(Digit::parse('#').expect("a key"))));
        assert_eq!(parse("DTMF_END digit::"), Err(Malformed::Shape));
    }

    #[test]
    fn what_has_no_name_is_malformed_and_a_new_name_is_unknown() {
        for message in ["", " ", "hello there", "media_start format:ulaw", "MEDIA_START", "DTMF_END digit:12"] {
            assert_eq!(parse(message), Err(Malformed::Shape), "{message:?}");
        }
        assert_eq!(parse("MEDIA_WEATHER rain:yes"), Ok(Report::Unknown));
    }

    #[test]
    fn an_error_is_its_text_line_feed_and_all() {
        let message = "ERROR channel_id:1.5 error_text:SET_MEDIA_DIRECTION only supports JSON format.\n";
        assert_eq!(parse(message), Ok(Report::Error("SET_MEDIA_DIRECTION only supports JSON format.".into())));
        assert_eq!(parse("ERROR something"), Ok(Report::Error("something".into())));
    }

    #[test]
    fn a_completion_without_an_id_is_nobodys() {
        assert_eq!(parse("MEDIA_BUFFERING_COMPLETED"), Ok(Report::Reached(None)));
        assert_eq!(parse("MEDIA_MARK_PROCESSED g0-1"), Ok(Report::Reached(MarkId::parse("g0-1"))));
    }
}
