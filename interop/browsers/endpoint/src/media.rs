//! Media files in and out: what is sent in a loop, and what is received.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use stonechat::file::{
    AnnexBReader, AnnexBWriter, IvfHeader, IvfReader, IvfWriter, OggOpusHead, OggOpusReader,
    OggOpusWriter,
};
use stonechat::{
    FrameCodec, FrameTime, MediaFrame, MediaStreamTrack, OutgoingFrame, RtcRtpSender,
    WriteFrameError,
};
use stonechat_rtp::PayloadType;
use tokio::time::Instant;

/// Pictures a second in the H.264 file, which does not tell.
const H264_RATE: u32 = 25;

/// What there is to send.
#[derive(Debug, Default)]
pub(crate) struct Library {
    audio: Option<Clip>,
    vp8: Option<Clip>,
    h264: Option<Clip>,
    av1: Option<Clip>,
}

/// The files that it is read from.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) audio: Option<PathBuf>,
    pub(crate) vp8: Option<PathBuf>,
    pub(crate) h264: Option<PathBuf>,
    pub(crate) av1: Option<PathBuf>,
}

/// Frames with the time at which each ends; the first one is a key frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clip {
    frames: Vec<(Bytes, Duration)>,
}

impl Library {
    pub(crate) fn load(files: &Files) -> Result<Self> {
        let read = |file: &Option<PathBuf>, clip: fn(&Path) -> Result<Clip>, name: &'static str| {
            let clip = file.as_deref().map(clip).transpose();
            clip.with_context(|| format!("the {name} file"))
        };
        Ok(Self {
            audio: read(&files.audio, Clip::ogg, "audio")?,
            vp8: read(&files.vp8, Clip::ivf, "VP8")?,
            h264: read(&files.h264, Clip::annex_b, "H.264")?,
            av1: read(&files.av1, Clip::ivf, "AV1")?,
        })
    }

    /// The clip of a codec, by its name in SDP.
    pub(crate) fn clip(&self, codec: &str) -> Result<Clip> {
        let clip = match codec.to_ascii_lowercase().as_str() {
            "opus" => &self.audio,
            "pcmu" => return Ok(Clip::square()),
            "vp8" => &self.vp8,
            "h264" => &self.h264,
            "av1" => &self.av1,
            _ => bail!("there is no clip of {codec}"),
        };
        clip.clone()
            .with_context(|| format!("no file of {codec} was given"))
    }
}

impl Clip {
    fn ogg(path: &Path) -> Result<Self> {
        let mut reader = OggOpusReader::new(File::open(path)?)?;
        let mut clip = Self::default();
        let mut before: Option<(Bytes, u64)> = None;
        while let Some(packet) = reader.next_packet()? {
            if let Some((data, position)) = before.replace((packet.data, packet.position)) {
                clip.push(
                    data,
                    Duration::from_micros((packet.position - position) * 1000 / 48),
                );
            }
        }
        Ok(clip)
    }

    fn ivf(path: &Path) -> Result<Self> {
        let mut reader = IvfReader::new(File::open(path)?)?;
        let header = *reader.header();
        if header.rate == 0 {
            bail!("the file has no frame rate");
        }
        let mut clip = Self::default();
        let mut before: Option<(Bytes, u64)> = None;
        while let Some(frame) = reader.next_frame()? {
            if let Some((data, time)) = before.replace((frame.data, frame.timestamp)) {
                let ticks = (frame.timestamp - time) * u64::from(header.scale);
                clip.push(
                    data,
                    Duration::from_micros(ticks * 1_000_000 / u64::from(header.rate)),
                );
            }
        }
        Ok(clip)
    }

    fn annex_b(path: &Path) -> Result<Self> {
        let mut reader = AnnexBReader::new(File::open(path)?);
        let mut clip = Self::default();
        while let Some(unit) = reader.next_access_unit()? {
            clip.push(unit, Duration::from_secs(1) / H264_RATE);
        }
        Ok(clip)
    }

    /// A tone of 500 Hz in PCMU, 20 ms a frame.
    fn square() -> Self {
        const WAVE: [u8; 16] = [
            0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0, 0xa0,
            0xa0, 0xa0,
        ];
        let mut clip = Self::default();
        for _ in 0..50 {
            clip.push(Bytes::from(WAVE.repeat(10)), Duration::from_millis(20));
        }
        clip
    }

    fn push(&mut self, data: Bytes, length: Duration) {
        let before = self.frames.last().map_or(Duration::ZERO, |(_, end)| *end);
        self.frames.push((data, before + length));
    }
}

/// Sends a clip again and again, from its start when the peer needs a key frame.
pub(crate) async fn play(
    clip: Clip,
    payload_type: Option<u8>,
    track: MediaStreamTrack,
    sender: RtcRtpSender,
) -> Result<()> {
    let mut round = Instant::now();
    let mut base = Duration::ZERO;
    loop {
        let mut time = Duration::ZERO;
        for (data, end) in &clip.frames {
            let mut frame = OutgoingFrame::new(data.clone(), FrameTime::Media(base + time));
            frame.payload_type = payload_type.and_then(PayloadType::new);
            match track.write_frame(frame).await {
                Ok(()) | Err(WriteFrameError::Inactive) => {}
                Err(error) => return Err(error.into()),
            }
            time = *end;
            tokio::select! {
                () = tokio::time::sleep_until(round + time) => {}
                _ = sender.key_frame_requested() => {
                    tokio::time::sleep_until(round + time).await;
                    break;
                }
            }
        }
        round += time;
        base += time;
    }
}

/// Writes what arrives on a track into a file of its codec.
pub(crate) struct Recorder {
    path: PathBuf,
    output: Output,
    /// Frames in the file.
    pub(crate) frames: u64,
    first: Option<u32>,
}

enum Output {
    Ogg(OggOpusWriter<BufWriter<File>>),
    Ivf(Option<IvfWriter<BufWriter<File>>>),
    AnnexB(AnnexBWriter<BufWriter<File>>),
}

impl Recorder {
    /// A recorder for a codec, by its name in SDP; the directory must be there.
    pub(crate) fn new(directory: &Path, codec: &str) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let create = |name: &str| -> Result<_> {
            let path = directory.join(name);
            Ok((BufWriter::new(File::create(&path)?), path))
        };
        let (output, path) = match codec.to_ascii_lowercase().as_str() {
            "opus" => {
                let (file, path) = create("received.ogg")?;
                (
                    Output::Ogg(OggOpusWriter::new(file, &OggOpusHead::new(2), 1)?),
                    path,
                )
            }
            "vp8" | "av1" => (Output::Ivf(None), directory.join("received.ivf")),
            "h264" => {
                let (file, path) = create("received.h264")?;
                (Output::AnnexB(AnnexBWriter::new(file)), path)
            }
            _ => bail!("{codec} is not recorded"),
        };
        Ok(Self {
            path,
            output,
            frames: 0,
            first: None,
        })
    }

    /// Appends a frame; whether it was one that a decoder can use.
    ///
    /// Recording starts at a key frame, and starts anew at one after a loss.
    pub(crate) fn write(&mut self, frame: &MediaFrame) -> Result<bool> {
        let decodable = if self.frames == 0 {
            frame.keyframe
        } else {
            frame.contiguous || frame.keyframe
        };
        if !decodable {
            return Ok(false);
        }
        match &mut self.output {
            Output::Ogg(writer) => writer.write_packet(&frame.data)?,
            Output::AnnexB(writer) => writer.write_access_unit(&frame.data)?,
            Output::Ivf(writer) => {
                let first = *self.first.get_or_insert(frame.timestamp.0);
                let writer = match writer {
                    Some(writer) => writer,
                    None => {
                        let (width, height) =
                            frame.dimensions.context("a key frame without size")?;
                        let file = BufWriter::new(File::create(&self.path)?);
                        let header = match frame.codec {
                            FrameCodec::Av1 => IvfHeader::av1(width, height),
                            _ => IvfHeader::vp8(width, height),
                        };
                        writer.insert(IvfWriter::new(file, &header)?)
                    }
                };
                writer.write_frame(
                    u64::from(frame.timestamp.0.wrapping_sub(first)),
                    &frame.data,
                )?;
            }
        }
        self.frames += 1;
        Ok(true)
    }

    /// Ends the file; `None` if nothing was written.
    pub(crate) fn finish(self) -> Result<Option<PathBuf>> {
        match self.output {
            Output::Ogg(writer) => drop(writer.finish()?),
            Output::AnnexB(writer) => drop(writer.finish()?),
            Output::Ivf(Some(writer)) => drop(writer.finish_with_count()?),
            Output::Ivf(None) => {}
        }
        Ok((self.frames > 0).then_some(self.path))
    }
}
