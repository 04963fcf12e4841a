//! Warnings that the operators have looked at: `[[waive]]`.

use super::{loader::Loader, reader::Field, step::required};
use crate::script::{
    notes::Waiver,
    problem::{Shape, WAIVABLE},
};

/// `{ fault = "rather_fast", about = "zh-CN/menu_main", reason = "…" }`, one a warning.
pub(super) fn read(field: Option<Field<'_>>, loader: &mut Loader) {
    let items = field.and_then(|field| field.list(&mut loader.problems)).unwrap_or_default();
    for item in &items {
        let waiver = waiver(item, loader);
        loader.notes.waivers.extend(waiver);
    }
}

fn waiver(item: &Field<'_>, loader: &mut Loader) -> Option<Waiver> {
    if !item.is_table() {
        item.wrong(Shape::TableList, &mut loader.problems);
        return None;
    }
    let mut section = item.section(&mut loader.problems)?;
    let fault = required(&mut section, "fault", loader);
    let place = fault.as_ref().map(Field::place);
    let fault = fault.and_then(|field| field.word(&WAIVABLE, &mut loader.problems));
    let about = required(&mut section, "about", loader).and_then(|field| field.text(&mut loader.problems));
    let reason = required(&mut section, "reason", loader).and_then(|field| field.text(&mut loader.problems));
    section.close(&mut loader.problems);
    reason?;
    Some(Waiver { fault: fault?, about: about?.to_owned(), place: place? })
}
