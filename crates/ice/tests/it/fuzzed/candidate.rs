//! A text as a candidate, as credentials and as the URL of a server.

use stonechat_ice::{Candidate, Credentials, IceServer};

pub(crate) fn run(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    if let Ok(candidate) = text.parse::<Candidate>() {
        let printed = candidate.to_string();
        assert!(!printed.contains(['\r', '\n', '\0']), "{printed:?}");
        assert_eq!(printed.parse().as_ref(), Ok(&candidate), "{printed}");
        let _ = candidate.is_usable();
    }
    if let Ok(server) = IceServer::from_url(text, Some(("user", "password"))) {
        let url = server.url();
        let again = IceServer::from_url(&url, Some(("user", "password")));
        assert_eq!(again.as_ref(), Ok(&server), "{url}");
    }
    let _ = Credentials::new(text, text);
}
