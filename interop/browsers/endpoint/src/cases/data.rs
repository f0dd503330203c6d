//! Data channels: messages echoed, also through a relay and over TCP, and much in one direction.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use stonechat::{RtcDataChannel, RtcDataChannelMessage};

use crate::cases::{next, ready};
use crate::payload::{BULK_MESSAGE, Bulk, Digest, crc32, is_ordered, message};
use crate::peer::{Peer, within};

/// For all messages together.
const LONG: Duration = Duration::from_secs(180);

pub(super) async fn echo(peer: &Arc<Peer>) -> Result<String> {
    let count = peer.case.messages;
    if peer.is_offerer() {
        peer.open("ordered", true)?;
        peer.open("unordered", false)?;
        peer.negotiate().await?;
    }
    let ordered = peer.channel("ordered").await?;
    let unordered = peer.channel("unordered").await?;
    let digest = Mutex::new(Digest::default());
    let take = |channel: &RtcDataChannel, back: bool| {
        let channel = channel.clone();
        let digest = &digest;
        async move {
            let total = (0..count)
                .filter(|&index| is_ordered(index) == channel.ordered())
                .count();
            for _ in 0..total {
                let message = channel.recv().await.context("the channel closed")?;
                digest
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .add(channel.ordered(), &message);
                if back {
                    channel.send_when_ready(message).await?;
                }
            }
            anyhow::Ok(())
        }
    };
    let send = async {
        for index in 0..count * u32::from(peer.is_offerer()) {
            let channel = if is_ordered(index) {
                &ordered
            } else {
                &unordered
            };
            channel.send_when_ready(message(index)).await?;
        }
        anyhow::Ok(())
    };
    let back = !peer.is_offerer();
    let all = async { tokio::try_join!(send, take(&ordered, back), take(&unordered, back)) };
    let finished = within(LONG, "all messages", all)
        .await
        .and_then(|result| result.map(drop));
    let digest = *digest.lock().unwrap_or_else(PoisonError::into_inner);
    finished.with_context(|| format!("so far {digest}"))?;
    let expected = Digest::expected(count);
    ensure!(digest == expected, "received {digest}, not {expected}");
    let security = peer.security()?;
    peer.finish().await?;
    Ok(format!("{digest}, {security}"))
}

pub(super) async fn tcp(peer: &Arc<Peer>) -> Result<String> {
    let detail = echo(peer).await?;
    let ice = peer.transport()?.ice_transport();
    let pair = ice
        .get_selected_candidate_pair()
        .context("no selected pair")?;
    let kinds = format!("{} to {}", pair.local, pair.remote);
    let protocols = [pair.local.protocol(), pair.remote.protocol()];
    let tcp = Some(stonechat::RtcIceProtocol::Tcp);
    ensure!(protocols == [tcp, tcp], "the selected pair is {kinds}");
    Ok(format!("{detail}, over tcp"))
}

pub(super) async fn relay(peer: &Arc<Peer>) -> Result<String> {
    let detail = echo(peer).await?;
    let ice = peer.transport()?.ice_transport();
    let pair = ice
        .get_selected_candidate_pair()
        .context("no selected pair")?;
    let kinds = format!("{} to {}", pair.local, pair.remote);
    let relayed = pair.local.to_string().contains(" typ relay");
    ensure!(relayed, "the selected pair is {kinds}");
    Ok(format!("{detail}, relayed"))
}

pub(super) async fn bulk(peer: &Arc<Peer>, sending: bool) -> Result<String> {
    let octets = peer.case.octets;
    let total = u32::try_from(octets / BULK_MESSAGE as u64)?;
    if peer.is_offerer() {
        peer.open("bulk", true)?;
        peer.negotiate().await?;
    }
    let channel = peer.channel("bulk").await?;
    let started = Instant::now();
    let transfer = async {
        if sending {
            send(&channel, octets, total).await
        } else {
            receive(&channel, octets, total).await
        }
    };
    within(LONG, "the transfer", transfer).await??;
    #[expect(clippy::cast_precision_loss, reason = "it is shown with one digit")]
    let rate = octets as f64 / f64::from(1 << 20) / started.elapsed().as_secs_f64();
    peer.finish().await?;
    let verb = if sending { "sent" } else { "received" };
    Ok(format!("{octets} octets {verb}, {rate:.1} MiB/s"))
}

async fn send(channel: &RtcDataChannel, octets: u64, total: u32) -> Result<()> {
    ready(channel).await?;
    let mut bulk = Bulk::new();
    let mut crc = 0;
    for index in 0..total {
        let message = Bytes::copy_from_slice(bulk.message(index));
        crc = crc32(&message, crc);
        channel
            .send_when_ready(RtcDataChannelMessage::Binary(message))
            .await?;
    }
    let receipt = channel
        .recv()
        .await
        .context("the channel closed instead of the receipt")?;
    let expected = format!("received {octets} {crc}");
    ensure!(
        receipt == RtcDataChannelMessage::Text(expected),
        "the receipt says {receipt:?}"
    );
    Ok(())
}

async fn receive(channel: &RtcDataChannel, octets: u64, total: u32) -> Result<()> {
    channel.send_text("ready")?;
    let mut bulk = Bulk::new();
    let mut crc = 0;
    for index in 0..total {
        let RtcDataChannelMessage::Binary(data) = next(channel, "a message").await? else {
            bail!("message {index} is text");
        };
        let sent = bulk.message(index);
        if data != sent {
            let same = data.iter().zip(sent).take_while(|(a, b)| a == b).count();
            let head: String = data.iter().take(16).map(|b| format!("{b:02x}")).collect();
            bail!(
                "message {index} is not what was sent: {} octets that begin with {head}, the first {same} right",
                data.len()
            );
        }
        crc = crc32(&data, crc);
    }
    channel.send_text(format!("received {octets} {crc}"))?;
    Ok(())
}
