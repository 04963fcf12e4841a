//! Scripts, texts and recordings with one fault each.
//!
//! `«` stands where the message must point; it is taken out before the file is read.

use hound::{SampleFormat, WavSpec, WavWriter};
use qingjiang::audio::wav;
use std::io::Cursor;

/// What a short script needs besides the step under test.
pub const AGENT: &str = "[step.agent]\nsay = \"transfer_announce\"\nagent = \"8001\"\n";
pub const BYE: &str = "[step.bye]\nsay = \"goodbye\"\nhang_up = \"5s\"\n";
pub const WELCOME: &str = "[step.welcome]\nsay = [\"$greeting\", \"menu_main\"]\nkeys = { 1 = \"agent\", 2 = \"agent\", 3 = \"agent\", 0 = \"agent\", \"*\" = \"repeat\" }\nspeech = \"agent\"\n";

/// A file with one fault.
pub struct Broken {
    /// What the message must be.
    pub code: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// What is in it.
    pub text: String,
    /// Where the message must point, both counted from 1.
    pub place: (usize, usize),
}

/// Broken scripts.
pub fn scripts() -> Vec<Broken> {
    let broken = |(code, marked): (&'static str, String)| {
        let (text, line, column) = unmark(&marked);
        Broken { code, file: "hotline.toml", text, place: (line, column) }
    };
    marked_scripts().into_iter().map(broken).collect()
}

/// Broken texts, in the default catalogue.
pub fn texts() -> Vec<Broken> {
    let broken = |(code, marked): (&'static str, &str)| {
        let (line_text, _, column) = unmark(marked);
        let (text, line) = catalogue_with(&line_text);
        Broken { code, file: "zh-CN.toml", text, place: (line, column) }
    };
    marked_texts().into_iter().map(broken).collect()
}

/// Spoils a recording; nothing is left of one that is missing.
pub type Spoil = fn(&[u8]) -> Option<Vec<u8>>;

/// Broken recordings: what the message must be, and what was done to a good one.
pub fn recordings() -> Vec<(&'static str, Spoil)> {
    vec![
        ("no_recording", |_| None),
        ("bad_recording", |_| Some(b"ID3 this is an mp3".to_vec())),
        ("bad_recording", |wav| Some(wav[..wav.len() / 2].to_vec())),
        ("bad_recording", |_| Some(Vec::new())),
        ("too_quiet", |wav| with_samples(wav, |samples| scaled(samples, 0.25))),
        ("too_quiet", |wav| with_samples(wav, |samples| vec![0; samples.len()])),
        ("too_loud", |wav| with_samples(wav, |samples| scaled(samples, 2.2))),
        ("quiet_ends", |wav| with_samples(wav, |samples| [quiet(700), samples.to_vec()].concat())),
        ("quiet_ends", |wav| with_samples(wav, |samples| [samples.to_vec(), quiet(700)].concat())),
        ("too_fast", |wav| with_samples(wav, |samples| sped_up(samples, 1.4))),
    ]
}

fn with_samples(wav: &[u8], spoil: impl Fn(&[i16]) -> Vec<i16>) -> Option<Vec<u8>> {
    let samples = wav::read(wav).expect("a recording").into_mono();
    Some(encode(&spoil(&samples), 16_000, 1))
}

/// So many milliseconds of nothing at 16 kHz.
fn quiet(ms: usize) -> Vec<i16> {
    vec![0; ms * 16]
}

pub fn scaled(samples: &[i16], gain: f32) -> Vec<i16> {
    samples.iter().map(|&sample| (f32::from(sample) * gain) as i16).collect()
}

/// Plays faster, and higher.
pub fn sped_up(samples: &[i16], factor: f64) -> Vec<i16> {
    (0..(samples.len() as f64 / factor) as usize).map(|n| samples[(n as f64 * factor) as usize]).collect()
}

pub fn encode(samples: &[i16], sample_rate: u32, channels: u16) -> Vec<u8> {
    let spec = WavSpec { channels, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).expect("a writer");
    for sample in samples {
        (0..channels).for_each(|_| writer.write_sample(*sample).expect("memory"));
    }
    writer.finalize().expect("memory");
    file.into_inner()
}

/// The default Mandarin texts with `line` in place of its namesake, and its line number.
pub fn catalogue_with(line: &str) -> (String, usize) {
    let name = line.split(" =").next().unwrap_or_default();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/zh-CN.toml");
    let text = std::fs::read_to_string(path).expect("the default texts");
    let kept = text.lines().filter(|old| old.split(" =").next() != Some(name) || name.is_empty());
    let mut lines: Vec<&str> = kept.collect();
    lines.push(line);
    (lines.join("\n") + "\n", lines.len())
}

/// The text without its mark, and the mark's line and column.
pub fn unmark(marked: &str) -> (String, usize, usize) {
    let at = marked.find('«').expect("a mark");
    let before = &marked[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (marked.replacen('«', "", 1), before.matches('\n').count() + 1, column)
}

fn marked_texts() -> Vec<(&'static str, &'static str)> {
    vec![
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
    ]
}

fn marked_scripts() -> Vec<(&'static str, String)> {
    vec![
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
        ("bad_word", format!("[hearing]\norder = [\"noisy\", «\"quiet\"]\n{WELCOME}{AGENT}")),
        ("word_twice", format!("[hearing]\norder = [\"noisy\", \"faint\", «\"noisy\"]\n{WELCOME}{AGENT}")),
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
    ]
}

/// A script with a spare step `x` of these lines, and a step `bye`.
pub fn outside(lines: &str) -> String {
    format!("{WELCOME}{AGENT}{BYE}spare = \"x\"\n[step.x]\nspare = \"x\"\n{lines}\n")
}
