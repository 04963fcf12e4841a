//! Whose turn it is: sounds, speech under way, and when a caller has finished.

use crate::{line::LineEvent, moment::Moment};
use std::time::Duration;

/// A pause that ends a caller's turn (service-script.md §2.2).
pub const PAUSE: Duration = Duration::from_millis(800);
/// The longest turn that is heard before the line is judged (service-script.md §2.2).
pub const LONGEST_TURN: Duration = Duration::from_secs(5);
/// Sound this short before the end of a wait, and time then given to find out whether it is speech (contract.md, Time).
pub const GRACE: Duration = Duration::from_millis(300);

/// What is heard just now.
#[derive(Debug, Default)]
pub struct Hearing {
    sound: Sound,
    turn: Option<Turn>,
}

#[derive(Debug, Default)]
enum Sound {
    #[default]
    None,
    Going,
    Until(Moment),
}

/// A caller's turn under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When the speech began.
    pub onset: Moment,
    /// When it paused, if it does.
    pub paused: Option<Moment>,
}

impl Turn {
    /// When the turn is over if nothing more is heard.
    pub fn ends(&self) -> Moment {
        let longest = self.onset + LONGEST_TURN;
        self.paused.map_or(longest, |at| longest.min(at + PAUSE))
    }
}

impl Hearing {
    /// Takes what the listener says; `true` where a turn has just begun.
    pub fn take(&mut self, event: LineEvent) -> bool {
        match event {
            LineEvent::Sound { .. } => self.sound = Sound::Going,
            LineEvent::Quiet { at } => self.sound = Sound::Until(at),
            LineEvent::Key { .. } => {}
            LineEvent::SpeechStarted { onset } => {
                let began = self.turn.is_none();
                let onset = self.turn.map_or(onset, |turn| turn.onset);
                self.turn = Some(Turn { onset, paused: None });
                return began;
            }
            LineEvent::SpeechEnded { at } => {
                if let Some(turn) = &mut self.turn {
                    turn.paused = Some(at);
                }
            }
        }
        false
    }

    /// The turn under way.
    pub fn turn(&self) -> Option<Turn> {
        self.turn
    }

    /// The turn has been dealt with.
    pub fn close_turn(&mut self) -> Option<Turn> {
        self.turn.take()
    }

    /// Whether there was sound in the last [`GRACE`] before `now`.
    pub fn sound_just_before(&self, now: Moment) -> bool {
        match self.sound {
            Sound::None => false,
            Sound::Going => true,
            Sound::Until(at) => at + GRACE > now,
        }
    }
}
