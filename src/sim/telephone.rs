//! A caller with a gateway in front: what it hears, does and answers. Sans IO.

use super::{
    heard::{self, Stretch},
    peer::{Facts, Peer, PeerKind, Said},
    player::Player,
    prompts::Prompts,
    voice::{FRAME, Next, Voice},
};
use crate::{
    audio::{Bank, codec::Decoder},
    call::Entry,
    gateway::{Message, Wire},
    moment::Moment,
};
use serde::Serialize;
use std::{collections::VecDeque, time::Duration};

const FRAME_TIME: Duration = Duration::from_millis(20);

/// Our own voice coming back from a hands-free telephone or a bad hybrid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Echo {
    /// How much quieter, dB (negative).
    pub gain_db: f32,
    /// How much later.
    pub delay: Duration,
}

/// A caller's telephone.
pub struct Telephone {
    peer: Peer,
    facts: Facts,
    voice: Voice,
    player: Player,
    prompts: Prompts,
    decoder: Decoder,
    echo: Option<Echo>,
    began: Moment,
    frames: u32,
    hung_up: Option<HungUp>,
    out: VecDeque<Wire>,
    said: Vec<i16>,
    events: Vec<Happened>,
    ended: Moment,
}

/// Who ended a simulated call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HungUp {
    /// The caller.
    Caller,
    /// The hotline.
    App,
}

/// What a call was like, from the caller's side; the shape of the black-box caller's report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which recordings were heard, and from when to when.
    pub heard: Vec<Stretch>,
    /// What else happened: milliseconds, what, and which key.
    pub events: Vec<Happened>,
    /// Who ended it; `None`: the time was up.
    pub closed_by: Option<HungUp>,
    /// When, milliseconds since the first frame.
    pub ended_ms: u64,
    /// Stretches of prompts.
    pub bursts: u32,
    /// How often the player ran dry within one.
    pub starved: u32,
    /// How much was heard in all, milliseconds.
    pub heard_ms: u64,
}

/// Milliseconds since the first frame, what happened, and which key, if it was one.
pub type Happened = (u64, &'static str, Option<char>);

impl Telephone {
    /// A telephone that will do what `voice` does.
    pub fn new(kind: PeerKind, facts: Facts, voice: Voice, echo: Option<Echo>) -> Self {
        let peer = Peer::new(kind, &facts);
        Self {
            decoder: Decoder::new(peer.codec()),
            peer,
            facts,
            voice,
            player: Player::default(),
            prompts: Prompts::default(),
            echo,
            began: Moment::ZERO,
            frames: 0,
            hung_up: None,
            out: VecDeque::new(),
            said: Vec::new(),
            events: Vec::new(),
            ended: Moment::ZERO,
        }
    }

    /// The socket is open: the first messages.
    pub fn begin(&mut self, now: Moment) {
        self.began = now;
        self.out.extend(self.peer.open(&self.facts));
    }

    /// When this wants to be called again.
    pub fn poll_timeout(&self) -> Option<Moment> {
        if self.hung_up.is_some() {
            return None;
        }
        let frame = self.began + FRAME_TIME * self.frames;
        Some(self.player.next_mark().map_or(frame, |mark| mark.min(frame)))
    }

    /// Sends what is due.
    pub fn on_timeout(&mut self, now: Moment) {
        while let Some(name) = self.player.played(now) {
            let report = self.peer.report(&name);
            self.out.push_back(report);
        }
        while self.hung_up.is_none() && self.began + FRAME_TIME * self.frames <= now {
            self.send_frame(now);
        }
    }

    fn send_frame(&mut self, now: Moment) {
        let mut frame = [0; FRAME];
        let next = self.voice.next(&mut frame, self.player.stretches(now), &self.prompts);
        match next {
            Next::Key(digit) => {
                self.happened(now, "key", Some(digit.as_char()));
                let key = self.peer.key(digit);
                self.out.push_back(key);
                return;
            }
            Next::Hangup => return self.hang_up(now),
            Next::Frame => {
                self.add_echo(&mut frame, now);
                let mut bytes = Vec::with_capacity(FRAME);
                self.peer.codec().encode(&frame, &mut bytes);
                let audio = self.peer.audio(bytes);
                self.out.push_back(audio);
            }
            Next::Nothing => {}
        }
        self.said.extend_from_slice(&frame);
        self.frames += 1;
    }

    fn add_echo(&self, frame: &mut [i16; FRAME], now: Moment) {
        let Some(echo) = self.echo.filter(|echo| now.elapsed() > echo.delay) else { return };
        let mut back = [0; FRAME];
        self.player.heard_at(now.back(echo.delay), &mut back);
        let gain = 10f32.powf(echo.gain_db / 20.0);
        for (to, from) in frame.iter_mut().zip(back) {
            *to = to.saturating_add((f32::from(from) * gain) as i16);
        }
    }

    /// The call tells which prompts these sounds are; nobody else can, so a caller on a real line is not told.
    pub fn told(&mut self, entry: &Entry) {
        self.prompts.take(&entry.what, entry.at);
    }

    /// The service has sent something.
    pub fn on_message(&mut self, message: Message<'_>, now: Moment) {
        match self.peer.read(message) {
            Said::Audio(bytes) => {
                let mut pcm = Vec::with_capacity(bytes.len());
                self.decoder.decode_8k(&bytes, &mut pcm);
                self.player.add(&pcm, now);
            }
            Said::Mark(name) => self.player.mark(name, now),
            Said::Clear => {
                self.event(now, "clear");
                self.player.clear(now);
                let pending: Vec<String> = self.player.drop_marks().collect();
                if self.peer.echoes_marks_on_clear() {
                    self.out.extend(pending.iter().map(|name| self.peer.report(name)).collect::<Vec<_>>());
                }
            }
            Said::Hangup => self.on_closed(now),
            Said::Other => {}
        }
    }

    /// The service has closed the socket, or told the gateway to hang up.
    pub fn on_closed(&mut self, now: Moment) {
        if self.hung_up.is_none() {
            self.event(now, "closed");
            self.player.clear(now);
            self.hung_up = Some(HungUp::App);
        }
    }

    /// The caller hangs up now, whatever is left to do.
    pub fn hang_up(&mut self, now: Moment) {
        self.event(now, "hangup");
        self.out.extend(self.peer.stop());
        self.hung_up = Some(HungUp::Caller);
    }

    /// The line is dead from now on.
    pub fn ended_at(&mut self, now: Moment) {
        self.ended = now;
    }

    /// When that was.
    pub fn ended(&self) -> Moment {
        self.ended
    }

    /// The next message for the service.
    pub fn poll_wire(&mut self) -> Option<Wire> {
        self.out.pop_front()
    }

    /// Who has hung up, if somebody has.
    pub fn hung_up(&self) -> Option<HungUp> {
        self.hung_up
    }

    /// Whether a prompt is heard just now.
    pub fn is_hearing(&self, now: Moment) -> bool {
        self.player.is_playing(now)
    }

    /// What the caller has said so far, 8 kHz.
    pub fn said(&self) -> &[i16] {
        &self.said
    }

    /// What the player has put in the caller's ear so far.
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// When the first frame went out.
    pub fn began(&self) -> Moment {
        self.began
    }

    /// The whole call, with the prompts of `bank` recognised that are in these languages.
    pub fn report(&self, bank: &Bank, locales: &[impl AsRef<str>], now: Moment) -> Report {
        Report {
            heard: heard::recognise(&self.player, bank, locales, self.began),
            events: self.events.clone(),
            closed_by: self.hung_up,
            ended_ms: now.since(self.began).as_millis() as u64,
            bursts: self.player.bursts(),
            starved: self.player.starved(),
            heard_ms: super::player::time(self.player.heard().len()).as_millis() as u64,
        }
    }

    fn event(&mut self, now: Moment, what: &'static str) {
        self.happened(now, what, None);
    }

    fn happened(&mut self, now: Moment, what: &'static str, key: Option<char>) {
        self.events.push((now.since(self.began).as_millis() as u64, what, key));
    }
}
