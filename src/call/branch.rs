//! The steps that go on at once: branches, splits, languages and variables.

use super::{Call, What, variables::Value};
use crate::{
    moment::Moment,
    phone::PhoneNumber,
    script::{Act, Branch, Locale, Split, branch::Circumstances},
};
use jiff::civil::DateTime;
use std::{borrow::Cow, collections::BTreeMap};

impl Call {
    /// Does what needs no answer from the caller, and goes on.
    pub(super) fn go_on(&mut self, act: &Act, now: Moment) {
        match act {
            Act::Go(next) => self.go(*next, now),
            Act::IfCallerKnown { yes, no } => self.go(if self.facts.caller.is_some() { *yes } else { *no }, now),
            Act::IfPast { past, yes, no } => self.go(if self.facts.past.is(*past) { *yes } else { *no }, now),
            Act::Branch(branch) => self.take_branch(branch, now),
            Act::Split(split) => self.take_share(split, now),
            Act::Language { locale, next } => {
                self.locale = locale.clone();
                self.go(*next, now);
            }
            Act::Set { values, next } => {
                self.set(values);
                self.go(*next, now);
            }
            // The others wait for somebody.
            _ => {}
        }
    }

    fn take_branch(&mut self, branch: &Branch, now: Moment) {
        let to = branch.choose(&Here { call: self, now });
        self.go(to, now);
    }

    /// The wording that this call tries; the journal keeps which, so that reports can tell them apart.
    fn take_share(&mut self, split: &Split, now: Moment) {
        let step = self.step_name().to_owned();
        let Some(share) = split.choose(self.facts.lot, &step) else { return self.fail(now) };
        let (name, go) = (share.name.clone(), share.go);
        self.journal(now, What::Split { step, name });
        self.go(go, now);
    }

    fn set(&mut self, values: &BTreeMap<String, String>) {
        let values = values.iter().map(|(name, text)| (name.clone(), Value::Text(text.as_str().into())));
        self.facts.variables.extend(values);
    }
}

/// What conditions look at in this call.
struct Here<'c> {
    call: &'c Call,
    now: Moment,
}

impl Circumstances for Here<'_> {
    fn now(&self) -> DateTime {
        self.call.wall.saturating_add(self.now.elapsed()).datetime()
    }

    fn caller(&self) -> Option<&PhoneNumber> {
        self.call.facts.caller.as_ref()
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        self.call.facts.variables.get(name).map(Value::text)
    }

    fn language(&self) -> &Locale {
        &self.call.locale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{Command, Entry, Event, HandsOver, Past, tests::BANK},
        phone::Digit,
        script::{self, Script, SourceFile},
        sim::talk::{Deed, Plan, talk},
    };
    use std::{sync::Arc, time::Duration};

    fn script(gate: &str) -> Arc<Script> {
        let text = format!(
            "[hotline]\nstart = \"gate\"\n[hours.work]\nweek = \"mon-fri\"\ntimes = [\"09:00-12:00\", \"13:30-18:00\"]\nholidays = true\n{gate}\n\
             [step.welcome]\nsay = \"menu_main\"\nkeys = {{ 1 = \"agent\", 2 = \"agent\", 3 = \"agent\", 0 = \"agent\", \"*\" = \"repeat\" }}\n\
             [step.agent]\nsay = \"transfer_announce\"\nqueue = \"q\"\n[step.closed]\nspare = \"x\"\nsay = \"goodbye\"\nhang_up = true\n"
        );
        let script = script::read(&[SourceFile::new("hotline.toml", text)]);
        Arc::new(script.unwrap_or_else(|problems| panic!("{problems:?}")))
    }

    fn at(month: i8, day: i8, hour: i8, minute: i8) -> jiff::Zoned {
        jiff::civil::date(2026, month, day).at(hour, minute, 0, 0).in_tz("Asia/Shanghai").expect("a date")
    }

    fn steps(script: &Arc<Script>, wall: jiff::Zoned, plan: Plan) -> Vec<String> {
        let step = |Entry { what, .. }: Entry| match what {
            What::Step { name } => Some(name),
            _ => None,
        };
        let outcome = talk(script, &BANK, wall, plan, Duration::from_secs(120));
        outcome.journal.into_iter().filter_map(step).collect()
    }

    const BY_HOURS: &str = "[step.gate]\nbranch = [{ hours = \"work\", go = \"welcome\" }]\notherwise = \"closed\"";

    #[test]
    fn a_gate_by_hours_opens_on_working_days_and_closes_on_holidays_and_at_noon() {
        let script = script(BY_HOURS);
        let second = |wall| steps(&script, wall, Plan::default())[1].clone();
        assert_eq!(second(at(11, 18, 10, 0)), "welcome");
        assert_eq!(second(at(11, 18, 12, 30)), "closed");
        assert_eq!(second(at(11, 21, 10, 0)), "closed", "a Saturday");
        assert_eq!(second(at(10, 1, 10, 0)), "closed", "the national day, a Thursday");
        assert_eq!(second(at(10, 10, 10, 0)), "welcome", "a Saturday that is worked");
    }

    #[test]
    fn a_gate_looks_at_the_clock_when_it_is_reached_not_when_the_call_began() {
        let gate = "[step.gate]\nsay = \"menu_main\"\nkeys = { 1 = \"later\", 0 = \"agent\" }\nno_input = \"later\"\n[step.later]\nbranch = [{ hours = \"work\", go = \"welcome\" }]\notherwise = \"closed\"";
        let after_opening = at(11, 18, 11, 59).saturating_add(Duration::from_secs(55));
        assert_eq!(steps(&script(gate), after_opening, Plan::default())[2], "closed");
    }

    #[test]
    fn parameters_of_the_gateway_and_variables_of_the_script_decide() {
        let gate = "[step.gate]\nbranch = [{ variable = \"param.vip\", is = [\"1\", \"yes\"], go = \"mark\" }]\notherwise = \"closed\"\n\
                    [step.mark]\nset = { level = \"high\" }\nnext = \"again\"\n\
                    [step.again]\nbranch = [{ variable = \"level\", is = \"high\", go = \"welcome\" }]\notherwise = \"closed\"";
        let script = script(gate);
        let with = |name: &str, text: &str| Plan {
            parameters: BTreeMap::from([(name.to_owned(), text.to_owned())]),
            ..Plan::default()
        };
        assert_eq!(steps(&script, at(11, 18, 10, 0), with("VIP", "yes"))[..4], ["gate", "mark", "again", "welcome"]);
        assert_eq!(steps(&script, at(11, 18, 10, 0), with("VIP", "no"))[..2], ["gate", "closed"]);
        assert_eq!(steps(&script, at(11, 18, 10, 0), Plan::default())[..2], ["gate", "closed"]);
    }

    #[test]
    fn a_split_keeps_to_the_calls_lot_and_the_journal_tells_which_way() {
        let gate = "[step.gate]\nsplit = [{ share = 50, go = \"welcome\", name = \"warm\" }, { share = 50, go = \"closed\", name = \"brisk\" }]";
        let script = script(gate);
        let way = |lot| {
            let outcome =
                talk(&script, &BANK, at(11, 18, 10, 0), Plan { lot, ..Plan::default() }, Duration::from_secs(1));
            outcome.journal.into_iter().find_map(|entry| match entry.what {
                What::Split { step, name } if step == "gate" => Some(name),
                _ => None,
            })
        };
        let warm = (0..40).filter(|lot| way(*lot).as_deref() == Some("warm")).count();
        assert!((10..=30).contains(&warm), "{warm}");
        assert!((0..40).all(|lot| way(lot) == way(lot)));
    }

    #[test]
    fn a_language_holds_from_its_step_on() {
        let gate = "[step.gate]\nlanguage = \"en\"\nsay = \"welcome\"\nnext = \"welcome\"";
        let mut call = Call::new(script(gate), at(11, 18, 10, 0), HandsOver::ByRoute);
        let (caller, resume, parameters) = (None, None, BTreeMap::new());
        call.handle(Event::Begin { caller, resume, parameters, lot: 0, past: Past::default() }, Moment::ZERO);
        let said = |call: &mut Call| {
            std::iter::from_fn(|| call.poll_command()).find_map(|command| match command {
                Command::Say { utterance, locale, prompts } => {
                    Some((utterance, locale.to_string(), prompts[0].to_string()))
                }
                _ => None,
            })
        };
        let (utterance, locale, prompt) = said(&mut call).expect("the step's own words");
        assert_eq!((locale.as_str(), prompt.as_str()), ("zh-CN", "welcome"));
        let at = Moment::from_millis(2_000);
        call.handle(Event::Played { utterance, index: 0, at }, at);
        let (_, locale, prompt) = said(&mut call).expect("the menu");
        assert_eq!((locale.as_str(), prompt.as_str()), ("en", "menu_main"));
    }

    #[test]
    fn a_key_pressed_over_a_gates_words_counts_in_the_step_behind_it() {
        let gate = "[step.gate]\nsay = \"welcome\"\nbranch = [{ caller_known = true, go = \"welcome\" }]\notherwise = \"closed\"";
        let deeds = vec![(Moment::from_millis(500), Deed::Key(Digit::parse('1').expect("a key")))];
        let plan = Plan { deeds, ..Plan::default() };
        assert_eq!(steps(&script(gate), at(11, 18, 10, 0), plan), ["gate", "welcome", "agent"]);
    }
}
