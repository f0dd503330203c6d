//! Audio and video at their own pace: sent from the files of the examples, written to disk, read
//! back, compared frame by frame.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bytes::Bytes;
use indicatif::MultiProgress;
use sha2::{Digest as _, Sha256};
use stonechat::file::{IvfHeader, IvfReader, IvfWriter, OggOpusHead, OggOpusReader, OggOpusWriter};
use stonechat::{FrameTime, MediaFrame, MediaKind, MediaStreamTrack, OutgoingFrame};
use tokio::time::{Duration, Instant, sleep_until, timeout};

use crate::calls::Calls;

const SWEEP: &[u8] = include_bytes!("../media/sweep.ogg");
const TEST_CARD: &[u8] = include_bytes!("../media/testcard.ivf");
/// How long after the last frame the next one may take.
const SILENCE: Duration = Duration::from_secs(3);

/// A frame of a file and when it is due.
#[derive(Clone)]
struct Frame {
    at: Duration,
    data: Bytes,
}

/// What became of a track.
pub(crate) struct Outcome {
    pub(crate) kind: MediaKind,
    pub(crate) path: PathBuf,
    pub(crate) frames_sent: usize,
    pub(crate) frames_received: usize,
    /// Frames of the file on disk that are, at their place, what was sent.
    pub(crate) frames_equal: usize,
}

impl Outcome {
    pub(crate) fn is_whole(&self) -> bool {
        self.frames_sent == self.frames_received && self.frames_sent == self.frames_equal
    }
}

/// Plays both files at once and compares what arrived.
pub(crate) async fn play(
    calls: &Calls,
    out: &Path,
    bars: &MultiProgress,
) -> anyhow::Result<Vec<Outcome>> {
    let mut sweep = OggOpusReader::new(SWEEP)?;
    let head = sweep.head().clone();
    let audio = opus_frames(&mut sweep)?;
    let mut card = IvfReader::new(TEST_CARD)?;
    let header = *card.header();
    let video = vp8_frames(&mut card)?;

    let total = (audio.len() + video.len()) as u64;
    let bar = crate::bar(bars, total, "media     [{bar:40}] {pos}/{len} frames {eta}");
    let sending = [
        tokio::spawn(send(calls.audio.0.clone(), audio.clone())),
        tokio::spawn(send(calls.video.0.clone(), video.clone())),
    ];
    let count = || bar.inc(1);
    let (heard, seen) = tokio::join!(
        receive(&calls.audio.1, audio.len(), &count),
        receive(&calls.video.1, video.len(), &count)
    );
    for task in sending {
        task.await??;
    }
    bar.finish();

    let ogg = out.join("sweep.ogg");
    write_ogg(&ogg, &head, &heard)?;
    let heard_back = opus_frames(&mut OggOpusReader::new(BufReader::new(File::open(&ogg)?))?)?;
    let ivf = out.join("testcard.ivf");
    write_ivf(&ivf, &header, &seen)?;
    let seen_back = vp8_frames(&mut IvfReader::new(BufReader::new(File::open(&ivf)?))?)?;
    Ok(vec![
        compare(MediaKind::Audio, ogg, &audio, &heard_back),
        compare(MediaKind::Video, ivf, &video, &seen_back),
    ])
}

async fn send(track: MediaStreamTrack, frames: Vec<Frame>) -> anyhow::Result<()> {
    let begin = Instant::now();
    for frame in frames {
        sleep_until(begin + frame.at).await;
        let outgoing = OutgoingFrame::new(frame.data, FrameTime::Media(frame.at));
        track
            .write_frame(outgoing)
            .await
            .context("a frame was not sent")?;
    }
    Ok(())
}

async fn receive(track: &MediaStreamTrack, expected: usize, count: &impl Fn()) -> Vec<MediaFrame> {
    let mut frames = Vec::with_capacity(expected);
    while frames.len() < expected {
        let Ok(Some(frame)) = timeout(SILENCE, track.recv_frame()).await else {
            break;
        };
        frames.push(frame);
        count();
    }
    frames
}

fn opus_frames(reader: &mut OggOpusReader<impl std::io::Read>) -> anyhow::Result<Vec<Frame>> {
    let mut frames = Vec::new();
    while let Some(packet) = reader.next_packet()? {
        let at = Duration::from_nanos(packet.position * 1_000_000_000 / 48_000);
        frames.push(Frame {
            at,
            data: packet.data,
        });
    }
    Ok(frames)
}

fn vp8_frames(reader: &mut IvfReader<impl std::io::Read>) -> anyhow::Result<Vec<Frame>> {
    let header = *reader.header();
    let (rate, scale) = (u64::from(header.rate.max(1)), u64::from(header.scale));
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        let at = Duration::from_nanos(frame.timestamp * scale * 1_000_000_000 / rate);
        frames.push(Frame {
            at,
            data: frame.data,
        });
    }
    Ok(frames)
}

fn write_ogg(path: &Path, head: &OggOpusHead, frames: &[MediaFrame]) -> anyhow::Result<()> {
    let output = BufWriter::new(create(path)?);
    let mut writer = OggOpusWriter::new(output, head, 1)?;
    for frame in frames {
        writer.write_packet(&frame.data)?;
    }
    writer.finish()?;
    Ok(())
}

fn write_ivf(path: &Path, sent: &IvfHeader, frames: &[MediaFrame]) -> anyhow::Result<()> {
    let mut writer = IvfWriter::new(
        Cursor::new(Vec::new()),
        &IvfHeader::vp8(sent.width, sent.height),
    )?;
    let first = frames.first().map_or(0, |frame| frame.timestamp.0);
    for frame in frames {
        let ticks = frame.timestamp.0.wrapping_sub(first);
        writer.write_frame(u64::from(ticks), &frame.data)?;
    }
    let file = writer.finish_with_count()?.into_inner();
    std::fs::write(path, file).with_context(|| format!("cannot write {}", path.display()))
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}

/// Compares hashes, and times to the microsecond that RTP clocks may round.
fn compare(kind: MediaKind, path: PathBuf, sent: &[Frame], back: &[Frame]) -> Outcome {
    let equal = sent
        .iter()
        .zip(back)
        .filter(|(sent, back)| {
            Sha256::digest(&sent.data) == Sha256::digest(&back.data)
                && sent.at.abs_diff(back.at) < Duration::from_millis(1)
        })
        .count();
    Outcome {
        kind,
        path,
        frames_sent: sent.len(),
        frames_received: back.len(),
        frames_equal: equal,
    }
}
