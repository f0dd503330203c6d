//! Both peer connections, and the signalling between them.

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use stonechat::{
    Api, MediaKind, MediaStreamTrack, PeerConnectionEvent, RtcConfiguration, RtcDataChannel,
    RtcDataChannelEvent, RtcDataChannelInit, RtcPeerConnection, RtcPeerConnectionState,
    RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Duration, timeout};

use crate::timings::Timings;

/// How long anything may take before the program gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Two connected peer connections with what goes between them.
pub(crate) struct Calls {
    /// Sends everything.
    pub(crate) sender: RtcPeerConnection,
    /// Receives everything.
    pub(crate) receiver: RtcPeerConnection,
    /// A reliable channel and its other end.
    pub(crate) file: (RtcDataChannel, RtcDataChannel),
    /// An unordered channel without retransmission and its other end.
    pub(crate) messages: (RtcDataChannel, RtcDataChannel),
    /// The track that is sent and the one that is received.
    pub(crate) audio: (MediaStreamTrack, MediaStreamTrack),
    /// The track that is sent and the one that is received.
    pub(crate) video: (MediaStreamTrack, MediaStreamTrack),
    /// When the sender reached which state.
    pub(crate) timings: Timings,
    signalling: Vec<JoinHandle<()>>,
}

impl Calls {
    /// Makes, signals and connects both.
    pub(crate) async fn connect() -> anyhow::Result<Self> {
        timeout(PATIENCE, Self::negotiate())
            .await
            .context("the peers did not connect in time")?
    }

    async fn negotiate() -> anyhow::Result<Self> {
        let api = Api::default()
            .interface_filter(|interface| interface.loopback)
            .configure(|config| config.connection.ice.include_loopback = true);
        let timings = Timings::start();
        let sender = api.peer_connection(RtcConfiguration::default())?;
        let receiver = api.peer_connection(RtcConfiguration::default())?;

        let reliable = sender.create_data_channel("file", RtcDataChannelInit::default())?;
        let unreliable = RtcDataChannelInit {
            ordered: false,
            max_retransmits: Some(0),
            ..RtcDataChannelInit::default()
        };
        let unreliable = sender.create_data_channel("messages", unreliable)?;
        let audio = MediaStreamTrack::new(MediaKind::Audio);
        let video = MediaStreamTrack::new(MediaKind::Video);
        for track in [&audio, &video] {
            let init = RtcRtpTransceiverInit {
                direction: RtcRtpTransceiverDirection::SendOnly,
                streams: vec![String::from("loopback")],
                ..RtcRtpTransceiverInit::default()
            };
            sender.add_transceiver(track, init)?;
        }

        // Events are noted when they happen. Candidates follow the descriptions one by one, each
        // peer's to the other, as they would by signalling that keeps the order.
        let (mut of_sender, mut of_receiver) = (sender.events(), receiver.events());
        let (sender_told, mut sender_tells) = mpsc::unbounded_channel();
        let (receiver_told, mut receiver_tells) = mpsc::unbounded_channel();
        let watch = timings.clone();
        let sender_watch = tokio::spawn(async move {
            while let Some(event) = of_sender.next().await {
                watch.note(&event);
                // Nobody may want it any more.
                let _ = sender_told.send(event);
            }
        });
        let receiver_watch = tokio::spawn(async move {
            while let Some(event) = of_receiver.next().await {
                let _ = receiver_told.send(event);
            }
        });

        sender.set_local_description(None).await?;
        let offer = sender.local_description().context("no offer was made")?;
        receiver.set_remote_description(offer).await?;
        receiver.set_local_description(None).await?;
        let answer = receiver.local_description().context("no answer was made")?;
        sender.set_remote_description(answer).await?;
        let sctp = sender.sctp().context("the answer has no data channels")?;
        let transport_watch = tokio::spawn(timings.clone().watch(sctp));

        let to_receiver = receiver.clone();
        let outward = tokio::spawn(async move {
            while let Some(event) = sender_tells.recv().await {
                carry(&event, &to_receiver).await;
            }
        });
        let (found, mut arrivals) = mpsc::unbounded_channel();
        let to_sender = sender.clone();
        let inward = tokio::spawn(async move {
            while let Some(event) = receiver_tells.recv().await {
                carry(&event, &to_sender).await;
                let _ = found.send(event);
            }
        });

        sender
            .wait_for_connection(RtcPeerConnectionState::Connected)
            .await?;
        receiver
            .wait_for_connection(RtcPeerConnectionState::Connected)
            .await?;
        reliable.opened().await?;
        unreliable.opened().await?;
        timings.mark("channels_open");

        let mut channels = (None, None);
        let mut tracks = (None, None);
        while channels.0.is_none()
            || channels.1.is_none()
            || tracks.0.is_none()
            || tracks.1.is_none()
        {
            match arrivals.recv().await.context("the receiving peer closed")? {
                PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. }) => {
                    match channel.label() {
                        "file" => channels.0 = Some(channel),
                        _ => channels.1 = Some(channel),
                    }
                }
                PeerConnectionEvent::Track(event) => match event.track.kind() {
                    MediaKind::Audio => tracks.0 = Some(event.track),
                    MediaKind::Video => tracks.1 = Some(event.track),
                },
                _ => {}
            }
        }
        let (Some(file), Some(messages)) = channels else {
            bail!("not all channels arrived")
        };
        let (Some(heard), Some(seen)) = tracks else {
            bail!("not all tracks arrived")
        };
        ensure!(
            messages.max_retransmits() == Some(0) && !messages.ordered(),
            "the channel for messages arrived with other parameters"
        );
        Ok(Self {
            sender,
            receiver,
            file: (reliable, file),
            messages: (unreliable, messages),
            audio: (audio, heard),
            video: (video, seen),
            timings,
            signalling: vec![
                sender_watch,
                receiver_watch,
                transport_watch,
                outward,
                inward,
            ],
        })
    }

    /// Closes both and waits until nothing of them is left.
    pub(crate) async fn close(self) {
        self.sender.close();
        self.receiver.close();
        self.sender.closed().await;
        self.receiver.closed().await;
        for task in self.signalling {
            let _ = task.await;
        }
    }
}

/// Carries a candidate to the other peer.
async fn carry(event: &PeerConnectionEvent, to: &RtcPeerConnection) {
    if let PeerConnectionEvent::IceCandidate(event) = event
        && let Some(candidate) = &event.candidate
    {
        // A peer that is closed takes no candidates.
        let _ = to.add_ice_candidate(Some(candidate.to_json())).await;
    }
}

/// Octets of one message of the file: what every peer takes.
pub(crate) const MESSAGE: usize = 64 << 10;

/// A message of octets.
pub(crate) fn binary(data: impl Into<Bytes>) -> stonechat::RtcDataChannelMessage {
    stonechat::RtcDataChannelMessage::Binary(data.into())
}
