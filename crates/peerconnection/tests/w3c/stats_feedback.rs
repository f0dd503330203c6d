//! Statistics of congestion control feedback (RFC 8888), ECN marks and the round trip of receivers
//! (RFC 3611), compared with what the network did.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use stonechat_peerconnection::stats::{
    InboundRtpStreamStats, OutboundRtpStreamStats, RemoteInboundRtpStreamStats, StatsReport,
    TransportStats,
};
use stonechat_peerconnection::{Config, Kind, StreamFeedback, Which};
use stonechat_rtp::Packet;
use stonechat_sansio::Ecn;
use stonechat_testkit::{Happened, Link, TraceEntry};

use crate::setup::{A, B, Duo, SIDES};
use crate::stats::{Media, inbound, near, only, outbound, remote_inbound, remote_outbound};

fn config(stream_feedback: StreamFeedback, ect1: bool) -> Config {
    let mut config = Config::default();
    config.session.rtcp.stream_feedback = stream_feedback;
    config.session.rtcp.ect1 = ect1;
    config
}

/// A call in which A offers congestion control feedback and B, which knows nothing special, takes
/// it; `ect1`: whether A marks what it sends.
fn call(seed: u64, ect1: bool) -> Media {
    let configs = [config(StreamFeedback::Offer, ect1), Config::default()];
    Media::on(Duo::configured(seed, configs, Default::default()))
}

/// A call without congestion control feedback.
fn plain(seed: u64) -> Media {
    Media::new(seed)
}

/// The source and number of an RTP packet: its header is not encrypted.
fn rtp(datagram: &[u8]) -> Option<(u32, u16)> {
    let is_rtp = matches!(datagram, [0x80..=0xbf, second, ..] if !(192..=223).contains(second));
    let packet = Packet::parse(datagram).ok().filter(|_| is_rtp)?;
    Some((packet.ssrc().0, packet.sequence().0))
}

/// Loses every `nth` packet of each stream once; returns those that it lost.
fn lose_every(call: &mut Media, nth: u16) -> Rc<RefCell<BTreeSet<(u32, u16)>>> {
    let lost = Rc::new(RefCell::new(BTreeSet::new()));
    let noted = Rc::clone(&lost);
    call.duo.world.network.set_firewall(move |_, _, datagram| {
        let Some((ssrc, number)) = rtp(datagram) else {
            return true;
        };
        !(number % nth == 0 && noted.borrow_mut().insert((ssrc, number)))
    });
    lost
}

/// What a network did with marks.
fn marks(call: &Media, happened: Happened, ecn: Ecn) -> u64 {
    let entries = call.duo.world.network.trace().entries();
    let fits = |entry: &&TraceEntry| entry.happened == happened && entry.ecn == ecn;
    entries.iter().filter(fits).count() as u64
}

fn sum<T>(report: &StatsReport, of: impl Fn(&T) -> Option<u64>) -> u64
where
    T: stonechat_peerconnection::stats::StatsDictionary + 'static,
{
    report.of::<T>().map(|stats| of(stats).unwrap()).sum()
}

fn sdp(call: &Media, side: usize, which: Which) -> String {
    let description = call.duo.session(side).description(which);
    description.unwrap().sdp
}

// api: RTCTransportStats.ccfbMessagesSent, RTCTransportStats.ccfbMessagesReceived
#[test]
fn messages_of_congestion_control_feedback_are_counted() {
    let mut call = call(70, false);
    call.play(50);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| only::<TransportStats>(&call.stats(side)));
    // A second of media, told 100 ms after the first packet that was not; A receives none.
    let sent = at_b.ccfb_messages_sent.unwrap();
    assert!((8..=10).contains(&sent), "{sent}");
    assert_eq!(at_a.ccfb_messages_received, Some(sent));
    assert_eq!(at_a.ccfb_messages_sent, Some(0));
    assert_eq!(at_b.ccfb_messages_received, Some(0));
}

// api: RTCTransportStats.ccfbMessagesSent, RTCReceivedRtpStreamStats.packetsReportedAsLost, RTCRemoteInboundRtpStreamStats.packetsWithBleachedEct1Marking
#[test]
fn without_congestion_control_feedback_nothing_is_told_of_it() {
    let mut call = plain(71);
    call.play(100);
    call.settle();
    let transport = only::<TransportStats>(&call.stats(B));
    assert_eq!(transport.ccfb_messages_sent, Some(0));
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.packets_reported_as_lost, None);
    assert_eq!(got.packets_reported_as_lost_but_recovered, None);
    let told = remote_inbound(&call.stats(A), "video");
    assert_eq!(told.packets_with_bleached_ect1_marking, None);
    assert_eq!(told.packets_received_with_ect1, None);
    assert_eq!(told.packets_received_with_ce, None);
    assert_eq!(told.packets_reported_as_lost, None);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.packets_sent_with_ect1, Some(0));
}

// api: RTCReceivedRtpStreamStats.packetsReportedAsLost, RTCReceivedRtpStreamStats.packetsReportedAsLostButRecovered
#[test]
fn packets_that_the_network_lost_are_reported_as_lost() {
    let mut call = call(72, false);
    let lost = lose_every(&mut call, 9);
    call.play(100);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| call.stats(side));
    for kind in ["audio", "video"] {
        let got = inbound(&at_b, kind);
        let sources = [Some(got.ssrc), got.rtx_ssrc];
        let of_stream = |(ssrc, _): &&(u32, u16)| sources.contains(&Some(*ssrc));
        let lost = lost.borrow().iter().filter(of_stream).count() as u64;
        assert!(lost > 5, "{kind} {lost}");
        // The very last packet of a stream may be among them, of which nobody knows.
        let reported = got.packets_reported_as_lost.unwrap();
        assert!(lost - reported <= 2, "{kind}: {reported} of {lost}");
        // What is sent again goes by a stream of its own.
        assert_eq!(got.packets_reported_as_lost_but_recovered, Some(0));
        let told = remote_inbound(&at_a, kind);
        assert_eq!(told.packets_reported_as_lost, Some(reported));
        assert_eq!(told.packets_reported_as_lost_but_recovered, Some(0));
    }
}

// api: RTCReceivedRtpStreamStats.packetsReportedAsLostButRecovered, RTCReceivedRtpStreamStats.packetsReportedAsLost
#[test]
fn packets_that_come_after_they_were_reported_lost_are_recovered() {
    let mut call = call(73, false);
    let host = call.duo.hosts[A];
    let link = Link {
        delay: Duration::from_millis(5),
        reorder: 0.1,
        reorder_by: Duration::from_millis(150),
        ..Link::default()
    };
    let back = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, link, back);
    call.play(100);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| call.stats(side));
    for kind in ["audio", "video"] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        // Nothing was lost at all.
        assert_eq!(got.packets_received, sent.packets_sent);
        let lost = got.packets_reported_as_lost.unwrap();
        assert!(lost >= 5, "{kind} {lost}");
        assert_eq!(got.packets_reported_as_lost_but_recovered, Some(lost));
        let told = remote_inbound(&at_a, kind);
        assert_eq!(told.packets_reported_as_lost, Some(lost));
        assert_eq!(told.packets_reported_as_lost_but_recovered, Some(lost));
    }
}

// api: RTCOutboundRtpStreamStats.packetsSentWithEct1, RTCReceivedRtpStreamStats.packetsReceivedWithEct1, RTCReceivedRtpStreamStats.packetsReceivedWithCe
#[test]
fn marks_of_congestion_notification_are_counted() {
    let mut call = call(74, true);
    call.duo.world.network.record();
    call.play(20);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| call.stats(side));
    for kind in ["audio", "video"] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        let told = remote_inbound(&at_a, kind);
        // All of them, since the first report came while the path was probed.
        assert_eq!(sent.packets_sent_with_ect1, sent.packets_sent);
        assert_eq!(got.packets_received_with_ect1, got.packets_received);
        assert_eq!(got.packets_received_with_ce, Some(0));
        assert_eq!(told.packets_received_with_ect1, sent.packets_sent);
        assert_eq!(told.packets_received_with_ce, Some(0));
        assert_eq!(told.packets_with_bleached_ect1_marking, Some(0));
    }
    let sent = sum(&at_a, |it: &OutboundRtpStreamStats| {
        it.packets_sent_with_ect1
    });
    assert_eq!(marks(&call, Happened::Sent, Ecn::Ect1), sent);
    assert_eq!(marks(&call, Happened::Delivered, Ecn::Ect1), sent);
}

// api: RTCReceivedRtpStreamStats.packetsReceivedWithCe, RTCReceivedRtpStreamStats.packetsReceivedWithEct1
#[test]
fn packets_that_a_queue_marked_are_counted_apart() {
    let mut call = call(75, true);
    call.duo.world.network.record();
    let host = call.duo.hosts[A];
    let slow = Link {
        rate: Some(4_000_000),
        delay: Duration::from_millis(5),
        ecn_threshold: Some(2_000),
        ..Link::default()
    };
    let back = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, slow, back);
    call.play(30);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| call.stats(side));
    let marked = marks(&call, Happened::Delivered, Ecn::Ce);
    assert!(marked > 10, "{marked}");
    let by_us = |it: &InboundRtpStreamStats| it.packets_received_with_ce;
    let by_peer = |it: &RemoteInboundRtpStreamStats| it.packets_received_with_ce;
    assert_eq!(sum(&at_b, by_us), marked);
    assert_eq!(sum(&at_a, by_peer), marked);
    let kept = marks(&call, Happened::Delivered, Ecn::Ect1);
    let by_us = |it: &InboundRtpStreamStats| it.packets_received_with_ect1;
    let by_peer = |it: &RemoteInboundRtpStreamStats| it.packets_received_with_ect1;
    assert_eq!(sum(&at_b, by_us), kept);
    assert_eq!(sum(&at_a, by_peer), kept);
}

// api: RTCRemoteInboundRtpStreamStats.packetsWithBleachedEct1Marking
#[test]
fn marks_that_the_network_erased_are_counted_as_bleached() {
    let mut call = call(76, true);
    call.duo.world.network.record();
    let host = call.duo.hosts[A];
    let bleaches = Link {
        delay: Duration::from_millis(5),
        bleach_ecn: true,
        ..Link::default()
    };
    let back = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, bleaches, back);
    call.play(100);
    call.settle();
    let [at_a, at_b] = SIDES.map(|side| call.stats(side));
    let left = marks(&call, Happened::Sent, Ecn::Ect1);
    assert_eq!(marks(&call, Happened::Delivered, Ecn::Ect1), 0);
    let bleached = |it: &RemoteInboundRtpStreamStats| it.packets_with_bleached_ect1_marking;
    assert_eq!(sum(&at_a, bleached), left);
    for kind in ["audio", "video"] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        let told = remote_inbound(&at_a, kind);
        assert_eq!(
            told.packets_with_bleached_ect1_marking,
            sent.packets_sent_with_ect1
        );
        assert_eq!(told.packets_received_with_ect1, Some(0));
        assert_eq!(got.packets_received_with_ect1, Some(0));
        // Then marking ends: nobody would see congestion.
        let (marked, all) = (
            sent.packets_sent_with_ect1.unwrap(),
            sent.packets_sent.unwrap(),
        );
        assert!(marked > 0 && marked < all / 4, "{kind} {marked} of {all}");
    }
}

// api: RTCRemoteInboundRtpStreamStats.packetsWithBleachedEct1Marking
#[test]
fn a_path_that_begins_to_bleach_is_noticed() {
    let mut call = call(77, true);
    call.duo.world.network.record();
    call.play(50);
    let before = marks(&call, Happened::Delivered, Ecn::Ect1);
    let host = call.duo.hosts[A];
    let bleaches = Link {
        delay: Duration::from_millis(5),
        bleach_ecn: true,
        ..Link::default()
    };
    let back = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, bleaches, back);
    call.play(50);
    call.settle();
    let report = call.stats(A);
    let bleached = |it: &RemoteInboundRtpStreamStats| it.packets_with_bleached_ect1_marking;
    let kept = |it: &RemoteInboundRtpStreamStats| it.packets_received_with_ect1;
    let left = marks(&call, Happened::Sent, Ecn::Ect1);
    let arrived = marks(&call, Happened::Delivered, Ecn::Ect1);
    assert!(arrived >= before && before > 100, "{before} {arrived}");
    assert_eq!(sum(&report, kept), arrived);
    assert_eq!(sum(&report, bleached), left - arrived);
    assert!(left > arrived);
}

// api: RTCRemoteOutboundRtpStreamStats.roundTripTime, RTCRemoteOutboundRtpStreamStats.totalRoundTripTime, RTCRemoteOutboundRtpStreamStats.roundTripTimeMeasurements
#[test]
fn who_only_receives_knows_the_round_trip_of_the_network() {
    let mut duo = Duo::new(78);
    for host in duo.hosts {
        let link = Link::delay(Duration::from_millis(30));
        duo.world.network.set_links(host, link.clone(), link);
    }
    let mut call = Media::on(duo);
    call.play(300);
    let report = call.stats(B);
    for kind in ["audio", "video"] {
        let told = remote_outbound(&report, kind);
        near(told.round_trip_time.unwrap(), 0.12, 0.001);
        let count = told.round_trip_time_measurements.unwrap();
        assert!(count >= 2 && count <= told.reports_sent.unwrap(), "{count}");
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let mean = told.total_round_trip_time.unwrap() / count as f64;
        near(mean, 0.12, 0.001);
    }
}

// api: RTCRemoteOutboundRtpStreamStats.roundTripTime, RTCRemoteOutboundRtpStreamStats.totalRoundTripTime, RTCRemoteOutboundRtpStreamStats.roundTripTimeMeasurements
#[test]
fn a_peer_that_does_not_answer_clocks_gives_no_round_trip() {
    let mut silent = Config::default();
    silent.session.rtcp.receiver_round_trip = false;
    for configs in [
        [silent.clone(), Config::default()],
        [Config::default(), silent],
    ] {
        let mut call = Media::on(Duo::configured(79, configs, Default::default()));
        let (offer, answer) = (
            sdp(&call, A, Which::CurrentLocal),
            sdp(&call, B, Which::CurrentLocal),
        );
        let refuses = offer.contains("a=rtcp-xr:rcvr-rtt=all\r\n");
        assert_eq!(answer.contains("a=rtcp-xr:\r\n"), refuses);
        assert!(!answer.contains("rcvr-rtt"));
        call.play(200);
        let told = remote_outbound(&call.stats(B), "video");
        assert!(told.reports_sent.unwrap() >= 2);
        assert_eq!(told.round_trip_time, None);
        assert_eq!(told.total_round_trip_time, Some(0.0));
        assert_eq!(told.round_trip_time_measurements, Some(0));
    }
}

#[test]
fn an_answer_has_one_kind_of_congestion_feedback() {
    let has = |sdp: &str, line: &str| sdp.contains(line);
    let (ours, theirs) = ("a=rtcp-fb:* ack ccfb\r\n", " transport-cc\r\n");
    let numbers = "transport-wide-cc-extensions-01";
    for (offers, takes, is_per_stream) in [
        (StreamFeedback::Offer, StreamFeedback::Offer, true),
        (StreamFeedback::Offer, StreamFeedback::Accept, true),
        (StreamFeedback::Offer, StreamFeedback::Refuse, false),
        (StreamFeedback::Accept, StreamFeedback::Offer, false),
    ] {
        let configs = [config(offers, false), config(takes, false)];
        let mut call = Media::on(Duo::configured(80, configs, Default::default()));
        let offer = sdp(&call, A, Which::CurrentLocal);
        let answer = sdp(&call, B, Which::CurrentLocal);
        assert!(has(&offer, theirs) && has(&offer, numbers));
        assert_eq!(has(&offer, ours), offers == StreamFeedback::Offer);
        assert_eq!(has(&answer, ours), is_per_stream);
        assert_eq!(has(&answer, theirs), !is_per_stream);
        assert_eq!(has(&answer, numbers), !is_per_stream);
        call.play(20);
        let sent = only::<TransportStats>(&call.stats(B)).ccfb_messages_sent;
        assert_eq!(sent > Some(0), is_per_stream);
    }
}

#[test]
fn what_was_agreed_on_stays_whoever_offers_next() {
    let mut call = call(81, false);
    call.play(10);
    call.duo.add_track(B, Kind::Audio, "second");
    call.duo.negotiate(B);
    let offer = sdp(&call, B, Which::CurrentLocal);
    assert_eq!(offer.matches("a=rtcp-fb:* ack ccfb\r\n").count(), 2);
    let before = only::<TransportStats>(&call.stats(B)).ccfb_messages_sent;
    call.play(20);
    let after = only::<TransportStats>(&call.stats(B)).ccfb_messages_sent;
    assert!(after > before, "{before:?} {after:?}");
}

#[test]
fn marks_are_negotiated_with_their_direction() {
    for (ours, theirs) in [(true, true), (true, false), (false, true), (false, false)] {
        let configs = [
            config(StreamFeedback::Offer, ours),
            config(StreamFeedback::Accept, theirs),
        ];
        let mut call = Media::on(Duo::configured(82, configs, Default::default()));
        let line = |sets| {
            let mode = if sets { "setread" } else { "readonly" };
            format!("a=ecn-capable-rtp: rtp mode={mode}; ect=1\r\n")
        };
        let offer = sdp(&call, A, Which::CurrentLocal);
        assert!(offer.contains(&line(ours)));
        let answer = sdp(&call, B, Which::CurrentLocal);
        // Of no use if neither sets marks.
        assert_eq!(answer.contains("a=ecn-capable-rtp"), ours || theirs);
        assert_eq!(answer.contains(&line(theirs)), ours || theirs);
        call.play(20);
        let sent = outbound(&call.stats(A), "video");
        assert_eq!(sent.packets_sent_with_ect1 > Some(0), ours);
    }
}

#[test]
fn a_peer_that_takes_no_feedback_of_streams_is_sent_no_marks() {
    let configs = [
        config(StreamFeedback::Offer, true),
        config(StreamFeedback::Refuse, true),
    ];
    let mut call = Media::on(Duo::configured(83, configs, Default::default()));
    let marked = Rc::new(Cell::new(0));
    call.duo.world.network.record();
    call.play(20);
    for entry in call.duo.world.network.trace().entries() {
        marked.set(marked.get() + u32::from(entry.ecn != Ecn::NotEct));
    }
    assert_eq!(marked.get(), 0);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.packets_sent_with_ect1, Some(0));
}
