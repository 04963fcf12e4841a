//! Telephone keys and numbers. Numbers and keyed-in digits are personal data: these types cannot be printed whole by accident.
//!
//! `Debug` and `Display` show the masked form (`138****1234`). The whole number is had only by [`PhoneNumber::reveal`],
//! which belongs in the store and on the wire to a gateway, never in a log line.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A telephone number as a gateway or a caller gave it, any format.
///
/// Serialises masked; the store uses [`PhoneNumber::reveal`] on purpose.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(Box<str>);

impl PhoneNumber {
    /// Takes a number as it came; an empty one, or one of no digit (`anonymous`), is no number.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        text.bytes().any(|b| b.is_ascii_digit()).then(|| Self(text.into()))
    }

    /// The whole number. For the store, the gateway and the read-back to its own caller only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&mask(&self.0))
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a telephone number"))
    }
}

/// A key of a telephone: `0`–`9`, `*`, `#`, `A`–`D`. `Debug` hides which (keyed-in digits may be a number).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

impl Digit {
    /// The key written as `key`, letters in either case.
    pub fn parse(key: char) -> Option<Self> {
        let key = key.to_ascii_uppercase();
        matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then_some(Self(key as u8))
    }

    /// The key as it is written on a telephone.
    pub const fn as_char(self) -> char {
        self.0 as char
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit(·)")
    }
}

/// `13812345678` → `138****5678`: up to three characters at the front and four at the end stay, and never more
/// than half of the number.
pub fn mask(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let tail = (chars.len() * 4 / 11).min(4);
    let head = (chars.len() * 3 / 11).min(3);
    let mut masked: String = chars[..head].iter().collect();
    masked.push_str("****");
    masked.extend(&chars[chars.len() - tail..]);
    masked
}

/// Masks every run of five digits or more in a text that is about to be logged (a query string, a gateway's notice).
///
/// Call ids are not numbers: `1795307879.2` is masked too, so ids are logged through their own field instead.
pub fn mask_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        match run.len() {
            0 => {}
            1..=4 => out.push_str(&run),
            _ => out.push_str(&mask(&run)),
        }
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_ends_only() {
        let number = PhoneNumber::parse("13812345678").expect("digits");
        assert_eq!(format!("{number} {number:?}"), "138****5678 138****5678");
    }

    #[test]
    fn short_numbers_do_not_leak_more_than_half() {
        assert_eq!(mask("110"), "****0");
        assert_eq!(mask("10000"), "1****0");
    }

    #[test]
    fn runs_of_digits_in_a_text_are_masked() {
        let masked = mask_runs("caller=13812345678&key=12");
        assert!(masked.contains("key=12") && !masked.contains("12345"), "{masked}");
    }

    #[test]
    fn a_withheld_number_is_no_number() {
        assert_eq!(PhoneNumber::parse("anonymous"), None);
        assert_eq!(PhoneNumber::parse("  "), None);
    }
}
