//! JSON read the way a gateway's next version may write it: scalars of any type taken as text, the rest left alone.
//!
//! Twilio sends counters as strings, its imitators as numbers; both are the same text to us.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::BTreeMap, fmt, ops::Deref};

/// A JSON scalar as text, borrowed from the message unless it holds escapes. `null`, arrays and objects read as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar).map(Self)
    }
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if truth { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }
}

/// The members of a JSON object as text; nothing where it is absent or no object.
pub(super) fn pairs(object: Option<&RawValue>) -> BTreeMap<String, Text<'_>> {
    object.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Text<'_> {
        serde_json::from_str(json).expect("JSON")
    }

    #[test]
    fn numbers_and_strings_read_alike() {
        assert_eq!(
            ["\"8000\"", "8000", "8000.0", "-7", "true"].map(|json| text(json).0),
            ["8000", "8000", "8000", "-7", "true"]
        );
    }

    #[test]
    fn escapes_are_undone_and_plain_strings_are_borrowed() {
        assert_eq!(text(r#""a\/b\u0041""#).0, Cow::<str>::Owned("a/bA".into()));
        assert!(matches!(text(r#""plain""#).0, Cow::Borrowed("plain")));
    }

    #[test]
    fn what_is_no_scalar_is_empty() {
        assert_eq!(["null", "[1,[2]]", r#"{"a":{"b":1}}"#].map(|json| text(json).0), ["", "", ""]);
    }
}
