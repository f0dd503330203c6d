//! A file over the reliable channel.

use std::fs::File;
use std::io::{BufWriter, Read, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use indicatif::MultiProgress;
use sha2::{Digest as _, Sha256};
use stonechat::{RtcDataChannel, RtcDataChannelMessage};
use tokio::time::{Instant, timeout};

use crate::calls::{Calls, MESSAGE, PATIENCE, binary};

/// Octets that are made when no file is given.
const GENERATED: u64 = 64 << 20;
/// What the octets are made from.
const SEED: u64 = 0x5ce7_0ec4_a700_0001;

/// What is sent.
pub(crate) struct Source {
    name: String,
    len: u64,
    octets: Box<dyn Read + Send>,
}

/// What became of it.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) octets_sent: u64,
    pub(crate) octets_received: u64,
    pub(crate) sha256_sent: String,
    pub(crate) sha256_received: String,
    pub(crate) seconds: f64,
}

impl Outcome {
    pub(crate) fn is_whole(&self) -> bool {
        self.octets_sent == self.octets_received && self.sha256_sent == self.sha256_received
    }

    pub(crate) fn mbit_per_s(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a measure, not a count")]
        let bits = self.octets_received as f64 * 8.0;
        bits / 1e6 / self.seconds.max(1e-9)
    }
}

impl Source {
    /// The file at `path`, or octets from the seed.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            let octets = Box::new(Generated { state: SEED }.take(GENERATED));
            return Ok(Self {
                name: String::from("generated.bin"),
                len: GENERATED,
                octets,
            });
        };
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let metadata = file.metadata()?;
        ensure!(metadata.is_file(), "{} is not a file", path.display());
        let name = path.file_name().context("the file has no name")?;
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            len: metadata.len(),
            octets: Box::new(file),
        })
    }
}

/// Sends the file, writes what arrives and reads it back.
pub(crate) async fn transfer(
    calls: &Calls,
    source: Source,
    out: &Path,
    bars: &MultiProgress,
) -> anyhow::Result<Outcome> {
    let len = source.len;
    // No name of a file is that of a track.
    let name = format!("file-{}", source.name);
    let path = out.join(&name);
    let template = "file      [{bar:40}] {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    let bar = crate::bar(bars, len, template);
    let begin = Instant::now();
    let sending = tokio::spawn(send(calls.file.0.clone(), source));
    let received = receive(&calls.file.1, &path, |octets| bar.set_position(octets)).await;
    let seconds = begin.elapsed().as_secs_f64();
    let (octets_sent, sha256_sent) = sending.await.context("the sender stopped")??;
    let octets_received = received?;
    bar.finish();
    Ok(Outcome {
        name,
        octets_sent,
        octets_received,
        sha256_sent,
        sha256_received: hash(File::open(&path)?)?,
        seconds,
    })
}

/// Sends the length and then the octets, as fast as they leave.
async fn send(channel: RtcDataChannel, mut source: Source) -> anyhow::Result<(u64, String)> {
    channel.send_text(source.len.to_string())?;
    let (mut sent, mut hash) = (0, Sha256::new());
    loop {
        let mut message = vec![0; MESSAGE];
        let filled = fill(&mut source.octets, &mut message)?;
        if filled == 0 {
            break;
        }
        message.truncate(filled);
        hash.update(&message);
        sent += filled as u64;
        channel
            .send_when_ready(binary(Bytes::from(message)))
            .await?;
    }
    ensure!(
        sent == source.len,
        "the file changed its length while it was sent"
    );
    Ok((sent, hex::encode(hash.finalize())))
}

/// Writes what arrives to `path`; returns how many octets that were.
async fn receive(
    channel: &RtcDataChannel,
    path: &Path,
    progress: impl Fn(u64),
) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(
        File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
    );
    let mut expected = None;
    let mut received = 0;
    while expected.is_none_or(|expected| received < expected) {
        let message = timeout(PATIENCE, channel.recv())
            .await
            .context("the file stands still")?;
        match message.context("the channel closed before the file was whole")? {
            RtcDataChannelMessage::Text(len) => expected = Some(len.parse::<u64>()?),
            RtcDataChannelMessage::Binary(data) => {
                received += data.len() as u64;
                file.write_all(&data)?;
                progress(received);
            }
        }
    }
    file.into_inner()?.sync_all()?;
    Ok(received)
}

/// The SHA-256 of what is read.
pub(crate) fn hash(mut input: impl Read) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; MESSAGE];
    loop {
        let filled = fill(&mut input, &mut buffer)?;
        let Some(read) = buffer.get(..filled).filter(|read| !read.is_empty()) else {
            break;
        };
        hash.update(read);
    }
    Ok(hex::encode(hash.finalize()))
}

/// Reads until `buffer` is full or the input ends.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match input.read(room)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Octets from a seed (SplitMix64): the same in each run, and nothing that compresses.
struct Generated {
    state: u64,
}

impl Read for Generated {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        for chunk in out.chunks_mut(8) {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            for (octet, from) in chunk.iter_mut().zip(mixed.to_le_bytes()) {
                *octet = from;
            }
        }
        Ok(out.len())
    }
}
