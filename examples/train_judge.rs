//! Teaches the judge's forest with the whole corpus and writes `src/line/judge.forest`.
//!
//! `cargo run --release --example train_judge`. Deterministic: the same corpus gives the same file. How such a forest
//! does on speakers and noises it was not taught with, `corpus_score -- --held-out` says.

mod corpus;

use corpus::{alter, learn};

const HEAD: &str = "# The judge's forest, learned by `cargo run --release --example train_judge`; src/line/forest.rs says how to read it.\n";

fn main() {
    let Some(items) = corpus::items() else {
        return println!("no corpus at {}", corpus::root().display());
    };
    let recordings = alter::recordings(&items);
    let stretches: Vec<_> =
        recordings.iter().enumerate().flat_map(|(at, recording)| learn::stretches_of(at, recording)).collect();
    println!("{} stretches of {} recordings", stretches.len(), recordings.len());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/line/judge.forest");
    let text = HEAD.to_owned() + &learn::forest(&stretches.iter().collect::<Vec<_>>());
    std::fs::write(path, text).expect("the forest can be written");
    println!("wrote {path}");
}
