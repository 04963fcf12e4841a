//! Names of prompts with `*` for any letters: `welcome_*`.

/// Whether `name` is one that `pattern` means.
pub fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => {
            name.strip_prefix(head).is_some_and(|tail| (0..=tail.len()).any(|at| fits(rest, &tail[at..])))
        }
    }
}

/// Whether a prompt could be called so.
pub fn is_pattern(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '*')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        assert!(
            fits("welcome_*", "welcome_evening") && fits("*", "d1") && fits("*_phone*", "silent_change_phone_telecom")
        );
        assert!(!fits("welcome_*", "welcome") && !fits("menu", "menu_main") && !fits("*_main", "menu_main_2"));
    }
}
