//! Questions with limits and words of their own: one fault each.

use super::scripts::{AGENT, BYE, codes, errors, problems, told, unmark};
use qingjiang::script::SourceFile;

/// A menu with these keys of its own.
fn question(own: &str) -> String {
    format!(
        "[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"bye\", 0 = \"agent\", \"*\" = \"repeat\" }}\n{own}\n{AGENT}{BYE}"
    )
}

#[test]
fn broken_limits_of_a_question_are_refused_where_they_are_broken() {
    let table = [
        ("number_range", question("tries = «0")),
        ("number_range", question("tries = «11")),
        ("wrong_type", question("tries = «\"3\"")),
        ("unknown_step", question("escalate = «\"by\"")),
        ("bad_prompt_name", question("invalid_prompt = «\"Welcome\"")),
        ("no_text", question("no_input_prompt = «\"menu_no_inptu\"")),
        ("misplaced_key", question("") + "«tries = 2\n"),
        ("misplaced_key", question("") + "«escalate = \"agent\"\n"),
        ("endless", question("tries = 2\nescalate = «\"welcome\"")),
        (
            "endless",
            question(
                "escalate = «\"more\"\n[step.more]\nsay = \"menu_no_input\"\nbranch = [{ caller_known = true, go = \"agent\" }]\notherwise = \"welcome\"",
            ),
        ),
        ("no_closing", question("escalate = \"rude\"\n[step.«rude]\nsay = \"menu_no_input\"\nhang_up = true")),
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
fn a_question_may_escalate_where_nothing_else_leads() {
    let own = "tries = 1\nescalate = \"sorry\"\n[step.sorry]\nsay = \"menu_no_input\"\nnext = \"agent\"";
    let problems = problems(&[SourceFile::new("hotline.toml", question(own))]);
    assert_eq!(codes(&problems), [""; 0], "{}", told(&problems));
}
