//! Figures in, a verdict with its reasons out.
//!
//! What physics settles is settled by rules: no media, a named tone, nothing audible. The rest the forest votes on, and
//! rails keep it from saying what the figures contradict: nobody is told to speak up at -30 dBov. Telling a good caller
//! to change phones is the worst this product can do, so every verdict that would needs a clear majority; in doubt a
//! caller is clear.

use super::{
    Condition, Detector, Evidence, Judgement, Rule, Sensitivity, Thresholds, Tone,
    features::Features,
    forest::{self, Forest, Shares},
    frame::{FRAME_MS, Frame},
    history::History,
    plain_judge, tones,
};
use crate::moment::Moment;
use std::sync::LazyLock;

/// A frame is speech from this probability on: 0.27 misses 9 % of the corpus's speech and takes 4 % for speech that is
/// none, nearly all of it other talkers.
const SPEECH: f32 = 0.27;
/// … in last-chance listening.
const SPEECH_EASILY_MISSED: f32 = 0.15;
/// Last-chance listening wants this much speech.
const SPEECH_EASILY_MISSED_MS: u64 = 120;
/// Somebody speaks where the forest believes it, or where so much speech was heard.
const SPEECH_HEARD_MS: u64 = 300;
/// The share of votes that a verdict against a caller's telephone needs …
const AGAINST: f32 = 0.5;
/// … and while less than a second of speech was heard.
const AGAINST_EARLY: f32 = 0.75;
/// … and where noise is the reason: from it many callers can still be understood.
const AGAINST_NOISE: f32 = 0.7;
const EARLY_MS: u64 = 1_000;
/// Nobody talks so much of the time alone, over four seconds.
const WITHOUT_PAUSE: f32 = 0.65;
const WITHOUT_PAUSE_FRAMES: u64 = 200;
/// Where no noise was heard by itself, three seconds of speech tell what it dips to.
const DIPS_FRAMES: u64 = 150;
/// Two cuts are the least that can be called drop-outs.
const CUTS: u32 = 2;
/// Quieter than this, dBov, the loudest twentieth is no noise and no tone.
const HEARD: f32 = -58.0;
/// Hum under this level, dBov, is nothing to speak of; above it is noise.
const HUM_IS_NOISE: f32 = -30.0;
/// A tone fills at least this much of the stretch's sound; less is a key pressed while talking.
const TONE_SPEECH_MS: u64 = 1_000;

static FOREST: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("judge.forest")));

/// The figures of a stretch by which the forest decides.
pub(super) fn figures(history: &History, from: Moment, to: Moment) -> [f32; forest::FIGURES.len()] {
    forest::figures(&Features::gather(history, history.span(from, to), SPEECH))
}

/// Judges the stretch `from..=to` of what is remembered.
pub(super) fn judge(
    history: &History,
    from: Moment,
    to: Moment,
    sensitivity: Sensitivity,
    detector: Detector,
    thresholds: &Thresholds,
) -> Judgement {
    let threshold = match (sensitivity, detector) {
        (Sensitivity::Normal, Detector::Neural) => SPEECH,
        (Sensitivity::LastChance, Detector::Neural) => SPEECH_EASILY_MISSED,
        (sensitivity, Detector::Plain) => plain_judge::threshold(sensitivity),
    };
    let span = history.span(from, to);
    let features = Features::gather(history, span.clone(), threshold);
    let tone = tones::name(span.filter_map(|number| history.frame(number)), features.loud);
    let verdict = settled(&features, tone, thresholds).unwrap_or_else(|| match (sensitivity, detector) {
        (Sensitivity::LastChance, Detector::Neural) => last_chance(&features, tone, thresholds),
        (Sensitivity::Normal, Detector::Neural) => voted(&features, tone, thresholds),
        (sensitivity, Detector::Plain) => plain_judge::decide(&features, sensitivity, thresholds),
    });
    let evidence = Evidence {
        rule: verdict.rule,
        detector,
        from_ms: from.as_millis(),
        to_ms: to.as_millis(),
        speech_ms: features.speech_ms(),
        missing_ms: features.missing * FRAME_MS,
        level_dbov: features.level,
        noise_dbov: features.noise,
        snr_db: features.snr(),
        loss_pct: loss(&features),
    };
    Judgement { condition: verdict.condition, kind: verdict.kind, confidence: verdict.confidence, evidence }
}

/// Whether somebody speaks in a frame.
pub(super) fn is_speech(frame: &Frame, detector: Detector) -> bool {
    let threshold = match detector {
        Detector::Neural => SPEECH,
        Detector::Plain => plain_judge::threshold(Sensitivity::Normal),
    };
    f32::from(frame.speech) >= threshold * 255.0
}

/// A verdict before its figures are written down.
pub(super) struct Verdict {
    pub(super) condition: Condition,
    pub(super) rule: Rule,
    pub(super) confidence: f32,
    pub(super) kind: Option<Tone>,
}

impl Verdict {
    pub(super) fn new(condition: Condition, rule: Rule, confidence: f32) -> Self {
        Self { condition, rule, confidence, kind: None }
    }
}

/// What needs no vote.
fn settled(features: &Features, tone: Option<Tone>, thresholds: &Thresholds) -> Option<Verdict> {
    if features.frames == 0 || features.missing * 2 > features.frames {
        return Some(Verdict::new(Condition::Silent, Rule::NoMedia, 1.0));
    }
    if features.loud < HEARD && features.speech_ms() < SPEECH_HEARD_MS {
        return Some(Verdict::new(Condition::Silent, Rule::NothingHeard, 1.0));
    }
    if features.speech_ms() < SPEECH_HEARD_MS && is_hum(features) {
        let (condition, rule) = match features.loud {
            loud if loud < HUM_IS_NOISE.max(thresholds.noise_dbov) => (Condition::Silent, Rule::NothingHeard),
            _ => (Condition::Noise, Rule::NoiseWithoutSpeech),
        };
        return Some(Verdict::new(condition, rule, 0.9));
    }
    let kind = tone.filter(|_| features.speech_ms() < TONE_SPEECH_MS)?;
    Some(Verdict { kind: Some(kind), ..Verdict::new(Condition::Tone, Rule::ToneHeard, 0.95) })
}

fn voted(features: &Features, tone: Option<Tone>, thresholds: &Thresholds) -> Verdict {
    let shares = FOREST.vote(&forest::figures(features));
    let share = |condition: Condition| share_of(&shares, condition);
    let caller: f32 = Condition::ALL.into_iter().filter(|condition| condition.has_caller()).map(share).sum();
    if caller < 0.5 && features.speech_ms() < SPEECH_HEARD_MS {
        return nobody(features, &shares, tone, thresholds);
    }
    let against = [Condition::Faint, Condition::Noisy, Condition::Handsfree, Condition::Choppy];
    let worst = against.into_iter().max_by(|a, b| share(*a).total_cmp(&share(*b))).unwrap_or(Condition::Clear);
    let needed = match worst {
        _ if features.speech_ms() < EARLY_MS => AGAINST_EARLY,
        Condition::Noisy if !talks_without_pause(features) => AGAINST_NOISE,
        _ => AGAINST,
    };
    let total = caller.max(f32::EPSILON);
    // Faint and hands-free divide the votes of one finding: too quiet.
    let quiet = [Condition::Faint, Condition::Handsfree];
    let votes = if quiet.contains(&worst) { quiet.map(share).iter().sum() } else { share(worst) };
    if votes / total >= needed
        && let Some(rule) = allowed(features, worst, thresholds)
    {
        return Verdict::new(worst, rule, votes / total);
    }
    Verdict::new(Condition::Clear, Rule::Understandable, share(Condition::Clear) / total)
}

/// The rails: which rule a verdict against the telephone rests on, or `None` where the figures contradict it.
fn allowed(features: &Features, condition: Condition, thresholds: &Thresholds) -> Option<Rule> {
    let level = features.level.unwrap_or(features.loud);
    match condition {
        Condition::Faint => (level < thresholds.faint_dbov).then_some(Rule::LevelBelowLimit),
        Condition::Handsfree => (level < thresholds.handsfree_dbov).then_some(Rule::QuietAndReverberant),
        Condition::Choppy => (features.cuts.count + features.cuts.repeated >= CUTS).then_some(Rule::CutsInSpeech),
        Condition::Noisy if talks_without_pause(features) => Some(Rule::OtherVoices),
        Condition::Noisy => noisy_enough(features, thresholds).then_some(Rule::SnrBelowLimit),
        _ => None,
    }
}

fn talks_without_pause(features: &Features) -> bool {
    features.frames >= WITHOUT_PAUSE_FRAMES && features.speech as f32 > WITHOUT_PAUSE * features.frames as f32
}

/// Whether the steady noise or the gusts come near enough to the speech.
fn noisy_enough(features: &Features, thresholds: &Thresholds) -> bool {
    let gusts = features.level.zip(features.gusts).map_or(f32::INFINITY, |(level, gusts)| level - gusts);
    let known = features.noise_heard || features.frames >= DIPS_FRAMES;
    known && features.snr().is_none_or(|snr| snr.min(gusts) < thresholds.noisy_db)
}

fn nobody(features: &Features, shares: &Shares, tone: Option<Tone>, thresholds: &Thresholds) -> Verdict {
    let share = |condition: Condition| share_of(shares, condition);
    let total = (share(Condition::Silent) + share(Condition::Noise) + share(Condition::Tone)).max(f32::EPSILON);
    if share(Condition::Tone) > share(Condition::Noise) && share(Condition::Tone) > share(Condition::Silent) {
        let kind = tone.unwrap_or_else(|| melody_or_modem(features));
        let verdict = Verdict::new(Condition::Tone, Rule::ToneHeard, share(Condition::Tone) / total);
        return Verdict { kind: Some(kind), ..verdict };
    }
    if share(Condition::Noise) > share(Condition::Silent) && features.loud >= thresholds.noise_dbov {
        return Verdict::new(Condition::Noise, Rule::NoiseWithoutSpeech, share(Condition::Noise) / total);
    }
    Verdict::new(Condition::Silent, Rule::NothingHeard, share(Condition::Silent) / total)
}

/// Mains hum: low, and steady in pitch and level. No machine speaks so, and nobody hangs up on it.
fn is_hum(features: &Features) -> bool {
    let shape = &features.shape;
    shape.frames > 0 && shape.low > 0.8 && shape.steady > 0.6 && shape.stable > 0.6
}

/// Tones without a name: data never pauses, keeps its level and lies high; anything else is music, on which nothing ends.
fn melody_or_modem(features: &Features) -> Tone {
    if features.shape.steady > 0.8 && features.shape.low < 0.1 { Tone::Modem } else { Tone::Music }
}

/// Speech that is easily missed counts, but not the murmur of a quiet room.
fn last_chance(features: &Features, tone: Option<Tone>, thresholds: &Thresholds) -> Verdict {
    if features.speech_ms() >= SPEECH_EASILY_MISSED_MS {
        return Verdict::new(Condition::Faint, Rule::HardlyHeard, 0.5);
    }
    nobody(features, &FOREST.vote(&forest::figures(features)), tone, thresholds)
}

fn share_of(shares: &Shares, condition: Condition) -> f32 {
    Condition::ALL.iter().zip(shares).find(|(other, _)| **other == condition).map_or(0.0, |(_, share)| *share)
}

/// Percent of the speech that was lost in cuts and repeats; `None` where nobody spoke.
fn loss(features: &Features) -> Option<f32> {
    let speech = features.speech_ms() as f32;
    let lost = features.cuts.lost_ms as f32 + features.cuts.repeated as f32 * FRAME_MS as f32;
    (speech > 0.0).then(|| (lost / (speech + features.cuts.lost_ms as f32) * 100.0).min(100.0))
}
