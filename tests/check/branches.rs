//! Branches, hours, callers, splits, languages and variables with one fault each; good but odd ones, accepted.
//!
//! As in `scripts`, `«` stands where the message must point.

use super::scripts::{AGENT, BYE, WELCOME, codes, errors, problems, told, unmark};
use qingjiang::script::{self, Language, SourceFile};

/// A script that begins with a gate: `gate` are its lines.
fn gated(gate: &str) -> String {
    format!("[hotline]\nstart = \"gate\"\n[step.gate]\n{gate}\n{WELCOME}{AGENT}")
}

/// A gate of one line.
fn line(line: &str) -> String {
    gated(&format!("branch = [{line}]\notherwise = \"welcome\""))
}

const OFFICE: &str = "[hours.work]\nweek = \"mon-fri\"\ntimes = [\"09:00-12:00\", \"13:30-18:00\"]\n";

#[test]
fn broken_branches_are_refused_where_they_are_broken() {
    let table = [
        ("missing_key", gated("branch = [{ caller_known = true, go = \"welcome\" }]").replace("[step.gate]", "[step.«gate]")),
        ("empty", gated("branch = «[]\notherwise = \"welcome\"")),
        ("wrong_type", line("«\"welcome\"")),
        ("no_condition", line("«{ go = \"agent\" }")),
        ("missing_key", line("«{ caller_known = true }")),
        ("unknown_step", line("{ caller_known = true, go = «\"welcom\" }")),
        ("unknown_key", line("{ «callers = \"vip\", caller_known = true, go = \"agent\" }")),
        ("unknown_hours", format!("{OFFICE}{}", line("{ hours = «\"wrok\", go = \"agent\" }"))),
        ("bad_dates", line("{ dates = «\"2027-02\", go = \"agent\" }")),
        ("bad_caller", line("{ caller = [\"138*\", «\"1*8\"], go = \"agent\" }")),
        ("unknown_callers", line("{ caller_in = «\"vpi\", go = \"agent\" }")),
        ("no_test", line("{ variable = «\"param.vip\", go = \"agent\" }")),
        ("misplaced_key", line("{ «is = \"3\", caller_known = true, go = \"agent\" }")),
        ("bad_variable", line("{ variable = «\"param.\", is = 1, go = \"agent\" }")),
        ("unset_variable", line("{ variable = «\"mark\", is = 3, go = \"agent\" }")),
        ("no_catalogue", line("{ language = «\"fr\", go = \"agent\" }")),
        ("bad_locale", line("{ language = «\"english\", go = \"agent\" }")),
        ("idle_line", line("{ caller_known = true, go = \"agent\" }, «{ caller_known = true, variable = \"param.vip\", is = 1, go = \"welcome\" }")),
        ("two_acts", gated("branch = [{ caller_known = true, go = \"welcome\" }]\notherwise = \"agent\"\n«queue = \"q\"")),
        ("misplaced_key", gated("say = \"welcome\"\nnext = \"welcome\"\n«otherwise = \"agent\"")),
        // Hours and their calendar
        ("bad_week", format!("[hours.work]\nweek = «\"monday\"\n{}", line("{ hours = \"work\", go = \"agent\" }"))),
        ("bad_hours", format!("[hours.work]\ntimes = [\"09:00-12:00\", «\"13-18\"]\n{}", line("{ hours = \"work\", go = \"agent\" }"))),
        ("unknown_key", format!("[hours.work]\n«days = \"mon-fri\"\n{}", line("{ hours = \"work\", go = \"agent\" }"))),
        // Splits
        ("bad_shares", gated("split = «[{ share = 50, go = \"welcome\" }, { share = 40, go = \"agent\" }]")),
        ("number_range", gated("split = [{ share = «0, go = \"welcome\" }, { share = 100, go = \"agent\" }]")),
        ("missing_key", gated("split = [«{ go = \"welcome\" }, { share = 50, go = \"agent\" }]")),
        // Languages and variables
        ("no_catalogue", gated("language = «\"fr\"\nnext = \"welcome\"")),
        ("missing_key", gated("language = \"en\"").replace("[step.gate]", "[step.«gate]")),
        ("bad_variable", gated("set = { «\"a b\" = \"1\" }\nnext = \"welcome\"")),
        ("empty", gated("set = «{}\nnext = \"welcome\"")),
        ("wrong_type", gated("set = { a = «true }\nnext = \"welcome\"")),
        // Proofs
        ("endless", gated("branch = [{ caller_known = true, go = «\"other\" }]\notherwise = \"welcome\"\n[step.other]\nsplit = [{ share = 60, go = \"gate\" }, { share = 40, go = \"welcome\" }]")),
        ("endless", format!("[step.first]\nsay = \"welcome\"\nkeys = {{ 1 = \"a\", 0 = \"agent\" }}\n[step.a]\nlanguage = \"en\"\nnext = «\"b\"\n[step.b]\nset = {{ a = 1 }}\nnext = \"a\"\n{AGENT}")),
        ("no_closing", gated("branch = [{ caller_known = true, go = \"welcome\" }]\notherwise = \"closed\"\n[step.«closed]\nhang_up = true")),
        ("unset_variable", format!("{}[step.read]\nsay = [«\"$digits:n\"]\nnext = \"agent\"\n", gated("branch = [{ caller_known = true, go = \"keep\" }]\notherwise = \"read\"\n[step.keep]\nset = { n = 1 }\nnext = \"read\"\n[step.back]\nspare = \"x\"\nsay = \"welcome\"\nnext = \"welcome\""))),
        ("no_human_key", "[step.welcome]\nsay = \"welcome\"\n«keys = { 1 = \"q\", 2 = \"gate\" }\n[step.gate]\nbranch = [{ caller_known = true, go = \"agent\" }]\notherwise = \"closed\"\n[step.closed]\nsay = \"goodbye\"\nhang_up = true\n[step.q]\nqueue = \"q\"\n[step.agent]\nqueue = \"q\"\n".into()),
        ("no_human_key", "[step.welcome]\nsay = \"welcome\"\n«keys = { 1 = \"order\", 2 = \"card\" }\n[step.order]\ncollect = { into = \"n\", length = 8, give_up = \"agent\" }\nnext = \"agent\"\n[step.card]\ncollect = { into = \"n\", length = 16, give_up = \"agent\" }\nnext = \"bye\"\n[step.bye]\nsay = \"goodbye\"\nhang_up = true\n[step.agent]\nqueue = \"q\"\n".into()),
        ("no_recording_notice", line("{ caller_known = true, go = \"told\" }").replace("start =", "record = «true\nstart =") + "[step.told]\nsay = \"recording_notice\"\nnext = \"welcome\"\n"),
    ];
    let mut wrong = String::new();
    for (code, marked) in table {
        let (text, line, column) = unmark(&marked);
        let problems = problems(&[SourceFile::new("hotline.toml", text)]);
        if errors(&problems) != [("hotline.toml".into(), line, column, code)] {
            wrong += &format!("---- {code} at {line}:{column}\n{marked}\n{}", told(&problems));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn good_but_odd_branches_are_accepted() {
    let by_number =
        "{ caller = \"138*\", go = \"welcome\" }, { caller = [\"+86139*\", \"021-5555 1234\"], go = \"agent\" }";
    let table = [
        (
            "a gate by hours, and a message outside them",
            format!(
                "{OFFICE}{}",
                gated(
                    "branch = [{ hours = \"work\", go = \"welcome\" }]\notherwise = \"closed\"\n[step.closed]\nsay = \"goodbye\"\nhang_up = true"
                )
            ),
        ),
        (
            "hours of every day, the whole day",
            format!("[hours.always]\n{}", line("{ hours = \"always\", go = \"agent\" }")),
        ),
        (
            "a night shift",
            format!(
                "[hours.night]\ntimes = \"22:00-06:00\"\nweek = \"fri,sun\"\n{}",
                line("{ hours = \"night\", go = \"agent\" }")
            ),
        ),
        ("numbers and beginnings of numbers", line(by_number)),
        (
            "days and a known caller together",
            line("{ dates = \"2027-02-05..2027-02-11\", caller_known = true, go = \"agent\" }"),
        ),
        ("a parameter of the gateway", line("{ variable = \"param.X-VIP\", is = [\"1\", \"yes\"], go = \"agent\" }")),
        (
            "a variable that may not be set, asked first",
            line("{ variable = \"mark\", set = true, is = 3, go = \"agent\" }"),
        ),
        (
            "a variable that cannot be unset any more",
            line(
                "{ variable = \"mark\", set = false, go = \"agent\" }, { variable = \"mark\", is_not = 3, go = \"agent\" }",
            ),
        ),
        (
            "a narrow line before a wide one",
            line(
                "{ caller_known = true, language = \"en\", go = \"agent\" }, { caller_known = true, go = \"welcome\" }",
            ),
        ),
        (
            "English on a key",
            format!(
                "[step.first]\nsay = \"welcome\"\nkeys = {{ 9 = \"english\", 0 = \"agent\" }}\nno_input = \"welcome\"\n[step.english]\nlanguage = \"en\"\nnext = \"welcome\"\n[hotline]\nstart = \"first\"\n{WELCOME}{AGENT}"
            ),
        ),
        (
            "two wordings of one name",
            gated("split = [{ share = 1, go = \"welcome\", name = \"暖\" }, { share = 99, go = \"agent\" }]"),
        ),
        (
            "a variable set on every way",
            format!(
                "{}[step.read]\nsay = [\"$digits:n\"]\nnext = \"welcome\"\n[step.a]\nset = {{ n = 1 }}\nnext = \"read\"\n[step.b]\nset = {{ n = \"2\", m = \"x\" }}\nnext = \"read\"\n",
                gated("branch = [{ caller_known = true, go = \"a\" }]\notherwise = \"b\"")
            ),
        ),
        (
            "a key that leads to an agent or, when closed, to a number",
            format!(
                "{OFFICE}[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"q\", 2 = \"gate\" }}\n[step.gate]\nbranch = [{{ hours = \"work\", go = \"agent\" }}]\notherwise = \"number\"\n[step.number]\nsay = \"callback_number\"\ncollect = {{ into = \"n\", length = 11, give_up = \"bye\" }}\nnext = \"call\"\n[step.call]\nsay = \"callback_confirm\"\ncallback = {{ number = \"$n\", failed = \"bye\" }}\nnext = \"bye\"\n[step.q]\nqueue = \"q\"\n{AGENT}{BYE}"
            ),
        ),
        (
            "a menu after hours: a number, or the hours again",
            format!(
                "[hotline]\nagent = \"number\"\n[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"number\", 2 = \"again\" }}\nno_input = \"bye\"\n[step.again]\nsay = \"after_hours\"\nkeys = {{ 1 = \"number\" }}\nno_input = \"bye\"\n[step.number]\ncollect = {{ into = \"n\", length = 11, give_up = \"bye\" }}\nnext = \"call\"\n[step.call]\nsay = \"callback_confirm\"\ncallback = {{ number = \"$n\", failed = \"bye\" }}\nnext = \"bye\"\n{BYE}"
            ),
        ),
        (
            "a notice on both ways of a gate",
            line("{ caller_known = true, go = \"a\" }")
                .replace("otherwise = \"welcome\"", "otherwise = \"b\"")
                .replace("start =", "record = true\nstart =")
                + "[step.a]\nsay = \"recording_notice\"\nnext = \"welcome\"\n[step.b]\nsay = \"recording_notice\"\nnext = \"agent\"\n",
        ),
    ];
    let mut wrong = String::new();
    for (what, text) in table {
        let problems = problems(&[SourceFile::new("hotline.toml", text.clone())]);
        if !errors(&problems).is_empty() {
            wrong += &format!("---- {what}\n{text}\n{}", told(&problems));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_calendar_is_checked_where_it_is_wrong() {
    let table = [
        ("bad_dates", "[[holiday]]\nname = \"x\"\noff = «\"2026-13-01\"\n"),
        ("missing_key", "«[[holiday]]\nname = \"x\"\n"),
        ("missing_key", "«[[holiday]]\noff = \"2026-10-01\"\n"),
        ("unknown_key", "[[holiday]]\nname = \"x\"\noff = \"2026-10-01\"\n«wrok = \"2026-10-10\"\n"),
        ("unknown_key", "[[«holidays]]\nname = \"x\"\noff = \"2026-10-01\"\n"),
        (
            "calendar_clash",
            "[[holiday]]\nname = \"x\"\noff = \"2026-10-01..2026-10-07\"\nwork = [\"2026-09-20\", «\"2026-10-07\"]\n",
        ),
        ("syntax", "[[holiday]]\nname = \"x«\n"),
    ];
    for (code, marked) in table {
        let (text, line, column) = unmark(marked);
        let problems = problems(&[
            SourceFile::new("hotline.toml", format!("{WELCOME}{AGENT}")),
            SourceFile::new("holidays.toml", text),
        ]);
        assert_eq!(errors(&problems), [("holidays.toml".into(), line, column, code)], "{marked}\n{}", told(&problems));
    }
}

#[test]
fn hours_that_follow_an_unpublished_calendar_are_warned_of() {
    let follows = format!("{}holidays = true\n{}", OFFICE, line("{ hours = \"work\", go = \"agent\" }"));
    assert_eq!(codes(&problems(&[SourceFile::new("hotline.toml", follows.clone())])), ["draft_calendar"]);
    let final_one =
        SourceFile::new("holidays.toml", "[[holiday]]\nname = \"国庆节\"\noff = \"2027-10-01..2027-10-07\"\n");
    assert_eq!(codes(&problems(&[SourceFile::new("hotline.toml", follows), final_one])), [""; 0]);
}

#[test]
fn hours_that_follow_a_calendar_without_this_year_are_warned_of_where_a_step_branches_on_them() {
    let gate = format!("{}holidays = true\n{}", OFFICE, line("«{ hours = \"work\", go = \"agent\" }"));
    let (text, at, column) = unmark(&gate);
    let calendar = SourceFile::new("holidays.toml", "[[holiday]]\nname = \"元旦\"\noff = \"2026-01-01\"\n");
    let found = |text: &str, now: &str| {
        let files = [SourceFile::new("hotline.toml", text), calendar.clone()];
        assert_eq!(codes(&problems(&files)), [""; 0], "what day it is is nobody's concern here");
        script::overdue(&files, now.parse().expect("a time"))
    };
    let overdue = found(&text, "2027-01-01T00:00:00+08:00");
    assert_eq!(codes(&overdue), ["no_calendar"]);
    assert_eq!(overdue[0].place.line_column(), (at, column), "{}", told(&overdue));
    assert!(overdue[0].message(Language::Chinese).contains("没有 2027 年"), "{}", told(&overdue));
    // A second earlier it is still 2026 in Shanghai.
    assert_eq!(codes(&found(&text, "2026-12-31T23:59:59+08:00")), [""; 0]);
    let waived = "[[waive]]\nfault = \"no_calendar\"\nabout = \"step.gate\"\nreason = \"全年照常\"\n";
    assert_eq!(codes(&found(&(waived.to_owned() + &text), "2027-06-01T00:00:00+08:00")), [""; 0]);
    let unused = format!("{OFFICE}holidays = true\n{WELCOME}{AGENT}");
    assert_eq!(codes(&found(&unused, "2027-06-01T00:00:00+08:00")), [""; 0]);
}

#[test]
fn lists_of_callers_are_used_by_name_and_never_shown() {
    let text = line("{ caller_in = \"vip\", go = \"agent\" }");
    let with =
        |list: &str| problems(&[SourceFile::new("hotline.toml", text.clone()), SourceFile::new("callers.toml", list)]);
    assert_eq!(codes(&with("vip = [\"13812345678\", \"138*\"]\n")), [""; 0]);
    assert_eq!(codes(&with("vip = []\n")), [""; 0], "nobody is on it yet");
    let wrong = with("vip = [\"13812345678\", \"1381234567x\"]\n");
    assert_eq!(errors(&wrong), [("callers.toml".into(), 1, 23, "bad_caller")]);
    assert!(!told(&wrong).contains("1234567") && !format!("{wrong:?}").contains("1234567"), "{}", told(&wrong));
}
