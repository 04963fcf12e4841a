//! Guards the table at the top of `src/lib.rs`: which room may import which, and what the pure rooms must do without.
//!
//! The table is read from there, so it cannot say anything else than what is held. Source is read as tokens: comments,
//! strings and test-only code do not count, and a path counts wherever it stands, in a `use` tree or in an expression.

mod source;

use source::{File, files_under, house, root};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// Words of the house, open to every room.
const WORDS: [&str; 2] = ["moment", "phone"];

/// The files that may say `unsafe`: a wrapper, because `webrtc_vad::Vad` is not `Send` and calls move between threads, and
/// the SIMD kernel with a scalar twin, with what makes sure that the processor has it.
const UNSAFE_FILES: [&str; 3] = ["src/line/webrtc.rs", "src/line/processor.rs", "src/line/silero/whole.rs"];

// ── the house as it stands ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_file_keeps_to_the_table() {
    let table = Table::of_the_house();
    let faults: Vec<String> = house().iter().flat_map(|file| table.faults(file)).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_room_stands_in_the_table_and_no_other() {
    let table = Table::of_the_house();
    let listed: BTreeSet<&str> = table.rows.iter().map(|row| row.room.as_str()).collect();
    let files = house();
    let built: BTreeSet<&str> = files.iter().filter_map(|file| file.module.first()).map(String::as_str).collect();
    assert_eq!(listed, built);
}

#[test]
fn every_file_under_src_is_part_of_the_house() {
    let read: BTreeSet<PathBuf> =
        house().into_iter().flat_map(|file| [vec![file.path], file.test_only].concat()).collect();
    let stray: Vec<PathBuf> = files_under(&root().join("src"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .filter(|path| !path.ends_with("src/main.rs") && !read.iter().any(|known| path.starts_with(known)))
        .collect();
    assert!(stray.is_empty(), "no `mod` leads to {stray:?}");
}

#[test]
fn unsafe_stands_where_it_was_audited_only() {
    let faults: Vec<String> = house()
        .iter()
        .filter(|file| !UNSAFE_FILES.iter().any(|allowed| file.path.ends_with(allowed)))
        .flat_map(|file| file.unsafe_lines().into_iter().map(|line| file.place(line)))
        .collect();
    assert!(faults.is_empty(), "`unsafe` at {faults:?}");
}

// ── the guard itself ────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_room_that_looks_up_is_caught() {
    assert_eq!(faults("line", "use crate::call::Call;"), ["made_up.rs:1: `line` may not import `call`"]);
    assert_eq!(faults("line", "use crate::{audio::Codec, script::{Script, StepId}};").len(), 1);
    assert_eq!(
        faults("line", "fn f() -> usize {\n  crate::service::count() }"),
        ["made_up.rs:2: `line` may not import `service`"]
    );
    assert_eq!(faults("line", "const A: u8 = super::call::A;").len(), 1, "a way round by `super`");
    assert_eq!(faults("line", "mod inner { use super::super::call::Call; }").len(), 1);
}

#[test]
fn a_clock_or_a_socket_in_a_pure_room_is_caught() {
    for guilty in [
        "use tokio::time::sleep;",
        "use std::{fmt, time::{Duration, Instant}};",
        "fn f() { let _ = std::time::SystemTime::now(); }",
        "fn f() { let _ = jiff::Zoned::now(); }",
        "use std::{net::TcpStream, sync::Arc};",
        "fn f() { std::thread::spawn(|| ()); }",
        "static COUNT: Mutex<u32> = Mutex::new(0);",
        "static COUNT: std::sync::atomic::AtomicU32 = AtomicU32::new(0);",
        "thread_local! { static X: u8 = 0; }",
    ] {
        assert_eq!(faults("call", guilty).len(), 1, "{guilty}");
        assert_eq!(faults("service", guilty), Vec::<String>::new(), "the shell may: {guilty}");
    }
}

#[test]
fn what_is_allowed_raises_no_alarm() {
    for innocent in [
        "use crate::{audio::{Codec, wav}, moment::Moment, phone::Digit};",
        "/// See [`crate::service`].\nfn f() {} // crate::service",
        "const TEXT: &str = \"crate::service tokio::spawn unsafe\";",
        "mod inner { use super::frame::Frame; } use self::inner::X;",
        "pub(crate) fn f() {} pub(super) fn g() {}",
        "#[cfg(test)] mod tests { use crate::sim::Telephone; use std::time::Instant; }",
        "#[cfg(test)] use crate::sim::Telephone;",
        "use std::time::Duration; fn f(at: jiff::Zoned) {} static PLAN: LazyLock<Plan> = LazyLock::new(Plan::new);",
    ] {
        assert_eq!(faults("line", innocent), Vec::<String>::new(), "{innocent}");
    }
}

#[test]
fn an_unsafe_block_is_seen_and_the_word_is_not() {
    let seen = |text: &str| File::made_up("line", text).unsafe_lines();
    assert_eq!(seen("fn f() {\n unsafe { g() }\n}"), [2]);
    assert_eq!(seen("// unsafe\nconst X: &str = \"unsafe\";"), Vec::<usize>::new());
}

#[test]
fn a_table_whose_rooms_look_up_is_refused() {
    let upside_down =
        "//! | [`line`] | x | `call` |\n//! | [`call`] | x | nothing |\n//! tokio lives in `cli`, nowhere";
    assert!(std::panic::catch_unwind(|| Table::parse(upside_down)).is_err());
}

fn faults(room: &str, text: &str) -> Vec<String> {
    Table::of_the_house().faults(&File::made_up(room, text))
}

// ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

struct Table {
    rows: Vec<Row>,
}

struct Row {
    room: String,
    pure: bool,
    may_import: BTreeSet<String>,
}

impl Table {
    fn of_the_house() -> Self {
        Self::parse(&fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs"))
    }

    /// Reads the rows `| [`room`] | what | may import |`. A room may import only rooms that stand above it.
    fn parse(text: &str) -> Self {
        let with_shell = text.lines().find(|line| line.contains("tokio lives in")).expect("where tokio lives");
        let shell: Vec<String> = quoted(with_shell.split("nowhere").next().unwrap_or_default());
        let mut rows: Vec<Row> = Vec::new();
        for cells in text.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
            let (room, rest) = cells.split_once("`]").expect("a room's name");
            let imports = rest.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default().trim();
            let above =
                |wanted: fn(&Row) -> bool| rows.iter().filter(move |row| wanted(row)).map(|row| row.room.clone());
            let may_import = match imports {
                "nothing" => BTreeSet::new(),
                "the pure rooms" => above(|row| row.pure).collect(),
                "all of the above" => above(|_| true).collect(),
                named => quoted(named).into_iter().collect(),
            };
            for import in &may_import {
                assert!(
                    rows.iter().any(|row| row.room == *import),
                    "`{room}` imports `{import}`, which is not above it"
                );
            }
            rows.push(Row { room: room.to_owned(), pure: !shell.contains(&room.to_owned()), may_import });
        }
        assert!(rows.len() > 1, "no table");
        Self { rows }
    }

    fn faults(&self, file: &File) -> Vec<String> {
        let Some(room) = file.module.first() else { return Vec::new() };
        let row = self.rows.iter().find(|row| row.room == *room).unwrap_or_else(|| panic!("no row for `{room}`"));
        let mut faults: Vec<String> = file
            .imports()
            .into_iter()
            .filter(|(_, other)| other != room && !WORDS.contains(&other.as_str()) && !row.may_import.contains(other))
            .map(|(line, other)| format!("{}: `{room}` may not import `{other}`", file.place(line)))
            .collect();
        if row.pure {
            faults.extend(
                file.shell_things().into_iter().map(|(line, what)| {
                    format!("{}: `{room}` is a pure room and does without {what}", file.place(line))
                }),
            );
        }
        faults
    }
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
