//! Futures that are dropped before they are ready lose nothing.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    FrameTime, MediaKind, MediaStreamTrack, OutgoingFrame, PeerConnectionEvent,
    RtcDataChannelMessage, RtcPeerConnectionState,
};

use crate::pair::{pair, pair_with_channel, peer_connection, signal_whole, within};

/// Polls a fresh future once, then drops it, again and again until one is ready.
async fn impatiently<F: Future>(mut make: impl FnMut() -> F) -> F::Output {
    within(async {
        loop {
            if let Poll::Ready(output) = poll_once(pin!(make())) {
                return output;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_dropped_recv_loses_no_message() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let sending = tokio::spawn(async move {
        for number in 0..1_000_u32 {
            near.send_when_ready(RtcDataChannelMessage::Binary(
                number.to_be_bytes().to_vec().into(),
            ))
            .await
            .unwrap();
        }
        near
    });
    for number in 0..1_000_u32 {
        let message = impatiently(|| far.recv()).await.unwrap();
        assert_eq!(message.as_bytes(), number.to_be_bytes());
    }
    within(sending).await.unwrap();
}

#[tokio::test]
async fn a_dropped_next_event_loses_no_event_of_a_channel() {
    let (_a, _b, near, far) = pair_with_channel().await;
    near.send_text("one").unwrap();
    near.send_text("two").unwrap();
    near.close();
    let mut told = Vec::new();
    while let Some(event) = impatiently(|| far.next_event()).await {
        told.push(format!("{event:?}"));
    }
    let told: Vec<_> = told
        .iter()
        .map(|event| event.split('(').next().unwrap())
        .collect();
    let messages = told.iter().filter(|event| **event == "Message").count();
    assert_eq!(messages, 2, "{told:?}");
    assert_eq!(told.last(), Some(&"Close"), "{told:?}");
}

#[tokio::test]
async fn a_dropped_send_sends_nothing() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let mut accepted = 0_u32;
    let chunk = Bytes::from(vec![7; 65_536]);
    while near.send(chunk.clone()).is_ok() {
        accepted += 1;
    }
    // Full: these wait, and are given up.
    for _ in 0..100 {
        let message = RtcDataChannelMessage::Text(String::from("never"));
        assert!(poll_once(pin!(near.send_when_ready(message))).is_pending());
    }
    for _ in 0..accepted {
        let message = within(far.recv()).await.unwrap();
        assert_eq!(message, RtcDataChannelMessage::Binary(chunk.clone()));
    }
    near.send_text("last").unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"last");
}

#[tokio::test]
async fn a_dropped_next_loses_no_event_of_a_peer_connection() {
    let (a, b) = (peer_connection(), peer_connection());
    let mut events = a.events();
    let _channel = a.create_data_channel("c", Default::default()).unwrap();
    let watching = tokio::spawn(async move {
        let mut states = Vec::new();
        loop {
            // Many futures are made and dropped for each event.
            let event = loop {
                if let Poll::Ready(event) = poll_once(pin!(events.next())) {
                    break event;
                }
                tokio::task::yield_now().await;
            };
            if let Some(PeerConnectionEvent::ConnectionStateChange(state)) = event {
                states.push(state);
                if state == RtcPeerConnectionState::Connected {
                    return states;
                }
            }
        }
    });
    signal_whole(&a, &b).await;
    let states = within(watching).await.unwrap();
    assert_eq!(
        states,
        [
            RtcPeerConnectionState::Connecting,
            RtcPeerConnectionState::Connected
        ]
    );
}

#[tokio::test]
async fn a_dropped_recv_frame_loses_no_frame() {
    let (a, mut b) = pair();
    let sound = MediaStreamTrack::new(MediaKind::Audio);
    a.pc.add_track(&sound, &[]).unwrap();
    let far = b.track().await;
    a.connected().await;
    b.connected().await;
    for number in 0..200_u16 {
        let [high, low] = number.to_be_bytes();
        let data = Bytes::from(vec![0xf8, high, low]);
        let at = FrameTime::Media(Duration::from_millis(20 * u64::from(number)));
        within(sound.write_frame(OutgoingFrame::new(data.clone(), at)))
            .await
            .unwrap();
        let frame = impatiently(|| far.track.recv_frame()).await.unwrap();
        assert_eq!(frame.data, data);
    }
}

#[tokio::test]
async fn a_dropped_description_leaves_the_operations_in_order() {
    let (a, b) = (peer_connection(), peer_connection());
    let _channel = a.create_data_channel("c", Default::default()).unwrap();
    // The offer is begun, and whoever asked for it goes away; the chain finishes it.
    assert!(poll_once(pin!(a.create_offer(Default::default()))).is_pending());
    assert!(poll_once(pin!(a.create_offer(Default::default()))).is_pending());
    signal_whole(&a, &b).await;
}
