//! The JSON Schema of `hotline.toml` (draft 2020-12), for editors: they complete, explain and underline by it.

use super::{Form, Key, of};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Names that are file names and metric labels too: how a prompt may be called.
const PROMPT: &str = "^[a-z0-9_-]{1,64}$";
/// A number and its unit, several times: `1m30s`. What the loader takes besides (`5 seconds`) need not be suggested.
const TIME: &str = r"^\s*(\d+(\.\d+)?\s*(ms|s|m|min|h)[a-z]*\s*)+$";
const DAY: &str = r"\d{4}-\d{2}-\d{2}";
const CLOCK: &str = r"\d{1,2}:\d{2}";

/// The schema.
pub fn schema() -> Value {
    let mut sections = BTreeSet::from([""]);
    let mut open = vec![""];
    while let Some(section) = open.pop() {
        let below = of(section).flat_map(|key| below(&key.form));
        open.extend(below.filter(|name| sections.insert(name)));
    }
    let defs: Map<String, Value> =
        sections.iter().filter(|name| !name.is_empty()).map(|name| ((*name).to_owned(), section(name))).collect();
    let mut root = section("");
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        root.insert("title".into(), "hotline.toml · qingjiang 请讲".into());
        root.insert("$defs".into(), defs.into());
    }
    root
}

/// The sections that a value of this form may hold.
fn below(form: &Form) -> Vec<&'static str> {
    match form {
        Form::Section(name) | Form::Named(name) | Form::List(name) => vec![name],
        Form::OneOrMore(form) | Form::Map(form) | Form::Each(form) => below(form),
        Form::Any(forms) => forms.iter().flat_map(below).collect(),
        _ => Vec::new(),
    }
}

fn section(name: &str) -> Value {
    let properties: Map<String, Value> = of(name).map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = of(name).filter(|key| key.required).map(|key| key.name).collect();
    let mut section = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if let Some(section) = section.as_object_mut().filter(|_| !required.is_empty()) {
        section.insert("required".into(), required.into());
    }
    section
}

fn property(key: &Key) -> Value {
    let mut property = form(&key.form);
    if let Some(property) = property.as_object_mut() {
        property.insert("description".into(), format!("{}\n\n{}", key.zh, key.en).into());
        // Defaults are written as in TOML; those of one line are JSON as well.
        if let Some(default) = key.default.and_then(|default| serde_json::from_str(default).ok()) {
            property.insert("default".into(), default);
        }
    }
    property
}

fn form(of: &Form) -> Value {
    match of {
        Form::Text => json!({ "type": "string", "minLength": 1 }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Number(i64::MIN, i64::MAX) => json!({ "type": "integer" }),
        Form::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Time(least, most) => {
            let mut time = pattern(TIME, "5s");
            time["$comment"] = format!("{least} … {most}").into();
            time
        }
        Form::Figure(unit, least, most) => {
            let mut figure = pattern(&format!(r"^-?\d+(\.\d+)?\s*{unit}$"), &format!("{least}{unit}"));
            figure["$comment"] = format!("{least}{unit} … {most}{unit}").into();
            figure
        }
        Form::Step => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
        Form::Prompt => pattern(PROMPT, "menu_main"),
        Form::Digit => pattern("^[0-9*#A-Da-d]$", "1"),
        Form::Variable => pattern(r"^\$?[\p{L}\p{N}_]{1,64}$", "number"),
        Form::Dates => pattern(&format!(r"^\s*{DAY}\s*(\.\.\s*{DAY}\s*)?$"), "2027-02-05..2027-02-11"),
        Form::Hours => pattern(&format!(r"^\s*{CLOCK}\s*-\s*{CLOCK}\s*$"), "09:00-12:00"),
        Form::Length => pattern(r"^\s*\d+\s*(\.\.\s*\d+\s*)?$", "7..15"),
        Form::Section(name) => json!({ "$ref": format!("#/$defs/{name}") }),
        Form::Named(name) => {
            json!({ "type": "object", "additionalProperties": { "$ref": format!("#/$defs/{name}") } })
        }
        Form::List(name) => {
            json!({ "type": "array", "minItems": 1, "items": { "$ref": format!("#/$defs/{name}") } })
        }
        Form::Each(value) => json!({ "type": "array", "minItems": 1, "items": form(value) }),
        Form::Map(value) => json!({ "type": "object", "additionalProperties": form(value) }),
        Form::OneOrMore(value) => {
            json!({ "anyOf": [form(value), { "type": "array", "minItems": 1, "items": form(value) }] })
        }
        Form::Any(forms) => json!({ "anyOf": forms.iter().map(form).collect::<Vec<_>>() }),
    }
}

fn pattern(pattern: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": pattern, "examples": [example] })
}
