//! Hours of service, and the calendar of holidays.

use super::{
    HOLIDAYS,
    loader::Loader,
    parse,
    reader::{Field, Section},
    step::required,
};
use crate::script::{
    calendar::{Calendar, Hours, Week},
    problem::{Fault, Shape},
    source::{Place, SourceFile},
};
use std::{collections::BTreeMap, sync::Arc};

/// The calendar of `holidays.toml`; the standard one where the operators have none.
pub(super) fn read(files: &[Arc<SourceFile>], standard: &[Arc<SourceFile>], loader: &mut Loader) -> Arc<Calendar> {
    let mut calendar = Calendar::default();
    let is_calendar = |file: &&Arc<SourceFile>| file.name() == HOLIDAYS;
    let Some(file) = files.iter().find(is_calendar).or_else(|| standard.iter().find(is_calendar)) else {
        return calendar.into();
    };
    let (document, true) = parse(file, &mut loader.problems) else { return calendar.into() };
    let mut root = Section::of(file, &document, 0..0);
    let holidays = root.take("holiday").and_then(|field| field.list(&mut loader.problems)).unwrap_or_default();
    root.close(&mut loader.problems);
    for item in &holidays {
        holiday(item, &mut calendar, loader);
    }
    calendar.into()
}

/// `{ name = "国庆节", off = "2026-10-01..2026-10-07", work = ["2026-09-20", "2026-10-10"], draft = true }`.
fn holiday(item: &Field<'_>, calendar: &mut Calendar, loader: &mut Loader) {
    if !item.is_table() {
        return item.wrong(Shape::TableList, &mut loader.problems);
    }
    let Some(mut section) = item.section(&mut loader.problems) else { return };
    required(&mut section, "name", loader).and_then(|field| field.text(&mut loader.problems));
    let off = required(&mut section, "off", loader).and_then(|field| field.dates(&mut loader.problems));
    let work = section.take("work").map(|field| days(&field, loader)).unwrap_or_default();
    let draft = section.take("draft").and_then(|field| field.flag(&mut loader.problems)).unwrap_or(false);
    loader.drafts.extend(off.filter(|_| draft).map(|(first, _)| first.year()));
    section.close(&mut loader.problems);
    let Some(off) = off else { return };
    calendar.add(off, work.iter().map(|(day, _)| *day));
    if let Some(day) = calendar.clash() {
        let place = work.iter().find(|(work, _)| *work == day).map_or_else(|| item.name_place(), |(_, at)| at.clone());
        loader.problems.add(place, Fault::CalendarClash { day });
    }
}

fn days(field: &Field<'_>, loader: &mut Loader) -> Vec<(jiff::civil::Date, Place)> {
    let items = field.one_or_list(&mut loader.problems);
    let day = |item: &Field<'_>| item.dates(&mut loader.problems).map(|(first, _)| (first, item.place()));
    items.iter().filter_map(day).collect()
}

/// `[hours.<name>]`: the days of the week, the times of day, and whether the calendar counts.
pub(super) fn hours(
    section: Option<Section<'_>>,
    calendar: &Arc<Calendar>,
    loader: &mut Loader,
) -> BTreeMap<String, Arc<Hours>> {
    let fields = section.map(|mut section| section.take_rest()).unwrap_or_default();
    let mut named = BTreeMap::new();
    for field in fields {
        if let Some(mut section) = field.section(&mut loader.problems) {
            named.insert(field.name().to_owned(), Arc::new(one(&mut section, calendar, loader)));
            section.close(&mut loader.problems);
        }
    }
    named
}

fn one(section: &mut Section<'_>, calendar: &Arc<Calendar>, loader: &mut Loader) -> Hours {
    let week = section.take("week").and_then(|field| week(&field, loader)).unwrap_or(Week::EVERY_DAY);
    let times = section.take("times").map(|field| field.one_or_list(&mut loader.problems)).unwrap_or_default();
    let times = times.iter().filter_map(|field| field.hours(&mut loader.problems)).collect();
    let holidays = section.take("holidays");
    let counts = holidays.as_ref().and_then(|field| field.flag(&mut loader.problems)).unwrap_or(false);
    if let Some(field) = holidays.filter(|_| counts) {
        let drafts = loader.drafts.iter().map(|year| Fault::DraftCalendar { year: *year });
        drafts.for_each(|fault| loader.problems.add(field.place(), fault));
    }
    Hours { week, times, holidays: counts.then(|| calendar.clone()) }
}

fn week(field: &Field<'_>, loader: &mut Loader) -> Option<Week> {
    let text = field.text(&mut loader.problems)?;
    let week = Week::parse(text);
    if week.is_none() {
        loader.problems.add(field.place(), Fault::BadWeek { text: text.into() });
    }
    week
}
