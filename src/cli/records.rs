//! `qingjiang records`: what the service has written down, beside a running one and after a stopped one.

use crate::records::{self, Archive, Event, Filter, History, Numbers, RecordId, Summary};
use anyhow::Context as _;
use jiff::{Timestamp, Zoned, civil, tz::TimeZone};
use serde_json::Value;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Look at the records: calls, what happened in them, and the callbacks promised.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  qingjiang records list --since 2026-07-01 --disposition silent
  qingjiang records show 42
  qingjiang records export > calls.csv
  qingjiang records purge --before 2026-01-01")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "data", global = true)]
    data: PathBuf,
    /// Print JSON (an array)
    #[arg(long, global = true)]
    json: bool,
    /// Print numbers whole instead of as 138****5678
    #[arg(long, global = true)]
    reveal: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Calls, newest first
    List(Narrowed),
    /// One call and everything that happened in it
    Show {
        /// The record's number, as `list` prints it
        id: RecordId,
    },
    /// Calls as CSV, or with --json with all that happened in them
    Export(Narrowed),
    /// Erase calls, their events and recordings; callbacks still owed keep their call
    Purge {
        /// Calls that ended before this day or time
        #[arg(long, value_name = "TIME", value_parser = time)]
        before: Timestamp,
    },
}

/// TIME is a day (2026-07-23), a local time (2026-07-23T16:00) or one with its offset (2026-07-23T08:00:00Z).
#[derive(Debug, Default, clap::Args)]
pub struct Narrowed {
    /// Calls that began at this day or time, or later
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Calls that began before this day or time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// How they came out: silent, agent, abandoned … or running
    #[arg(long, value_name = "WORD")]
    disposition: Option<String>,
    /// The line as last judged: clear, faint, noisy …
    #[arg(long, value_name = "WORD")]
    condition: Option<String>,
    /// The caller's whole number
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    /// The gateway's id of the call
    #[arg(long, value_name = "ID")]
    call_id: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl From<Narrowed> for Filter {
    fn from(asked: Narrowed) -> Self {
        let Narrowed { since, until, disposition, condition, caller, call_id, limit } = asked;
        Self { since, until, disposition, condition, caller, call_id, limit }
    }
}

/// Runs the command: 0, or 1 where there is no such record.
///
/// # Errors
/// Where it could not run (2): no records, damaged ones, no room to print.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match print(args, &mut io::stdout().lock()) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        // `records list | head` has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints what is asked for; whether it was there.
fn print(args: Args, out: &mut impl Write) -> anyhow::Result<bool> {
    let Args { command, data, json, reveal } = args;
    let numbers = if reveal { Numbers::Whole } else { Numbers::Masked };
    if let Command::Purge { before } = command {
        let purged = records::purge(&data, before)?;
        writeln!(
            out,
            "{} calls, {} recordings and {} messages erased",
            purged.calls, purged.recordings, purged.messages
        )?;
        return Ok(true);
    }

    let archive = Archive::open(&data)?;
    match command {
        Command::List(asked) => {
            let calls = archive.list(&asked.into()).context(UNREADABLE)?;
            match json {
                true => array(out, calls.iter().map(|call| call.json(numbers)))?,
                false => table(out, &calls, numbers)?,
            }
        }
        Command::Show { id } => {
            let Some(call) = archive.show(id).context(UNREADABLE)? else {
                writeln!(io::stderr(), "there is no record {id}")?;
                return Ok(false);
            };
            match json {
                true => array(out, [call.json(numbers)])?,
                false => history(out, &call, numbers, &data)?,
            }
        }
        Command::Export(asked) => {
            let calls = archive.list(&asked.into()).context(UNREADABLE)?;
            match json {
                true => export(out, &archive, &calls, numbers)?,
                false => csv(out, &calls, numbers)?,
            }
        }
        Command::Purge { .. } => {}
    }
    Ok(true)
}

pub(super) const UNREADABLE: &str = "the records can't be read";

/// A JSON array, one element a line.
fn array(out: &mut impl Write, elements: impl IntoIterator<Item = Value>) -> io::Result<()> {
    let mut separator = "[";
    for element in elements {
        write!(out, "{separator}\n{element}")?;
        separator = ",";
    }
    match separator {
        "[" => writeln!(out, "[]"),
        _ => writeln!(out, "\n]"),
    }
}

fn export(out: &mut impl Write, archive: &Archive, calls: &[Summary], numbers: Numbers) -> anyhow::Result<()> {
    let mut histories = Vec::with_capacity(calls.len());
    for call in calls {
        // A purge beside us may have taken it meanwhile.
        histories.extend(archive.show(call.id).context(UNREADABLE)?.map(|call| call.json(numbers)));
    }
    Ok(array(out, histories)?)
}

fn table(out: &mut impl Write, calls: &[Summary], numbers: Numbers) -> io::Result<()> {
    if calls.is_empty() {
        return writeln!(out, "no calls");
    }
    let head = ["id", "began", "dialect", "caller", "seconds", "disposition", "line", "by", "step"].map(String::from);
    let rows: Vec<_> = std::iter::once(head).chain(calls.iter().map(|call| row(call, numbers))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 9] = std::array::from_fn(width);
    for row in &rows {
        let padded: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
    }
    Ok(())
}

fn row(call: &Summary, numbers: Numbers) -> [String; 9] {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".into());
    [
        call.id.to_string(),
        local(call.started).strftime("%F %T").to_string(),
        call.dialect.clone(),
        call.caller.as_ref().map_or_else(|| "-".into(), |number| numbers.show(number)),
        call.duration_ms().map_or_else(|| "-".into(), |ms| format!("{:.1}", ms as f64 / 1000.0)),
        outcome(call),
        word(&call.condition),
        word(&call.by),
        word(&call.step),
    ]
}

/// `agent (queue:complaint)`, `running`.
fn outcome(call: &Summary) -> String {
    match (&call.disposition, &call.target) {
        (Some(disposition), Some(target)) => format!("{disposition} ({target})"),
        (Some(disposition), None) => disposition.clone(),
        (None, _) => "running".into(),
    }
}

fn history(out: &mut impl Write, call: &History, numbers: Numbers, data: &Path) -> io::Result<()> {
    let summary = &call.summary;
    let [id, _, dialect, caller, seconds, outcome, line, by, step] = row(summary, numbers);
    let called = summary.called.as_ref().map_or_else(|| "-".into(), |number| numbers.show(number));
    writeln!(out, "record    {id}  ({dialect} {})", summary.call_id.as_deref().unwrap_or("-"))?;
    writeln!(out, "numbers   {caller} -> {called}")?;
    writeln!(
        out,
        "began     {}  ({seconds} s, legs: {})",
        local(summary.started).strftime("%F %T%.3f %:z"),
        summary.legs
    )?;
    writeln!(out, "outcome   {outcome}, by {by}, step {step}, line {line}")?;
    for callback in &call.callbacks {
        let state = callback.outcome.as_deref().unwrap_or("owed");
        let due = local(callback.due).strftime("%F %T");
        writeln!(out, "callback  {}  {state}, due {due}", numbers.show(&callback.number))?;
    }
    for message in &call.messages {
        let number = message.number.as_ref().map_or_else(|| "-".into(), |number| numbers.show(number));
        let state = message.outcome.as_deref().unwrap_or("open");
        let due = local(message.due).strftime("%F %T");
        let seconds = message.length.as_secs_f64();
        let file = message.file(data);
        writeln!(out, "message   {number}  {seconds:.1} s, {state}, due {due}, {}", file.display())?;
    }
    for file in records::recording::files(data, call.summary.id) {
        writeln!(out, "recording {}", file.display())?;
    }
    writeln!(out)?;
    call.events.iter().try_for_each(|event| writeln!(out, "{}", event_line(event)))
}

/// `   5.020  judged              condition=silent confidence=1 evidence.rule=no_media`.
fn event_line(event: &Event) -> String {
    let mut details = Vec::new();
    flatten("", &event.detail, &mut details);
    let seconds = event.at_ms as f64 / 1000.0;
    format!("{seconds:>9.3}  {:<18}  {}", event.kind, details.join(" ")).trim_end().to_owned()
}

fn flatten(name: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            let join = |field: &str| if name.is_empty() { field.to_owned() } else { format!("{name}.{field}") };
            fields.iter().for_each(|(field, value)| flatten(&join(field), value, into));
        }
        Value::String(text) => into.push(format!("{name}={text}")),
        other => into.push(format!("{name}={other}")),
    }
}

fn csv(out: &mut impl Write, calls: &[Summary], numbers: Numbers) -> io::Result<()> {
    let columns = [
        "id",
        "call_id",
        "dialect",
        "caller",
        "called",
        "script",
        "started",
        "ended",
        "duration_ms",
        "disposition",
        "target",
        "by",
        "step",
        "condition",
        "legs",
        "callbacks",
        "messages",
    ];
    writeln!(out, "{}", columns.join(","))?;
    for call in calls {
        let call = call.json(numbers);
        let cells: Vec<String> = columns.iter().map(|&column| csv_cell(&call[column])).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe.
fn csv_cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text,
        other => return other.to_string(),
    };
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => format!("{guard}{text}"),
    }
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::system())
}

/// A time as people write it; see [`Narrowed`].
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(exact);
    }
    let local = text.parse::<civil::DateTime>().and_then(|local| local.to_zoned(TimeZone::system()));
    local.map(|zoned| zoned.timestamp()).map_err(|_| "not a time: write 2026-07-23 or 2026-07-23T16:00".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{Disposition, EndedBy, Entry, What},
        gateway::DialectName,
        line::{Condition, Judgement, Rule},
        moment::Moment,
        phone::PhoneNumber,
        records::{NewCall, Opened, Records},
        session::Promise,
    };
    use clap::Parser as _;
    use tempfile::TempDir;

    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn the_list_is_a_table_beside_a_running_service() {
        let (data, _opened) = a_silent_call();
        let (found, text) = printed(&data, &["list"]);
        let lines: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert!(found);
        assert_eq!(lines[0], ["id", "began", "dialect", "caller", "seconds", "disposition", "line", "by", "step"]);
        assert_eq!(lines[1][3..], ["asterisk", "138****5678", "34.5", "silent", "silent", "hotline", "welcome"]);
    }

    #[test]
    fn json_is_an_array_of_calls_with_masked_numbers() {
        let (data, _opened) = a_silent_call();
        let (_, text) = printed(&data, &["list", "--json"]);
        let calls: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(calls[0]["caller"], "138****5678");
        assert_eq!((&calls[0]["disposition"], &calls[0]["duration_ms"]), (&"silent".into(), &34_500.into()));
        assert_eq!(calls[0]["started"], "2026-07-23T08:00:00.000Z");
        let (_, text) = printed(&data, &["list", "--json", "--disposition", "agent"]);
        assert_eq!(text, "[]\n");
    }

    #[test]
    fn a_call_is_shown_with_what_happened_and_what_is_owed() {
        let (data, _opened) = a_silent_call();
        let (_, text) = printed(&data, &["show", "1"]);
        assert!(
            text.contains("5.020  judged              condition=silent confidence=1.0 evidence.detector="),
            "{text}"
        );
        assert!(text.contains("callback  138****5678  owed, due "), "{text}");
        let (_, json) = printed(&data, &["show", "1", "--json"]);
        let calls: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(calls[0]["events"][0]["event"], "judged");
        assert_eq!(calls[0]["events"][0]["evidence"]["rule"], "no_media");
        assert_eq!(calls[0]["callbacks"][0]["outcome"], Value::Null);
    }

    #[test]
    fn numbers_are_whole_only_where_asked_for() {
        let (data, _opened) = a_silent_call();
        for command in [&["list"][..], &["show", "1"], &["export"], &["export", "--json"], &["list", "--json"]] {
            assert!(!printed(&data, command).1.contains("13812345678"), "{command:?}");
            assert!(printed(&data, &[command, &["--reveal"]].concat()).1.contains("13812345678"), "{command:?}");
        }
    }

    #[test]
    fn an_unknown_record_is_an_answer_and_missing_records_are_an_error() {
        let (data, _opened) = a_silent_call();
        assert!(!printed(&data, &["show", "99"]).0);
        let empty = TempDir::new().expect("a folder");
        let error = print(parse(&empty, &["list"]), &mut Vec::new()).expect_err("nothing there");
        assert!(error.to_string().starts_with("there are no records at "), "{error}");
    }

    #[test]
    fn csv_cells_are_quoted_and_no_formulas() {
        assert_eq!(csv_cell(&"a,\"b\"".into()), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_cell(&"=1+1".into()), "'=1+1");
        assert_eq!((csv_cell(&Value::Null), csv_cell(&7.into())), (String::new(), "7".into()));
    }

    #[test]
    fn times_are_days_local_times_or_exact() {
        assert_eq!(time("2026-07-23T08:00:00Z"), Ok("2026-07-23T08:00:00Z".parse().expect("a time")));
        assert!(time("2026-07-23").is_ok() && time("2026-07-23T16:00").is_ok());
        assert!(time("yesterday").is_err());
    }

    #[test]
    fn a_purge_says_what_it_erased() {
        let (data, opened) = a_silent_call();
        drop(opened);
        assert_eq!(
            printed(&data, &["purge", "--before", "2027-01-01"]).1,
            "0 calls, 0 recordings and 0 messages erased\n"
        );
    }

    fn a_silent_call() -> (TempDir, Opened) {
        let data = TempDir::new().expect("a folder");
        let started = "2026-07-23T08:00:00Z".parse().expect("a time");
        let opened = Records::open(data.path(), started).expect("records");
        let number = PhoneNumber::parse("13812345678").expect("digits");
        let call = opened.records.begin(NewCall {
            call_id: Some("1795.2".into()),
            dialect: DialectName::Asterisk,
            caller: Some(number.clone()),
            called: None,
            script: None,
            started,
        });
        let append = |at, what| call.append(Entry { at: Moment::from_millis(at), what });
        append(5_020, What::Judged(Judgement::told(Condition::Silent, Rule::NoMedia)));
        let (disposition, by) = (Disposition::Line(Condition::Silent), EndedBy::Hotline);
        append(34_500, What::Ended { disposition, by, step: "welcome".into() });
        // Answered when it is on disk, and with it all that came before.
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert!(runtime.block_on(call.commit(Promise::Callback(number), Moment::ZERO)));
        (data, opened)
    }

    fn parse(data: &TempDir, command: &[&str]) -> Args {
        let data = ["--data", data.path().to_str().expect("a path")];
        Cli::parse_from([&["records"], command, &data].concat()).args
    }

    fn printed(data: &TempDir, command: &[&str]) -> (bool, String) {
        let mut out = Vec::new();
        let found = print(parse(data, command), &mut out).expect("records");
        (found, String::from_utf8(out).expect("text"))
    }
}
