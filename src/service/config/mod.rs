//! The configuration file: every value typed before a port is bound, every problem told with its place.

mod reader;
mod setting;
mod table;

pub use reader::{ConfigError, Fault, Problem};
pub use setting::Described;
pub use table::ALL;

use crate::{
    gateway::{
        auth::{Basic, Policy, Secret, Signature},
        twilio_control::Account,
    },
    phone::PhoneNumber,
};
use reader::Reader;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that the service was told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The operators' files.
    pub files: Files,
    /// What a call, a socket and the machine may cost.
    pub limits: Limits,
    /// How dead peers are told.
    pub liveness: Liveness,
    /// Who may come in.
    pub auth: Auth,
    /// Queue of the gateway for callers whom we have no room for.
    pub default_queue: String,
    /// Twilio's account, where its API may be used.
    pub twilio: Twilio,
}

/// The operators' files and ours.
#[derive(Clone, Debug)]
pub struct Files {
    /// Script and texts; none: the embedded defaults.
    pub prompts: Option<PathBuf>,
    /// Recordings; none: the embedded defaults.
    pub audio: Option<PathBuf>,
    /// Records.
    pub data: PathBuf,
    /// How long changed files must have been quiet before they are read.
    pub quiet: Duration,
    /// What makes a good change live.
    pub publish: Publish,
    /// What golden tests that fail mean.
    pub tests: Tests,
}

/// What makes a good change of the operators' files live for the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// That it was saved.
    OnSave,
    /// `qingjiang script publish`.
    Manual,
}

/// What it means for a version that its golden tests fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tests {
    /// Nothing: they are not played.
    Ignore,
    /// It is refused.
    Refuse,
}

/// What a call, a socket and the machine may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Calls at once.
    pub max_calls: usize,
    /// Connections of every kind at once.
    pub max_sockets: usize,
    /// Largest WebSocket message taken, bytes.
    pub max_message: usize,
    /// Messages a second that a socket may keep up.
    pub flood_rate: u32,
    /// Messages that a socket may send at once.
    pub flood_burst: u32,
    /// From the accept to a valid start message.
    pub start: Duration,
    /// From the first signal to the end of the last call.
    pub drain: Duration,
    /// From the first byte that the peer does not take until it is lost.
    pub stuck: Duration,
}

/// How dead peers are told.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// From ping to ping.
    pub ping: Duration,
    /// From the last byte of a peer that has answered pings until it is lost.
    pub lost: Duration,
    /// Whether Asterisk is pinged too.
    pub asterisk_pings: bool,
    /// TCP keepalive: idle time and interval.
    pub keepalive: Duration,
}

/// Who may come in. Nothing set: everybody, and only on loopback.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// Gateways' media sockets.
    pub media: Policy,
    /// Everything else but `/healthz`.
    pub http: Policy,
}

/// Twilio's account.
#[derive(Clone, Debug)]
pub struct Twilio {
    /// Key of the signatures.
    pub auth_token: Option<Secret>,
    /// Call control; none: the close and `POST /route/twilio`.
    pub control: Option<Account>,
    /// The public base URL that Twilio was given.
    pub public_url: Option<String>,
    /// The number agents see.
    pub caller_id: Option<PhoneNumber>,
    /// Until a REST request has failed.
    pub timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self::from_reader(&mut Reader::new("", ""))
    }
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`]: every problem found, with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|why| ConfigError::Unreadable { path: path.to_owned(), why })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of the file called `name`.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`]: every problem found, with its place.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(name, text);
        let config = Self::from_reader(&mut reader);
        reader.finish()?;
        Ok(config)
    }

    fn from_reader(reader: &mut Reader<'_>) -> Self {
        let twilio = Twilio::from_reader(reader);
        Self {
            listen: reader.take(&table::LISTEN),
            files: Files::from_reader(reader),
            limits: Limits::from_reader(reader),
            liveness: Liveness::from_reader(reader),
            default_queue: reader.take(&table::DEFAULT_QUEUE).unwrap_or_default(),
            auth: Auth::from_reader(reader, &twilio),
            twilio,
        }
    }
}

impl Files {
    fn from_reader(reader: &mut Reader<'_>) -> Self {
        Self {
            prompts: reader.take(&table::PROMPTS).map(PathBuf::from),
            audio: reader.take(&table::AUDIO).map(PathBuf::from),
            data: reader.take(&table::DATA).unwrap_or_default().into(),
            quiet: reader.take(&table::QUIET),
            publish: reader.take(&table::PUBLISH),
            tests: reader.take(&table::TESTS),
        }
    }
}

impl Limits {
    fn from_reader(reader: &mut Reader<'_>) -> Self {
        Self {
            max_calls: reader.take(&table::MAX_CALLS) as usize,
            max_sockets: reader.take(&table::MAX_SOCKETS) as usize,
            max_message: reader.take(&table::MAX_MESSAGE) as usize,
            flood_rate: reader.take(&table::FLOOD_RATE),
            flood_burst: reader.take(&table::FLOOD_BURST),
            start: reader.take(&table::START),
            drain: reader.take(&table::DRAIN),
            stuck: reader.take(&table::STUCK),
        }
    }
}

impl Liveness {
    fn from_reader(reader: &mut Reader<'_>) -> Self {
        Self {
            ping: reader.take(&table::PING),
            lost: reader.take(&table::LOST),
            asterisk_pings: reader.take(&table::ASTERISK_PINGS),
            keepalive: reader.take(&table::KEEPALIVE),
        }
    }
}

impl Auth {
    fn from_reader(reader: &mut Reader<'_>, twilio: &Twilio) -> Self {
        let media = (reader.take(&table::MEDIA_USER), reader.take_secret(&table::MEDIA_PASSWORD));
        let http = (reader.take(&table::HTTP_USER), reader.take_secret(&table::HTTP_PASSWORD));
        Self {
            media: Policy {
                basic: basic(media, "auth.media.user", reader),
                token: reader.take_secret(&table::MEDIA_TOKEN),
                twilio: signature(twilio, reader),
            },
            http: Policy {
                basic: basic(http, "auth.http.user", reader),
                token: reader.take_secret(&table::HTTP_TOKEN),
                twilio: None,
            },
        }
    }

    /// Who may ask `POST /route/twilio`: Twilio by its signature, or whoever may ask anything.
    pub fn webhook(&self) -> Policy {
        Policy { twilio: self.media.twilio.clone(), ..self.http.clone() }
    }
}

/// Twilio's signature, where it is on and can be checked.
fn signature(twilio: &Twilio, reader: &mut Reader<'_>) -> Option<Signature> {
    if !reader.take(&table::TWILIO_SIGNATURE) {
        return None;
    }
    let (Some(auth_token), Some(public_url)) = (&twilio.auth_token, &twilio.public_url) else {
        reader.needs("auth.media.twilio_signature", "twilio.auth_token and twilio.public_url");
        return None;
    };
    Some(Signature { auth_token: auth_token.clone(), public_url: public_url.clone() })
}

/// A user needs a password, and the other way round.
fn basic(pair: (Option<String>, Option<Secret>), key: &'static str, reader: &mut Reader<'_>) -> Option<Basic> {
    match pair {
        (Some(user), Some(password)) => Some(Basic { user, password }),
        (None, None) => None,
        _ => {
            reader.needs(key, "both user and password");
            None
        }
    }
}

impl Twilio {
    fn from_reader(reader: &mut Reader<'_>) -> Self {
        let auth_token = reader.take_secret(&table::TWILIO_TOKEN);
        Self {
            control: control(auth_token.as_ref(), reader),
            auth_token,
            public_url: reader.take(&table::TWILIO_PUBLIC_URL),
            caller_id: reader.take(&table::TWILIO_CALLER_ID).and_then(|number| PhoneNumber::parse(&number)),
            timeout: reader.take(&table::TWILIO_TIMEOUT),
        }
    }
}

/// Call control needs an account, and an API key with its secret or the auth token.
fn control(auth_token: Option<&Secret>, reader: &mut Reader<'_>) -> Option<Account> {
    let base_url = reader.take(&table::TWILIO_API).unwrap_or_default();
    let key = (reader.take(&table::TWILIO_KEY), reader.take_secret(&table::TWILIO_KEY_SECRET));
    let account = reader.take(&table::TWILIO_ACCOUNT)?;
    let (user, password) = match key {
        (Some(key), Some(secret)) => (key, secret),
        (None, None) if auth_token.is_some() => (account.clone(), auth_token?.clone()),
        _ => {
            reader.needs("twilio.account_sid", "twilio.auth_token, or twilio.api_key and twilio.api_secret");
            return None;
        }
    };
    Some(Account { base_url, account, user, password })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let error = Config::parse("q.toml", text).expect_err("a fault was planted");
        error.to_string().lines().filter(|line| line.starts_with("q.toml")).map(str::to_owned).collect()
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = Config::parse("q.toml", "").expect("empty is fine");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.limits.max_message, 65536);
        assert_eq!(config.limits.start, Duration::from_secs(10));
        assert!(config.files.prompts.is_none() && config.auth.http.is_off());
    }

    #[test]
    fn values_are_taken_from_dotted_keys_and_tables_alike() {
        let config =
            Config::parse("q.toml", "limits.max_calls = 7\n[liveness]\nasterisk_pings = true\n").expect("good");
        assert_eq!(config.limits.max_calls, 7);
        assert!(config.liveness.asterisk_pings);
    }

    #[test]
    fn every_problem_is_told_at_its_place() {
        let told = problems("listen = 5\n[limits]\nmax_calls = 0\nstart = \"10\"\nmaxx = 1\n");
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].starts_with("q.toml:1:10: listen: expected an address"), "{}", told[0]);
        assert!(told[1].starts_with("q.toml:3:13: limits.max_calls: expected"), "{}", told[1]);
        assert!(told[2].starts_with("q.toml:4:9: limits.start"), "{}", told[2]);
        assert_eq!(told[3], "q.toml:5:1: no such setting: limits.maxx");
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        assert!(problems("listen = \n")[0].starts_with("q.toml:1:"));
    }

    #[test]
    fn a_user_without_a_password_is_told() {
        assert!(problems("[auth.http]\nuser = \"ops\"")[0].contains("both user and password"));
    }

    #[test]
    fn a_problem_never_shows_a_secret() {
        let error = Config::parse("q.toml", "[auth.http]\ntoken = [\"hunter2\"]").expect_err("not a secret");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn secrets_come_from_a_file() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), "s3cret\n").expect("written");
        let text = format!("auth.http.token = {{ file = {:?} }}", file.path());
        assert_eq!(Config::parse("q.toml", &text).expect("good").auth.http.token, Some(Secret::new("s3cret")));
    }

    #[test]
    fn a_secret_that_is_not_there_is_a_problem() {
        assert!(problems("auth.http.token = { file = \"/nonexistent\" }")[0].contains("holds no secret"));
    }

    #[test]
    fn the_list_of_settings_is_whole() {
        for setting in ALL {
            let (path, name) = setting.key().rsplit_once('.').unwrap_or(("", setting.key()));
            let header = if path.is_empty() { String::new() } else { format!("[{path}]\n") };
            let error = Config::parse("q.toml", &format!("{header}{name} = []")).expect_err("a list fits no setting");
            assert!(!error.to_string().contains("no such setting"), "{error}");
        }
    }
}
