//! What a party does in each case.

mod closing;
mod data;
mod ice_restart;
mod media;
pub(crate) mod negotiation;
pub(crate) mod sending;

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use stonechat::{RtcDataChannel, RtcDataChannelMessage};
use tokio::sync::mpsc;

use crate::media::Library;
use crate::message::{Case, Message, Outcome, Part};
use crate::peer::{PATIENCE, Peer, within};

/// Runs a case to its end and reports it.
pub(crate) async fn run(
    case: Case,
    library: Arc<Library>,
    inbox: mpsc::UnboundedReceiver<Message>,
    outbox: mpsc::UnboundedSender<Message>,
) {
    let peer = match negotiation::own_certificate(&case.name).await {
        Ok(certificate) => Peer::new(case, certificate, library, inbox, outbox.clone()),
        Err(error) => Err(error),
    };
    let outcome = match peer {
        Ok(peer) => {
            let result = tokio::select! {
                result = play(&peer) => result,
                failure = peer.failure() => Err(failure),
            };
            let files = peer.recordings().await;
            peer.close().await;
            match (result, files) {
                (Ok(detail), Ok(files)) => Outcome {
                    pass: true,
                    detail,
                    files,
                },
                (Err(error), _) | (_, Err(error)) => failed(&error),
            }
        }
        Err(error) => failed(&error),
    };
    // The runner going away ends the program anyway.
    let _ = outbox.send(Message::Result(outcome));
}

fn failed(error: &anyhow::Error) -> Outcome {
    Outcome {
        pass: false,
        detail: format!("{error:#}"),
        files: vec![],
    }
}

async fn play(peer: &Arc<Peer>) -> Result<String> {
    let subject = peer.case.part == Part::Subject;
    match peer.case.name.as_str() {
        "data-echo" => data::echo(peer).await,
        "bulk-up" => data::bulk(peer, subject).await,
        "bulk-down" => data::bulk(peer, !subject).await,
        "audio" => media::one(peer, stonechat::MediaKind::Audio).await,
        "video" | "video-h264" | "video-av1" => media::one(peer, stonechat::MediaKind::Video).await,
        "renegotiate" => media::renegotiate(peer).await,
        "ice-restart" => ice_restart::run(peer).await,
        "close-local" => closing::run(peer, subject).await,
        "close-remote" => closing::run(peer, !subject).await,
        "tcp" => data::tcp(peer).await,
        "relay" => data::relay(peer).await,
        "max-bundle" | "max-compat" => negotiation::bundled(peer).await,
        "glare" => negotiation::glare(peer).await,
        "rollback" => negotiation::rollback(peer).await,
        "pranswer" => negotiation::pranswer(peer).await,
        "recycle" => negotiation::recycle(peer).await,
        "fingerprint-mismatch" => negotiation::fingerprint_mismatch(peer).await,
        "certificate" => negotiation::certificate(peer).await,
        "simulcast" => sending::simulcast(peer).await,
        "priority" => sending::priority(peer).await,
        "dtmf" => sending::dtmf(peer).await,
        "encoded-transform" => sending::encoded_transform(peer).await,
        "codec-preferences" => sending::codec_preferences(peer).await,
        "replace-track" => sending::replace_track(peer).await,
        other => bail!("there is no case {other}"),
    }
}

/// Waits until the other side is ready for a channel.
async fn ready(channel: &RtcDataChannel) -> Result<()> {
    let first = next(channel, "the other side being ready").await?;
    ensure!(
        first == RtcDataChannelMessage::Text("ready".to_owned()),
        "the first message is not \"ready\""
    );
    Ok(())
}

/// The next message of a channel.
async fn next(channel: &RtcDataChannel, what: &str) -> Result<RtcDataChannelMessage> {
    match within(PATIENCE, what, channel.recv()).await? {
        Some(message) => Ok(message),
        None => bail!("the channel closed instead of {what}"),
    }
}

/// Sends a text and waits for its echo.
async fn echoed(channel: &RtcDataChannel, text: &str) -> Result<()> {
    channel.send_text(text)?;
    let answer = next(channel, &format!("the echo of {text}")).await?;
    ensure!(
        answer.as_bytes() == text.as_bytes(),
        "sent {text}, got {answer:?}"
    );
    Ok(())
}

/// Sends the next message back.
async fn echo_one(channel: &RtcDataChannel, what: &str) -> Result<()> {
    let message = next(channel, what).await?;
    channel.send_when_ready(message).await?;
    Ok(())
}
