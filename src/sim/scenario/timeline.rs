//! What was heard and done in a simulated call, a line each, with what the line was judged to be and why.

use crate::{call::What, sim::run::Outcome};
use std::fmt::Write;

impl Outcome {
    /// The route decided last.
    pub fn route(&self) -> Option<String> {
        self.promises.iter().rev().find_map(|promise| match promise {
            crate::call::Promise::Route { decision, .. } => Some(decision.to_string()),
            _ => None,
        })
    }

    /// What was heard and done, a line each, in both languages as on the telephone of `call`.
    pub fn timeline(&self) -> String {
        let mut lines: Vec<(u64, String)> = Vec::new();
        for stretch in &self.report.heard {
            let cut = if stretch.complete { "" } else { "  (被打断 cut short)" };
            let line = format!("{} – {}  {}{cut}", seconds(stretch.from_ms), seconds(stretch.to_ms), stretch.id);
            lines.push((stretch.from_ms, line));
        }
        for (at, what, key) in &self.report.events {
            let key = key.map_or(String::new(), |key| format!(" {key}"));
            lines.push((*at, format!("{}            · {what}{key}", seconds(*at))));
        }
        for entry in &self.journal {
            let at = entry.at.as_millis();
            match &entry.what {
                What::Speech { from, to } => {
                    let (from, to) = (seconds(from.as_millis()), seconds(to.as_millis()));
                    lines.push((at, format!("{}            · 说话 speech {from} – {to}", seconds(at))));
                }
                What::Judged(judgement) => {
                    let (condition, rule) = (judgement.condition.as_str(), judgement.evidence.rule.as_str());
                    let kind = judgement.kind.map_or("", |kind| kind.as_str());
                    let evidence = &judgement.evidence;
                    let figure = |name: &str, value: Option<f32>| value.map(|value| format!(", {name} {value:.0}"));
                    let figures = [
                        figure("level", evidence.level_dbov),
                        figure("noise", evidence.noise_dbov),
                        figure("SNR", evidence.snr_db),
                    ];
                    let figures: String = figures.into_iter().flatten().collect();
                    let spoken = evidence.speech_ms;
                    let line = format!("· 判断 judged {condition} {kind}({rule}), 说话 speech {spoken} ms{figures}");
                    lines.push((at, format!("{}            {line}", seconds(at))));
                }
                _ => {}
            }
        }
        lines.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (_, line) in lines {
            let _ = writeln!(text, "    {line}");
        }
        let (disposition, by) = match &self.end {
            Some((disposition, by)) => (disposition.as_str(), by.as_str()),
            None => ("没有结束 no end", "–"),
        };
        let _ = writeln!(text, "    {}            结束 end: {disposition}, {by}", seconds(self.report.ended_ms));
        text
    }
}

fn seconds(ms: u64) -> String {
    format!("{:>3}.{:03}", ms / 1000, ms % 1000)
}
