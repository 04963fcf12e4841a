//! Questions that get no answer, or a wrong one: how often they are put, and what follows.

use super::Call;
use crate::{
    moment::Moment,
    script::{Ask, StepId},
};

impl Call {
    /// A key that the question does not offer.
    pub(super) fn wrong_key(&mut self, ask: &Ask, now: Moment) {
        self.tally.repeats = 0;
        let given_up = match ask.patience.tries {
            Some(tries) => self.asked_often_enough(tries),
            None => {
                self.tally.wrong_keys += 1;
                self.tally.wrong_keys >= self.script.limits.wrong_keys
            }
        };
        match given_up {
            true => self.escalate(ask, now),
            false => {
                let hint = ask.patience.invalid.as_ref().unwrap_or(&self.script.words.invalid).clone();
                self.say_step_again(Some(hint), now);
            }
        }
    }

    /// No answer where the script says what that leads to: at once, or when the question's own tries are used up.
    pub(super) fn no_answer(&mut self, ask: &Ask, then: StepId, now: Moment) {
        match ask.patience.tries.is_none_or(|tries| self.asked_often_enough(tries)) {
            true => self.go(then, now),
            false => self.put_again(ask, now),
        }
    }

    /// No answer where the limits decide.
    pub(super) fn no_answer_as_limited(&mut self, ask: &Ask, now: Moment) {
        let given_up = match ask.patience.tries {
            Some(tries) => self.asked_often_enough(tries),
            None => {
                self.tally.no_input += 1;
                self.tally.no_input > self.script.limits.no_input
            }
        };
        match given_up {
            true => self.escalate(ask, now),
            false => self.put_again(ask, now),
        }
    }

    /// Who does not answer is helped otherwise.
    pub(super) fn escalate(&mut self, ask: &Ask, now: Moment) {
        self.go(ask.patience.escalate.unwrap_or(self.script.words.agent), now);
    }

    fn put_again(&mut self, ask: &Ask, now: Moment) {
        let hint = ask.patience.no_input.as_ref().unwrap_or(&self.script.words.no_input).clone();
        self.say_step_again(Some(hint), now);
    }

    fn asked_often_enough(&mut self, tries: u32) -> bool {
        self.tally.unanswered += 1;
        self.tally.unanswered >= tries
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        call::{What, tests::BANK},
        moment::Moment,
        phone::Digit,
        script::{self, SourceFile},
        sim::talk::{Deed, Plan, talk},
    };
    use std::{sync::Arc, time::Duration};

    /// What is said in a menu with these keys of its own, by a caller who presses these keys a second apart.
    fn said(own: &str, keys: &str) -> Vec<String> {
        let text = format!(
            "[step.welcome]\nsay = \"menu_main\"\nkeys = {{ 1 = \"agent\", 2 = \"agent\", 3 = \"agent\", 0 = \"agent\", \"*\" = \"repeat\" }}\n{own}\n\
             [step.agent]\nsay = \"transfer_announce\"\nqueue = \"q\"\n[step.bye]\nspare = \"x\"\nsay = \"goodbye\"\nhang_up = true\n"
        );
        let script = script::read(&[SourceFile::new("hotline.toml", text)]).expect("a script");
        let key =
            |(n, key)| (Moment::from_millis(1_000 * (n as u64 + 1)), Deed::Key(Digit::parse(key).expect("a key")));
        let plan = Plan { deeds: keys.chars().enumerate().map(key).collect(), ..Plan::default() };
        let wall = jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date");
        let outcome = talk(&Arc::new(script), &BANK, wall, plan, Duration::from_secs(120));
        let said = outcome.journal.into_iter().filter_map(|entry| match entry.what {
            What::PromptSaid { prompt } => Some(prompt.to_string()),
            _ => None,
        });
        said.skip(1).collect()
    }

    #[test]
    fn a_question_may_have_its_own_tries_and_words_and_leave_for_its_own_step() {
        let own =
            "tries = 2\nescalate = \"bye\"\ninvalid_prompt = \"callback_failed\"\nno_input_prompt = \"menu_no_input\"";
        let own = own.replace("callback_failed", "louder_apology");
        assert_eq!(said(&own, "78"), ["louder_apology", "goodbye"]);
        assert_eq!(said(&own, "7"), ["louder_apology", "menu_main", "goodbye"], "silence counts with the wrong keys");
    }

    #[test]
    fn with_tries_of_its_own_a_question_is_put_again_before_no_answer_leads_on() {
        assert_eq!(
            said("no_input = \"bye\"\ntries = 3", "")[..5],
            ["menu_no_input", "menu_main", "menu_no_input", "menu_main", "goodbye"]
        );
        assert_eq!(said("no_input = \"bye\"", ""), ["goodbye"]);
    }

    #[test]
    fn what_a_question_does_not_say_is_as_everywhere() {
        assert_eq!(said("", "789"), ["menu_invalid", "menu_invalid", "transfer_announce"]);
        assert_eq!(said("escalate = \"bye\"", "789"), ["menu_invalid", "menu_invalid", "goodbye"]);
        assert_eq!(said("invalid_prompt = \"louder_apology\"", "789")[0], "louder_apology");
    }
}
