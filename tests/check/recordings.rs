//! Recordings with one fault each: the default ones, and one that is not as it should be.

use super::broken::{self, encode, scaled, sped_up};
use qingjiang::{
    audio,
    script::{self, Bundle, Material, Problem, Recordings, Source, SourceFile, examine},
};
use std::sync::{Arc, LazyLock};

/// The recording that is spoilt.
const SPOILT: &str = "goodbye";

#[test]
fn broken_recordings_are_refused_where_their_text_stands() {
    let line = TEXTS.lines().position(|line| line.starts_with(SPOILT)).expect("a text") + 1;
    let mut wrong = String::new();
    for (place, (code, spoil)) in broken::recordings().into_iter().enumerate() {
        let problems = with(spoil);
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity() == script::Severity::Error).collect();
        let found: Vec<_> = errors.iter().map(|problem| problem.fault.code()).collect();
        let lines = errors.iter().all(|problem| {
            (problem.place.file.name(), problem.place.line_column()) == ("zh-CN.toml", (line, SPOILT.len() + 4))
        });
        if found != [code] || !lines {
            wrong += &format!("{place}: {code}, not {problems:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_missing_recording_is_an_error_where_its_text_stands() {
    let problems = with(|_| None);
    assert_eq!(told(&problems), [("error", "no_recording")]);
    let place = &problems[0].place;
    assert_eq!(
        (place.file.name(), place.file.text.get(place.span.clone())),
        ("zh-CN.toml", Some("\"感谢您的来电,再见!\""))
    );
}

#[test]
fn a_spare_prompt_without_a_recording_is_a_warning() {
    let mut texts = TEXTS.to_string();
    texts.push_str("promo_spring = \"春季优惠。\"\n");
    assert_eq!(told(&check(&texts, MANDARIN.clone(), None)), [("warning", "no_spare_recording")]);
}

#[test]
fn a_file_that_is_no_recording_is_an_error() {
    assert_eq!(told(&with(|_| Some(b"ID3 this is an mp3".to_vec()))), [("error", "bad_recording")]);
    assert_eq!(told(&with(|wav| Some(wav[..wav.len() / 2].to_vec()))), [("error", "bad_recording")]);
    assert_eq!(told(&with(|_| Some(Vec::new()))), [("error", "bad_recording")]);
}

#[test]
fn a_broken_file_that_nothing_plays_is_pointed_at_itself() {
    let mut wavs = MANDARIN.clone();
    wavs.push(audio::Source { locale: "zh-CN".into(), prompt: "old".into(), wav: (&b"no WAV"[..]).into() });
    let problems = check(&TEXTS, wavs, None);
    assert_eq!(told(&problems), [("error", "bad_recording")]);
    assert_eq!(problems[0].place.file.path, "zh-CN/old.wav");
}

#[test]
fn clipping_is_an_error() {
    // 30 dB louder, against the ceiling: also much louder than the others.
    let problems = with_samples(|samples| samples.iter().map(|&s| s.saturating_mul(32)).collect());
    assert!(told(&problems).contains(&("error", "clipped")), "{problems:?}");
}

#[test]
fn a_rate_below_the_telephones_is_warned_of() {
    let third = |samples: &[i16]| samples.iter().step_by(8).flat_map(|&sample| [sample; 3]).collect::<Vec<_>>();
    assert_eq!(told(&with(|wav| Some(encode(&third(&samples(wav)), 6_000, 1)))), [("warning", "low_rate")]);
    assert_eq!(told(&with(|wav| Some(encode(&third(&samples(wav)), 5_000, 1)))), [("error", "bad_recording")]);
}

#[test]
fn a_part_of_a_value_without_a_recording_is_an_error() {
    let script = hotline().replace("\"$digits:number\"", "\"$date:now\"");
    let mut wavs = MANDARIN.clone();
    wavs.retain(|recording| recording.prompt != "month");
    let files = vec![SourceFile::new("hotline.toml", script), SourceFile::new("zh-CN.toml", TEXTS.as_str())];
    let recordings = Recordings { wavs, sheet: None, judge: true };
    let problems = examine(Some(&DEFAULTS), &Material { files, recordings }).problems;
    assert_eq!(told(&problems), [("error", "no_recording")]);
    assert!(problems[0].message(script::Language::English).contains("zh-CN/month.wav"));
}

#[test]
fn loudness_is_held_against_the_others() {
    assert_eq!(told(&with_samples(|samples| scaled(samples, 1.0 / 4.0))), [("error", "too_quiet")]);
    assert_eq!(told(&with_samples(|samples| scaled(samples, 0.4))), [("warning", "rather_quiet")]);
    assert_eq!(told(&with_samples(|samples| scaled(samples, 0.7))), []);
    assert_eq!(told(&with_samples(|samples| scaled(samples, 2.2))), [("error", "too_loud")]);
}

#[test]
fn a_recording_of_silence_is_too_quiet() {
    assert_eq!(told(&with_samples(|samples| vec![0; samples.len()])), [("error", "too_quiet")]);
}

#[test]
fn long_quiet_at_either_end_is_told() {
    let quiet = |ms: usize| vec![0i16; ms * 16];
    assert_eq!(told(&with_samples(|samples| [quiet(700), samples.to_vec()].concat())), [("error", "quiet_ends")]);
    assert_eq!(told(&with_samples(|samples| [samples.to_vec(), quiet(700)].concat())), [("error", "quiet_ends")]);
    assert_eq!(told(&with_samples(|samples| [samples.to_vec(), quiet(300)].concat())), [("warning", "quiet_ends")]);
    assert_eq!(told(&with_samples(|samples| [samples.to_vec(), quiet(100)].concat())), []);
}

#[test]
fn hurried_speech_is_warned_of_and_then_refused() {
    // 233 characters a minute as it is.
    let faster = |factor: f64| with_samples(|samples| sped_up(samples, factor));
    assert_eq!(told(&faster(1.0)), []);
    assert_eq!(told(&faster(1.2)), [("warning", "rather_fast")]);
    assert_eq!(told(&faster(1.4)), [("error", "too_fast")]);
}

#[test]
fn a_text_changed_after_its_recording_is_flagged() {
    let sheet =
        "locale,prompt_id,text\nzh-CN,goodbye,感谢您的来电，再见！\nzh-CN,welcome,\"您好，欢迎致电客服热线。\"\n";
    let sheet = Some(SourceFile::new("texts.csv", sheet));
    let problems = check(&TEXTS, MANDARIN.clone(), sheet);
    assert_eq!(told(&problems), [("warning", "text_changed")], "punctuation is no other text");
    let line = TEXTS.lines().position(|line| line.starts_with("welcome = ")).expect("a text") + 1;
    assert_eq!(problems[0].place.line_column().0, line);
}

#[test]
fn an_unreadable_list_of_texts_is_a_warning() {
    let sheet = Some(SourceFile::new("texts.csv", "id;text\nwelcome;您好\n"));
    assert_eq!(told(&check(&TEXTS, MANDARIN.clone(), sheet)), [("warning", "bad_sheet")]);
}

#[test]
fn stereo_g711_and_other_rates_are_taken() {
    let stereo = with(|wav| Some(encode(&samples(wav), 16_000, 2)));
    assert_eq!(told(&stereo), []);
    let wide = with(|wav| Some(encode(&samples(wav).iter().flat_map(|&s| [s; 3]).collect::<Vec<_>>(), 48_000, 1)));
    assert_eq!(told(&wide), []);
}

static MANDARIN: LazyLock<Vec<audio::Source>> =
    LazyLock::new(|| audio::source::embedded().filter(|recording| recording.locale != "en").collect());
/// What is the same in every test is encoded and measured once.
static DEFAULTS: LazyLock<Bundle> = LazyLock::new(|| {
    let audio = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("audio");
    Bundle::open(&Source::Embedded, &Source::Directory(audio)).expect("the defaults")
});
static TEXTS: LazyLock<String> = LazyLock::new(|| {
    let files = Source::Embedded.scripts().expect("built in");
    // Half-width marks, so that no test depends on how a comma is written.
    let texts = files.iter().find(|file| file.name() == "zh-CN.toml").expect("the default texts");
    texts.text.replace('，', ",").replace('！', "!")
});

fn hotline() -> String {
    let files = Source::Embedded.scripts().expect("built in");
    files.iter().find(|file| file.name() == "hotline.toml").expect("the default script").text.clone()
}

/// The problems of the default script, in Mandarin only, with one recording spoilt, or taken away.
fn with(spoil: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Vec<Problem> {
    let mut wavs = MANDARIN.clone();
    wavs.retain_mut(|recording| {
        if recording.prompt != SPOILT {
            return true;
        }
        let spoilt = spoil(recording.wav.bytes().expect("all of it"));
        let keep = spoilt.is_some();
        recording.wav = spoilt.unwrap_or_default().into();
        keep
    });
    check(&TEXTS, wavs, None)
}

fn with_samples(spoil: impl Fn(&[i16]) -> Vec<i16>) -> Vec<Problem> {
    with(|wav| Some(encode(&spoil(&samples(wav)), 16_000, 1)))
}

fn check(texts: &str, wavs: Vec<audio::Source>, sheet: Option<Arc<SourceFile>>) -> Vec<Problem> {
    let mut files = Source::Embedded.scripts().expect("built in");
    files.retain(|file| file.name() == "hotline.toml");
    files.push(SourceFile::new("zh-CN.toml", texts));
    examine(Some(&DEFAULTS), &Material { files, recordings: Recordings { wavs, sheet, judge: true } }).problems
}

fn samples(wav: &[u8]) -> Vec<i16> {
    audio::wav::read(wav).expect("a recording").into_mono()
}

fn told(problems: &[Problem]) -> Vec<(&'static str, &'static str)> {
    problems.iter().map(|problem| (problem.severity().as_str(), problem.fault.code())).collect()
}

#[test]
fn everything_is_looked_at_though_one_file_is_broken() {
    let broken = SourceFile::new("hotline.toml", "[hotline]\nname = \n[step.agent]\nqueue = \"q\"\n");
    let texts = SourceFile::new("zh-CN.toml", "welcome = \"你好\"\n");
    let recordings = Recordings { wavs: Vec::new(), sheet: None, judge: true };
    let found = examine(Some(&DEFAULTS), &Material { files: vec![broken, texts], recordings });
    let codes: Vec<_> = found.problems.iter().map(|problem| problem.fault.code()).collect();
    assert!(codes.contains(&"syntax") && codes.contains(&"familiar_you"), "{codes:?}");
    assert!(found.bundle.is_none());
}

#[test]
fn the_languages_differ() {
    let problem = &with(|_| None)[0];
    assert_ne!(problem.message(script::Language::Chinese), problem.message(script::Language::English));
}
