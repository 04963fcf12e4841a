//! When a hotline is open: hours by day of the week, breaks, and a calendar of holidays and moved working days.

use jiff::civil::{Date, DateTime, Time, Weekday};
use std::{collections::BTreeSet, sync::Arc};

/// A calendar as a government publishes it: days off, and the days on which everybody works instead (调休).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    off: BTreeSet<Date>,
    work: BTreeSet<Date>,
}

impl Calendar {
    /// Adds a holiday: its days off, first and last included, and the days worked instead.
    pub fn add(&mut self, off: (Date, Date), work: impl IntoIterator<Item = Date>) {
        let (first, last) = off;
        self.off.extend(first.series(jiff::ToSpan::day(1)).take_while(|day| *day <= last));
        self.work.extend(work);
    }

    /// Whether it says anything of this year.
    pub fn covers(&self, year: i16) -> bool {
        self.off.iter().chain(&self.work).any(|day| day.year() == year)
    }

    /// A day that is both off and worked on: one of the two is a mistake.
    pub fn clash(&self) -> Option<Date> {
        self.off.intersection(&self.work).next().copied()
    }

    /// Whether people work on `day`, where the calendar says anything of it.
    fn works(&self, day: Date) -> Option<bool> {
        match (self.work.contains(&day), self.off.contains(&day)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week([bool; 7]);

impl Week {
    /// Monday to Sunday.
    pub const EVERY_DAY: Self = Self([true; 7]);

    /// Reads `mon-fri`, `mon,wed,sat`, `mon-wed,sat`; a stretch may go on past Sunday (`sat-mon`).
    pub fn parse(text: &str) -> Option<Self> {
        let mut week = Self([false; 7]);
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (day(first)?, day(last)?);
            let length = (last + 7 - first) % 7;
            (first..=first + length).for_each(|day| week.0[day % 7] = true);
        }
        Some(week)
    }

    fn has(self, day: Weekday) -> bool {
        self.0.get(day.to_monday_zero_offset() as usize).copied().unwrap_or(false)
    }
}

/// The number of a day of the week, Monday 0.
fn day(name: &str) -> Option<usize> {
    let name = name.trim().to_ascii_lowercase();
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().position(|day| *day == name)
}

/// Hours of service under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The days of the week.
    pub week: Week,
    /// From (included) to (excluded), any number; past midnight where `to` is not after `from`: such a stretch belongs to
    /// the day on which it begins. None at all: the whole day.
    pub times: Vec<(Time, Time)>,
    /// The calendar that moves working days, where it counts here.
    pub holidays: Option<Arc<Calendar>>,
}

impl Hours {
    /// Whether it is open at this local time.
    pub fn open(&self, now: DateTime) -> bool {
        let (today, time) = (now.date(), now.time());
        if self.times.is_empty() {
            return self.works(today);
        }
        let begun = self.times.iter().any(|&(from, to)| time >= from && (to <= from || time < to));
        let since_yesterday = self.times.iter().any(|&(from, to)| to <= from && time < to);
        let yesterday = today.yesterday();
        (begun && self.works(today)) || (since_yesterday && yesterday.is_ok_and(|day| self.works(day)))
    }

    fn works(&self, day: Date) -> bool {
        let moved = self.holidays.as_ref().and_then(|calendar| calendar.works(day));
        moved.unwrap_or_else(|| self.week.has(day.weekday()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar() -> Arc<Calendar> {
        let mut calendar = Calendar::default();
        calendar.add((date(2026, 10, 1), date(2026, 10, 7)), [date(2026, 9, 20), date(2026, 10, 10)]);
        Arc::new(calendar)
    }

    fn office(holidays: bool) -> Hours {
        let time = |hour, minute| Time::constant(hour, minute, 0, 0);
        Hours {
            week: Week::parse("mon-fri").expect("days"),
            times: vec![(time(9, 0), time(12, 0)), (time(13, 30), time(18, 0))],
            holidays: holidays.then(calendar),
        }
    }

    #[test]
    fn a_break_is_two_stretches() {
        let open = |hour, minute| office(false).open(date(2026, 11, 18).at(hour, minute, 0, 0));
        assert!(!open(8, 59) && open(9, 0) && open(11, 59) && !open(12, 0));
        assert!(!open(13, 29) && open(13, 30) && open(17, 59) && !open(18, 0));
    }

    #[test]
    fn holidays_are_off_and_moved_working_days_are_worked() {
        let open = |hours: Hours, month, day| hours.open(date(2026, month, day).at(10, 0, 0, 0));
        assert!(!open(office(true), 10, 1), "a Thursday, off");
        assert!(open(office(true), 9, 20), "a Sunday that is worked");
        assert!(open(office(true), 10, 10), "a Saturday that is worked");
        assert!(!open(office(true), 10, 11), "a plain Sunday");
        assert!(open(office(false), 10, 1) && !open(office(false), 9, 20), "where the calendar does not count");
    }

    #[test]
    fn a_night_shift_belongs_to_the_day_on_which_it_begins() {
        let time = |hour| Time::constant(hour, 0, 0, 0);
        let week = Week::parse("fri").expect("a day");
        let night = Hours { week, times: vec![(time(22), time(6))], holidays: None };
        let open = |day, hour| night.open(date(2026, 11, day).at(hour, 0, 0, 0));
        assert!(open(20, 23) && open(21, 5) && !open(21, 6) && !open(20, 5) && !open(21, 23));
    }

    #[test]
    fn days_are_read_singly_and_in_stretches_past_sunday_too() {
        let days = |text| Week::parse(text).map(|week| week.0.map(u8::from));
        assert_eq!(days("mon-fri"), Some([1, 1, 1, 1, 1, 0, 0]));
        assert_eq!(days("mon, WED,sat"), Some([1, 0, 1, 0, 0, 1, 0]));
        assert_eq!(days("sat-mon"), Some([1, 0, 0, 0, 0, 1, 1]));
        assert_eq!(days("mo-fr"), None);
        assert_eq!(days(""), None);
    }

    #[test]
    fn a_day_that_is_off_and_worked_is_a_mistake() {
        assert_eq!(calendar().clash(), None);
        let mut wrong = Calendar::default();
        wrong.add((date(2026, 1, 1), date(2026, 1, 3)), [date(2026, 1, 3)]);
        assert_eq!(wrong.clash(), Some(date(2026, 1, 3)));
    }
}
