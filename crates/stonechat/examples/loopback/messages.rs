//! Many small messages over the channel that neither orders nor repeats.

use indicatif::MultiProgress;
use stonechat::{RtcDataChannel, RtcDataChannelMessage};
use tokio::time::{Duration, MissedTickBehavior, interval, timeout};

use crate::calls::{Calls, binary};

/// Messages in all.
const MESSAGES: u32 = 10_000;
/// Octets of each.
const LEN: usize = 200;
/// Messages of one millisecond: 16 Mbit/s, far below what the loopback interface drops at.
const AT_ONCE: u32 = 10;
/// Octets that may wait to leave; beyond them sending pauses.
const WAITING: u64 = 64 << 10;
/// How long after the last message the next one may take.
const SILENCE: Duration = Duration::from_secs(3);

/// What became of them.
pub(crate) struct Outcome {
    pub(crate) sent: u32,
    /// Different messages that arrived unharmed.
    pub(crate) received: u32,
}

/// Sends them at an even pace and counts what arrives.
pub(crate) async fn burst(calls: &Calls, bars: &MultiProgress) -> anyhow::Result<Outcome> {
    let bar = crate::bar(
        bars,
        u64::from(MESSAGES),
        "messages  [{bar:40}] {pos}/{len} {eta}",
    );
    let sending = tokio::spawn(send(calls.messages.0.clone()));
    let mut seen = vec![false; MESSAGES as usize];
    let mut received = 0;
    while received < MESSAGES {
        let message = match timeout(SILENCE, calls.messages.1.recv()).await {
            Ok(Some(message)) => message,
            // Nothing for a while: what is missing is lost, unless it was not sent yet.
            Err(_) if !sending.is_finished() => continue,
            Ok(None) | Err(_) => break,
        };
        let slot = number(&message).and_then(|number| seen.get_mut(number as usize));
        if let Some(seen) = slot.filter(|seen| !**seen) {
            *seen = true;
            received += 1;
            bar.set_position(u64::from(received));
        }
    }
    sending.await??;
    bar.finish();
    Ok(Outcome {
        sent: MESSAGES,
        received,
    })
}

async fn send(channel: RtcDataChannel) -> anyhow::Result<()> {
    let mut pace = interval(Duration::from_millis(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next = 0;
    while next < MESSAGES {
        pace.tick().await;
        if channel.buffered_amount() > WAITING {
            continue;
        }
        for number in next..(next + AT_ONCE).min(MESSAGES) {
            channel.send_when_ready(binary(message(number))).await?;
        }
        next += AT_ONCE;
    }
    Ok(())
}

/// A number, and octets that follow from it.
fn message(number: u32) -> Vec<u8> {
    number.to_be_bytes().into_iter().cycle().take(LEN).collect()
}

/// The number of an unharmed message.
fn number(received: &RtcDataChannelMessage) -> Option<u32> {
    let data = received.as_bytes();
    let number = u32::from_be_bytes(*data.first_chunk()?);
    (data == message(number)).then_some(number)
}
