//! Octets as a message of the establishment protocol: what is read writes as what reads the same.

use stonechat_datachannel::Dcep;

pub(crate) fn run(octets: &[u8]) {
    let Ok(message) = Dcep::parse(octets) else {
        return;
    };
    let written = message.encoded();
    assert!(written.len() <= octets.len());
    assert_eq!(Dcep::parse(&written), Ok(message));
}
