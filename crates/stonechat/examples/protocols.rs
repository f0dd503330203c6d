//! Connects two peers and prints what each layer negotiated.
//!
//! ```text
//! cargo run --example protocols
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, RtcPeerConnectionState};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let channel = local.create_data_channel("chat", RtcDataChannelInit::default())?;
    signal(&local, &remote).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    channel.opened().await?;

    println!("the offer, as far as the transports go:");
    let offer = local.local_description().context("no offer")?;
    let telling = [
        "m=",
        "a=ice-ufrag",
        "a=fingerprint",
        "a=setup",
        "a=sctp-port",
        "a=max-message",
    ];
    for line in offer
        .sdp
        .lines()
        .filter(|line| telling.iter().any(|start| line.starts_with(start)))
    {
        println!("  {line}");
    }

    let sctp = local.sctp().context("no data was negotiated")?;
    let dtls = sctp.transport().context("no transport")?;
    let ice = dtls.ice_transport();
    println!("ICE  {}, we are {}", ice.state(), ice.role());
    if let Some(pair) = ice.get_selected_candidate_pair() {
        println!(
            "     {}\n     {}",
            pair.local.candidate(),
            pair.remote.candidate()
        );
    }
    println!(
        "DTLS {}, the peer showed {} certificate(s)",
        dtls.state(),
        dtls.get_remote_certificates().len()
    );
    println!(
        "SCTP {}, messages up to {:?} octets",
        sctp.state(),
        sctp.max_message_size()
    );

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
