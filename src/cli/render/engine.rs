//! What speaks: espeak-ng on this machine, or a speech service.

use anyhow::{Context, bail};
use serde_json::json;
use std::{
    io::{self, Write},
    process::{Command, Stdio},
    time::Duration,
};

/// Something that speaks.
pub(super) trait Engine {
    /// Speaks `text`; `speed` 1 is its usual one. A WAV file, maybe one with the length of a stream.
    fn speak(&self, text: &str, locale: &str, speed: f64) -> anyhow::Result<Vec<u8>>;
}

/// With what texts are spoken.
#[derive(Debug, clap::Args)]
pub(super) struct Speaker {
    /// What speaks: espeak-ng on this machine, or an HTTP service (OpenAI's /v1/audio/speech)
    #[arg(long, value_enum, default_value = "espeak")]
    engine: Which,
    /// The voice: espeak-ng's name (cmn, en-gb), or the service's [default: by language; alloy]
    #[arg(long)]
    voice: Option<String>,
    /// The service's address, without /v1/audio/speech
    #[arg(long, env = "QINGJIANG_SPEECH_URL", value_name = "URL")]
    url: Option<String>,
    /// The service's model
    #[arg(long, env = "QINGJIANG_SPEECH_MODEL", default_value = "tts-1")]
    model: String,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Which {
    Espeak,
    Http,
}

/// The service's key. From the environment only: a command line is seen by everybody on the machine.
const KEY: &str = "QINGJIANG_SPEECH_KEY";

impl Speaker {
    pub(super) fn engine(self) -> anyhow::Result<Box<dyn Engine>> {
        match (self.engine, self.url) {
            (Which::Espeak, _) => Ok(Box::new(Espeak { program: "espeak-ng".into(), voice: self.voice })),
            (Which::Http, Some(url)) => {
                let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
                let voice = self.voice.unwrap_or_else(|| "alloy".into());
                Ok(Box::new(Service::new(&url, self.model, voice, key)?))
            }
            (Which::Http, None) => bail!(
                "--engine http 要用 --url 或者环境变量 QINGJIANG_SPEECH_URL 写明服务的地址 / --engine http needs the \
                 service's address: --url, or QINGJIANG_SPEECH_URL"
            ),
        }
    }
}

/// espeak-ng, a program of its own.
pub(super) struct Espeak {
    pub(super) program: String,
    pub(super) voice: Option<String>,
}

/// espeak-ng's words a minute at speed 1, measured: prompts then come out at the pace of those that we ship, Mandarin at about
/// 200 characters a minute and English at about 150 words, pauses included.
fn words_a_minute(locale: &str) -> f64 {
    if locale.starts_with("zh") { 250.0 } else { 150.0 }
}

impl Engine for Espeak {
    fn speak(&self, text: &str, locale: &str, speed: f64) -> anyhow::Result<Vec<u8>> {
        let voice = self.voice.as_deref().unwrap_or_else(|| usual_voice(locale));
        let rate = format!("{:.0}", words_a_minute(locale) * speed);
        let mut command = Command::new(&self.program);
        command.args(["-v", voice, "-s", &rate, "-b", "1", "--stdin", "--stdout"]);
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = match spawned {
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
                "没有安装 {0}:apt-get install espeak-ng,或者用 --engine http / {0} is not installed: apt-get install \
                 espeak-ng, or use --engine http",
                self.program
            ),
            spawned => spawned.with_context(|| self.program.clone())?,
        };
        // A text is shorter than a pipe, so that nobody waits for the other.
        let told = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
        let done = child.wait_with_output()?;
        if !done.status.success() {
            bail!("{}: {}", self.program, String::from_utf8_lossy(&done.stderr).trim());
        }
        told?;
        Ok(done.stdout)
    }
}

fn usual_voice(locale: &str) -> &str {
    match locale.split('-').next().unwrap_or(locale) {
        "zh" => "cmn",
        "en" => "en-gb",
        language => language,
    }
}

/// A service that speaks OpenAI's `/v1/audio/speech`.
pub(super) struct Service {
    url: String,
    model: String,
    voice: String,
    key: Option<String>,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

/// A prompt takes seconds to be spoken; a service that takes longer than this is stuck. Chosen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What of a refusal is shown.
const SHOWN: usize = 300;

impl Service {
    pub(super) fn new(url: &str, model: String, voice: String, key: Option<String>) -> anyhow::Result<Self> {
        let url = format!("{}/v1/audio/speech", url.trim_end_matches('/').trim_end_matches("/v1"));
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { url, model, voice, key, client, runtime })
    }

    async fn ask(&self, text: &str, speed: f64) -> anyhow::Result<Vec<u8>> {
        let asked = json!({
            "model": self.model, "voice": self.voice, "input": text, "response_format": "wav", "speed": speed,
        });
        let request = self.client.post(&self.url).json(&asked);
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let answer = request.send().await?;
        let status = answer.status();
        if !status.is_success() {
            let words: String = answer.text().await.unwrap_or_default().chars().take(SHOWN).collect();
            bail!("{} {status} {words}", self.url);
        }
        Ok(answer.bytes().await?.to_vec())
    }
}

impl Engine for Service {
    fn speak(&self, text: &str, _: &str, speed: f64) -> anyhow::Result<Vec<u8>> {
        self.runtime.block_on(self.ask(text, speed))
    }
}
