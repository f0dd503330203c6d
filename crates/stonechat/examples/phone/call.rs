//! One call: its peer connection, the recording that is played into it, and what is heard.

use stonechat::file::OggOpusReader;
use stonechat::prelude::*;
use stonechat::{Api, Events, FrameTime, OutgoingFrame, RtcPeerConnectionState};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Duration, Instant, sleep_until};

use crate::telephone::Report;

const SWEEP: &[u8] = include_bytes!("../media/sweep.ogg");
/// After so many frames, one second, it is clear that there is a voice.
const ENOUGH: usize = 50;

/// A call with one other end.
pub(crate) struct Call {
    /// The other end.
    pub(crate) with: String,
    /// Its id in the messages.
    pub(crate) connection: String,
    pub(crate) pc: RtcPeerConnection,
    pub(crate) events: Events<PeerConnectionEvent>,
    /// PeerJS hangs up by closing this channel.
    pub(crate) line: Option<RtcDataChannel>,
    /// Candidates that came before their description.
    waiting: Vec<RtcIceCandidateInit>,
}

impl Call {
    pub(crate) fn new(with: &str, connection: &str) -> Result<Self, RtcError> {
        // The page may be on this machine.
        let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
        let pc = api.peer_connection(RtcConfiguration::default())?;
        Ok(Self {
            with: with.to_owned(),
            connection: connection.to_owned(),
            events: pc.events(),
            pc,
            line: None,
            waiting: Vec::new(),
        })
    }

    /// Offers a call.
    pub(crate) async fn offer(&mut self) -> Result<Option<RtcSessionDescription>, RtcError> {
        let line = self.connection.clone();
        self.line = Some(
            self.pc
                .create_data_channel(line, RtcDataChannelInit::default())?,
        );
        self.play()?;
        self.pc.set_local_description(None).await?;
        Ok(self.pc.local_description())
    }

    /// Answers an offer.
    pub(crate) async fn answer(
        &mut self,
        offer: RtcSessionDescription,
    ) -> Result<Option<RtcSessionDescription>, RtcError> {
        self.describe(offer).await?;
        self.play()?;
        self.pc.set_local_description(None).await?;
        Ok(self.pc.local_description())
    }

    /// Takes the other end's description.
    pub(crate) async fn describe(&mut self, of: RtcSessionDescription) -> Result<(), RtcError> {
        self.pc.set_remote_description(of).await?;
        for candidate in std::mem::take(&mut self.waiting) {
            self.add_candidate(candidate).await;
        }
        Ok(())
    }

    pub(crate) async fn add_candidate(&mut self, candidate: RtcIceCandidateInit) {
        if self.pc.remote_description().is_none() {
            self.waiting.push(candidate);
        } else {
            // One that cannot be used leaves the others.
            let _ = self.pc.add_ice_candidate(Some(candidate)).await;
        }
    }

    /// Plays the recording, over and over, from when the call is connected.
    fn play(&self) -> Result<(), RtcError> {
        let track = MediaStreamTrack::new(MediaKind::Audio);
        self.pc.add_track(&track, &["telephone"])?;
        let pc = self.pc.clone();
        tokio::spawn(async move {
            let connected = pc
                .wait_for_connection(RtcPeerConnectionState::Connected)
                .await;
            drop(pc);
            if connected.is_ok() {
                play(track).await;
            }
        });
        Ok(())
    }
}

/// Until the call ends.
async fn play(track: MediaStreamTrack) {
    let begin = Instant::now();
    let mut at = Duration::ZERO;
    while let Ok(mut reader) = OggOpusReader::new(SWEEP) {
        while let Ok(Some(packet)) = reader.next_packet() {
            sleep_until(begin + at).await;
            let frame = OutgoingFrame::new(packet.data, FrameTime::Media(at));
            if track.write_frame(frame).await.is_err() {
                return;
            }
            at += Duration::from_millis(20);
        }
    }
}

/// Listens to a track, and says so once there is something to hear.
pub(crate) async fn listen(track: MediaStreamTrack, reports: UnboundedSender<Report>) {
    let mut frames = 0;
    while track.recv_frame().await.is_some() {
        frames += 1;
        if frames == ENOUGH && track.kind() == MediaKind::Audio {
            let _ = reports.send(Report::Heard(frames));
        }
    }
}
