//! The steps that want something of the world: `message`, `http`, `if_called_before`, `if_barred`, `bar`.

use super::{
    loader::Loader,
    reader::{Field, Section},
    step::required,
    value::is_variable_name,
};
use crate::{
    phone::Digit,
    script::{
        Act, PromptId, StepId,
        notes::Spot,
        outside::{Bar, ENVIRONMENT, Field as Sent, Header, Http, Message, Method, PastTest, Piece, Taken, Template},
        problem::Fault,
    },
};
use std::{sync::Arc, time::Duration};

/// The longest message, where nothing is written: chosen, what people still listen to.
const LONGEST_MESSAGE: Duration = Duration::from_mins(2);
/// The pause that ends a message: the standard wait.
const QUIET: Duration = crate::script::STANDARD_WAIT;
/// Ranges. Chosen: in less than five seconds nobody says what he wants; a pause under two is a breath.
const MESSAGE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(10));
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// How long a service may take to answer: chosen, a caller is waiting.
const TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// Chosen: with ten seconds each, half a minute in all.
const MOST_RETRIES: i64 = 2;
/// Earlier calls and bars: a minute is the least that means anything, a year the most that is remembered for this.
const REMEMBERED: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(24 * 366));
/// service-script.md §2.7.
const CALLED_BEFORE: Duration = Duration::from_mins(10);

/// `message = { longest = "2m", quiet = "5s", end = "#", beep = true, thanks = "message_thanks", empty = …, failed = … }`.
pub(super) fn message(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let mut table = section.take("message")?.section(&mut loader.problems)?;
    let longest = table.take("longest").map_or(Some(LONGEST_MESSAGE), |field| field.time(MESSAGE, loader));
    let quiet = table.take("quiet").map_or(Some(QUIET), |field| field.time(PAUSE, loader));
    let end = match table.take("end") {
        Some(field) if field.is("none") => None,
        Some(field) => field.digit(&mut loader.problems),
        None => Digit::parse('#'),
    };
    let beep = table.take("beep").is_none_or(|field| field.flag(&mut loader.problems).unwrap_or(true));
    let thanks = prompt(&mut table, "thanks", "message_thanks", loader);
    let empty = table.take("empty").map(|field| loader.go(&field, Spot::Empty(id)));
    let failed = required(&mut table, "failed", loader).map(|field| loader.go(&field, Spot::Failed(id)));
    table.close(&mut loader.problems);
    let next = next?;
    let empty = empty.unwrap_or(next);
    let (longest, quiet, failed) = (longest?, quiet?, failed?);
    Some(Act::Message(Message { longest, quiet, end, beep, thanks, next, empty, failed }))
}

/// The prompt that `key` names, or the usual one.
fn prompt(table: &mut Section<'_>, key: &'static str, usual: &str, loader: &mut Loader) -> PromptId {
    let written = table.take(key).and_then(|field| loader.prompt(&field));
    written.unwrap_or_else(|| {
        let prompt = PromptId::new(usual);
        loader.used(&prompt, table.place());
        prompt
    })
}

/// `http = { url = …, method = …, headers = …, send = …, take = …, timeout = "2s", retries = 1, wait_prompt = …, failed = … }`.
pub(super) fn http(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let mut table = section.take("http")?.section(&mut loader.problems)?;
    let url = required(&mut table, "url", loader).and_then(|field| url(id, &field, loader));
    let headers = table.take("headers").map(|field| headers(&field, loader)).unwrap_or_default();
    let send = table.take("send");
    let method = match table.take("method") {
        Some(field) => method(&field, loader)?,
        None if send.is_some() => Method::Post,
        None => Method::Get,
    };
    if let Some(field) = send.as_ref().filter(|_| !method.has_body()) {
        loader.problems.add(field.name_place(), Fault::Misplaced { key: "send".into(), needs: "method = \"POST\"" });
    }
    let send = send.map(|field| sent(id, &field, loader)).unwrap_or_default();
    let take = table.take("take").map(|field| taken(&field, loader)).unwrap_or_default();
    let timeout = table.take("timeout").map_or(Some(TIMEOUT), |field| field.time(TIMEOUTS, loader));
    let retries = match table.take("retries") {
        Some(field) => field.number(0, MOST_RETRIES, &mut loader.problems)?,
        // What changes something over there is not asked for twice, unless operators know that it may be.
        None => i64::from(method == Method::Get),
    };
    let wait_prompt = prompt(&mut table, "wait_prompt", "hold_start", loader);
    let failed = required(&mut table, "failed", loader).map(|field| loader.go(&field, Spot::Failed(id)));
    table.close(&mut loader.problems);
    let (url, timeout, retries) = (url?, timeout?, retries.unsigned_abs() as u32);
    let (next, failed) = (next?, failed?);
    Some(Act::Http(Arc::new(Http { method, url, headers, send, take, timeout, retries, wait_prompt, next, failed })))
}

fn method(field: &Field<'_>, loader: &mut Loader) -> Option<Method> {
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch];
    let word = field.word(&["GET", "POST", "PUT", "PATCH"], &mut loader.problems)?;
    all.into_iter().find(|method| method.as_str() == word)
}

/// An address whose scheme and host stand as they are: no caller chooses whom we ask.
fn url(id: StepId, field: &Field<'_>, loader: &mut Loader) -> Option<Template> {
    loader.put(Spot::Url(id), field.place());
    let text = field.text(&mut loader.problems)?;
    let url = Template::parse(text, is_variable_name).filter(|template| has_fixed_host(text, template));
    if url.is_none() {
        loader.problems.add(field.place(), Fault::BadUrl { text: text.into() });
    }
    url
}

fn has_fixed_host(text: &str, template: &Template) -> bool {
    let Some(Piece::Text(first)) = template.0.first() else { return false };
    let rest = ["http://", "https://"].iter().find_map(|scheme| first.strip_prefix(scheme));
    let Some(rest) = rest else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let whole = host.len() < rest.len() || template.0.len() == 1;
    whole && !host.is_empty() && !host.contains('@') && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// `{ Authorization = { env = "QINGJIANG_HTTP_TOKEN" }, "X-From" = "hotline" }`.
fn headers(field: &Field<'_>, loader: &mut Loader) -> Vec<(String, Header)> {
    let Some(mut section) = field.section(&mut loader.problems) else { return Vec::new() };
    let fields = section.take_rest();
    fields.iter().filter_map(|field| Some((header_name(field, loader)?, header(field, loader)?))).collect()
}

fn header_name(field: &Field<'_>, loader: &mut Loader) -> Option<String> {
    let name = field.name();
    let right = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !right {
        loader.problems.add(field.name_place(), Fault::BadHeader { text: name.into() });
    }
    right.then(|| name.into())
}

fn header(field: &Field<'_>, loader: &mut Loader) -> Option<Header> {
    if !field.is_table() {
        let text = field.text(&mut loader.problems)?;
        let right = text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if !right {
            loader.problems.add(field.place(), Fault::BadHeader { text: field.name().into() });
        }
        return right.then(|| Header::Text(text.into()));
    }
    let mut secret = field.section(&mut loader.problems)?;
    let name = required(&mut secret, "env", loader);
    secret.close(&mut loader.problems);
    let name = name?;
    let text = name.text(&mut loader.problems)?;
    if !text.starts_with(ENVIRONMENT) || !is_variable_name(text) {
        loader.problems.add(name.place(), Fault::BadSecret { text: text.into() });
        return None;
    }
    Some(Header::Env(text.into()))
}

/// The fields of the body: `$variable`, a text, a whole number, true or false.
fn sent(id: StepId, field: &Field<'_>, loader: &mut Loader) -> Vec<(String, Sent)> {
    let Some(mut section) = field.section(&mut loader.problems) else { return Vec::new() };
    let mut sent = Vec::new();
    for field in section.take_rest() {
        if let Some(value) = sent_value(&field, loader) {
            loader.put(Spot::Send(id, sent.len()), field.place());
            sent.push((field.name().to_owned(), value));
        }
    }
    sent
}

fn sent_value(field: &Field<'_>, loader: &mut Loader) -> Option<Sent> {
    if field.is_flag() {
        return field.flag(&mut loader.problems).map(Sent::Flag);
    }
    if field.as_integer().is_some() {
        return field.number(i64::MIN, i64::MAX, &mut loader.problems).map(Sent::Number);
    }
    match field.suffix("$") {
        Some(_) => field.variable(&mut loader.problems).map(Sent::Variable),
        None => field.text(&mut loader.problems).map(|text| Sent::Text(text.into())),
    }
}

/// `{ vip = "customer.vip" }`: a variable, and where in the answer it stands.
fn taken(field: &Field<'_>, loader: &mut Loader) -> Vec<Taken> {
    let Some(mut section) = field.section(&mut loader.problems) else { return Vec::new() };
    let mut taken = Vec::new();
    for field in section.take_rest() {
        if !is_variable_name(field.name()) {
            loader.problems.add(field.name_place(), Fault::BadVariable { text: field.name().into() });
        } else if let Some(path) = field.text(&mut loader.problems) {
            taken.push(Taken::new(field.name().into(), path));
        }
    }
    taken
}

/// `if_called_before = { within = "10m", cut_off = true, yes = …, no = … }`.
pub(super) fn called_before(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let mut table = section.take("if_called_before")?.section(&mut loader.problems)?;
    let within = table.take("within").map_or(Some(CALLED_BEFORE), |field| field.time(REMEMBERED, loader));
    let cut_off = table.take("cut_off").and_then(|field| field.flag(&mut loader.problems)).unwrap_or(false);
    let (yes, no) = ways(id, &mut table, loader);
    table.close(&mut loader.problems);
    Some(Act::IfPast { past: PastTest::Called { within: within?, cut_off }, yes: yes?, no: no? })
}

/// `if_barred = { yes = …, no = … }`.
pub(super) fn barred(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let mut table = section.take("if_barred")?.section(&mut loader.problems)?;
    let (yes, no) = ways(id, &mut table, loader);
    table.close(&mut loader.problems);
    Some(Act::IfPast { past: PastTest::Barred, yes: yes?, no: no? })
}

fn ways(id: StepId, table: &mut Section<'_>, loader: &mut Loader) -> (Option<StepId>, Option<StepId>) {
    let yes = required(table, "yes", loader).map(|field| loader.go(&field, Spot::Past(id, true)));
    let no = required(table, "no", loader).map(|field| loader.go(&field, Spot::Past(id, false)));
    (yes, no)
}

/// `bar = { for = "24h", reason = "…" }`.
pub(super) fn bar(id: StepId, section: &mut Section<'_>, loader: &mut Loader) -> Option<Act> {
    let next = required(section, "next", loader).map(|field| loader.go(&field, Spot::Next(id)));
    let mut table = section.take("bar")?.section(&mut loader.problems)?;
    let time = required(&mut table, "for", loader).and_then(|field| field.time(REMEMBERED, loader));
    let reason =
        required(&mut table, "reason", loader).and_then(|field| field.text(&mut loader.problems).map(Arc::<str>::from));
    table.close(&mut loader.problems);
    Some(Act::Bar { bar: Bar { time: time?, reason: reason? }, next: next? })
}

impl Field<'_> {
    /// A time within a range.
    fn time(&self, (least, most): (Duration, Duration), loader: &mut Loader) -> Option<Duration> {
        self.duration_in(least, most, &mut loader.problems)
    }
}
