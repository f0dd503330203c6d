use proptest::prelude::*;
use stonechat_ice::{
    Candidate, CandidateAddress, CandidateKind, TcpType, TransportProtocol, mdns, pair_priority,
};

fn address() -> impl Strategy<Value = CandidateAddress> {
    prop_oneof![
        any::<std::net::IpAddr>().prop_map(CandidateAddress::Ip),
        "[a-z0-9-]{1,30}".prop_map(|name| CandidateAddress::Mdns(format!("{name}.local"))),
        "[a-z]{1,10}\\.[a-z]{2,5}"
            .prop_filter("not .local", |name| !name.ends_with(".local"))
            .prop_map(CandidateAddress::Name),
    ]
}

fn candidate() -> impl Strategy<Value = Candidate> {
    let kinds = prop_oneof![
        Just(CandidateKind::Host),
        Just(CandidateKind::ServerReflexive),
        Just(CandidateKind::PeerReflexive),
        Just(CandidateKind::Relayed),
    ];
    let transports = prop_oneof![
        Just(TransportProtocol::Udp),
        Just(TransportProtocol::Tcp),
        "x[a-z]{1,8}".prop_map(TransportProtocol::Other),
    ];
    let tcp_types = prop_oneof![
        Just(TcpType::Active),
        Just(TcpType::Passive),
        Just(TcpType::SimultaneousOpen),
    ];
    (
        (
            "[a-zA-Z0-9+/]{1,32}",
            1_u16..=256,
            transports,
            any::<u32>(),
            address(),
            any::<u16>(),
        ),
        (
            kinds,
            proptest::option::of((address(), any::<u16>())),
            proptest::option::of(tcp_types),
        ),
        (
            proptest::option::of(any::<u32>()),
            proptest::option::of("[a-zA-Z0-9+/]{4,20}"),
            proptest::option::of(any::<u32>()),
            proptest::option::of(0_u32..1000),
            proptest::collection::vec(("z[a-z]{1,8}", "[!-~]{1,12}"), 0..4),
        ),
    )
        .prop_map(|(first, second, third)| {
            let (foundation, component, transport, priority, address, port) = first;
            let (kind, related, tcp_type) = second;
            let (generation, ufrag, network_id, network_cost, extensions) = third;
            Candidate {
                foundation,
                component,
                transport,
                priority,
                address,
                port,
                kind,
                related,
                tcp_type,
                generation,
                ufrag,
                network_id,
                network_cost,
                extensions,
            }
        })
}

proptest! {
    #[test]
    fn a_printed_candidate_parses_to_itself(candidate in candidate()) {
        prop_assert_eq!(candidate.to_string().parse::<Candidate>(), Ok(candidate));
    }

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,200}") {
        if let Ok(candidate) = text.parse::<Candidate>() {
            prop_assert_eq!(candidate.to_string().parse::<Candidate>(), Ok(candidate));
        }
    }

    #[test]
    fn any_octets_are_a_query_or_not(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut responder = mdns::Responder::new();
        responder.publish("a.local", [192, 0, 2, 1].into());
        let _ = responder.respond(&octets, mdns::PORT);
        let _ = mdns::parse_answer(&octets, "a.local");
    }

    #[test]
    fn both_agents_order_pairs_alike(a in any::<[u32; 2]>(), b in any::<[u32; 2]>()) {
        // One computes (controlling, controlled), the other the same from its side: the order is
        // that of the numbers whoever computes it, and swapped roles differ by at most one.
        let (one, other) = (pair_priority(a[0], a[1]), pair_priority(b[0], b[1]));
        if a[0].min(a[1]) > b[0].min(b[1]) {
            prop_assert!(one > other);
        }
    }
}
