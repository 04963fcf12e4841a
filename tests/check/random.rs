//! Whatever operators save, the checker answers: no panic, and places that lie in the file.

use proptest::prelude::*;
use qingjiang::script::{Language, Source, SourceFile, proofread};

/// Pieces that scripts are made of, in places where they were not meant to be.
const PIECES: [&str; 27] = [
    "\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\n",
    ",",
    "$",
    "您",
    "\u{1f4de}",
    "say",
    "keys",
    "agent",
    "\"5s\"",
    "[step.x]\n",
    "then = \"line.faint\"\n",
    "hang_up = true\n",
    "[[greeting]]\n",
    "[[waive]]\n",
    "branch = [{ variable = \"x\", is = 1, go = \"agent\" }]\n",
    "split = [{ share = 100, go = \"agent\" }]\n",
    "language = \"en\"\n",
    "[hours.x]\nholidays = true\n",
    "\u{0}",
    "'''",
    "9999999999999999999999",
];

fn default_script() -> String {
    let files = Source::Embedded.scripts().expect("built in");
    files.iter().find(|file| file.name() == "hotline.toml").expect("the script").text.clone()
}

/// Cuts at a character.
fn at(text: &str, share: f64) -> usize {
    let mut at = (text.len() as f64 * share) as usize;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn mutated_scripts_are_answered(
        edits in prop::collection::vec((0.0..1.0f64, 0.0..0.02f64, 0..PIECES.len()), 1..6),
        from in 0.0..0.5f64,
    ) {
        let mut text = default_script();
        for (place, length, piece) in edits {
            let (start, end) = (at(&text, place), at(&text, (place + length).min(1.0)));
            text.replace_range(start..end.max(start), PIECES[piece]);
        }
        let text = text[at(&text, if from < 0.1 { from } else { 0.0 })..].to_owned();
        for problem in proofread(&[SourceFile::new("hotline.toml", text.clone())]).problems {
            let (line, column) = problem.place.line_column();
            prop_assert!(line <= text.matches('\n').count() + 1 && column > 0);
            prop_assert!(!problem.message(Language::Chinese).is_empty() && !problem.help(Language::English).is_empty());
        }
    }
}
