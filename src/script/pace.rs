//! How fast a text is spoken, and how fast it may be (service-script.md §5).

use super::problem::RateUnit;
use std::time::Duration;

/// What a language's speaking rate is counted in, and held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// What is counted.
    pub unit: RateUnit,
    /// Unhurried, a minute: where the recordings that we ship lie.
    pub calm: u32,
    /// Above this it is warned of, a minute.
    pub warned: u32,
    /// Above this it is refused, a minute.
    pub refused: u32,
    /// Texts with fewer have no rate: a single word's length says nothing.
    least: usize,
}

/// Mandarin: 260 and 300 characters, English: 180 and 210 words a minute are service-script.md §5's.
const MANDARIN: Pace = Pace { unit: RateUnit::Characters, calm: 230, warned: 260, refused: 300, least: 5 };
const ENGLISH: Pace = Pace { unit: RateUnit::Words, calm: 160, warned: 180, refused: 210, least: 3 };

impl Pace {
    /// That of a language; none where nobody here knows how its texts are counted.
    pub fn of(locale: &str) -> Option<Self> {
        match locale.split('-').next() {
            Some("zh") => Some(MANDARIN),
            Some("en") => Some(ENGLISH),
            _ => None,
        }
    }

    /// How much of it a text has: ideographs, and figures and letters one by one; or words.
    pub fn count(&self, text: &str) -> usize {
        match self.unit {
            RateUnit::Characters => text.chars().filter(|c| c.is_alphanumeric()).count(),
            RateUnit::Words => text.split_whitespace().count(),
        }
    }

    /// The rate of a text that was spoken in so long, a minute; none where that says nothing.
    pub fn rate(&self, text: &str, spoken: Duration) -> Option<u32> {
        let count = self.count(text);
        let told = count >= self.least && !spoken.is_zero();
        told.then(|| (count as f64 * 60.0 / spoken.as_secs_f64()).round() as u32)
    }

    /// How long a text takes, calmly spoken.
    pub fn length(&self, text: &str) -> Duration {
        Duration::from_secs_f64(self.count(text) as f64 * 60.0 / f64::from(self.calm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_words_are_counted() {
        let (mandarin, english) = (Pace::of("zh-CN").expect("known"), Pace::of("en").expect("known"));
        assert_eq!((mandarin.count("您好，请讲。"), english.count("Hello, you are connected.")), (4, 4));
        assert_eq!(mandarin.rate("感谢您的来电，再见！", Duration::from_secs(2)), Some(240));
        assert_eq!(english.rate("zero", Duration::from_secs(1)), None);
        assert_eq!(Pace::of("ja"), None);
    }
}
