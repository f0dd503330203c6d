//! Two peers in one program, with a channel between them: the smallest whole example.
//!
//! ```text
//! cargo run --example simple_datachannel
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, RtcDataChannelEvent};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In one program the loopback interface is enough.
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let mut events = remote.events();

    let sender = local.create_data_channel("messages", RtcDataChannelInit::default())?;
    signal(&local, &remote).await?;

    let receiver = loop {
        match events.next().await {
            Some(PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. })) => {
                break channel;
            }
            Some(_) => {}
            None => anyhow::bail!("the connection ended before the channel came"),
        }
    };

    sender.opened().await?;
    sender.send_text("hello")?;
    println!("remote got {:?}", receiver.recv().await);
    receiver.send_text("hello yourself")?;
    println!("local got  {:?}", sender.recv().await);

    local.close();
    remote.close();
    Ok(())
}

/// What signalling does between two machines: an offer one way, an answer the other.
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
