//! Candidates and states of two peers, and a restart of ICE under an open channel.
//!
//! ```text
//! cargo run --example connectivity
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, Events, RtcDataChannelEvent, RtcPeerConnectionState};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    tokio::spawn(show("local ", local.events()));
    tokio::spawn(echo(remote.events()));

    let channel = local.create_data_channel("chat", RtcDataChannelInit::default())?;
    signal(&local, &remote).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    channel.opened().await?;
    exchange(&channel, "before").await?;

    println!("-- restart: new credentials and candidates, the same channel");
    local.restart_ice();
    signal(&local, &remote).await?;
    exchange(&channel, "after").await?;

    local.close();
    remote.close();
    local.closed().await;
    Ok(())
}

/// Sends a word and waits for it to come back.
async fn exchange(channel: &RtcDataChannel, word: &str) -> anyhow::Result<()> {
    channel.send_text(word)?;
    let message = channel.recv().await.context("the channel closed")?;
    println!("echo: {message:?}");
    Ok(())
}

async fn show(side: &str, mut events: Events<PeerConnectionEvent>) {
    while let Some(event) = events.next().await {
        match event {
            PeerConnectionEvent::IceCandidate(event) => match event.candidate {
                Some(candidate) => println!("{side} candidate {}", candidate.candidate()),
                None => println!("{side} has no more candidates"),
            },
            PeerConnectionEvent::IceConnectionStateChange(state) => println!("{side} ICE {state}"),
            PeerConnectionEvent::ConnectionStateChange(state) => println!("{side} {state}"),
            _ => {}
        }
    }
}

/// Sends every message back.
async fn echo(mut events: Events<PeerConnectionEvent>) {
    while let Some(event) = events.next().await {
        if let PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. }) = event {
            while let Some(message) = channel.recv().await {
                let _ = channel.send_when_ready(message).await;
            }
        }
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
