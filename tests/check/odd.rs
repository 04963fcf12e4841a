//! Good scripts that look odd: what they are, and what is in them.

use super::broken::{AGENT, BYE, WELCOME};

/// All of them.
pub fn scripts() -> Vec<(&'static str, String)> {
    let short = format!("{WELCOME}{AGENT}");
    vec![
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
        ("a step that tells something and comes back", format!("{}[step.news]\nsay = \"out_of_scope\"\nnext = \"welcome\"\n{AGENT}", WELCOME.replace("2 = \"agent\"", "2 = \"news\""))),
        ("quoted keys, and a hash key", format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ \"1\" = \"agent\", \"#\" = \"repeat\", \"0\" = \"agent\" }}\n{AGENT}")),
        ("strings in single quotes", format!("[hotline]\nname = '热线\"一\"号'\nstart = 'welcome'\n{short}")),
        ("tabs, spaces and comments behind everything", format!("[hotline]\t# head\n\tname\t=\t\"a\"  # name\n{short}   \n\t\n# end")),
        ("another time zone", format!("[hotline]\ntimezone = \"Asia/Urumqi\"\n{short}")),
        ("an English hotline", format!("[hotline]\nlocale = \"en\"\n{short}")),
        ("a greeting for some hours of some days", format!("[[greeting]]\ndates = \"2027-02-05..2027-02-11\"\nhours = \"08:00-12:00\"\nsay = \"welcome_festival\"\n{short}")),
        ("a greeting for the whole day", format!("[[greeting]]\nhours = \"00:00-24:00\"\nsay = \"welcome\"\n{short}")),
        ("the first wrong key leads to an agent", format!("[limits]\nwrong_keys = 1\nrepeats = 1\nno_input = 1\n{short}")),
        ("nobody is told that he cannot hear us", format!("[line]\none_way = \"off\"\n{short}")),
        ("a longer ladder", format!("{short}[line.silent]\nladder = [\"silent_reprompt\", \"silent_connected\", \"silent_reprompt\", \"silent_change_phone\"]\n")),
        ("a queue called by a number", format!("{WELCOME}[step.agent]\nsay = \"transfer_announce\"\nqueue = \"8001\"\n")),
        ("a menu whose every key is the human being", format!("[step.welcome]\nsay = \"welcome\"\nkeys = {{ 1 = \"agent\", 0 = \"agent\" }}\nspeech = \"agent\"\nno_input = \"agent\"\n{AGENT}")),
    ]
}
