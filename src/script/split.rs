//! Percentage splits: two wordings tried side by side, each for its share of the calls.

use super::StepId;

/// The ways of a split; their shares make a hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// One a wording.
    pub ways: Vec<Share>,
}

/// One wording's share of the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Out of a hundred.
    pub share: u32,
    /// What it is called in reports.
    pub name: String,
    /// Where it leads.
    pub go: StepId,
}

impl Split {
    /// The way of the call that drew `lot`, in the split called `step`: the same for the same call, and with other splits
    /// of the script drawn anew. `None` only where there is no way at all.
    pub fn choose(&self, lot: u64, step: &str) -> Option<&Share> {
        let drawn = draw(lot, step);
        let mut end = 0;
        let found = self.ways.iter().find(|way| {
            end += way.share;
            drawn < end
        });
        found.or(self.ways.last())
    }
}

/// 0 to 99, each as often as the other.
fn draw(lot: u64, step: &str) -> u32 {
    (mixed(mixed(lot) ^ hash(step)) % 100) as u32
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every version.
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of SplitMix64: neighbouring lots become far ones.
fn mixed(lot: u64) -> u64 {
    let lot = (lot ^ (lot >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let lot = (lot ^ (lot >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    lot ^ (lot >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split() -> Split {
        let way = |share, name: &str, go| Share { share, name: name.into(), go: StepId(go) };
        Split { ways: vec![way(20, "warm", 1), way(80, "brisk", 2)] }
    }

    fn name(lot: u64, step: &str) -> String {
        split().choose(lot, step).map(|way| way.name.clone()).unwrap_or_default()
    }

    #[test]
    fn each_wording_gets_its_share() {
        let warm = (0..10_000).filter(|lot| name(*lot, "try") == "warm").count();
        assert!((1_900..2_100).contains(&warm), "{warm}");
    }

    #[test]
    fn a_call_keeps_its_wording_and_two_splits_are_drawn_apart() {
        assert!((0..100).all(|lot| name(lot, "try") == name(lot, "try")));
        let both = (0..10_000).filter(|lot| name(*lot, "a") == "warm" && name(*lot, "b") == "warm").count();
        assert!((300..500).contains(&both), "{both}: 4 % of the calls");
    }
}
