//! Scripts and texts with one fault each, refused at the right place; good but odd ones, accepted.
//!
//! In the broken ones `«` stands where the message must point; it is taken out before the file is read.

use qingjiang::script::{self, Language, Problem, Severity, SourceFile};
use std::sync::Arc;

/// What a short script needs besides the step under test.
pub(super) const AGENT: &str = "[step.agent]\nsay = \"transfer_announce\"\nagent = \"8001\"\n";
pub(super) const BYE: &str = "[step.bye]\nsay = \"goodbye\"\nhang_up = \"5s\"\n";
pub(super) const WELCOME: &str = "[step.welcome]\nsay = [\"$greeting\", \"menu_main\"]\nkeys = { 1 = \"agent\", 2 = \"agent\", 3 = \"agent\", 0 = \"agent\", \"*\" = \"repeat\" }\nspeech = \"agent\"\n";

#[test]
fn broken_scripts_are_refused_where_they_are_broken() {
    let table = [
        // TOML and its values
        ("syntax", format!("[hotline]\nname = \"a«\n{WELCOME}{AGENT}")),
        ("syntax", format!("[hotline]\nname = \"a\"\n«name = \"b\"\n{WELCOME}{AGENT}")),
        ("unknown_key", format!("[hotline]\n«nane = \"a\"\n{WELCOME}{AGENT}")),
        ("unknown_key", format!("{WELCOME}{AGENT}[«lines]\nlast_chance = true\n")),
        ("unknown_key", format!("{WELCOME}«sppech = \"agent\"\n{AGENT}")),
        ("wrong_type", format!("[hotline]\nrecord = «\"yes\"\n{WELCOME}{AGENT}")),
        ("wrong_type", format!("[hotline]\nname = «7\n{WELCOME}{AGENT}")),
        ("wrong_type", format!("{WELCOME}{AGENT}[line.silent]\nladder = «\"silent_reprompt\"\n")),
        ("empty", format!("{WELCOME}{AGENT}[line.silent]\nladder = «[]\n")),
        ("empty", format!("[hotline]\nname = «\"  \"\n{WELCOME}{AGENT}")),
        ("bad_duration", format!("{WELCOME}wait = «5\n{AGENT}")),
        ("bad_duration", format!("{WELCOME}wait = «\"five\"\n{AGENT}")),
        ("bad_duration", format!("{WELCOME}wait = «\"-5s\"\n{AGENT}")),
        ("duration_range", format!("{WELCOME}wait = «\"2h\"\n{AGENT}")),
        ("number_range", format!("[limits]\nwrong_keys = «0\n{WELCOME}{AGENT}")),
        ("bad_figure", format!("[hearing]\nfaint = «-37\n{WELCOME}{AGENT}")),
        ("bad_figure", format!("[hearing]\nnoisy = «\"-37dBov\"\n{WELCOME}{AGENT}")),
        ("figure_range", format!("[hearing]\nnoisy = «\"40dB\"\n{WELCOME}{AGENT}")),
        ("unknown_key", format!("[hearing]\n«fainted = \"-37dBov\"\n{WELCOME}{AGENT}")),
        ("bad_dates", format!("[[greeting]]\ndates = «\"2027-02-30\"\nsay = \"welcome\"\n{WELCOME}{AGENT}")),
        (
            "dates_backwards",
            format!("[[greeting]]\ndates = «\"2027-02-11..2027-02-05\"\nsay = \"welcome\"\n{WELCOME}{AGENT}"),
        ),
        ("bad_hours", format!("[[greeting]]\nhours = «\"5-12\"\nsay = \"welcome\"\n{WELCOME}{AGENT}")),
        ("bad_hours", format!("[[greeting]]\nhours = «\"05:00-25:00\"\nsay = \"welcome\"\n{WELCOME}{AGENT}")),
        ("missing_key", format!("«[[greeting]]\nhours = \"05:00-12:00\"\n{WELCOME}{AGENT}")),
        ("bad_timezone", format!("[hotline]\ntimezone = «\"Asia/Bejing\"\n{WELCOME}{AGENT}")),
        ("bad_locale", format!("[hotline]\nlocale = «\"zh_CN\"\n{WELCOME}{AGENT}")),
        ("no_catalogue", format!("[hotline]\nlocale = «\"fr\"\n{WELCOME}{AGENT}")),
        ("bad_word", format!("[barge_in]\ngoodbye = «\"voice\"\n{WELCOME}{AGENT}")),
        (
            "bad_prompt_name",
            format!(
                "{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.odd]\nspare = \"x\"\nsay = «\"../goodbye\"\nnext = \"bye\"\n"
            ),
        ),
        ("unknown_part", format!("{WELCOME}{AGENT}[step.odd]\nspare = \"x\"\nsay = «\"$numbr:due\"\nnext = \"agent\"\n")),
        ("unknown_part", format!("{WELCOME}{AGENT}[step.odd]\nspare = \"x\"\nsay = «\"$number:\"\nnext = \"agent\"\n")),
        (
            "unset_variable",
            format!("{WELCOME}{AGENT}[step.odd]\nspare = \"x\"\nsay = «\"$amount:now\"\nnext = \"agent\"\n"),
        ),
        (
            "unknown_part",
            format!(
                "[step.welcome]\nsay = [«\"$greting\", \"menu_main\"]\nkeys = {{ 1 = \"agent\", 2 = \"agent\", 3 = \"agent\", 0 = \"agent\", \"*\" = \"repeat\" }}\n{AGENT}"
            ),
        ),
        // Names
        ("no_text", format!("[barge_in]\n«goodby = \"none\"\n{WELCOME}{AGENT}")),
        ("unknown_step", format!("[hotline]\nstart = «\"welcom\"\n{WELCOME}{AGENT}")),
        (
            "unknown_step",
            format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = «\"agnet\", 0 = \"agent\" }}\n{AGENT}"),
        ),
        ("unknown_condition", format!("{WELCOME}{AGENT}[line.«quiet]\nladder = [\"silent_reprompt\"]\n")),
        (
            "unknown_condition",
            format!("{WELCOME}{AGENT}[line.handsfree]\nladder = [\"handsfree_pick_up\"]\nthen = «\"line.fain\"\n"),
        ),
        (
            "no_ladder",
            format!(
                "{WELCOME}{AGENT}[line]\nfaint = \"off\"\n[line.handsfree]\nladder = [\"handsfree_pick_up\"]\nthen = «\"line.faint\"\n"
            ),
        ),
        (
            "no_agent_step",
            "[«hotline]\nname = \"a\"\n[step.welcome]\nsay = \"welcome\"\nkeys = { 1 = \"human\", 0 = \"human\" }\n[step.human]\nqueue = \"q\"\n".into(),
        ),
        ("bad_step_name", format!("{WELCOME}{AGENT}[step.«repeat]\nspare = \"x\"\nqueue = \"q\"\n")),
        // Steps
        ("dead_end", format!("{WELCOME}{AGENT}[step.«stop]\nspare = \"x\"\nsay = \"goodbye\"\n")),
        ("two_acts", format!("{WELCOME}{AGENT}«queue = \"q\"\n")),
        ("two_acts", format!("{WELCOME}«next = \"agent\"\n{AGENT}")),
        ("misplaced_key", format!("{WELCOME}{AGENT}«save = \"x\"\n")),
        ("bad_key", format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ «10 = \"agent\", 0 = \"agent\" }}\n{AGENT}")),
        (
            "key_twice",
            format!(
                "[step.welcome]\nsay = \"welcome\"\nkeys = {{ a = \"agent\", «A = \"agent\", 0 = \"agent\" }}\n{AGENT}"
            ),
        ),
        ("bad_target", format!("{WELCOME}[step.agent]\nqueue = «\"the queue\"\n")),
        (
            "bad_length",
            format!(
                "{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.ask]\nspare = \"x\"\ncollect = {{ into = \"number\", length = «\"15..7\", give_up = \"bye\" }}\nnext = \"bye\"\n"
            ),
        ),
        (
            "missing_key",
            format!(
                "{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.ask]\nspare = \"x\"\n«collect = {{ into = \"number\", length = 11 }}\nnext = \"bye\"\n"
            ),
        ),
        (
            "no_question",
            format!("{WELCOME}{AGENT}[step.«ask]\nspare = \"x\"\nsay = \"goodbye\"\nno_input = \"agent\"\n"),
        ),
        // Rules on single places
        ("no_text", format!("[step.welcome]\nsay = [«\"welcom\"]\nspeech = \"agent\"\n{AGENT}")),
        (
            "short_wait",
            format!(
                "{WELCOME}{AGENT}[line.silent]\nladder = [{{ say = \"silent_reprompt\", wait = «\"3s\" }}, \"silent_change_phone\"]\n"
            ),
        ),
        (
            "short_wait",
            format!(
                "{WELCOME}{AGENT}[line.silent]\nwait = «\"4999ms\"\nladder = [\"silent_reprompt\", \"silent_change_phone\"]\n"
            ),
        ),
        ("short_wait", format!("{WELCOME}wait = «\"2s\"\n{AGENT}")),
        ("no_wait", format!("{WELCOME}{AGENT}[step.bye]\nspare = \"x\"\nsay = \"goodbye\"\nhang_up = «\"0s\"\n")),
        (
            "no_closing",
            format!("{WELCOME}{AGENT}[line.faint]\nladder = [\"faint_change_phone\", «\"faint_speak_up\"]\n"),
        ),
        ("no_closing", format!("[words]\nbusy = «\"transfer_announce\"\n{WELCOME}{AGENT}")),
        ("no_closing", format!("{WELCOME}{AGENT}[line.«one_way]\nno_number = \"louder_apology\"\n")),
        (
            "idle_consent",
            format!(
                "{WELCOME}{AGENT}[line.choppy]\nladder = [«{{ say = \"choppy_consent\", consent = 1 }}, \"choppy_move\"]\nthen = \"agent\"\n"
            ),
        ),
        (
            "ladder_circle",
            format!("{WELCOME}{AGENT}[line.faint]\nladder = [\"faint_speak_up\"]\nthen = «\"line.handsfree\"\n"),
        ),
        // Proofs on the graph
        (
            "no_closing",
            format!("{WELCOME}{AGENT}[step.«bye]\nspare = \"x\"\nsay = \"survey_thanks\"\nhang_up = true\n"),
        ),
        (
            "no_closing",
            format!(
                "{WELCOME}{AGENT}[step.words]\nspare = \"x\"\nsay = \"goodbye\"\nnext = \"bye\"\n[step.other]\nspare = \"x\"\nsay = \"survey_thanks\"\nnext = \"bye\"\n[step.«bye]\nhang_up = true\n"
            ),
        ),
        ("unreachable_step", format!("{WELCOME}{AGENT}[step.«orphan]\nsay = \"transfer_announce\"\nqueue = \"q\"\n")),
        (
            "endless",
            format!(
                "[step.welcome]\nsay = \"welcome\"\nkeys = {{ 0 = \"agent\" }}\nno_input = «\"again\"\n[step.again]\nsay = \"menu_no_input\"\nnext = \"welcome\"\n{AGENT}"
            ),
        ),
        ("endless", format!("{WELCOME}{AGENT}[step.transfer_failed]\nsay = \"transfer_failed\"\nnext = «\"agent\"\n")),
        (
            "unset_variable",
            format!("[step.welcome]\nsay = [\"welcome\", «\"$digits:number\"]\nkeys = {{ 0 = \"agent\" }}\n{AGENT}"),
        ),
        (
            "unset_variable",
            format!(
                "{WELCOME}{AGENT}{BYE}[step.call]\nspare = \"x\"\ncallback = {{ number = «\"$phone\", failed = \"bye\" }}\nnext = \"bye\"\n"
            ),
        ),
        ("nobody_there", format!("[hotline]\nagent = «\"bye\"\n{WELCOME}{AGENT}{BYE}")),
        (
            "no_human_key",
            format!(
                "[step.welcome]\nsay = \"welcome\"\n«keys = {{ 1 = \"a\", 2 = \"b\" }}\n[step.a]\nqueue = \"a\"\n[step.b]\nqueue = \"b\"\n{AGENT}"
            ),
        ),
        (
            "too_many_choices",
            format!(
                "[step.welcome]\nsay = \"welcome\"\n«keys = {{ 1 = \"q\", 2 = \"q\", 3 = \"q\", 4 = \"q\", 5 = \"q\", 6 = \"q\", 0 = \"agent\" }}\n[step.q]\nqueue = \"q\"\n{AGENT}"
            ),
        ),
        (
            "too_deep",
            format!(
                "{}[step.q]\nqueue = \"q\"\n{AGENT}",
                (1..=4)
                    .map(|n| format!(
                        "[step.{}m{n}]\nsay = \"welcome\"\nkeys = {{ 1 = \"{}\", 2 = \"q\", 0 = \"agent\" }}\n",
                        if n == 4 { "«" } else { "" },
                        if n == 4 { "q".into() } else { format!("m{}", n + 1) }
                    ))
                    .collect::<String>()
            ),
        ),
        // Steps that want something of the world
        ("missing_key", format!("{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.m]\nspare = \"x\"\nsay = \"message_record\"\n«message = {{ longest = \"2m\" }}\nnext = \"bye\"\n")),
        ("duration_range", outside("message = { longest = «\"3s\", failed = \"bye\" }\nnext = \"bye\"")),
        ("duration_range", outside("message = { quiet = «\"1s\", failed = \"bye\" }\nnext = \"bye\"")),
        ("no_text", outside("message = { thanks = «\"message_thank\", failed = \"bye\" }\nnext = \"bye\"")),
        ("unknown_step", outside("message = { empty = «\"nowhere\", failed = \"bye\" }\nnext = \"bye\"")),
        ("unknown_key", outside("message = { failed = \"bye\", «fail = \"bye\" }\nnext = \"bye\"")),
        ("bad_url", outside("http = { url = «\"crm.example.com/x\", failed = \"bye\" }\nnext = \"bye\"")),
        ("bad_url", outside("http = { url = «\"https://{caller}/x\", failed = \"bye\" }\nnext = \"bye\"")),
        ("bad_url", outside("http = { url = «\"https://crm/{caller\", failed = \"bye\" }\nnext = \"bye\"")),
        ("bad_url", outside("http = { url = «\"https://user:secret@crm/x\", failed = \"bye\" }\nnext = \"bye\"")),
        ("missing_key", outside("«http = { url = \"https://crm/x\" }\nnext = \"bye\"")),
        ("bad_word", outside("http = { url = \"https://crm/x\", method = «\"DELETE\", failed = \"bye\" }\nnext = \"bye\"")),
        ("misplaced_key", outside("http = { url = \"https://crm/x\", method = \"GET\", «send = { a = 1 }, failed = \"bye\" }\nnext = \"bye\"")),
        ("bad_secret", outside("http = { url = \"https://crm/x\", headers = { Authorization = { env = «\"TWILIO_TOKEN\" } }, failed = \"bye\" }\nnext = \"bye\"")),
        ("bad_header", outside("http = { url = \"https://crm/x\", headers = { «\"X From\" = \"a\" }, failed = \"bye\" }\nnext = \"bye\"")),
        ("number_range", outside("http = { url = \"https://crm/x\", retries = «9, failed = \"bye\" }\nnext = \"bye\"")),
        ("duration_range", outside("http = { url = \"https://crm/x\", timeout = «\"30s\", failed = \"bye\" }\nnext = \"bye\"")),
        ("unset_variable", outside("http = { url = «\"https://crm/{level}\", failed = \"bye\" }\nnext = \"bye\"")),
        ("unset_variable", outside("http = { url = \"https://crm/x\", send = { a = «\"$level\" }, failed = \"bye\" }\nnext = \"bye\"")),
        (
            "unset_variable",
            outside("http = { url = \"https://crm/x\", take = { level = \"a\" }, failed = \"tell\" }\nnext = \"tell\"\n[step.tell]\nsay = «\"$digits:level\"\nnext = \"bye\""),
        ),
        (
            "endless",
            outside("message = { failed = \"bye\" }\nnext = \"again\"\n[step.again]\nsay = \"hold_back\"\nnext = «\"x\"").replacen("next = \"again\"", "next = «\"again\"", 1).replacen("next = «\"x\"", "next = \"x\"", 1),
        ),
        ("no_closing", outside("say = \"goodbye\"\nmessage = { failed = \"bye\" }\nnext = \"end\"\n[step.«end]\nhang_up = true")),
        ("missing_key", outside("«if_barred = { yes = \"bye\" }")),
        ("duration_range", outside("if_called_before = { within = «\"10s\", yes = \"bye\", no = \"agent\" }")),
        ("missing_key", outside("«bar = { for = \"24h\" }\nnext = \"bye\"")),
        ("no_end_key", outside("collect = { into = \"n\", length = \"4..6\", end = «\"none\", give_up = \"bye\" }\nnext = \"bye\"")),
        ("misplaced_key", outside("collect = { into = \"n\", length = 4, «confirm = \"confirm_key\", give_up = \"bye\" }\nnext = \"bye\"")),
        ("no_recording_notice", format!("[hotline]\nrecord = «true\n{WELCOME}{AGENT}")),
    ];
    assert!(table.len() >= 40, "{}", table.len());
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
fn broken_texts_are_refused_at_the_word() {
    let table = [
        ("forbidden_phrase", "silent_reprompt = \"«喂,说话呀!\""),
        ("forbidden_phrase", "silent_reprompt = \"您好,这个我«不知道。\""),
        ("forbidden_phrase", "faint_speak_up = \"请您«大声一点儿!\""),
        ("familiar_you", "silent_reprompt = \"«你好,请问有什么可以帮助您?\""),
        ("empty", "silent_reprompt = «\"\""),
        ("wrong_type", "silent_reprompt = «5"),
        ("bad_prompt_name", "«Welcome2 = \"您好\""),
        ("bad_word", "promo = { text = \"新品上市\", kind = «\"advert\" }"),
        ("missing_key", "«promo = { kind = \"promotion\" }"),
        ("unknown_key", "promo = { text = \"新品上市\", «knid = \"promotion\" }"),
    ];
    for (code, marked) in table {
        let (line_text, _, column) = unmark(marked);
        let (text, line) = catalogue_with(&line_text);
        let problems = problems(&[hotline(""), SourceFile::new("zh-CN.toml", text)]);
        // A text that could not be read is missing as well: that is told where it is used.
        let errors = errors(&problems).into_iter().filter(|(_, _, _, code)| *code != "no_text").collect::<Vec<_>>();
        assert_eq!(errors, [("zh-CN.toml".into(), line, column, code)], "{marked}\n{}", told(&problems));
    }
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
    let short = format!("{WELCOME}{AGENT}");
    let table = [
        ("two steps", short.clone()),
        ("no menu at all", format!("[step.gate]\nsay = \"greeting\"\nspeech = \"agent\"\n{AGENT}")),
        ("an agent straight away", "[step.agent]\nsay = \"transfer_announce\"\nqueue = \"q\"\n".into()),
        ("Chinese names of steps", "[hotline]\nagent = \"人工\"\n[step.\"欢迎\"]\nsay = \"welcome\"\nkeys = { 0 = \"人工\" }\n[step.\"人工\"]\nqueue = \"客服\"\n".into()),
        ("CRLF", short.replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{short}")),
        ("comments only in Chinese", format!("# 说明\n{short}# 完\n")),
        ("waits with minutes and parts", format!("{WELCOME}wait = \"1m30s\"\n{AGENT}")),
        ("milliseconds", format!("{WELCOME}wait = \"5500ms\"\n{AGENT}")),
        ("a short wait with its reason", format!("{WELCOME}wait = \"3s\"\nreason = \"老客户专线,按监管要求\"\n{AGENT}")),
        ("a short rung with its reason", format!("{short}[line.silent]\nladder = [{{ say = \"silent_reprompt\", wait = \"4s\", reason = \"试点\" }}, \"silent_change_phone\"]\n")),
        ("the telecom wording", format!("{short}[line.silent]\nladder = [\"silent_connected\", \"silent_change_phone_telecom\"]\nthen = \"hang_up\"\n")),
        ("a ladder switched off", format!("{short}[line]\nnoisy = \"off\"\nchoppy = \"off\"\n")),
        ("no last chance", format!("{short}[line]\nlast_chance = false\n")),
        ("a ladder that leads to an agent", format!("{short}[line.faint]\nladder = [\"faint_speak_up\"]\nthen = \"agent\"\n")),
        ("a night greeting past midnight, and one till 24:00", format!("[[greeting]]\nhours = \"22:00-5:00\"\nsay = \"welcome_evening\"\n[[greeting]]\nhours = \"18:00-24:00\"\nsay = \"welcome_evening\"\n{short}")),
        ("one day", format!("[[greeting]]\ndates = \"2027-10-01\"\nsay = \"welcome_festival\"\n{short}")),
        ("a recorded hotline", format!("[hotline]\nrecord = true\n{}{AGENT}", WELCOME.replace("\"menu_main\"", "\"recording_notice\", \"menu_main\""))),
        ("dotted keys and tables in another order", format!("{AGENT}[step]\nwelcome.say = \"welcome\"\nwelcome.keys.0 = \"agent\"\n[hotline]\nstart = \"welcome\"\n")),
        ("a survey of five marks", format!("{WELCOME}{AGENT}[hotline]\nafter_agent = \"survey\"\n[step.survey]\nsay = \"survey_ask\"\nkeys = {{ 1 = \"bye\", 2 = \"bye\", 3 = \"bye\", 4 = \"bye\", 5 = \"bye\", 6 = \"bye\" }}\nsave = \"mark\"\nno_input = \"bye\"\n{BYE}")),
        ("five choices, the human being and a repeat", format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"q\", 2 = \"q\", 3 = \"q\", 4 = \"q\", 5 = \"q\", 0 = \"agent\", \"*\" = \"repeat\" }}\n[step.q]\nqueue = \"q\"\n{AGENT}")),
        ("three levels", format!("{}[step.q]\nqueue = \"q\"\n{AGENT}", (1..=3).map(|n| format!("[step.m{n}]\nsay = \"welcome\"\nkeys = {{ 1 = \"{}\", 2 = \"q\", 0 = \"agent\" }}\n", if n == 3 { "q".into() } else { format!("m{}", n + 1) })).collect::<String>())),
        ("a menu that leads back up", format!("[step.top]\nsay = \"welcome\"\nkeys = {{ 1 = \"sub\", 2 = \"agent\", 0 = \"agent\" }}\n[step.sub]\nsay = \"welcome\"\nkeys = {{ 9 = \"top\", 1 = \"agent\", 0 = \"agent\" }}\n{AGENT}")),
        ("a farewell a step before the hang-up", format!("{WELCOME}{AGENT}[hotline]\nafter_agent = \"words\"\n[step.words]\nsay = \"goodbye\"\nnext = \"end\"\n[step.end]\nhang_up = true\n")),
        ("words more after the farewell", format!("{WELCOME}{AGENT}[hotline]\nafter_agent = \"end\"\n[step.end]\nsay = [\"goodbye\", \"goodbye\"]\nhang_up = \"8s\"\n")),
        ("speech after the farewell leads back once", format!("{WELCOME}{AGENT}[hotline]\nafter_agent = \"more\"\n[step.more]\nsay = \"anything_else\"\nspeech = \"agent\"\nno_input = \"bye\"\n{BYE}speech = \"more\"\n")),
        ("nobody there, numbers only", "[hotline]\nagent = \"away\"\n[step.away]\nsay = \"agents_unavailable\"\nnext = \"number\"\n[step.number]\nsay = \"callback_number\"\ncollect = { into = \"n\", length = 11, give_up = \"bye\" }\nnext = \"call\"\n[step.call]\nsay = \"callback_confirm\"\ncallback = { number = \"$n\", failed = \"sorry\" }\nnext = \"bye\"\n[step.sorry]\nsay = \"system_error\"\nhang_up = true\n[step.bye]\nsay = \"goodbye\"\nhang_up = true\n".into()),
        ("the same prompt everywhere, by table", format!("[step.welcome]\nsay = [{{ prompt = \"welcome\", barge_in = \"none\" }}, \"welcome\"]\nspeech = \"agent\"\n{AGENT}")),
        ("thresholds with and without a space", format!("{short}[hearing]\nfaint = \"-40 dBov\"\nnoisy = \"6dB\"\n")),
        ("letter keys", format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ a = \"agent\", D = \"agent\", 0 = \"agent\" }}\n{AGENT}")),
        ("a message in place of agents", "[hotline]\nagent = \"away\"\n[step.away]\nsay = \"agents_unavailable\"\nmessage = { failed = \"sorry\" }\nnext = \"bye\"\n[step.sorry]\nsay = \"system_error\"\nhang_up = true\n[step.bye]\nsay = \"goodbye\"\nhang_up = true\n".into()),
        ("a message ended by a pause only", outside("message = { end = \"none\", beep = false, quiet = \"10s\", failed = \"bye\" }\nnext = \"bye\"")),
        ("a service with a port, a query and a body", outside("http = { url = \"http://127.0.0.1:8000/x?n={caller}\", method = \"PUT\", send = { who = \"$caller\", times = 2, new = true, from = \"hotline\" }, take = { level = \"a.0.b\" }, failed = \"bye\" }\nnext = \"tell\"\n[step.tell]\nsay = \"$digits:level\"\nnext = \"bye\"")),
        ("who is barred, and who has called before", outside("if_barred = { yes = \"bye\", no = \"old\" }\n[step.old]\nif_called_before = { yes = \"agent\", no = \"welcome\" }")),
        ("a bar after the farewell", outside("say = \"harassment_warning\"\nbar = { for = \"8760h\", reason = \"骚扰\" }\nnext = \"end\"\n[step.end]\nhang_up = true")),
        ("digits read back in one step", outside("say = \"callback_number\"\ncollect = { into = \"n\", length = 11, end = \"none\", read_back = true, give_up = \"bye\" }\nnext = \"call\"\n[step.call]\nsay = \"callback_confirm\"\ncallback = { number = \"$n\", failed = \"bye\" }\nnext = \"bye\"")),
        ("digits read back in other words", outside("say = \"callback_number\"\ncollect = { into = \"n\", length = 4, read_back = \"hold_back\", confirm = \"confirm_key\", give_up = \"bye\" }\nnext = \"bye\"")),
    ];
    assert!(table.len() >= 20, "{}", table.len());
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

/// A script with a spare step `x` of these lines, and a step `bye`.
fn outside(lines: &str) -> String {
    format!("{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.x]\nspare = \"x\"\n{lines}\n")
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

/// The default Mandarin texts with `line` in place of its namesake, and its line number.
fn catalogue_with(line: &str) -> (String, usize) {
    let name = line.split(" =").next().unwrap_or_default();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/zh-CN.toml");
    let text = std::fs::read_to_string(path).expect("the default texts");
    let kept = text.lines().filter(|old| old.split(" =").next() != Some(name) || name.is_empty());
    let mut lines: Vec<&str> = kept.collect();
    lines.push(line);
    (lines.join("\n") + "\n", lines.len())
}

/// The text without its mark, and the mark's line and column.
pub(super) fn unmark(marked: &str) -> (String, usize, usize) {
    let at = marked.find('«').expect("a mark");
    let before = &marked[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (marked.replacen('«', "", 1), before.matches('\n').count() + 1, column)
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
