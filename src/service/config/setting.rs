//! What a setting is: its name, kind, default, range and reason in one item.

use crate::gateway::auth::Secret;
use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};
use toml::de::DeValue;

/// One setting of the configuration file.
#[derive(Debug)]
pub struct Setting<K> {
    /// Its name with its table, as `limits.max_calls`.
    pub key: &'static str,
    /// What it holds, with default and range.
    pub kind: K,
    /// What it is for, and why its default is what it is.
    pub why: &'static str,
}

/// What a setting holds.
pub trait Kind {
    /// Its type once read.
    type Value;

    /// What holds where the file says nothing.
    fn default(&self) -> Self::Value;
    /// Reads a value of the file; `None`: not of this kind, or out of its range.
    fn read(&self, value: &DeValue<'_>) -> Option<Self::Value>;
    /// What the file has to hold, in an operator's words.
    fn expected(&self) -> String;
    /// The default as the file would write it.
    fn written(&self) -> String;
}

/// A whole number.
#[derive(Debug)]
pub struct Number {
    /// Where the file says nothing.
    pub default: u32,
    /// Least allowed.
    pub least: u32,
    /// Greatest allowed.
    pub most: u32,
    /// What it counts.
    pub unit: &'static str,
}

impl Kind for Number {
    type Value = u32;

    fn default(&self) -> u32 {
        self.default
    }
    fn read(&self, value: &DeValue<'_>) -> Option<u32> {
        let written = value.as_integer()?;
        let number = u32::from_str_radix(written.as_str(), written.radix()).ok()?;
        (self.least..=self.most).contains(&number).then_some(number)
    }
    fn expected(&self) -> String {
        format!("a whole number of {} from {} to {}", self.unit, self.least, self.most)
    }
    fn written(&self) -> String {
        self.default.to_string()
    }
}

/// A time, written with its unit.
#[derive(Debug)]
pub struct Time {
    /// Where the file says nothing.
    pub default: Duration,
    /// Least allowed.
    pub least: Duration,
    /// Greatest allowed.
    pub most: Duration,
}

impl Kind for Time {
    type Value = Duration;

    fn default(&self) -> Duration {
        self.default
    }
    fn read(&self, value: &DeValue<'_>) -> Option<Duration> {
        let time = duration(value.as_str()?)?;
        (self.least..=self.most).contains(&time).then_some(time)
    }
    fn expected(&self) -> String {
        format!("a time in quotes with its unit (ms, s, m, h) from {} to {}", written(self.least), written(self.most))
    }
    fn written(&self) -> String {
        format!("\"{}\"", written(self.default))
    }
}

/// On or off; holds the default.
#[derive(Debug)]
pub struct Switch(pub bool);

impl Kind for Switch {
    type Value = bool;

    fn default(&self) -> bool {
        self.0
    }
    fn read(&self, value: &DeValue<'_>) -> Option<bool> {
        value.as_bool()
    }
    fn expected(&self) -> String {
        "true or false".into()
    }
    fn written(&self) -> String {
        self.0.to_string()
    }
}

/// One word of a few; the first is the default.
#[derive(Debug)]
pub struct Choice<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Copy + fmt::Debug> Kind for Choice<T> {
    type Value = T;

    fn default(&self) -> T {
        self.0[0].1
    }
    fn read(&self, value: &DeValue<'_>) -> Option<T> {
        let word = value.as_str()?;
        self.0.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
    }
    fn expected(&self) -> String {
        let words: Vec<String> = self.0.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        words.join(" or ")
    }
    fn written(&self) -> String {
        format!("\"{}\"", self.0[0].0)
    }
}

/// An address and a port.
#[derive(Debug)]
pub struct Address(pub SocketAddr);

impl Kind for Address {
    type Value = SocketAddr;

    fn default(&self) -> SocketAddr {
        self.0
    }
    fn read(&self, value: &DeValue<'_>) -> Option<SocketAddr> {
        value.as_str()?.parse().ok()
    }
    fn expected(&self) -> String {
        "an address and port in quotes, as \"127.0.0.1:8080\" or \"[::]:8080\"".into()
    }
    fn written(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

/// A text of at least one character; holds the default, if there is one.
#[derive(Debug)]
pub struct Text(pub Option<&'static str>);

impl Kind for Text {
    type Value = Option<String>;

    fn default(&self) -> Option<String> {
        self.0.map(str::to_owned)
    }
    fn read(&self, value: &DeValue<'_>) -> Option<Option<String>> {
        let text = value.as_str()?.trim();
        (!text.is_empty()).then(|| Some(text.to_owned()))
    }
    fn expected(&self) -> String {
        "a text in quotes".into()
    }
    fn written(&self) -> String {
        self.0.map_or_else(|| "none".into(), |text| format!("\"{text}\""))
    }
}

/// A secret, and where it is found. The file itself may hold it, but need not.
#[derive(Debug)]
pub struct Hidden;

/// Where a secret is found.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// In the configuration file.
    Here(Secret),
    /// In an environment variable: `{ env = "NAME" }`.
    Env(String),
    /// The first line of a file, as systemd's `LoadCredential` makes them: `{ file = "PATH" }`.
    File(PathBuf),
}

impl Kind for Hidden {
    type Value = Option<SecretSource>;

    fn default(&self) -> Option<SecretSource> {
        None
    }
    fn read(&self, value: &DeValue<'_>) -> Option<Option<SecretSource>> {
        if let Some(text) = value.as_str() {
            return (!text.is_empty()).then(|| Some(SecretSource::Here(Secret::new(text))));
        }
        let table = value.as_table().filter(|table| table.len() == 1)?;
        let (key, value) = table.iter().next()?;
        let text = value.get_ref().as_str().filter(|text| !text.is_empty())?;
        match key.get_ref().as_ref() {
            "env" => Some(Some(SecretSource::Env(text.into()))),
            "file" => Some(Some(SecretSource::File(text.into()))),
            _ => None,
        }
    }
    fn expected(&self) -> String {
        "a text in quotes, { env = \"NAME\" } or { file = \"PATH\" }".into()
    }
    fn written(&self) -> String {
        "none".into()
    }
}

/// A setting as documentation lists it: `key = default`, what may stand there, and why.
pub trait Described: Sync {
    /// Its name with its table.
    fn key(&self) -> &'static str;
    /// The default as the file would write it.
    fn written(&self) -> String;
    /// What may stand there.
    fn expected(&self) -> String;
    /// What it is for.
    fn why(&self) -> &'static str;
}

impl<K: Kind + Sync> Described for Setting<K> {
    fn key(&self) -> &'static str {
        self.key
    }
    fn written(&self) -> String {
        self.kind.written()
    }
    fn expected(&self) -> String {
        self.kind.expected()
    }
    fn why(&self) -> &'static str {
        self.why
    }
}

impl fmt::Display for dyn Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}  # {}. {}", self.key(), self.written(), self.expected(), self.why())
    }
}

/// A time as [`duration`] reads it, in the largest unit in which it is a whole number.
fn written(time: Duration) -> String {
    let ms = time.as_millis();
    match [(3_600_000, "h"), (60_000, "m"), (1_000, "s")].into_iter().find(|(unit, _)| ms.is_multiple_of(*unit)) {
        Some((unit, name)) if ms > 0 => format!("{}{name}", ms / unit),
        Some(_) => "0s".into(),
        None => format!("{ms}ms"),
    }
}

/// `500ms`, `10s`, `5m`, `1h`: a whole number and a unit.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(3600).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Some(Duration::from_secs(120)));
        assert_eq!(duration("10"), None);
        assert_eq!(duration("s"), None);
        assert_eq!(duration("99999999999999999999h"), None);
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        let written = ["0s", "250ms", "60s", "90s", "5m", "24h"].map(|text| duration(text).map(written));
        assert_eq!(written.map(Option::unwrap_or_default), ["0s", "250ms", "1m", "90s", "5m", "24h"]);
    }
}
