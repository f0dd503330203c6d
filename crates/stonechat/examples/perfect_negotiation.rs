//! Both sides change their mind at the same moment, over and over, and both get what they want.
//!
//! ```text
//! cargo run --example perfect_negotiation
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{Api, RtcSignalingState};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Duration, timeout};

const ROUNDS: usize = 10;

/// What signalling carries.
enum Signal {
    Description(RtcSessionDescription),
    Candidate(RtcIceCandidateInit),
}

/// One side, and what its own task knows of the negotiation.
struct Side {
    pc: RtcPeerConnection,
    polite: bool,
    out: UnboundedSender<Signal>,
    collisions: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let (to_impolite, of_polite) = unbounded_channel();
    let (to_polite, of_impolite) = unbounded_channel();
    let mut sides = Vec::new();
    let mut tasks = Vec::new();
    for (polite, out, signals) in [
        (true, to_impolite, of_impolite),
        (false, to_polite, of_polite),
    ] {
        let pc = api.peer_connection(RtcConfiguration::default())?;
        let side = Side {
            pc: pc.clone(),
            polite,
            out,
            collisions: 0,
        };
        tasks.push(tokio::spawn(side.negotiate(signals)));
        sides.push(pc);
    }

    for _ in 0..ROUNDS {
        for side in &sides {
            side.add_transceiver(MediaKind::Audio, RtcRtpTransceiverInit::default())?;
        }
        settled(&sides).await?;
    }
    for side in &sides {
        println!("{} transceivers", side.get_transceivers().len());
        side.close();
    }
    for task in tasks {
        println!("offers that met one of ours: {}", task.await??);
    }
    Ok(())
}

/// Waits until every transceiver of both sides has its section.
async fn settled(sides: &[RtcPeerConnection]) -> anyhow::Result<()> {
    let negotiated = |side: &RtcPeerConnection| {
        side.signaling_state() == RtcSignalingState::Stable
            && side.get_transceivers().iter().all(|of| of.mid().is_some())
    };
    let waiting = async {
        while !sides.iter().all(negotiated) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    // A round takes milliseconds; a machine that does a hundred other things may need seconds.
    timeout(Duration::from_secs(30), waiting)
        .await
        .context("they do not agree")
}

impl Side {
    /// Keeps this side negotiated until it closes; gives how often offers met.
    async fn negotiate(mut self, mut signals: UnboundedReceiver<Signal>) -> anyhow::Result<usize> {
        let mut events = self.pc.events();
        loop {
            let done = tokio::select! {
                event = events.next() => match event {
                    Some(event) => self.on_event(event).await,
                    None => return Ok(self.collisions),
                },
                Some(signal) = signals.recv() => self.on_signal(signal).await,
            };
            // What was under way when this side closed is of no use any more.
            if self.pc.signaling_state() != RtcSignalingState::Closed {
                done?;
            }
        }
    }

    async fn on_event(&self, event: PeerConnectionEvent) -> Result<(), RtcError> {
        match event {
            // It may be old: an offer that is on its way has it already, and in the state stable
            // it fires again if there is more.
            PeerConnectionEvent::NegotiationNeeded
                if self.pc.signaling_state() == RtcSignalingState::Stable =>
            {
                self.describe().await?;
            }
            PeerConnectionEvent::IceCandidate(event) => {
                if let Some(candidate) = event.candidate {
                    // The other side may be gone already.
                    let _ = self.out.send(Signal::Candidate(candidate.to_json()));
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn on_signal(&mut self, signal: Signal) -> Result<(), RtcError> {
        match signal {
            Signal::Description(description) => {
                let offered = description.kind == RtcSdpType::Offer;
                let collides = offered && self.pc.signaling_state() != RtcSignalingState::Stable;
                self.collisions += usize::from(collides);
                if collides && !self.polite {
                    return Ok(());
                }
                // An offer of ours that met this one is rolled back.
                self.pc.set_remote_description(description).await?;
                if offered {
                    self.describe().await?;
                }
            }
            Signal::Candidate(candidate) => {
                // One of an offer that was ignored or rolled back fits nothing: no matter.
                let _ = self.pc.add_ice_candidate(Some(candidate)).await;
            }
        }
        Ok(())
    }

    /// Makes the offer or answer that fits, and sends it.
    async fn describe(&self) -> Result<(), RtcError> {
        self.pc.set_local_description(None).await?;
        if let Some(description) = self.pc.local_description() {
            let _ = self.out.send(Signal::Description(description));
        }
        Ok(())
    }
}
