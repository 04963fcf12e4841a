//! How telephone numbers are grouped when they are said.

/// The figures of what was keyed in or sent; `None` where there is none.
pub(super) fn figures(text: &str) -> Option<String> {
    let figures: String = text.chars().filter(char::is_ascii_digit).collect();
    (!figures.is_empty()).then_some(figures)
}

/// A number in groups. What is written in groups keeps them; else they are those that people are used to.
pub(super) fn groups(text: &str) -> Option<Vec<String>> {
    let home = at_home(text.trim());
    let abroad = home.starts_with('+');
    let mut groups = match home.contains([' ', '-', '(', ')']) {
        true => home.split([' ', '-', '(', ')']).filter_map(figures).collect(),
        false => usual(&figures(home)?),
    };
    if abroad {
        groups.first_mut()?.insert(0, '+');
    }
    (!groups.is_empty()).then_some(groups)
}

/// A number of China is said without the country's code.
fn at_home(text: &str) -> &str {
    let rest = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086"));
    rest.map_or(text, |rest| rest.trim_start_matches([' ', '-']))
}

/// The groups of a number that is written in one go.
fn usual(figures: &str) -> Vec<String> {
    let sizes: &[usize] = match (figures.len(), figures.as_bytes()) {
        // Service numbers: 110, 10086, 12345, 95588.
        (..=5, _) => &[],
        (6, _) => &[3, 3],
        (7, _) => &[3, 4],
        (8, _) => &[4, 4],
        (9, _) => &[3, 3, 3],
        (10, _) => &[3, 3, 4],
        // Mobile numbers.
        (11, [b'1', ..]) => &[3, 4, 4],
        // Area codes are three figures long for Beijing and 02x, four else.
        (11, [b'0', b'1' | b'2', ..]) => &[3, 4, 4],
        (11, [b'0', ..]) => &[4, 3, 4],
        (12, [b'0', ..]) => &[4, 4, 4],
        _ => return in_fours(figures),
    };
    let mut rest = figures;
    let mut groups = Vec::new();
    for size in sizes {
        let (group, after) = rest.split_at(*size);
        groups.push(group.to_owned());
        rest = after;
    }
    if !rest.is_empty() {
        groups.push(rest.to_owned());
    }
    groups
}

/// Fours, and a last group of up to five.
fn in_fours(figures: &str) -> Vec<String> {
    let bytes = figures.as_bytes();
    let mut groups: Vec<String> = bytes.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    if bytes.len() % 4 == 1 && groups.len() > 1 {
        let last = groups.pop().unwrap_or_default();
        groups.last_mut().into_iter().for_each(|group| group.push_str(&last));
    }
    groups
}
