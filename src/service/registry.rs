//! Who is on the line: every socket, and the calls among them. Its lock is taken when a call begins and ends, never in
//! between.

use crate::{gateway::DialectName, records::RecordId};
use futures_util::future::AbortHandle;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// A call that is alive.
#[derive(Clone, Debug)]
pub struct LiveCall {
    /// Its record; none in the instant until a call that came back has been found.
    pub record: Option<RecordId>,
    /// Its id at the gateway, where that has one.
    pub call_id: Option<String>,
    /// The gateway's dialect.
    pub dialect: DialectName,
    /// When its start message came.
    pub since: jiff::Timestamp,
    /// Whether it has a place of its own; a caller over the limit has none, and only hears so.
    pub seated: bool,
}

/// Every socket and every call.
#[derive(Debug)]
pub struct Registry {
    inner: Mutex<Inner>,
    sockets: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    sockets: HashMap<u64, AbortHandle>,
    calls: HashMap<u64, LiveCall>,
    ids: HashMap<String, u64>,
    seated: usize,
}

impl Default for Registry {
    fn default() -> Self {
        Self { inner: Mutex::default(), sockets: watch::Sender::new(0) }
    }
}

/// The answer to [`Place::call`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// There is room.
    Free,
    /// There is none; the call is registered all the same.
    Full,
    /// A call of this id is alive.
    Taken,
}

impl Registry {
    /// Enters a socket; it leaves when its place is dropped. `stop` ends its task.
    pub(super) fn enter(self: &Arc<Self>, stop: AbortHandle) -> Place {
        let mut inner = self.lock();
        inner.next += 1;
        let number = inner.next;
        inner.sockets.insert(number, stop);
        self.sockets.send_replace(inner.sockets.len());
        Place { registry: Arc::clone(self), number }
    }

    /// The calls alive, the oldest first.
    pub fn calls(&self) -> Vec<LiveCall> {
        let inner = self.lock();
        let mut numbered: Vec<_> = inner.calls.iter().collect();
        numbered.sort_by_key(|(number, _)| **number);
        numbered.into_iter().map(|(_, call)| call.clone()).collect()
    }

    /// How many calls have a place of their own.
    pub fn seated(&self) -> usize {
        self.lock().seated
    }

    /// How many media sockets are open.
    pub fn sockets(&self) -> usize {
        *self.sockets.borrow()
    }

    /// Waits until the last socket has left.
    pub(super) async fn emptied(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.sockets.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends every socket's task.
    pub(super) fn stop_all(&self) {
        self.lock().sockets.values().for_each(AbortHandle::abort);
    }

    /// A panic between lock and unlock cannot leave the maps half changed in a way that matters: take them as they are.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One socket's place in the registry.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    number: u64,
}

impl Place {
    /// Enters the socket's call. `room` is the number of places there are; [`LiveCall::seated`] is decided here.
    pub(super) fn call(&self, mut call: LiveCall, room: usize) -> Seat {
        let mut inner = self.registry.lock();
        if call.call_id.as_ref().is_some_and(|id| inner.ids.contains_key(id)) {
            return Seat::Taken;
        }
        call.seated = inner.seated < room;
        inner.seated += usize::from(call.seated);
        if let Some(id) = &call.call_id {
            inner.ids.insert(id.clone(), self.number);
        }
        let seat = if call.seated { Seat::Free } else { Seat::Full };
        inner.calls.insert(self.number, call);
        seat
    }

    /// The call's record is known.
    pub(super) fn recorded(&self, record: RecordId) {
        if let Some(call) = self.registry.lock().calls.get_mut(&self.number) {
            call.record = Some(record);
        }
    }

    /// The call is over though the socket still lingers: its id may come back, its place is free.
    pub(super) fn hang_up(&self) {
        self.registry.lock().remove_call(self.number);
    }
}

impl Inner {
    fn remove_call(&mut self, number: u64) {
        let Some(call) = self.calls.remove(&number) else { return };
        self.seated -= usize::from(call.seated);
        if let Some(id) = call.call_id {
            self.ids.remove(&id);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.registry.lock();
        inner.remove_call(self.number);
        inner.sockets.remove(&self.number);
        self.registry.sockets.send_replace(inner.sockets.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(registry: &Arc<Registry>) -> Place {
        registry.enter(AbortHandle::new_pair().0)
    }

    fn call(id: &str) -> LiveCall {
        LiveCall {
            record: None,
            call_id: Some(id.into()),
            dialect: DialectName::Twilio,
            since: jiff::Timestamp::UNIX_EPOCH,
            seated: false,
        }
    }

    #[test]
    fn a_second_socket_for_a_live_call_is_told() {
        let registry = Arc::new(Registry::default());
        let (first, second) = (socket(&registry), socket(&registry));
        assert_eq!(first.call(call("a"), 10), Seat::Free);
        assert_eq!(second.call(call("a"), 10), Seat::Taken);
        assert_eq!(registry.calls().len(), 1);
    }

    #[test]
    fn an_ended_call_may_come_back_while_its_socket_lingers() {
        let registry = Arc::new(Registry::default());
        let (first, second) = (socket(&registry), socket(&registry));
        first.call(call("a"), 10);
        first.hang_up();
        assert_eq!(second.call(call("a"), 10), Seat::Free);
        drop(first);
        assert_eq!(registry.calls().len(), 1, "the old socket takes nothing of the new call with it");
    }

    #[test]
    fn a_call_over_the_limit_takes_no_place() {
        let registry = Arc::new(Registry::default());
        let (first, second, third) = (socket(&registry), socket(&registry), socket(&registry));
        assert_eq!(first.call(call("a"), 1), Seat::Free);
        assert_eq!(second.call(call("b"), 1), Seat::Full);
        drop(first);
        assert_eq!(third.call(call("c"), 1), Seat::Free);
        assert_eq!(registry.seated(), 1);
    }

    #[tokio::test]
    async fn the_last_socket_out_ends_the_wait() {
        let registry = Arc::new(Registry::default());
        let place = socket(&registry);
        assert_eq!(registry.sockets(), 1);
        drop(place);
        registry.emptied().await;
    }
}
