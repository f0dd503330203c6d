//! The life of a session: every event of both sides, from the first to the last.
//!
//! ```text
//! cargo run --example session_lifetime
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, Events, RtcPeerConnectionState};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let watching = [
        tokio::spawn(show("local ", local.events())),
        tokio::spawn(show("remote", remote.events())),
    ];

    let channel = local.create_data_channel("chat", RtcDataChannelInit::default())?;
    signal(&local, &remote).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    channel.opened().await?;

    println!("-- something new: a track, so a second exchange");
    local.add_transceiver(MediaKind::Audio, RtcRtpTransceiverInit::default())?;
    signal(&local, &remote).await?;

    println!("-- the end");
    local.close();
    remote.close();
    local.closed().await;
    remote.closed().await;
    // Nothing more can happen, so the events end.
    for task in watching {
        task.await?;
    }
    assert!(channel.send_text("too late").is_err());
    Ok(())
}

async fn show(side: &str, mut events: Events<PeerConnectionEvent>) {
    // A channel closes when nobody holds it any more.
    let mut channels = Vec::new();
    while let Some(event) = events.next().await {
        if let PeerConnectionEvent::DataChannel(event) = &event {
            channels.push(event.channel.clone());
        }
        let text = format!("{event:?}");
        println!(
            "{side} {}",
            text.split([' ', '{']).next().unwrap_or_default()
        );
    }
    println!("{side} no more events");
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
