//! Calls are simulated, recorded as the service records them, and replayed by the real command.

use qingjiang::{
    audio::{Bank, source},
    call::What,
    gateway::DialectName,
    phone::PhoneNumber,
    records::{NewCall, Opened, Records, recording::Recordings},
    script::{self, Script},
    sim::{peer::PeerKind, run, scenario::Scenario},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use tempfile::TempDir;

/// Which source a replay uses.
const RECORDINGS: &[&str] = &[];
const EVENTS: &[&str] = &["--events"];

#[test]
fn under_the_same_script_nothing_changes() {
    let house = House::of_all_scenarios();
    let (status, told) = house.replay(EVENTS);
    assert_eq!((status, others(&told, "same")), (0, vec![]), "from events: {told:#?}");
    assert_eq!(told.len(), house.names.len());
    let (status, told) = house.replay(RECORDINGS);
    assert_eq!((status, others(&told, "same")), (0, vec![]), "from recordings: {told:#?}");
    assert!(told.iter().all(|call| call["source"] == "recording"), "{told:#?}");
}

#[test]
fn a_stricter_threshold_changes_the_calls_it_is_about() {
    let house = House::of(&["faint", "silent", "speech", "noise"]);
    let prompts = house.prompts("faint     = \"-37dBov\"", "faint     = \"-60dBov\"");
    for source in [EVENTS, RECORDINGS] {
        let (status, told) = house.replay(&[source, &["--prompts", &prompts]].concat());
        assert_eq!((status, house.called(&told, "changed")), (1, vec!["faint"]), "{source:?}: {told:#?}");
        let faint = told.iter().find(|call| call["result"] == "changed").expect("a change");
        assert_eq!((&faint["then"]["disposition"], &faint["now"]["disposition"]), (&"faint".into(), &"agent".into()));
        assert_eq!(faint["parting"]["then"]["what"], "ladder faint 1");
    }
}

#[test]
fn a_shorter_wait_changes_who_speaks_late_and_nobody_else() {
    let house = House::of(&["speech-late", "silent", "speech", "key"]);
    let short = "wait     = \"2s\"\nreason = \"a trial\"\n\n[step.inquiry]";
    let prompts = house.prompts("wait     = \"5s\"\n\n[step.inquiry]", short);
    for source in [EVENTS, RECORDINGS] {
        let (_, told) = house.replay(&[source, &["--prompts", &prompts]].concat());
        assert_eq!(others(&told, "same"), house.numbers(&["speech-late"]), "{source:?}: {told:#?}");
    }
}

#[test]
fn the_table_says_what_changed_and_the_counts() {
    let house = House::of(&["faint", "silent"]);
    let prompts = house.prompts("faint     = \"-37dBov\"", "faint     = \"-60dBov\"");
    let output = house.command(&["--prompts", &prompts, "--lang", "en"]).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let row = text.lines().find(|line| line.contains("recording")).expect("a row");
    assert!(row.contains("faint") && row.contains("agent"), "{text}");
    assert!(text.ends_with("2 calls replayed: 1 as before, 0 another way to the same end, 1 otherwise\n"), "{text}");
}

#[test]
fn a_call_that_is_not_there_could_not_be_replayed() {
    let house = House::of(&["key"]);
    let output = house.command(&["77"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no record 77"));
}

#[test]
fn a_recorded_call_is_drawn_with_what_happened() {
    let house = House::of(&["key"]);
    let picture = house.data.path().join("call.svg");
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
    command.args(["analyze", "--call", "1", "--lang", "en", "--plot"]).arg(&picture);
    let output = command.arg("--data").arg(house.data.path()).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn = fs::read_to_string(picture).expect("a drawing");
    for part in ["Hotline", "menu_main", "transfer_announce", "key 2", "dBov", "agent"] {
        assert!(drawn.contains(part), "{part}");
    }
}

/// A data folder with recorded calls.
struct House {
    data: TempDir,
    names: Vec<String>,
}

impl House {
    fn of_all_scenarios() -> Self {
        let files = fs::read_dir(scenarios()).expect("scenarios").map(|file| file.expect("a file").path());
        let mut names: Vec<String> = files
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        Self::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn of(names: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let script = Arc::new(Script { record: true, ..script::embedded().expect("the default script") });
        let bank = Arc::new(Bank::load(source::embedded()).expect("the default recordings"));
        let Opened { records, keeper, .. } = Records::open(data.path(), jiff::Timestamp::now()).expect("records");
        let (recordings, tapes) = Recordings::start(data.path()).expect("a thread");
        for name in names {
            record(name, &script, &bank, &records, &recordings);
        }
        drop(tapes);
        keeper.finish();
        Self { data, names: names.iter().map(ToString::to_string).collect() }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qingjiang"));
        command.current_dir(self.data.path()).arg("replay").args(more).arg("--data").arg(self.data.path());
        command
    }

    fn replay(&self, more: &[&str]) -> (i32, Vec<Value>) {
        let output = self.command(&[more, &["--json"]].concat()).output().expect("it runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {errors}"));
        (output.status.code().unwrap_or(-1), told)
    }

    /// A copy of the default script's folder with one text in it replaced.
    fn prompts(&self, from: &str, to: &str) -> String {
        let folder = self.data.path().join("prompts-next");
        fs::create_dir_all(&folder).expect("a folder");
        for file in fs::read_dir(root().join("prompts")).expect("the default script").flatten() {
            if !file.path().is_file() {
                continue;
            }
            let text = fs::read_to_string(file.path()).expect("a text");
            let name = file.file_name();
            assert!(name != "hotline.toml" || text.contains(from), "{from}");
            fs::write(folder.join(name), text.replacen(from, to, 1)).expect("written");
        }
        folder.to_str().expect("a path").to_owned()
    }

    /// The records' numbers of these scenarios.
    fn numbers(&self, names: &[&str]) -> Vec<u64> {
        let place = |name: &&str| self.names.iter().position(|known| known == name).expect("a scenario") as u64 + 1;
        names.iter().map(place).collect()
    }

    /// The scenarios whose calls have this result.
    fn called(&self, told: &[Value], result: &str) -> Vec<&str> {
        let of_call: BTreeMap<u64, &str> = (1..).zip(self.names.iter().map(String::as_str)).collect();
        let fit = told.iter().filter(|call| call["result"] == result);
        fit.filter_map(|call| of_call.get(&call["id"].as_u64()?).copied()).collect()
    }
}

/// The calls whose result is another.
fn others(told: &[Value], result: &str) -> Vec<u64> {
    told.iter().filter(|call| call["result"] != result).filter_map(|call| call["id"].as_u64()).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn scenarios() -> PathBuf {
    root().join("tests/scenarios")
}

/// Plays a scenario, and keeps it as the service would.
fn record(name: &str, script: &Arc<Script>, bank: &Arc<Bank>, records: &Records, recordings: &Recordings) {
    let text = fs::read_to_string(scenarios().join(format!("{name}.toml"))).expect("a scenario");
    let world = Scenario::parse(&text).and_then(|scenario| scenario.world(script, bank, load)).expect("a world");
    let call = records.begin(NewCall {
        call_id: Some(name.into()),
        dialect: if world.kind == PeerKind::Twilio { DialectName::Twilio } else { DialectName::Asterisk },
        caller: PhoneNumber::parse(&world.facts.caller),
        called: None,
        script: None,
        started: world.wall.timestamp(),
    });
    let mut tape = recordings.record(&call);
    let outcome = run::run(world);
    outcome.sound.iter().for_each(|sound| tape.keep(sound));
    let last = outcome.journal.last().expect("an end");
    assert!(matches!(last.what, What::Ended { .. }), "{name}: {last:?}");
    tape.finish(last.at);
    outcome.journal.into_iter().for_each(|entry| call.append(entry));
}

fn load(wanted: &Path) -> Result<Arc<[i16]>, String> {
    let place = [scenarios().join(wanted), root().join(wanted)].into_iter().find(|place| place.exists());
    let place = place.ok_or_else(|| format!("no {}", wanted.display()))?;
    qingjiang::cli::files::wav_8k(&place).map_err(|error| format!("{error:#}"))
}
