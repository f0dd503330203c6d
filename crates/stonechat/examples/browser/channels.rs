//! What stonechat does with the page's data channels, by their labels.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use stonechat::{RtcDataChannel, RtcDataChannelMessage as Message, RtcError};
use tokio::time::{Duration, Instant};

/// How long a throughput test sends.
const TEST: Duration = Duration::from_secs(3);
/// Octets of each of its messages.
const CHUNK: usize = 64 << 10;

/// Runs a channel until it closes.
pub(crate) async fn serve(channel: RtcDataChannel) {
    // Errors are those of a channel that closed, and the page sees that.
    let _ = match channel.label() {
        "chat" => chat(&channel).await,
        "throughput" => throughput(&channel).await,
        "file" => file(&channel).await,
        _ => Ok(()),
    };
}

/// Greets, then echoes.
async fn chat(channel: &RtcDataChannel) -> Result<(), RtcError> {
    channel.opened().await?;
    channel.send_text("Hello! This is stonechat. Whatever you write comes back.")?;
    while let Some(message) = channel.recv().await {
        channel.send_when_ready(message).await?;
    }
    Ok(())
}

/// `download` sends for a while; `upload` counts until `done`.
async fn throughput(channel: &RtcDataChannel) -> Result<(), RtcError> {
    let (mut octets, mut begin) = (0_u64, Instant::now());
    while let Some(message) = channel.recv().await {
        match message {
            Message::Binary(data) => octets += data.len() as u64,
            Message::Text(text) if text == "download" => {
                let sent = flood(channel).await?;
                channel
                    .send_when_ready(text_of(&json!({ "sent": sent })))
                    .await?;
            }
            Message::Text(text) if text == "upload" => (octets, begin) = (0, Instant::now()),
            Message::Text(_) => {
                let seconds = begin.elapsed().as_secs_f64();
                let reply = json!({ "received": octets, "seconds": seconds });
                channel.send_when_ready(text_of(&reply)).await?;
            }
        }
    }
    Ok(())
}

async fn flood(channel: &RtcDataChannel) -> Result<u64, RtcError> {
    let chunk = Bytes::from(vec![0x5c; CHUNK]);
    let begin = Instant::now();
    let mut sent = 0;
    while begin.elapsed() < TEST {
        channel
            .send_when_ready(Message::Binary(chunk.clone()))
            .await?;
        sent += CHUNK as u64;
    }
    Ok(sent)
}

/// What a file begins with.
#[derive(Deserialize)]
struct Head {
    octets: u64,
}

/// Sends a file back while it arrives, and then its hash.
async fn file(channel: &RtcDataChannel) -> Result<(), RtcError> {
    let Some(Message::Text(head)) = channel.recv().await else {
        return Ok(());
    };
    let Ok(Head { octets }) = serde_json::from_str(&head) else {
        return channel.send_text(json!({ "error": "the file has no length" }).to_string());
    };
    let (mut hash, mut received) = (Sha256::new(), 0);
    while received < octets {
        let Some(Message::Binary(data)) = channel.recv().await else {
            return Ok(());
        };
        hash.update(&data);
        received += data.len() as u64;
        channel.send_when_ready(Message::Binary(data)).await?;
    }
    let reply = json!({ "octets": received, "sha256": hex::encode(hash.finalize()) });
    channel.send_when_ready(text_of(&reply)).await?;
    // The page closes the channel once it has all.
    while channel.recv().await.is_some() {}
    Ok(())
}

fn text_of(value: &serde_json::Value) -> Message {
    Message::Text(value.to_string())
}
