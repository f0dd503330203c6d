//! Connections over TCP (RFC 6544): one peer listens, the other connects, and neither is told of a
//! UDP candidate.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    PeerConnectionEvent, RtcConfiguration, RtcDataChannel, RtcDataChannelInit,
    RtcDataChannelMessage, RtcIceCandidatePairStats, RtcIceCandidateStats, RtcIceTcpCandidateType,
    RtcPeerConnection, RtcSessionDescription, RtcStatsReport, RtcTransportStats,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::pair::{api, peer_connection, within};

/// A peer connection that listens for TCP.
fn listening() -> RtcPeerConnection {
    let api = api().configure(|config| {
        let tcp = &mut config.connection.ice.tcp;
        tcp.passive = true;
        tcp.accept_timeout = Duration::from_millis(300);
    });
    api.peer_connection(RtcConfiguration::default()).unwrap()
}

/// The description without its UDP candidates.
fn over_tcp(description: Option<RtcSessionDescription>) -> RtcSessionDescription {
    let mut description = description.unwrap();
    let stays = |line: &&str| !(line.starts_with("a=candidate:") && line.contains(" udp "));
    let lines: Vec<_> = description.sdp.split("\r\n").filter(stays).collect();
    description.sdp = lines.join("\r\n");
    description
}

async fn negotiate(offerer: &RtcPeerConnection, answerer: &RtcPeerConnection) {
    offerer.set_local_description(None).await.unwrap();
    within(offerer.gathering_complete()).await;
    let offer = over_tcp(offerer.local_description());
    answerer.set_remote_description(offer).await.unwrap();
    answerer.set_local_description(None).await.unwrap();
    within(answerer.gathering_complete()).await;
    let answer = over_tcp(answerer.local_description());
    offerer.set_remote_description(answer).await.unwrap();
}

/// A channel between two peers that are connected over TCP.
async fn connect(
    offerer: &RtcPeerConnection,
    answerer: &RtcPeerConnection,
) -> (RtcDataChannel, RtcDataChannel) {
    let mut events = answerer.events();
    let near = offerer
        .create_data_channel("chat", RtcDataChannelInit::default())
        .unwrap();
    negotiate(offerer, answerer).await;
    let far = loop {
        let event = within(events.next()).await.unwrap();
        if let PeerConnectionEvent::DataChannel(event) = event {
            break event.channel;
        }
    };
    within(near.opened()).await.unwrap();
    within(far.opened()).await.unwrap();
    (near, far)
}

/// The address that a description says somebody listens on.
fn listener(pc: &RtcPeerConnection) -> SocketAddr {
    let sdp = pc.local_description().unwrap().sdp;
    let line = sdp.lines().find(|line| line.contains("tcptype passive"));
    let fields: Vec<_> = line.unwrap().split(' ').collect();
    SocketAddr::new(fields[4].parse().unwrap(), fields[5].parse().unwrap())
}

async fn candidates(pc: &RtcPeerConnection) -> [RtcIceCandidateStats; 2] {
    let report: RtcStatsReport = pc.get_stats(None).await.unwrap();
    let transport = report.of::<RtcTransportStats>().next().unwrap();
    let id = transport.selected_candidate_pair_id.clone().unwrap();
    let pair = report.get_as::<RtcIceCandidatePairStats>(&id).unwrap();
    [&pair.local_candidate_id, &pair.remote_candidate_id]
        .map(|id| report.get_as::<RtcIceCandidateStats>(id).unwrap().clone())
}

// api: RTCIceCandidateStats.tcpType, RTCIceCandidateStats.protocol, RTCIceTcpCandidateType.active
// api: RTCIceTcpCandidateType.passive
#[tokio::test]
async fn a_channel_echoes_over_tcp_whoever_offers() {
    for offers in [true, false] {
        let (active, passive) = (peer_connection(), listening());
        let (near, far) = if offers {
            connect(&active, &passive).await
        } else {
            connect(&passive, &active).await
        };
        for size in [0, 1, 1_200, 100_000] {
            let message = Bytes::from(vec![7; size]);
            near.send(message.clone()).unwrap();
            let received = within(far.recv()).await.unwrap();
            assert_eq!(received.as_bytes(), message);
            far.send(message.clone()).unwrap();
            assert_eq!(within(near.recv()).await.unwrap().as_bytes(), message);
        }
        let [local, remote] = candidates(&active).await;
        let [listens, connected] = candidates(&passive).await;
        for (candidate, tcp_type) in [
            (&local, RtcIceTcpCandidateType::Active),
            (&remote, RtcIceTcpCandidateType::Passive),
            (&listens, RtcIceTcpCandidateType::Passive),
            (&connected, RtcIceTcpCandidateType::Active),
        ] {
            assert_eq!(candidate.protocol.as_deref(), Some("tcp"));
            assert_eq!(candidate.tcp_type, Some(tcp_type));
        }
        assert_eq!(listens.port, remote.port);
        assert_eq!(listens.port, Some(listener(&passive).port().into()));
    }
}

#[tokio::test]
async fn more_than_a_connection_takes_at_once_arrives_in_order() {
    const MESSAGES: u32 = 64;
    let (active, passive) = (peer_connection(), listening());
    let (near, far) = connect(&active, &passive).await;
    let message = |number: u32| Bytes::from(number.to_be_bytes().repeat(8_000));
    let send = async |channel: &RtcDataChannel| {
        for number in 0..MESSAGES {
            let message = RtcDataChannelMessage::Binary(message(number));
            channel.send_when_ready(message).await.unwrap();
        }
    };
    let receive = async |channel: &RtcDataChannel| {
        for number in 0..MESSAGES {
            let received = channel.recv().await.unwrap();
            assert!(received.as_bytes() == message(number), "message {number}");
        }
    };
    within(async {
        tokio::join!(send(&near), receive(&far), send(&far), receive(&near));
    })
    .await;
}

#[tokio::test]
async fn strangers_are_closed_and_disturb_nobody() {
    let (active, passive) = (peer_connection(), listening());
    let (near, far) = connect(&active, &passive).await;
    let address = listener(&passive);
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut loud = TcpStream::connect(address).await.unwrap();
    loud.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    loud.write_all(&[b'x'; 70_000]).await.ok();
    for stranger in [&mut loud, &mut silent] {
        let mut octets = Vec::new();
        // Nothing comes back but the end.
        let end = within(stranger.read_to_end(&mut octets)).await;
        assert!(end.is_err() || octets.is_empty());
    }
    near.send_text("still here").unwrap();
    assert!(within(far.recv()).await.is_some());
}

#[tokio::test]
async fn a_closed_peer_connection_listens_no_more() {
    let (active, passive) = (peer_connection(), listening());
    let (_near, far) = connect(&active, &passive).await;
    let address = listener(&passive);
    passive.close();
    within(passive.closed()).await;
    assert!(TcpStream::connect(address).await.is_err());
    // The goodbye went over the connection before it closed.
    active.close();
    within(active.closed()).await;
    drop(far);
}
