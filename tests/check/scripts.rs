//! Scripts and texts with one fault each, refused at the right place; good but odd ones, accepted.

pub(super) use super::broken::{AGENT, BYE, WELCOME, unmark};
use super::{
    broken::{self, Broken, catalogue_with},
    odd,
};
use qingjiang::script::{self, Language, Problem, Severity, SourceFile};
use std::sync::Arc;

#[test]
fn broken_scripts_are_refused_where_they_are_broken() {
    let broken = broken::scripts();
    assert!(broken.len() >= 40, "{}", broken.len());
    refused(broken, |_| true);
}

#[test]
fn broken_texts_are_refused_at_the_word() {
    // A text that could not be read is missing as well: that is told where it is used.
    refused(broken::texts(), |code| code != "no_text");
}

/// Each has one error, of the right kind and at the right place, in both languages.
fn refused(table: Vec<Broken>, counts: impl Fn(&str) -> bool) {
    let mut wrong = String::new();
    for Broken { code, file, text, place: (line, column) } in table {
        let broken = SourceFile::new(file, text);
        let files = if file == "hotline.toml" { vec![broken.clone()] } else { vec![hotline(""), broken.clone()] };
        let problems = problems(&files);
        let found: Vec<_> = errors(&problems).into_iter().filter(|(_, _, _, code)| counts(code)).collect();
        if found != [(file.to_owned(), line, column, code)] || !problems.iter().all(is_told_in_both_languages) {
            wrong += &format!("---- {code} at {file}:{line}:{column}\n{}\n{}", broken.text, told(&problems));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn is_told_in_both_languages(problem: &Problem) -> bool {
    let words =
        [Language::Chinese, Language::English].map(|language| (problem.message(language), problem.help(language)));
    words.iter().all(|(message, help)| !message.is_empty() && !help.is_empty()) && words[0].0 != words[1].0
}

#[test]
fn advertising_waits_until_the_caller_has_chosen() {
    let (text, _) = catalogue_with("promo = { text = \"新品上市。\", kind = \"promotion\" }");
    let promoted = |marked: &str| {
        let (script, line, column) = unmark(marked);
        let problems =
            problems(&[SourceFile::new("hotline.toml", script), SourceFile::new("zh-CN.toml", text.clone())]);
        (errors(&problems), ("hotline.toml".to_owned(), line, column, "early_promotion"))
    };
    let (found, expected) = promoted(&format!(
        "[step.welcome]\nsay = [\"welcome\", «\"promo\"]\nkeys = {{ 1 = \"agent\", 0 = \"agent\" }}\n{AGENT}"
    ));
    assert_eq!(found, [expected]);
    let (found, expected) =
        promoted(&format!("[[greeting]]\nsay = \"promo\"\n{WELCOME}{AGENT}").replacen("[[", "«[[", 1));
    assert_eq!(found, [expected]);
    let (found, _) = promoted(&format!(
        "[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"news\", 0 = \"agent\" }}\n[step.news]\nsay = \"promo\"\nnext = \"agent\"\n{AGENT}«"
    ));
    assert_eq!(found, []);
}

#[test]
fn a_directory_without_a_script_or_with_other_files_says_so() {
    let only_texts = problems(&[SourceFile::new("zh-CN.toml", "")]);
    assert_eq!(errors(&only_texts)[0].3, "no_hotline");
    let stray = problems(&[hotline(""), SourceFile::new("Notes.toml", "")]);
    assert_eq!(codes(&stray), ["stray_file"]);
    let latin1 = SourceFile::new("hotline.toml", "# \u{fffd}\n".to_owned() + WELCOME + AGENT);
    assert_eq!(errors(&problems(&[latin1])), [("hotline.toml".into(), 1, 3, "not_utf8")]);
}

#[test]
fn every_problem_is_told_at_once() {
    let text = format!(
        "[hotline]\nnane = \"a\"\n[line.silent]\nladder = [{{ say = \"silent_reprompt\", wait = \"1s\" }}, \"silent_change_phone\"]\n{WELCOME}wait = \"x\"\n{AGENT}[step.bye]\nhang_up = \"0s\"\n"
    );
    let mut found = codes(&problems(&[SourceFile::new("hotline.toml", text)]));
    found.sort_unstable();
    assert_eq!(found, ["bad_duration", "no_closing", "no_wait", "short_wait", "unknown_key", "unreachable_step"]);
}

#[test]
fn a_typo_does_not_hide_what_else_is_wrong() {
    let text = format!(
        "[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"a\", 2 = \"b\" }}\nspeech = \"agnet\"\n[step.a]\nqueue = \"a\"\n[step.b]\nsay = \"hold_back\"\nhang_up = true\n{AGENT}"
    );
    let mut found = codes(&problems(&[SourceFile::new("hotline.toml", text)]));
    found.sort_unstable();
    assert_eq!(found, ["no_closing", "no_human_key", "unknown_step"]);
}

#[test]
fn a_farewell_without_a_goodbye_is_told_where_it_is_said_and_where_it_is_written() {
    let (text, line) = catalogue_with("capacity_busy = \"对不起,当前来电较多,请您稍后再拨。\"");
    let found = errors(&problems(&[hotline(""), SourceFile::new("zh-CN.toml", text)]));
    assert_eq!(found, [("zh-CN.toml".into(), line, 17, "no_closing")]);
}

#[test]
fn good_but_odd_scripts_are_accepted() {
    let table = odd::scripts();
    assert!(table.len() >= 40, "{}", table.len());
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
fn other_languages_close_with_their_own_words() {
    let (french, _) = catalogue_with("");
    let french = french.replace("再见", "au revoir");
    let unmarked = problems(&[hotline("[hotline]\nlocale = \"fr\"\n"), SourceFile::new("fr.toml", french.clone())]);
    assert!(codes(&unmarked).iter().all(|code| *code == "no_closing"), "{}", told(&unmarked));
    assert!(!unmarked.is_empty());
    let marked = french.lines().map(|line| match line.split_once(" = ") {
        Some((name, text)) if text.contains("au revoir") => {
            format!("{name} = {{ text = {text}, kind = \"closing\" }}\n")
        }
        _ => format!("{line}\n"),
    });
    let marked =
        problems(&[hotline("[hotline]\nlocale = \"fr\"\n"), SourceFile::new("fr.toml", marked.collect::<String>())]);
    assert_eq!(errors(&marked), [], "{}", told(&marked));
}

#[test]
fn a_menu_is_warned_of_when_its_words_and_keys_differ() {
    let nine = format!("{}{AGENT}", WELCOME.replace("\"menu_main\"", "\"menu_main\", \"louder_hint\""));
    assert_eq!(codes(&problems(&[SourceFile::new("hotline.toml", nine)])), ["announced_key"]);
    let unsaid = format!(
        "[step.welcome]\nsay = \"survey_ask\"\nkeys = {{ 1 = \"q\", 2 = \"q\", 3 = \"q\", 0 = \"agent\" }}\n[step.q]\nqueue = \"q\"\n{AGENT}"
    );
    assert_eq!(codes(&problems(&[SourceFile::new("hotline.toml", unsaid)])), ["human_unsaid"]);
}

#[test]
fn a_value_that_a_language_cannot_read_out_is_an_error_that_names_what_is_missing() {
    let odd = "[step.odd]\nspare = \"x\"\nsay = [«\"$date:now\"]\nnext = \"agent\"\n";
    let (script, line, column) = unmark(&format!("{WELCOME}{AGENT}{odd}"));
    let script = SourceFile::new("hotline.toml", script);
    let (texts, _) = catalogue_with("");
    let lacks = |line: &&str| !line.starts_with("month = ") && !line.starts_with("day = ");
    let lacking = texts.lines().filter(lacks).collect::<Vec<_>>().join("\n");
    let found = problems(&[script.clone(), SourceFile::new("zh-CN.toml", lacking)]);
    assert_eq!(errors(&found), [("hotline.toml".into(), line, column, "no_parts")], "{}", told(&found));
    assert!(found[0].help(Language::Chinese).contains("day、month"), "{}", found[0].help(Language::Chinese));
    let french = [script, SourceFile::new("zh-CN.toml", texts.clone()), SourceFile::new("fr.toml", texts)];
    assert!(codes(&problems(&french)).contains(&"no_reading"));
}

/// The problems of a script without its recordings.
pub(super) fn problems(files: &[Arc<SourceFile>]) -> Vec<Problem> {
    script::proofread(files).problems
}

/// A good script that begins with `head`.
fn hotline(head: &str) -> Arc<SourceFile> {
    SourceFile::new("hotline.toml", format!("{head}{WELCOME}{AGENT}"))
}

pub(super) fn errors(problems: &[Problem]) -> Vec<(String, usize, usize, &'static str)> {
    let errors = problems.iter().filter(|problem| problem.severity() == Severity::Error);
    let place = |problem: &Problem| {
        let (line, column) = problem.place.line_column();
        (problem.place.file.path.clone(), line, column, problem.fault.code())
    };
    errors.map(place).collect()
}

pub(super) fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.fault.code()).collect()
}

pub(super) fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{}\n", problem.line(Language::English))).collect()
}
