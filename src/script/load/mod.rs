//! From files to a [`Script`]: everything that can be wrong in single places is found here, all of it at once.

mod line;
mod reader;
mod step;
mod texts;
mod value;

use super::{
    BargeIn, Greeting, Limits, Locale, PromptId, STANDARD_WAIT, Script, StepId, Words,
    notes::{Notes, Spot},
    problem::{Fault, Problems, Shape},
    source::{Place, SourceFile, embedded},
};
use reader::{Field, Section, nearest};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use toml::de::DeTable;

/// What came of reading the files.
pub(super) struct Loaded {
    /// The script; absent where the files do not say enough for one. Where `problems` hold an error, names in it may
    /// lead anywhere: it is fit for further checks of single places, and for nothing else.
    pub(super) script: Option<Script>,
    /// Where everything was written.
    pub(super) notes: Notes,
    /// What is wrong.
    pub(super) problems: Problems,
}

/// Reads a script out of its files.
pub(super) fn load(files: &[Arc<SourceFile>]) -> Loaded {
    let standard = embedded();
    let mut loader = Loader::default();
    for file in files.iter().filter(|file| file.text.contains(char::REPLACEMENT_CHARACTER)) {
        let at = file.text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
        loader.problems.add(Place::new(file, at..at + 1), Fault::NotUtf8);
    }
    let texts = catalogues(files, &standard, &mut loader);
    let script = hotline(files, &standard, texts, &mut loader);
    Loaded { script, notes: loader.notes, problems: loader.problems }
}

/// The state of reading: what is known so far, and what is wrong.
#[derive(Default)]
struct Loader {
    /// The steps by name, those of the standard that are needed included.
    names: BTreeMap<String, StepId>,
    barge_in: BTreeMap<PromptId, BargeIn>,
    record: bool,
    /// While parts of the standard stand in for what was not written: where the script could have said it.
    stand_in: Option<Place>,
    notes: Notes,
    problems: Problems,
}

type Texts = BTreeMap<Locale, BTreeMap<PromptId, String>>;

/// Every catalogue among `files`; where there is none at all, the standard ones.
fn catalogues(files: &[Arc<SourceFile>], standard: &[Arc<SourceFile>], loader: &mut Loader) -> Texts {
    let mut texts = Texts::new();
    for file in files.iter().filter(|file| file.name() != HOTLINE) {
        let name = file.name().trim_end_matches(".toml");
        match value::is_locale(name) {
            true => catalogue(name.into(), file, &mut texts, loader),
            false => loader.problems.add(Place::top(file), Fault::StrayFile { name: file.name().into() }),
        }
    }
    if texts.is_empty() {
        for file in standard.iter().filter(|file| file.name() != HOTLINE) {
            catalogue(file.name().trim_end_matches(".toml").into(), file, &mut texts, loader);
        }
    }
    texts
}

fn catalogue(locale: Locale, file: &Arc<SourceFile>, texts: &mut Texts, loader: &mut Loader) {
    let document = parse(file, &mut loader.problems);
    let section = Section::of(file, &document, 0..0);
    loader.notes.catalogues.insert(locale.clone(), Place::top(file));
    let read = texts::read(&locale, section, &mut loader.notes, &mut loader.problems);
    texts.insert(locale, read);
}

/// The file of the script itself.
const HOTLINE: &str = "hotline.toml";

fn hotline(
    files: &[Arc<SourceFile>],
    standard: &[Arc<SourceFile>],
    texts: Texts,
    loader: &mut Loader,
) -> Option<Script> {
    let is_hotline = |file: &&Arc<SourceFile>| file.name() == HOTLINE;
    let Some(file) = files.iter().find(is_hotline) else {
        let place = Place::top(files.first().unwrap_or(&SourceFile::new(HOTLINE, "")));
        loader.problems.add(place, Fault::NoHotline);
        return None;
    };
    let document = parse(file, &mut loader.problems);
    let mut standard_problems = Problems::default();
    let standard = standard.iter().find(is_hotline)?;
    let standard_document = parse(standard, &mut standard_problems);
    let standard = Section::of(standard, &standard_document, 0..0);
    // A file that is no TOML has parts missing: what follows from that is no news to the operator.
    let broken = loader.problems.any_error();
    let script = script(Section::of(file, &document, 0..0), standard, texts, loader);
    script.filter(|_| !broken)
}

/// Reads as much of a file as can be read, and says what cannot.
fn parse<'f>(file: &'f Arc<SourceFile>, problems: &mut Problems) -> DeTable<'f> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    for error in errors {
        let place = Place::new(file, error.span().unwrap_or(0..0));
        problems.add(place, Fault::Syntax { detail: error.message().into() });
    }
    document.into_inner()
}

fn script(mut root: Section<'_>, mut standard: Section<'_>, texts: Texts, loader: &mut Loader) -> Option<Script> {
    let mut general = sub(&mut root, "hotline", loader).unwrap_or_else(|| root.empty());
    loader.notes.put(Spot::Hotline, general.place());
    loader.record = record(&mut general, loader);
    loader.barge_in = barge_ins(sub(&mut root, "barge_in", loader), loader);
    let greetings = greetings(root.take("greeting"), loader);
    let limits = limits(sub(&mut root, "limits", loader), loader);
    let words = sub(&mut root, "words", loader);
    let line = sub(&mut root, "line", loader);

    let written = sub(&mut root, "step", loader).map(|mut steps| steps.take_rest()).unwrap_or_default();
    if written.is_empty() {
        loader.problems.add(general.place(), Fault::NoSteps);
    }
    let standard_steps = sub(&mut standard, "step", loader).map(|mut steps| steps.take_rest()).unwrap_or_default();
    let taken = stand_ins(&written, standard_steps);
    let all = || written.iter().chain(&taken);
    loader.names = all().enumerate().map(|(index, field)| (field.name().into(), StepId(index))).collect();

    let start = general.take("start").map(|field| loader.step(&field, &[]));
    let agent = agent(&mut general, loader);
    let transfer_failed = general.take("transfer_failed").map(|field| loader.step(&field, &[]));
    let after_agent = general.take("after_agent").map(|field| loader.step(&field, &[]));
    loader.names.entry("agent".into()).or_insert(agent);

    let mut steps = Vec::new();
    for (index, field) in all().enumerate() {
        let id = StepId(index);
        if index < written.len() {
            field.check_step_name(&mut loader.problems);
            steps.push(step::read(id, field, loader));
        } else {
            steps.push(loader.built_in(|loader| step::read(id, field, loader)));
        }
    }
    let line = line::read(line, sub(&mut standard, "line", loader), loader);
    let words = self::words(words, agent, loader);
    let script = Script {
        name: text(&mut general, "name", loader).unwrap_or_else(|| "hotline".into()),
        locale: locale(&mut general, &texts, loader),
        timezone: timezone(&mut general, loader),
        start: start.or_else(|| loader.find("welcome")).unwrap_or(StepId(0)),
        transfer_failed: transfer_failed.or_else(|| loader.find("transfer_failed"))?,
        after_agent: after_agent.or_else(|| loader.find("after_agent")),
        greetings,
        default_greeting: default_greeting(&mut general, loader),
        record: loader.record,
        line,
        limits,
        words,
        steps,
        barge_in: std::mem::take(&mut loader.barge_in),
        texts,
    };
    general.close(&mut loader.problems);
    root.close(&mut loader.problems);
    (!script.steps.is_empty()).then_some(script)
}

fn sub<'a>(section: &mut Section<'a>, key: &'static str, loader: &mut Loader) -> Option<Section<'a>> {
    section.take(key)?.section(&mut loader.problems)
}

fn text(section: &mut Section<'_>, key: &'static str, loader: &mut Loader) -> Option<String> {
    section.take(key)?.text(&mut loader.problems).map(Into::into)
}

/// The step of the standard where a failed transfer goes on, and all that it leads to, unless the script has its own.
fn stand_ins<'a>(written: &[Field<'a>], standard: Vec<Field<'a>>) -> Vec<Field<'a>> {
    let own: BTreeSet<&str> = written.iter().map(Field::name).collect();
    let mut wanted = vec!["transfer_failed"];
    let mut taken: Vec<Field<'a>> = Vec::new();
    while let Some(name) = wanted.pop() {
        let found = standard.iter().find(|field| field.name() == name);
        let Some(field) = found.filter(|_| !own.contains(name) && !taken.iter().any(|field| field.name() == name))
        else {
            continue;
        };
        let names = field.texts();
        wanted.extend(standard.iter().map(Field::name).filter(|name| names.contains(name)));
        taken.push(field.clone());
    }
    taken
}

fn agent(general: &mut Section<'_>, loader: &mut Loader) -> StepId {
    if let Some(field) = general.take("agent") {
        return loader.step(&field, &[]);
    }
    loader.find("agent").unwrap_or_else(|| {
        loader.problems.add(general.place(), Fault::NoAgentStep { name: "agent".into() });
        StepId(0)
    })
}

fn record(general: &mut Section<'_>, loader: &mut Loader) -> bool {
    let Some(field) = general.take("record") else { return false };
    loader.notes.put(Spot::Record, field.place());
    field.flag(&mut loader.problems).unwrap_or(false)
}

/// The language calls begin in; where nothing is written, the only catalogue there is, or Mandarin.
fn locale(general: &mut Section<'_>, texts: &Texts, loader: &mut Loader) -> Locale {
    let usual = || match texts.len() {
        1 => texts.keys().next().cloned().unwrap_or_else(|| "zh-CN".into()),
        _ => "zh-CN".into(),
    };
    let field = general.take("locale");
    let written = field.as_ref().and_then(|field| field.text(&mut loader.problems));
    let locale = written.map_or_else(usual, Into::into);
    let place = field.map_or_else(|| general.place(), |field| field.place());
    if !value::is_locale(&locale) {
        loader.problems.add(place, Fault::BadLocale { text: locale.to_string() });
    } else if !texts.contains_key(&locale) {
        loader.problems.add(place, Fault::NoCatalogue { locale: locale.clone() });
    }
    locale
}

/// Where nothing is written, the zone of every mainland hotline.
fn timezone(general: &mut Section<'_>, loader: &mut Loader) -> jiff::tz::TimeZone {
    let field = general.take("timezone");
    let written = field.as_ref().and_then(|field| field.text(&mut loader.problems));
    let name = written.unwrap_or("Asia/Shanghai");
    jiff::tz::TimeZone::get(name).unwrap_or_else(|_| {
        let place = field.map_or_else(|| general.place(), |field| field.place());
        loader.problems.add(place, Fault::BadTimezone { text: name.into() });
        jiff::tz::TimeZone::UTC
    })
}

fn default_greeting(general: &mut Section<'_>, loader: &mut Loader) -> PromptId {
    general.take("greeting").and_then(|field| loader.prompt(&field)).unwrap_or_else(|| loader.own_prompt("welcome"))
}

fn greetings(field: Option<Field<'_>>, loader: &mut Loader) -> Vec<Greeting> {
    let Some(field) = field else { return Vec::new() };
    let items = field.list(&mut loader.problems).unwrap_or_default();
    items.iter().filter_map(|item| greeting(item, loader)).collect()
}

fn greeting(item: &Field<'_>, loader: &mut Loader) -> Option<Greeting> {
    if !item.is_table() {
        item.wrong(Shape::TableList, &mut loader.problems);
        return None;
    }
    let mut section = item.section(&mut loader.problems)?;
    let dates = section.take("dates").and_then(|field| field.dates(&mut loader.problems));
    let hours = section.take("hours").and_then(|field| field.hours(&mut loader.problems));
    let say = section.take("say");
    if say.is_none() {
        loader.problems.add(item.place(), Fault::Missing { key: "say" });
    }
    let say = say.and_then(|field| loader.prompt(&field));
    section.close(&mut loader.problems);
    Some(Greeting { dates, hours, say: say? })
}

fn barge_ins(section: Option<Section<'_>>, loader: &mut Loader) -> BTreeMap<PromptId, BargeIn> {
    let fields = section.map(|mut section| section.take_rest()).unwrap_or_default();
    let mut table = BTreeMap::new();
    for field in fields {
        if !value::is_prompt_name(field.name()) {
            loader.problems.add(field.name_place(), Fault::BadPromptName { text: field.name().into() });
        } else if let Some(barge_in) = field.barge_in(&mut loader.problems) {
            table.insert(PromptId::new(field.name()), barge_in);
        }
    }
    table
}

fn limits(section: Option<Section<'_>>, loader: &mut Loader) -> Limits {
    let mut limits = Limits::default();
    let Some(mut section) = section else { return limits };
    let mut limit = |key, least, into: &mut u32| {
        if let Some(number) = section.take(key).and_then(|field| field.number(least, 20, &mut loader.problems)) {
            *into = number.unsigned_abs() as u32;
        }
    };
    limit("wrong_keys", 1, &mut limits.wrong_keys);
    limit("repeats", 0, &mut limits.repeats);
    limit("no_input", 0, &mut limits.no_input);
    limit("ladders", 1, &mut limits.ladders);
    section.close(&mut loader.problems);
    limits
}

fn words(section: Option<Section<'_>>, agent: StepId, loader: &mut Loader) -> Words {
    let mut section = section;
    let mut word = |key, usual| {
        let field = section.as_mut().and_then(|section| section.take(key));
        field.and_then(|field| loader.prompt(&field)).unwrap_or_else(|| loader.own_prompt(usual))
    };
    let (invalid, no_input) = (word("invalid", "menu_invalid"), word("no_input", "menu_no_input"));
    let (busy, error, goodbye) =
        (word("busy", "capacity_busy"), word("error", "system_error"), word("goodbye", "goodbye"));
    let wait = section.as_mut().and_then(|section| section.take("wait"));
    let wait = loader.wait(wait, Spot::Hotline);
    if let Some(section) = section {
        section.close(&mut loader.problems);
    }
    Words { invalid, no_input, busy, error, goodbye, agent, wait }
}

impl Loader {
    /// Remembers where `spot` was written.
    fn put(&mut self, spot: Spot, place: Place) {
        let place = self.stand_in.clone().unwrap_or(place);
        self.notes.put(spot, place);
    }

    /// Reports a fault at a spot that was read before.
    fn report(&mut self, spot: Spot, fault: Fault) {
        if let Some(place) = self.notes.place(spot).cloned() {
            self.problems.add(place, fault);
        }
    }

    /// Reads something of the standard in place of what the script does not say.
    fn built_in<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.stand_in = self.notes.place(Spot::Hotline).cloned();
        let read = read(self);
        self.stand_in = None;
        read
    }

    fn find(&self, name: &str) -> Option<StepId> {
        self.names.get(name).copied()
    }

    /// The step `field` names; where there is none, any: the problem keeps the script from being used.
    fn step(&mut self, field: &Field<'_>, also: &[&str]) -> StepId {
        let Some(name) = field.text(&mut self.problems) else { return StepId(0) };
        self.find(name).unwrap_or_else(|| {
            let nearest = nearest(name, self.names.keys().map(String::as_str).chain(also.iter().copied()));
            self.problems.add(field.place(), Fault::UnknownStep { name: name.into(), nearest });
            StepId(0)
        })
    }

    /// The step `field` names, and where that was written.
    fn go(&mut self, field: &Field<'_>, spot: Spot) -> StepId {
        self.put(spot, field.place());
        self.step(field, &[])
    }

    /// The prompt `field` names; its use is remembered.
    fn prompt(&mut self, field: &Field<'_>) -> Option<PromptId> {
        let prompt = field.prompt(&mut self.problems)?;
        let place = self.stand_in.clone().unwrap_or_else(|| field.place());
        self.notes.uses.push((prompt.clone(), place));
        Some(prompt)
    }

    /// A prompt that is said without being written in the script.
    fn own_prompt(&mut self, name: &str) -> PromptId {
        let prompt = PromptId::new(name);
        if let Some(place) = self.notes.place(Spot::Hotline).cloned() {
            self.notes.uses.push((prompt.clone(), place));
        }
        prompt
    }

    /// How `prompt` may be interrupted where nothing nearer says it.
    fn usual_barge_in(&self, prompt: &PromptId) -> BargeIn {
        self.barge_in.get(prompt).copied().unwrap_or(BargeIn::Key)
    }

    /// A wait, and where it was written.
    fn wait(&mut self, field: Option<Field<'_>>, spot: Spot) -> Duration {
        let Some(field) = field else { return STANDARD_WAIT };
        self.put(spot, field.place());
        field.duration(&mut self.problems).unwrap_or(STANDARD_WAIT)
    }

    /// Why the operators want a spot as it is.
    fn reason(&mut self, field: Option<Field<'_>>, spot: Spot) {
        if let Some(reason) = field.and_then(|field| field.text(&mut self.problems)) {
            self.notes.reasons.insert(spot, reason.into());
        }
    }
}
