//! Frames in, the beginnings and ends of sound and speech out.

use super::barge::{BARGE_FIGURES, Evidence, Sound};
use std::collections::VecDeque;

/// A frame as the detector heard it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// Something audible that may be speech.
    pub(super) sound: bool,
    /// The plain detector's probability of speech, 0..=1.
    pub(super) plain: f32,
    /// The neural one's, where it works.
    pub(super) neural: Option<f32>,
    /// It is what we played, coming back.
    pub(super) echo: bool,
    /// It is audible, and more than what was played and the line's noise together.
    pub(super) own: Option<Sound>,
    /// Something is played to the caller that may come back.
    pub(super) over_prompt: bool,
}

impl Heard {
    /// Whether this frame makes it sure that somebody speaks. The plain detector looks back a quarter of a second and
    /// may be believed a little less where the neural one agrees.
    fn is_sure(&self) -> bool {
        let no_voice = self.own.is_none_or(|sound| sound.shape.is_tonal());
        if self.echo || (self.over_prompt && no_voice) {
            return false;
        }
        match self.neural {
            Some(neural) => neural >= SURE || (neural >= AGREED && self.plain >= PLAIN_SURE),
            None => self.plain >= PLAIN_SURE,
        }
    }

    fn is_likely(&self) -> bool {
        if self.echo {
            return false;
        }
        match self.neural {
            Some(neural) => neural >= LIKELY,
            None => self.sound && self.plain >= PLAIN_LIKELY,
        }
    }
}

/// What begins or ends, at the beginning or end of frame number …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Sound(u64),
    Quiet(u64),
    Speech(u64),
    Pause(u64),
}

/// Frames of sound in a row that make a [`Turn::Sound`]: 40 ms.
const SOUND: u64 = 2;
/// Frames without sound that end it: 100 ms.
const QUIET: u64 = 5;
/// Frames without speech that are a pause: 200 ms.
const PAUSE: u64 = 10;
/// Speech begins where it is sure for so many frames in a row: 60 ms.
const SURE_FRAMES: u64 = 3;
/// Over a prompt for so many, less those between them that are not, where only the plain detector works: 80 ms.
const SURE_OVER_PROMPT: u64 = 4;
/// Under loud noise the neural detector falters: there the plain one is believed where in most of 1.28 s it is sure, and
/// the neural one has not ruled it out in an eighth of them.
const STUBBORN: u32 = 30;
const NOT_RULED_OUT: u32 = 8;
const POSSIBLE: f32 = 0.02;
const SURE: f32 = 0.5;
const AGREED: f32 = 0.3;
const PLAIN_SURE: f32 = 0.65;
/// … and, where only the plain detector works, of the last 300 ms this many frames had sound: 160 ms, longer than a
/// click or a key's bounce.
const SUSTAINED: u32 = 8;
const SUSTAINED_IN: u32 = 15;
/// For so many frames after an echo the neural detector may still mean the echo: then so many frames with sound of the
/// caller's own are wanted.
const AFTER_ECHO: u64 = 25;
const SUSTAINED_OVER_ECHO: u32 = 5;
/// Speech goes on while it is this probable.
const LIKELY: f32 = 0.25;
const PLAIN_LIKELY: f32 = 0.4;

/// Follows who makes a noise on one line.
pub(super) struct Talk {
    sounding: bool,
    speaking: bool,
    with_sound: u64,
    without_sound: u64,
    sure: u64,
    /// That somebody interrupts a prompt.
    evidence: Evidence,
    last_speech: u64,
    without_echo: u64,
    /// Of the last 64 frames: where the plain detector was sure, and where the neural one did not rule speech out.
    plainly: u64,
    possibly: u64,
    /// Sound of the last 32 frames, the newest in the lowest bit.
    sounds: u32,
    turns: VecDeque<Turn>,
}

impl Talk {
    pub(super) fn new() -> Self {
        Self {
            sounding: false,
            speaking: false,
            with_sound: 0,
            without_sound: 0,
            sure: 0,
            evidence: Evidence::new(),
            last_speech: 0,
            without_echo: AFTER_ECHO,
            plainly: 0,
            possibly: 0,
            sounds: 0,
            turns: VecDeque::with_capacity(8),
        }
    }

    /// The next turn, oldest first.
    pub(super) fn poll(&mut self) -> Option<Turn> {
        self.turns.pop_front()
    }

    /// What the last frame was weighed by as an interruption; `None` where it was not, or only the plain detector works.
    pub(super) fn barge_figures(&self) -> Option<[f32; BARGE_FIGURES.len()]> {
        self.evidence.last_figures()
    }

    /// Frame `number` was heard so.
    pub(super) fn follow(&mut self, number: u64, heard: Heard) {
        self.follow_sound(number, heard.sound);
        self.follow_speech(number, heard);
    }

    fn follow_sound(&mut self, number: u64, sound: bool) {
        self.sounds = self.sounds << 1 | u32::from(sound);
        if !sound {
            self.with_sound = 0;
            self.without_sound += 1;
            if self.sounding && self.without_sound == QUIET {
                self.sounding = false;
                self.turns.push_back(Turn::Quiet((number + 1).saturating_sub(QUIET)));
            }
            return;
        }
        self.without_sound = 0;
        self.with_sound += 1;
        if !self.sounding && self.with_sound == SOUND {
            self.sounding = true;
            self.turns.push_back(Turn::Sound((number + 1).saturating_sub(SOUND)));
        }
    }

    fn follow_speech(&mut self, number: u64, heard: Heard) {
        self.plainly = self.plainly << 1 | u64::from(!heard.echo && heard.plain >= PLAIN_SURE);
        self.possibly = self.possibly << 1 | u64::from(heard.neural.is_some_and(|neural| neural >= POSSIBLE));
        // A prompt is not stopped by what may well be a noise.
        let stubborn =
            !heard.over_prompt && self.plainly.count_ones() >= STUBBORN && self.possibly.count_ones() >= NOT_RULED_OUT;
        self.count(&heard, heard.is_sure() || stubborn);
        if let Some(neural) = heard.neural {
            self.evidence.follow(neural, heard.plain, heard.echo, heard.own.filter(|_| heard.over_prompt));
        }
        if heard.is_likely() || (stubborn && heard.plain >= PLAIN_SURE) {
            self.last_speech = number;
        }
        if self.speaking {
            if number - self.last_speech.min(number) >= PAUSE {
                self.speaking = false;
                self.evidence.forget();
                self.turns.push_back(Turn::Pause(self.last_speech + 1));
            }
            return;
        }
        self.without_echo = if heard.echo { 0 } else { self.without_echo.saturating_add(1) };
        if self.is_speech(&heard) {
            self.speaking = true;
            self.last_speech = number;
            self.turns.push_back(Turn::Speech(number.saturating_sub(self.frames_since_onset())));
        }
    }

    fn count(&mut self, heard: &Heard, sure: bool) {
        self.sure = match (sure, heard.over_prompt) {
            (true, _) => (self.sure + 1).min(SURE_OVER_PROMPT),
            (false, true) => self.sure.saturating_sub(1),
            (false, false) => 0,
        };
    }

    /// Over a prompt a false stop is worse than a late one: there the evidence decides, where there is any.
    fn is_speech(&self, heard: &Heard) -> bool {
        let (needed, with_sound) = match (heard.over_prompt, heard.neural) {
            (true, Some(_)) => return self.evidence.is_enough(),
            (true, None) => (SURE_OVER_PROMPT, SUSTAINED),
            (false, None) => (SURE_FRAMES, SUSTAINED),
            (false, Some(_)) if self.without_echo < AFTER_ECHO => (SURE_FRAMES, SUSTAINED_OVER_ECHO),
            (false, Some(_)) => (SURE_FRAMES, 0),
        };
        self.sure >= needed && (self.sounds & ((1 << SUSTAINED_IN) - 1)).count_ones() >= with_sound
    }

    /// How long ago the sound that turned out to be speech began: holes up to 60 ms belong to it.
    fn frames_since_onset(&self) -> u64 {
        let mut since = 0;
        let mut hole = 0;
        for ago in 0..u64::from(SUSTAINED_IN) {
            if self.sounds >> ago & 1 == 1 {
                since = ago;
                hole = 0;
            } else {
                hole += 1;
                if hole > 3 {
                    break;
                }
            }
        }
        since
    }
}
