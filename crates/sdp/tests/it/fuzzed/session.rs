//! Octets as a description and as a trickle fragment: what is read prints as what reads the same.

use stonechat_sdp::{Fragment, Limits, Media, Session};

pub(crate) fn run(octets: &[u8]) {
    let limits = Limits::default();
    if let Ok(session) = Session::parse_octets(octets, &limits) {
        let printed = session.to_string();
        assert!(printed.len() <= octets.len() * 2 + 2);
        let again = Session::parse_with(&printed, &Limits::default());
        match again {
            Ok(again) => {
                assert_eq!(again, session);
                assert_eq!(again.to_string(), printed);
            }
            // With CR before each LF it may have grown beyond the limit.
            Err(error) => assert!(printed.len() > 1 << 20, "{error}"),
        }
        walk(&session);
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    if let Ok(fragment) = Fragment::parse_with(text, &limits) {
        let printed = fragment.to_string();
        let again = Fragment::parse_with(&printed, &limits);
        assert!(again.as_ref() == Ok(&fragment) || printed.len() > 1 << 20);
    }
}

fn walk(session: &Session) {
    let _ = (
        session.origin(),
        session.name(),
        session.timing(),
        session.ice_lite(),
    );
    assert_eq!(session.sections().count(), session.media().len());
    for section in session.sections() {
        let _ = (
            section.direction(),
            section.connection(),
            section.setup(),
            section.tls_id(),
        );
        let _ = (
            section.ice_ufrag(),
            section.ice_pwd(),
            section.ice_options(),
        );
        let _ = (section.fingerprints().count(), section.extmaps().count());
        media(section.media());
    }
    for group in session.groups() {
        let _ = group.mids.iter().count();
    }
}

fn media(media: &Media) {
    let _ = (media.kind(), media.port(), media.protocol(), media.is_rtp());
    for payload_type in media.payload_types() {
        let _ = (
            media.rtpmap(payload_type),
            media.rtcp_fb(payload_type).count(),
        );
        if let Some(fmtp) = media.fmtp(payload_type) {
            let _ = fmtp.parameters.iter().count();
        }
    }
    let _ = (
        media.candidates().count(),
        media.ssrcs().count(),
        media.rids().count(),
    );
    let _ = (
        media.simulcast(),
        media.msid(),
        media.sctp_port(),
        media.max_message_size(),
    );
    for line in media.lines() {
        let _ = (line.text(), line.attribute(), line.problem());
    }
}
