//! What two peers agree on, and in which order they prefer it.
//!
//! ```text
//! cargo run --example codecs
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::Api;
use stonechat::prelude::*;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    for kind in [MediaKind::Audio, MediaKind::Video] {
        local.add_transceiver(kind, RtcRtpTransceiverInit::default())?;
    }
    signal(&local, &remote).await?;

    for (name, description) in [
        ("offered", local.local_description()),
        ("answered", local.remote_description()),
    ] {
        let description = description.with_context(|| format!("nothing was {name}"))?;
        println!("{name}:");
        for line in description.sdp.lines() {
            if let Some(media) = line.strip_prefix("m=") {
                println!("  {}", media.split(' ').next().unwrap_or_default());
            }
            if let Some(codec) = line.strip_prefix("a=rtpmap:") {
                println!("    {codec}");
            }
            if let Some(parameters) = line.strip_prefix("a=fmtp:") {
                println!("      {parameters}");
            }
        }
    }
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
