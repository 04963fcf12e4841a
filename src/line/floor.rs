//! The noise floor: what the line sounds like when nobody speaks.

/// Frames of one step of the minimum: 200 ms.
const STEP: u8 = 10;
/// Steps of memory: 1.6 s, longer than most talk without a breath (minimum statistics, Martin 2001).
const STEPS: usize = 8;
/// Weight of a new frame in the smoothed power: about 100 ms, so that one quiet frame is not the floor.
const NEW: f32 = 0.2;

/// Follows the floor of one stream.
pub(super) struct Floor {
    smoothed: Option<f32>,
    lows: [f32; STEPS],
    now: usize,
    frames: u8,
}

impl Floor {
    pub(super) fn new() -> Self {
        Self { smoothed: None, lows: [f32::INFINITY; STEPS], now: 0, frames: 0 }
    }

    /// Takes the mean power of the next frame.
    pub(super) fn follow(&mut self, power: f32) {
        let smoothed = self.smoothed.map_or(power, |before| before + NEW * (power - before));
        self.smoothed = Some(smoothed);
        self.lows[self.now] = self.lows[self.now].min(smoothed);
        self.frames += 1;
        if self.frames == STEP {
            self.frames = 0;
            self.now = (self.now + 1) % STEPS;
            self.lows[self.now] = f32::INFINITY;
        }
    }

    /// The floor, dBov; -96 on a dead line.
    pub(super) fn dbov(&self) -> f32 {
        dbov(self.lows.iter().copied().fold(f32::INFINITY, f32::min))
    }

    /// How far the last 100 ms lie above the floor, dB.
    pub(super) fn over(&self) -> f32 {
        self.smoothed.map_or(0.0, dbov) - self.dbov()
    }
}

fn dbov(power: f32) -> f32 {
    if power.is_finite() { 10.0 * (power + 2.5e-10).log10() } else { -96.0 }
}
