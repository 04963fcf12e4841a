//! Values read out from recorded parts.

use super::PromptId;

/// A telephone number, digit by digit: in Mandarin 1 is 幺 (`yao`), as numbers are read out; signs that are no digits
/// are left out.
pub fn digits(locale: &str, number: &str) -> impl Iterator<Item = PromptId> {
    let mandarin = locale.starts_with("zh");
    number.chars().filter(char::is_ascii_digit).map(move |digit| match (mandarin, digit) {
        (true, '1') => PromptId::new("yao"),
        (true, digit) => PromptId::new(&format!("d{digit}")),
        (false, digit) => PromptId::new(&format!("n{digit}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_numbers_are_read() {
        let names = |locale| digits(locale, "+138#0").map(|id| id.to_string()).collect::<Vec<_>>();
        assert_eq!(names("zh-CN"), ["yao", "d3", "d8", "d0"]);
        assert_eq!(names("en"), ["n1", "n3", "n8", "n0"]);
    }
}
