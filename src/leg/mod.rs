//! One media leg: a dialect, its playout and an ear. Not a call, and not a socket.
//!
//! A leg turns a gateway's messages into what a conversation needs to know ([`Happening`]), keeps the caller's ear
//! filled, and listens to the line. Several legs may one day meet in a call; none of them knows.

mod in_band;
mod playout;

pub use playout::{End, Heard, Playout, Sent};

use crate::{
    audio::{Clip, codec::Decoder},
    gateway::{self, Command, Dialect, DialectName, Malformed, Message, Started, Upgrade, Wire},
    line::{Attention, LineEvent, Listener, Thresholds},
    moment::Moment,
    phone::{Digit, mask_runs},
};
use in_band::InBand;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// Audio that comes before the start message is kept up to this many bytes: half a second of 16 kHz PCM.
const MOST_EARLY_AUDIO: usize = 16_000;
/// While somebody speaks, the ear looks at the clock this often, so that speech ends even where a gateway sends
/// nothing in pauses. Chosen: a quarter of the pause that ends a turn.
const PULSE: Duration = Duration::from_millis(200);
/// A gateway's complaint is kept up to this many characters: chosen, Asterisk's are under 100.
pub const LONGEST_NOTICE: usize = 200;
/// Complaints kept of one leg: chosen; a gateway that goes on and on has said what it had to say.
const MOST_NOTICES: u32 = 20;

/// What happened on a leg.
#[derive(Debug)]
pub enum Happening {
    /// The start message was understood.
    Started(Box<Started>),
    /// A key was pressed.
    Key(Digit),
    /// The ear heard something.
    Line(LineEvent),
    /// A prompt was heard to its end.
    Heard(Heard),
    /// The gateway complained, in these words; numbers masked.
    Notice(String),
    /// The gateway says that the stream is over.
    Stopped,
}

/// A media leg.
pub struct Leg {
    dialect: Box<dyn Dialect>,
    playout: Option<Playout>,
    decoder: Option<Decoder>,
    ear: Listener,
    early: Vec<u8>,
    pcm: Vec<i16>,
    heard: VecDeque<Heard>,
    happenings: VecDeque<Happening>,
    wire: Vec<Wire>,
    in_band: InBand,
    speaking: bool,
    pulse: Option<Moment>,
    complaints: Complaints,
    /// Messages of names we do not know.
    pub unknown: u32,
    /// Audio frames taken.
    pub frames: u64,
}

/// Counts what a gateway complains about.
#[derive(Default)]
struct Complaints(u32);

impl Complaints {
    /// What is kept of one more.
    fn keep(&mut self, text: &str) -> Option<String> {
        self.0 += 1;
        (self.0 <= MOST_NOTICES).then(|| mask_runs(&text.chars().take(LONGEST_NOTICE).collect::<String>()))
    }
}

/// Something a recorder keeps: caller audio as heard, or what was sent to the caller.
pub enum Track<'a> {
    /// 8 kHz caller audio that arrived just now.
    Caller(&'a [i16]),
    /// A chunk on its way to the caller.
    Ours(&'a Sent),
    /// What was not heard yet never will be.
    Cleared,
}

/// Is told of everything that is heard on a leg.
pub trait Tape {
    /// `track` was heard at `now`.
    fn keep(&mut self, track: Track<'_>, now: Moment);
}

/// Keeps nothing.
impl Tape for () {
    fn keep(&mut self, _track: Track<'_>, _now: Moment) {}
}

impl Leg {
    /// A leg for a socket that was just accepted.
    pub fn new(dialect: DialectName, upgrade: &Upgrade) -> Self {
        Self {
            dialect: gateway::open(dialect, upgrade),
            playout: None,
            decoder: None,
            ear: Listener::new(),
            early: Vec::new(),
            pcm: Vec::with_capacity(320),
            heard: VecDeque::new(),
            happenings: VecDeque::new(),
            wire: Vec::new(),
            in_band: InBand::default(),
            speaking: false,
            pulse: None,
            complaints: Complaints::default(),
            unknown: 0,
            frames: 0,
        }
    }

    /// Judges the line by these thresholds.
    pub fn judge_by(&mut self, thresholds: Thresholds) {
        self.ear.judge_by(thresholds);
    }

    /// The ear, for judging stretches of line.
    pub fn ear(&self) -> &Listener {
        &self.ear
    }

    /// What this leg's gateway can do.
    pub fn capabilities(&self) -> gateway::Capabilities {
        self.dialect.capabilities()
    }

    /// Takes one message.
    ///
    /// # Errors
    /// [`Malformed`] where the message is not of this dialect: it was dropped.
    pub fn on_message(&mut self, message: Message<'_>, now: Moment, tape: &mut dyn Tape) -> Result<(), Malformed> {
        match self.dialect.decode(message)? {
            Some(gateway::Event::Audio(bytes)) => {
                self.frames += 1;
                match &mut self.decoder {
                    Some(decoder) => {
                        self.pcm.clear();
                        decoder.decode_8k(bytes, &mut self.pcm);
                        self.ear.hear(&self.pcm, now);
                        tape.keep(Track::Caller(&self.pcm), now);
                        self.listen(now);
                    }
                    None if self.early.len() + bytes.len() <= MOST_EARLY_AUDIO => self.early.extend_from_slice(bytes),
                    None => {}
                }
            }
            Some(gateway::Event::Started(started)) => self.start(started, now),
            Some(gateway::Event::Key(digit)) => {
                self.in_band.reported();
                self.happenings.push_back(Happening::Key(digit));
            }
            Some(gateway::Event::Mark(mark)) => {
                if let Some(playout) = &mut self.playout {
                    playout.on_mark(mark, now, &mut self.heard);
                }
            }
            Some(gateway::Event::Flow { hold }) => {
                if let Some(playout) = &mut self.playout {
                    playout.hold(hold, now);
                }
            }
            Some(gateway::Event::Stopped) => self.happenings.push_back(Happening::Stopped),
            Some(gateway::Event::Unknown) => self.unknown += 1,
            Some(gateway::Event::Notice(text)) => {
                self.happenings.extend(self.complaints.keep(text).map(Happening::Notice));
            }
            Some(gateway::Event::Drained) | None => {}
        }
        self.pump(now, tape);
        Ok(())
    }

    fn start(&mut self, started: Box<Started>, now: Moment) {
        if self.playout.is_some() {
            return;
        }
        let mut decoder = Decoder::new(started.codec);
        let early = std::mem::take(&mut self.early);
        decoder.decode_8k(&early, &mut self.pcm);
        self.decoder = Some(decoder);
        self.playout = Some(Playout::new(self.dialect.capabilities(), started.codec));
        self.ear.advance(now);
        if !self.pcm.is_empty() {
            self.ear.hear(&self.pcm, now);
        }
        self.happenings.push_back(Happening::Started(started));
    }

    /// Moves what the ear has to say into the happenings.
    fn listen(&mut self, now: Moment) {
        while let Some(event) = self.ear.poll_event() {
            match event {
                LineEvent::Sound { .. } | LineEvent::SpeechStarted { .. } => self.speaking = true,
                LineEvent::Quiet { .. } | LineEvent::SpeechEnded { .. } => self.speaking = false,
                LineEvent::Key { digit, .. } => {
                    self.in_band.heard(digit, now);
                    continue;
                }
            }
            self.happenings.push_back(Happening::Line(event));
        }
        match (self.speaking, self.pulse) {
            (true, None) => self.pulse = Some(now + PULSE),
            (false, Some(_)) => self.pulse = None,
            _ => {}
        }
    }

    /// How closely the line has to be listened to from now on.
    pub fn attend(&mut self, attention: Attention) {
        self.ear.attend(attention);
    }

    /// Answers the caller's leg (harmless where it is answered).
    pub fn answer(&mut self) {
        self.dialect.encode(Command::Answer, &mut self.wire);
    }

    /// Plays these recordings one after the other; the ends come as [`Happening::Heard`] under this number.
    pub fn say(&mut self, number: u32, clips: Vec<Arc<Clip>>, now: Moment, tape: &mut dyn Tape) {
        if let Some(playout) = &mut self.playout {
            playout.say(number, clips);
        }
        self.pump(now, tape);
    }

    /// Stops at once.
    pub fn hush(&mut self, now: Moment, tape: &mut dyn Tape) {
        if let Some(playout) = &mut self.playout {
            playout.clear(self.dialect.as_mut(), &mut self.wire, now);
            tape.keep(Track::Cleared, now);
        }
    }

    /// Ends the gateway's leg.
    pub fn release(&mut self) {
        self.dialect.encode(Command::Hangup, &mut self.wire);
    }

    /// The moment of [`Leg::poll_timeout`] has come, or a call is about to judge the line.
    pub fn on_timeout(&mut self, now: Moment, tape: &mut dyn Tape) {
        if self.playout.is_some() {
            self.ear.advance(now);
        }
        if self.pulse.is_some_and(|pulse| pulse <= now) {
            self.pulse = Some(now + PULSE);
        }
        self.listen(now);
        self.happenings.extend(self.in_band.due(now).map(Happening::Key));
        if let Some(playout) = &mut self.playout {
            playout.on_timeout(now, &mut self.heard);
        }
        self.pump(now, tape);
    }

    fn pump(&mut self, now: Moment, tape: &mut dyn Tape) {
        while let Some(heard) = self.heard.pop_front() {
            self.happenings.push_back(Happening::Heard(heard));
        }
        let Some(playout) = &mut self.playout else { return };
        let ear = &mut self.ear;
        playout.pump(self.dialect.as_mut(), &mut self.wire, now, |sent| {
            // The ear has to know our own voice when it comes back.
            ear.played(sent.clip.bands(sent.chunk), sent.at);
            tape.keep(Track::Ours(&sent), now);
        });
    }

    /// When this leg wants to be woken.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let playout = self.playout.as_ref().and_then(Playout::poll_timeout);
        [playout, self.pulse, self.in_band.poll_timeout()].into_iter().flatten().min()
    }

    /// What happened, oldest first.
    pub fn poll(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }

    /// Moves the messages to send to the end of `into`.
    pub fn take_wire(&mut self, into: &mut Vec<Wire>) {
        into.append(&mut self.wire);
    }

    /// Marks that never came, so far.
    pub fn overdue_marks(&self) -> u32 {
        self.playout.as_ref().map_or(0, |playout| playout.overdue)
    }
}
