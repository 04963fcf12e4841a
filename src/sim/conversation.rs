//! A call, its playout and its marks, with a caller who is told or heard, and no gateway between them: what [`super::talk`]
//! and [`super::replay`] have in common.

use super::{
    outside::Answering,
    talk::{Marks, Outcome},
};
use crate::{
    audio::{Bank, Clip, Codec},
    call::{
        Call, Command, Ear, EndedBy, Event, HandsOver, Inquiry, InquiryId, NoAnswer, Past, UtteranceId, Values, What,
    },
    gateway::{
        self, Capabilities, Dialect, HangupBy, Malformed, MarkId, MarksOnClear, Message, Resume, TransferBy, Wire,
    },
    leg::{Playout, Sent},
    line::Attention,
    moment::Moment,
    phone::PhoneNumber,
    script::{PromptId, Script},
    session::recording,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

/// Whoever is at the other end: a caller, his line, and the world that keeps our promises.
pub(super) trait Party: Ear {
    /// When something is due next.
    fn next(&self) -> Option<Moment>;
    /// What is due by `now`, one thing after the other.
    fn due(&mut self, now: Moment) -> Option<Event>;
    /// Whether a promise made at `now` is kept.
    fn stores(&mut self, now: Moment) -> bool;
    /// Whether the gateway's API takes a transfer asked for at `now`.
    fn transfers(&mut self, now: Moment) -> bool;
    /// How a service outside answers what is asked at `now`, and how long it takes.
    fn answers(&mut self, inquiry: &Inquiry, now: Moment) -> Answering;
    /// What happened in the call, and when.
    fn happened(&mut self, _what: &What, _at: Moment) {}
    /// What is on its way to the caller's ear.
    fn played(&mut self, _sent: &Sent) {}
    /// How closely the line has to be listened to.
    fn attend(&mut self, _attention: Attention) {}
}

/// What a conversation takes place in.
pub(super) struct Setting<'a> {
    pub(super) script: &'a Arc<Script>,
    pub(super) bank: &'a Bank,
    /// Local time at [`Moment::ZERO`].
    pub(super) wall: jiff::Zoned,
    pub(super) hands_over: HandsOver,
    pub(super) marks: Marks,
}

/// Who calls, and when.
pub(super) struct Beginning {
    pub(super) at: Moment,
    pub(super) caller: Option<PhoneNumber>,
    pub(super) resume: Option<Resume>,
    /// What the gateway tells besides.
    pub(super) parameters: BTreeMap<String, String>,
    /// What the script's splits are drawn by.
    pub(super) lot: u64,
    pub(super) past: Past,
}

/// Holds a conversation to its end, or to `limit`.
pub(super) fn converse(setting: Setting<'_>, party: &mut dyn Party, beginning: Beginning, limit: Moment) -> Outcome {
    let Setting { script, bank, wall, hands_over, marks } = setting;
    let Beginning { at, caller, resume, parameters, lot, past } = beginning;
    let mut conversation = Conversation {
        call: Call::new(script.clone(), wall, hands_over),
        playout: Playout::new(FarEnd::CAPABILITIES, Codec::Ulaw),
        far_end: FarEnd { marks, ..FarEnd::default() },
        party,
        bank,
        script,
        louder: false,
        asked: None,
        now: at,
        outcome: Outcome { journal: Vec::new(), promises: Vec::new(), end: None, at },
    };
    conversation.call.handle(Event::Begin { caller, resume, parameters, lot, past }, at);
    conversation.settle();
    while conversation.outcome.end.is_none() && conversation.now < limit {
        let Some(next) = conversation.next() else { break };
        conversation.now = next.max(conversation.now);
        conversation.step();
    }
    conversation.outcome.at = conversation.now;
    conversation.outcome
}

struct Conversation<'a> {
    call: Call,
    playout: Playout,
    far_end: FarEnd,
    party: &'a mut dyn Party,
    bank: &'a Bank,
    script: &'a Arc<Script>,
    louder: bool,
    /// When the service that was asked answers, and what.
    asked: Option<(Moment, InquiryId, Result<Values, NoAnswer>)>,
    now: Moment,
    outcome: Outcome,
}

/// The party's ear as the call sees it.
struct PartyEar<'a>(&'a dyn Party);

impl Ear for PartyEar<'_> {
    fn judge(&self, from: Moment, to: Moment, sensitivity: crate::line::Sensitivity) -> crate::line::Judgement {
        self.0.judge(from, to, sensitivity)
    }
}

impl Conversation<'_> {
    fn next(&self) -> Option<Moment> {
        let call = self.call.poll_timeout().map(|deadline| deadline.at);
        let asked = self.asked.as_ref().map(|(at, _, _)| *at);
        [call, self.playout.poll_timeout(), self.far_end.next(), self.party.next(), asked].into_iter().flatten().min()
    }

    fn step(&mut self) {
        let now = self.now;
        let mut heard = VecDeque::new();
        while let Some(mark) = self.far_end.due(now) {
            self.playout.on_mark(mark, now, &mut heard);
        }
        self.playout.on_timeout(now, &mut heard);
        for heard in heard {
            let utterance = UtteranceId(heard.end.utterance);
            self.call.handle(Event::Played { utterance, index: heard.end.index, at: heard.at }, now);
            self.settle();
        }
        while let Some(event) = self.party.due(now) {
            self.call.handle(event, now);
            self.settle();
        }
        if let Some((_, id, answer)) = self.asked.take_if(|(at, _, _)| *at <= now) {
            self.call.handle(Event::Answered(id, answer), now);
            self.settle();
        }
        self.call.handle_timeout(now, &PartyEar(self.party));
        self.settle();
        self.pump();
        self.party.attend(self.call.attention());
    }

    fn pump(&mut self) {
        self.far_end.now = self.now;
        let party = &mut *self.party;
        self.playout.pump(&mut self.far_end, &mut Vec::new(), self.now, |sent| party.played(&sent));
    }

    fn settle(&mut self) {
        while let Some(command) = self.call.poll_command() {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        let now = self.now;
        self.far_end.now = now;
        match command {
            Command::Say { utterance, locale, prompts } => {
                let clips = prompts.iter().map(|prompt| self.clip(&locale, prompt)).collect();
                self.playout.say(utterance.0, clips);
                self.pump();
            }
            Command::Louder => self.louder = true,
            Command::Hush => self.playout.clear(&mut self.far_end, &mut Vec::new(), now),
            Command::Commit(promise) => {
                let stored = self.party.stores(now);
                if stored {
                    self.outcome.promises.push(promise);
                }
                self.call.handle(Event::Committed(stored), now);
            }
            Command::Ask(inquiry) => {
                let (delay, answer) = self.party.answers(&inquiry, now).to(&inquiry);
                self.asked = Some((now + delay, inquiry.id, answer));
            }
            Command::TakeMessage { .. } | Command::DropMessage => {}
            Command::Transfer(_) => {
                let accepted = self.party.transfers(now);
                self.call.handle(Event::Transferred(accepted), now);
            }
            Command::Release => self.call.handle(Event::Gone(EndedBy::Caller), now),
            Command::Journal(entry) => {
                self.party.happened(&entry.what, entry.at);
                self.outcome.journal.push(entry);
            }
            Command::Over { disposition, by } => self.outcome.end = Some((disposition, by)),
        }
    }

    fn clip(&self, locale: &str, prompt: &PromptId) -> Arc<Clip> {
        let clip = recording(self.bank, self.script, locale, prompt);
        if self.louder { clip.louder().clone() } else { clip }
    }
}

/// A gateway that only keeps time.
#[derive(Default)]
struct FarEnd {
    now: Moment,
    head: Moment,
    pending: Vec<(Moment, MarkId)>,
    marks: Marks,
    count: u32,
}

impl FarEnd {
    const CAPABILITIES: Capabilities = Capabilities {
        lead: Duration::from_secs(1),
        max_message: 32_768,
        marks: true,
        marks_on_clear: MarksOnClear::Lost,
        hangup: HangupBy::Message,
        transfer: TransferBy::Route,
        pings: false,
    };

    fn next(&self) -> Option<Moment> {
        self.pending.iter().map(|(due, _)| *due).min()
    }

    fn due(&mut self, now: Moment) -> Option<MarkId> {
        let place = self.pending.iter().position(|(due, _)| *due <= now)?;
        Some(self.pending.remove(place).1)
    }

    fn mark(&mut self, mark: MarkId) {
        self.count += 1;
        let at = self.head.max(self.now);
        let due = match self.marks {
            Marks::Never => return,
            Marks::Some if self.count.is_multiple_of(2) => return,
            Marks::Early => self.now,
            Marks::True | Marks::Twice | Marks::Some => at,
        };
        self.pending.push((due, mark));
        if self.marks == Marks::Twice {
            self.pending.push((due + Duration::from_millis(300), mark));
        }
    }
}

impl Dialect for FarEnd {
    fn decode<'a>(&'a mut self, _: Message<'a>) -> Result<Option<gateway::Event<'a>>, Malformed> {
        Ok(None)
    }

    fn encode(&mut self, command: gateway::Command<'_>, _: &mut Vec<Wire>) {
        match command {
            gateway::Command::Audio(chunk) => self.head = self.head.max(self.now) + chunk.duration,
            gateway::Command::Mark(mark) | gateway::Command::EndUtterance(mark) => self.mark(mark),
            gateway::Command::Clear => {
                self.head = self.now;
                self.pending.clear();
            }
            _ => {}
        }
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }
}
