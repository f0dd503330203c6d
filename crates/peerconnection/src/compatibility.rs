//! What peers do otherwise than the specifications say, or said in the past, and what becomes of
//! it here.
//!
//! This is what a page hides with a script such as adapter.js, as far as the other side of a
//! connection sees it. `docs/compatibility.md` is written from this table.

/// One thing that a peer does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Quirk {
    /// Its name.
    pub name: &'static str,
    /// Which peers do it, with their versions.
    pub peers: &'static str,
    /// When it was last looked into: year and month.
    pub checked: &'static str,
    /// What they send, and what would go wrong.
    pub symptom: &'static str,
    /// What happens here.
    pub answer: &'static str,
    /// What in [`Config`](crate::Config) changes it, if anything does.
    pub switch: Option<&'static str>,
    /// The test that shows it, in `tests/it/compatibility.rs`.
    pub test: &'static str,
}

/// All that is known.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        name: "profiles without TLS in their name",
        peers: "Chromium before 46, Firefox of that time, SIP gateways",
        checked: "2026-11",
        symptom: "`m=audio 9 RTP/SAVPF 111` with a fingerprint: the name of SRTP without DTLS",
        answer: "`RTP/AVP`, `RTP/AVPF`, `RTP/SAVP` and `RTP/SAVPF` are DTLS if there is a \
                 fingerprint, and the answer repeats the name (RFC 8829, section 5.1.2); without a \
                 fingerprint the section is rejected",
        switch: None,
        test: "a_profile_without_tls_is_dtls_if_there_is_a_fingerprint",
    },
    Quirk {
        name: "sections for data with sctpmap",
        peers: "Chromium until 75, old Firefox and libraries",
        checked: "2026-11",
        symptom: "`m=application 9 DTLS/SCTP 5000` with `a=sctpmap:5000 webrtc-datachannel 1024` \
                  instead of `a=sctp-port`",
        answer: "data channels work; the answer has the old form too",
        switch: None,
        test: "data_channels_work_with_the_old_form_of_a_section_for_data",
    },
    Quirk {
        name: "no max-message-size",
        peers: "Chromium until 75, Firefox before 57, stacks that never send large messages",
        checked: "2026-11",
        symptom: "the peer does not say how large a message may be; a larger one may end its \
                  association",
        answer: "64 KiB is the limit of `send()`, as RFC 8841 has it; 0 means no limit",
        switch: None,
        test: "a_peer_that_says_no_size_gets_messages_of_64_kib",
    },
    Quirk {
        name: "streams told by sources alone",
        peers: "Chromium before 72 (plan B), media servers of its time",
        checked: "2026-11",
        symptom: "`a=ssrc:1 msid:stream track` without `a=msid`: the track would belong to no stream",
        answer: "without `a=msid` the first source says which stream it is",
        switch: None,
        test: "streams_are_found_where_only_sources_name_them",
    },
    Quirk {
        name: "several tracks in one section (plan B)",
        peers: "Chromium before 72, and longer where a page asked for it",
        checked: "2026-11",
        symptom: "one `m=video` section for all cameras, named `video`, with a source for each",
        answer: "the section is one transceiver with the first track; everything else in the \
                 description works. More tracks need a peer that writes unified plan",
        switch: None,
        test: "a_section_of_plan_b_is_one_transceiver",
    },
    Quirk {
        name: "sections without mid",
        peers: "SIP gateways, stacks from before BUNDLE",
        checked: "2026-11",
        symptom: "no `a=mid`, no `a=group:BUNDLE`: each section has a transport of its own",
        answer: "the section gets an identification for this side alone, and the answer has none",
        switch: None,
        test: "a_section_without_mid_is_answered_without_mid",
    },
    Quirk {
        name: "extmap-allow-mixed is not understood",
        peers: "Chromium before 71, Safari before 13.1",
        checked: "2026-11",
        symptom: "the description is refused as a whole for one attribute",
        answer: "an offer has it, as RFC 8829 wants; a program that has to reach such a browser \
                 takes the line out of the text that it sends, and everything works without. \
                 An answer has it only if the offer does",
        switch: None,
        test: "an_offer_may_lose_extmap_allow_mixed_on_its_way",
    },
    Quirk {
        name: "candidates as lines of SDP",
        peers: "early browsers and hand-made signalling",
        checked: "2026-11",
        symptom: "`a=candidate:..` with the `a=`, or without `candidate:`, in `addIceCandidate()`",
        answer: "all three forms are taken",
        switch: None,
        test: "candidates_are_taken_as_lines_and_as_values",
    },
    Quirk {
        name: "the end of candidates in many ways",
        peers: "`null` of Chromium and Safari, the empty text of Firefox",
        checked: "2026-11",
        symptom: "signalling passes on whatever the page gave it",
        answer: "none at all, an empty candidate, and an empty candidate of a section all end the \
                 candidates; none is an error",
        switch: None,
        test: "candidates_end_in_every_way",
    },
    Quirk {
        name: "host addresses behind names",
        peers: "Chromium, Firefox and Safari without camera permission",
        checked: "2026-11",
        symptom: "`a=candidate` with `9b36eaac-bb2e-49bb-bb78-21c41c499900.local`",
        answer: "the name is asked for by multicast DNS; a candidate whose name nobody knows is \
                 left out and the others go on",
        switch: Some("`connection.ice.host_addresses` hides or tells our own"),
        test: "a_candidate_of_a_name_is_taken",
    },
    Quirk {
        name: "credentials and fingerprint before the first section",
        peers: "Firefox writes its fingerprint there; gateways all of it",
        checked: "2026-11",
        symptom: "the sections themselves have no `a=fingerprint`, `a=ice-ufrag` or `a=setup`",
        answer: "what the session says holds for every section that says nothing",
        switch: None,
        test: "what_the_session_says_holds_for_its_sections",
    },
    Quirk {
        name: "keys in the description (SDES)",
        peers: "early Chromium, gateways that offer both",
        checked: "2026-11",
        symptom: "`a=crypto` beside or instead of a fingerprint",
        answer: "the keys are ignored; without a fingerprint there is no connection",
        switch: None,
        test: "keys_in_a_description_are_not_used",
    },
    Quirk {
        name: "lines that end with a line feed alone",
        peers: "signalling that passes descriptions through text tools",
        checked: "2026-11",
        symptom: "no carriage returns",
        answer: "taken",
        switch: None,
        test: "lines_may_end_with_a_line_feed_alone",
    },
    Quirk {
        name: "fingerprints in small letters",
        peers: "gateways and libraries",
        checked: "2026-11",
        symptom: "`a=fingerprint:SHA-256 ab:cd:..`",
        answer: "compared as octets, and the name of the hash whatever its letters",
        switch: None,
        test: "a_fingerprint_may_be_in_small_letters",
    },
    Quirk {
        name: "the first message of a new channel is lost",
        peers: "Chromium 156",
        checked: "2026-11",
        symptom: "what a page sends at once in its `datachannel` event is lost about one time in a \
                  hundred, also between two Chromiums; the stream sequence numbers do not show it",
        answer: "nothing can be done here: an application waits for a first message of the side \
                 that made the channel. Our own side loses none",
        switch: None,
        test: "the_first_message_after_the_channel_event_arrives",
    },
    Quirk {
        name: "congestion control feedback for each payload type",
        peers: "Chromium 156 with the trial of RFC 8888",
        checked: "2026-11",
        symptom: "`a=rtcp-fb:96 ack ccfb` for every payload type, where RFC 8888 demands the \
                  wildcard",
        answer: "it is read in either form; ours has `a=rtcp-fb:* ack ccfb`, and an answer that \
                 has it drops transport-wide feedback with its header extension, as Chromium's does",
        switch: Some("`session.rtcp.stream_feedback`"),
        test: "congestion_control_feedback_may_be_told_for_each_payload_type",
    },
];

/// The table as Markdown: `docs/compatibility.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Peers that do it otherwise\n\n\
         Written from `crates/peerconnection/src/compatibility.rs` by `cargo xtask compatibility`; each row has its \
         test in `crates/peerconnection/tests/it/compatibility.rs`. Every description that Chromium 156 and Firefox \
         153 made for the recordings in `tests/data/sdp` is accepted as well.\n\n\
         | what | peers | what happens without care | what stonechat does | checked | test |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for quirk in QUIRKS {
        let switch = quirk
            .switch
            .map_or(String::new(), |switch| format!("; {switch}"));
        text += &format!(
            "| {} | {} | {} | {}{switch} | {} | `{}` |\n",
            quirk.name, quirk.peers, quirk.symptom, quirk.answer, quirk.checked, quirk.test
        );
    }
    text
}
