//! What is sent and how: codecs, tracks, tones, encodings, transforms, priorities.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use stonechat::{MediaKind, RtcSignalingState};

use crate::peer::Peer;

/// Both sides prefer PCMU, which none of them would take by itself.
pub(super) async fn codec_preferences(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Audio)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    let flow = peer.flowing(MediaKind::Audio).await?;
    peer.finish().await?;
    Ok(format!("{flow}, PCMU"))
}

/// The sender's track is replaced while it sends, by another one and by none.
pub(super) async fn replace_track(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Video)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    peer.flowing(MediaKind::Video).await?;
    peer.together("first").await?;
    let transceivers = peer.connection.get_transceivers();
    let transceiver = transceivers.first().context("no transceiver")?;
    peer.replace(transceiver).await?;
    let second = peer.flowing(MediaKind::Video).await?;
    peer.together("second").await?;
    transceiver.sender().replace_track(None).await?;
    peer.together("none").await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let still = peer.received(MediaKind::Video);
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(
        peer.received(MediaKind::Video) == still,
        "video still arrives"
    );
    ensure!(
        peer.connection.signaling_state() == RtcSignalingState::Stable,
        "it was negotiated"
    );
    peer.finish().await?;
    Ok(format!("{second} of the second track, then none"))
}
