//! One channel closes, then everything.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use stonechat::RtcDataChannelState;

use crate::cases::{echo_one, echoed, ready};
use crate::peer::{PATIENCE, Peer, within};

pub(super) async fn run(peer: &Arc<Peer>, closing: bool) -> Result<String> {
    if peer.is_offerer() {
        peer.open("first", true)?;
        peer.open("second", true)?;
        peer.negotiate().await?;
    }
    let first = peer.channel("first").await?;
    let second = peer.channel("second").await?;
    for channel in [&first, &second] {
        if closing {
            ready(channel).await?;
        } else {
            channel.send_text("ready")?;
        }
    }
    if closing {
        echoed(&first, "one").await?;
        first.close();
        within(PATIENCE, "the first channel's end", first.closed()).await?;
        echoed(&second, "two").await?;
        peer.connection.close();
        within(PATIENCE, "the end", peer.connection.closed()).await?;
        return Ok("closed one channel, then everything".to_owned());
    }
    echo_one(&first, "the first message").await?;
    within(PATIENCE, "the first channel's end", first.closed()).await?;
    let state = second.ready_state();
    ensure!(
        state == RtcDataChannelState::Open,
        "the second channel went with the first"
    );
    echo_one(&second, "the second message").await?;
    let started = Instant::now();
    within(PATIENCE, "the end of the connection", second.closed()).await?;
    Ok(format!(
        "saw the end {} ms after the last message",
        started.elapsed().as_millis()
    ))
}
