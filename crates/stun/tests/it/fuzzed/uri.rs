//! A text as the URI of a server: what is read prints as what reads the same.

use stonechat_stun::Uri;

pub(crate) fn run(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let Ok(uri) = text.parse::<Uri>() else {
        return;
    };
    let printed = uri.to_string();
    assert_eq!(printed.parse::<Uri>().as_ref(), Ok(&uri), "{printed}");
}
