//! What is counted, by which names. Prometheus's own conventions: `_total` is added to counters, times are seconds.
//!
//! Labels take words of the contract and prompt ids only: never a number, a call id or a text from outside.

use crate::{
    call::{Disposition, Entry, Followed, MessageEnd, NoAnswer, What, Words},
    gateway::{DialectName, Malformed},
    line::Condition,
    records::{Figures, Promises},
    script::PromptId,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    started: Family<DialectLabel, Counter>,
    ended: Family<EndLabels, Counter>,
    live: Gauge,
    sockets: Gauge,
    draining: Gauge,
    judged: Family<JudgedLabels, Counter>,
    prompts: Family<PromptLabels, Counter>,
    rungs: Family<RungLabels, Counter>,
    followed: Family<FollowedLabels, Counter>,
    rungs_followed: Family<RungFollowedLabels, Counter>,
    wordings_followed: Family<WordingLabels, Counter>,
    waits: Histogram,
    frames: Histogram,
    first_audio: Histogram,
    marks_overdue: Counter,
    promises_open: Gauge,
    promises_overdue: Gauge,
    messages_open: Gauge,
    messages_overdue: Gauge,
    messages_taken: Family<MessageLabels, Counter>,
    asked: Family<AskedLabels, Counter>,
    asked_seconds: Histogram,
    barred: Counter,
    store_failed: Counter,
    records_backlog: Gauge,
    records_dropped: Gauge,
    records_failing: Gauge,
    dropped: Family<DroppedLabels, Counter>,
    closed: Family<ClosedLabels, Counter>,
    panics: Counter,
    reloads: Family<ReloadLabels, Counter>,
    script_refused: Gauge,
    script_tests_failed: Family<TestLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DialectLabel {
    dialect: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    dialect: &'static str,
    condition: &'static str,
    disposition: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JudgedLabels {
    dialect: &'static str,
    condition: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PromptLabels {
    prompt: String,
    outcome: PromptOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[allow(non_camel_case_types, reason = "the label's words, as they are written")]
enum PromptOutcome {
    said,
    finished,
    interrupted,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RungLabels {
    condition: &'static str,
    step: u32,
    outcome: RungOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[allow(non_camel_case_types, reason = "the label's words, as they are written")]
enum RungOutcome {
    reached,
    recovered,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FollowedLabels {
    prompt: String,
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RungFollowedLabels {
    condition: &'static str,
    step: u32,
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WordingLabels {
    step: String,
    name: String,
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DroppedLabels {
    dialect: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClosedLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    by: &'static str,
    kept: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AskedLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TestLabels {
    test: String,
}

/// Bucket bounds, seconds. Waits: the contract allows 100 ms. Frames: the whole budget of a call is some 20 µs a frame.
/// First audio: the contract allows 50 ms, the aims are 40 and 15. Services outside: from the next room to the time limits
/// of scripts.
const WAIT_BUCKETS: [f64; 8] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const FRAME_BUCKETS: [f64; 9] = [2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 500e-6, 2e-3, 20e-3];
const ASKED_BUCKETS: [f64; 8] = [0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0];
const FIRST_AUDIO_BUCKETS: [f64; 8] = [0.001, 0.005, 0.01, 0.015, 0.025, 0.04, 0.05, 0.1];

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("qingjiang"),
            started: Family::default(),
            ended: Family::default(),
            live: Gauge::default(),
            sockets: Gauge::default(),
            draining: Gauge::default(),
            judged: Family::default(),
            prompts: Family::default(),
            rungs: Family::default(),
            followed: Family::default(),
            rungs_followed: Family::default(),
            wordings_followed: Family::default(),
            waits: Histogram::new(WAIT_BUCKETS),
            frames: Histogram::new(FRAME_BUCKETS),
            first_audio: Histogram::new(FIRST_AUDIO_BUCKETS),
            marks_overdue: Counter::default(),
            promises_open: Gauge::default(),
            promises_overdue: Gauge::default(),
            messages_open: Gauge::default(),
            messages_overdue: Gauge::default(),
            messages_taken: Family::default(),
            asked: Family::default(),
            asked_seconds: Histogram::new(ASKED_BUCKETS),
            barred: Counter::default(),
            store_failed: Counter::default(),
            records_backlog: Gauge::default(),
            records_dropped: Gauge::default(),
            records_failing: Gauge::default(),
            dropped: Family::default(),
            closed: Family::default(),
            panics: Counter::default(),
            reloads: Family::default(),
            script_refused: Gauge::default(),
            script_tests_failed: Family::default(),
        };
        metrics.name_all();
        metrics
    }
}

impl Metrics {
    /// Every name, once.
    fn name_all(&mut self) {
        let r = &mut self.registry;
        r.register("calls_started", "Calls whose start message was understood", self.started.clone());
        r.register("calls_ended", "Calls by last judged condition and disposition", self.ended.clone());
        r.register("calls_live", "Calls that have a place", self.live.clone());
        r.register("media_sockets", "Media sockets open", self.sockets.clone());
        r.register("draining", "1 while no new calls are taken", self.draining.clone());
        r.register("judgements", "Judgements that the script acted on", self.judged.clone());
        r.register("prompts", "Prompts said, finished and interrupted", self.prompts.clone());
        r.register("ladder_steps", "Ladder steps reached, and left because of recovery", self.rungs.clone());
        r.register("prompts_followed", "Prompts by what followed on them", self.followed.clone());
        r.register("ladder_steps_followed", "Ladder steps by what followed on them", self.rungs_followed.clone());
        r.register("wordings_followed", "Wordings of splits by what followed on them", self.wordings_followed.clone());
        r.register("wait_lateness_seconds", "How late waits ended", self.waits.clone());
        r.register("frame_handling_seconds", "One inbound message, a sample of one in 64", self.frames.clone());
        r.register("first_audio_seconds", "From the start message to the first audio sent", self.first_audio.clone());
        r.register("marks_overdue", "Marks taken as played at their computed time", self.marks_overdue.clone());
        r.register("promises_open", "Callbacks promised and not yet made", self.promises_open.clone());
        r.register("promises_overdue", "Callbacks past their due time", self.promises_overdue.clone());
        r.register("messages_open", "Messages of callers not yet dealt with", self.messages_open.clone());
        r.register("messages_overdue", "Messages of callers past their due time", self.messages_overdue.clone());
        r.register("messages_taken", "Messages spoken, by what ended them", self.messages_taken.clone());
        r.register("http_requests", "Questions of scripts to HTTP services", self.asked.clone());
        r.register("http_seconds", "How long these took, all tries", self.asked_seconds.clone());
        r.register("numbers_barred", "Numbers barred", self.barred.clone());
        r.register("store_failures", "Promises that could not be stored", self.store_failed.clone());
        r.register("records_backlog", "Journal entries not yet written", self.records_backlog.clone());
        r.register("records_dropped", "Journal entries lost to a slow disk", self.records_dropped.clone());
        r.register("records_failing", "1 while the records cannot be written", self.records_failing.clone());
        r.register("messages_dropped", "Messages of gateways not understood", self.dropped.clone());
        r.register("sockets_closed", "Media sockets closed by us for cause", self.closed.clone());
        r.register("panics", "Calls ended by a fault of ours", self.panics.clone());
        r.register("script_reloads", "Changes of prompt files", self.reloads.clone());
        r.register("script_refused", "1 while the files on disk are refused", self.script_refused.clone());
        r.register(
            "script_test_failed",
            "1 for each golden test that the files on disk are refused for",
            self.script_tests_failed.clone(),
        );
    }

    /// The text that `/metrics` answers.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Counts what happened in a call.
    pub(super) fn observe(&self, dialect: DialectName, entry: &Entry) {
        match &entry.what {
            What::Started { .. } => drop(self.started.get_or_create(&DialectLabel { dialect: dialect.as_str() }).inc()),
            What::PromptSaid { prompt } => self.prompt(prompt, PromptOutcome::said),
            What::PromptFinished { prompt } => self.prompt(prompt, PromptOutcome::finished),
            What::PromptInterrupted { prompt, .. } => self.prompt(prompt, PromptOutcome::interrupted),
            What::Judged(judgement) => self.judgement(dialect, judgement.condition),
            What::Rung { condition, index } => self.rung(*condition, *index, RungOutcome::reached),
            What::Recovered { condition, index } => self.rung(*condition, *index, RungOutcome::recovered),
            What::Waited { late: Some(late), .. } => self.waits.observe(late.as_secs_f64()),
            What::MarkOverdue => drop(self.marks_overdue.inc()),
            What::MessageTaken { by, kept, .. } => self.message(*by, *kept),
            What::Barred => drop(self.barred.inc()),
            What::StoreFailed => drop(self.store_failed.inc()),
            _ => {}
        }
    }

    /// Counts a call's end; `condition` is the last one it was judged to be.
    pub(super) fn ended(&self, dialect: DialectName, condition: Option<Condition>, disposition: &Disposition) {
        let labels = EndLabels {
            dialect: dialect.as_str(),
            condition: condition.map_or("none", Condition::as_str),
            disposition: disposition.as_str(),
        };
        self.ended.get_or_create(&labels).inc();
    }

    /// Counts and times a question to a service outside.
    pub(super) fn asked(&self, failed: Option<NoAnswer>, took: Duration) {
        let outcome = failed.map_or("answered", NoAnswer::as_str);
        self.asked.get_or_create(&AskedLabels { outcome }).inc();
        self.asked_seconds.observe(took.as_secs_f64());
    }

    fn message(&self, by: MessageEnd, kept: bool) {
        let labels = MessageLabels { by: by.as_str(), kept: if kept { "yes" } else { "no" } };
        self.messages_taken.get_or_create(&labels).inc();
    }

    /// Times one inbound message.
    pub(super) fn frame(&self, took: Duration) {
        self.frames.observe(took.as_secs_f64());
    }

    /// Times a call's first audio.
    pub(super) fn first_audio(&self, took: Duration) {
        self.first_audio.observe(took.as_secs_f64());
    }

    /// Counts a message that was dropped.
    pub(super) fn malformed(&self, dialect: DialectName, why: Malformed) {
        let reason = match why {
            Malformed::Shape => "shape",
            Malformed::Base64 => "base64",
            Malformed::Codec => "codec",
            Malformed::Kind => "kind",
        };
        self.dropped.get_or_create(&DroppedLabels { dialect: dialect.as_str(), reason }).inc();
    }

    /// Counts messages of names that we do not know.
    pub(super) fn unknown(&self, dialect: DialectName, count: u32) {
        if count > 0 {
            let labels = DroppedLabels { dialect: dialect.as_str(), reason: "unknown" };
            self.dropped.get_or_create(&labels).inc_by(u64::from(count));
        }
    }

    /// Counts a socket that we closed for cause.
    pub(super) fn closed(&self, reason: &'static str) {
        self.closed.get_or_create(&ClosedLabels { reason }).inc();
    }

    /// Counts a call ended by a fault of ours.
    pub(super) fn panicked(&self) {
        self.panics.inc();
    }

    /// Counts a change of the prompt files.
    pub(super) fn reloaded(&self, good: bool) {
        self.reloads.get_or_create(&ReloadLabels { outcome: if good { "good" } else { "refused" } }).inc();
        self.script_refused.set(i64::from(!good));
        self.script_tests_failed.clear();
    }

    /// Names the golden tests for which the files on disk are refused.
    pub(super) fn tests_failed(&self, tests: &[String]) {
        for test in tests {
            self.script_tests_failed.get_or_create(&TestLabels { test: test.clone() }).set(1);
        }
    }

    /// Sets what is only known when it is asked for.
    pub(super) fn set_levels(&self, levels: Levels) {
        self.live.set(count(levels.live));
        self.sockets.set(count(levels.sockets));
        self.draining.set(i64::from(levels.draining));
        self.promises_open.set(count(levels.promises.open));
        self.promises_overdue.set(count(levels.promises.overdue));
        self.messages_open.set(count(levels.promises.messages_open));
        self.messages_overdue.set(count(levels.promises.messages_overdue));
        self.records_backlog.set(count(levels.records.backlog));
        self.records_dropped.set(i64::try_from(levels.records.dropped).unwrap_or(i64::MAX));
        self.records_failing.set(i64::from(levels.records.failing));
    }

    fn prompt(&self, prompt: &PromptId, outcome: PromptOutcome) {
        self.prompts.get_or_create(&PromptLabels { prompt: prompt.as_str().to_owned(), outcome }).inc();
    }

    fn judgement(&self, dialect: DialectName, condition: Condition) {
        let labels = JudgedLabels { dialect: dialect.as_str(), condition: condition.as_str() };
        self.judged.get_or_create(&labels).inc();
    }

    fn rung(&self, condition: Condition, index: usize, outcome: RungOutcome) {
        self.rungs.get_or_create(&RungLabels { condition: condition.as_str(), step: step(index), outcome }).inc();
    }

    /// Counts what followed on words of ours.
    pub(super) fn followed(&self, words: &Words, by: Followed) {
        let by = by.as_str();
        let counter = match words {
            Words::Prompt(prompt) => {
                self.followed.get_or_create_owned(&FollowedLabels { prompt: prompt.to_string(), by })
            }
            Words::Rung(condition, index) => self.rungs_followed.get_or_create_owned(&RungFollowedLabels {
                condition: condition.as_str(),
                step: step(*index),
                by,
            }),
            Words::Wording { step, name } => self.wordings_followed.get_or_create_owned(&WordingLabels {
                step: step.clone(),
                name: name.clone(),
                by,
            }),
        };
        counter.inc();
    }
}

/// Rungs are counted from 1 where people read them.
fn step(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Figures that are read, not counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    /// Calls with a place.
    pub live: usize,
    /// Media sockets.
    pub sockets: usize,
    /// Whether new calls are turned away.
    pub draining: bool,
    /// Callbacks not yet made, and messages not yet dealt with.
    pub promises: Promises,
    /// How the records' writer is doing.
    pub records: Figures,
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call::EndedBy, line::Judgement, moment::Moment, phone::PhoneNumber};

    fn observed(what: What) -> String {
        let metrics = Metrics::default();
        metrics.observe(DialectName::Twilio, &Entry { at: Moment::ZERO, what });
        metrics.render()
    }

    #[test]
    fn prompts_are_counted_by_id_and_outcome() {
        let text = observed(What::PromptFinished { prompt: PromptId::new("menu_main") });
        assert!(text.contains(r#"qingjiang_prompts_total{prompt="menu_main",outcome="finished"} 1"#), "{text}");
    }

    #[test]
    fn judgements_are_counted_by_condition() {
        let text = observed(What::Judged(Judgement::told(Condition::Faint, crate::line::Rule::Told)));
        assert!(text.contains(r#"qingjiang_judgements_total{dialect="twilio",condition="faint"} 1"#), "{text}");
    }

    #[test]
    fn ladder_steps_count_from_one() {
        let text = observed(What::Recovered { condition: Condition::Silent, index: 0 });
        assert!(text.contains(r#"{condition="silent",step="1",outcome="recovered"} 1"#), "{text}");
    }

    #[test]
    fn wait_lateness_is_in_seconds() {
        let late = Duration::from_millis(12);
        let text = observed(What::Waited { planned: Duration::from_secs(5), late: Some(late) });
        assert!(text.contains("qingjiang_wait_lateness_seconds_sum 0.012"), "{text}");
    }

    #[test]
    fn no_number_reaches_a_label() {
        let number = PhoneNumber::parse("13812345678");
        let started =
            What::Started { dialect: DialectName::Twilio, caller: number.clone(), called: number, resume: None };
        assert!(!observed(started).contains("138"));
        let ended = What::Ended { disposition: Disposition::Lost, by: EndedBy::Network, step: "13812345678".into() };
        assert!(!observed(ended).contains("138"));
    }

    #[test]
    fn an_end_carries_condition_and_disposition() {
        let metrics = Metrics::default();
        metrics.ended(DialectName::Asterisk, Some(Condition::Silent), &Disposition::Line(Condition::Silent));
        let expected = r#"qingjiang_calls_ended_total{dialect="asterisk",condition="silent",disposition="silent"} 1"#;
        assert!(metrics.render().contains(expected));
    }
}
