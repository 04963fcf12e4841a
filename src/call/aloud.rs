//! What an announcement is made of: recordings, the greeting of the hour, and values read out from parts.

use super::{Call, What, phase::Spoken, variables::Value};
use crate::{
    moment::Moment,
    script::{Part, PromptId, Reading, Saying, ValueSource},
};

impl Call {
    /// What is said, part by part. A value that cannot be read out is left out: the rest still makes sense.
    pub(super) fn spoken(&mut self, sayings: &[Saying], now: Moment) -> Vec<Spoken> {
        let mut parts = Vec::with_capacity(sayings.len());
        for saying in sayings {
            let mut add = |prompt| parts.push(Spoken { prompt, barge_in: saying.barge_in });
            match &saying.part {
                Part::Prompt(prompt) => add(prompt.clone()),
                Part::Greeting => add(self.script.greeting(self.wall.datetime()).clone()),
                Part::Value { reading, of } => match self.aloud(*reading, of, now) {
                    Some(said) => said.into_iter().for_each(add),
                    None => self.journal(now, What::Unread { part: format!("${}:{of}", reading.as_str()) }),
                },
            }
        }
        parts
    }

    fn aloud(&self, reading: Reading, of: &ValueSource, now: Moment) -> Option<Vec<PromptId>> {
        let clock = self.clock(now);
        match of {
            ValueSource::Now => reading.aloud("now", &self.locale, &clock),
            ValueSource::Variable(name) => {
                let value = self.facts.variables.get(name).map(Value::text)?;
                reading.aloud(&value, &self.locale, &clock)
            }
        }
    }

    /// The hotline's wall clock at `now`.
    fn clock(&self, now: Moment) -> jiff::Zoned {
        self.wall.saturating_add(now.elapsed())
    }
}
