//! Every setting there is. Adding one: an item here, a line in [`ALL`], a field in [`super::Config`].

use super::{
    Publish, Tests,
    setting::{Address, Choice, Described, Hidden, Number, Setting, Switch, Text, Time},
};
use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

/// Every setting, in the order of the example file.
pub const ALL: &[&dyn Described] = &[
    &LISTEN,
    &PROMPTS,
    &AUDIO,
    &DATA,
    &QUIET,
    &PUBLISH,
    &TESTS,
    &MAX_CALLS,
    &MAX_SOCKETS,
    &MAX_MESSAGE,
    &FLOOD_RATE,
    &FLOOD_BURST,
    &START,
    &DRAIN,
    &STUCK,
    &PING,
    &LOST,
    &ASTERISK_PINGS,
    &KEEPALIVE,
    &MEDIA_USER,
    &MEDIA_PASSWORD,
    &MEDIA_TOKEN,
    &TWILIO_SIGNATURE,
    &HTTP_USER,
    &HTTP_PASSWORD,
    &HTTP_TOKEN,
    &DEFAULT_QUEUE,
    &TWILIO_ACCOUNT,
    &TWILIO_TOKEN,
    &TWILIO_KEY,
    &TWILIO_KEY_SECRET,
    &TWILIO_API,
    &TWILIO_PUBLIC_URL,
    &TWILIO_CALLER_ID,
    &TWILIO_TIMEOUT,
];

pub(super) const LISTEN: Setting<Address> = Setting {
    key: "listen",
    kind: Address(SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080))),
    why: "Media, HTTP and metrics share this one port. Loopback by default: anything else needs authentication",
};

pub(super) const PROMPTS: Setting<Text> = Setting {
    key: "files.prompts",
    kind: Text(None),
    why: "Folder of hotline.toml and the texts; without it ./prompts where it exists, else the built-in ones",
};

pub(super) const AUDIO: Setting<Text> = Setting {
    key: "files.audio",
    kind: Text(None),
    why: "Folder of the recordings, one folder a locale; without it ./audio where it exists, else the built-in ones",
};

pub(super) const DATA: Setting<Text> = Setting {
    key: "files.data",
    kind: Text(Some("data")),
    why: "Folder of the records: qingjiang.db and the call recordings",
};

pub(super) const QUIET: Setting<Time> = Setting {
    key: "files.quiet",
    kind: Time { default: Duration::from_secs(1), least: Duration::from_millis(200), most: Duration::from_secs(60) },
    why: "Changed prompt files are checked as one change once all have been quiet for this long (contract: a second)",
};

pub(super) const PUBLISH: Setting<Choice<Publish>> = Setting {
    key: "files.publish",
    kind: Choice(&[("on_save", Publish::OnSave), ("manual", Publish::Manual)]),
    why: "Whether a good change is live for the next call as soon as it is saved, or waits for `qingjiang script publish`",
};

pub(super) const TESTS: Setting<Choice<Tests>> = Setting {
    key: "files.tests",
    kind: Choice(&[("ignore", Tests::Ignore), ("refuse", Tests::Refuse)]),
    why: "Whether a version whose golden tests (tests/*.toml beside the script) fail is refused as one with errors is. They are \
          played whenever files have changed: a few seconds of one core",
};

pub(super) const MAX_CALLS: Setting<Number> = Setting {
    key: "limits.max_calls",
    kind: Number { default: 2000, least: 1, most: 100_000, unit: "calls" },
    why: "Calls carried at once; over it Asterisk is routed to the default queue, Twilio hears capacity_busy. 2000 calls \
          cost about one core",
};

pub(super) const MAX_SOCKETS: Setting<Number> = Setting {
    key: "limits.max_sockets",
    kind: Number { default: 8192, least: 16, most: 400_000, unit: "sockets" },
    why: "Open connections of every kind, so that callers over max_calls can still be told; more are closed unanswered. \
          Keep it below the process's limit of open files (ulimit -n)",
};

pub(super) const MAX_MESSAGE: Setting<Number> = Setting {
    key: "limits.max_message",
    kind: Number { default: 64 * 1024, least: 4 * 1024, most: 1024 * 1024, unit: "bytes" },
    why: "A larger WebSocket message closes its socket with 1009 (contract: 64 KiB)",
};

pub(super) const FLOOD_RATE: Setting<Number> = Setting {
    key: "limits.flood_rate",
    kind: Number { default: 250, least: 60, most: 100_000, unit: "messages a second" },
    why: "Messages a socket may send for any length of time, a message of over 4 KiB counting several times. 50 a second \
          are usual, 100 with 10 ms frames",
};

pub(super) const FLOOD_BURST: Setting<Number> = Setting {
    key: "limits.flood_burst",
    kind: Number { default: 2000, least: 100, most: 1_000_000, unit: "messages" },
    why: "Messages a socket may send at once before it is a flood (1008). A network that stalled for 15 s delivers 750 \
          frames in one go, and 1500 with 10 ms frames",
};

pub(super) const START: Setting<Time> = Setting {
    key: "limits.start",
    kind: Time { default: Duration::from_secs(10), least: Duration::from_secs(1), most: Duration::from_secs(120) },
    why: "A socket without a valid start message is closed after this (1008; contract: 10 s)",
};

pub(super) const DRAIN: Setting<Time> = Setting {
    key: "limits.drain",
    kind: Time { default: Duration::from_secs(300), least: Duration::ZERO, most: Duration::from_secs(24 * 3600) },
    why: "How long running calls may go on after the first SIGTERM. The longest ladder takes under a minute; an announcement \
          with a callback under three",
};

pub(super) const STUCK: Setting<Time> = Setting {
    key: "limits.stuck",
    kind: Time { default: Duration::from_secs(10), least: Duration::from_secs(1), most: Duration::from_secs(120) },
    why: "A peer that takes no byte of ours for this long is lost. Ten times the audio we send ahead",
};

pub(super) const PING: Setting<Time> = Setting {
    key: "liveness.ping",
    kind: Time { default: Duration::from_secs(5), least: Duration::from_secs(1), most: Duration::from_secs(60) },
    why: "Pings are sent this often (contract: 5 s)",
};

pub(super) const LOST: Setting<Time> = Setting {
    key: "liveness.lost",
    kind: Time { default: Duration::from_secs(15), least: Duration::from_secs(2), most: Duration::from_secs(300) },
    why: "A peer that has answered pings and then sends no byte for this long is lost (contract: 15 s)",
};

pub(super) const ASTERISK_PINGS: Setting<Switch> = Setting {
    key: "liveness.asterisk_pings",
    kind: Switch(false),
    why: "Ping Asterisk too. Old versions of chan_websocket hang up on a ping; TCP keepalive watches them",
};

pub(super) const KEEPALIVE: Setting<Time> = Setting {
    key: "liveness.keepalive",
    kind: Time { default: Duration::from_secs(5), least: Duration::from_secs(1), most: Duration::from_secs(7200) },
    why: "TCP keepalive: idle time and interval; three probes unanswered end a socket, so a dead peer is known in 20 s",
};

pub(super) const MEDIA_USER: Setting<Text> = Setting {
    key: "auth.media.user",
    kind: Text(None),
    why: "HTTP Basic user of the gateways (websocket_client.conf: username)",
};

pub(super) const MEDIA_PASSWORD: Setting<Hidden> = Setting {
    key: "auth.media.password",
    kind: Hidden,
    why: "HTTP Basic password of the gateways (websocket_client.conf: password)",
};

pub(super) const MEDIA_TOKEN: Setting<Hidden> = Setting {
    key: "auth.media.token",
    kind: Hidden,
    why: "Shared token, as `Authorization: Bearer` or the start parameter `token`",
};

pub(super) const TWILIO_SIGNATURE: Setting<Switch> = Setting {
    key: "auth.media.twilio_signature",
    kind: Switch(false),
    why: "Take X-Twilio-Signature (needs twilio.auth_token and twilio.public_url)",
};

pub(super) const HTTP_USER: Setting<Text> =
    Setting { key: "auth.http.user", kind: Text(None), why: "HTTP Basic user for routes, API, metrics and console" };

pub(super) const HTTP_PASSWORD: Setting<Hidden> = Setting {
    key: "auth.http.password",
    kind: Hidden,
    why: "HTTP Basic password for routes, API, metrics and console",
};

pub(super) const HTTP_TOKEN: Setting<Hidden> =
    Setting { key: "auth.http.token", kind: Hidden, why: "The same doors by `Authorization: Bearer`" };

pub(super) const DEFAULT_QUEUE: Setting<Text> = Setting {
    key: "routing.default_queue",
    kind: Text(Some("agent")),
    why: "Queue of the gateway for callers whom we have no room for, and for calls that POST /route/twilio does not know. The \
          default script's own queue for a human being",
};

pub(super) const TWILIO_ACCOUNT: Setting<Text> = Setting {
    key: "twilio.account_sid",
    kind: Text(None),
    why: "With it, transfers are asked of Twilio's REST API. Without: the close and POST /route/twilio",
};

pub(super) const TWILIO_TOKEN: Setting<Hidden> = Setting {
    key: "twilio.auth_token",
    kind: Hidden,
    why: "The account's auth token: REST password and the key of X-Twilio-Signature",
};

pub(super) const TWILIO_KEY: Setting<Text> = Setting {
    key: "twilio.api_key",
    kind: Text(None),
    why: "An API key (SK…) for the REST API, so that the auth token need not be here",
};

pub(super) const TWILIO_KEY_SECRET: Setting<Hidden> =
    Setting { key: "twilio.api_secret", kind: Hidden, why: "The API key's secret" };

pub(super) const TWILIO_API: Setting<Text> = Setting {
    key: "twilio.api",
    kind: Text(Some(crate::gateway::twilio_control::BASE_URL)),
    why: "Base URL of the REST API: regional hosts, SignalWire, or a stand-in for tests",
};

pub(super) const TWILIO_PUBLIC_URL: Setting<Text> = Setting {
    key: "twilio.public_url",
    kind: Text(None),
    why: "The URL that Twilio was given, as wss://voice.example.com: signatures are over it, and no request header can tell it",
};

pub(super) const TWILIO_CALLER_ID: Setting<Text> = Setting {
    key: "twilio.caller_id",
    kind: Text(None),
    why: "The number agents see on a transferred call; without it Twilio passes the caller's on",
};

pub(super) const TWILIO_TIMEOUT: Setting<Time> = Setting {
    key: "twilio.timeout",
    kind: Time { default: Duration::from_secs(5), least: Duration::from_millis(100), most: Duration::from_secs(60) },
    why: "A transfer not accepted by then has failed, and the caller hears so. Twilio answers in under a second; longer \
          silence than 5 s would break the standard",
};
