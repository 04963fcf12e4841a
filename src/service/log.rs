//! Log lines: for people on a terminal, JSON for machines, and never a telephone number at any level.
//!
//! Two rules keep numbers out. Our own lines carry call and record ids and figures, not texts that came from outside.
//! And no dependency is heard below WARN whatever `RUST_LOG` says, because at DEBUG and TRACE they print request lines,
//! handshakes and payloads.

use std::{
    io::IsTerminal,
    panic::{self, PanicHookInfo},
};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{LevelFilter, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt,
};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Sends log lines to standard output, and panics with them. A second call changes nothing.
///
/// `RUST_LOG` chooses levels as usual; `info` without it.
pub fn init(format: LogFormat) {
    let directives = std::env::var("RUST_LOG").unwrap_or_default();
    let colours = std::io::stdout().is_terminal();
    let subscriber = subscriber(format, &directives, colours, std::io::stdout);
    // Not `.init()`: that would also take in the `log` crate's records, in which tungstenite prints whole messages.
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        panic::set_hook(Box::new(log_panic));
    }
}

/// The subscriber that [`init`] installs, writing to `writer`.
pub fn subscriber<W>(format: LogFormat, directives: &str, colours: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(directives);
    let lines = tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(writer).with_target(false);
    match format {
        LogFormat::Human => Box::new(Registry::default().with(filter).with(lines.with_filter(filter_fn(ours)))),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(false).with_span_list(false);
            Box::new(Registry::default().with(filter).with(lines.with_filter(filter_fn(ours))))
        }
    }
}

/// Our own lines at any level, others' only from WARN up.
fn ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let own = target == "qingjiang" || target.starts_with("qingjiang::");
    own || *metadata.level() <= Level::WARN
}

/// Says where it panicked, never with what words: a panic's message may quote what a caller keyed in.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |place| format!("{}:{}", place.file(), place.line()));
    tracing::error!(place, "panic: this is a fault of qingjiang, please report the place");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, directives: &str, body: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        tracing::subscriber::with_default(subscriber(format, directives, false, move || writer.clone()), body);
        let bytes = captured.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("log lines are text")
    }

    #[test]
    fn no_directive_lets_a_dependency_speak_below_warn() {
        let text = logged(LogFormat::Human, "trace,hyper=trace,tungstenite=trace", || {
            tracing::trace!(target: "hyper::proto", "GET /media/asterisk?caller=13812345678");
            tracing::debug!(target: "tungstenite", "13812345678");
            tracing::info!(target: "reqwest", "13812345678");
            tracing::trace!(target: "qingjiang::service", "ours");
        });
        assert!(text.contains("ours") && !text.contains("138"), "{text}");
    }

    #[test]
    fn a_name_that_begins_like_ours_is_not_ours() {
        let text = logged(LogFormat::Human, "trace", || tracing::info!(target: "qingjiangx", "foreign"));
        assert!(text.is_empty(), "{text}");
    }

    #[test]
    fn json_lines_hold_their_fields_at_the_top() {
        let text = logged(LogFormat::Json, "", || tracing::info!(record = "r1", "call started"));
        let line: serde_json::Value = serde_json::from_str(text.trim()).expect("one JSON object");
        assert_eq!((line["record"].as_str(), line["level"].as_str()), (Some("r1"), Some("INFO")));
    }
}
