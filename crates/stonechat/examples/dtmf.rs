//! Presses the keys of a telephone: one peer plays tones, the other one reads which keys they are.
//!
//! ```text
//! cargo run --example dtmf [-- KEYS]
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, DtmfEvent, RtcPeerConnectionState};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let keys = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "1596#".to_owned());
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let mut of_remote = remote.events();

    let voice = MediaStreamTrack::new(MediaKind::Audio);
    let transceiver = local.add_transceiver(&voice, RtcRtpTransceiverInit::default())?;
    signal(&local, &remote).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    let receiver = loop {
        match of_remote.next().await.context("the call ended")? {
            PeerConnectionEvent::Track(event) => break event.receiver,
            _ => continue,
        }
    };

    let dtmf = transceiver
        .sender()
        .dtmf()
        .context("only audio has tones")?;
    let mut events = dtmf.events();
    // 100 ms each, with 70 ms in between.
    dtmf.insert_dtmf(&keys, 100, 70)?;
    let playing = async {
        while let Some(DtmfEvent::ToneChange(event)) = events.next().await {
            if event.tone.is_empty() {
                break;
            }
            println!("plays {}, then {:?}", event.tone, dtmf.tone_buffer());
        }
    };
    let hearing = async {
        let mut heard = String::new();
        while heard.len() < keys.len() {
            let Some(tone) = receiver.recv_tone().await else {
                break;
            };
            heard.extend(tone.key());
        }
        heard
    };
    let ((), heard) = tokio::join!(playing, hearing);
    println!("heard {heard}");
    anyhow::ensure!(heard == keys, "other keys were heard than played");
    local.close();
    remote.close();
    Ok(())
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
