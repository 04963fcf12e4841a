//! Who may open a media socket, and who may ask over HTTP.
//!
//! Pure: a [`Policy`] says what is configured, a caller hands in headers by name, and the answer is a [`Verdict`] or the
//! reason of a refusal. The upgrade itself is always answered first: a refused upgrade makes Asterisk retry while it
//! holds locks that stop the whole PBX (asterisk.md §9.1).

mod signature;

use super::DialectName;
use std::fmt;
use subtle::ConstantTimeEq;

/// Headers that a proxy adds. Without authentication they say that strangers may reach us.
const FORWARDING_HEADERS: [&str; 9] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-forwarded-scheme",
    "x-forwarded-prefix",
    "x-forwarded-by",
];

/// Twilio's header, and SignalWire's of the same making.
const SIGNATURE_HEADERS: [&str; 2] = ["x-twilio-signature", "x-signalwire-signature"];

/// A token or password: never logged, never stored, compared in constant time.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself. For the wire to a gateway's own API only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `given` is this secret; the time it takes tells its length at most.
    pub fn matches(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is configured. Any one proof that is configured admits; a proof that is given and wrong refuses.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// HTTP Basic: Asterisk's `username` and `password`, jambonz, Twilio webhooks with user and password in the URL.
    pub basic: Option<Basic>,
    /// A shared token: `Authorization: Bearer`, the password of HTTP Basic under any user name, or the start
    /// parameter `token`.
    pub token: Option<Secret>,
    /// Twilio's signature.
    pub twilio: Option<Signature>,
}

/// A user and password of HTTP Basic.
#[derive(Clone, Debug)]
pub struct Basic {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// What `X-Twilio-Signature` is checked with.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The account's Auth Token (SignalWire: the project's signing key).
    pub auth_token: Secret,
    /// The URL that the public reaches us under, `https://voice.example.com`; a path in it goes before ours. Twilio signs
    /// the URL it was given, which behind a proxy is not the one we see.
    pub public_url: String,
}

/// An upgrade that may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has shown who it is.
    Verified(Proof),
    /// It may still show a token in its start message: [`Policy::verify_start_token`].
    NeedsStartToken,
}

/// How a peer has shown who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing is configured: listening on loopback, reached directly.
    NotAsked,
    /// User and password.
    Basic,
    /// The shared token.
    Token,
    /// Twilio's signature.
    Signature,
}

/// Why a peer is refused. Who can fix it: the operator of the gateway, except [`Denied::Proxied`]: ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nothing was given.
    #[error("no credentials given")]
    Missing,
    /// User, password or token are wrong.
    #[error("wrong credentials")]
    Wrong,
    /// The signature is not that of the configured public URL and Auth Token.
    #[error("signature does not match the public URL and Auth Token")]
    Signature,
    /// Authentication is off, and a proxy stands before us.
    #[error("authentication is off, yet a proxy forwards requests here")]
    Proxied,
}

/// A request's headers: the value for a name in lower case.
pub type Headers<'h> = dyn Fn(&str) -> Option<&'h str> + 'h;

impl Policy {
    /// Whether nothing is configured. Allowed on loopback only.
    pub const fn is_off(&self) -> bool {
        self.basic.is_none() && self.token.is_none() && self.twilio.is_none()
    }

    /// Judges a media upgrade. `path` is path and query as requested.
    ///
    /// # Errors
    /// [`Denied`]; the socket is closed with 1008 once it is open.
    pub fn verify_upgrade(&self, dialect: DialectName, headers: &Headers<'_>, path: &str) -> Result<Verdict, Denied> {
        let signed = match dialect {
            DialectName::Twilio => self.verify_signature(headers, |check, given| check.admits_socket(given, path)),
            DialectName::Asterisk => None,
        };
        match signed.unwrap_or_else(|| self.verify_request(headers)) {
            Err(Denied::Missing) if self.token.is_some() => Ok(Verdict::NeedsStartToken),
            answer => answer.map(Verdict::Verified),
        }
    }

    /// Judges the token of a start message, where [`Verdict::NeedsStartToken`] asked for it.
    ///
    /// # Errors
    /// [`Denied::Missing`] or [`Denied::Wrong`].
    pub fn verify_start_token(&self, given: Option<&Secret>) -> Result<Proof, Denied> {
        let given = given.ok_or(Denied::Missing)?;
        let admitted = self.token.as_ref().is_some_and(|token| token == given);
        if admitted { Ok(Proof::Token) } else { Err(Denied::Wrong) }
    }

    /// Judges a form that Twilio posts (`POST /route/twilio`). `form` holds its fields, decoded, in any order.
    ///
    /// # Errors
    /// [`Denied`]; answer 401 or 403.
    pub fn verify_webhook(
        &self,
        headers: &Headers<'_>,
        path: &str,
        form: &[(String, String)],
    ) -> Result<Proof, Denied> {
        self.verify_signature(headers, |check, given| check.admits_webhook(given, path, form))
            .unwrap_or_else(|| self.verify_request(headers))
    }

    /// Judges any other request by its `Authorization`.
    ///
    /// # Errors
    /// [`Denied`]; answer 401 or 403.
    pub fn verify_request(&self, headers: &Headers<'_>) -> Result<Proof, Denied> {
        if self.is_off() {
            let proxied = FORWARDING_HEADERS.iter().any(|name| headers(name).is_some());
            return if proxied { Err(Denied::Proxied) } else { Ok(Proof::NotAsked) };
        }
        let (scheme, credentials) = headers("authorization").and_then(split_scheme).ok_or(Denied::Missing)?;
        let proof = match scheme.to_ascii_lowercase().as_str() {
            "basic" => self.verify_basic(credentials),
            "bearer" => self.is_token(credentials).then_some(Proof::Token),
            _ => None,
        };
        proof.ok_or(Denied::Wrong)
    }

    /// `None` where no signature is configured or given.
    fn verify_signature(
        &self,
        headers: &Headers<'_>,
        admits: impl FnOnce(&Signature, &str) -> bool,
    ) -> Option<Result<Proof, Denied>> {
        let check = self.twilio.as_ref()?;
        let given = SIGNATURE_HEADERS.iter().find_map(|name| headers(name))?;
        Some(if admits(check, given) { Ok(Proof::Signature) } else { Err(Denied::Signature) })
    }

    fn verify_basic(&self, credentials: &str) -> Option<Proof> {
        let decoded = base64_simd::STANDARD.decode_to_vec(credentials).ok()?;
        let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        if self.basic.as_ref().is_some_and(|basic| basic.admits(user, password)) {
            return Some(Proof::Basic);
        }
        self.is_token(password).then_some(Proof::Token)
    }

    fn is_token(&self, given: &str) -> bool {
        self.token.as_ref().is_some_and(|token| token.matches(given))
    }
}

impl Basic {
    fn admits(&self, user: &str, password: &str) -> bool {
        let right_user = self.user.as_bytes().ct_eq(user.as_bytes());
        (right_user & self.password.0.as_bytes().ct_eq(password.as_bytes())).into()
    }
}

fn split_scheme(authorization: &str) -> Option<(&str, &str)> {
    let (scheme, credentials) = authorization.trim().split_once(' ')?;
    Some((scheme, credentials.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = "/media/asterisk?call_id=1.2";

    fn headers<'h>(pairs: &'h [(&'h str, &'h str)]) -> impl Fn(&str) -> Option<&'h str> {
        |name| pairs.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
    }

    fn policy(basic: bool, token: bool) -> Policy {
        let pair = Basic { user: "gw".into(), password: Secret::new("secret") };
        Policy { basic: basic.then_some(pair), token: token.then(|| Secret::new("t0ken")), twilio: None }
    }

    fn upgrade(policy: &Policy, dialect: DialectName, pairs: &[(&str, &str)]) -> Result<Verdict, Denied> {
        policy.verify_upgrade(dialect, &headers(pairs), MEDIA)
    }

    /// `Authorization` with user and password, as RFC 7617 writes them.
    fn basic(pair: &str) -> String {
        format!("Basic {}", base64_simd::STANDARD.encode_to_string(pair))
    }

    #[test]
    fn without_a_policy_only_direct_requests_are_admitted() {
        let off = policy(false, false);
        assert_eq!(upgrade(&off, DialectName::Asterisk, &[]), Ok(Verdict::Verified(Proof::NotAsked)));
        for header in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"] {
            assert_eq!(upgrade(&off, DialectName::Twilio, &[(header, "203.0.113.9")]), Err(Denied::Proxied));
        }
    }

    #[test]
    fn user_and_password_are_both_needed() {
        let policy = policy(true, false);
        // As recorded from Asterisk: gw:secret.
        let right = [("Authorization", "Basic Z3c6c2VjcmV0")];
        assert_eq!(upgrade(&policy, DialectName::Asterisk, &right), Ok(Verdict::Verified(Proof::Basic)));
        for pair in ["gw:wrong", "who:secret", "gw:", ":secret", "gw", "gw:secret2"] {
            let header = basic(pair);
            let given = [("Authorization", header.as_str())];
            assert_eq!(upgrade(&policy, DialectName::Asterisk, &given), Err(Denied::Wrong), "{pair}");
        }
        assert_eq!(upgrade(&policy, DialectName::Asterisk, &[]), Err(Denied::Missing));
    }

    #[test]
    fn a_header_that_is_no_credential_is_wrong_or_missing() {
        let policy = policy(true, false);
        for (header, denied) in [
            ("Basic ====", Denied::Wrong),
            ("Basic Z3c6c2VjcmV0 x", Denied::Wrong),
            ("Digest abc", Denied::Wrong),
            ("Bearer t0ken", Denied::Wrong),
            ("Basic", Denied::Missing),
            ("", Denied::Missing),
        ] {
            assert_eq!(upgrade(&policy, DialectName::Asterisk, &[("authorization", header)]), Err(denied), "{header}");
        }
    }

    #[test]
    fn a_token_comes_as_bearer_as_password_or_in_the_start_message() {
        let policy = policy(false, true);
        let as_password = basic("anyone:t0ken");
        for header in ["Bearer t0ken", "bearer  t0ken ", as_password.as_str()] {
            let given = [("authorization", header)];
            assert_eq!(upgrade(&policy, DialectName::Twilio, &given), Ok(Verdict::Verified(Proof::Token)), "{header}");
        }
        assert_eq!(upgrade(&policy, DialectName::Twilio, &[("authorization", "Bearer nope")]), Err(Denied::Wrong));
        assert_eq!(upgrade(&policy, DialectName::Twilio, &[]), Ok(Verdict::NeedsStartToken));
        assert_eq!(policy.verify_start_token(Some(&Secret::new("t0ken"))), Ok(Proof::Token));
        assert_eq!(policy.verify_start_token(Some(&Secret::new("nope"))), Err(Denied::Wrong));
        assert_eq!(policy.verify_start_token(None), Err(Denied::Missing));
    }

    #[test]
    fn a_start_token_proves_nothing_where_none_is_configured() {
        assert_eq!(policy(true, false).verify_start_token(Some(&Secret::new(""))), Err(Denied::Wrong));
    }

    #[test]
    fn secrets_do_not_show() {
        let shown = format!("{:?}", policy(true, true));
        assert!(!shown.contains("secret\"") && !shown.contains("t0ken"), "{shown}");
    }
}
