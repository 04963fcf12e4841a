//! Every fault has words in both languages.

use super::*;
use crate::{line::Condition, script::PromptId};
use std::{collections::BTreeSet, time::Duration};

#[test]
fn every_fault_is_told_in_both_languages() {
    for fault in every_fault() {
        let (chinese, english) = (fault.words(Language::Chinese), fault.words(Language::English));
        for words in [&chinese, &english] {
            assert!(!words.message.trim().is_empty() && !words.help.trim().is_empty(), "{}", fault.code());
        }
        assert!(is_chinese(&chinese.message) && is_chinese(&chinese.help), "{}: {chinese:?}", fault.code());
        assert!(!is_chinese(&english.message) || matches!(fault, Fault::Familiar), "{}: {english:?}", fault.code());
    }
}

#[test]
fn no_two_faults_share_a_code() {
    let codes: Vec<&str> = every_fault().iter().map(Fault::code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'8')));
}

#[test]
fn what_can_be_waived_are_the_warnings() {
    let warns = |fault: &Fault| fault.severity() == Severity::Warning && fault.code() != "idle_waiver";
    let mut codes: BTreeSet<&str> = every_fault().iter().filter(|fault| warns(fault)).map(Fault::code).collect();
    // Long quiet at the ends is a warning up to half a second.
    codes.insert("quiet_ends");
    assert_eq!(codes, WAIVABLE.into_iter().collect());
}

#[test]
fn a_problem_is_told_as_compilers_tell_theirs() {
    let file = crate::script::SourceFile::new("prompts/hotline.toml", "[hotline]\nnane = 1\n");
    let fault = Fault::UnknownKey { key: "nane".into(), nearest: Some("name".into()) };
    let problem = Problem { fault, place: Place::new(&file, 10..14) };
    assert_eq!(problem.line(Language::English), "prompts/hotline.toml:2:1: nothing is called `nane` here");
    assert_eq!(problem.help(Language::Chinese), "是不是 `name`？");
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// One of each. The match of [`after`] is exhaustive: a new fault does not compile without its place in the chain.
fn every_fault() -> Vec<Fault> {
    std::iter::successors(Some(Fault::Syntax { detail: "duplicate key".into() }), after).collect()
}

fn after(fault: &Fault) -> Option<Fault> {
    use Fault::*;
    let name = || "x".to_owned();
    let file = || "zh-CN/x.wav".to_owned();
    let prompt = PromptId::new("x");
    let second = Duration::from_secs(1);
    Some(match fault {
        Syntax { .. } => NotUtf8,
        NotUtf8 => NoHotline,
        NoHotline => NoCatalogue { locale: "fr".into() },
        NoCatalogue { .. } => StrayFile { name: name() },
        StrayFile { .. } => UnknownKey { key: name(), nearest: None },
        UnknownKey { .. } => Misplaced { key: name(), needs: "keys" },
        Misplaced { .. } => Missing { key: "say" },
        Missing { .. } => WrongType { key: name(), wanted: Shape::Text },
        WrongType { .. } => Empty { key: name() },
        Empty { .. } => BadDuration { text: name() },
        BadDuration { .. } => DurationRange { value: second, least: second, most: second },
        DurationRange { .. } => NumberRange { least: 0, most: 1 },
        NumberRange { .. } => BadFigure { text: name(), unit: "dB" },
        BadFigure { .. } => FigureRange { least: 0, most: 20, unit: "dB" },
        FigureRange { .. } => BadKey { text: name() },
        BadKey { .. } => KeyTwice { key: 'A' },
        KeyTwice { .. } => WordTwice { word: "noisy" },
        WordTwice { .. } => BadDates { text: name() },
        BadDates { .. } => DatesBackwards,
        DatesBackwards => BadHours { text: name() },
        BadHours { .. } => BadTimezone { text: name() },
        BadTimezone { .. } => BadLocale { text: name() },
        BadLocale { .. } => BadLength { text: name() },
        BadLength { .. } => BadWord { text: name(), allowed: &["none"], nearest: None },
        BadWord { .. } => BadPromptName { text: name() },
        BadPromptName { .. } => BadStepName { text: name() },
        BadStepName { .. } => BadTarget { text: name() },
        BadTarget { .. } => BadVariable { text: name() },
        BadVariable { .. } => BadUrl { text: name() },
        BadUrl { .. } => BadHeader { text: name() },
        BadHeader { .. } => BadSecret { text: name() },
        BadSecret { .. } => NoEndKey,
        NoEndKey => UnknownPart { text: name() },
        UnknownPart { .. } => UnknownStep { name: name(), nearest: None },
        UnknownStep { .. } => UnknownCondition { name: name(), nearest: None },
        UnknownCondition { .. } => NoLadder { condition: Condition::Faint },
        NoLadder { .. } => NoSteps,
        NoSteps => NoAgentStep { name: name() },
        NoAgentStep { .. } => TwoActs { first: "keys", second: "next" },
        TwoActs { .. } => DeadEnd { step: name() },
        DeadEnd { .. } => NoQuestion,
        NoQuestion => BadWeek { text: name() },
        BadWeek { .. } => UnknownHours { name: name(), nearest: None },
        UnknownHours { .. } => UnknownCallers { name: name(), nearest: None },
        UnknownCallers { .. } => BadCaller,
        BadCaller => CalendarClash { day: jiff::civil::date(2026, 10, 1) },
        CalendarClash { .. } => DraftCalendar { year: 2027 },
        DraftCalendar { .. } => NoCalendar { year: 2027 },
        NoCalendar { .. } => NoCondition,
        NoCondition => NoTest,
        NoTest => IdleLine { first: 1 },
        IdleLine { .. } => BadShares { sum: 90 },
        BadShares { .. } => NoText { prompt, locales: vec!["en".into()], nearest: None },
        NoText { .. } => NoParts { part: name(), locale: "en".into(), missing: vec![prompt] },
        NoParts { .. } => NoReading { part: name(), locale: "ja".into() },
        NoReading { .. } => Forbidden { phrase: name() },
        Forbidden { .. } => Familiar,
        Familiar => AnnouncedKey { key: '9' },
        AnnouncedKey { .. } => HumanUnsaid { step: name() },
        HumanUnsaid { .. } => NoClosing { last: Some(prompt), locales: vec!["en".into()] },
        NoClosing { .. } => NoWait,
        NoWait => ShortHangUp { wait: second },
        ShortHangUp { .. } => ShortWait { wait: second },
        ShortWait { .. } => ShortAnswer { wait: second },
        ShortAnswer { .. } => LadderCircle { conditions: vec![Condition::Faint] },
        LadderCircle { .. } => IdleConsent,
        IdleConsent => NoNotice,
        NoNotice => Unreachable { step: name() },
        Unreachable { .. } => Endless { steps: vec![name()] },
        Endless { .. } => NobodyThere { step: name() },
        NobodyThere { .. } => NoHumanKey { step: name() },
        NoHumanKey { .. } => TooManyChoices { count: 6, most: 5 },
        TooManyChoices { .. } => TooDeep { level: 4, most: 3 },
        TooDeep { .. } => EarlyPromotion { prompt },
        EarlyPromotion { .. } => Unset { variable: name(), nearest: None },
        Unset { .. } => NoRecording { file: file() },
        NoRecording { .. } => NoSpareRecording { file: file() },
        NoSpareRecording { .. } => BadRecording { file: file(), why: BadAudio::NotWav },
        BadRecording { .. } => LowRate { file: file(), sample_rate: 6_000 },
        LowRate { .. } => Clipped { file: file(), samples: 99 },
        Clipped { .. } => TooQuiet { file: file(), level: (-40.0).into(), least: (-32.0).into() },
        TooQuiet { .. } => RatherQuiet { file: file(), level: (-30.0).into(), others: (-22.0).into() },
        RatherQuiet { .. } => TooLoud { file: file(), level: (-9.0).into(), others: (-22.0).into() },
        TooLoud { .. } => QuietEnds { file: file(), lead: second, tail: second, severity: Severity::Error },
        QuietEnds { .. } => TooFast { file: file(), rate: 301, most: 300, unit: RateUnit::Characters },
        TooFast { .. } => RatherFast { file: file(), rate: 181, most: 180, unit: RateUnit::Words },
        RatherFast { .. } => TextChanged { file: file(), recorded: name() },
        TextChanged { .. } => Synthetic { file: file() },
        Synthetic { .. } => BadSheet { detail: name() },
        BadSheet { .. } => IdleWaiver { fault: "rather_fast", about: name() },
        IdleWaiver { .. } => return None,
    })
}
