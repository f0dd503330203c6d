//! Audio and video, and video that comes and goes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use stonechat::MediaKind;

use crate::peer::Peer;

pub(super) async fn one(peer: &Arc<Peer>, kind: MediaKind) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(kind)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    let connected = peer.connected().await?;
    let flow = peer.flowing(kind).await?;
    peer.finish().await?;
    Ok(format!("connected in {} ms, {flow}", connected.as_millis()))
}

pub(super) async fn renegotiate(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Audio)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    peer.connected().await?;
    peer.flowing(MediaKind::Audio).await?;
    peer.together("audio").await?;

    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Video)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    let video = peer.flowing(MediaKind::Video).await?;
    peer.together("video").await?;

    if peer.is_offerer() {
        let transceivers = peer.connection.get_transceivers();
        for transceiver in transceivers
            .iter()
            .filter(|other| other.kind() == MediaKind::Video)
        {
            transceiver.stop()?;
        }
        peer.negotiate().await?;
    }
    peer.together("removed").await?;
    let audio = peer.flowing(MediaKind::Audio).await?;
    removed(peer).await?;
    peer.finish().await?;
    Ok(format!("{audio}, then {video}, then none"))
}

/// The video section is rejected, and no more video arrives.
async fn removed(peer: &Arc<Peer>) -> Result<()> {
    let remote = peer
        .connection
        .current_remote_description()
        .context("no remote description")?;
    let section = remote
        .sdp
        .lines()
        .find(|line| line.starts_with("m=video"))
        .context("no section")?;
    ensure!(
        section.starts_with("m=video 0 "),
        "the removed video has {section}"
    );
    let before = peer.received(MediaKind::Video);
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(
        peer.received(MediaKind::Video) == before,
        "video still arrives"
    );
    Ok(())
}
