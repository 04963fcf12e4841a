//! `texts.csv` beside the recordings: what each was told to say, and whether a person said it.
//!
//! Columns `locale`, `prompt_id`, `text` and, optionally, `voice`: `synthetic` for what a machine speaks until an actor has
//! recorded it, `human` (or anything else) for the rest. Further columns are kept as they are.

use super::{
    Material, SourceFile,
    problem::{Fault, Problem},
    source::Place,
};
use csv::StringRecord;
use std::sync::Arc;

/// The list, in its own order.
#[derive(Clone, Debug)]
pub struct Sheet {
    columns: StringRecord,
    records: Vec<StringRecord>,
}

/// A recording of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'s> {
    /// Its locale, or `common`.
    pub locale: &'s str,
    /// Its prompt id.
    pub prompt: &'s str,
    /// What it was told to say.
    pub text: &'s str,
    /// Who says it.
    pub voice: Voice,
}

/// Who speaks in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A machine: a voice actor still owes it.
    Synthetic,
    /// A person, or nobody has said.
    Human,
}

impl Voice {
    /// The word in the list.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Human => "human",
        }
    }
}

const NEEDED: [&str; 3] = ["locale", "prompt_id", "text"];
const VOICE: &str = "voice";

impl Default for Sheet {
    /// An empty one.
    fn default() -> Self {
        Self { columns: NEEDED.into_iter().chain([VOICE]).collect(), records: Vec::new() }
    }
}

impl Sheet {
    /// Reads the list, with or without a byte order mark.
    ///
    /// # Errors
    /// What is wrong, in the CSV reader's words.
    pub fn parse(csv: &str) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(without_mark(csv).as_bytes());
        let columns = reader.headers().map_err(|error| error.to_string())?.clone();
        for needed in NEEDED {
            if !columns.iter().any(|column| column == needed) {
                return Err(format!("missing column `{needed}`"));
            }
        }
        let records: Result<_, _> = reader.records().collect();
        Ok(Self { columns, records: records.map_err(|error| error.to_string())? })
    }

    /// The list as a file.
    pub fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = std::iter::once(&self.columns).chain(&self.records).try_for_each(|row| writer.write_record(row));
        let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|record| self.row(record))
    }

    /// The row of a recording.
    pub fn get(&self, locale: &str, prompt: &str) -> Option<Row<'_>> {
        self.rows().find(|row| row.locale == locale && row.prompt == prompt)
    }

    /// Says what is said in a recording, and by whom; the rest of its row stays.
    pub fn set(&mut self, row: Row<'_>) {
        if self.column(VOICE).is_none() {
            self.columns.push_field(VOICE);
            self.records.iter_mut().for_each(|record| record.push_field(""));
        }
        let old = self.rows().position(|old| (old.locale, old.prompt) == (row.locale, row.prompt));
        let fields = self.columns.iter().enumerate().map(|(at, column)| match column {
            "locale" => row.locale,
            "prompt_id" => row.prompt,
            "text" => row.text,
            VOICE => row.voice.as_str(),
            _ => old.and_then(|old| self.records.get(old)?.get(at)).unwrap_or_default(),
        });
        let record: StringRecord = fields.collect();
        match old.and_then(|old| self.records.get_mut(old)) {
            Some(old) => *old = record,
            None => self.records.push(record),
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    fn row<'s>(&'s self, record: &'s StringRecord) -> Row<'s> {
        let field = |name| self.column(name).and_then(|at| record.get(at)).unwrap_or_default();
        let synthetic = field(VOICE) == Voice::Synthetic.as_str();
        Row {
            locale: field("locale"),
            prompt: field("prompt_id"),
            text: field("text"),
            voice: if synthetic { Voice::Synthetic } else { Voice::Human },
        }
    }
}

fn without_mark(csv: &str) -> &str {
    csv.trim_start_matches('\u{feff}')
}

/// What a voice actor still owes: every recording that is marked as synthetic, each at its row of the list.
pub fn owed(material: &Material) -> Vec<Problem> {
    let Some(file) = &material.recordings.sheet else { return Vec::new() };
    let Ok(sheet) = Sheet::parse(&file.text) else { return Vec::new() };
    let synthetic = sheet.records.iter().filter(|record| sheet.row(record).voice == Voice::Synthetic);
    let problems = synthetic.map(|record| {
        let Row { locale, prompt, .. } = sheet.row(record);
        Problem { fault: Fault::Synthetic { file: format!("{locale}/{prompt}.wav") }, place: place(file, record) }
    });
    problems.collect()
}

fn place(file: &Arc<SourceFile>, record: &StringRecord) -> Place {
    let mark = file.text.len() - without_mark(&file.text).len();
    let start = mark + record.position().map_or(0, |position| position.byte() as usize);
    let line = file.text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Place::new(file, start..start + line)
}

/// Whether two texts have the same words: punctuation, spaces and case are no other words.
pub fn same_words(a: &str, b: &str) -> bool {
    let words =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    words(a) == words(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\u{feff}locale,prompt_id,text,take\nen,hello,\"Hello, you.\",7\nen,bye,Goodbye.,8\n";

    #[test]
    fn rows_are_changed_in_place_and_further_columns_stay() {
        let mut sheet = Sheet::parse(LIST).expect("a list");
        sheet.set(Row { locale: "en", prompt: "hello", text: "Hi.", voice: Voice::Synthetic });
        sheet.set(Row { locale: "en", prompt: "new", text: "New.", voice: Voice::Human });
        assert_eq!(
            sheet.to_csv(),
            "locale,prompt_id,text,take,voice\nen,hello,Hi.,7,synthetic\nen,bye,Goodbye.,8,\nen,new,New.,,human\n"
        );
        assert_eq!(sheet.get("en", "hello").map(|row| row.voice), Some(Voice::Synthetic));
        assert_eq!(sheet.get("en", "bye").map(|row| row.voice), Some(Voice::Human));
    }

    #[test]
    fn a_list_without_its_columns_is_none() {
        assert!(Sheet::parse("id;text\na;b\n").is_err());
        assert_eq!(Sheet::parse(&Sheet::default().to_csv()).expect("a list").rows().count(), 0);
    }

    #[test]
    fn what_is_owed_is_pointed_at_in_the_list() {
        let list = "\u{feff}locale,prompt_id,text,voice\nen,hello,Hello.,human\nen,bye,Goodbye.,synthetic\n";
        let recordings = crate::script::Recordings {
            wavs: Vec::new(),
            sheet: Some(SourceFile::new("texts.csv", list)),
            judge: true,
        };
        let owed = owed(&Material { files: Vec::new(), recordings });
        assert_eq!(owed.len(), 1);
        assert_eq!(owed[0].place.line_column().0, 3);
        assert_eq!(owed[0].fault, Fault::Synthetic { file: "en/bye.wav".into() });
    }
}
