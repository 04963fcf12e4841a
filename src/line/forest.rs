//! A small forest of decisions over the figures of a stretch.
//!
//! Learned by `cargo run --release --example train_judge` and kept as text that can be read: every tree is a question
//! a line (`snr < 7.2`), first what follows on yes, then on no, indented; a leaf tells the shares of the conditions.

use super::{Condition, features::Features};
use std::sync::LazyLock;

/// Names of the figures a tree may ask for, in the order of `figures`.
pub const FIGURES: [&str; 46] = [
    "loud",
    "range",
    "dead",
    "missing",
    "likelihood",
    "likely",
    "speech",
    "plain",
    "level",
    "noise",
    "snr",
    "dip",
    "swing",
    "amplitude_swing",
    "memory_50",
    "memory_100",
    "memory_200",
    "one",
    "two",
    "flatness",
    "flux",
    "voicing",
    "voicing_spread",
    "stable",
    "steady",
    "gate",
    "sounding",
    "cuts",
    "one_sided",
    "lost",
    "repeated",
    "gust_snr",
    "contrast",
    "agreement",
    "plain_agreement",
    "sustained",
    "noise_heard",
    "fill",
    "mean",
    "voiced",
    "depth",
    "doubt",
    "unbroken",
    "held",
    "low",
    "fall",
];

/// The figures of a stretch, as trees see them. What cannot be told is taken for what it is nearest to: no speech is
/// infinitely quiet, no noise infinitely far below.
pub(super) fn figures(features: &Features) -> [f32; FIGURES.len()] {
    let frames = features.frames.max(1) as f32;
    let speech = features.speech.max(1) as f32;
    let (shape, envelope, cuts) = (&features.shape, &features.envelope, &features.cuts);
    [
        features.loud,
        features.loud - features.quiet,
        features.dead as f32 / frames,
        features.missing as f32 / frames,
        features.likelihood,
        features.likely,
        features.speech as f32 / frames,
        features.plain,
        features.level.unwrap_or(-96.0),
        features.noise.unwrap_or(-96.0),
        features.snr().unwrap_or(60.0),
        features.dip - features.level.unwrap_or(features.dip),
        envelope.swing,
        envelope.amplitude_swing,
        envelope.memory[0],
        envelope.memory[1],
        envelope.memory[2],
        shape.one,
        shape.two,
        shape.flatness,
        shape.flux,
        shape.voicing,
        shape.voicing_spread,
        shape.stable,
        shape.steady,
        shape.gate,
        shape.frames as f32 / frames,
        cuts.count as f32 * 50.0 / speech,
        cuts.one_sided as f32 * 50.0 / speech,
        cuts.lost_ms as f32 / 20.0 / speech,
        cuts.repeated as f32 * 50.0 / speech,
        features.level.zip(features.gusts).map_or(60.0, |(level, gusts)| level - gusts),
        features.contrast,
        features.agreement[0],
        features.agreement[1],
        shape.sustained,
        f32::from(u8::from(features.noise_heard)),
        features.noise.map_or(60.0, |noise| features.dip - noise),
        features.mean,
        features.voiced,
        features.depth,
        features.doubt,
        features.unbroken as f32 / frames,
        shape.held,
        shape.low,
        shape.fall,
    ]
}

/// How the conditions share a stretch, in the order of [`Condition::ALL`].
pub(super) type Shares = [f32; Condition::ALL.len()];

static SHIPPED: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("judge.forest")));

/// Trees that vote.
#[derive(Debug, Default)]
pub struct Forest {
    /// All trees' nodes; a question's yes is the node after it.
    nodes: Vec<Node>,
    roots: Vec<usize>,
}

#[derive(Debug)]
enum Node {
    Question { figure: usize, below: f32, no: usize },
    Leaf(Shares),
}

impl Forest {
    /// The forest that judges calls.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads the text form. What cannot be read is left out: a test reads every line of ours.
    pub fn read(text: &str) -> Self {
        let mut forest = Self::default();
        let mut lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        while let Some(line) = lines.next() {
            if line == "tree" {
                let root = forest.nodes.len();
                forest.roots.push(root);
                forest.read_node(&mut lines);
            }
        }
        forest
    }

    fn read_node<'a>(&mut self, lines: &mut impl Iterator<Item = &'a str>) {
        let Some(line) = lines.next() else { return self.nodes.push(Node::Leaf(Shares::default())) };
        let Some((figure, below)) = line.split_once(" < ") else { return self.nodes.push(Node::Leaf(leaf(line))) };
        let figure = FIGURES.iter().position(|name| *name == figure).unwrap_or_default();
        let question = self.nodes.len();
        self.nodes.push(Node::Question { figure, below: below.parse().unwrap_or_default(), no: 0 });
        self.read_node(lines);
        let after = self.nodes.len();
        if let Some(Node::Question { no, .. }) = self.nodes.get_mut(question) {
            *no = after;
        }
        self.read_node(lines);
    }

    /// The mean of the trees' votes.
    pub(super) fn vote(&self, figures: &[f32; FIGURES.len()]) -> Shares {
        let mut shares = Shares::default();
        for root in &self.roots {
            for (share, vote) in shares.iter_mut().zip(self.leaf(*root, figures)) {
                *share += vote / self.roots.len() as f32;
            }
        }
        shares
    }

    fn leaf(&self, mut at: usize, figures: &[f32; FIGURES.len()]) -> &Shares {
        const NOTHING: &Shares = &[0.0; Condition::ALL.len()];
        loop {
            match self.nodes.get(at) {
                Some(Node::Question { figure, below, no }) => at = if figures[*figure] < *below { at + 1 } else { *no },
                Some(Node::Leaf(shares)) => return shares,
                None => return NOTHING,
            }
        }
    }
}

/// `clear 0.93 faint 0.07`
fn leaf(line: &str) -> Shares {
    let mut shares = Shares::default();
    let mut words = line.split_whitespace();
    while let (Some(name), Some(share)) = (words.next(), words.next()) {
        if let Some(at) = Condition::ALL.iter().position(|condition| condition.as_str() == name) {
            shares[at] = share.parse().unwrap_or_default();
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# comment\ntree\nsnr < 7\n  loud < -40\n    silent 1\n    noisy 0.9 clear 0.1\n  clear 1\n";

    fn vote(snr: f32, loud: f32) -> Shares {
        let mut figures = [0.0; FIGURES.len()];
        figures[0] = loud;
        figures[10] = snr;
        Forest::read(TEXT).vote(&figures)
    }

    #[test]
    fn a_tree_is_followed_to_its_leaf() {
        assert_eq!((vote(3.0, -50.0)[0], vote(3.0, -20.0)[3], vote(20.0, -20.0)[1]), (1.0, 0.9, 1.0));
    }
}
