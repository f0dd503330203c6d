//! New ICE credentials under a channel that lives on.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};

use crate::cases::{echo_one, echoed};
use crate::peer::{Peer, moment};

pub(super) async fn run(peer: &Arc<Peer>) -> Result<String> {
    if !peer.is_offerer() {
        let channel = peer.channel("restart").await?;
        let first = peer.ufrags()?;
        echo_one(&channel, "the first message").await?;
        echo_one(&channel, "the second message").await?;
        renewed(&first, &peer.ufrags()?)?;
        peer.finish().await?;
        return Ok("both sides have new credentials".to_owned());
    }
    peer.open("restart", true)?;
    peer.negotiate().await?;
    let channel = peer.channel("restart").await?;
    let first = peer.ufrags()?;
    echoed(&channel, "before").await?;
    peer.connection.restart_ice();
    peer.negotiate().await?;
    let second = peer.ufrags()?;
    renewed(&first, &second)?;
    selected(peer, &second[0]).await?;
    echoed(&channel, "after").await?;
    peer.finish().await?;
    Ok("new credentials, new pair, the channel lives on".to_owned())
}

fn renewed(first: &[String; 2], second: &[String; 2]) -> Result<()> {
    for (first, second) in first.iter().zip(second) {
        ensure!(first != second, "the ufrag is still {first}");
    }
    Ok(())
}

/// Waits until a pair of the new generation is selected.
async fn selected(peer: &Arc<Peer>, ufrag: &str) -> Result<()> {
    let ice = peer.transport()?.ice_transport();
    for _ in 0..300 {
        // Between the generations there may be none.
        if let Some(pair) = ice.get_selected_candidate_pair()
            && pair.local.username_fragment().is_none_or(|of| of == ufrag)
        {
            return Ok(());
        }
        moment().await;
    }
    bail!("the new candidate pair was not selected");
}
