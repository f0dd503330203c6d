//! Collisions and restarts.

use std::sync::atomic::Ordering;

use stonechat::{
    MediaKind, MediaStreamTrack, PeerConnectionEvent, RtcDataChannelMessage,
    RtcPeerConnectionState, RtcSignalingState,
};

use crate::pair::{Peer, pair, pair_with_channel, within};

fn user_name(peer: &Peer) -> String {
    let sdp = peer.pc.local_description().unwrap().sdp;
    let line = sdp
        .lines()
        .find(|line| line.starts_with("a=ice-ufrag:"))
        .unwrap();
    line.to_owned()
}

#[tokio::test]
async fn colliding_offers_settle() {
    let (mut a, mut b) = pair();
    // Both have a reason to offer before either hears of the other.
    let near =
        a.pc.create_data_channel("of a", Default::default())
            .unwrap();
    let far =
        b.pc.create_data_channel("of b", Default::default())
            .unwrap();
    a.pc.add_track(&MediaStreamTrack::new(MediaKind::Audio), &[])
        .unwrap();
    b.pc.add_track(&MediaStreamTrack::new(MediaKind::Video), &[])
        .unwrap();
    let (at_b, at_a) = (b.channel().await, a.channel().await);
    assert_eq!((at_b.label(), at_a.label()), ("of a", "of b"));
    within(near.opened()).await.unwrap();
    within(far.opened()).await.unwrap();
    assert_eq!(b.track().await.track.kind(), MediaKind::Audio);
    assert_eq!(a.track().await.track.kind(), MediaKind::Video);
    assert_eq!(
        b.ignored.load(Ordering::Relaxed),
        0,
        "the polite peer ignores nothing"
    );
    near.send_text("1").unwrap();
    far.send_text("2").unwrap();
    assert_eq!(within(at_b.recv()).await.unwrap().as_bytes(), b"1");
    assert_eq!(within(at_a.recv()).await.unwrap().as_bytes(), b"2");
}

#[tokio::test]
async fn repeated_collisions_settle() {
    let (a, b, near, far) = pair_with_channel().await;
    let mut tracks = Vec::new();
    for _ in 0..10 {
        for peer in [&a, &b] {
            let track = MediaStreamTrack::new(MediaKind::Audio);
            peer.pc.add_track(&track, &[]).unwrap();
            tracks.push(track);
        }
        tokio::task::yield_now().await;
    }
    // A message each way after all tracks are negotiated.
    within(async {
        loop {
            let negotiated = |peer: &Peer| {
                peer.pc.signaling_state() == RtcSignalingState::Stable
                    && peer
                        .pc
                        .get_transceivers()
                        .iter()
                        .all(|transceiver| transceiver.current_direction().is_some())
            };
            if negotiated(&a) && negotiated(&b) {
                break;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(a.pc.get_transceivers().len(), b.pc.get_transceivers().len());
    near.send_text("still").unwrap();
    far.send_text("here").unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"still");
    assert_eq!(within(near.recv()).await.unwrap().as_bytes(), b"here");
}

#[tokio::test]
async fn an_ice_restart_does_not_disturb_data() {
    let (mut a, b, near, far) = pair_with_channel().await;
    let before = (user_name(&a), user_name(&b));
    let sending = {
        let near = near.clone();
        tokio::spawn(async move {
            for number in 0..2_000_u32 {
                let message = number.to_be_bytes().repeat(256);
                near.send_when_ready(RtcDataChannelMessage::Binary(message.into()))
                    .await
                    .unwrap();
            }
        })
    };
    for number in 0..2_000_u32 {
        if number == 500 {
            a.pc.restart_ice();
        }
        let message = within(far.recv()).await.unwrap();
        assert_eq!(message.as_bytes()[..4], number.to_be_bytes());
    }
    within(sending).await.unwrap();

    // The new generation is there on both sides, and it works.
    within(async {
        while user_name(&a) == before.0
            || user_name(&b) == before.1
            || a.pc.signaling_state() != RtcSignalingState::Stable
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
    a.connected().await;
    b.connected().await;
    near.send_text("after").unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"after");
    while let Ok(event) = a.events.try_recv() {
        if let PeerConnectionEvent::ConnectionStateChange(state) = event {
            assert_ne!(state, RtcPeerConnectionState::Failed);
        }
    }
}
