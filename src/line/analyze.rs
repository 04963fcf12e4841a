//! The listener over a whole recording: what `analyze` prints.

use super::{Condition, Forest, Judgement, LineEvent, Listener, Sensitivity, Tone, verdicts::Verdicts};
use crate::{audio::SAMPLES_PER_MS, moment::Moment};
use serde::Serialize;
use std::time::Duration;

/// What the line listener makes of a recording (contract.md, `analyze --json`). A figure that does not apply is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    /// The verdict on the last ten seconds, or on all of a shorter recording.
    pub condition: Condition,
    /// Which tone, where it is one.
    pub kind: Option<Tone>,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// Beginnings and ends of speech, milliseconds.
    pub speech: Vec<(u64, u64)>,
    /// Active speech level, dBov.
    pub level_dbov: Option<f32>,
    /// Noise between the speech, dBov.
    pub noise_dbov: Option<f32>,
    /// Speech over noise, dB.
    pub snr_db: Option<f32>,
    /// Share of speech time lost, percent.
    pub loss_pct: Option<f32>,
    /// Each verdict that differs from the one before, with the millisecond at which it could be acted upon.
    pub verdicts: Vec<(u64, Condition)>,
    /// What was heard, with the millisecond at which it was.
    pub events: Vec<(u64, &'static str)>,
}

/// How much of a turn is judged, and how long a silence is waited for: service-script.md, five seconds.
const STRETCH: Duration = Duration::from_secs(5);
/// How long somebody has spoken before a first verdict, and how often it is looked at again.
const FIRST: Duration = Duration::from_millis(1_500);
const AGAIN: Duration = Duration::from_millis(500);
/// The pause that ends a turn (contract.md, Time): a caller's silence is not judged as his speech.
const PAUSE: Duration = Duration::from_millis(800);
/// The piece in which a recording is heard: a gateway's packet.
const PACKET: usize = 20 * SAMPLES_PER_MS;
/// Less speech than this in a stretch is next to nothing.
const HEARD: Duration = Duration::from_millis(300);
/// Speech this close together is one stretch: 40 ms.
const BRIDGED: Duration = Duration::from_millis(40);

/// Hears `pcm` (8 kHz mono) as if it came live, in packets of 20 ms, and judges as a call does: while somebody speaks
/// from 1.5 s on, twice a second over the last five seconds of the turn; else every five seconds.
pub fn analyze(pcm: &[i16]) -> Analysis {
    analyze_by(Forest::shipped(), pcm)
}

/// The same, judged by another forest than the one that judges calls; for training.
pub fn analyze_by(forest: &Forest, pcm: &[i16]) -> Analysis {
    let mut run = Run::new(forest);
    for packet in pcm.chunks(PACKET) {
        run.now += Duration::from_micros(packet.len() as u64 * 1000 / SAMPLES_PER_MS as u64);
        run.listener.hear(packet, run.now);
        run.take_events();
        run.take_speech();
        run.judge_where_due();
        run.look_for_murmur();
    }
    run.finish()
}

struct Run<'a> {
    forest: &'a Forest,
    listener: Listener,
    now: Moment,
    frames: u64,
    onset: Option<Moment>,
    paused: Option<Moment>,
    judged: Moment,
    looked: Moment,
    verdicts: Verdicts,
    changes: Vec<(u64, Condition)>,
    speech: Vec<(Moment, Moment)>,
    /// What is too little to be taken for speech by itself, since the last judgement.
    murmur: Vec<(Moment, Moment)>,
    events: Vec<(u64, &'static str)>,
}

impl<'a> Run<'a> {
    fn new(forest: &'a Forest) -> Self {
        Self {
            forest,
            listener: Listener::new(),
            now: Moment::ZERO,
            frames: 0,
            onset: None,
            paused: None,
            judged: Moment::ZERO,
            looked: Moment::ZERO,
            verdicts: Verdicts::default(),
            changes: Vec::new(),
            speech: Vec::new(),
            murmur: Vec::new(),
            events: Vec::new(),
        }
    }

    /// What the line was like from `from` until now.
    fn judge(&self, from: Moment) -> Judgement {
        self.listener.judge_with(self.forest, from, self.now, Sensitivity::Normal)
    }

    fn take_events(&mut self) {
        while let Some(event) = self.listener.poll_event() {
            let (at, name) = match event {
                LineEvent::Sound { at } => (at, "sound"),
                LineEvent::Quiet { at } => (at, "quiet"),
                LineEvent::SpeechStarted { onset } => (onset, "speech_started"),
                LineEvent::SpeechEnded { at } => (at, "speech_ended"),
                // Which one is the caller's business.
                LineEvent::Key { at, .. } => (at, "key"),
            };
            match event {
                LineEvent::SpeechStarted { .. } => {
                    self.onset.get_or_insert(at);
                    self.paused = None;
                }
                LineEvent::SpeechEnded { .. } => self.paused = Some(at),
                _ => {}
            }
            self.events.push((at.as_millis(), name));
        }
    }

    fn take_speech(&mut self) {
        for (begins, speech, murmur) in self.listener.speech_from(self.frames) {
            self.frames += 1;
            if speech {
                lay(&mut self.speech, begins);
            } else if murmur {
                lay(&mut self.murmur, begins);
            }
        }
    }

    /// The judge found a caller where the detector heard next to nothing, under loud noise: then its murmur is the best
    /// there is for when he spoke.
    fn trust_murmur(&mut self, from: Moment) {
        let heard = |stretches: &[(Moment, Moment)]| -> Duration {
            stretches.iter().map(|(begins, ends)| ends.since((*begins).max(from))).sum()
        };
        if heard(&self.speech) >= HEARD {
            return;
        }
        self.speech.extend(self.murmur.iter().filter(|(begins, _)| *begins >= from));
        self.speech.sort_unstable();
    }

    fn judge_where_due(&mut self) {
        let due = match self.onset {
            Some(onset) => {
                let paused = self.paused.is_some_and(|at| self.now.since(at) > PAUSE);
                !paused && self.now.since(onset) >= FIRST && self.now.since(self.judged) >= AGAIN
            }
            None => self.now.since(self.judged) >= STRETCH,
        };
        if !due {
            return;
        }
        let from = self.onset.unwrap_or_default().max(self.now.back(STRETCH));
        let judgement = self.judge(from);
        // The pauses of somebody who has spoken are pauses.
        if self.onset.is_none() || judgement.condition.has_caller() {
            self.hear(judgement);
        }
        self.judged = self.now;
    }

    /// Every five seconds.
    fn look_for_murmur(&mut self) {
        let from = self.looked;
        if self.now.since(from) < STRETCH {
            return;
        }
        if self.judge(from).condition.has_caller() {
            self.trust_murmur(from);
        }
        self.murmur.clear();
        self.looked = self.now;
    }

    fn hear(&mut self, judgement: Judgement) {
        if let Some(verdict) = self.verdicts.hear(judgement) {
            self.changes.push((self.now.as_millis(), verdict.condition));
        }
    }

    fn finish(mut self) -> Analysis {
        let whole = self.judge(Moment::ZERO);
        if self.changes.last().is_none_or(|(_, condition)| *condition != whole.condition) {
            self.changes.push((self.now.as_millis(), whole.condition));
        }
        Analysis {
            condition: whole.condition,
            kind: whole.kind,
            confidence: whole.confidence,
            speech: self.speech.iter().map(|(from, to)| (from.as_millis(), to.as_millis())).collect(),
            level_dbov: whole.evidence.level_dbov,
            noise_dbov: whole.evidence.noise_dbov,
            snr_db: whole.evidence.snr_db,
            loss_pct: whole.evidence.loss_pct,
            verdicts: self.changes,
            events: self.events,
        }
    }
}

/// Lays the frame that begins at `begins` at the end of the stretches.
fn lay(stretches: &mut Vec<(Moment, Moment)>, begins: Moment) {
    let ends = begins + Duration::from_millis(20);
    match stretches.last_mut() {
        Some((_, end)) if begins.since(*end) <= BRIDGED => *end = ends,
        _ => stretches.push((begins, ends)),
    }
}
