//! One media socket from its upgrade to its end: the loop around a [`Session`].
//!
//! Nothing in here is shared between calls but what [`Exchange`] offers, and none of that is locked while audio flows.

use super::{
    exchange::Exchange,
    flood::Flood,
    liveness::{Liveness, Vital},
    registry::Place,
    socket::{End, Incoming, Socket},
};
use crate::{
    call::{Aftermath, Disposition, EndedBy, Entry, InquiryId, NoAnswer, Past, Values, What},
    gateway::{
        self, DialectName, Started, Upgrade, Wire,
        auth::{Denied, Verdict},
    },
    line::Condition,
    moment::Moment,
    records::{CallRecord, Known, recording::Recorder},
    session::{Session, Setup, SocketEnd},
};
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, Abortable, Aborted, BoxFuture},
    stream::FuturesUnordered,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    select,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Message;
use tracing::{debug, field::display, info, warn};

/// One message in this many is timed: chosen, so that a call of 50 messages a second takes the histogram's lock less than
/// once a second.
const TIMED_ONE_IN: u32 = 64;

/// What the upgrade told.
pub(super) struct Visitor {
    /// The dialect of the path.
    pub dialect: DialectName,
    /// The query.
    pub upgrade: Upgrade,
    /// What it showed at the door: judged there, acted on here, since the upgrade itself is never refused.
    pub admitted: Result<Verdict, Denied>,
    /// When the connection was accepted.
    pub accepted: Instant,
}

/// Why we close a socket for cause. Who can fix it: the gateway, but for the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    NoStart,
    Flood,
    TooLong,
    NotText,
    Protocol,
    Unauthorized,
    Duplicate,
    Silent,
    Stuck,
    Panic,
    Stopped,
}

impl Cause {
    /// The WebSocket status (contract.md, Bad input; RFC 6455 §7.4 for the rest).
    const fn status(self) -> u16 {
        match self {
            Self::NoStart | Self::Flood | Self::Unauthorized | Self::Duplicate => 1008,
            Self::TooLong => 1009,
            Self::NotText => 1007,
            Self::Protocol => 1002,
            Self::Silent | Self::Stuck => 1001,
            Self::Panic => 1011,
            Self::Stopped => 1012,
        }
    }

    /// The word for logs and metrics.
    const fn as_str(self) -> &'static str {
        match self {
            Self::NoStart => "no_start",
            Self::Flood => "flood",
            Self::TooLong => "message_too_long",
            Self::NotText => "not_utf8",
            Self::Protocol => "not_websocket",
            Self::Unauthorized => "unauthorized",
            Self::Duplicate => "call_is_alive",
            Self::Silent => "no_sign_of_life",
            Self::Stuck => "takes_nothing",
            Self::Panic => "panic",
            Self::Stopped => "stopped",
        }
    }
}

/// What comes back from work that went on beside the socket.
pub(super) enum Reply {
    /// The record of a call that came back, if there is one.
    Found(Option<Known>, Box<Started>),
    /// A promise is committed, or not.
    Committed(bool),
    /// What is known of the caller's number.
    Past(Past, Box<Started>),
    /// What a service outside has answered.
    Answered(InquiryId, Result<Values, NoAnswer>),
    /// The gateway's API took the transfer, or not.
    Transferred(bool),
}

/// One socket's call.
pub(super) struct CallTask {
    pub(super) exchange: Arc<Exchange>,
    pub(super) dialect: DialectName,
    pub(super) session: Session,
    pub(super) place: Place,
    pub(super) admitted: Result<Verdict, Denied>,
    pub(super) call_id: Option<String>,
    /// The script version it runs, for its record.
    pub(super) script: String,
    /// Whether the script records its calls.
    pub(super) tapes: bool,
    /// Whether the script asks for its callers' past.
    pub(super) asks_past: bool,
    /// The wall clock at [`Moment::ZERO`].
    pub(super) accepted_at: Timestamp,
    /// Whether it has a place of its own.
    pub(super) room: bool,
    pub(super) record: Option<CallRecord>,
    /// Where its sound goes, if that is kept.
    pub(super) tape: Option<Recorder>,
    /// Where a message goes that is being spoken.
    pub(super) message: Option<Recorder>,
    pub(super) condition: Option<Condition>,
    /// When the start message was understood.
    pub(super) started: Option<Moment>,
    pub(super) first_audio_due: bool,
    pub(super) replies: FuturesUnordered<BoxFuture<'static, Reply>>,
    /// The WebSocket status that the session asked for, once it is over.
    pub(super) over: Option<u16>,
    cause: Option<Cause>,
    accepted: Instant,
    socket: Socket,
    wire: Vec<Wire>,
    liveness: Liveness,
    flood: Flood,
    messages: u32,
    /// What our words have led to.
    pub(super) aftermath: Aftermath,
}

/// Runs a socket in a task of its own. A panic in there ends that call only.
pub(super) fn spawn(exchange: Arc<Exchange>, visitor: Visitor, upgraded: OnUpgrade) {
    let (stop, stopped) = AbortHandle::new_pair();
    let place = exchange.registry.enter(stop);
    tokio::spawn(async move {
        let opened = open(upgraded, exchange.config.limits.start, exchange.config.limits.max_message).await;
        let Some(socket) = opened else { return };
        // On the heap, so that the task holds it once and not in each of its states.
        let mut call = Box::new(CallTask::new(exchange, visitor, place, socket));
        let outcome = Abortable::new(AssertUnwindSafe(call.run()).catch_unwind(), stopped).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(_)) => call.panicked(),
            Err(Aborted) => call.stopped(),
        }
        let (socket, status, _place) = call.leave();
        debug!(status, "media socket closing");
        socket.close(status).await;
    });
}

/// Takes the TCP connection back from hyper, so that no byte goes through a layer that nobody needs any more.
async fn open(upgraded: OnUpgrade, limit: Duration, max_message: usize) -> Option<Socket> {
    let upgraded = tokio::time::timeout(limit, upgraded).await.ok()?.ok()?;
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some(Socket::open(parts.io.into_inner(), parts.read_buf.into(), max_message).await)
}

impl CallTask {
    fn new(exchange: Arc<Exchange>, visitor: Visitor, place: Place, socket: Socket) -> Self {
        let Visitor { dialect, upgrade, admitted, accepted } = visitor;
        let limits = &exchange.config.limits;
        let flood = Flood::new(limits.flood_rate, limits.flood_burst);
        let edition = exchange.edition();
        let accepted_at = wall_clock(accepted);
        let session = Session::new(Setup {
            dialect,
            upgrade,
            script: Arc::clone(&edition.script),
            bank: Arc::clone(&edition.bank),
            wall: accepted_at.to_zoned(edition.script.timezone.clone()),
            rest: exchange.transfers_by_rest(dialect),
        });
        let liveness = exchange.liveness(dialect, session.leg().capabilities().pings);
        Self {
            exchange,
            dialect,
            session,
            place,
            admitted,
            call_id: None,
            script: edition.version.clone(),
            tapes: edition.script.record,
            asks_past: edition.script.asks_past(),
            accepted_at,
            room: false,
            record: None,
            tape: None,
            message: None,
            condition: None,
            started: None,
            first_audio_due: false,
            replies: FuturesUnordered::new(),
            over: None,
            cause: None,
            accepted,
            socket,
            wire: Vec::new(),
            liveness,
            flood,
            messages: 0,
            aftermath: Aftermath::default(),
        }
    }

    async fn run(&mut self) {
        if let Err(why) = self.admitted {
            debug!(%why, "refused at the door");
            return self.blame(Cause::Unauthorized);
        }
        let sleep = sleep_until(self.accepted + self.exchange.config.limits.start);
        tokio::pin!(sleep);
        while self.over.is_none() {
            let wake = self.wake();
            if sleep.deadline() != wake {
                sleep.as_mut().reset(wake);
            }
            // Messages come before the clock: what was sent before a wait's end was said before it.
            select! {
                biased;
                Some(reply) = self.replies.next(), if !self.replies.is_empty() => self.on_reply(reply),
                incoming = self.socket.next() => self.on_incoming(incoming),
                () = &mut sleep => self.on_wake(),
            }
        }
    }

    /// The earliest of everything that is waited for.
    fn wake(&self) -> Instant {
        let limits = &self.exchange.config.limits;
        let start = self.started.is_none().then(|| Moment::after(limits.start));
        let moment = [self.session.poll_timeout(), self.liveness.next(), start].into_iter().flatten().min();
        let due = moment.map(|moment| self.accepted + moment.elapsed());
        let stuck = self.socket.stuck_since().map(|since| since + limits.stuck);
        due.into_iter().chain(stuck).min().unwrap_or_else(|| Instant::now() + limits.start)
    }

    pub(super) fn now(&self) -> Moment {
        Moment::after(self.accepted.elapsed())
    }

    fn on_incoming(&mut self, incoming: Incoming) {
        let now = self.now();
        match incoming {
            Incoming::Message(message) => self.on_message(&message, now),
            Incoming::Ended(end) => self.on_end(end, now),
        }
        self.settle(now);
        self.messages = self.messages.wrapping_add(1);
        if self.messages.is_multiple_of(TIMED_ONE_IN) {
            self.exchange.metrics.frame(self.now().since(now));
        }
    }

    fn on_message(&mut self, message: &Message, now: Moment) {
        match message {
            Message::Pong(_) => self.liveness.pong(now),
            _ => self.liveness.heard(now),
        }
        if !self.flood.allows(message.len(), now) {
            return self.end(Cause::Flood, SocketEnd::Lost, now);
        }
        let message = match message {
            Message::Text(text) => gateway::Message::Text(text.as_str()),
            Message::Binary(bytes) => gateway::Message::Binary(bytes),
            _ => return,
        };
        if let Err(why) = self.session.on_message(message, now) {
            self.exchange.metrics.malformed(self.dialect, why);
        }
        // While messages come they are the clock; the timer is for when they do not.
        if self.session.poll_timeout().is_some_and(|due| due <= now) {
            self.session.on_timeout(now);
        }
    }

    fn on_end(&mut self, end: End, now: Moment) {
        match end {
            End::Closed => self.gone(SocketEnd::Closed, now),
            End::Reset => self.gone(SocketEnd::Lost, now),
            End::TooLong => self.end(Cause::TooLong, SocketEnd::Lost, now),
            End::NotText => self.end(Cause::NotText, SocketEnd::Lost, now),
            End::Protocol => self.end(Cause::Protocol, SocketEnd::Lost, now),
        }
    }

    fn on_wake(&mut self) {
        let now = self.now();
        let limits = &self.exchange.config.limits;
        let stuck = self.socket.stuck_since().is_some_and(|since| since.elapsed() >= limits.stuck);
        let no_start = self.started.is_none() && now.elapsed() >= limits.start;
        match self.liveness.check(now) {
            Vital::Lost => self.end(Cause::Silent, SocketEnd::Lost, now),
            _ if stuck => self.end(Cause::Stuck, SocketEnd::Lost, now),
            _ if no_start => self.end(Cause::NoStart, SocketEnd::Lost, now),
            Vital::Ping => drop(self.socket.ping()),
            Vital::Fine => {}
        }
        self.session.on_timeout(now);
        self.settle(now);
    }

    fn on_reply(&mut self, reply: Reply) {
        let now = self.now();
        match reply {
            Reply::Found(known, started) => self.let_in(&started, known, Past::default(), now),
            Reply::Past(past, started) => self.let_in(&started, None, past, now),
            Reply::Answered(id, answer) => self.session.on_answer(id, answer, now),
            Reply::Committed(stored) => self.session.on_committed(stored, now),
            Reply::Transferred(accepted) => self.session.on_transfer(accepted, now),
        }
        self.settle(now);
    }

    /// Carries out what the session wants, then queues what it says.
    fn settle(&mut self, now: Moment) {
        while let Some(effect) = self.session.poll_effect() {
            self.carry_out(effect, now);
        }
        self.session.take_wire(&mut self.wire);
        let mut taken = true;
        for wire in self.wire.drain(..) {
            taken &= self.socket.send(wire);
        }
        if !taken && self.over.is_none() {
            self.end(Cause::Stuck, SocketEnd::Lost, now);
            while let Some(effect) = self.session.poll_effect() {
                self.carry_out(effect, now);
            }
        }
    }

    /// Ends the socket for cause.
    pub(super) fn end(&mut self, cause: Cause, end: SocketEnd, now: Moment) {
        self.blame(cause);
        self.gone(end, now);
    }

    /// Remembers, counts and logs why the socket is closed.
    pub(super) fn blame(&mut self, cause: Cause) {
        self.cause = Some(cause);
        self.exchange.metrics.closed(cause.as_str());
        let record = self.record.as_ref().map(|record| display(record.id()));
        let call_id = self.call_id.as_deref();
        warn!(record, call_id, dialect = self.dialect.as_str(), cause = cause.as_str(), "media socket closed");
    }

    /// The socket is of no more use: the session hears so, and the loop ends whatever it answers.
    fn gone(&mut self, end: SocketEnd, now: Moment) {
        self.session.on_socket_end(end, now);
        self.over.get_or_insert(NORMAL);
    }

    /// A fault of ours: the session cannot be asked any more, so its record is closed here.
    fn panicked(&mut self) {
        self.exchange.metrics.panicked();
        self.blame(Cause::Panic);
        let disposition = Disposition::Failed;
        let ended = What::Ended { disposition: disposition.clone(), by: EndedBy::Us, step: String::new() };
        self.journal(Entry { at: self.now(), what: ended });
        self.ended(&disposition, EndedBy::Us);
    }

    /// The service stops before the call has ended.
    fn stopped(&mut self) {
        let now = self.now();
        self.end(Cause::Stopped, SocketEnd::Us, now);
        self.settle(now);
    }

    /// The call is over: its id may come back while the socket lingers in its place.
    fn leave(self) -> (Socket, u16, Place) {
        self.place.hang_up();
        let status = self.cause.map(Cause::status).or(self.over).unwrap_or(NORMAL);
        (self.socket, status, self.place)
    }

    /// Counts and logs a call's end, once.
    pub(super) fn ended(&mut self, disposition: &Disposition, by: EndedBy) {
        let Some(record) = self.record.take() else { return };
        self.exchange.metrics.ended(self.dialect, self.condition, disposition);
        self.exchange.metrics.unknown(self.dialect, self.session.leg().unknown);
        if let Some(tape) = self.tape.take() {
            tape.finish(self.now());
        }
        let seconds = self.now().elapsed().as_secs_f64();
        info!(record = %record.id(), disposition = disposition.as_str(), by = by.as_str(), seconds, "call ended");
    }
}

/// WebSocket status of a close in good order (RFC 6455 §7.4.1).
const NORMAL: u16 = 1000;

/// The wall clock's time at an instant just past.
fn wall_clock(at: Instant) -> Timestamp {
    let now = Timestamp::now();
    now.checked_sub(at.elapsed()).unwrap_or(now)
}
