//! Callers by number: single numbers and beginnings of numbers. They are personal data, so nothing here prints them.

use crate::phone::{PhoneNumber, mask};
use std::fmt;

/// A number, or the beginning of numbers, as operators write it: `13800138000`, `+86 138 0013 8000`, `138*`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumberPattern {
    digits: Box<str>,
    beginning: bool,
}

impl NumberPattern {
    /// Reads one. `None`: other characters than a number has, or no digit at all.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, beginning) = match text.trim().strip_suffix('*') {
            Some(number) => (number, true),
            None => (text.trim(), false),
        };
        let right = |c: char| c.is_ascii_digit() || SPACING.contains(&c);
        let written = number.strip_prefix('+').unwrap_or(number).chars().all(right);
        let digits = plain(number);
        (written && digits.bytes().any(|b| b.is_ascii_digit())).then(|| Self { digits: digits.into(), beginning })
    }

    /// Whether `number` is it, or begins so, however either is written.
    pub fn fits(&self, number: &PhoneNumber) -> bool {
        let number = plain(number.reveal());
        if self.beginning { number.starts_with(&*self.digits) } else { number == *self.digits }
    }
}

impl fmt::Debug for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", mask(&self.digits), if self.beginning { "*" } else { "" })
    }
}

/// What people put between the digits of a number.
const SPACING: [char; 5] = [' ', '-', '(', ')', '.'];

/// A number without spacing, and without what stands before mainland numbers on some trunks: `+86`, `0086`, `86` before a
/// mobile number, and the `0` of long distance before one. Foreign numbers keep their `+`.
fn plain(number: &str) -> String {
    let digits: String = number.chars().filter(|c| !SPACING.contains(c)).collect();
    let abroad = digits.strip_prefix("00").filter(|rest| !rest.is_empty()).map(|rest| format!("+{rest}"));
    let digits = abroad.unwrap_or(digits);
    if let Some(rest) = digits.strip_prefix("+86") {
        return national(rest);
    }
    let mobile = |rest: &&str| rest.len() == 11 && rest.starts_with('1');
    let mobile = digits.strip_prefix("86").or_else(|| digits.strip_prefix('0')).filter(mobile).map(str::to_owned);
    mobile.unwrap_or(digits)
}

/// A text of the operators as screens may show it: as long as it was, with a star for every digit of a caller's number. In
/// lists of callers those are all digits, elsewhere the long numbers in lines that speak of callers.
pub fn shown(file: &str, text: &str) -> String {
    let stars = |text: &str| text.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect::<String>();
    if file.ends_with(super::load::CALLERS) {
        return stars(text);
    }
    let line = |line: &str| match line.contains("caller") {
        true => line.split_inclusive('"').map(|part| if is_long(part) { stars(part) } else { part.into() }).collect(),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Whether somebody's whole number may be in a text: chosen, local numbers have seven digits and more.
fn is_long(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 7
}

/// A mainland number as it is dialled within the country: area codes have their `0` back.
fn national(rest: &str) -> String {
    let mobile = rest.starts_with('1') && !matches!(rest.as_bytes().get(1), Some(b'0' | b'1' | b'2'));
    let plain = mobile || rest.is_empty() || ["0", "400", "800"].iter().any(|start| rest.starts_with(start));
    if plain { rest.into() } else { format!("0{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, number: &str) -> bool {
        let number = PhoneNumber::parse(number).expect("a number");
        NumberPattern::parse(pattern).expect("a pattern").fits(&number)
    }

    #[test]
    fn a_number_fits_however_either_side_is_written() {
        for number in ["13800138000", "+8613800138000", "008613800138000", "8613800138000", "013800138000"] {
            assert!(fits("138 0013 8000", number), "{number}");
            assert!(fits("+86138*", number), "{number}");
            assert!(!fits("139*", number), "{number}");
        }
        assert!(!fits("1380013800", "13800138000"), "a whole number is no beginning");
    }

    #[test]
    fn area_codes_and_foreign_numbers_keep_theirs() {
        let shanghai = ["021-12345678", "+86 21 1234 5678", "+8602112345678"];
        assert!(shanghai.iter().all(|number| fits("021*", number) && fits("+8621*", number)));
        assert!(fits("010*", "+861012345678") && !fits("010*", "13800138000"));
        assert!(fits("+44*", "+442071234567") && fits("+44*", "00442071234567") && !fits("44*", "+442071234567"));
    }

    #[test]
    fn numbers_of_callers_are_not_shown_and_the_rest_is() {
        let shown = |file, text| super::shown(file, text);
        assert_eq!(
            shown("prompts/callers.toml", "vip = [\"138 0013 8000\", \"139*\"]\n"),
            "vip = [\"*** **** ****\", \"****\"]\n"
        );
        let line = "{ caller = [\"13800138000\", \"138*\"], go = \"a\" }\nwait = \"1234567\"\n";
        assert_eq!(shown("hotline.toml", line), line.replace("13800138000", "***********"));
    }

    #[test]
    fn what_is_no_number_is_none_and_nothing_shows_whole() {
        assert!(["", "*", "vip", "138x*", "1*8"].iter().all(|text| NumberPattern::parse(text).is_none()));
        assert_eq!(format!("{:?}", NumberPattern::parse("13812345678")), "Some(138****5678)");
    }
}
