//! `RTCDataChannel` (webrtc-pc, section 6.2) over loopback, also as a stream, a sink and a pipe.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_sink::Sink;
use stonechat::{
    Api, ChannelEvent, ChannelMessages, PeerConnectionEvent, RtcDataChannel, RtcDataChannelEvent,
    RtcDataChannelEventInit, RtcDataChannelInit, RtcDataChannelMessage, RtcDataChannelState,
    RtcErrorDetailType, RtcErrorName,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::pair::{pair, pair_with_channel, peer_connection, signal_whole, within};

fn text(text: &str) -> RtcDataChannelMessage {
    RtcDataChannelMessage::Text(text.to_owned())
}

async fn next(messages: &mut ChannelMessages) -> Option<RtcDataChannelMessage> {
    within(poll_fn(|cx| Pin::new(&mut *messages).poll_next(cx))).await
}

async fn feed(messages: &mut ChannelMessages, message: RtcDataChannelMessage) {
    within(poll_fn(|cx| Pin::new(&mut *messages).poll_ready(cx)))
        .await
        .unwrap();
    Pin::new(messages).start_send(message).unwrap();
}

async fn flush(messages: &mut ChannelMessages) {
    within(poll_fn(|cx| Pin::new(&mut *messages).poll_flush(cx)))
        .await
        .unwrap();
}

async fn finish(messages: &mut ChannelMessages) {
    within(poll_fn(|cx| Pin::new(&mut *messages).poll_close(cx)))
        .await
        .unwrap();
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

// api: RTCDataChannel.send, RTCDataChannel.close, RTCDataChannel.readyState
#[tokio::test]
async fn a_stream_gives_the_messages_in_order_and_ends_with_the_channel() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let mut messages = far.messages();
    near.send_text("one").unwrap();
    near.send(&b"two"[..]).unwrap();
    near.close();
    assert_eq!(next(&mut messages).await, Some(text("one")));
    let two = RtcDataChannelMessage::Binary((&b"two"[..]).into());
    assert_eq!(next(&mut messages).await, Some(two));
    assert_eq!(next(&mut messages).await, None);
    assert_eq!(next(&mut messages).await, None);
    assert_eq!(far.ready_state(), RtcDataChannelState::Closed);
}

// api: RTCDataChannel.onmessage
#[tokio::test]
async fn a_stream_that_waits_does_not_keep_messages_from_others() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let mut parked = far.messages();
    let mut other = far.messages();
    let waker = &mut Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut parked).poll_next(waker).is_pending());
    near.send_text("one").unwrap();
    assert_eq!(next(&mut other).await, Some(text("one")));
    near.send_text("two").unwrap();
    assert_eq!(within(far.recv()).await, Some(text("two")));
    near.send_text("three").unwrap();
    assert_eq!(next(&mut parked).await, Some(text("three")));
}

// api: RTCDataChannel.send, RTCDataChannelState.connecting
#[tokio::test]
async fn a_sink_waits_until_the_channel_is_open() {
    let (a, mut b) = pair();
    let near = a.pc.create_data_channel("x", Default::default()).unwrap();
    assert_eq!(near.ready_state(), RtcDataChannelState::Connecting);
    let refused = near.send_text("too early").unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
    let mut sink = near.messages();
    feed(&mut sink, text("first")).await;
    let far = b.channel().await;
    feed(&mut sink, text("second")).await;
    flush(&mut sink).await;
    assert_eq!(within(far.recv()).await, Some(text("first")));
    assert_eq!(within(far.recv()).await, Some(text("second")));
}

// api: RTCDataChannel.send, RTCDataChannel.bufferedAmount
#[tokio::test]
async fn a_sink_waits_for_a_slow_reader_and_loses_nothing() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let mut sink = near.messages();
    let mut sent = 0_u32;
    let message = |number: u32| {
        let mut octets = vec![0; 65_536];
        octets[..4].copy_from_slice(&number.to_be_bytes());
        RtcDataChannelMessage::Binary(octets.into())
    };
    // Until the sink has one that found no room.
    loop {
        let waker = &mut Context::from_waker(Waker::noop());
        if Pin::new(&mut sink).poll_ready(waker).is_pending() {
            break;
        }
        Pin::new(&mut sink).start_send(message(sent)).unwrap();
        sent += 1;
    }
    assert!(near.buffered_amount() > 0);
    let refused = Pin::new(&mut sink).start_send(message(sent)).unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
    let closing = tokio::spawn(async move {
        flush(&mut sink).await;
        finish(&mut sink).await;
        near.ready_state()
    });
    for number in 0..sent {
        assert_eq!(within(far.recv()).await, Some(message(number)));
    }
    assert_eq!(within(far.recv()).await, None);
    let state = within(closing).await.unwrap();
    assert_eq!(state, RtcDataChannelState::Closed);
}

// api: RTCDataChannel.close
#[tokio::test]
async fn a_sink_of_a_closed_channel_gives_the_error_of_send() {
    let (_a, _b, near, _far) = pair_with_channel().await;
    let mut sink = near.messages();
    near.close();
    let refused = Pin::new(&mut sink).start_send(text("late")).unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
    finish(&mut sink).await;
    assert_eq!(near.ready_state(), RtcDataChannelState::Closed);
}

// api: RTCDataChannel.send, RTCDataChannel.close
#[tokio::test]
async fn octets_go_both_ways_whole_and_end_with_the_channel() {
    let (_a, _b, near, far) = pair_with_channel().await;
    let sent: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let writing = tokio::spawn({
        let sent = sent.clone();
        async move {
            let mut pipe = near.octets().unwrap();
            let mut answer = [0; 5];
            pipe.write_all(&sent).await.unwrap();
            pipe.read_exact(&mut answer).await.unwrap();
            pipe.shutdown().await.unwrap();
            assert_eq!(near.ready_state(), RtcDataChannelState::Closed);
            answer
        }
    });
    let mut pipe = far.octets().unwrap();
    let mut received = vec![0; sent.len()];
    within(pipe.read_exact(&mut received)).await.unwrap();
    assert!(received == sent, "other octets");
    within(pipe.write_all(b"thank")).await.unwrap();
    assert_eq!(&within(writing).await.unwrap(), b"thank");
    let mut rest = Vec::new();
    assert_eq!(within(pipe.read_to_end(&mut rest)).await.unwrap(), 0);
    let refused = within(pipe.write_all(b"late")).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::BrokenPipe);
}

// api: RTCDataChannel.send, RTCDataChannel.onmessage
#[tokio::test]
async fn what_a_pipe_did_not_read_stays_in_the_channel() {
    let (_a, _b, near, far) = pair_with_channel().await;
    near.send_text("").unwrap();
    near.send_text("abcdef").unwrap();
    let mut two = [0; 2];
    let mut pipe = far.octets().unwrap();
    within(pipe.read_exact(&mut two)).await.unwrap();
    assert_eq!(&two, b"ab");
    drop(pipe);
    let mut pipe = far.octets().unwrap();
    within(pipe.read_exact(&mut two)).await.unwrap();
    assert_eq!(&two, b"cd");
    assert_eq!(within(far.recv()).await, Some(text("ef")));
    // A read that is given up takes nothing.
    assert!(poll_once(pin!(pipe.read(&mut two))).is_pending());
    near.send_text("gh").unwrap();
    assert_eq!(within(far.recv()).await, Some(text("gh")));
}

// api: RTCDataChannel.ordered, RTCDataChannel.maxRetransmits, RTCDataChannel.maxPacketLifeTime
#[tokio::test]
async fn octets_need_a_channel_that_loses_and_reorders_nothing() {
    let pc = peer_connection();
    let reliable = RtcDataChannelInit::default();
    let inits = [
        (reliable.clone(), true),
        (
            RtcDataChannelInit {
                ordered: false,
                ..reliable.clone()
            },
            false,
        ),
        (
            RtcDataChannelInit {
                max_retransmits: Some(0),
                ..reliable.clone()
            },
            false,
        ),
        (
            RtcDataChannelInit {
                max_packet_life_time: Some(9),
                ..reliable
            },
            false,
        ),
    ];
    for (init, can) in inits {
        let channel = pc.create_data_channel("x", init.clone()).unwrap();
        assert_eq!(channel.ordered(), init.ordered);
        assert_eq!(channel.max_retransmits(), init.max_retransmits);
        assert_eq!(channel.max_packet_life_time(), init.max_packet_life_time);
        let name = channel.octets().map(|_| ()).map_err(|error| error.name);
        assert_eq!(name.is_ok(), can);
        assert!(can || name == Err(RtcErrorName::NotSupportedError));
    }
}

// api: RTCDataChannel.onopen, RTCDataChannel.onmessage, RTCDataChannel.onclosing
// api: RTCDataChannel.onclose, RTCDataChannel.readyState
#[tokio::test]
async fn the_peer_of_who_closes_hears_open_message_closing_and_close() {
    let (_a, _b, near, far) = pair_with_channel().await;
    near.send_text("one").unwrap();
    near.close();
    assert_eq!(near.ready_state(), RtcDataChannelState::Closing);
    assert_eq!(within(far.next_event()).await, Some(ChannelEvent::Open));
    match within(far.next_event()).await {
        Some(ChannelEvent::Message(event)) => assert_eq!(event.data, text("one")),
        other => panic!("{other:?}"),
    }
    assert_eq!(within(far.next_event()).await, Some(ChannelEvent::Closing));
    assert_eq!(within(far.next_event()).await, Some(ChannelEvent::Close));
    assert_eq!(within(far.next_event()).await, None);
    within(near.closed()).await;
    // The message left before the end.
    let low = ChannelEvent::BufferedAmountLow;
    for event in [ChannelEvent::Open, low, ChannelEvent::Close] {
        assert_eq!(within(near.next_event()).await, Some(event));
    }
    assert_eq!(within(near.next_event()).await, None);
}

// api: RTCDataChannel.onbufferedamountlow, RTCDataChannel.bufferedAmountLowThreshold
// api: RTCDataChannel.bufferedAmount
#[tokio::test]
async fn bufferedamountlow_fires_once_the_buffer_is_at_the_threshold() {
    let (_a, _b, near, far) = pair_with_channel().await;
    near.set_buffered_amount_low_threshold(1_000);
    assert_eq!(within(near.next_event()).await, Some(ChannelEvent::Open));
    near.send(vec![0; 50_000]).unwrap();
    assert_eq!(near.buffered_amount(), 50_000);
    let low = Some(ChannelEvent::BufferedAmountLow);
    assert_eq!(within(near.next_event()).await, low);
    assert!(near.buffered_amount() <= 1_000);
    assert_eq!(within(far.recv()).await.unwrap().as_bytes().len(), 50_000);
}

// api: RTCPeerConnection.ondatachannel, RTCDataChannelEvent.constructor
// api: RTCDataChannelEvent.channel, RTCDataChannelEventInit.channel
#[tokio::test]
async fn datachannel_has_the_channel_that_the_peer_made() {
    let (a, mut b) = pair();
    let near = a.pc.create_data_channel("x", Default::default()).unwrap();
    let event = b
        .event(|event| match event {
            PeerConnectionEvent::DataChannel(event) => Some(event.clone()),
            _ => None,
        })
        .await;
    assert_eq!(event.channel.label(), "x");
    within(near.opened()).await.unwrap();
    assert_eq!(event.channel.id(), near.id());
    let channel = event.channel.clone();
    let made = RtcDataChannelEvent::new(RtcDataChannelEventInit { channel });
    assert_eq!(made.channel, event.channel);
}

/// What a channel told after it was open, up to its end.
async fn last_events(channel: &RtcDataChannel) -> Vec<ChannelEvent> {
    let mut told = Vec::new();
    within(async {
        while let Some(event) = channel.next_event().await {
            if event != ChannelEvent::Open {
                told.push(event);
            }
        }
    })
    .await;
    told
}

// api: RTCDataChannel.onerror, RTCDataChannel.error, RTCDataChannel.onclose
// api: RTCErrorDetailType.sctp-failure, RTCError.errorDetail, RTCError.sctpCauseCode
// api: RTCErrorEvent.error, RTCDataChannelState.closed
#[tokio::test]
async fn an_association_that_the_peer_aborts_is_an_error_and_then_close() {
    let (_a, b, near, _far) = pair_with_channel().await;
    b.pc.close();
    let told = last_events(&near).await;
    let [ChannelEvent::Error(event), ChannelEvent::Close] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(near.ready_state(), RtcDataChannelState::Closed);
    assert_eq!(event.error.name, RtcErrorName::OperationError);
    let detail = event.error.detail.clone().unwrap();
    assert_eq!(detail.error_detail, RtcErrorDetailType::SctpFailure);
    // User-Initiated Abort
    assert_eq!(detail.sctp_cause_code, Some(12));
}

// api: RTCDataChannel.onerror, RTCDataChannel.error, RTCDataChannel.onclose
// api: RTCErrorDetailType.data-channel-failure
#[tokio::test]
async fn a_channel_beyond_the_streams_of_the_peer_is_an_error_and_then_close() {
    let narrow = Api::default().configure(|config| {
        config.connection.ice.include_loopback = true;
        config.connection.channels.sctp.inbound_streams = 16;
    });
    let a = peer_connection();
    let b = narrow.peer_connection(Default::default()).unwrap();
    let within_limits = a.create_data_channel("fits", Default::default()).unwrap();
    let init = RtcDataChannelInit {
        negotiated: true,
        id: Some(100),
        ..Default::default()
    };
    let beyond = a.create_data_channel("beyond", init).unwrap();
    signal_whole(&a, &b).await;
    let told = last_events(&beyond).await;
    let [ChannelEvent::Error(event), ChannelEvent::Close] = &told[..] else {
        panic!("{told:?}")
    };
    let detail = event.error.detail.clone().unwrap();
    assert_eq!(detail.error_detail, RtcErrorDetailType::DataChannelFailure);
    assert_eq!(detail.sctp_cause_code, None);
    assert_eq!(beyond.ready_state(), RtcDataChannelState::Closed);
    within(within_limits.opened()).await.unwrap();
}
