//! `callers.toml`: named lists of callers.

use super::{CALLERS, branch::numbers, loader::Loader, parse, reader::Section};
use crate::script::{callers::NumberPattern, source::SourceFile};
use std::{collections::BTreeMap, sync::Arc};

/// The lists by name. A list may be empty: nobody is on it yet.
pub(super) fn read(files: &[Arc<SourceFile>], loader: &mut Loader) -> BTreeMap<String, Vec<NumberPattern>> {
    let Some(file) = files.iter().find(|file| file.name() == CALLERS) else { return BTreeMap::new() };
    let (document, _) = parse(file, &mut loader.problems);
    let fields = Section::of(file, &document, 0..0).take_rest();
    let mut lists = BTreeMap::new();
    for field in fields {
        let list = if field.is_empty_list() { Vec::new() } else { numbers(&field, loader) };
        lists.insert(field.name().to_owned(), list);
    }
    lists
}
