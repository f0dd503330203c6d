//! A file and a stream of unreliable positions side by side.
//!
//! ```text
//! cargo run --example using_data_channels
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use stonechat::prelude::*;
use stonechat::{Api, Events, RtcDataChannelEvent};

const CHUNK: usize = 64 << 10;
const CHUNKS: u8 = 64;
const POSITIONS: usize = 1000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let received = tokio::spawn(receive(remote.events()));

    let file = local.create_data_channel("file", RtcDataChannelInit::default())?;
    let lossy = RtcDataChannelInit {
        ordered: false,
        max_retransmits: Some(0),
        ..RtcDataChannelInit::default()
    };
    let positions = local.create_data_channel("positions", lossy)?;
    signal(&local, &remote).await?;
    file.opened().await?;
    positions.opened().await?;

    let mut hash = Sha256::new();
    for chunk in 0..CHUNKS {
        let chunk = Bytes::from(vec![chunk; CHUNK]);
        hash.update(&chunk);
        // Waits while the buffer is full: the peer sets the pace.
        file.send_when_ready(RtcDataChannelMessage::Binary(chunk))
            .await?;
        for _ in 0..POSITIONS / usize::from(CHUNKS) {
            positions.send_text("12.5 7.25")?;
        }
    }
    // What was sent is delivered before the channels close.
    file.close();
    positions.close();

    let (octets, of_received, count) = received.await??;
    println!(
        "file: {octets} octets, whole: {}",
        of_received == hash.finalize().as_slice()
    );
    println!("positions: {count} arrived");
    anyhow::ensure!(
        octets == CHUNK * usize::from(CHUNKS),
        "the file is not whole"
    );
    local.close();
    remote.close();
    Ok(())
}

/// Takes both channels to their ends: octets and hash of the file, how many positions came.
async fn receive(
    mut events: Events<PeerConnectionEvent>,
) -> anyhow::Result<(usize, Vec<u8>, usize)> {
    let (mut octets, mut hash, mut count) = (0, Sha256::new(), 0);
    let mut channels = Vec::new();
    while channels.len() < 2 {
        match events.next().await.context("the peer left")? {
            PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. }) => {
                channels.push(channel);
            }
            _ => continue,
        }
    }
    channels.sort_by(|one, other| one.label().cmp(other.label()));
    let [file, positions] = channels.as_slice() else {
        anyhow::bail!("there are two channels");
    };
    let counting = async {
        while positions.recv().await.is_some() {
            count += 1;
        }
    };
    let reading = async {
        while let Some(message) = file.recv().await {
            octets += message.as_bytes().len();
            hash.update(message.as_bytes());
        }
    };
    tokio::join!(counting, reading);
    Ok((octets, hash.finalize().to_vec(), count))
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
