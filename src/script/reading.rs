//! Which recorded parts read something out. Numbers, amounts and times follow with the operators' workbench.

use super::PromptId;
use crate::phone::Digit;

/// The part that reads `digit` out in a telephone number, as speakers of `locale` say it: Mandarin says 幺 for 1, so that
/// it is not taken for 七. `None` for keys that are no figures.
pub fn spoken_digit(locale: &str, digit: Digit) -> Option<PromptId> {
    let figure = digit.as_char();
    if !figure.is_ascii_digit() {
        return None;
    }
    let name = match locale.split('-').next() {
        Some("zh") if figure == '1' => "yao".into(),
        Some("en") => format!("n{figure}"),
        _ => format!("d{figure}"),
    };
    Some(PromptId::new(&name))
}

/// Every part that [`spoken_digit`] may ask for.
pub fn digit_parts(locale: &str) -> impl Iterator<Item = PromptId> {
    ('0'..='9').filter_map(Digit::parse).filter_map(move |digit| spoken_digit(locale, digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_yao_in_a_mandarin_telephone_number() {
        let name = |locale, key| Digit::parse(key).and_then(|key| spoken_digit(locale, key)).map(|id| id.to_string());
        assert_eq!(name("zh-CN", '1').as_deref(), Some("yao"));
        assert_eq!(name("zh-CN", '7').as_deref(), Some("d7"));
        assert_eq!(name("en", '1').as_deref(), Some("n1"));
        assert_eq!(name("en", '#'), None);
    }
}
