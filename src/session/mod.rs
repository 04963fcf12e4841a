//! A call joined with its leg: what one gateway socket drives. Sans IO: the service and `simulate` run the same code.
//!
//! After each `on_…` call: take the wire messages, carry out the effects, and wake the session at its timeout.

mod recording;

pub use crate::call::Promise;
pub use recording::Sound;

use crate::{
    audio::{Bank, Clip},
    call::{
        Call, Command, Disposition, Ear, EndedBy, Entry, Event, HandsOver, Inquiry, InquiryId, NoAnswer, Past, Values,
        What,
    },
    gateway::{DialectName, HangupBy, Malformed, Message, Started, TransferBy, Upgrade, Wire},
    leg::{End, Happening, Leg},
    line::{Judgement, Sensitivity},
    moment::Moment,
    phone::PhoneNumber,
    script::{PromptId, Script, Target, split},
};
use recording::Recorder;
use std::{collections::VecDeque, sync::Arc};

/// What a session needs to begin.
pub struct Setup {
    /// The gateway's dialect.
    pub dialect: DialectName,
    /// The HTTP upgrade's facts.
    pub upgrade: Upgrade,
    /// The script version this call keeps to its end.
    pub script: Arc<Script>,
    /// The recordings of that version.
    pub bank: Arc<Bank>,
    /// Wall-clock time at [`Moment::ZERO`].
    pub wall: jiff::Zoned,
    /// Whether a transfer may be asked of the gateway's own API ([`Effect::Transfer`]); else the route decides.
    pub rest: bool,
}

/// What the shell has to do besides sending bytes.
#[derive(Debug)]
pub enum Effect {
    /// The start message was understood: check token, call id and room, and answer at once with
    /// [`Session::on_admission`]. Nothing is heard before that.
    Admit(Box<Started>),
    /// Append to the records, in order, off the media path.
    Journal(Entry),
    /// Commit, then answer with [`Session::on_committed`]: what depends on it has not been spoken yet.
    Commit(Promise),
    /// Ask the gateway's API to hand the caller over; answer with [`Session::on_transfer`].
    Transfer(Target),
    /// Ask a service outside; answer with [`Session::on_answer`].
    Ask(Box<Inquiry>),
    /// Keep this sound; only where the script records calls, or while a message is taken.
    Record(Sound),
    /// A message begins: what the caller says from `from` on is kept as message number `take` of this leg, until
    /// [`Promise::Message`] or [`Effect::DropMessage`].
    TakeMessage {
        /// Counted from 1.
        take: u32,
        /// The beep's end.
        from: Moment,
    },
    /// Throw the message away.
    DropMessage,
    /// The call is over: close the socket once the wire messages are out.
    Close {
        /// WebSocket status.
        status: u16,
        /// How it came out.
        disposition: Disposition,
        /// Who ended it.
        by: EndedBy,
    },
}

/// How a socket ended, as the shell saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketEnd {
    /// The peer closed it in good order.
    Closed,
    /// It was reset, or silent for 15 s while it had answered pings before.
    Lost,
    /// We stop before the call has ended (drain limit, second signal).
    Us,
}

/// The shell's answer to [`Effect::Admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Go ahead, please.
    Welcome {
        /// The caller's number from the call's record, where it comes back and the gateway did not repeat it.
        caller: Option<PhoneNumber>,
        /// What the records know of the caller's number.
        past: Past,
    },
    /// No room, or draining: the caller hears `capacity_busy` (Twilio), or the leg is released to this queue (Asterisk).
    Busy {
        /// The default queue of the gateway.
        queue: String,
    },
    /// Not authenticated, or the call id's leg is alive: the socket is closed with this status, nothing is played.
    Refused {
        /// WebSocket status (1008).
        status: u16,
    },
}

/// WebSocket statuses we close with (RFC 6455 §7.4.1).
mod status {
    pub const NORMAL: u16 = 1000;
    pub const GOING_AWAY: u16 = 1001;
    pub const UNSUPPORTED: u16 = 1003;
}

/// One gateway socket's call.
pub struct Session {
    script: Arc<Script>,
    bank: Arc<Bank>,
    dialect: DialectName,
    call: Call,
    leg: Leg,
    recorder: Recorder,
    admission: Waiting,
    effects: VecDeque<Effect>,
    /// The caller has asked for louder prompts.
    louder: bool,
    /// Marks that never came, already in the journal.
    overdue_told: u32,
    /// What splits are drawn by where the call has no id.
    lot: u64,
}

/// The recording of a prompt in a language, or in the first one where that language lacks it. A checked script has them
/// all; one that is missing all the same is a moment of silence, so that the call goes on.
pub fn recording(bank: &Bank, script: &Script, locale: &str, prompt: &PromptId) -> Arc<Clip> {
    let own = bank.clip(locale, prompt.as_str());
    own.or_else(|| bank.clip(&script.locale, prompt.as_str())).cloned().unwrap_or_default()
}

/// What a call's splits are drawn by: the same for every leg of the call, and for its replay.
pub fn lot(call_id: &str) -> u64 {
    split::hash(call_id)
}

/// Whether the call may begin.
enum Waiting {
    ForStart,
    ForAdmission(Box<Started>),
    ForNothing,
    Closed,
}

/// The leg's ear as the call sees it.
struct LegEar<'a>(&'a Leg);

impl Ear for LegEar<'_> {
    fn judge(&self, from: Moment, to: Moment, sensitivity: Sensitivity) -> Judgement {
        self.0.ear().judge(from, to, sensitivity)
    }
}

impl Session {
    /// A session for a socket that was just accepted.
    pub fn new(setup: Setup) -> Self {
        let Setup { dialect, upgrade, script, bank, wall, rest } = setup;
        let mut leg = Leg::new(dialect, &upgrade);
        leg.judge_by(script.hearing);
        let by_api = rest && leg.capabilities().transfer == TransferBy::Rest;
        let hands_over = if by_api { HandsOver::ByApi } else { HandsOver::ByRoute };
        Self {
            lot: wall.timestamp().as_nanosecond() as u64,
            call: Call::new(script.clone(), wall, hands_over),
            recorder: Recorder::new(script.record),
            script,
            bank,
            dialect,
            leg,
            admission: Waiting::ForStart,
            effects: VecDeque::new(),
            louder: false,
            overdue_told: 0,
        }
    }

    /// Takes one WebSocket message.
    ///
    /// # Errors
    /// [`Malformed`]: the message was dropped; count it. An impossible codec also closes the session (1003).
    pub fn on_message(&mut self, message: Message<'_>, now: Moment) -> Result<(), Malformed> {
        if let Waiting::Closed = self.admission {
            return Ok(());
        }
        let taken = self.leg.on_message(message, now, &mut self.recorder);
        if taken == Err(Malformed::Codec) {
            self.refuse(status::UNSUPPORTED, Disposition::Failed, EndedBy::Us);
        }
        self.settle(now);
        taken
    }

    /// Takes the shell's answer to [`Effect::Admit`].
    pub fn on_admission(&mut self, admission: Admission, now: Moment) {
        let Waiting::ForAdmission(started) = std::mem::replace(&mut self.admission, Waiting::ForNothing) else {
            return;
        };
        match admission {
            Admission::Refused { status } => return self.refuse(status, Disposition::Refused, EndedBy::Us),
            Admission::Welcome { caller, past } => {
                let caller = started.caller.clone().or(caller);
                let lot = started.call_id.as_deref().map_or(self.lot, lot);
                self.journal_start(&started, caller.clone(), now);
                self.leg.answer();
                let Started { resume, variables: parameters, .. } = *started;
                self.call.handle(Event::Begin { caller, resume, parameters, lot, past }, now);
            }
            Admission::Busy { queue } => {
                self.journal_start(&started, started.caller.clone(), now);
                self.leg.answer();
                let queue = (self.leg.capabilities().hangup == HangupBy::Message).then_some(queue);
                self.call.handle(Event::Busy { queue }, now);
            }
        }
        self.settle(now);
    }

    fn journal_start(&mut self, started: &Started, caller: Option<PhoneNumber>, now: Moment) {
        let what =
            What::Started { dialect: self.dialect, caller, called: started.called.clone(), resume: started.resume };
        self.effects.push_back(Effect::Journal(Entry { at: now, what }));
    }

    /// Takes the answer to [`Effect::Commit`].
    pub fn on_committed(&mut self, stored: bool, now: Moment) {
        self.call.handle(Event::Committed(stored), now);
        self.settle(now);
    }

    /// Takes the answer to [`Effect::Ask`].
    pub fn on_answer(&mut self, inquiry: InquiryId, answer: Result<Values, NoAnswer>, now: Moment) {
        self.call.handle(Event::Answered(inquiry, answer), now);
        self.settle(now);
    }

    /// Takes the answer to [`Effect::Transfer`].
    pub fn on_transfer(&mut self, accepted: bool, now: Moment) {
        self.call.handle(Event::Transferred(accepted), now);
        self.settle(now);
    }

    /// The moment of [`Session::poll_timeout`] has come (early calls are harmless).
    pub fn on_timeout(&mut self, now: Moment) {
        self.leg.on_timeout(now, &mut self.recorder);
        self.settle(now);
        self.call.handle_timeout(now, &LegEar(&self.leg));
        self.settle(now);
    }

    /// The socket is gone. The last journal entries and [`Effect::Close`] follow.
    pub fn on_socket_end(&mut self, end: SocketEnd, now: Moment) {
        let by = match end {
            SocketEnd::Closed => EndedBy::Caller,
            SocketEnd::Lost => EndedBy::Network,
            SocketEnd::Us => EndedBy::Us,
        };
        match self.admission {
            Waiting::Closed => {}
            Waiting::ForStart | Waiting::ForAdmission(_) => self.refuse(status::NORMAL, Disposition::Lost, by),
            Waiting::ForNothing => {
                self.call.handle(Event::Gone(by), now);
                self.settle(now);
            }
        }
    }

    /// When the session wants to be woken; `None` only before it begins and once it is over.
    pub fn poll_timeout(&self) -> Option<Moment> {
        if let Waiting::Closed = self.admission {
            return None;
        }
        let call = self.call.poll_timeout().map(|deadline| deadline.at);
        [call, self.leg.poll_timeout()].into_iter().flatten().min()
    }

    /// Moves the messages to send, in order, to the end of `into`.
    pub fn take_wire(&mut self, into: &mut Vec<Wire>) {
        self.leg.take_wire(into);
    }

    /// The next thing to do, in order; `None`: nothing now.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The call, for whoever shows it live.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The leg, for figures.
    pub fn leg(&self) -> &Leg {
        &self.leg
    }

    /// Passes on what happened until nothing moves any more.
    fn settle(&mut self, now: Moment) {
        loop {
            while let Some(happening) = self.leg.poll() {
                self.happened(happening, now);
            }
            let Some(command) = self.call.poll_command() else { break };
            self.carry_out(command, now);
        }
        self.leg.attend(self.call.attention());
        self.tell_overdue(now);
        self.effects.extend(self.recorder.take().map(Effect::Record));
    }

    fn happened(&mut self, happening: Happening, now: Moment) {
        match (&self.admission, happening) {
            (Waiting::ForStart, Happening::Started(started)) => {
                self.effects.push_back(Effect::Admit(started.clone()));
                self.admission = Waiting::ForAdmission(started);
            }
            (Waiting::ForNothing, Happening::Notice(text)) => {
                self.effects.push_back(Effect::Journal(Entry { at: now, what: What::GatewayNotice { text } }));
            }
            (Waiting::ForNothing, happening) => self.tell_call(happening, now),
            (_, Happening::Stopped) => self.refuse(status::NORMAL, Disposition::Lost, EndedBy::Caller),
            _ => {}
        }
    }

    fn tell_call(&mut self, happening: Happening, now: Moment) {
        match happening {
            Happening::Started(_) | Happening::Notice(_) => {}
            Happening::Key(digit) => self.call.handle(Event::Key(digit), now),
            Happening::Line(event) => self.call.handle(Event::Line(event), now),
            Happening::Heard(heard) => {
                let End { utterance, index } = heard.end;
                let utterance = crate::call::UtteranceId(utterance);
                self.call.handle(Event::Played { utterance, index, at: heard.at }, now);
            }
            Happening::Stopped => self.call.handle(Event::Gone(EndedBy::Caller), now),
        }
    }

    fn carry_out(&mut self, command: Command, now: Moment) {
        match command {
            Command::Say { utterance, locale, prompts } => {
                let clips = prompts.iter().map(|prompt| self.clip(&locale, prompt)).collect();
                self.leg.say(utterance.0, clips, now, &mut self.recorder);
            }
            Command::Louder => self.louder = true,
            Command::Hush => self.leg.hush(now, &mut self.recorder),
            Command::Commit(promise) => {
                if let Promise::Message { .. } = promise {
                    self.end_message();
                }
                self.effects.push_back(Effect::Commit(promise));
            }
            Command::TakeMessage { take, from } => {
                self.recorder.message(true);
                self.effects.push_back(Effect::TakeMessage { take, from });
            }
            Command::DropMessage => {
                self.end_message();
                self.effects.push_back(Effect::DropMessage);
            }
            Command::Ask(inquiry) => self.effects.push_back(Effect::Ask(inquiry)),
            Command::Transfer(target) => self.effects.push_back(Effect::Transfer(target)),
            Command::Release => self.leg.release(),
            Command::Journal(entry) => self.effects.push_back(Effect::Journal(entry)),
            Command::Over { disposition, by } => {
                self.admission = Waiting::Closed;
                let status = if by == EndedBy::Us { status::GOING_AWAY } else { status::NORMAL };
                self.effects.push_back(Effect::Close { status, disposition, by });
            }
        }
    }

    /// What was heard so far belongs to the message.
    fn end_message(&mut self) {
        self.effects.extend(self.recorder.take().map(Effect::Record));
        self.recorder.message(false);
    }

    fn clip(&self, locale: &str, prompt: &PromptId) -> Arc<Clip> {
        let clip = recording(&self.bank, &self.script, locale, prompt);
        if self.louder { clip.louder().clone() } else { clip }
    }

    fn refuse(&mut self, status: u16, disposition: Disposition, by: EndedBy) {
        self.admission = Waiting::Closed;
        self.effects.push_back(Effect::Close { status, disposition, by });
    }

    fn tell_overdue(&mut self, now: Moment) {
        while self.overdue_told < self.leg.overdue_marks() {
            self.overdue_told += 1;
            self.effects.push_back(Effect::Journal(Entry { at: now, what: What::MarkOverdue }));
        }
    }
}
