//! What is sent and how: codecs, tracks, tones, encodings, transforms, priorities.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use stonechat::{
    MediaKind, RtcDataChannelInit, RtcEncodedFrame, RtcPriorityType, RtcRtpReceiverTransform,
    RtcRtpScriptTransform, RtcRtpScriptTransformer, RtcRtpSenderTransform, RtcRtpTransceiver,
    RtcSignalingState, RtcTransformWorker, TransformWorkerEvent,
};

use crate::peer::{PATIENCE, Peer, within};

/// The keys that both sides play.
const TONES: &str = "159#";

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

/// Tones go both ways.
pub(super) async fn dtmf(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Audio)?;
        peer.negotiate().await?;
        peer.play(media);
    }
    peer.flowing(MediaKind::Audio).await?;
    let transceivers = peer.connection.get_transceivers();
    let transceiver = transceivers.first().context("no transceiver")?;
    let sender = transceiver.sender().dtmf().context("no RTCDTMFSender")?;
    peer.together("listening").await?;
    ensure!(sender.can_insert_dtmf(), "no tones can be sent");
    sender.insert_dtmf(TONES, 300, 200)?;
    let mut heard = String::new();
    while heard.len() < TONES.len() {
        let tone = within(PATIENCE, "a tone", transceiver.receiver().recv_tone())
            .await?
            .with_context(|| format!("heard only {heard}"))?;
        heard.extend(tone.key());
    }
    ensure!(heard == TONES, "heard {heard}");
    peer.finish().await?;
    Ok(format!("received {heard}"))
}

/// Each side changes all octets but the first ten of what it sends, and changes back what it
/// receives.
pub(super) async fn encoded_transform(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = peer.add_media(MediaKind::Video)?;
        for transceiver in peer.connection.get_transceivers() {
            transform(peer, &transceiver)?;
        }
        peer.negotiate().await?;
        peer.play(media);
    }
    let video = peer.flowing(MediaKind::Video).await?;
    peer.finish().await?;
    Ok(format!("{video}, changed and changed back"))
}

/// Puts the transforms of the case on both ways of a transceiver.
pub(crate) fn transform(peer: &Arc<Peer>, transceiver: &RtcRtpTransceiver) -> Result<()> {
    let worker = RtcTransformWorker::new();
    let mut events = worker.events();
    let made = |worker| RtcRtpScriptTransform::new(worker, ());
    let sender = RtcRtpSenderTransform::Script(made(&worker));
    transceiver.sender().set_transform(Some(sender))?;
    let receiver = RtcRtpReceiverTransform::Script(made(&worker));
    transceiver.receiver().set_transform(Some(receiver))?;
    let tasks = Arc::clone(peer);
    peer.spawn(async move {
        while let Some(TransformWorkerEvent::RtcTransform(event)) = events.next().await {
            tasks.spawn(change(event.transformer));
        }
    });
    Ok(())
}

async fn change(transformer: RtcRtpScriptTransformer) {
    let (mut readable, writable) = (transformer.readable(), transformer.writable());
    while let Some(mut frame) = readable.read().await {
        if let RtcEncodedFrame::Video(frame) = &mut frame {
            let mut octets = frame.data().to_vec();
            octets.iter_mut().skip(10).for_each(|octet| *octet ^= 0x5a);
            frame.set_data(octets);
        }
        writable.write(frame);
    }
}

/// The peer sends three encodings of one track.
pub(super) async fn simulcast(peer: &Arc<Peer>) -> Result<String> {
    let rids = ["q", "h", "f"];
    let arrived = peer.until("frames of each encoding", |facts| {
        rids.iter()
            .all(|rid| {
                facts
                    .encodings
                    .get(*rid)
                    .is_some_and(|frames| *frames >= 10)
            })
            .then(|| facts.encodings.clone())
    });
    let encodings = arrived.await.with_context(|| peer.encodings())?;
    peer.finish().await?;
    Ok(format!("frames by encoding: {encodings:?}"))
}

/// A channel's priority arrives at the other side.
pub(super) async fn priority(peer: &Arc<Peer>) -> Result<String> {
    let priorities = [
        ("high", RtcPriorityType::High),
        ("low", RtcPriorityType::VeryLow),
    ];
    if peer.is_offerer() {
        for (label, priority) in priorities {
            peer.open_with(
                label,
                RtcDataChannelInit {
                    priority,
                    ..RtcDataChannelInit::default()
                },
            )?;
        }
        peer.negotiate().await?;
    }
    for (label, priority) in priorities {
        let channel = peer.channel(label).await?;
        let told = channel.priority();
        ensure!(told == priority, "the priority of {label} is {told}");
    }
    peer.finish().await?;
    Ok("priorities are high and very-low".to_owned())
}
