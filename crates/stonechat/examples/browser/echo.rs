//! Received tracks go back as they came: encoded frames, never decoded.

use stonechat::{
    FrameTime, MediaKind, MediaStreamTrack, OutgoingFrame, RtcPeerConnection, RtcRtpTransceiver,
    RtcRtpTransceiverDirection,
};

/// Gives each transceiver of an offer that sends nothing yet a track that sends what it receives.
pub(crate) async fn answer_tracks(pc: &RtcPeerConnection) -> anyhow::Result<()> {
    for transceiver in pc.get_transceivers() {
        if transceiver.stopped() || transceiver.sender().track().is_some() {
            continue;
        }
        let track = MediaStreamTrack::new(transceiver.kind());
        transceiver.sender().replace_track(Some(&track)).await?;
        transceiver.sender().set_streams(&["echo"])?;
        transceiver.set_direction(RtcRtpTransceiverDirection::SendRecv)?;
        tokio::spawn(echo(transceiver, track));
    }
    Ok(())
}

/// Runs until the received track ends.
async fn echo(transceiver: RtcRtpTransceiver, track: MediaStreamTrack) {
    let receiver = transceiver.receiver();
    let frames = async {
        while let Some(frame) = receiver.track().recv_frame().await {
            if transceiver.kind() == MediaKind::Video && !frame.contiguous && !frame.keyframe {
                // What refers to a lost frame is of no use to the browser's decoder either.
                let _ = receiver.request_key_frame();
                continue;
            }
            let mut back = OutgoingFrame::new(frame.data, FrameTime::Rtp(frame.timestamp));
            back.payload_type = Some(frame.payload_type);
            back.audio_level = frame.audio_level;
            // A frame that cannot be sent now is one that the browser does not see.
            let _ = track.write_frame(back).await;
        }
    };
    // The browser's decoder asks us, and we ask the browser's encoder.
    let requests = async {
        loop {
            transceiver.sender().key_frame_requested().await;
            if receiver.request_key_frame().is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = frames => {}
        () = requests => {}
    }
}
