//! Finds where in its file a scenario expects something.

use super::expect::At;
use crate::script::source::{Place, SourceFile};
use std::{ops::Range, sync::Arc};
use toml_edit::{Document, Item};

/// The place of an expectation in its file; the file's beginning where nothing in it asks for it.
pub fn locate(file: &Arc<SourceFile>, at: At) -> Place {
    span(&file.text, at).map_or_else(|| Place::top(file), |span| Place::new(file, span))
}

fn span(text: &str, at: At) -> Option<Range<usize>> {
    let document = Document::parse(text).ok()?;
    match at {
        At::Expect(item) => of_item(document.get("expect")?, item),
        At::Never(item) => of_item(document.get("never")?, item),
        At::End => document.get("end")?.span(),
        At::Nowhere => None,
    }
}

fn of_item(list: &Item, item: usize) -> Option<Range<usize>> {
    match list {
        Item::ArrayOfTables(tables) => tables.get(item)?.get("heard")?.span(),
        list => list.as_array()?.get(item)?.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_found() {
        let at = |text: &str, at| locate(&SourceFile::new("a.toml", text), at).line_column();
        assert_eq!(at("expect = [\n  \"welcome\",\n  \"等\", \"menu\"]\n", At::Expect(2)), (3, 8));
        assert_eq!(at("[[expect]]\nheard = \"a\"\n[[expect]]\nheard = \"b\"\n", At::Expect(1)), (4, 9));
        assert_eq!(at("never = [\"a\"]\nend = \"silent\"\n", At::End), (2, 7));
        assert_eq!(at("never = [\"a\"]\n", At::Nowhere), (1, 1));
    }
}
