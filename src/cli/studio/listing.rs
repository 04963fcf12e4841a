//! The recording sheet: what an actor has to say, as CSV that spreadsheets open.

use super::{Name, State, Studio};
use crate::script::{pace::Pace, problem::RateUnit, sheet::Voice};

/// Columns of the sheet.
const COLUMNS: [&str; 6] = ["id", "locale", "text", "target_s", "count", "unit"];

/// Spreadsheets take a file without it for another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The least that is asked for, s: chosen, a word that is spoken alone.
const LEAST: f64 = 0.5;

/// The sheet of these prompts.
///
/// # Errors
/// Never in practice: memory is written to.
pub fn listing(studio: &Studio, names: &[Name]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(COLUMNS)?;
    for name in names {
        let text = studio.texts.get(name).map_or("", String::as_str);
        writer.write_record(row(name, text))?;
    }
    Ok(String::from_utf8_lossy(&writer.into_inner()?).into_owned())
}

fn row((locale, prompt): &Name, text: &str) -> [String; 6] {
    let pace = Pace::of(locale);
    let length = pace.map_or_else(String::new, |pace| format!("{:.1}", pace.length(text).as_secs_f64().max(LEAST)));
    let count = pace.map_or_else(String::new, |pace| pace.count(text).to_string());
    let unit = match pace.map(|pace| pace.unit) {
        Some(RateUnit::Characters) => "字",
        Some(RateUnit::Words) => "words",
        None => "",
    };
    [prompt.clone(), locale.to_string(), text.into(), length, count, unit.into()]
}

impl State {
    /// Whether an actor still owes the recording.
    pub const fn is_owed(self) -> bool {
        !matches!(self, Self::Recorded(Voice::Human))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::studio::tests::{name, studio};

    #[test]
    fn the_sheet_says_what_to_speak_and_how_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let sheet = listing(&studio(folder.path()), &[name("hello"), name("yes")]).expect("a sheet");
        assert_eq!(
            sheet,
            "\u{feff}id,locale,text,target_s,count,unit\n\
             hello,zh-CN,您好，请问有什么可以帮助您？,3.1,12,字\nyes,zh-CN,是,0.5,1,字\n"
        );
    }
}
