//! The steps: what is said, and the one thing a step does after it has spoken.

use super::{
    branch,
    collect::collect,
    loader::Loader,
    outside,
    reader::{Field, Section},
    value::{digit, is_variable_name},
};
use crate::phone::Digit;
use crate::script::{
    Act, Ask, BargeIn, Choice, NumberSource, Part, Patience, Reading, STANDARD_WAIT, Saying, Step, StepId, Target,
    ValueSource,
    notes::Spot,
    problem::{Fault, Shape},
};
use std::collections::BTreeMap;

/// The keys of which a step has exactly one: they say what it does.
const ACTS: [&str; 16] = [
    "keys",
    "collect",
    "if_caller_known",
    "if_called_before",
    "if_barred",
    "branch",
    "split",
    "language",
    "set",
    "callback",
    "message",
    "http",
    "bar",
    "queue",
    "agent",
    "hang_up",
];

/// The keys that go with some of them, and with which.
const COMPANIONS: [(&str, &str); 10] = [
    ("next", "say"),
    ("speech", "keys"),
    ("no_input", "keys"),
    ("save", "keys"),
    ("wait", "keys"),
    ("otherwise", "branch"),
    ("invalid_prompt", "keys"),
    ("no_input_prompt", "keys"),
    ("tries", "keys"),
    ("escalate", "keys"),
];

/// The notice that a call is recorded: said only when it is, and then never interrupted.
pub(in crate::script) const RECORDING_NOTICE: &str = "recording_notice";

/// The step that `field` describes.
pub(super) fn read(id: StepId, field: &Field<'_>, loader: &mut Loader) -> Step {
    loader.put(Spot::Step(id), field.name_place());
    let name = field.name().to_owned();
    let Some(mut section) = field.section(&mut loader.problems) else {
        return Step { name, say: Vec::new(), act: Act::Go(loader.nowhere(Spot::Step(id))) };
    };
    let barge_in = section.take("barge_in").and_then(|field| field.barge_in(&mut loader.problems));
    let say = section.take("say").map(|field| says(id, &field, barge_in, loader)).unwrap_or_default();
    let act = act(id, &name, &mut section, loader).unwrap_or_else(|| Act::Go(loader.nowhere(Spot::Step(id))));
    loader.reason(section.take("spare"), Spot::Step(id));
    loader.reason(section.take("reason"), Spot::Wait(id));
    close(section, loader);
    Step { name, say, act }
}

fn close(mut section: Section<'_>, loader: &mut Loader) {
    for (key, needs) in COMPANIONS {
        if let Some(field) = section.take(key) {
            loader.problems.add(field.name_place(), Fault::Misplaced { key: key.into(), needs });
        }
    }
    for key in ACTS {
        section.take(key);
    }
    section.close(&mut loader.problems);
}

fn says(id: StepId, field: &Field<'_>, barge_in: Option<BargeIn>, loader: &mut Loader) -> Vec<Saying> {
    let mut says = Vec::new();
    for item in field.one_or_list(&mut loader.problems) {
        if let Some(saying) = saying(&item, barge_in, loader) {
            loader.put(Spot::Say(id, says.len()), item.place());
            says.push(saying);
        }
    }
    says
}

/// `"prompt"`, `"$greeting"`, `"$number:variable"`, `"$time:now"` or `{ prompt = …, barge_in = … }`.
fn saying(item: &Field<'_>, usual: Option<BargeIn>, loader: &mut Loader) -> Option<Saying> {
    let (name, own) = if item.is_text() {
        (item.clone(), None)
    } else if item.is_table() {
        let mut section = item.section(&mut loader.problems)?;
        let own = section.take("barge_in").and_then(|field| field.barge_in(&mut loader.problems));
        let prompt = section.take("prompt");
        if prompt.is_none() {
            loader.problems.add(item.place(), Fault::Missing { key: "prompt" });
        }
        section.close(&mut loader.problems);
        (prompt?, own)
    } else {
        item.wrong(Shape::TextOrList, &mut loader.problems);
        return None;
    };
    let part = part(&name, loader)?;
    let barge_in = match &part {
        Part::Prompt(prompt) if prompt.as_str() == RECORDING_NOTICE => BargeIn::None,
        Part::Prompt(prompt) => own.or(usual).unwrap_or_else(|| loader.usual_barge_in(prompt)),
        Part::Greeting | Part::Value { .. } => own.or(usual).unwrap_or(BargeIn::Key),
    };
    Some(Saying { part, barge_in })
}

fn part(field: &Field<'_>, loader: &mut Loader) -> Option<Part> {
    let text = field.text(&mut loader.problems)?;
    if text == "$greeting" {
        return Some(Part::Greeting);
    }
    if let Some(value) = value(text) {
        return Some(value);
    }
    if text.starts_with('$') {
        loader.problems.add(field.place(), Fault::UnknownPart { text: text.into() });
        return None;
    }
    if text == RECORDING_NOTICE && !loader.record {
        return None;
    }
    loader.prompt(field).map(Part::Prompt)
}

/// `$<reading>:<variable>`, and `now` for what reads the clock.
fn value(text: &str) -> Option<Part> {
    let (reading, variable) = text.strip_prefix('$')?.split_once(':')?;
    let reading = Reading::parse(reading)?;
    let of = match variable {
        "now" if reading.reads_clock() => ValueSource::Now,
        name => ValueSource::Variable(Some(name).filter(|name| is_variable_name(name))?.into()),
    };
    Some(Part::Value { reading, of })
}

fn act(id: StepId, name: &str, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let present = section.present(&ACTS);
    if let [first, second, ..] = *present {
        let place = section.place_of(second);
        loader.problems.add(place, Fault::TwoActs { first, second });
    }
    match present.first().copied() {
        Some("keys") => Some(Act::Ask(ask(id, section, loader))),
        Some("collect") => collect(id, section, loader),
        Some("if_caller_known") => if_caller_known(id, section, loader),
        Some("branch") => branch::branch(id, section, loader),
        Some("split") => branch::split(id, section, loader),
        Some("language") => branch::language(id, section, loader),
        Some("set") => branch::set(id, section, loader),
        Some("if_called_before") => outside::called_before(id, section, loader),
        Some("if_barred") => outside::barred(id, section, loader),
        Some("callback") => callback(id, section, loader),
        Some("message") => outside::message(id, section, loader),
        Some("http") => outside::http(id, section, loader),
        Some("bar") => outside::bar(id, section, loader),
        Some("queue") => section.take("queue")?.target(&mut loader.problems).map(|name| hand_over(Target::Queue(name))),
        Some("agent") => section.take("agent")?.target(&mut loader.problems).map(|name| hand_over(Target::Agent(name))),
        Some("hang_up") => hang_up(id, section, loader),
        _ if section.has("speech") => Some(Act::Ask(ask(id, section, loader))),
        _ if section.has("no_input") || section.has("save") => {
            loader.problems.add(section.place(), Fault::NoQuestion);
            for (key, _) in COMPANIONS {
                section.take(key);
            }
            None
        }
        _ if section.has("next") => section.take("next").map(|field| Act::Go(loader.go(&field, Spot::Next(id)))),
        _ => {
            loader.problems.add(section.place(), Fault::DeadEnd { step: name.into() });
            None
        }
    }
}

fn hand_over(target: Target) -> Act {
    Act::Handover { target }
}

fn ask(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Ask {
    if let Some(field) = section.take("next") {
        loader.problems.add(field.name_place(), Fault::TwoActs { first: "keys", second: "next" });
    }
    Ask {
        keys: section.take("keys").map(|field| keys(id, &field, loader)).unwrap_or_default(),
        speech: section.take("speech").map(|field| loader.go(&field, Spot::Speech(id))),
        wait: loader.wait(section.take("wait"), Spot::Wait(id)),
        no_input: section.take("no_input").map(|field| loader.go(&field, Spot::NoInput(id))),
        save: section.take("save").and_then(|field| field.variable(&mut loader.problems)),
        patience: patience(id, section, loader),
    }
}

fn patience(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Patience {
    let tries = section.take("tries").and_then(|field| field.number(1, 10, &mut loader.problems));
    Patience {
        invalid: section.take("invalid_prompt").and_then(|field| loader.prompt(&field)),
        no_input: section.take("no_input_prompt").and_then(|field| loader.prompt(&field)),
        tries: tries.map(|tries| tries.unsigned_abs() as u32),
        escalate: section.take("escalate").map(|field| loader.go(&field, Spot::Escalate(id))),
    }
}

fn keys(id: StepId, field: &Field<'_>, loader: &mut Loader) -> BTreeMap<Digit, Choice> {
    let mut keys = BTreeMap::new();
    loader.put(Spot::Keys(id), field.name_place());
    let Some(mut section) = field.section(&mut loader.problems) else { return keys };
    let fields = section.take_rest();
    if fields.is_empty() {
        loader.problems.add(field.place(), Fault::Empty { key: "keys".into() });
    }
    for field in fields {
        let Some(key) = digit(field.name()) else {
            loader.problems.add(field.name_place(), Fault::BadKey { text: field.name().into() });
            continue;
        };
        let choice = choice(&field, Spot::Key(id, key), loader);
        if keys.insert(key, choice).is_some() {
            loader.problems.add(field.name_place(), Fault::KeyTwice { key: key.as_char() });
        }
    }
    keys
}

fn choice(field: &Field<'_>, spot: Spot, loader: &mut Loader) -> Choice {
    match field.is("repeat") {
        true => Choice::Repeat,
        false if field.is("louder") => Choice::Louder,
        false => Choice::Go(loader.step(field, spot, &["repeat", "louder"])),
    }
}

fn if_caller_known(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let mut table = section.take("if_caller_known")?.section(&mut loader.problems)?;
    let yes = required(&mut table, "yes", loader).map(|field| loader.go(&field, Spot::Known(id, true)));
    let no = required(&mut table, "no", loader).map(|field| loader.go(&field, Spot::Known(id, false)));
    table.close(&mut loader.problems);
    Some(Act::IfCallerKnown { yes: yes?, no: no? })
}

fn callback(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let mut table = section.take("callback")?.section(&mut loader.problems)?;
    let number = match table.take("number") {
        None => Some(NumberSource::Caller),
        Some(field) => number(id, &field, loader),
    };
    let failed = required(&mut table, "failed", loader).map(|field| loader.go(&field, Spot::Failed(id)));
    table.close(&mut loader.problems);
    Some(Act::Callback { number: number?, next: next?, failed: failed? })
}

/// `caller`, or `$variable`.
fn number(id: StepId, field: &Field<'_>, loader: &mut Loader) -> Option<NumberSource> {
    loader.put(Spot::Number(id), field.place());
    match field.text(&mut loader.problems)? {
        "caller" => Some(NumberSource::Caller),
        text if text.starts_with('$') => field.variable(&mut loader.problems).map(NumberSource::Variable),
        _ => {
            field.word(&["caller", "$<variable>"], &mut loader.problems);
            None
        }
    }
}

/// `hang_up = true`, or the wait before it: `hang_up = "5s"`.
fn hang_up(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let field = section.take("hang_up")?;
    let wait = match field.is_flag() {
        true => field.word_true(&mut loader.problems).then_some(STANDARD_WAIT),
        false => field.duration(&mut loader.problems),
    };
    loader.put(Spot::Wait(id), field.place());
    let wait = match section.take("wait") {
        Some(field) => Some(loader.wait(Some(field), Spot::Wait(id))),
        None => wait,
    };
    let speech = section.take("speech").map(|field| loader.go(&field, Spot::Speech(id)));
    Some(Act::HangUp { wait: wait?, speech })
}

pub(super) fn required<'a>(section: &mut Section<'a>, key: &'static str, loader: &mut Loader) -> Option<Field<'a>> {
    let field = section.take(key);
    if field.is_none() {
        loader.problems.add(section.place(), Fault::Missing { key });
    }
    field
}
