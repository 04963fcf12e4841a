//! The table says what the loader takes, and nothing else; the schema takes what the loader takes.

use super::*;
use crate::script::{SourceFile, proofread, source::embedded};
use serde_json::Value;
use std::collections::BTreeSet;

/// The names of keys that stand in the loader's source.
fn taken() -> BTreeSet<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/script/load");
    let files = std::fs::read_dir(folder).expect("the loader").map(|entry| entry.expect("a file").path());
    let text: String = files.map(|path| std::fs::read_to_string(path).expect("source")).collect();
    let text: String = text.split_whitespace().collect();
    let mut taken = BTreeSet::new();
    // The calls by which keys are asked for, and the lists of keys that loops ask for.
    for call in
        [".take(\"", "section,\"", "table,\"", "limit(\"", "figure(\"", "word(\"", "written(\"", "sub(&mutroot,\""]
    {
        for rest in text.split(call).skip(1) {
            taken.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    for list in ["constACTS:", "COMPANIONS:", "lettests="] {
        let list = text.split(list).nth(1).and_then(|rest| rest.split("];").next()).unwrap_or_default();
        taken.extend(list.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    taken.retain(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    taken
}

#[test]
fn the_table_has_the_keys_that_the_loader_takes_and_no_others() {
    // The line conditions are taken by their names, which are words of the contract.
    let conditions = ["silent", "noise", "faint", "noisy", "handsfree", "choppy"];
    let listed = keys().filter(|key| key.name != "*" && !key.section.starts_with("tests/"));
    let listed: BTreeSet<String> = listed.map(|key| key.name.to_owned()).collect();
    let taken: BTreeSet<String> = taken().into_iter().chain(conditions.map(str::to_owned)).collect();
    let unlisted: Vec<_> = taken.difference(&listed).collect();
    let idle: Vec<_> = listed.difference(&taken).collect();
    assert!(unlisted.is_empty() && idle.is_empty(), "not in the table: {unlisted:?}; not taken: {idle:?}");
}

#[test]
fn every_key_of_the_table_is_known_in_its_section() {
    let keyed = keys().filter(|key| key.name != "*" && !key.section.contains(".toml"));
    for key in keyed {
        let Some(text) = with(key, "1979-05-27") else { continue };
        let unknown: Vec<_> = proofread(&[SourceFile::new("hotline.toml", text.clone())])
            .problems
            .into_iter()
            .filter(|problem| problem.fault.code() == "unknown_key")
            .collect();
        assert!(unknown.is_empty(), "{} in {}: {unknown:?}\n{text}", key.name, key.section);
    }
}

/// A script that has the key in its section, with this value. A list of a step's parts cannot be.
fn with(key: &Key, value: &str) -> Option<String> {
    let value = format!("{} = {value}\n", key.name);
    let rest = "[step.agent]\nqueue = \"q\"\n";
    let inline = format!("{{ {} }}", value.trim_end());
    Some(match key.section {
        "" => format!("{value}[step.agent]\nqueue = \"q\"\n").replace("step = 1979-05-27\n", ""),
        "greeting" | "waive" => format!("[[{}]]\n{value}{rest}", key.section),
        "line.*" => format!("[line.faint]\n{value}{rest}"),
        "line.*.ladder" => format!("[line.faint]\nladder = [{inline}]\n{rest}"),
        "hours.*" => format!("[hours.x]\n{value}{rest}"),
        "step.*" if key.name == "speech" => format!("[step.x]\n{value}{rest}"),
        "step.*" => format!("[step.x]\nspeech = \"agent\"\n{value}{rest}"),
        "step.*.branch" | "step.*.split" => {
            let act = key.section.rsplit('.').next()?;
            format!("[step.x]\n{act} = [{inline}]\n{rest}")
        }
        "step.*.say" => format!("[step.x]\nsay = [{inline}]\n{rest}"),
        section if section.starts_with("step.*.") => {
            let act = section.rsplit('.').next()?;
            format!("[step.x]\nnext = \"agent\"\n{act} = {inline}\n{rest}")
        }
        section => format!("[{section}]\n{value}{rest}"),
    })
}

#[test]
fn the_loader_holds_every_value_to_the_range_of_the_table() {
    let mut held = 0;
    for key in keys().filter(|key| !key.section.contains(".toml")) {
        let Some(Bounds { within, beyond }) = bounds(&key.form) else { continue };
        let refused = |value: &String| {
            let text = with(key, value).expect("a section");
            let problems = proofread(&[SourceFile::new("hotline.toml", text)]).problems;
            problems.iter().any(|problem| problem.fault.code().ends_with("_range"))
        };
        let wrong: Vec<&String> = within.iter().filter(|value| refused(value)).collect();
        let missed: Vec<&String> = beyond.iter().filter(|value| !refused(value)).collect();
        assert!(wrong.is_empty() && missed.is_empty(), "{} of {}: {wrong:?} {missed:?}", key.name, key.section);
        held += 1;
    }
    assert!(held > 20, "{held}");
}

/// Values at both ends of a range, and just outside.
struct Bounds {
    within: Vec<String>,
    beyond: Vec<String>,
}

fn bounds(form: &Form) -> Option<Bounds> {
    match form {
        Form::Any(forms) => forms.iter().find_map(|form| bounds(form).filter(|_| matches!(form, Form::Time(..)))),
        Form::Number(i64::MIN, _) => None,
        Form::Number(least, most) => Some(Bounds {
            within: [least, most].map(ToString::to_string).into(),
            beyond: [least - 1, most + 1].map(|number| number.to_string()).into(),
        }),
        Form::Figure(unit, least, most) => Some(Bounds {
            within: [least, most].map(|figure| format!("\"{figure}{unit}\"")).into(),
            beyond: [least - 1, most + 1].map(|figure| format!("\"{figure}{unit}\"")).into(),
        }),
        Form::Time(least, most) => {
            let ms = |text: &str| text.parse::<jiff::SignedDuration>().expect("a time").as_millis();
            let outside = [ms(least) - 1, ms(most) + 1].into_iter().filter(|ms| *ms >= 0);
            Some(Bounds {
                within: [least, most].map(|time| format!("\"{time}\"")).into(),
                beyond: outside.map(|ms| format!("\"{ms}ms\"")).collect(),
            })
        }
        _ => None,
    }
}

#[test]
fn every_section_is_told_of_once() {
    let told: Vec<&str> = sections().map(|about| about.section).collect();
    let listed: BTreeSet<&str> = keys().map(|key| key.section).collect();
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), listed);
    assert_eq!(told.len(), listed.len());
}

#[test]
fn every_section_that_is_spoken_of_has_keys() {
    let sections: BTreeSet<&str> = keys().map(|key| key.section).collect();
    let spoken = schema();
    let defs = spoken["$defs"].as_object().expect("sections");
    assert!(defs.keys().all(|name| sections.contains(name.as_str())));
    let unreached: Vec<_> = sections
        .iter()
        .filter(|name| !name.is_empty() && !name.contains(".toml") && !defs.contains_key(**name))
        .collect();
    assert!(unreached.is_empty(), "{unreached:?}");
}

#[test]
fn every_key_is_explained_in_both_languages_and_defaults_are_values() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for key in keys() {
        assert!(chinese(key.zh) && !chinese(key.en) && !key.en.is_empty(), "{}", key.name);
        assert!(key.default.is_none_or(|default| serde_json::from_str::<Value>(default).is_ok()), "{}", key.name);
        assert!(!key.required || key.default.is_none(), "{}", key.name);
    }
}

#[test]
fn the_default_script_is_as_the_schema_says_and_a_wrong_one_is_not() {
    let schema = schema();
    let default = embedded().into_iter().find(|file| file.name() == "hotline.toml").expect("built in");
    // The examples in its comments, too.
    let examples = default.text.replace("#| ", "");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/examples");
    let english = std::fs::read_to_string(folder.join("english/hotline.toml")).expect("an example");
    let government = std::fs::read_to_string(folder.join("government/hotline.toml")).expect("an example");
    let read = |text: &str| serde_json::to_value(toml::from_str::<toml::Value>(text).expect("TOML")).expect("a value");
    for text in [&default.text, &examples, &english, &government] {
        assert_eq!(faults(&schema, &schema, &read(text), ""), [""; 0]);
    }
    let wrong = [
        ("[hotline]\nnane = \"x\"\n", "/hotline/nane"),
        ("[limits]\nwrong_keys = 0\n", "/limits/wrong_keys"),
        ("[step.a]\nkeys = { 1 = 2 }\n", "/step/a/keys/1"),
        ("[step.a]\nbranch = [{ hours = \"work\" }]\n", "/step/a/branch/0/go"),
        ("[barge_in]\nwelcome = \"voice\"\n", "/barge_in/welcome"),
    ];
    for (text, place) in wrong {
        assert_eq!(faults(&schema, &schema, &read(text), ""), [place], "{text}");
    }
}

/// Where `value` is not as `schema` says: the words of JSON Schema that ours uses, patterns left out.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return faults(root, &root["$defs"][name], value, at);
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        let fits = ways.iter().any(|way| faults(root, way, value, at).is_empty());
        return if fits { Vec::new() } else { vec![at.into()] };
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return vec![at.into()];
    }
    let right = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.as_i64().is_some_and(|number| {
            schema["minimum"].as_i64().is_none_or(|least| number >= least)
                && schema["maximum"].as_i64().is_none_or(|most| number <= most)
        }),
        _ => true,
    };
    if !right {
        return vec![at.into()];
    }
    let mut found = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => found.push(at),
            (Value::Null, rest) => found.extend(faults(root, rest, value, &at)),
            (known, _) => found.extend(faults(root, known, value, &at)),
        }
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    found.extend(required.filter(|name| value[*name].is_null()).map(|name| format!("{at}/{name}")));
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(root, &schema["items"], value, &format!("{at}/{index}")));
    }
    found
}
