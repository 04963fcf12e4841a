//! The operators' guide: its reference is the program's own, its examples are taken by the loader, what it says holds where
//! nothing is written does.
//!
//! `UPDATE=1 cargo test --test check guide` writes the reference anew.

use super::scripts::{errors, told};
use qingjiang::{
    audio::{Bank, source},
    script::{self, Language, Proofread, Source, SourceFile, keys, problem::Fault},
    sim::scenario::{Scenario, Stage},
};
use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

pub const GUIDES: [(Language, &str); 2] =
    [(Language::Chinese, "prompts/GUIDE.zh.md"), (Language::English, "prompts/GUIDE.en.md")];

/// Between these the reference stands.
const BEGIN: &str = "<!-- reference: qingjiang check --guide -->\n";
const END: &str = "<!-- /reference -->\n";

pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub fn guide(name: &str) -> String {
    fs::read_to_string(path(name)).expect("a guide")
}

#[test]
fn the_reference_of_the_guide_is_the_programs_own() {
    for (language, name) in GUIDES {
        let text = guide(name);
        let (before, rest) = text.split_once(BEGIN).expect("where it begins");
        let (kept, after) = rest.split_once(END).expect("where it ends");
        let made = format!("\n{}\n", keys::reference(language));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path(name), format!("{before}{BEGIN}{made}{END}{after}")).expect("a writable guide");
        } else {
            assert_eq!(kept, made, "UPDATE=1 cargo test --test check guide, and review what has changed");
        }
    }
}

#[test]
fn every_example_of_the_guide_is_taken_by_the_loader() {
    for (_, name) in GUIDES {
        let text = guide(name);
        let (before, rest) = text.split_once("<!-- walk-through -->").expect("a walk-through");
        // What stands in it goes together, and is tried in `walk_through`.
        let text = before.to_owned() + rest.split_once("<!-- /walk-through -->").expect("its end").1;
        let examples: Vec<&str> =
            text.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
        assert!(examples.len() > keys::sections().count(), "{name}: {}", examples.len());
        let faults: Vec<String> =
            examples.iter().filter_map(|example| Some(format!("{example}{}\n", fault(example)?))).collect();
        assert!(faults.is_empty(), "{name}\n{}", faults.join("\n"));
    }
}

#[test]
fn both_guides_have_the_same_commands_and_headings() {
    let [(_, chinese), (_, english)] = GUIDES.map(|(language, name)| (language, guide(name)));
    let commands = |text: &str| -> Vec<String> {
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()));
        blocks.flat_map(|block| block.lines().map(|line| bare(line).to_owned()).collect::<Vec<_>>()).collect()
    };
    assert_eq!(commands(&chinese), commands(&english));
    let headings = |text: &str| text.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(headings(&chinese), headings(&english));
}

#[test]
fn the_problems_that_the_guide_explains_are_the_programs() {
    let faults = fs::read_to_string(path("src/script/problem/fault.rs")).expect("the faults");
    for (_, name) in GUIDES {
        let text = guide(name);
        let part = text.split("\n## 4 ").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("what check says");
        let cells = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('|').next());
        let codes: Vec<&str> = cells.flat_map(|cell| cell.split('`').step_by(2)).collect();
        let codes: Vec<&str> = codes.into_iter().filter(|code| !code.trim().is_empty()).collect();
        assert!(codes.len() > 15, "{codes:?}");
        let unknown: Vec<&&str> = codes.iter().filter(|code| !faults.contains(&format!("=> \"{code}\""))).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

/// A command without what is explained behind it, and without its reasons, which are in the reader's language.
fn bare(line: &str) -> &str {
    let line = line.split(" -m ").next().unwrap_or(line);
    line.split("  #").next().unwrap_or(line).trim_end()
}

/// What is wrong with an example: its first line names the file in which it stands.
fn fault(example: &str) -> Option<String> {
    let file = example.lines().next().and_then(|line| line.strip_prefix("# prompts/")).unwrap_or_default();
    match file {
        "" => Some("the first line names no file".into()),
        "hotline.toml" => script_fault(example),
        test if test.starts_with("tests/") => test_fault(example),
        _ => beside_fault(file, example),
    }
}

/// Of a script, or of parts that take the place of the same ones in the default script.
fn script_fault(example: &str) -> Option<String> {
    let alone = script::proofread(&[SourceFile::new("hotline.toml", example)]);
    if errors(&alone.problems).is_empty() {
        return None;
    }
    let laid = read(laid_over(example));
    (!errors(&laid.problems).is_empty()).then(|| told(&laid.problems))
}

/// Reads a script in which steps that nothing leads to are kept for later.
fn read(mut table: toml::Table) -> Proofread {
    loop {
        let read = script::proofread(&[SourceFile::new("hotline.toml", table.to_string())]);
        let unreached = read.problems.iter().find_map(|problem| match &problem.fault {
            Fault::Unreachable { step } => Some(step.clone()),
            _ => None,
        });
        let Some(step) = unreached else { return read };
        let step = table["step"].as_table_mut().and_then(|steps| steps[&step].as_table_mut()).expect("a step");
        assert!(step.insert("spare".into(), "x".into()).is_none(), "{step:?}");
    }
}

fn beside_fault(file: &str, example: &str) -> Option<String> {
    let mut files = Source::Embedded.scripts().expect("built in");
    let at = files.iter().position(|known| known.name() == file).expect("a file of the script");
    let before = files.remove(at);
    // A catalogue has to be whole.
    let text = match ["zh-CN.toml", "en.toml"].contains(&file) {
        true => {
            let mut table: toml::Table = before.text.parse().expect("built in");
            table.extend(example.parse::<toml::Table>().expect("TOML"));
            table.to_string()
        }
        false => example.to_owned(),
    };
    files.push(SourceFile::new(file, text));
    let problems = script::proofread(&files).problems;
    (!errors(&problems).is_empty()).then(|| told(&problems))
}

fn test_fault(example: &str) -> Option<String> {
    static STAGE: LazyLock<Stage> = LazyLock::new(|| Stage {
        files: Source::Embedded.scripts().expect("built in"),
        script: Arc::new(script::embedded().expect("built in")),
        bank: Arc::new(Bank::load(source::embedded()).expect("built in")),
    });
    let played = Scenario::parse(example).and_then(|scenario| {
        let outcome = scenario.play(&STAGE, |_| Err("no recordings".into()))?;
        Ok(scenario.compare(&outcome)?.differences)
    });
    match played {
        Err(bad) => Some(bad.to_string()),
        Ok(differences) => (!differences.is_empty()).then(|| format!("{differences:?}")),
    }
}

/// The default script with the example's sections in the place of its own.
fn laid_over(example: &str) -> toml::Table {
    let default = Source::Embedded.scripts().expect("built in");
    let default = default.iter().find(|file| file.name() == "hotline.toml").expect("built in");
    let mut table: toml::Table = default.text.parse().expect("TOML");
    for (name, value) in example.parse::<toml::Table>().expect("TOML") {
        match (table.get_mut(&name).and_then(toml::Value::as_table_mut), value) {
            (Some(below), toml::Value::Table(above)) => below.extend(above),
            (_, value) => drop(table.insert(name, value)),
        }
    }
    table
}

#[test]
fn what_holds_where_nothing_is_written_is_what_the_guide_says() {
    let mut held = 0;
    for key in keys::keys().filter(|key| !key.section.contains(".toml")) {
        // No times at all are another way to write the whole day.
        let Some(default) = key.default.filter(|_| (key.section, key.name) != ("hours.*", "times")) else { continue };
        let about = keys::sections().find(|about| about.section == key.section).expect("told of");
        let value = format!("x = {default}").parse::<toml::Table>().expect("a value").remove("x").expect("it");
        let path: Vec<&str> = key.section.split('.').collect();
        let script = |change: &dyn Fn(&mut toml::Table)| {
            let example = about.example(Language::Chinese);
            let mut table = toml::Value::Table(laid_over(&example));
            let own = example.parse::<toml::Table>().expect("TOML");
            assert!(edit(&mut table, &path, &own, change), "no {} in its example", key.section);
            let toml::Value::Table(table) = table else { panic!("no table") };
            let read = read(table);
            format!("{:?}", read.script.unwrap_or_else(|| panic!("{}: {}", key.name, told(&read.problems))))
        };
        let written = script(&|section| drop(section.insert(key.name.into(), value.clone())));
        let left_out = script(&|section| drop(section.remove(key.name)));
        assert!(written == left_out, "{} of {} is not {default} where it is not written", key.name, key.section);
        held += 1;
    }
    assert!(held > 40, "{held}");
}

/// Changes the first section that lies there and is one of the example's `own`; whether there was one.
fn edit(value: &mut toml::Value, path: &[&str], own: &toml::Table, change: &dyn Fn(&mut toml::Table)) -> bool {
    match (value, path) {
        (toml::Value::Array(items), path) => items.iter_mut().any(|item| edit(item, path, own, change)),
        (toml::Value::Table(table), []) => {
            change(table);
            true
        }
        (toml::Value::Table(table), ["*", rest @ ..]) => {
            let mut items = table.iter_mut().filter(|(name, _)| own.contains_key(*name));
            items.any(|(_, item)| edit(item, rest, own, change))
        }
        (toml::Value::Table(table), [name, rest @ ..]) => {
            let own = own.get(*name).and_then(toml::Value::as_table).unwrap_or(own);
            table.get_mut(*name).is_some_and(|item| edit(item, rest, own, change))
        }
        _ => false,
    }
}

#[test]
fn the_guide_has_the_keys_that_golden_tests_take_and_no_others() {
    let places = [
        ("tests/*.toml", "x = 1\n[caller]\n"),
        ("tests/*.toml caller", "[caller]\nx = 1\n"),
        ("tests/*.toml expect", "expect = [{ x = 1 }]\n[caller]\n"),
        ("tests/*.toml end", "end = { x = 1 }\n[caller]\n"),
        ("tests/*.toml world", "[caller]\n[world]\nx = 1\n"),
        ("tests/*.toml world.http", "[caller]\n[[world.http]]\nx = 1\n"),
        ("tests/*.toml world.past", "[caller]\n[world.past]\nx = 1\n"),
    ];
    for (section, text) in places {
        let refused = Scenario::parse(text).expect_err("no such key").to_string();
        let (_, known) = refused.split_once("expected one of ").unwrap_or_else(|| panic!("{section}: {refused}"));
        let taken: BTreeSet<&str> = known.split('`').skip(1).step_by(2).collect();
        let listed: BTreeSet<&str> = keys::of(section).map(|key| key.name).collect();
        assert_eq!(listed, taken, "{section}");
    }
}
