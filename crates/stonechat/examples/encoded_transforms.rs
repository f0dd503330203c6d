//! Frames changed on their way: one peer masks every frame that it sends, the other one takes the
//! mask off. Whoever is in between sees only masked frames, also a server that decrypts SRTP.
//!
//! ```text
//! cargo run --example encoded_transforms
//! ```
//!
//! The mask is no encryption; for that there is SFrame, see the guide.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use bytes::Bytes;
use stonechat::prelude::*;
use stonechat::{
    Api, FrameTime, OutgoingFrame, RtcPeerConnectionState, RtcRtpReceiverTransform,
    RtcRtpScriptTransform, RtcRtpSenderTransform, RtcTransformWorker, TransformWorkerEvent,
};
use tokio::time::{Duration, sleep, timeout};

const FRAMES: u8 = 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let mut of_remote = remote.events();

    // The worker: any task that listens.
    let worker = RtcTransformWorker::new();
    tokio::spawn(work(worker.clone()));

    let voice = MediaStreamTrack::new(MediaKind::Audio);
    let transceiver = local.add_transceiver(&voice, RtcRtpTransceiverInit::default())?;
    let masking = RtcRtpScriptTransform::new(&worker, 0x55_u8);
    transceiver
        .sender()
        .set_transform(Some(RtcRtpSenderTransform::Script(masking)))?;
    signal(&local, &remote).await?;

    let receiver = loop {
        match of_remote.next().await.context("the call ended")? {
            PeerConnectionEvent::Track(event) => break event.receiver,
            _ => continue,
        }
    };
    let unmasking = RtcRtpScriptTransform::new(&worker, 0x55_u8);
    receiver.set_transform(Some(RtcRtpReceiverTransform::Script(unmasking)))?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    remote
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;

    let sending = tokio::spawn(async move {
        for number in 0..FRAMES {
            let at = Duration::from_millis(20) * u32::from(number);
            let frame = OutgoingFrame::new(Bytes::from(vec![number; 40]), FrameTime::Media(at));
            voice.write_frame(frame).await?;
            sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    });
    let mut whole = 0;
    while let Ok(Some(frame)) = timeout(Duration::from_secs(1), receiver.track().recv_frame()).await
    {
        whole += u8::from(frame.data.iter().all(|octet| *octet < FRAMES));
    }
    sending.await??;
    println!("{whole} of {FRAMES} frames came back out of the mask");
    anyhow::ensure!(whole > 0, "nothing arrived");
    local.close();
    remote.close();
    Ok(())
}

/// Serves every transform that is handed to the worker.
async fn work(worker: RtcTransformWorker) {
    let mut events = worker.events();
    drop(worker);
    while let Some(TransformWorkerEvent::RtcTransform(event)) = events.next().await {
        let transformer = event.transformer;
        let mask = transformer.options::<u8>().map_or(0, |mask| *mask);
        tokio::spawn(async move {
            let (mut readable, writable) = (transformer.readable(), transformer.writable());
            while let Some(mut frame) = readable.read().await {
                let masked: Vec<u8> = frame.data().iter().map(|octet| octet ^ mask).collect();
                frame.set_data(masked);
                writable.write(frame);
            }
        });
    }
}

/// An offer one way, an answer the other, with all candidates in them.
async fn signal(local: &RtcPeerConnection, remote: &RtcPeerConnection) -> anyhow::Result<()> {
    local.set_local_description(None).await?;
    local.gathering_complete().await;
    let offer = local.local_description().context("no offer")?;
    remote.set_remote_description(offer).await?;
    remote.set_local_description(None).await?;
    remote.gathering_complete().await;
    let answer = remote.local_description().context("no answer")?;
    local.set_remote_description(answer).await?;
    Ok(())
}
