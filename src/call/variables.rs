//! What a call knows by name: digits and keys of the caller, texts of the script and of the gateway. None of it prints
//! whole: much of it is personal data.

use crate::{
    phone::{Digit, PhoneNumber},
    script::branch::PARAMETER,
};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// The content of a variable.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Digits keyed in.
    Number(PhoneNumber),
    /// A key pressed.
    Key(Digit),
    /// A text.
    Text(Box<str>),
}

impl Value {
    /// The content as conditions compare it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Number(number) => number.reveal().into(),
            Self::Key(digit) => digit.as_char().to_string().into(),
            Self::Text(text) => (&**text).into(),
        }
    }

    /// The content as a telephone number, where it is one.
    pub fn number(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse(&self.text())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Key(digit) => write!(f, "{digit:?}"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

/// The gateway's parameters as variables. An empty one has no content.
pub fn parameters(given: BTreeMap<String, String>) -> impl Iterator<Item = (String, Value)> {
    let given = given.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| (format!("{PARAMETER}{}", name.to_ascii_lowercase()), Value::Text(text.into())))
}
