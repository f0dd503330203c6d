//! Making descriptions.

use std::time::Duration;

use stonechat_sdp::*;

fn session() -> Session {
    Session::new(&Origin::new(1, 1)).unwrap()
}

fn audio() -> Media {
    Media::new(MediaKind::Audio, 9, "UDP/TLS/RTP/SAVPF", ["111", "0"]).unwrap()
}

#[test]
fn an_offer_is_written_as_jsep_orders_it() {
    let mut session = session();
    session.push(Group::bundle(["0", "1"])).unwrap();
    session
        .push(Attribute::IceOptions(TokenList::from("trickle ice2")))
        .unwrap();
    let mut media = audio();
    media.push(Attribute::Mid("0".into())).unwrap();
    media.set_connection(&Connection::unspecified()).unwrap();
    media
        .push_bandwidth(&Bandwidth::new("TIAS", 64_000))
        .unwrap();
    media
        .push(Rtpmap::new(111, "opus", 48_000).with_channels(2))
        .unwrap();
    media
        .push(Fmtp::new(
            "111",
            Parameters::from_pairs([("stereo", "1"), ("x", "2")]),
        ))
        .unwrap();
    media.push(RtcpFeedback::for_any("transport-cc")).unwrap();
    media
        .push(Extmap::new(3, "urn:x").with_direction(Direction::RecvOnly))
        .unwrap();
    media
        .push(Attribute::Ptime(Duration::from_micros(2_500)))
        .unwrap();
    media
        .push(Attribute::MaxPtime(Duration::from_millis(60)))
        .unwrap();
    media.push(Msid::new("s").with_track("t")).unwrap();
    media.push(Fingerprint::new("SHA-1", &[0xab; 20])).unwrap();
    media.push(Setup::ActPass).unwrap();
    media
        .push(Rid::new("hi", RidDirection::Send).with_parameters("pt=111;max-br=5"))
        .unwrap();
    media
        .push(Simulcast::new(RidDirection::Recv, ["hi", "~lo"]))
        .unwrap();
    media.push(SsrcGroup::new("FID", &[1, 2])).unwrap();
    media.push(Ssrc::cname(1, "c n")).unwrap();
    media
        .push(Rtcp::new(9).with_address(Connection::unspecified()))
        .unwrap();
    media.push(MsidSemantic::new(["*"])).unwrap();
    media.push(Attribute::RtcpMux).unwrap();
    media.push_other("rtcp-xr", Some("rcvr-rtt=all")).unwrap();
    session.push_media(media);
    let text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        a=ice-options:trickle ice2\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\nb=TIAS:64000\r\na=mid:0\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 stereo=1;x=2\r\na=rtcp-fb:* transport-cc\r\n\
        a=extmap:3/recvonly urn:x\r\na=ptime:2.5\r\na=maxptime:60\r\na=msid:s t\r\n\
        a=fingerprint:sha-1 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\n\
        a=setup:actpass\r\na=rid:hi send pt=111;max-br=5\r\na=simulcast:recv hi;~lo\r\n\
        a=ssrc-group:FID 1 2\r\na=ssrc:1 cname:c n\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
        a=msid-semantic: WMS *\r\na=rtcp-mux\r\na=rtcp-xr:rcvr-rtt=all\r\n";
    assert_eq!(session.to_string(), text);
    assert_eq!(text.parse::<Session>().as_ref(), Ok(&session));
}

#[test]
fn line_ends_and_nul_are_never_written() {
    for octet in ["\r", "\n", "\r\n", "\0"] {
        let evil = format!("a{octet}a=setup:active");
        let attributes: Vec<Attribute> = vec![
            Attribute::Mid(evil.clone()),
            Attribute::Candidate(evil.clone()),
            Attribute::IceUfrag(evil.clone()),
            Attribute::IcePwd(evil.repeat(3)),
            Attribute::Identity(evil.clone()),
            Attribute::TlsId(evil.repeat(3)),
            Attribute::IceOptions(TokenList::from(evil.as_str())),
            Msid::new(&evil).into(),
            Msid::new("s").with_track(&evil).into(),
            MsidSemantic::new([&evil]).into(),
            Ssrc::cname(1, &evil).into(),
            Ssrc::new(1, &evil, "x").into(),
            SsrcGroup::new(&evil, &[1]).into(),
            Group::bundle([&evil]).into(),
            Group::new(&evil, ["0"]).into(),
            Fmtp::new("96", evil.as_str()).into(),
            Fmtp::new(&evil, "x").into(),
            Rtpmap::new(96, &evil, 1).into(),
            RtcpFeedback::for_any(&evil).into(),
            Extmap::new(1, &evil).into(),
            Extmap::new(1, "urn:x").with_attributes(&evil).into(),
            Fingerprint::new(&evil, &[1]).into(),
            Rid::new(&evil, RidDirection::Send).into(),
            Rid::new("a", RidDirection::Send)
                .with_parameters(evil.as_str())
                .into(),
            Simulcast::new(RidDirection::Send, [&evil]).into(),
            Sctpmap::new(1, &evil, None).into(),
        ];
        let mut media = audio();
        let before = media.clone();
        for attribute in attributes {
            let error = media.push(attribute.clone()).map(drop).unwrap_err();
            assert_eq!(error, BuildError::Injection, "{attribute:?}");
            assert_eq!(
                media.replace(attribute).map(drop),
                Err(BuildError::Injection)
            );
        }
        assert!(media.push_other(&evil, None).is_err());
        assert!(media.push_other("x", Some(&evil)).is_err());
        assert!(media.set_formats([&evil]).is_err());
        assert!(media.push_bandwidth(&Bandwidth::new(&evil, 1)).is_err());
        let mut connection = Connection::unspecified();
        connection.address = evil.clone();
        assert!(media.set_connection(&connection).is_err());
        assert_eq!(media, before);
        assert!(Media::new(MediaKind::from(&*evil), 9, "x", ["y"]).is_err());
        assert!(Media::new(MediaKind::Audio, 9, &evil, ["y"]).is_err());
        assert!(Session::new(&Origin::new(1, 1).with_username(&evil)).is_err());
        assert!(Session::new(&Origin::new(1, 1).with_address("IP4", &evil)).is_err());
    }
}

#[test]
fn a_value_that_would_read_as_another_is_refused() {
    let mut media = audio();
    let refused: Vec<Attribute> = vec![
        Attribute::Mid("a b".into()),
        Attribute::Mid(String::new()),
        Attribute::Ptime(Duration::ZERO),
        Attribute::Ptime(Duration::from_nanos(1_500_000_001_000)),
        Attribute::IcePacing(Duration::from_micros(1)),
        Attribute::IceUfrag("abc".into()),
        Msid::new("a b").into(),
        Msid::new("a").with_track("b c").into(),
        Ssrc::new(1, "cname:x", "y").into(),
        Group::bundle(["0 ", " 1"]).into(),
        Rtpmap::new(128, "x", 1).into(),
        Rtpmap::new(96, "x/1", 1).into(),
        Rtpmap::new(96, "x", 0).into(),
        Rtpmap::new(96, "x", 1).with_channels(0).into(),
        RtcpFeedback::new(200, "nack").into(),
        Extmap::new(0, "urn:x").into(),
        Extmap::new(1, "urn:x y").into(),
        Fingerprint::new("sha-256", &[1; 31]).into(),
        Fingerprint::new("md5", &[1; 16]).into(),
        Rid::new("a/b", RidDirection::Send).into(),
        Simulcast::default().into(),
        Simulcast::new(RidDirection::Send, [""]).into(),
        SsrcGroup::new("FID", &[1]).into(),
        SsrcGroup::new("SIM", &[]).into(),
    ];
    for attribute in refused {
        assert!(media.push(attribute.clone()).is_err(), "{attribute:?}");
    }
    assert_eq!(media, audio());
    assert!(media.push_other("mid", Some("a b")).is_err());
    assert!(media.push_other("x:y", Some("z")).is_err());
    assert!(media.push_other("x y", None).is_err());
    assert!(Media::new(MediaKind::Audio, 9, "RTP/AVP", [] as [&str; 0]).is_err());
    assert!(Media::new(MediaKind::Audio, 9, "RTP/AVP", ["128"]).is_err());
    assert!(Media::new(MediaKind::Other("audio".into()), 9, "RTP/AVP", ["0"]).is_err());
    assert!(media.push(Attribute::Identity("x".repeat(70_000))).is_err());
}

#[test]
fn replacing_keeps_the_place_and_leaves_one() {
    let mut media = audio();
    media.push(Direction::SendRecv).unwrap();
    media.push(Attribute::RtcpMux).unwrap();
    media.push(Direction::Inactive).unwrap();
    media.replace(Direction::RecvOnly).unwrap();
    media.replace(Setup::Active).unwrap();
    let lines: Vec<&str> = media.lines().iter().map(Line::text).collect();
    assert_eq!(lines, ["a=recvonly", "a=rtcp-mux", "a=setup:active"]);
    assert!(media.replace(Attribute::Mid("a b".into())).is_err());
    media.remove(AttributeKind::Direction);
    assert_eq!(media.direction(), None);
    media.push(Attribute::Candidate("1".into())).unwrap();
    media.push(Attribute::Candidate("2".into())).unwrap();
    media.retain(|attribute| *attribute != Attribute::Candidate("1".into()));
    assert_eq!(media.candidates().collect::<Vec<_>>(), ["2"]);
    media.set_port(0);
    assert!(media.is_port_zero());
    assert_eq!(media.text(), "m=audio 0 UDP/TLS/RTP/SAVPF 111 0");
    media.set_formats(["96"]).unwrap();
    assert_eq!(media.payload_types().collect::<Vec<_>>(), [96]);
    assert_eq!(media.lines().len(), 3);
}

#[test]
fn connection_and_bandwidth_find_their_place_in_the_session() {
    let mut session = session();
    session.push_other("x", None).unwrap();
    session.push_bandwidth(&Bandwidth::new("AS", 5)).unwrap();
    session.push_bandwidth(&Bandwidth::new("CT", 6)).unwrap();
    session
        .set_connection(&Connection::new([10, 0, 0, 1].into()))
        .unwrap();
    session
        .set_connection(&Connection::new("::1".parse().unwrap()))
        .unwrap();
    session
        .set_origin(&Origin::new(7, 8).with_username("jo"))
        .unwrap();
    assert_eq!(
        session.to_string(),
        "v=0\r\no=jo 7 8 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP6 ::1\r\nb=AS:5\r\nb=CT:6\r\nt=0 0\r\na=x\r\n"
    );
    assert!(
        session
            .set_origin(&Origin::new(1, 1).with_username("a b"))
            .is_err()
    );
    assert_eq!(session.origin().unwrap().username, "jo");
}

#[test]
fn what_was_read_keeps_its_spelling_beside_what_is_changed() {
    let text = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=\nx=what\na=fingerprint:SHA-1 \
        ab:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\na=msid-semantic:WMS  *\n\
        m=audio 9 RTP/AVP 0  \na=ptime:020\na=mid:0";
    let mut session: Session = text.parse().unwrap();
    assert_eq!(session.fingerprints().next().unwrap().hash, "sha-1");
    assert_eq!(session.media()[0].ptime(), Some(Duration::from_millis(20)));
    let changed = session.to_string();
    assert_eq!(changed, text.replace('\n', "\r\n") + "\r\n");
    session.media_mut()[0]
        .replace(Attribute::Mid("9".into()))
        .unwrap();
    assert_eq!(session.to_string(), changed.replace("a=mid:0", "a=mid:9"));
}

#[test]
fn the_first_of_two_counts() {
    let text = "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\nm=audio 9 RTP/AVP 0\na=inactive\na=sendrecv\n";
    let session: Session = text.parse().unwrap();
    assert_eq!(session.media()[0].direction(), Some(Direction::Inactive));
}

#[test]
fn directions_are_reversed_and_intersected() {
    use Direction::*;
    for direction in [SendRecv, SendOnly, RecvOnly, Inactive] {
        assert_eq!(direction.reversed().reversed(), direction);
        assert_eq!(direction.reversed().sends(), direction.receives());
        assert_eq!(direction.intersection(SendRecv), direction);
        assert_eq!(direction.intersection(Inactive), Inactive);
    }
    assert_eq!(SendOnly.reversed(), RecvOnly);
    assert_eq!(SendOnly.intersection(RecvOnly), Inactive);
}

#[test]
fn a_fragment_carries_trickled_candidates() {
    let mut fragment = Fragment::new();
    fragment.push(Attribute::IceUfrag("8hhY".into())).unwrap();
    let mut media = audio();
    media.push(Attribute::Mid("1".into())).unwrap();
    media
        .push(Attribute::Candidate(
            "1 1 UDP 1 192.0.2.1 5 typ host".into(),
        ))
        .unwrap();
    media.push(Attribute::EndOfCandidates).unwrap();
    fragment.media_mut().push(media);
    let text = "a=ice-ufrag:8hhY\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:1\r\n\
        a=candidate:1 1 UDP 1 192.0.2.1 5 typ host\r\na=end-of-candidates\r\n";
    assert_eq!(fragment.to_string(), text);
    let read: Fragment = text.parse().unwrap();
    assert_eq!(read, fragment);
    assert_eq!(read.ice_ufrag(), Some("8hhY"));
    assert!(read.media()[0].end_of_candidates());
    assert_eq!(
        "v=0\r\n".parse::<Fragment>().unwrap_err().kind,
        ErrorKind::Misplaced('v')
    );
}

#[test]
fn a_simulcast_line_lists_alternatives_and_pauses() {
    let text = "v=0\no=- 1 1 IN IP4 h\ns=-\nm=video 9 RTP/AVP 96\n\
        a=simulcast:send 1,~4;2;~3 recv c\na=rid:1 send pt=96,97;max-width=1280;depend=0\n";
    let session: Session = text.parse().unwrap();
    let simulcast = session.media()[0].simulcast().unwrap();
    let send: Vec<Vec<_>> = simulcast
        .send
        .as_ref()
        .unwrap()
        .iter()
        .map(|stream| stream.alternatives().map(|a| (a.id, a.paused)).collect())
        .collect();
    assert_eq!(
        send,
        [
            vec![("1", false), ("4", true)],
            vec![("2", false)],
            vec![("3", true)]
        ]
    );
    assert_eq!(simulcast.recv.as_ref().unwrap().ids().count(), 1);
    let rid = session.media()[0].rid("1").unwrap();
    assert_eq!(rid.formats().collect::<Vec<_>>(), ["96", "97"]);
    assert_eq!(
        rid.restrictions().collect::<Vec<_>>(),
        [("max-width", Some("1280")), ("depend", Some("0"))]
    );
}
