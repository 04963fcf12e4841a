use super::*;
use crate::{
    audio::{level, master, wav},
    cli::{
        files::Files,
        studio::tests::{name, studio, voice},
    },
};
use std::fs;

#[test]
fn a_file_a_prompt_is_trimmed_levelled_named_and_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("from/bye.wav");
    write(&made, &[quiet(900), voice(2_000, 48_000), quiet(1_200)].concat());
    synthetic(folder.path(), "bye");
    assert_eq!(import(folder.path(), &[made], |_| {}), ExitCode::SUCCESS);
    let after = studio(folder.path());
    assert_eq!(after.state(&name("bye")), State::Recorded(Voice::Human));
    let recording = wav::read(&fs::read(after.path(&name("bye"))).expect("a file")).expect("a WAV");
    assert!((2_080..2_160).contains(&recording.duration().as_millis()), "{:?}", recording.duration());
    let level = level::active(&recording.into_mono(), 16_000).expect("speech").level_dbov;
    assert!((level - master::LEVEL).abs() < 0.3, "{level}");
}

#[test]
fn a_session_is_cut_in_the_order_of_the_sheet() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = folder.path().join("session.wav");
    let takes = [quiet(500), voice(800, 48_000), quiet(1_500), voice(2_500, 48_000), quiet(1_500), voice(400, 48_000)];
    write(&session, &takes.concat());
    let sheet = sheet(folder.path(), "yes,zh-CN,是\nhello,zh-CN,您好！\nbye,zh-CN,再见！\n");
    assert_eq!(import(folder.path(), &[session], |args| args.sheet = Some(sheet)), ExitCode::SUCCESS);
    let after = studio(folder.path());
    let seconds = |prompt| {
        let wav = fs::read(after.path(&name(prompt))).expect("a file");
        (wav::read(&wav).expect("a WAV").duration().as_secs_f64() * 10.0).round() / 10.0
    };
    assert_eq!((seconds("yes"), seconds("hello"), seconds("bye")), (0.9, 2.6, 0.5));
    let outdated = State::Outdated(Voice::Human);
    assert_eq!(after.state(&name("hello")), outdated, "the actor read another text than the catalogue has now");
}

#[test]
fn a_session_of_too_few_pieces_is_refused_with_their_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = folder.path().join("zh-CN.wav");
    write(&session, &[quiet(500), voice(800, 48_000), quiet(1_500), voice(2_500, 48_000)].concat());
    let sheet = sheet(folder.path(), "yes,zh-CN,是\nhello,zh-CN,您好！\nbye,zh-CN,再见！\n");
    let (studio, order) = (studio(folder.path()), takes::order(&sheet).expect("a sheet"));
    let desk = Desk { studio: &studio, order: &order, locale: None, pause: Duration::from_secs(1), alone: true };
    let told = desk.take(&session).err().expect("too few").to_string();
    assert!(told.starts_with("found 2 pieces, the sheet has 3"), "{told}");
    assert!(told.contains("1  0:00.50–0:01.30        yes  是") && told.contains("3  -"), "{told}");
    assert_eq!(import(folder.path(), &[session], |args| args.sheet = Some(sheet.clone())), ExitCode::FAILURE);
    assert_eq!(studio.state(&name("yes")), State::Missing, "nothing was written");
}

#[test]
fn a_persons_recording_is_replaced_only_when_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("bye.wav");
    write(&made, &voice(1_000, 48_000));
    assert_eq!(import(folder.path(), std::slice::from_ref(&made), |_| {}), ExitCode::SUCCESS);
    write(&made, &voice(2_000, 48_000));
    let length = || fs::metadata(studio(folder.path()).path(&name("bye"))).expect("a file").len();
    let before = length();
    assert_eq!(import(folder.path(), std::slice::from_ref(&made), |_| {}), ExitCode::FAILURE);
    assert_eq!(length(), before);
    assert_eq!(import(folder.path(), &[made], |args| args.replace = true), ExitCode::SUCCESS);
    assert!(length() > before);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("bye.wav");
    write(&made, &voice(1_000, 48_000));
    assert_eq!(import(folder.path(), &[made], |args| args.dry_run = true), ExitCode::SUCCESS);
    assert_eq!(studio(folder.path()).state(&name("bye")), State::Missing);
}

#[test]
fn one_file_that_does_not_fit_keeps_all_from_being_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, unknown) = (folder.path().join("bye.wav"), folder.path().join("nobody.wav"));
    write(&good, &voice(1_000, 48_000));
    write(&unknown, &voice(1_000, 48_000));
    assert_eq!(import(folder.path(), &[good, unknown], |_| {}), ExitCode::FAILURE);
    assert_eq!(studio(folder.path()).state(&name("bye")), State::Missing);
}

fn import(folder: &Path, from: &[PathBuf], change: impl FnOnce(&mut Args)) -> ExitCode {
    // Makes the texts and the folders.
    drop(studio(folder));
    let mut args = Args {
        from: from.to_vec(),
        sheet: None,
        locale: None,
        pause: 1_000,
        replace: false,
        dry_run: false,
        files: Files { prompts: Some(folder.join("prompts")), audio: Some(folder.join("audio")) },
        spoken: Spoken::default(),
    };
    change(&mut args);
    run(args).expect("files that can be read")
}

fn synthetic(folder: &Path, prompt: &str) {
    let mut studio = studio(folder);
    studio.keep(&name(prompt), &voice(500, 16_000), "", Voice::Synthetic).expect("room");
    studio.keep_sheet().expect("room");
}

fn sheet(folder: &Path, rows: &str) -> PathBuf {
    let path = folder.join("actor.csv");
    fs::write(&path, format!("\u{feff}id,locale,text\n{rows}")).expect("room");
    path
}

/// At 48 kHz, as studios deliver.
fn write(path: &Path, samples: &[i16]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("room");
    fs::write(path, wav::write(samples, 48_000).expect("a WAV")).expect("room");
}

fn quiet(ms: usize) -> Vec<i16> {
    vec![0; ms * 48]
}
