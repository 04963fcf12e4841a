//! Real speech through the whole bot: the corpus's callers answer after the opening, byte for byte as over a gateway.
//! `cargo test --test corpus -- --ignored --nocapture`; skipped where the corpus is not there.

use qingjiang::{
    audio::{Bank, resample, source, wav},
    call::What,
    script::{self, Script},
    sim::{
        Segment,
        peer::{Facts, PeerKind},
        run::{Outcome, World, run},
        voice::{FRAME, Voice},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("QINGJIANG_CORPUS").map_or_else(beside, PathBuf::from);
    folder.join("labels.jsonl").exists().then_some(folder)
}

fn load(path: &Path) -> Result<Arc<[i16]>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let recording = wav::read(&bytes).map_err(|error| error.to_string())?;
    let rate = recording.sample_rate;
    Ok(resample::convert(&recording.into_mono(), rate, 8000).map_err(|error| error.to_string())?.into())
}

struct Stage {
    script: Arc<Script>,
    bank: Arc<Bank>,
}

impl Stage {
    fn new() -> Self {
        Self {
            script: Arc::new(script::embedded().expect("the default script")),
            bank: Arc::new(Bank::load(source::embedded()).expect("the default recordings")),
        }
    }

    /// Hears the opening out (or the re-prompt too), waits a second, says `item`, then nothing more.
    fn call(&self, item: PathBuf, after: u32) -> Outcome {
        self.place(after, vec![Segment::Wav(item, 0.0)], load)
    }

    /// The same over a gateway that sends nothing where a packet was lost: the item's dead frames never come.
    fn call_with_holes(&self, item: &Path) -> Outcome {
        let pcm = load(item).expect("a recording");
        let segments = runs(&pcm).map(|(lost, from, to)| match lost {
            true => Segment::Missing(Duration::from_millis((to - from) as u64 / 8)),
            false => Segment::Wav(format!("{from}..{to}").into(), 0.0),
        });
        self.place(1, segments.collect(), |name| {
            let (from, to) = name.to_str().and_then(|name| name.split_once("..")).ok_or("no range")?;
            let at = |text: &str| text.parse::<usize>().map_err(|error| error.to_string());
            Ok(pcm[at(from)?..at(to)?].into())
        })
    }

    fn place(&self, after: u32, says: Vec<Segment>, load: impl FnMut(&Path) -> Result<Arc<[i16]>, String>) -> Outcome {
        let opening = [Segment::Hear(after), Segment::Hiss(Duration::from_secs(1))];
        let rest = [Segment::Hiss(Duration::from_secs(120))];
        let segments: Vec<Segment> = opening.into_iter().chain(says).chain(rest).collect();
        let number = |number: &str| number.to_owned();
        run(World {
            kind: PeerKind::Asterisk,
            facts: Facts {
                call_id: number("corpus"),
                caller: number("13800138000"),
                called: number("10000"),
                parameters: Vec::new(),
            },
            voice: Voice::new(&segments, load).expect("a recording"),
            echo: None,
            script: self.script.clone(),
            bank: self.bank.clone(),
            wall: jiff::civil::date(2026, 11, 18).at(20, 0, 0, 0).in_tz("Asia/Shanghai").expect("a date"),
            limit: Duration::from_secs(180),
            store_works: true,
            transfer: None,
            http: Vec::new(),
            past: qingjiang::call::Past::default(),
        })
    }
}

/// Stretches of dead and of living frames: (dead, from, to), in samples.
fn runs(pcm: &[i16]) -> impl Iterator<Item = (bool, usize, usize)> {
    let dead = |frame: usize| pcm.iter().skip(frame * FRAME).take(FRAME).all(|sample| *sample == 0);
    let frames = pcm.len() / FRAME;
    let mut at = 0;
    std::iter::from_fn(move || {
        let (from, lost) = (at, dead(at));
        at += (at..frames).take_while(|frame| dead(*frame) == lost).count();
        (from < frames).then_some((lost, from * FRAME, at * FRAME))
    })
}

/// What is said to callers whose line is bad.
const ABOUT_THE_LINE: [&str; 6] = [
    "faint_speak_up",
    "handsfree_pick_up",
    "repeat_please",
    "choppy_move",
    "silent_change_phone",
    "noisy_change_phone",
];

#[derive(Default, Debug)]
struct Count {
    items: u32,
    to_agent: u32,
    own_words: u32,
    /// The first words about their line were their own.
    own_words_first: u32,
    told_off: Vec<String>,
}

/// Condition → how its callers fared.
fn fare(conditions: &[&str], after: u32) -> Option<BTreeMap<String, Count>> {
    let corpus = corpus()?;
    let labels = std::fs::read_to_string(corpus.join("labels.jsonl")).expect("labels");
    let stage = Stage::new();
    let mut counts = BTreeMap::<String, Count>::new();
    for line in labels.lines() {
        let label: serde_json::Value = serde_json::from_str(line).expect("a label");
        let condition = label["condition"].as_str().unwrap_or_default();
        if !conditions.contains(&condition) {
            continue;
        }
        let outcome = stage.call(corpus.join(label["wav"].as_str().expect("a file")), after);
        let count = counts.entry(condition.to_owned()).or_default();
        let heard = |words: &[&str]| outcome.report.heard.iter().any(|stretch| words.contains(&stretch.id.as_str()));
        let first = outcome.report.heard.iter().find(|stretch| ABOUT_THE_LINE.contains(&stretch.id.as_str()));
        let own_first = match condition {
            "faint" => "faint_speak_up",
            "noisy" | "babble" => "repeat_please",
            "handsfree" => "handsfree_pick_up",
            "choppy" => "choppy_move",
            _ => "",
        };
        count.own_words_first += u32::from(first.is_some_and(|stretch| stretch.id.as_str() == own_first));
        count.items += 1;
        count.to_agent += u32::from(heard(&["transfer_announce"]));
        count.own_words += u32::from(match condition {
            "faint" => heard(&["faint_speak_up"]),
            // Who is buried under the noise is taken for noise alone, and hears of it as that ladder's last word.
            "noisy" | "babble" => heard(&["repeat_please", "noisy_change_phone"]),
            "handsfree" => heard(&["handsfree_pick_up", "faint_speak_up"]),
            "choppy" => heard(&["choppy_move"]),
            _ => false,
        });
        if heard(&ABOUT_THE_LINE) {
            let id = label["id"].as_str().unwrap_or_default();
            let words = outcome.report.heard.iter().map(|stretch| stretch.id.as_str()).collect::<Vec<_>>().join(" ");
            let judged = outcome.journal.iter().filter_map(|entry| match &entry.what {
                What::Judged(judgement) => Some(format!("{:?}", judgement)),
                _ => None,
            });
            count.told_off.push(format!("{id}: {words}; {}", judged.collect::<Vec<_>>().join("; ")));
        }
    }
    Some(counts)
}

#[test]
#[ignore = "real callers by the hundred: .ci/run asks for it, where there is a corpus"]
fn callers_who_can_be_understood_reach_an_agent_and_are_told_nothing_else() {
    for after in [1, 2] {
        let Some(counts) = fare(&["clear", "mild_noise", "dtx"], after) else { return };
        for (condition, count) in counts {
            println!("{condition}, after {after}: {} of {} to an agent", count.to_agent, count.items);
            assert!(count.told_off.is_empty(), "{condition}: {:#?}", count.told_off);
            assert_eq!(count.to_agent, count.items, "{condition}");
        }
    }
}

#[test]
#[ignore = "real callers by the hundred: .ci/run asks for it, where there is a corpus"]
fn nine_in_ten_callers_on_bad_lines_hear_their_own_words() {
    let Some(counts) = fare(&["faint", "noisy"], 1) else { return };
    for (condition, count) in counts {
        let (first, any) = (count.own_words_first, count.own_words);
        println!("{condition}: {first} of {} heard their words first, {any} at all", count.items);
        assert!(count.own_words * 10 >= count.items * 9, "{condition}: {count:#?}");
    }
}

#[test]
#[ignore = "real callers by the hundred: .ci/run asks for it, where there is a corpus"]
fn packets_that_never_come_break_a_voice_up_as_zeros_do() {
    let Some(corpus) = corpus() else { return };
    let labels = std::fs::read_to_string(corpus.join("labels.jsonl")).expect("labels");
    let labels = labels.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a label"));
    let choppy = labels.filter(|label| label["condition"] == "choppy" && label["conceal"] != "repeat");
    let (mut items, mut told) = (0, 0);
    let stage = Stage::new();
    for label in choppy {
        let outcome = stage.call_with_holes(&corpus.join(label["wav"].as_str().expect("a file")));
        let asked = outcome.report.heard.iter().any(|stretch| stretch.id == "choppy_move");
        items += 1;
        told += u32::from(asked);
        if !asked {
            let heard: Vec<&str> = outcome.report.heard.iter().map(|stretch| stretch.id.as_str()).collect();
            println!("{}: {heard:?}", label["id"]);
        }
    }
    println!("choppy, frames missing: {told} of {items} were asked to move");
    assert!(told * 10 >= items * 9, "{told} of {items}");
}
