//! Branches: lines of conditions, of which the first that fits says where a call goes on.

use super::{Locale, StepId, calendar::Hours, callers::NumberPattern};
use crate::phone::PhoneNumber;
use jiff::civil::{Date, DateTime};
use std::{borrow::Cow, sync::Arc};

/// The lines of a branch.
#[derive(Clone, Debug)]
pub struct Branch {
    /// In the order in which they are tried.
    pub lines: Vec<Line>,
    /// Where a call goes on that no line fits.
    pub otherwise: StepId,
}

impl Branch {
    /// Where a call of these circumstances goes on.
    pub fn choose(&self, of: &dyn Circumstances) -> StepId {
        let fits = |line: &&Line| line.when.iter().all(|when| when.fits(of));
        self.lines.iter().find(fits).map_or(self.otherwise, |line| line.go)
    }
}

/// A line: all its conditions have to fit together.
#[derive(Clone, Debug)]
pub struct Line {
    /// The conditions; at least one.
    pub when: Vec<When>,
    /// Where they lead.
    pub go: StepId,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// It is within these hours.
    Hours(Arc<Hours>),
    /// It is one of these days, first and last included.
    Dates(Date, Date),
    /// The caller's number is one of these.
    Caller(Vec<NumberPattern>),
    /// The caller's number is known, or is not.
    CallerKnown(bool),
    /// A variable has a content, or has not.
    Set(String, bool),
    /// A variable holds one of these texts.
    Is(String, Vec<String>),
    /// A variable is not set or holds none of these texts.
    IsNot(String, Vec<String>),
    /// The call goes on in this language.
    Language(Locale),
}

impl When {
    fn fits(&self, of: &dyn Circumstances) -> bool {
        match self {
            Self::Hours(hours) => hours.open(of.now()),
            Self::Dates(first, last) => (*first..=*last).contains(&of.now().date()),
            Self::Caller(numbers) => of.caller().is_some_and(|caller| numbers.iter().any(|number| number.fits(caller))),
            Self::CallerKnown(known) => of.caller().is_some() == *known,
            Self::Set(name, set) => of.variable(name).is_some() == *set,
            Self::Is(name, texts) => of.variable(name).is_some_and(|held| texts.iter().any(|text| *text == held)),
            Self::IsNot(name, texts) => !of.variable(name).is_some_and(|held| texts.iter().any(|text| *text == held)),
            Self::Language(locale) => of.language() == locale,
        }
    }

    /// The variable that it reads, where it looks at its content.
    pub fn reads(&self) -> Option<&str> {
        match self {
            Self::Is(name, _) | Self::IsNot(name, _) => Some(name),
            _ => None,
        }
    }
}

/// What conditions look at.
pub trait Circumstances {
    /// Local date and time.
    fn now(&self) -> DateTime;
    /// The caller's number, where known.
    fn caller(&self) -> Option<&PhoneNumber>;
    /// The content of a variable, where it has one.
    fn variable(&self, name: &str) -> Option<Cow<'_, str>>;
    /// The language that the call is held in.
    fn language(&self) -> &Locale;
}

/// What parameters of the gateway are called as variables: `param.<name>`, small letters.
pub const PARAMETER: &str = "param.";

#[cfg(test)]
mod tests {
    use super::*;

    struct Caller {
        number: Option<PhoneNumber>,
        mark: Option<&'static str>,
        language: Locale,
    }

    impl Circumstances for Caller {
        fn now(&self) -> DateTime {
            jiff::civil::date(2027, 2, 6).at(10, 0, 0, 0)
        }
        fn caller(&self) -> Option<&PhoneNumber> {
            self.number.as_ref()
        }
        fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
            self.mark.filter(|_| name == "mark").map(Cow::Borrowed)
        }
        fn language(&self) -> &Locale {
            &self.language
        }
    }

    fn caller(number: &str, mark: Option<&'static str>) -> Caller {
        Caller { number: PhoneNumber::parse(number), mark, language: "en".into() }
    }

    fn is(texts: &[&str]) -> When {
        When::Is("mark".into(), texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn the_first_line_that_fits_wins_and_else_the_last_word_does() {
        let line = |when, go| Line { when, go: StepId(go) };
        let vip = When::Caller(NumberPattern::parse("138*").into_iter().collect());
        let lines = vec![line(vec![vip, is(&["3"])], 1), line(vec![is(&["3", "2"])], 2)];
        let branch = Branch { lines, otherwise: StepId(9) };
        assert_eq!(branch.choose(&caller("13800138000", Some("3"))), StepId(1));
        assert_eq!(branch.choose(&caller("13900138000", Some("3"))), StepId(2), "both conditions have to fit");
        assert_eq!(branch.choose(&caller("13800138000", Some("2"))), StepId(2));
        assert_eq!(branch.choose(&caller("13800138000", None)), StepId(9));
    }

    #[test]
    fn each_condition_fits_what_it_says() {
        let of = caller("13800138000", None);
        let day = jiff::civil::date;
        assert!(When::Dates(day(2027, 2, 5), day(2027, 2, 6)).fits(&of));
        assert!(!When::Dates(day(2027, 2, 7), day(2027, 2, 9)).fits(&of));
        assert!(When::CallerKnown(true).fits(&of) && When::CallerKnown(false).fits(&caller("anonymous", None)));
        assert!(When::Set("mark".into(), false).fits(&of) && !When::Set("mark".into(), true).fits(&of));
        assert!(When::IsNot("mark".into(), vec!["3".into()]).fits(&of) && !is(&["3"]).fits(&of));
        assert!(When::Language("en".into()).fits(&of) && !When::Language("zh-CN".into()).fits(&of));
    }
}
