//! scratch
use qingjiang::{
    line::{LineEvent, Listener, Sensitivity},
    moment::Moment,
};
use std::time::Duration;
fn ulaw(b: u8) -> i16 {
    let b = !b;
    let t = (((b & 15) as i16) << 3) + 0x84;
    let t = t << ((b & 0x70) >> 4);
    if b & 0x80 != 0 { 0x84 - t } else { t - 0x84 }
}
fn main() {
    let labels = std::fs::read_to_string("/work/shared/corpus/labels.jsonl").unwrap();
    for line in labels.lines() {
        let v: serde_json::Value = serde_json::from_str(line).unwrap();
        let bytes = std::fs::read(format!("/work/shared/corpus/{}", v["wav"].as_str().unwrap())).unwrap();
        let at = bytes.windows(4).position(|w| w == b"data").unwrap() + 8;
        let pcm: Vec<i16> = bytes[at..].iter().map(|b| ulaw(*b)).collect();
        let mut l = Listener::new();
        let mut t = 0;
        let mut onset = None;
        let mut turn = None;
        let mut started = Vec::new();
        let mut ended = Vec::new();
        for p in pcm.chunks_exact(160) {
            t += 20;
            let now = Moment::from_millis(t);
            l.hear(p, now);
            while let Some(e) = l.poll_event() {
                match e {
                    LineEvent::SpeechStarted { onset: o } => {
                        onset = onset.or(Some(o));
                        started.push((o.as_millis(), t));
                    }
                    LineEvent::SpeechEnded { at } => {
                        ended.push(at.as_millis());
                    }
                    _ => {}
                }
            }
            if turn.is_none()
                && let Some(o) = onset
            {
                let pause = ended.last().copied().filter(|e| *e > o.as_millis() + 1500 && t > *e + 800);
                if pause.is_some() || t > o.as_millis() + 5000 {
                    turn = Some(l.judge(o, now, Sensitivity::Normal));
                }
            }
        }
        if turn.is_none()
            && let Some(o) = onset
        {
            turn = Some(l.judge(o, Moment::from_millis(t), Sensitivity::Normal));
        }
        let whole = l.judge(Moment::from_millis(t.saturating_sub(10_000)), Moment::from_millis(t), Sensitivity::Normal);
        let last = l.judge(
            Moment::from_millis(t).back(Duration::from_secs(5)),
            Moment::from_millis(t),
            Sensitivity::LastChance,
        );
        println!(
            "{}",
            serde_json::json!({"id": v["id"], "condition": v["condition"], "expect": v["expect"], "turn": turn, "whole": whole, "last": last, "started": started, "ended": ended})
        );
    }
}
