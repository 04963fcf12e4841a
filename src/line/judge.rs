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

/// A frame is speech from this probability on: 0.3 misses 8.0 % of the corpus's speech and takes 3.7 % for speech that
/// is none, nearly all of it other talkers; 0.27 misses 7.3 % and takes 4.1 %.
const SPEECH: f32 = 0.3;
/// … in last-chance listening.
const SPEECH_EASILY_MISSED: f32 = 0.15;
/// Last-chance listening wants this much speech.
const SPEECH_EASILY_MISSED_MS: u64 = 120;
/// Somebody speaks where the forest believes it, or where so much speech was heard.
const SPEECH_HEARD_MS: u64 = 300;
/// The share of all votes that makes a caller of him whom the detector hardly heard: most of them. Held out, noises have
/// up to 0.46 of them, callers lost in noise from 0.53 on.
const CALLER: f32 = 0.5;
/// The share of a caller's votes against `clear` that a verdict against his telephone needs …
const AGAINST: f32 = 0.55;
/// … and while less than a second of speech was heard.
const AGAINST_EARLY: f32 = 0.75;
/// … and where noise is the reason: from it many callers can still be understood.
const AGAINST_NOISE: f32 = 0.65;
/// … and where it is gusts alone, between which the speech stands out.
const AGAINST_GUSTS: f32 = 0.75;
const EARLY_MS: u64 = 1_000;
/// … and the share from which a caller who was hardly heard, and whom no figure lets be blamed, is taken for nobody.
const SURELY_WRONG: f32 = 0.9;
/// … and at least this share names what is wrong.
const NAMED: f32 = 0.25;
/// Two conditions are there at once where the votes for one come to this share of those for the other; of fewer it is the
/// shadow. Chosen: of 0.8 and more no item of the corpus has another verdict than by the strongest vote alone.
const AT_ONCE: f32 = 0.8;
/// How sure drop-outs are that are counted and not voted on.
const CUTS_CONFIDENCE: f32 = 0.95;
/// Gusts count as noise where it is not quiet between them: this SNR, dB. On a quiet line they are words that the
/// detector missed.
const QUIET_BETWEEN: f32 = 25.0;
/// It surely is too noisy where what is likely speech lies no further than this above what is not, dB.
const CONTRAST_BURIED: f32 = 5.0;
/// … or than this, before three seconds were heard.
const CONTRAST_EARLY: f32 = 3.0;
/// Nobody talks so much of the time alone, over four seconds.
const WITHOUT_PAUSE: f32 = 0.65;
const WITHOUT_PAUSE_FRAMES: u64 = 200;
/// Several voices at once have no pitch in common: their speech is voiced 0.54 to 0.66 in the mean, a lone one's 0.53 to
/// 0.75 (development corpus).
const ONE_VOICE: f32 = 0.68;
/// Speech dips at most so far below the noise that it is in, dB.
const DIPS_BELOW: f32 = 8.0;
/// Less speech than this is too little for a level of its own: under loud noise, half of it may be the noise.
const HARDLY_HEARD_MS: u64 = 600;
/// Three seconds of speech tell what it dips to, also where no noise was heard by itself.
const DIPS_FRAMES: u64 = 150;
/// Two cuts are the least that can be called drop-outs …
const CUTS: u32 = 2;
/// … and so many, at so many a second of speech, are drop-outs whatever else is heard: nothing but loss stops a word at
/// full level, or says a packet twice.
const CUTS_SURELY: u32 = 3;
const CUTS_A_SECOND: f32 = 0.5;
/// Quieter than this, dBov, the loudest twentieth is no noise and no tone.
const HEARD: f32 = -58.0;
/// Nobody speaks, and it is quieter than this, dBov: a quiet room (-48), not loud noise (-42).
const ROOM: f32 = -45.0;
/// Hum under this level, dBov, is nothing to speak of; above it is noise.
const HUM_IS_NOISE: f32 = -30.0;
/// A tone fills at least this much of the stretch's sound; less is a key pressed while talking.
const TONE_SPEECH_MS: u64 = 1_000;

/// What a stretch is held against.
#[derive(Clone, Copy)]
pub(super) struct Standard<'a> {
    /// What votes.
    pub(super) forest: &'a Forest,
    /// What the votes may not contradict; operators set it.
    pub(super) thresholds: &'a Thresholds,
}

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
    by: Standard<'_>,
) -> Judgement {
    let threshold = match (sensitivity, detector) {
        (Sensitivity::Normal, Detector::Neural) => SPEECH,
        (Sensitivity::LastChance, Detector::Neural) => SPEECH_EASILY_MISSED,
        (sensitivity, Detector::Plain) => plain_judge::threshold(sensitivity),
    };
    let span = history.span(from, to);
    let features = Features::gather(history, span.clone(), threshold);
    let tone = tones::name(span.filter_map(|number| history.frame(number)), features.loud);
    let verdict = settled(&features, tone, by.thresholds).unwrap_or_else(|| match (sensitivity, detector) {
        (Sensitivity::LastChance, Detector::Neural) => last_chance(&features, tone, by),
        (Sensitivity::Normal, Detector::Neural) => voted(&features, tone, by),
        (sensitivity, Detector::Plain) => plain_judge::decide(&features, sensitivity, by.thresholds),
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

fn voted(features: &Features, tone: Option<Tone>, by: Standard<'_>) -> Verdict {
    let shares = by.forest.vote(&forest::figures(features));
    let share = |condition: Condition| share_of(&shares, condition);
    let caller: f32 = Condition::ALL.into_iter().filter(|condition| condition.has_caller()).map(share).sum();
    if caller < CALLER && features.speech_ms() < SPEECH_HEARD_MS {
        return nobody(features, &shares, tone, by.thresholds);
    }
    let total = caller.max(f32::EPSILON);
    let wrong = 1.0 - share(Condition::Clear) / total;
    let voted = |condition: Condition| {
        let enough = share(condition) >= NAMED * total && wrong >= needed(features, condition, by.thresholds);
        if enough { allowed(features, condition, by.thresholds) } else { None }
    };
    let ground = |condition: Condition| {
        if condition == Condition::Choppy && surely_cut(features) {
            return Some((Rule::CutsInSpeech, f32::INFINITY));
        }
        // A hands-free telephone is faint as well: of two names for one fault the likelier is heard.
        let other = match condition {
            Condition::Faint => Some(Condition::Handsfree),
            Condition::Handsfree => Some(Condition::Faint),
            _ => None,
        };
        let is_other = other.is_some_and(|other| share(other) > share(condition) && voted(other).is_some());
        voted(condition).filter(|_| !is_other).map(|rule| (rule, share(condition)))
    };
    if let Some((condition, rule, sure)) = foremost(by.thresholds.order, ground) {
        return Verdict::new(condition, rule, if sure { CUTS_CONFIDENCE } else { wrong });
    }
    // A voice that nobody heard and whose fault the figures contradict is none.
    if features.speech_ms() < SPEECH_HEARD_MS && wrong > SURELY_WRONG {
        return nobody(features, &shares, tone, by.thresholds);
    }
    Verdict::new(Condition::Clear, Rule::Understandable, 1.0 - wrong)
}

/// Of the conditions that have a ground, the first in order of those whose support comes near the strongest vote, and
/// whether it is past doubt; what is past doubt needs no votes.
fn foremost(
    order: [Condition; 4],
    ground: impl Fn(Condition) -> Option<(Rule, f32)>,
) -> Option<(Condition, Rule, bool)> {
    let grounds = order.map(|condition| ground(condition).map(|(rule, support)| (condition, rule, support)));
    let votes = grounds.iter().flatten().map(|(.., support)| *support).filter(|support| support.is_finite());
    let near = AT_ONCE * votes.fold(0.0, f32::max);
    let first = grounds.into_iter().flatten().find(|(.., support)| *support >= near)?;
    Some((first.0, first.1, first.2.is_infinite()))
}

/// How many of a caller's votes must say that something is wrong before his telephone is blamed.
fn needed(features: &Features, condition: Condition, thresholds: &Thresholds) -> f32 {
    match condition {
        // So little is no ground to blame anybody, however sure the votes.
        _ if features.speech_ms() < SPEECH_HEARD_MS && features.frames < DIPS_FRAMES => f32::INFINITY,
        _ if features.speech_ms() < EARLY_MS => AGAINST_EARLY,
        Condition::Noisy if !others_talk(features) && stands_out(features, thresholds) => AGAINST_GUSTS,
        Condition::Noisy if !others_talk(features) && !buried(features, thresholds) => AGAINST_NOISE,
        _ => AGAINST,
    }
}

/// The rails: which rule a verdict against the telephone rests on, or `None` where the figures contradict it.
fn allowed(features: &Features, condition: Condition, thresholds: &Thresholds) -> Option<Rule> {
    let level = features.level.unwrap_or(features.loud);
    match condition {
        Condition::Faint => (level < thresholds.faint_dbov).then_some(Rule::LevelBelowLimit),
        Condition::Handsfree => (level < thresholds.handsfree_dbov).then_some(Rule::QuietAndReverberant),
        Condition::Choppy => (features.cuts.count + features.cuts.repeated >= CUTS).then_some(Rule::CutsInSpeech),
        Condition::Noisy if others_talk(features) => Some(Rule::OtherVoices),
        Condition::Noisy if is_lost(features) => Some(Rule::SnrBelowLimit),
        Condition::Noisy => noisy_enough(features, thresholds).then_some(Rule::SnrBelowLimit),
        _ => None,
    }
}

fn others_talk(features: &Features) -> bool {
    let without_pause = features.speech as f32 > WITHOUT_PAUSE * features.frames as f32;
    features.frames >= WITHOUT_PAUSE_FRAMES && without_pause && features.voiced < ONE_VOICE
}

/// Whether of a caller so little was heard, for so long and over such noise, that only what he does not stand out from
/// can be told.
fn is_lost(features: &Features) -> bool {
    let loud = features.noise_heard && features.mean > ROOM;
    let hardly = features.speech_ms() < HARDLY_HEARD_MS && features.frames >= DIPS_FRAMES;
    loud && hardly && features.contrast < CONTRAST_BURIED
}

/// Whether the steady noise or the gusts come near enough to the speech.
fn noisy_enough(features: &Features, thresholds: &Thresholds) -> bool {
    let early = features.noise_heard && features.contrast < CONTRAST_EARLY;
    (early || features.frames >= DIPS_FRAMES) && noise_is_near(features, thresholds)
}

/// Whether every measure agrees that the speech hardly stands out of a steady noise.
fn buried(features: &Features, thresholds: &Thresholds) -> bool {
    let steady = features.snr().is_none_or(|snr| snr < thresholds.noisy_db);
    features.noise_heard && steady && features.contrast < CONTRAST_BURIED && !is_missed_speech(features)
}

/// Whether the speech lies far enough above the steady noise.
fn stands_out(features: &Features, thresholds: &Thresholds) -> bool {
    !is_lost(features) && features.snr().is_some_and(|snr| snr >= thresholds.noisy_db)
}

fn noise_is_near(features: &Features, thresholds: &Thresholds) -> bool {
    if is_missed_speech(features) {
        return false;
    }
    let gusts = features.level.zip(features.gusts).map_or(f32::INFINITY, |(level, gusts)| level - gusts);
    let gusty = gusts < thresholds.noisy_db && features.contrast < CONTRAST_BURIED;
    features.snr().is_none_or(|snr| snr < thresholds.noisy_db || (snr < QUIET_BETWEEN && gusty))
}

/// A steady noise lies under the speech too: where the speech dips far below it, what was measured beside it was no
/// noise, but words that the detector missed.
fn is_missed_speech(features: &Features) -> bool {
    features.noise.is_some_and(|noise| features.dip < noise - DIPS_BELOW)
}

fn surely_cut(features: &Features) -> bool {
    let cuts = features.cuts.count + features.cuts.repeated;
    cuts >= CUTS_SURELY && cuts as f32 * 1_000.0 >= CUTS_A_SECOND * features.speech_ms() as f32
}

fn nobody(features: &Features, shares: &Shares, tone: Option<Tone>, thresholds: &Thresholds) -> Verdict {
    let share = |condition: Condition| share_of(shares, condition);
    let total = (share(Condition::Silent) + share(Condition::Noise) + share(Condition::Tone)).max(f32::EPSILON);
    if features.mean < ROOM || features.loud < thresholds.noise_dbov {
        return Verdict::new(Condition::Silent, Rule::NothingHeard, share(Condition::Silent) / total);
    }
    if is_data(features) {
        return Verdict { kind: Some(Tone::Modem), ..Verdict::new(Condition::Tone, Rule::ToneHeard, 0.9) };
    }
    if share(Condition::Tone) > share(Condition::Noise) && (tone.is_some() || plays_on(features)) {
        let kind = tone.unwrap_or(Tone::Music);
        let verdict = Verdict::new(Condition::Tone, Rule::ToneHeard, share(Condition::Tone) / total);
        return Verdict { kind: Some(kind), ..verdict };
    }
    Verdict::new(Condition::Noise, Rule::NoiseWithoutSpeech, share(Condition::Noise) / total)
}

/// Data (V.22 and its like): without a pause, level as a board, far from flat, high, and with no pitch that stays.
fn is_data(features: &Features) -> bool {
    let shape = &features.shape;
    let unchanging = features.loud - features.quiet < 7.0 && shape.frames + 2 >= features.frames;
    unchanging && shape.flatness > 15.0 && shape.low < 0.1 && shape.stable < 0.4 && shape.voicing < 0.6
}

/// Music plays on, holds notes, and has a pitch; animals, bells and sirens pause or glide.
fn plays_on(features: &Features) -> bool {
    let shape = &features.shape;
    let sounding = shape.frames as f32 / features.frames.max(1) as f32;
    sounding > 0.9 && features.loud - features.quiet < 20.0 && shape.steady > 0.33 && shape.voicing > 0.55
}

/// Mains hum: low, and steady in pitch and level. No machine speaks so, and nobody hangs up on it.
fn is_hum(features: &Features) -> bool {
    let shape = &features.shape;
    shape.frames > 0 && shape.low > 0.8 && shape.steady > 0.6 && shape.stable > 0.6
}

/// Speech that is easily missed counts, but not the murmur of a quiet room.
fn last_chance(features: &Features, tone: Option<Tone>, by: Standard<'_>) -> Verdict {
    if features.speech_ms() >= SPEECH_EASILY_MISSED_MS {
        return Verdict::new(Condition::Faint, Rule::HardlyHeard, 0.5);
    }
    nobody(features, &by.forest.vote(&forest::figures(features)), tone, by.thresholds)
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

#[cfg(test)]
mod tests {
    use super::*;
    use Condition::{Choppy, Faint, Handsfree, Noisy};

    /// What is told where these conditions are supported so.
    fn told(order: [Condition; 4], supported: &[(Condition, f32)]) -> Option<Condition> {
        let ground = |condition| {
            supported.iter().find(|(other, _)| *other == condition).map(|(_, support)| (Rule::Told, *support))
        };
        foremost(order, ground).map(|(condition, ..)| condition)
    }

    #[test]
    fn of_conditions_as_likely_the_operators_first_is_told() {
        let both = [(Handsfree, 0.45), (Noisy, 0.5)];
        assert_eq!(told([Choppy, Noisy, Handsfree, Faint], &both), Some(Noisy));
        assert_eq!(told([Handsfree, Faint, Choppy, Noisy], &both), Some(Handsfree));
    }

    #[test]
    fn a_condition_much_likelier_is_told_whatever_the_order() {
        assert_eq!(told([Faint, Choppy, Noisy, Handsfree], &[(Faint, 0.26), (Handsfree, 0.7)]), Some(Handsfree));
    }

    #[test]
    fn drop_outs_that_were_counted_stand_beside_any_vote() {
        let both = [(Choppy, f32::INFINITY), (Noisy, 0.3)];
        assert_eq!(told([Choppy, Noisy, Handsfree, Faint], &both), Some(Choppy));
        assert_eq!(told([Noisy, Choppy, Handsfree, Faint], &both), Some(Noisy));
    }

    #[test]
    fn where_no_condition_has_a_ground_none_is_told() {
        assert_eq!(told(Thresholds::ORDER, &[]), None);
    }
}
