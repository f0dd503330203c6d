//! `RTCDataChannel` (webrtc-pc, section 6.2, and webrtc-priority).

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Answer, BinaryType, Call, ChannelId, ChannelInit, Config, Configuration, DataChannelState,
    ErrorDetailType, ErrorName, Event, MessageKind, Priority, SctpTransportState,
};

use crate::app::{App, negotiate, pair};
use crate::setup::{A, B, Duo};

fn create(app: &mut App, label: &str, init: ChannelInit) -> Result<ChannelId, ErrorName> {
    let label = label.to_owned();
    match app.call(Call::CreateDataChannel { label, init }) {
        Answer::Channel(channel) => Ok(channel),
        Answer::Failed(error) => Err(error.name),
        other => panic!("{other:?}"),
    }
}

fn negotiated(id: u16) -> ChannelInit {
    ChannelInit {
        negotiated: true,
        id: Some(id),
        ..ChannelInit::default()
    }
}

/// What fired on channels of `side`, as words.
fn told(duo: &Duo, side: usize) -> Vec<&'static str> {
    let word = |event: &Event| {
        Some(match event {
            Event::DataChannel(_) => "datachannel",
            Event::ChannelOpen(_) => "open",
            Event::ChannelMessage { .. } => "message",
            Event::ChannelBufferedAmountLow(_) => "bufferedamountlow",
            Event::ChannelClosing(_) => "closing",
            Event::ChannelError(..) => "error",
            Event::ChannelClose(_) => "close",
            Event::SctpTransportStateChange(SctpTransportState::Connected) => "connected",
            Event::SctpTransportStateChange(SctpTransportState::Closed) => "closed",
            _ => return None,
        })
    };
    duo.events[side].iter().filter_map(word).collect()
}

fn state(duo: &Duo, side: usize, channel: ChannelId) -> DataChannelState {
    duo.session(side).channel_state(channel).0
}

// api: RTCPeerConnection.createDataChannel, RTCDataChannel.label, RTCDataChannel.ordered
// api: RTCDataChannel.protocol, RTCDataChannel.negotiated, RTCDataChannel.id
// api: RTCDataChannel.maxPacketLifeTime, RTCDataChannel.maxRetransmits
// api: RTCDataChannel.readyState, RTCDataChannel.bufferedAmount
// api: RTCDataChannel.bufferedAmountLowThreshold, RTCDataChannel.binaryType
// api: RTCDataChannel.priority
#[test]
fn a_new_channel_has_the_defaults_of_the_webidl() {
    let mut app = App::new("a");
    let channel = app.channel("chat");
    let view = app.session().channel(channel).unwrap();
    assert_eq!(view.label, "chat");
    assert!(view.init.ordered);
    assert!(!view.init.negotiated);
    assert_eq!(view.init.protocol, "");
    assert_eq!(view.init.id, None);
    assert_eq!(view.init.max_packet_life_time, None);
    assert_eq!(view.init.max_retransmits, None);
    assert_eq!(view.init.priority, Priority::Low);
    assert_eq!(view.state, DataChannelState::Connecting);
    assert_eq!(view.buffered_amount, 0);
    assert_eq!(view.buffered_amount_low_threshold, 0);
    assert_eq!(view.binary_type, BinaryType::Arraybuffer);
}

// api: RTCDataChannelInit.ordered, RTCDataChannelInit.maxRetransmits
// api: RTCDataChannelInit.protocol, RTCDataChannelInit.priority
#[test]
fn what_the_dictionary_says_can_be_read() {
    let mut app = App::new("a");
    let init = ChannelInit {
        ordered: false,
        max_retransmits: Some(7),
        protocol: "chess".to_owned(),
        priority: Priority::High,
        ..ChannelInit::default()
    };
    let channel = create(&mut app, "", init.clone()).unwrap();
    assert_eq!(app.session().channel(channel).unwrap().init, init);
}

// api: RTCDataChannelInit.maxPacketLifeTime
#[test]
fn the_life_time_of_packets_takes_all_numbers() {
    let mut app = App::new("a");
    for time in [0, 1, 65_535] {
        let init = ChannelInit {
            max_packet_life_time: Some(time),
            ..ChannelInit::default()
        };
        let channel = create(&mut app, "", init).unwrap();
        let view = app.session().channel(channel).unwrap();
        assert_eq!(view.init.max_packet_life_time, Some(time));
    }
}

// api: RTCPeerConnection.createDataChannel
#[test]
fn after_close_no_channel_can_be_created() {
    let mut app = App::new("a");
    app.does(Call::Close);
    let init = ChannelInit::default();
    let refused = create(&mut app, &"x".repeat(65_536), init);
    assert_eq!(refused, Err(ErrorName::InvalidStateError));
}

// api: RTCPeerConnection.createDataChannel
#[test]
fn a_label_takes_65535_octets_of_utf_8() {
    let mut app = App::new("a");
    let init = ChannelInit::default;
    assert!(create(&mut app, &"x".repeat(65_535), init()).is_ok());
    let long = "\u{b5}".repeat(32_768);
    assert_eq!(create(&mut app, &long, init()), Err(ErrorName::TypeError));
}

// api: RTCDataChannelInit.protocol
#[test]
fn a_protocol_takes_65535_octets_of_utf_8() {
    let mut app = App::new("a");
    let init = |len| ChannelInit {
        protocol: "x".repeat(len),
        ..ChannelInit::default()
    };
    assert!(create(&mut app, "", init(65_535)).is_ok());
    assert_eq!(
        create(&mut app, "", init(65_536)),
        Err(ErrorName::TypeError)
    );
}

// api: RTCDataChannelInit.maxPacketLifeTime, RTCDataChannelInit.maxRetransmits
#[test]
fn one_limit_of_reliability_excludes_the_other() {
    let mut app = App::new("a");
    let init = ChannelInit {
        max_packet_life_time: Some(0),
        max_retransmits: Some(0),
        ..ChannelInit::default()
    };
    assert_eq!(create(&mut app, "", init), Err(ErrorName::TypeError));
}

// api: RTCDataChannelInit.negotiated
#[test]
fn a_negotiated_channel_without_an_id_is_a_type_error() {
    let mut app = App::new("a");
    let init = ChannelInit {
        negotiated: true,
        ..ChannelInit::default()
    };
    assert_eq!(create(&mut app, "", init), Err(ErrorName::TypeError));
}

// api: RTCDataChannelInit.id
#[test]
fn the_id_65535_is_a_type_error_and_65534_is_not() {
    let mut app = App::new("a");
    assert_eq!(
        create(&mut app, "", negotiated(65_535)),
        Err(ErrorName::TypeError)
    );
    assert!(create(&mut app, "", negotiated(65_534)).is_ok());
}

// api: RTCDataChannelInit.id, RTCDataChannel.id
#[test]
fn the_id_is_ignored_unless_negotiated() {
    let mut app = App::new("a");
    let init = ChannelInit {
        id: Some(65_535),
        ..ChannelInit::default()
    };
    let channel = create(&mut app, "", init).unwrap();
    assert_eq!(app.session().channel(channel).unwrap().init.id, None);
}

// api: RTCDataChannelInit.id
#[test]
fn an_id_in_use_is_an_operation_error() {
    let mut app = App::new("a");
    assert!(create(&mut app, "", negotiated(3)).is_ok());
    assert_eq!(
        create(&mut app, "", negotiated(3)),
        Err(ErrorName::OperationError)
    );
}

// api: RTCPeerConnection.createDataChannel, RTCPeerConnection.onnegotiationneeded
#[test]
fn only_the_first_channel_asks_for_negotiation() {
    let mut app = App::new("a");
    app.channel("one");
    app.channel("two");
    app.pull_all();
    assert_eq!(
        app.count(|event| matches!(event, Event::NegotiationNeeded)),
        1
    );
}

// api: RTCDataChannel.id
#[test]
fn ids_are_assigned_when_the_dtls_role_is_negotiated() {
    let (mut a, mut b) = pair();
    let first = a.channel("one");
    let second = a.channel("two");
    negotiate(&mut a, &mut b);
    let ids = [first, second].map(|channel| a.session().channel(channel).unwrap().init.id);
    // The offerer is the DTLS server, whose ids are odd.
    assert_eq!(ids, [Some(1), Some(3)]);
}

// api: RTCDataChannel.id
#[test]
fn a_channel_made_after_the_negotiation_has_its_id_at_once() {
    let (mut a, mut b) = pair();
    a.channel("one");
    negotiate(&mut a, &mut b);
    let ours = a.channel("two");
    let theirs = b.channel("three");
    assert_eq!(a.session().channel(ours).unwrap().init.id, Some(3));
    assert_eq!(b.session().channel(theirs).unwrap().init.id, Some(0));
}

// api: RTCDataChannel.id
#[test]
fn generated_ids_pass_over_those_that_were_negotiated() {
    let (mut a, mut b) = pair();
    create(&mut a, "", negotiated(1)).unwrap();
    let generated = a.channel("generated");
    negotiate(&mut a, &mut b);
    let view = a.session().channel(generated).unwrap();
    assert_eq!(view.init.id, Some(3));
}

// api: RTCDataChannel.binaryType, BinaryType.blob, BinaryType.arraybuffer
#[test]
fn the_binary_type_is_what_it_was_set_to() {
    let mut app = App::new("a");
    let channel = app.channel("");
    app.does(Call::SetBinaryType(channel, BinaryType::Blob));
    let view = app.session().channel(channel).unwrap();
    assert_eq!(view.binary_type, BinaryType::Blob);
}

// api: RTCDataChannel.bufferedAmountLowThreshold
#[test]
fn the_low_threshold_is_what_it_was_set_to() {
    let mut app = App::new("a");
    let channel = app.channel("");
    app.does(Call::SetBufferedAmountLowThreshold(channel, 1 << 20));
    let view = app.session().channel(channel).unwrap();
    assert_eq!(view.buffered_amount_low_threshold, 1 << 20);
}

// api: RTCDataChannel.send
#[test]
fn nothing_can_be_sent_while_connecting() {
    let mut app = App::new("a");
    let channel = app.channel("");
    let call = Call::Send {
        channel,
        kind: MessageKind::Text,
        data: Bytes::new(),
    };
    assert_eq!(app.fails(call), ErrorName::InvalidStateError);
}

// api: RTCDataChannel.close, RTCDataChannelState.closing
#[test]
fn close_sets_closing_at_once_and_the_close_event_follows() {
    let mut app = App::new("a");
    let channel = app.channel("");
    app.pull_all();
    app.does(Call::CloseChannel(channel));
    let session = app.session();
    assert_eq!(session.channel_state(channel).0, DataChannelState::Closing);
    let fired = app.events();
    assert!(matches!(fired[..], [Event::ChannelClose(closed)] if closed == channel));
    let session = app.session();
    assert_eq!(session.channel_state(channel).0, DataChannelState::Closed);
}

// api: RTCDataChannel.close
#[test]
fn close_twice_does_nothing() {
    let mut app = App::new("a");
    let channel = app.channel("");
    app.does(Call::CloseChannel(channel));
    app.does(Call::CloseChannel(channel));
    app.pull_all();
    app.does(Call::CloseChannel(channel));
    let closed = app.count(|event| matches!(event, Event::ChannelClose(_)));
    assert_eq!(closed, 1);
}

// api: RTCPeerConnection.close, RTCDataChannelState.closed
#[test]
fn closing_the_peer_connection_closes_its_channels_at_once() {
    let mut app = App::new("a");
    let channel = app.channel("");
    app.does(Call::Close);
    let session = app.session();
    assert_eq!(session.channel_state(channel).0, DataChannelState::Closed);
    assert!(app.events().is_empty(), "no event fires");
}

// api: RTCDataChannel.onopen, RTCSctpTransport.onstatechange, RTCDataChannelState.open
#[test]
fn channels_open_in_tasks_behind_that_of_the_association() {
    let mut duo = Duo::new(1);
    let one = duo.create_channel(A, "one");
    let two = duo.create_channel(A, "two");
    duo.negotiate(A);
    duo.peer(A).pulls_steps = false;
    duo.run_for(Duration::from_secs(2));
    let now = duo.now();
    let mut steps = Vec::new();
    while let Some(step) = duo.pc(A).poll_step(now) {
        let words: Vec<_> = step
            .fire
            .iter()
            .filter_map(|event| match event {
                Event::SctpTransportStateChange(_) => Some(("sctp", None)),
                Event::ChannelOpen(channel) => Some(("open", Some(*channel))),
                _ => None,
            })
            .collect();
        if !words.is_empty() {
            steps.push(words);
        }
    }
    let expected = [
        vec![("sctp", None)],
        vec![("open", Some(one))],
        vec![("open", Some(two))],
    ];
    assert_eq!(steps, expected);
}

// api: RTCPeerConnection.ondatachannel, RTCDataChannel.onopen
#[test]
fn an_announced_channel_is_open_in_datachannel_and_fires_open_in_its_own_task() {
    let mut duo = Duo::new(2);
    duo.create_channel(A, "one");
    duo.negotiate(A);
    duo.peer(B).pulls_steps = false;
    duo.run_for(Duration::from_secs(2));
    let now = duo.now();
    let announced = loop {
        let step = duo.pc(B).poll_step(now).expect("it is announced");
        if let [Event::DataChannel(channel)] = step.fire[..] {
            break channel;
        }
    };
    assert_eq!(state(&duo, B, announced), DataChannelState::Open);
    let next = duo.pc(B).poll_step(now).unwrap();
    assert!(matches!(next.fire[..], [Event::ChannelOpen(open)] if open == announced));
}

// api: RTCPeerConnection.ondatachannel, RTCDataChannel.close
#[test]
fn a_channel_that_datachannel_closes_does_not_open() {
    let mut duo = Duo::new(3);
    duo.create_channel(A, "one");
    duo.negotiate(A);
    duo.peer(B).pulls_steps = false;
    duo.run_for(Duration::from_secs(2));
    let now = duo.now();
    loop {
        let step = duo.pc(B).poll_step(now).expect("it is announced");
        if let [Event::DataChannel(channel)] = step.fire[..] {
            duo.does(B, Call::CloseChannel(channel));
            break;
        }
    }
    duo.peer(B).pulls_steps = true;
    duo.run_for(Duration::from_secs(2));
    assert!(!told(&duo, B).contains(&"open"));
    assert_eq!(told(&duo, B).last(), Some(&"close"));
}

// api: RTCDataChannel.send, RTCDataChannel.onmessage, RTCDataChannelEvent.channel
#[test]
fn messages_can_be_sent_from_datachannel_on_and_come_behind_open() {
    let mut duo = Duo::new(4);
    let [ours, theirs] = duo.connect_with_channel();
    duo.send(B, theirs, "hello");
    duo.wait_received(A, ours, 1);
    assert_eq!(told(&duo, A), ["connected", "open", "message"]);
    assert_eq!(told(&duo, B)[..3], ["connected", "datachannel", "open"]);
}

// api: RTCDataChannel.label, RTCDataChannel.protocol, RTCDataChannel.ordered
// api: RTCDataChannel.maxRetransmits, RTCDataChannel.maxPacketLifeTime, RTCDataChannel.negotiated
#[test]
fn an_announced_channel_has_the_attributes_of_its_maker() {
    let mut duo = Duo::new(5);
    let init = ChannelInit {
        ordered: false,
        max_packet_life_time: Some(350),
        protocol: "foo".to_owned(),
        ..ChannelInit::default()
    };
    let ours = duo.create_channel_with(A, "label", init);
    duo.negotiate(A);
    let theirs = duo.wait_announced(B, 1);
    let (ours, theirs) = (
        duo.session(A).channel(ours).unwrap(),
        duo.session(B).channel(theirs).unwrap(),
    );
    assert_eq!(ours.init, theirs.init);
    assert_eq!(theirs.label, "label");
    assert!(!theirs.init.negotiated);
}

// api: RTCDataChannel.priority, RTCPriorityType.very-low, RTCPriorityType.low
// api: RTCPriorityType.medium, RTCPriorityType.high, RTCDataChannelInit.priority
#[test]
fn the_peer_learns_the_priority_of_a_channel() {
    let mut duo = Duo::new(6);
    for priority in Priority::ALL {
        let init = ChannelInit {
            priority,
            ..ChannelInit::default()
        };
        duo.create_channel_with(A, priority.as_str(), init);
    }
    duo.negotiate(A);
    duo.wait_announced(B, 4);
    for channel in duo.announced(B) {
        let view = duo.session(B).channel(channel).unwrap();
        assert_eq!(view.init.priority.as_str(), view.label);
    }
}

// api: RTCDataChannel.priority
#[test]
fn weights_on_the_wire_are_those_of_rfc_8831_and_ranges_those_of_webrtc_priority() {
    let weights = Priority::ALL.map(Priority::to_dcep);
    assert_eq!(weights, [128, 256, 512, 1024]);
    let edges = [0, 128, 129, 256, 257, 512, 513, 65_535].map(Priority::from_dcep);
    use Priority::{High, Low, Medium, VeryLow};
    assert_eq!(
        edges,
        [VeryLow, VeryLow, Low, Low, Medium, Medium, High, High]
    );
}

// api: RTCDataChannelInit.negotiated, RTCDataChannelInit.id, RTCDataChannel.onopen
#[test]
fn a_negotiated_channel_opens_at_both_sides_without_datachannel() {
    let mut duo = Duo::new(7);
    let ours = duo.create_channel_with(A, "a", negotiated(5));
    let theirs = duo.create_channel_with(B, "b", negotiated(5));
    duo.negotiate(A);
    duo.wait_open(A, ours);
    duo.wait_open(B, theirs);
    duo.send(A, ours, "x");
    duo.wait_received(B, theirs, 1);
    assert!(duo.announced(B).is_empty());
}

// api: RTCDataChannel.bufferedAmount
#[test]
fn the_buffered_amount_rises_with_send_and_falls_in_a_task() {
    let mut duo = Duo::new(8);
    let [ours, _] = duo.connect_with_channel();
    duo.send(A, ours, vec![0; 1000]);
    duo.send(A, ours, vec![0; 234]);
    assert_eq!(duo.session(A).channel_state(ours).1, 1234);
    duo.run_for(Duration::from_secs(1));
    assert_eq!(duo.session(A).channel_state(ours).1, 0);
}

// api: RTCDataChannel.onbufferedamountlow, RTCDataChannel.bufferedAmountLowThreshold
#[test]
fn bufferedamountlow_fires_when_the_amount_falls_to_the_threshold() {
    let mut duo = Duo::new(9);
    let [ours, _] = duo.connect_with_channel();
    duo.clear_events();
    duo.does(A, Call::SetBufferedAmountLowThreshold(ours, 100));
    duo.send(A, ours, vec![0; 100]);
    duo.run_for(Duration::from_secs(1));
    assert_eq!(told(&duo, A), [""; 0], "it was never above");
    duo.send(A, ours, vec![0; 101]);
    duo.run_for(Duration::from_secs(1));
    assert_eq!(told(&duo, A), ["bufferedamountlow"]);
}

// api: RTCDataChannel.send, RTCSctpTransport.maxMessageSize
#[test]
fn a_message_above_the_peers_limit_is_a_type_error_and_changes_nothing() {
    let mut configs = [Config::default(), Config::default()];
    configs[B].session.max_message_size = 1000;
    let mut duo = Duo::configured(
        10,
        configs,
        [Configuration::default(), Configuration::default()],
    );
    let [ours, _] = duo.connect_with_channel();
    let send = |len: usize| Call::Send {
        channel: ours,
        kind: MessageKind::Binary,
        data: Bytes::from(vec![0; len]),
    };
    let Answer::Failed(error) = duo.call(A, send(1001)) else {
        panic!("it was sent")
    };
    assert_eq!(error.name, ErrorName::TypeError);
    assert_eq!(duo.session(A).channel_state(ours).1, 0);
    duo.does(A, send(1000));
}

// api: RTCDataChannel.send
#[test]
fn a_full_buffer_is_an_operation_error() {
    let mut configs = [Config::default(), Config::default()];
    configs[A].session.max_buffered_amount = 10_000;
    let mut duo = Duo::configured(
        11,
        configs,
        [Configuration::default(), Configuration::default()],
    );
    let [ours, _] = duo.connect_with_channel();
    duo.send(A, ours, vec![0; 10_000]);
    let call = Call::Send {
        channel: ours,
        kind: MessageKind::Binary,
        data: Bytes::from_static(b"x"),
    };
    let Answer::Failed(error) = duo.call(A, call) else {
        panic!("it was sent")
    };
    assert_eq!(error.name, ErrorName::OperationError);
}

// api: RTCDataChannel.onclosing, RTCDataChannel.onclose, RTCDataChannel.close
#[test]
fn the_peer_hears_closing_and_close_and_the_closer_only_close() {
    let mut duo = Duo::new(12);
    let [ours, theirs] = duo.connect_with_channel();
    duo.clear_events();
    duo.does(A, Call::CloseChannel(ours));
    duo.run_for(Duration::from_secs(1));
    assert_eq!(told(&duo, A), ["close"]);
    assert_eq!(told(&duo, B), ["closing", "close"]);
    assert_eq!(state(&duo, A, ours), DataChannelState::Closed);
    assert_eq!(state(&duo, B, theirs), DataChannelState::Closed);
}

// api: RTCDataChannel.close, RTCDataChannel.onmessage
#[test]
fn what_was_sent_before_close_is_delivered_first() {
    let mut duo = Duo::new(13);
    let [ours, theirs] = duo.connect_with_channel();
    duo.clear_events();
    for _ in 0..20 {
        duo.send(A, ours, vec![1; 10_000]);
    }
    duo.does(A, Call::CloseChannel(ours));
    duo.run_for(Duration::from_secs(5));
    assert_eq!(duo.received(B, theirs).len(), 20);
    let told = told(&duo, B);
    assert_eq!(told[20..], ["closing", "close"]);
}

// api: RTCDataChannel.onmessage
#[test]
fn what_comes_after_close_is_discarded() {
    let mut duo = Duo::new(14);
    let [ours, theirs] = duo.connect_with_channel();
    duo.clear_events();
    duo.send(B, theirs, "late");
    duo.does(A, Call::CloseChannel(ours));
    duo.run_for(Duration::from_secs(1));
    assert_eq!(told(&duo, A), ["close"]);
}

// api: RTCDataChannel.label, RTCDataChannel.readyState
#[test]
fn attributes_stay_readable_after_the_end() {
    let mut duo = Duo::new(15);
    let [ours, _] = duo.connect_with_channel();
    duo.does(A, Call::CloseChannel(ours));
    duo.run_for(Duration::from_secs(1));
    let view = duo.session(A).channel(ours).unwrap();
    assert_eq!(view.label, "chat");
    assert_eq!(view.init.id, Some(1));
    assert_eq!(view.state, DataChannelState::Closed);
}

// api: RTCDataChannel.onerror, RTCDataChannel.onclose, RTCErrorDetailType.sctp-failure
// api: RTCError.errorDetail, RTCError.sctpCauseCode, RTCErrorEvent.error
#[test]
fn the_end_of_the_peer_is_an_error_with_the_cause_code_and_then_close() {
    let mut duo = Duo::new(16);
    let [_, theirs] = duo.connect_with_channel();
    duo.clear_events();
    duo.does(A, Call::Close);
    duo.run_for(Duration::from_secs(1));
    let told: Vec<_> = told(&duo, B)
        .into_iter()
        .filter(|word| *word != "closed")
        .collect();
    assert_eq!(told, ["error", "close"]);
    let error = duo.events[B].iter().find_map(|event| match event {
        Event::ChannelError(channel, error) if *channel == theirs => Some(error.clone()),
        _ => None,
    });
    let error = error.unwrap();
    assert_eq!(error.name, ErrorName::OperationError);
    assert_eq!(error.error_detail(), Some(ErrorDetailType::SctpFailure));
    let detail = error.detail.unwrap();
    assert_eq!(detail.sctp_cause_code, Some(12));
    assert_eq!(detail.received_alert, None);
    assert!(error.message.contains("User-Initiated Abort"));
}

// api: RTCDataChannel.onerror, RTCErrorDetailType.data-channel-failure
#[test]
fn an_id_beyond_the_association_is_a_data_channel_failure() {
    let mut configs = [Config::default(), Config::default()];
    configs[B].connection.channels.sctp.inbound_streams = 16;
    let mut duo = Duo::configured(
        17,
        configs,
        [Configuration::default(), Configuration::default()],
    );
    let beyond = duo.create_channel_with(A, "beyond", negotiated(100));
    let within = duo.create_channel(A, "within");
    duo.negotiate(A);
    duo.wait_open(A, within);
    let error = duo.events[A].iter().find_map(|event| match event {
        Event::ChannelError(channel, error) if *channel == beyond => error.error_detail(),
        _ => None,
    });
    assert_eq!(error, Some(ErrorDetailType::DataChannelFailure));
    assert_eq!(state(&duo, A, beyond), DataChannelState::Closed);
}

// api: RTCPeerConnection.createDataChannel, RTCSctpTransport.maxChannels
#[test]
fn once_connected_an_id_beyond_max_channels_is_an_operation_error() {
    let mut configs = [Config::default(), Config::default()];
    configs[B].connection.channels.sctp.inbound_streams = 16;
    let mut duo = Duo::configured(
        18,
        configs,
        [Configuration::default(), Configuration::default()],
    );
    duo.connect_with_channel();
    assert_eq!(duo.session(A).sctp().unwrap().max_channels, Some(16));
    let call = Call::CreateDataChannel {
        label: String::new(),
        init: negotiated(16),
    };
    let Answer::Failed(error) = duo.call(A, call) else {
        panic!("it was made")
    };
    assert_eq!(error.name, ErrorName::OperationError);
}

// api: RTCDataChannel.id
#[test]
fn an_id_is_free_again_once_its_channel_is_closed() {
    let mut duo = Duo::new(19);
    let [ours, _] = duo.connect_with_channel();
    duo.does(A, Call::CloseChannel(ours));
    duo.run_for(Duration::from_secs(1));
    let next = duo.create_channel(A, "next");
    assert_eq!(duo.session(A).channel(next).unwrap().init.id, Some(1));
    duo.wait_open(A, next);
    let theirs = duo.wait_announced(B, 2);
    duo.send(A, next, "again");
    duo.wait_received(B, theirs, 1);
}

// api: RTCDataChannel.onopen
#[test]
fn a_channel_made_on_a_connected_association_opens_in_a_task() {
    let mut duo = Duo::new(20);
    duo.connect_with_channel();
    let next = duo.create_channel(A, "next");
    assert_eq!(state(&duo, A, next), DataChannelState::Connecting);
    duo.flush();
    assert_eq!(state(&duo, A, next), DataChannelState::Open);
    duo.send(A, next, "at once");
    let theirs = duo.wait_announced(B, 2);
    duo.wait_received(B, theirs, 1);
}

// api: RTCDataChannel.send
#[test]
fn text_and_octets_arrive_as_what_they_were_and_may_be_empty() {
    let mut duo = Duo::new(21);
    let [ours, theirs] = duo.connect_with_channel();
    let sent = [
        (MessageKind::Text, "gr\u{fc}\u{df}e"),
        (MessageKind::Text, ""),
        (MessageKind::Binary, "octets"),
        (MessageKind::Binary, ""),
    ];
    for (kind, data) in sent {
        let data = Bytes::from_static(data.as_bytes());
        duo.does(
            A,
            Call::Send {
                channel: ours,
                kind,
                data,
            },
        );
    }
    duo.wait_received(B, theirs, 4);
    let got = duo.peer(B).messages.get(&theirs).cloned().unwrap();
    let expected = sent.map(|(kind, data)| (kind, Bytes::from_static(data.as_bytes())));
    assert_eq!(got, expected);
}
