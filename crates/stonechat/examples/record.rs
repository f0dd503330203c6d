//! Records what comes in: the audio of a call into an Ogg file, frame by frame, without decoding.
//!
//! ```text
//! cargo run --example record [-- FILE.ogg]
//! ```
//!
//! The other end of the call is in the same program and plays a recording.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::Context as _;
use stonechat::file::{OggOpusReader, OggOpusWriter};
use stonechat::prelude::*;
use stonechat::{Api, FrameTime, OutgoingFrame, RtcPeerConnectionState};
use tokio::time::{Duration, sleep, timeout};

const SWEEP: &[u8] = include_bytes!("media/sweep.ogg");
/// Packets that are played: 20 ms each.
const PACKETS: usize = 100;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let out = std::env::args_os().nth(1).map(PathBuf::from);
    let out = out.unwrap_or_else(|| std::env::temp_dir().join("recorded.ogg"));
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let mut events = local.events();

    let voice = MediaStreamTrack::new(MediaKind::Audio);
    remote.add_transceiver(&voice, RtcRtpTransceiverInit::default())?;
    signal(&remote, &local).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    remote
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;
    let playing = tokio::spawn(play(voice));

    let track = loop {
        match events.next().await.context("the call ended")? {
            PeerConnectionEvent::Track(event) => break event.track,
            _ => continue,
        }
    };
    // The head of the file: as the one that is played here. A call has stereo Opus at 48 kHz.
    let head = OggOpusReader::new(SWEEP)?.head().clone();
    let mut writer = OggOpusWriter::new(BufWriter::new(File::create(&out)?), &head, 1)?;
    let mut frames = 0;
    while let Ok(Some(frame)) = timeout(Duration::from_secs(1), track.recv_frame()).await {
        writer.write_packet(&frame.data)?;
        frames += 1;
    }
    writer.finish()?;
    playing.await??;
    println!("{frames} frames in {}", out.display());
    anyhow::ensure!(frames > 0, "nothing was recorded");
    local.close();
    remote.close();
    Ok(())
}

async fn play(track: MediaStreamTrack) -> anyhow::Result<()> {
    let mut reader = OggOpusReader::new(SWEEP)?;
    let mut at = Duration::ZERO;
    for _ in 0..PACKETS {
        let Some(packet) = reader.next_packet()? else {
            break;
        };
        track
            .write_frame(OutgoingFrame::new(packet.data, FrameTime::Media(at)))
            .await?;
        at += Duration::from_millis(20);
        sleep(Duration::from_millis(20)).await;
    }
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
