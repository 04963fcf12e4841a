//! The live timeline of a call: a line for everything that happens, and on a terminal a last line that moves.

use crate::{
    audio::Bank,
    moment::Moment,
    records::{Archive, Event, Filter, RecordId},
    sim::{Telephone, heard, voice::FRAME},
};
use crossterm::tty::IsTty;
use std::{
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Whether and how the call is shown.
pub struct Watch {
    quiet: bool,
    terminal: bool,
}

/// What is seen beside the call itself: the service's own records where it runs in this process, else the sound alone.
pub struct Beside<'a> {
    watch: Watch,
    data: Option<PathBuf>,
    archive: Option<(Archive, RecordId)>,
    bank: &'a Arc<Bank>,
    shown: usize,
    state: State,
}

/// The moving line.
#[derive(Default)]
struct State {
    prompt: Option<String>,
    judged: Option<String>,
    wait_ends_ms: Option<i64>,
}

impl Watch {
    /// `quiet`: nothing is shown.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, terminal: io::stdout().is_tty() }
    }

    /// Watches a call whose service keeps its records in `data`, where that is known.
    pub fn beside<'a>(self, data: Option<&Path>, bank: &'a Arc<Bank>) -> Beside<'a> {
        let data = data.map(Path::to_owned);
        Beside { watch: self, data, archive: None, bank, shown: 0, state: State::default() }
    }
}

impl Beside<'_> {
    /// Shows what is new.
    pub fn show(&mut self, phone: &Telephone, now: Moment) {
        if self.watch.quiet {
            return;
        }
        for event in self.news() {
            self.line(&event);
        }
        if self.watch.terminal {
            self.moving_line(phone, now);
        }
    }

    /// Shows what is left, and says whether the call's end was among it.
    pub fn last_lines(&mut self) -> bool {
        let news = if self.watch.quiet { Vec::new() } else { self.news() };
        news.iter().for_each(|event| self.line(event));
        self.watch.quiet || self.data.is_none() || news.iter().any(|event| event.kind == "ended")
    }

    /// The call is over. Without a service in this process, what was heard is told only now.
    pub fn finish(&mut self, phone: &Telephone) {
        if self.watch.quiet {
            return;
        }
        if self.data.is_none() {
            for stretch in heard::recognise(phone.player(), self.bank, &["zh-CN"], phone.began()) {
                let cut = if stretch.complete { "" } else { "  (cut short)" };
                show(format_args!("{}  ▶ {}{cut}\n", seconds(stretch.from_ms as i64), stretch.id));
            }
        }
        if self.watch.terminal {
            show("\r\x1b[K");
        }
    }

    /// Events that the service has written since the last time.
    fn news(&mut self) -> Vec<Event> {
        if self.archive.is_none() {
            self.archive = self.data.as_deref().and_then(find);
        }
        let Some((archive, id)) = &self.archive else { return Vec::new() };
        let events = archive.show(*id).ok().flatten().map_or(Vec::new(), |history| history.events);
        let new = events.get(self.shown..).unwrap_or_default().to_vec();
        self.shown += new.len();
        new
    }

    fn line(&mut self, event: &Event) {
        let text = |key: &str| event.detail[key].as_str().unwrap_or_default().to_owned();
        let ms = |key: &str| event.detail[key].as_i64().unwrap_or_default();
        let say = |line: String| {
            let clear = if self.watch.terminal { "\r\x1b[K" } else { "" };
            show(format_args!("{clear}{}  {line}\n", seconds(event.at_ms)));
        };
        match event.kind.as_str() {
            "started" => say("☎ 接通 answered".into()),
            "prompt_said" => {
                say(format!("▶ {}", text("prompt")));
                self.state.prompt = Some(text("prompt"));
                self.state.wait_ends_ms = None;
            }
            "prompt_finished" => self.state.prompt = None,
            "prompt_interrupted" => {
                say(format!("■ {} 被打断 interrupted by {}", text("prompt"), text("by")));
                self.state.prompt = None;
            }
            "waiting" => {
                say(format!("… 等待 waiting {} s", ms("planned_ms") as f64 / 1000.0));
                self.state.wait_ends_ms = Some(event.at_ms + ms("planned_ms"));
            }
            "key" => say(format!("# 按键 key {}", event.detail["digit"].as_str().unwrap_or("·"))),
            "speech" => say(format!("◉ 说话 speech {} – {}", seconds(ms("from_ms")), seconds(ms("to_ms")))),
            "judged" => {
                let evidence = &event.detail["evidence"];
                let figure = |key: &str, unit: &str| {
                    evidence[key].as_f64().map_or(String::new(), |value| format!(" {key} {value:.0} {unit}"))
                };
                let figures = figure("level_dbov", "dBov") + &figure("noise_dbov", "dBov") + &figure("snr_db", "dB");
                let rule = evidence["rule"].as_str().unwrap_or_default();
                say(format!("⚖ 判断 judged {} ({rule}){figures}", text("condition")));
                self.state.judged = Some(text("condition"));
            }
            "rung" => say(format!("⇣ 台阶 ladder {} {}", text("condition"), ms("index") + 1)),
            "recovered" => say(format!("⇡ 恢复 recovered from {}", text("condition"))),
            "handover" => say(format!("→ 转人工 to {}", text("target"))),
            "handover_failed" => say("✗ 转接失败 transfer failed".into()),
            "callback_stored" => say("✓ 回电已登记 callback stored".into()),
            "ended" => say(format!("☎ 结束 {} by {}", text("disposition"), text("by"))),
            _ => {}
        }
    }

    fn moving_line(&self, phone: &Telephone, now: Moment) {
        let caller = meter(phone.said());
        let hotline = match (&self.state.prompt, phone.is_hearing(now)) {
            (Some(prompt), _) => format!("▶ {prompt}"),
            (None, true) => "▶ …".to_owned(),
            (None, false) => "·".to_owned(),
        };
        let wait = self.state.wait_ends_ms.map(|ends| ends - now.as_millis() as i64).filter(|left| *left > 0);
        let wait = wait.map_or(String::new(), |left| format!("  等待 wait {:.1} s", left as f64 / 1000.0));
        let judged = self.state.judged.as_deref().unwrap_or("-");
        show(format_args!(
            "\r\x1b[K{}  来电 caller {caller}  {hotline}  线路 line {judged}{wait}",
            seconds(now.as_millis() as i64)
        ));
    }
}

/// Where nobody reads any more (`| head`), the call goes on all the same.
fn show(text: impl Display) {
    let mut out = io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// The call's record, once the service has begun it.
fn find(data: &Path) -> Option<(Archive, RecordId)> {
    let archive = Archive::open(data).ok()?;
    let call = archive.list(&Filter::default()).ok()?.into_iter().next()?;
    Some((archive, call.id))
}

/// Seven bars for the last frames, from -60 dBov up.
fn meter(said: &[i16]) -> String {
    const BARS: [char; 8] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let recent = &said[said.len().saturating_sub(FRAME * 35)..];
    let level = |frame: &[i16]| crate::audio::level::rms_dbov(frame).unwrap_or(-90.0);
    let bar = |frame: &[i16]| BARS[((level(frame) + 60.0) / 7.0).clamp(0.0, 7.0) as usize];
    recent.chunks(FRAME * 5).map(bar).collect()
}

fn seconds(ms: i64) -> String {
    format!("{:>3}.{:03}", ms / 1000, (ms % 1000).abs())
}
