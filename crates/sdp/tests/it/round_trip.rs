//! Generated descriptions: what is built is printed, read and found again.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use stonechat_sdp::*;

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,12}"
}

fn word() -> impl Strategy<Value = String> {
    "[!-~à-ü€😀]{1,12}"
}

fn text() -> impl Strategy<Value = String> {
    "[ -~à-ü€😀\t]{0,16}[!-~]"
}

fn ice_chars(least: usize) -> impl Strategy<Value = String> {
    vec(prop::sample::select(b"AZaz09+/".to_vec()), least..=256)
        .prop_map(|octets| String::from_utf8(octets).unwrap())
}

fn direction() -> impl Strategy<Value = Direction> {
    (any::<bool>(), any::<bool>()).prop_map(|(sends, receives)| Direction::new(sends, receives))
}

fn rid_direction() -> impl Strategy<Value = RidDirection> {
    prop_oneof![Just(RidDirection::Send), Just(RidDirection::Recv)]
}

fn packet_time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (1_u64..1_000_000).prop_map(Duration::from_millis),
        (1_u64..1_000_000_000).prop_map(Duration::from_nanos),
    ]
}

fn connection() -> impl Strategy<Value = Connection> {
    any::<std::net::IpAddr>().prop_map(Connection::new)
}

fn extmap() -> impl Strategy<Value = Extmap> {
    let id = prop_oneof![1_u16..256, 4096_u16..4352];
    (id, option::of(direction()), word(), option::of(text())).prop_map(
        |(id, direction, uri, attributes)| {
            let mut extmap = Extmap::new(id, &uri);
            extmap.direction = direction;
            extmap.attributes = attributes;
            extmap
        },
    )
}

fn fingerprint() -> impl Strategy<Value = Fingerprint> {
    let known = prop::sample::select(vec![
        ("sha-1", 20),
        ("sha-224", 28),
        ("sha-256", 32),
        ("sha-384", 48),
        ("sha-512", 64),
        ("sha3-256", 32),
    ]);
    (known, any::<u8>()).prop_map(|((hash, len), first)| {
        let digest: Vec<u8> = (0..len).map(|i| first.wrapping_add(i)).collect();
        Fingerprint::new(hash, &digest)
    })
}

fn simulcast() -> impl Strategy<Value = Simulcast> {
    let streams = || option::of(vec("~?[a-z0-9_-]{1,4}(,~?[a-z]{1,3}){0,2}", 1..5));
    (streams(), streams())
        .prop_filter("a direction", |(send, recv)| {
            send.is_some() || recv.is_some()
        })
        .prop_map(|(send, recv)| {
            let mut simulcast = Simulcast::default();
            simulcast.send = send.map(SimulcastStreams::from_ids);
            simulcast.recv = recv.map(SimulcastStreams::from_ids);
            simulcast
        })
}

fn ssrc_group() -> impl Strategy<Value = SsrcGroup> {
    (token(), vec(any::<u32>(), 2..5))
        .prop_map(|(semantics, ssrcs)| SsrcGroup::new(&semantics, &ssrcs))
}

fn rtpmap() -> impl Strategy<Value = Rtpmap> {
    (0_u8..128, token(), 1_u32.., option::of(1_u8..)).prop_map(|(pt, name, rate, channels)| {
        let mut rtpmap = Rtpmap::new(pt, &name, rate);
        rtpmap.channels = channels;
        rtpmap
    })
}

fn transport_attribute() -> impl Strategy<Value = Attribute> {
    prop_oneof![
        text().prop_map(Attribute::Candidate),
        fingerprint().prop_map(Attribute::Fingerprint),
        vec(word(), 1..4).prop_map(|tags| Attribute::IceOptions(tags.iter().collect())),
        (0_u64..10_000_000_000).prop_map(|ms| Attribute::IcePacing(Duration::from_millis(ms))),
        ice_chars(22).prop_map(Attribute::IcePwd),
        ice_chars(4).prop_map(Attribute::IceUfrag),
        text().prop_map(Attribute::Identity),
        any::<u64>().prop_map(Attribute::MaxMessageSize),
        any::<u16>().prop_map(Attribute::SctpPort),
        (any::<u16>(), token(), option::of(any::<u16>()))
            .prop_map(|(port, name, streams)| Sctpmap::new(port, &name, streams).into()),
        prop::sample::select(vec![
            Setup::Active,
            Setup::Passive,
            Setup::ActPass,
            Setup::HoldConn
        ])
        .prop_map(Attribute::Setup),
        "[A-Za-z0-9+/_-]{20,40}".prop_map(Attribute::TlsId),
        (any::<u16>(), option::of(connection())).prop_map(|(port, address)| {
            let mut rtcp = Rtcp::new(port);
            rtcp.address = address;
            rtcp.into()
        }),
    ]
}

fn media_attribute() -> impl Strategy<Value = Attribute> {
    prop_oneof![
        direction().prop_map(Attribute::Direction),
        extmap().prop_map(Attribute::Extmap),
        (token(), text()).prop_map(|(format, text)| Fmtp::new(&format, text).into()),
        (token(), vec(token(), 0..5))
            .prop_map(|(semantics, mids)| Group::new(&semantics, mids).into()),
        packet_time().prop_map(Attribute::MaxPtime),
        packet_time().prop_map(Attribute::Ptime),
        token().prop_map(Attribute::Mid),
        (word(), option::of(word())).prop_map(|(stream, track)| {
            let mut msid = Msid::new(&stream);
            msid.track = track;
            msid.into()
        }),
        vec(word(), 0..4).prop_map(|streams| MsidSemantic::new(streams).into()),
        ("[A-Za-z0-9_-]{1,20}", rid_direction(), option::of(text())).prop_map(
            |(id, direction, text)| {
                let rid = Rid::new(&id, direction);
                rid.with_parameters(text.unwrap_or_default()).into()
            }
        ),
        (option::of(0_u8..128), token(), option::of(text())).prop_map(|(pt, id, rest)| {
            let message = match rest {
                Some(rest) => format!("{id} {rest}"),
                None => id,
            };
            match pt {
                Some(pt) => RtcpFeedback::new(pt, &message).into(),
                None => RtcpFeedback::for_any(&message).into(),
            }
        }),
        rtpmap().prop_map(Attribute::Rtpmap),
        simulcast().prop_map(Attribute::Simulcast),
        (any::<u32>(), token(), text())
            .prop_map(|(ssrc, name, value)| Ssrc::new(ssrc, &name, &value).into()),
        ssrc_group().prop_map(Attribute::SsrcGroup),
        prop::sample::select(vec![
            Attribute::BundleOnly,
            Attribute::Cryptex,
            Attribute::EndOfCandidates,
            Attribute::ExtmapAllowMixed,
            Attribute::IceLite,
            Attribute::RtcpMux,
            Attribute::RtcpMuxOnly,
            Attribute::RtcpRsize,
        ]),
    ]
}

fn attribute() -> impl Strategy<Value = Attribute> {
    prop_oneof![transport_attribute(), media_attribute()]
}

fn media() -> impl Strategy<Value = (Media, Vec<Attribute>)> {
    let head = (token(), any::<u16>(), any::<bool>(), vec(0_u8..128, 1..8));
    let lines = (
        option::of(connection()),
        option::of((token(), any::<u64>())),
    );
    (head, lines, vec(attribute(), 0..12)).prop_map(
        |((kind, port, rtp, formats), (connection, bandwidth), attributes)| {
            let protocol = if rtp {
                "UDP/TLS/RTP/SAVPF"
            } else {
                "UDP/DTLS/SCTP"
            };
            let formats: Vec<String> = formats.iter().map(u8::to_string).collect();
            let mut media = Media::new(MediaKind::from(&*kind), port, protocol, formats).unwrap();
            for attribute in &attributes {
                media.push(attribute.clone()).unwrap_or_else(|error| {
                    panic!("{attribute:?}: {error}");
                });
            }
            if let Some(connection) = connection {
                media.set_connection(&connection).unwrap();
            }
            if let Some((kind, value)) = bandwidth {
                media.push_bandwidth(&Bandwidth::new(&kind, value)).unwrap();
            }
            (media, attributes)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn generated_sessions_are_read_as_they_were_built(
        id in any::<u64>(),
        version in any::<u64>(),
        username in word(),
        attributes in vec(attribute(), 0..8),
        sections in vec(media(), 0..4),
    ) {
        let origin = Origin::new(id, version).with_username(&username);
        let mut session = Session::new(&origin).unwrap();
        for attribute in &attributes {
            session.push(attribute.clone()).unwrap();
        }
        for (media, _) in &sections {
            session.push_media(media.clone());
        }
        let printed = session.to_string();
        let read: Session = printed.parse().unwrap();
        prop_assert_eq!(&read, &session);
        prop_assert_eq!(read.to_string(), printed.as_str());
        prop_assert_eq!(read.origin(), Some(&origin));
        prop_assert!(read.attributes().eq(attributes.iter()));
        prop_assert_eq!(read.media().len(), sections.len());
        for (read, (built, attributes)) in read.media().iter().zip(&sections) {
            prop_assert!(read.attributes().eq(attributes.iter()));
            prop_assert_eq!(read.kind(), built.kind());
            prop_assert!(read.formats().eq(built.formats()));
            prop_assert_eq!(read.connection(), built.connection());
            prop_assert!(read.bandwidths().eq(built.bandwidths()));
        }
        let bare: Session = printed.replace("\r\n", "\n").parse().unwrap();
        prop_assert_eq!(bare.to_string(), printed);
    }

    #[test]
    fn arbitrary_lines_are_printed_as_they_came(
        lines in vec("[abciktxz]=[ -~à€]{0,24}|a=(mid|rtpmap|fmtp|rid|ssrc|extmap|group|ptime|simulcast):[ -~]{0,24}", 0..20),
    ) {
        let mut text = String::from("v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n");
        for line in &lines {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if let Ok(session) = text.parse::<Session>() {
            prop_assert_eq!(session.to_string(), text);
        }
    }

    #[test]
    fn arbitrary_values_build_or_fail_but_never_read_as_another(value in "[ -~\r\n\0à]{0,24}", name in "[a-z: \n-]{0,8}") {
        let mut session = Session::new(&Origin::new(1, 1)).unwrap();
        let candidates = [
            Attribute::Mid(value.clone()),
            Attribute::Candidate(value.clone()),
            Msid::new(&value).into(),
            Ssrc::new(1, &name, &value).into(),
            Rid::new(&name, RidDirection::Send).with_parameters(value.as_str()).into(),
            Fmtp::new(&name, value.as_str()).into(),
            RtcpFeedback::for_any(&value).into(),
            Extmap::new(1, &name).with_attributes(&value).into(),
        ];
        let mut accepted = Vec::new();
        for attribute in candidates {
            if session.push(attribute.clone()).is_ok() {
                accepted.push(attribute);
            }
        }
        let read: Session = session.to_string().parse().unwrap();
        prop_assert!(read.attributes().eq(accepted.iter()));
        prop_assert_eq!(read.lines().len(), accepted.len() + 4);
    }
}
