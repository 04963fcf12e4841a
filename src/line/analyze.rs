//! The listener over a whole recording: what `analyze` prints.

use super::{Condition, Judgement, LineEvent, Listener, Sensitivity, Tone};
use crate::{audio::SAMPLES_PER_MS, moment::Moment};
use serde::Serialize;
use std::time::Duration;

/// What the line listener makes of a recording (contract.md, `analyze --json`). A figure that does not apply is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    /// The last verdict.
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
/// A pause that ends a turn (contract.md, Time).
const PAUSE: Duration = Duration::from_millis(800);
/// The piece in which a recording is heard: a gateway's packet.
const PACKET: usize = 20 * SAMPLES_PER_MS;

/// Hears `pcm` (8 kHz mono) as if it came live, in packets of 20 ms, and judges as a call does: each turn of the
/// caller at its end, or after five seconds; each five seconds in which nobody spoke.
pub fn analyze(pcm: &[i16]) -> Analysis {
    let mut run = Run::default();
    for packet in pcm.chunks(PACKET) {
        run.now += Duration::from_micros(packet.len() as u64 * 1000 / SAMPLES_PER_MS as u64);
        run.listener.hear(packet, run.now);
        run.take_events();
        run.judge_where_due();
    }
    run.finish()
}

#[derive(Default)]
struct Run {
    listener: Listener,
    now: Moment,
    /// From where the next judgement will judge.
    since: Moment,
    onset: Option<Moment>,
    paused: Option<Moment>,
    last: Option<Judgement>,
    speech: Vec<(u64, u64)>,
    verdicts: Vec<(u64, Condition)>,
    events: Vec<(u64, &'static str)>,
}

impl Run {
    fn take_events(&mut self) {
        while let Some(event) = self.listener.poll_event() {
            match event {
                LineEvent::SpeechStarted { onset } => {
                    self.onset.get_or_insert(onset);
                    self.paused = None;
                    self.speech.push((onset.as_millis(), self.now.as_millis()));
                    self.events.push((onset.as_millis(), "speech_started"));
                }
                LineEvent::SpeechEnded { at } => {
                    self.paused = Some(at);
                    if let Some(speech) = self.speech.last_mut() {
                        speech.1 = at.as_millis();
                    }
                    self.events.push((at.as_millis(), "speech_ended"));
                }
                LineEvent::Sound { at } => self.events.push((at.as_millis(), "sound")),
                LineEvent::Quiet { at } => self.events.push((at.as_millis(), "quiet")),
            }
        }
    }

    fn judge_where_due(&mut self) {
        let from = self.onset.unwrap_or(self.since);
        let turn_over = self.paused.is_some_and(|at| self.now.since(at) >= PAUSE);
        if turn_over || self.now.since(from) >= STRETCH {
            self.judge(from);
            self.since = self.now;
            self.onset = None;
            // Who speaks on begins another turn.
            if self.paused.is_none() && from != self.since && !self.speech.is_empty() {
                self.onset = self.speaking().then_some(self.now);
            }
            self.paused = None;
        }
    }

    fn speaking(&self) -> bool {
        self.events.iter().rev().find_map(|(_, name)| match *name {
            "speech_started" => Some(true),
            "speech_ended" => Some(false),
            _ => None,
        }) == Some(true)
    }

    fn judge(&mut self, from: Moment) {
        let judgement = self.listener.judge(from, self.now, Sensitivity::Normal);
        if self.verdicts.last().is_none_or(|(_, last)| *last != judgement.condition) {
            self.verdicts.push((self.now.as_millis(), judgement.condition));
        }
        self.last = Some(judgement);
    }

    fn finish(mut self) -> Analysis {
        if self.speaking()
            && let Some(speech) = self.speech.last_mut()
        {
            speech.1 = self.now.as_millis();
        }
        let whole = self.listener.judge(Moment::ZERO, self.now, Sensitivity::Normal);
        Analysis {
            condition: whole.condition,
            kind: whole.kind,
            confidence: whole.confidence,
            speech: self.speech,
            level_dbov: whole.evidence.level_dbov,
            noise_dbov: whole.evidence.noise_dbov,
            snr_db: whole.evidence.snr_db,
            loss_pct: whole.evidence.loss_pct,
            verdicts: self.verdicts,
            events: self.events,
        }
    }
}
