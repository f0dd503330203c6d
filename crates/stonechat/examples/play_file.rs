//! Plays a stored file into a call: Ogg with Opus, IVF with VP8, at the pace of the recording.
//!
//! ```text
//! cargo run --example play_file [-- FILE..]
//! ```
//!
//! The other end of the call is in the same program and counts what arrives; put your own
//! signalling in the place of `signal`.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use stonechat::file::{IvfReader, OggOpusReader};
use stonechat::prelude::*;
use stonechat::{Api, FrameTime, OutgoingFrame, RtcPeerConnectionState};
use tokio::time::{Duration, Instant, sleep_until, timeout};

/// How much is played of each file.
const PLAYED: Duration = Duration::from_secs(3);

/// A frame and when it is due.
struct Frame {
    at: Duration,
    data: Bytes,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/media");
    let mut files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        files = vec![media.join("sweep.ogg"), media.join("testcard.ivf")];
    }
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let local = api.peer_connection(RtcConfiguration::default())?;
    let remote = api.peer_connection(RtcConfiguration::default())?;
    let mut events = remote.events();

    let mut playing = Vec::new();
    for file in &files {
        let (kind, frames) = read(file).with_context(|| file.display().to_string())?;
        let track = MediaStreamTrack::new(kind);
        local.add_transceiver(&track, RtcRtpTransceiverInit::default())?;
        playing.push((track, frames));
    }
    signal(&local, &remote).await?;
    local
        .wait_for_connection(RtcPeerConnectionState::Connected)
        .await?;

    let mut arriving = Vec::new();
    while arriving.len() < files.len() {
        match events.next().await.context("the call ended")? {
            PeerConnectionEvent::Track(event) => arriving.push(tokio::spawn(count(event.track))),
            _ => continue,
        }
    }
    let tasks: Vec<_> = playing
        .into_iter()
        .map(|of| tokio::spawn(play(of.0, of.1)))
        .collect();
    for task in tasks {
        task.await??;
    }
    for task in arriving {
        let (kind, frames) = task.await?;
        println!("{kind:?}: {frames} frames arrived");
        anyhow::ensure!(frames > 0, "nothing arrived");
    }
    local.close();
    remote.close();
    Ok(())
}

/// The frames of a file, by its ending.
fn read(file: &Path) -> anyhow::Result<(MediaKind, Vec<Frame>)> {
    let input = BufReader::new(File::open(file)?);
    let mut frames = Vec::new();
    if file.extension().is_some_and(|of| of == "ivf") {
        let mut reader = IvfReader::new(input)?;
        let header = *reader.header();
        let (rate, scale) = (u64::from(header.rate.max(1)), u64::from(header.scale));
        while let Some(frame) = reader.next_frame()? {
            let at = Duration::from_nanos(frame.timestamp * scale * 1_000_000_000 / rate);
            frames.push(Frame {
                at,
                data: frame.data,
            });
        }
        return Ok((MediaKind::Video, frames));
    }
    let mut reader = OggOpusReader::new(input)?;
    while let Some(packet) = reader.next_packet()? {
        let at = Duration::from_nanos(packet.position * 1_000_000_000 / 48_000);
        frames.push(Frame {
            at,
            data: packet.data,
        });
    }
    Ok((MediaKind::Audio, frames))
}

/// Writes each frame when it is due.
async fn play(track: MediaStreamTrack, frames: Vec<Frame>) -> anyhow::Result<()> {
    let begin = Instant::now();
    for frame in frames.into_iter().take_while(|frame| frame.at < PLAYED) {
        sleep_until(begin + frame.at).await;
        track
            .write_frame(OutgoingFrame::new(frame.data, FrameTime::Media(frame.at)))
            .await?;
    }
    Ok(())
}

/// Counts frames until none comes for a while.
async fn count(track: MediaStreamTrack) -> (MediaKind, usize) {
    let mut frames = 0;
    while let Ok(Some(_)) = timeout(Duration::from_secs(1), track.recv_frame()).await {
        frames += 1;
    }
    (track.kind(), frames)
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
