//! `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed with the Auth Token, over the URL and the form's fields.

use super::Signature;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Schemes in the clear and in TLS; Twilio itself only speaks the latter.
const SOCKET: [&str; 2] = ["ws", "wss"];
const WEBHOOK: [&str; 2] = ["http", "https"];

impl Signature {
    /// Whether `given` signs the upgrade of this path and query: the URL alone, with the scheme `wss`.
    pub(super) fn admits_socket(&self, given: &str, path: &str) -> bool {
        self.admits(given, SOCKET, path, "")
    }

    /// Whether `given` signs this form: the `https` URL, then each key and value, sorted, with nothing between.
    pub(super) fn admits_webhook(&self, given: &str, path: &str, form: &[(String, String)]) -> bool {
        let mut fields: Vec<_> = form.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        fields.sort_unstable();
        // Twilio's own libraries count a field that was sent twice with the same value once.
        fields.dedup();
        let fields: String = fields.into_iter().flat_map(|(key, value)| [key, value]).collect();
        self.admits(given, WEBHOOK, path, &fields)
    }

    fn admits(&self, given: &str, schemes: [&str; 2], path: &str, fields: &str) -> bool {
        let Ok(given) = base64_simd::STANDARD.decode_to_vec(given.trim()) else { return false };
        urls(&self.public_url, schemes, path).iter().any(|url| self.signs(url, fields, &given))
    }

    /// In constant time.
    fn signs(&self, url: &str, fields: &str, given: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(self.auth_token.reveal().as_bytes()) else { return false };
        mac.update(url.as_bytes());
        mac.update(fields.as_bytes());
        mac.verify_slice(given).is_ok()
    }
}

/// The URLs that Twilio may have been given for `path` of `public_url`: with and without the default port of TLS, and
/// an empty path with and without its slash.
fn urls(public_url: &str, [clear, tls]: [&str; 2], path: &str) -> Vec<String> {
    let (scheme, rest) = public_url.split_once("://").unwrap_or((tls, public_url));
    let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let secure = !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "ws");

    let host = authority.strip_suffix(":443").unwrap_or(authority);
    let authorities = match (secure, host.rsplit_once(':')) {
        (true, None) => vec![host.to_owned(), format!("{host}:443")],
        _ => vec![authority.to_owned()],
    };
    let paths = match join(base.trim_end_matches('/'), path).as_str() {
        "" | "/" => vec![String::new(), "/".to_owned()],
        joined => vec![joined.to_owned()],
    };
    let scheme = if secure { tls } else { clear };
    let url = |authority: &String, path: &String| format!("{scheme}://{authority}{path}");
    authorities.iter().flat_map(|authority| paths.iter().map(move |path| url(authority, path))).collect()
}

/// `path` under the public URL's own path `base`. An operator who wrote the stream's whole URL there meant it.
fn join(base: &str, path: &str) -> String {
    let bare = path.split('?').next().unwrap_or(path);
    format!("{}{path}", base.strip_suffix(bare).unwrap_or(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{
        DialectName,
        auth::{Denied, Policy, Proof, Secret, Verdict},
    };

    /// The vectors of twilio.md §2, recomputed there with another implementation.
    const TOKEN: &str = "12345678901234567890123456789012";
    const BARE: &str = "fhjjjkV1F9lPmcYCG6YdDwerOY0=";
    const WITH_PORT: &str = "kXobrCa1GQM4v+WE6N4nBOaQ2n0=";
    const WRONG_SCHEME: &str = "optsbm+WFjCGi1P9M3zlDrGUSlI=";

    fn check(token: &str, public_url: &str) -> Signature {
        Signature { auth_token: Secret::new(token), public_url: public_url.into() }
    }

    #[test]
    fn the_published_vectors_are_admitted_with_and_without_the_port() {
        for public_url in ["https://voice.example.com", "wss://voice.example.com/", "https://voice.example.com:443"] {
            let check = check(TOKEN, public_url);
            assert!(check.admits_socket(BARE, "/twilio/media"), "{public_url}");
            assert!(check.admits_socket(WITH_PORT, "/twilio/media"), "{public_url}");
        }
    }

    #[test]
    fn another_scheme_path_host_or_token_is_refused() {
        let right = check(TOKEN, "https://voice.example.com");
        assert!(!right.admits_socket(WRONG_SCHEME, "/twilio/media"));
        assert!(!right.admits_socket(BARE, "/media/twilio"));
        assert!(!check(TOKEN, "https://voice.example.org").admits_socket(BARE, "/twilio/media"));
        assert!(!check("12345", "https://voice.example.com").admits_socket(BARE, "/twilio/media"));
        for given in ["", "=", "fhjjjkV1F9lPmcYCG6YdDwerOY0", "AAAA"] {
            assert!(!right.admits_socket(given, "/twilio/media"), "{given}");
        }
    }

    #[test]
    fn a_form_is_signed_with_its_fields_sorted() {
        let check = check("12345", "https://mycompany.com");
        let fields = [
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ];
        let mut form = fields.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        assert!(check.admits_webhook("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "/myapp.php?foo=1&bar=2", &form));
        form[0].1 = "9999".into();
        assert!(!check.admits_webhook("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "/myapp.php?foo=1&bar=2", &form));
    }

    #[test]
    fn urls_are_rebuilt_from_what_is_configured() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("https://a.cn", "/m?x=1", &["wss://a.cn/m?x=1", "wss://a.cn:443/m?x=1"]),
            ("a.cn", "/m", &["wss://a.cn/m", "wss://a.cn:443/m"]),
            ("https://a.cn:8443", "/m", &["wss://a.cn:8443/m"]),
            ("https://a.cn/hotline/", "/m", &["wss://a.cn/hotline/m", "wss://a.cn:443/hotline/m"]),
            ("https://a.cn", "/", &["wss://a.cn", "wss://a.cn/", "wss://a.cn:443", "wss://a.cn:443/"]),
            ("wss://a.cn/x/m", "/m", &["wss://a.cn/x/m", "wss://a.cn:443/x/m"]),
            ("http://localhost:8080", "/m", &["ws://localhost:8080/m"]),
        ];
        for (public_url, path, expected) in cases {
            assert_eq!(urls(public_url, SOCKET, path), expected, "{public_url} {path}");
        }
    }

    #[test]
    fn a_signature_given_decides_alone_and_one_not_given_leaves_other_proofs() {
        let policy = Policy { token: Some(Secret::new("t0ken")), ..signed() };
        let verify = |signature: Option<&'static str>, bearer: Option<&'static str>| {
            let headers = |name: &str| match name {
                "x-twilio-signature" => signature,
                "authorization" => bearer,
                _ => None,
            };
            policy.verify_upgrade(DialectName::Twilio, &headers, "/twilio/media")
        };
        assert_eq!(verify(Some(BARE), None), Ok(Verdict::Verified(Proof::Signature)));
        assert_eq!(verify(Some(WRONG_SCHEME), Some("Bearer t0ken")), Err(Denied::Signature));
        assert_eq!(verify(None, Some("Bearer t0ken")), Ok(Verdict::Verified(Proof::Token)));
        assert_eq!(verify(None, None), Ok(Verdict::NeedsStartToken));
    }

    #[test]
    fn a_signature_of_twilio_opens_no_other_dialect() {
        let headers = |name: &str| (name == "x-twilio-signature").then_some(BARE);
        assert_eq!(signed().verify_upgrade(DialectName::Asterisk, &headers, "/twilio/media"), Err(Denied::Missing));
        assert_eq!(signed().verify_upgrade(DialectName::Twilio, &|_| None, "/twilio/media"), Err(Denied::Missing));
    }

    fn signed() -> Policy {
        Policy { twilio: Some(check(TOKEN, "https://voice.example.com")), ..Policy::default() }
    }
}
