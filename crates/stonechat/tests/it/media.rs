//! Encoded media between two peers.

use std::time::Duration;

use bytes::Bytes;
use stonechat::file::{IvfReader, OggOpusReader};
use stonechat::{
    FrameTime, MediaKind, MediaStreamTrack, MediaStreamTrackState, OutgoingFrame,
    RtcInboundRtpStreamStats, RtcOutboundRtpStreamStats, RtcRtpTransceiverDirection,
    RtcRtpTransceiverInit, RtcTransportStats, StreamFeedback, WriteFrameError,
};

use crate::pair::{api, frame, pair, pair_of, within};

const SWEEP: &[u8] = include_bytes!("../../examples/media/sweep.ogg");
const TEST_CARD: &[u8] = include_bytes!("../../examples/media/testcard.ivf");

fn opus() -> Vec<Bytes> {
    let mut reader = OggOpusReader::new(SWEEP).unwrap();
    std::iter::from_fn(|| reader.next_packet().unwrap())
        .map(|packet| packet.data)
        .collect()
}

fn vp8() -> Vec<Bytes> {
    let mut reader = IvfReader::new(TEST_CARD).unwrap();
    std::iter::from_fn(|| reader.next_frame().unwrap())
        .map(|frame| frame.data)
        .collect()
}

fn outgoing(data: &Bytes, index: usize, millis: u64) -> OutgoingFrame {
    let at = Duration::from_millis(millis * index as u64);
    OutgoingFrame::new(data.clone(), FrameTime::Media(at))
}

#[tokio::test]
async fn frames_arrive_as_they_were_sent() {
    let (a, mut b) = pair();
    let sound = MediaStreamTrack::new(MediaKind::Audio);
    let picture = MediaStreamTrack::new(MediaKind::Video);
    a.pc.add_track(&sound, &["stream"]).unwrap();
    a.pc.add_track(&picture, &["stream"]).unwrap();
    let (first, second) = (b.track().await, b.track().await);
    assert_eq!(first.streams[0].id(), "stream");
    assert_eq!(first.streams, second.streams);
    assert_eq!(first.track.kind(), MediaKind::Audio);
    assert_eq!(second.track.kind(), MediaKind::Video);
    a.connected().await;
    b.connected().await;

    // Each frame is sent once the one before arrived: whatever is wrong is not the pace.
    for (index, data) in opus().iter().take(100).enumerate() {
        within(sound.write_frame(outgoing(data, index, 20)))
            .await
            .unwrap();
        assert_eq!(frame(&first.track).await, data);
    }
    for (index, data) in vp8().iter().take(100).enumerate() {
        within(picture.write_frame(outgoing(data, index, 40)))
            .await
            .unwrap();
        assert_eq!(frame(&second.track).await, data);
    }
    assert!(!first.track.muted());
    assert_eq!(
        first.track.frames_dropped() + second.track.frames_dropped(),
        0
    );

    let report = within(b.pc.get_stats(None)).await.unwrap();
    let received: u32 = report
        .of::<RtcInboundRtpStreamStats>()
        .filter_map(|stream| stream.frames_received)
        .sum();
    assert_eq!(received, 100);
}

#[tokio::test]
async fn marks_of_congestion_notification_go_through_real_sockets() {
    let api = api().configure(|config| {
        config.session.rtcp.stream_feedback = StreamFeedback::Offer;
        config.session.rtcp.ect1 = true;
    });
    let (a, mut b) = pair_of(&api);
    let sound = MediaStreamTrack::new(MediaKind::Audio);
    a.pc.add_track(&sound, &["stream"]).unwrap();
    let track = b.track().await.track;
    a.connected().await;
    b.connected().await;
    for (index, data) in opus().iter().take(100).enumerate() {
        within(sound.write_frame(outgoing(data, index, 20)))
            .await
            .unwrap();
        assert_eq!(frame(&track).await, data);
    }
    let sent = within(a.pc.get_stats(None)).await.unwrap();
    let sent = sent.of::<RtcOutboundRtpStreamStats>().next().unwrap();
    let got = within(b.pc.get_stats(None)).await.unwrap();
    let got = got.of::<RtcInboundRtpStreamStats>().next().unwrap();
    assert!(sent.packets_sent_with_ect1 > Some(0), "{sent:?}");
    assert_eq!(got.packets_received_with_ect1, sent.packets_sent_with_ect1);
    assert_eq!(got.packets_received_with_ce, Some(0));
    // The first mark was told at once.
    let told = within(async {
        loop {
            let report = a.pc.get_stats(None).await.unwrap();
            let transport = report.of::<RtcTransportStats>().next().unwrap();
            if transport.ccfb_messages_received > Some(0) {
                break;
            }
            tokio::task::yield_now().await;
        }
    });
    told.await;
}

#[tokio::test]
async fn one_transceiver_carries_both_directions() {
    let (mut a, mut b) = pair();
    let of_a = MediaStreamTrack::new(MediaKind::Audio);
    let of_b = MediaStreamTrack::new(MediaKind::Audio);
    b.pc.add_track(&of_b, &["b"]).unwrap();
    a.pc.add_track(&of_a, &["a"]).unwrap();
    // Both offer; one offer gives way, and both tracks end up on the sections that were agreed.
    let (at_a, at_b) = (a.track().await, b.track().await);
    a.connected().await;
    b.connected().await;
    for (index, data) in opus().iter().take(20).enumerate() {
        let mut sent = Err(WriteFrameError::Inactive);
        // The section that carries the polite peer's track may still be on its way.
        within(async {
            while sent.is_err() {
                sent = of_b.write_frame(outgoing(data, index, 20)).await;
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert_eq!(frame(&at_a.track).await, data);
        within(of_a.write_frame(outgoing(data, index, 20)))
            .await
            .unwrap();
        assert_eq!(frame(&at_b.track).await, data);
    }
}

#[tokio::test]
async fn a_track_that_is_not_sent_takes_no_frames() {
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let data = Bytes::from_static(&[0xf8, 0xff, 0xfe]);
    let refused = within(track.write_frame(outgoing(&data, 0, 20))).await;
    assert_eq!(refused, Err(WriteFrameError::Inactive));
    assert_eq!(within(track.recv_frame()).await, None);
}

#[tokio::test]
async fn a_request_for_a_key_frame_reaches_the_sender() {
    let (a, mut b) = pair();
    let picture = MediaStreamTrack::new(MediaKind::Video);
    let sender = a.pc.add_track(&picture, &[]).unwrap();
    let far = b.track().await;
    a.connected().await;
    b.connected().await;
    let frames = vp8();
    within(picture.write_frame(outgoing(&frames[0], 0, 40)))
        .await
        .unwrap();
    assert_eq!(frame(&far.track).await, frames[0]);
    far.receiver.request_key_frame().unwrap();
    within(sender.key_frame_requested()).await;
}

#[tokio::test]
async fn another_track_takes_over_without_negotiation() {
    let (a, mut b) = pair();
    let before = MediaStreamTrack::new(MediaKind::Audio);
    let sender = a.pc.add_track(&before, &[]).unwrap();
    let far = b.track().await;
    a.connected().await;
    b.connected().await;
    let frames = opus();
    within(before.write_frame(outgoing(&frames[0], 0, 20)))
        .await
        .unwrap();
    assert_eq!(frame(&far.track).await, frames[0]);

    let after = MediaStreamTrack::new(MediaKind::Audio);
    within(sender.replace_track(Some(&after))).await.unwrap();
    let refused = within(before.write_frame(outgoing(&frames[1], 1, 20))).await;
    assert_eq!(refused, Err(WriteFrameError::Inactive));
    within(after.write_frame(outgoing(&frames[1], 1, 20)))
        .await
        .unwrap();
    assert_eq!(frame(&far.track).await, frames[1]);

    let other_kind = MediaStreamTrack::new(MediaKind::Video);
    let refused = within(sender.replace_track(Some(&other_kind)))
        .await
        .unwrap_err();
    assert_eq!(refused.name, stonechat::RtcErrorName::TypeError);
}

#[tokio::test]
async fn video_is_added_and_removed_while_data_goes_on() {
    let (a, mut b) = pair();
    let near =
        a.pc.create_data_channel("data", Default::default())
            .unwrap();
    let far = b.channel().await;
    within(near.opened()).await.unwrap();
    near.send_text("before").unwrap();

    let picture = MediaStreamTrack::new(MediaKind::Video);
    let sender = a.pc.add_track(&picture, &["s"]).unwrap();
    let event = b.track().await;
    near.send_text("between").unwrap();
    let frames = vp8();
    // The answer may still be on its way.
    within(async {
        while picture
            .write_frame(outgoing(&frames[0], 0, 40))
            .await
            .is_err()
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(frame(&event.track).await, frames[0]);

    a.pc.remove_track(&sender).unwrap();
    b.event(|event| {
        matches!(event, stonechat::PeerConnectionEvent::TrackRemoved { .. }).then_some(())
    })
    .await;
    let refused = within(picture.write_frame(outgoing(&frames[1], 1, 40))).await;
    assert_eq!(refused, Err(WriteFrameError::Inactive));
    near.send_text("after").unwrap();
    for text in ["before", "between", "after"] {
        assert_eq!(
            within(far.recv()).await.unwrap().as_bytes(),
            text.as_bytes()
        );
    }
    assert_eq!(
        event.transceiver.current_direction(),
        Some(RtcRtpTransceiverDirection::Inactive)
    );
}

#[tokio::test]
async fn a_stopped_transceiver_ends_its_track() {
    let (a, mut b) = pair();
    let picture = MediaStreamTrack::new(MediaKind::Video);
    let init = RtcRtpTransceiverInit {
        direction: RtcRtpTransceiverDirection::SendOnly,
        ..RtcRtpTransceiverInit::default()
    };
    let transceiver = a.pc.add_transceiver(&picture, init).unwrap();
    let event = b.track().await;
    a.connected().await;
    b.connected().await;
    transceiver.stop().unwrap();
    assert_eq!(within(event.track.recv_frame()).await, None);
    assert_eq!(event.track.ready_state(), MediaStreamTrackState::Ended);
    assert!(transceiver.stopped());
}
