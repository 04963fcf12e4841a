//! What a caller must never hear, word by word (服务忌语), and the words that announce keys and say farewell.

use std::ops::Range;

/// Phrases that no Mandarin prompt may hold; punctuation and spaces between their characters do not hide them.
///
/// The first seven are service-script.md §1 and §5; the others are of the same kind in the lists of forbidden service
/// language that hotlines publish. Phrases that a polite sentence can hold too (不清楚, 等一下) are left out.
const CHINESE: [&str; 24] = [
    "喂说话呀",
    "不知道",
    "不行",
    "大声一点儿",
    "再不说话",
    "我晕",
    "我就挂了",
    "说话呀",
    "说话啊",
    "快点说",
    "快说",
    "急什么",
    "没办法",
    "不归我管",
    "不关我的事",
    "不是我的事",
    "你问我我问谁",
    "不是说过了吗",
    "不是告诉过",
    "爱打不打",
    "随便您",
    "自己不会看",
    "神经病",
    "烦死了",
];

/// The same in English, lower case. Chosen: the English of the rules above.
const ENGLISH: [&str; 12] = [
    "i don't know",
    "i do not know",
    "no way",
    "speak up!",
    "say something",
    "or i will hang up",
    "or i'll hang up",
    "hurry up",
    "not my job",
    "not my problem",
    "shut up",
    "calm down",
];

/// Words in which 你 addresses nobody.
const NOT_ADDRESSING: [&str; 1] = ["迷你"];

/// The forbidden phrases in `text`, with their places in it.
pub(super) fn forbidden(locale: &str, text: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<(Range<usize>, String)> = match language(locale) {
        "zh" => hidden(text, &CHINESE),
        "en" => plain(text, &ENGLISH),
        _ => Vec::new(),
    };
    // 喂,说话呀 is found as itself and as 说话呀: once is enough.
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    found.retain(|(range, _)| {
        let new = range.end > end;
        end = end.max(range.end);
        new
    });
    found
}

/// Where `text` says 你 to the caller.
pub(super) fn familiar(locale: &str, text: &str) -> Vec<Range<usize>> {
    if language(locale) != "zh" {
        return Vec::new();
    }
    let spared = |at: usize| {
        NOT_ADDRESSING
            .iter()
            .any(|word| text.match_indices(word).any(|(start, _)| (start..start + word.len()).contains(&at)))
    };
    let addressed = text.char_indices().filter(|(at, c)| matches!(c, '你' | '妳') && !spared(*at));
    addressed.map(|(at, c)| at..at + c.len_utf8()).collect()
}

/// Whether a text says farewell; `None` where nobody here knows the language.
pub(super) fn says_farewell(locale: &str, text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match language(locale) {
        "zh" => Some(any(&["再见", "再會", "再会"])),
        "en" => Some(any(&["goodbye", "good-bye", "good bye", "bye-bye"])),
        _ => None,
    }
}

/// The keys that a text tells callers to press.
pub(super) fn announced_keys(locale: &str, text: &str) -> Vec<char> {
    let (before, names): (&str, &[(&str, char)]) = match language(locale) {
        "zh" => ("按", &CHINESE_KEYS),
        "en" => ("press ", &ENGLISH_KEYS),
        _ => return Vec::new(),
    };
    let lower = text.to_lowercase();
    let after = lower.match_indices(before).map(|(at, _)| lower.get(at + before.len()..).unwrap_or_default());
    after.filter_map(|rest| key_named(rest, names)).collect()
}

fn key_named(rest: &str, names: &[(&str, char)]) -> Option<char> {
    let rest = rest.trim_start_matches(['“', '"', '「', ' ']);
    rest.chars()
        .next()
        .filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#'))
        .or_else(|| names.iter().find(|(name, _)| rest.starts_with(name)).map(|(_, key)| *key))
}

const CHINESE_KEYS: [(&str, char); 13] = [
    ("零", '0'),
    ("一", '1'),
    ("二", '2'),
    ("三", '3'),
    ("四", '4'),
    ("五", '5'),
    ("六", '6'),
    ("七", '7'),
    ("八", '8'),
    ("九", '9'),
    ("星号", '*'),
    ("井号", '#'),
    ("米字", '*'),
];

const ENGLISH_KEYS: [(&str, char); 14] = [
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("star", '*'),
    ("hash", '#'),
    ("the hash", '#'),
    ("pound", '#'),
];

/// The language of a locale, without its region.
pub(super) fn language(locale: &str) -> &str {
    locale.split('-').next().unwrap_or_default()
}

/// `phrases` in `text`, whatever punctuation and spaces stand between their characters.
fn hidden(text: &str, phrases: &[&str]) -> Vec<(Range<usize>, String)> {
    let (places, letters): (Vec<usize>, String) = text.char_indices().filter(|(_, c)| c.is_alphanumeric()).unzip();
    let place = |at: usize| letters.get(..at).and_then(|before| places.get(before.chars().count()).copied());
    let found = phrases.iter().flat_map(|phrase| letters.match_indices(phrase));
    let range = |(at, phrase): (usize, &str)| {
        let last = phrase.chars().next_back()?.len_utf8();
        let range = place(at)?..place(at + phrase.len() - last)? + last;
        Some((range.clone(), text.get(range)?.to_owned()))
    };
    found.filter_map(range).collect()
}

/// `phrases` in `text`, whatever the case.
fn plain(text: &str, phrases: &[&str]) -> Vec<(Range<usize>, String)> {
    let lower = text.to_ascii_lowercase().replace('’', "'");
    let found = phrases.iter().flat_map(|phrase| lower.match_indices(phrase));
    // With a typographic apostrophe the place is no longer exact; the sentence is.
    let exact = lower.len() == text.len();
    let range = |at: usize, phrase: &str| if exact { at..at + phrase.len() } else { 0..text.len() };
    found.map(|(at, phrase)| (range(at, phrase), phrase.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_hides_nothing() {
        let found = forbidden("zh-CN", "喂,说话呀!再不说话我就挂了!");
        let phrases: Vec<&str> = found.iter().map(|(_, phrase)| phrase.as_str()).collect();
        assert_eq!(phrases, ["喂,说话呀", "再不说话", "我就挂了"]);
    }

    #[test]
    fn the_standards_own_words_are_allowed() {
        for text in ["对不起,请您大声一点,好吗?", "如果您不清楚,请按一。", "请您说话。"] {
            assert!(forbidden("zh-CN", text).is_empty(), "{text}");
        }
        assert!(forbidden("en", "I'm sorry, could you please speak a little louder?").is_empty());
    }

    #[test]
    fn a_mini_programme_addresses_nobody() {
        assert!(familiar("zh-CN", "请您使用迷你程序。").is_empty());
        assert_eq!(familiar("zh-CN", "你好").len(), 1);
    }

    #[test]
    fn keys_are_heard_in_both_languages() {
        assert_eq!(announced_keys("zh-CN", "咨询请按一,人工请按0,重听请按星号键。"), ['1', '0', '*']);
        assert_eq!(announced_keys("en", "For help, press Two. To hear it again, press star."), ['2', '*']);
        assert_eq!(announced_keys("zh-CN", "请按照提示操作。"), [' '; 0]);
    }
}
