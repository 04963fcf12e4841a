//! A call simulated from labelled events: what the caller does is known, nothing has to be heard.
//!
//! The conversation, the playout and its marks are the real ones; only the ear and the far end are told what happens.
//! A ten-minute call takes well under a millisecond, so thousands of random callers are a test.

use crate::{
    audio::Bank,
    call::{Call, Command, Disposition, Ear, EndedBy, Entry, Event, HandsOver, Promise, UtteranceId},
    gateway::{
        self, Capabilities, Dialect, HangupBy, Malformed, MarkId, MarksOnClear, Message, Resume, TransferBy, Wire,
    },
    leg::Playout,
    line::{Condition, Judgement, LineEvent, Rule, Sensitivity},
    moment::Moment,
    phone::{Digit, PhoneNumber},
    script::Script,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How long after its onset speech is reported, as the listener takes.
const CONFIRMED: Duration = Duration::from_millis(220);
/// How long after its end a pause is reported.
const PAUSED: Duration = Duration::from_millis(200);

/// Something a caller does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Speaks, on a line that is like this.
    Speak(Duration, Condition),
    /// A click, a cough.
    Click,
    /// Presses a key.
    Key(Digit),
    /// Hangs up.
    HangUp,
    /// The network breaks.
    Break,
}

/// What becomes of our marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marks {
    /// Each comes when its prompt has been heard.
    #[default]
    True,
    /// None ever comes.
    Never,
    /// Each comes twice.
    Twice,
    /// Each comes at once.
    Early,
    /// Every other one never comes.
    Some,
}

/// A caller and a world, all told in advance.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the caller does, in order of time.
    pub deeds: Vec<(Moment, Deed)>,
    /// What the line is like while nobody speaks: `Silent`, `Noise` or a `Tone`.
    pub background: Condition,
    /// What becomes of marks.
    pub marks: Marks,
    /// The caller's number.
    pub caller: Option<PhoneNumber>,
    /// Why the call comes back.
    pub resume: Option<Resume>,
    /// What the store answers, in turn; `true` when the list is used up.
    pub store: Vec<bool>,
    /// What the gateway's API answers, in turn; empty: there is none.
    pub transfers: Vec<bool>,
}

impl Default for Plan {
    /// A caller who does nothing at all.
    fn default() -> Self {
        Self {
            deeds: Vec::new(),
            background: Condition::Silent,
            marks: Marks::True,
            caller: PhoneNumber::parse("13800138000"),
            resume: None,
            store: Vec::new(),
            transfers: Vec::new(),
        }
    }
}

/// How it went.
#[derive(Debug)]
pub struct Outcome {
    /// What happened.
    pub journal: Vec<Entry>,
    /// Promises that were stored.
    pub promises: Vec<Promise>,
    /// How it ended, and by whom; `None` at the limit.
    pub end: Option<(Disposition, EndedBy)>,
    /// When.
    pub at: Moment,
}

/// Talks to its end, or to `limit`.
pub fn talk(script: &Arc<Script>, bank: &Bank, wall: jiff::Zoned, plan: Plan, limit: Duration) -> Outcome {
    let hands_over = if plan.transfers.is_empty() { HandsOver::ByRoute } else { HandsOver::ByApi };
    let mut talk = Talk {
        call: Call::new(script.clone(), wall, hands_over),
        playout: Playout::new(FarEnd::CAPABILITIES, crate::audio::Codec::Ulaw),
        far_end: FarEnd { marks: plan.marks, ..FarEnd::default() },
        line: TalkLine::new(&plan),
        bank,
        script: script.clone(),
        now: Moment::ZERO,
        store: plan.store.into(),
        transfers: plan.transfers.into(),
        outcome: Outcome { journal: Vec::new(), promises: Vec::new(), end: None, at: Moment::ZERO },
    };
    talk.call.handle(Event::Begin { caller: plan.caller, resume: plan.resume }, Moment::ZERO);
    talk.settle();
    while talk.outcome.end.is_none() && talk.now.elapsed() < limit {
        let Some(next) = talk.next() else { break };
        talk.now = next.max(talk.now);
        talk.step();
    }
    talk.outcome.at = talk.now;
    talk.outcome
}

struct Talk<'a> {
    call: Call,
    playout: Playout,
    far_end: FarEnd,
    line: TalkLine,
    bank: &'a Bank,
    script: Arc<Script>,
    now: Moment,
    store: VecDeque<bool>,
    transfers: VecDeque<bool>,
    outcome: Outcome,
}

impl Talk<'_> {
    fn next(&self) -> Option<Moment> {
        let call = self.call.poll_timeout().map(|deadline| deadline.at);
        [call, self.playout.poll_timeout(), self.far_end.next(), self.line.next()].into_iter().flatten().min()
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
        while let Some(event) = self.line.due(now) {
            self.call.handle(event, now);
            self.settle();
        }
        self.call.handle_timeout(now, &self.line);
        self.settle();
        self.far_end.now = now;
        self.playout.pump(&mut self.far_end, &mut Vec::new(), now, |_| {});
    }

    fn settle(&mut self) {
        while let Some(command) = self.call.poll_command() {
            let now = self.now;
            self.far_end.now = now;
            match command {
                Command::Say { utterance, prompts } => {
                    let clip = |prompt: &crate::script::PromptId| {
                        self.bank.clip(&self.script.locale, prompt.as_str()).cloned().unwrap_or_default()
                    };
                    self.playout.say(utterance.0, prompts.iter().map(clip).collect());
                    self.playout.pump(&mut self.far_end, &mut Vec::new(), now, |_| {});
                }
                Command::Louder => {}
                Command::Hush => self.playout.clear(&mut self.far_end, &mut Vec::new(), now),
                Command::Commit(promise) => {
                    let stored = self.store.pop_front().unwrap_or(true);
                    if stored {
                        self.outcome.promises.push(promise);
                    }
                    self.call.handle(Event::Committed(stored), now);
                }
                Command::Transfer(_) => {
                    let accepted = self.transfers.pop_front().unwrap_or(false);
                    self.call.handle(Event::Transferred(accepted), now);
                }
                Command::Release => self.call.handle(Event::Gone(EndedBy::Caller), now),
                Command::Journal(entry) => self.outcome.journal.push(entry),
                Command::Over { disposition, by } => self.outcome.end = Some((disposition, by)),
            }
        }
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

/// The caller's side: events when they are due, and the truth about every stretch.
struct TalkLine {
    events: VecDeque<(Moment, Event)>,
    speech: Vec<(Moment, Moment, Condition)>,
    background: Condition,
}

impl TalkLine {
    fn new(plan: &Plan) -> Self {
        let mut events = Vec::new();
        let mut speech = Vec::new();
        let line = |event| Event::Line(event);
        for (at, deed) in plan.deeds.iter().map(|(at, deed)| (*at, deed)) {
            match deed {
                Deed::Key(digit) => events.push((at, Event::Key(*digit))),
                Deed::HangUp => events.push((at, Event::Gone(EndedBy::Caller))),
                Deed::Break => events.push((at, Event::Gone(EndedBy::Network))),
                Deed::Click => {
                    events.push((at, line(LineEvent::Sound { at })));
                    events.push((at + PAUSED, line(LineEvent::Quiet { at: at + Duration::from_millis(40) })));
                }
                Deed::Speak(time, condition) => {
                    let end = at + *time;
                    speech.push((at, end, *condition));
                    events.push((at, line(LineEvent::Sound { at })));
                    events.push((end + PAUSED, line(LineEvent::Quiet { at: end })));
                    if *time >= CONFIRMED {
                        events.push((at + CONFIRMED, line(LineEvent::SpeechStarted { onset: at })));
                        events.push((end + PAUSED, line(LineEvent::SpeechEnded { at: end })));
                    }
                }
            }
        }
        events.sort_by_key(|(at, _)| *at);
        Self { events: events.into(), speech, background: plan.background }
    }

    fn next(&self) -> Option<Moment> {
        self.events.front().map(|(at, _)| *at)
    }

    fn due(&mut self, now: Moment) -> Option<Event> {
        self.events.front().filter(|(at, _)| *at <= now)?;
        self.events.pop_front().map(|(_, event)| event)
    }
}

impl Ear for TalkLine {
    fn judge(&self, from: Moment, to: Moment, _: Sensitivity) -> Judgement {
        let overlap = |span: &&(Moment, Moment, Condition)| span.1.min(to).since(span.0.max(from));
        let longest = self.speech.iter().max_by_key(overlap).filter(|span| !overlap(span).is_zero());
        let condition = longest.map_or(self.background, |span| span.2);
        let mut judgement = Judgement::told(condition, Rule::Told);
        let spoken: Duration = self.speech.iter().map(|span| overlap(&span)).sum();
        judgement.evidence.speech_ms = spoken.as_millis() as u64;
        judgement
    }
}
