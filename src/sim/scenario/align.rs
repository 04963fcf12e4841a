//! Lays what was heard beside what was expected, so that as little as possible is left over on either side.

/// A line of the two laid side by side: at least one of them is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Which expectation.
    pub(super) want: Option<usize>,
    /// What was heard.
    pub(super) heard: Option<usize>,
    /// It may be there without having been expected.
    pub(super) allowed: bool,
}

/// What there is to lay side by side.
pub(super) struct Sides<'a> {
    pub(super) wants: usize,
    pub(super) heard: usize,
    /// Whether this expectation means what was heard there.
    pub(super) fits: &'a dyn Fn(usize, usize) -> bool,
    /// Whether others may stand before this expectation; at `wants`: behind all of them.
    pub(super) loose: &'a dyn Fn(usize) -> bool,
}

/// The pairs, in order. Of equally good ways the one that fits earlier.
pub(super) fn align(sides: &Sides<'_>) -> Vec<Pair> {
    let costs = costs(sides);
    let (mut want, mut heard) = (0, 0);
    let mut pairs = Vec::new();
    while want < sides.wants || heard < sides.heard {
        let cost = costs[want][heard];
        let both = want < sides.wants && heard < sides.heard && (sides.fits)(want, heard);
        if both && cost == costs[want + 1][heard + 1] {
            pairs.push(Pair { want: Some(want), heard: Some(heard), allowed: true });
            (want, heard) = (want + 1, heard + 1);
        } else if want < sides.wants && cost == costs[want + 1][heard] + 1 {
            pairs.push(Pair { want: Some(want), heard: None, allowed: false });
            want += 1;
        } else {
            pairs.push(Pair { want: None, heard: Some(heard), allowed: (sides.loose)(want) });
            heard += 1;
        }
    }
    pairs
}

/// How many are left over at least, from each place on both sides to the ends.
fn costs(sides: &Sides<'_>) -> Vec<Vec<u32>> {
    let mut costs = vec![vec![0u32; sides.heard + 1]; sides.wants + 1];
    for want in (0..=sides.wants).rev() {
        for heard in (0..=sides.heard).rev() {
            let mut ways = Vec::with_capacity(3);
            if want < sides.wants {
                ways.push(costs[want + 1][heard] + 1);
            }
            if heard < sides.heard {
                ways.push(costs[want][heard + 1] + u32::from(!(sides.loose)(want)));
            }
            if want < sides.wants && heard < sides.heard && (sides.fits)(want, heard) {
                ways.push(costs[want + 1][heard + 1]);
            }
            costs[want][heard] = ways.into_iter().min().unwrap_or(0);
        }
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs as `expected/heard`, `-` where one of them is not there.
    fn aligned(wants: &str, heard: &str, loose: bool) -> String {
        let (wants, heard): (Vec<char>, Vec<char>) = (wants.chars().collect(), heard.chars().collect());
        let fits = |want: usize, at: usize| wants[want] == heard[at];
        let sides = Sides { wants: wants.len(), heard: heard.len(), fits: &fits, loose: &|_| loose };
        let shown = |side: &[char], at: Option<usize>| at.map_or('-', |at| side[at]);
        let pairs = align(&sides);
        let lines = pairs.iter().map(|pair| format!("{}{}", shown(&wants, pair.want), shown(&heard, pair.heard)));
        lines.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_left_over_stands_alone() {
        assert_eq!(aligned("abc", "abc", false), "aa bb cc");
        assert_eq!(aligned("abc", "axc", false), "aa b- -x cc");
        assert_eq!(aligned("ab", "xab", false), "-x aa bb");
        assert_eq!(aligned("", "ab", false), "-a -b");
    }

    #[test]
    fn the_first_that_fits_is_meant() {
        assert_eq!(aligned("ab", "xayab", true), "-x aa -y -a bb");
        assert_eq!(aligned("a", "aa", true), "aa -a");
    }
}
