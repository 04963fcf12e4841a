//! WebRTC's voice activity detector: the fast gate.

use super::frame::FRAME_SAMPLES;
use webrtc_vad::{SampleRate, Vad, VadMode};

/// One stream's gate. Hears any voice-like energy within a frame or two, and takes much noise for voice: a stage
/// behind it has to agree.
pub struct Gate(SendVad);

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A gate in mode 2: chosen, because modes 0 and 1 hold on for 200 ms and mode 3 misses a quarter of speech.
    pub fn new() -> Self {
        Self(SendVad(Vad::new_with_rate_and_mode(SampleRate::Rate8kHz, VadMode::Aggressive)))
    }

    /// Whether the next 20 ms may be voice.
    pub fn is_voice(&mut self, pcm: &[i16; FRAME_SAMPLES]) -> bool {
        self.0.0.is_voice_segment(pcm).unwrap_or(false)
    }
}

/// [`Vad`] is `!Send` only because it holds a raw pointer.
struct SendVad(Vad);

// SAFETY: audited against webrtc-vad 0.4.0 and the libfvad it bundles. `Vad` owns the `Fvad` behind its pointer:
// `fvad_new` allocates it, nothing else keeps the pointer, `fvad_free` in `Drop` releases it. libfvad has no
// thread-local and no mutable global state (its tables are const), so which thread calls it does not matter as long
// as only one does at a time; every method that touches the pointer takes `&mut self`. `Sync` is not claimed.
#[allow(unsafe_code, reason = "the bindings hold a raw pointer that is theirs alone")]
unsafe impl Send for SendVad {}
