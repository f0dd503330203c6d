//! `getStats()`.

use std::collections::BTreeSet;
use std::time::Duration;

use stonechat_peerconnection::stats::{Report, StatType};
use stonechat_peerconnection::{Call, Kind, Value};

use crate::pair::media;
use crate::setup::{A, B, Duo};

fn report(duo: &mut Duo, side: usize) -> Report {
    match duo.promised(side, Call::GetStats) {
        Ok(Value::Stats(report)) => *report,
        other => panic!("{other:?}"),
    }
}

fn ids(report: &Report) -> BTreeSet<String> {
    report.stats.iter().map(|stat| stat.id.clone()).collect()
}

#[test]
fn members_make_sense_and_ids_stay() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let [ours, theirs] = duo.connect_with_channel();
    let to = duo.session(B).transceivers()[0].id;
    media(&mut duo, A, sender, to, 10);
    duo.send(A, ours, &b"hello"[..]);
    duo.wait_received(B, theirs, 1);
    duo.run_for(Duration::from_secs(6));
    let (at_a, at_b) = (report(&mut duo, A), report(&mut duo, B));
    for report in [&at_a, &at_b] {
        assert_eq!(ids(report).len(), report.stats.len(), "each id once");
        // References lead somewhere.
        for stat in &report.stats {
            for (name, value) in &stat.members {
                if name.ends_with("Id") && *name != "remoteTimestamp" {
                    let stonechat_peerconnection::stats::Value::Text(id) = value else {
                        continue;
                    };
                    assert!(report.get(id).is_some(), "{} {name} {id}", stat.id);
                }
            }
        }
        let transport = report.of_type(StatType::Transport).next().unwrap();
        assert_eq!(transport.text("dtlsState"), Some("connected"));
        let pair = report
            .get(transport.text("selectedCandidatePairId").unwrap())
            .unwrap();
        assert_eq!(pair.text("state"), Some("succeeded"));
        let rtt = pair.number("currentRoundTripTime").unwrap();
        assert!((0.019..0.05).contains(&rtt), "{rtt}");
        assert_eq!(report.of_type(StatType::Certificate).count(), 2);
    }
    let total = |report: &Report, kind: StatType, name: &str| -> f64 {
        report
            .of_type(kind)
            .filter_map(|stat| stat.number(name))
            .sum()
    };
    let sent = total(&at_a, StatType::OutboundRtp, "packetsSent");
    assert!(sent >= 30.0);
    assert_eq!(total(&at_b, StatType::InboundRtp, "packetsReceived"), sent);
    assert_eq!(total(&at_a, StatType::OutboundRtp, "framesSent"), 10.0);
    assert_eq!(total(&at_b, StatType::InboundRtp, "framesReceived"), 10.0);
    assert_eq!(
        at_a.of_type(StatType::RemoteInboundRtp).count(),
        1,
        "reports came back"
    );
    assert_eq!(at_b.of_type(StatType::RemoteOutboundRtp).count(), 1);
    assert_eq!(total(&at_a, StatType::DataChannel, "messagesSent"), 1.0);
    assert_eq!(total(&at_b, StatType::DataChannel, "messagesReceived"), 1.0);
    assert_eq!(total(&at_b, StatType::DataChannel, "bytesReceived"), 5.0);
    assert_eq!(
        total(&at_a, StatType::PeerConnection, "dataChannelsOpened"),
        1.0
    );
    let codec = at_a.of_type(StatType::Codec).next().unwrap();
    assert_eq!(codec.text("mimeType"), Some("video/VP8"));
    // The same objects later: the same ids, counters that do not fall.
    duo.run_for(Duration::from_secs(1));
    let later = report(&mut duo, A);
    assert_eq!(ids(&later), ids(&at_a));
    for stat in &at_a.stats {
        let after = later.get(&stat.id).unwrap();
        assert_eq!(after.kind, stat.kind);
        assert!(after.timestamp > stat.timestamp);
        for name in [
            "packetsSent",
            "bytesSent",
            "packetsReceived",
            "bytesReceived",
        ] {
            assert!(
                after.number(name) >= stat.number(name),
                "{} {name}",
                stat.id
            );
        }
    }
}

#[test]
fn a_closed_peer_connection_still_answers() {
    let mut duo = Duo::new(2);
    duo.connect_with_channel();
    duo.does(A, Call::Close);
    assert!(
        report(&mut duo, A)
            .of_type(StatType::PeerConnection)
            .count()
            == 1
    );
}
