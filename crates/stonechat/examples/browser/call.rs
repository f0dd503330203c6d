//! One call: a WebSocket for signalling and the peer connection that it makes.

use anyhow::Context as _;
use axum::extract::ws::{Message, WebSocket};
use stonechat::{
    Api, PeerConnectionEvent, RtcConfiguration, RtcDataChannelEvent, RtcPeerConnection,
    RtcPeerConnectionState, RtcSdpType, RtcSessionDescription,
};
use tokio::time::{Duration, MissedTickBehavior, interval};

use crate::signal::{FromPage, ToPage};
use crate::statistics::Counters;
use crate::{channels, echo};

/// Runs a call until its page goes away.
pub(crate) async fn serve(mut socket: WebSocket, api: Api) {
    if let Err(error) = run(&mut socket, &api).await {
        // The page may be gone already; then nobody has to be told.
        let _ = send(
            &mut socket,
            &ToPage::Error {
                message: format!("{error:#}"),
            },
        )
        .await;
    }
}

async fn run(socket: &mut WebSocket, api: &Api) -> anyhow::Result<()> {
    let pc = api.peer_connection(RtcConfiguration::default())?;
    let mut events = pc.events();
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => on_message(socket, &pc, text.as_str()).await?,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            event = events.next() => match event {
                Some(event) => on_event(socket, event).await?,
                None => break,
            },
            _ = seconds.tick() => {
                if pc.connection_state() == RtcPeerConnectionState::Connected {
                    let stats = Counters::of(&pc.get_stats(None).await?);
                    send(socket, &ToPage::Stats { stats }).await?;
                }
            }
        }
    }
    pc.close();
    pc.closed().await;
    Ok(())
}

async fn on_message(
    socket: &mut WebSocket,
    pc: &RtcPeerConnection,
    text: &str,
) -> anyhow::Result<()> {
    match serde_json::from_str(text).context("the page sent something unknown")? {
        FromPage::Description { description } => {
            let description = RtcSessionDescription::from(description);
            let offered = description.kind == RtcSdpType::Offer;
            pc.set_remote_description(description)
                .await
                .context("the browser's description was not accepted")?;
            if offered {
                echo::answer_tracks(pc).await?;
                pc.set_local_description(None).await?;
                let answer = pc.local_description().context("no answer was made")?;
                send(
                    socket,
                    &ToPage::Description {
                        description: answer.into(),
                    },
                )
                .await?;
            }
        }
        FromPage::Candidate { candidate } => {
            // One that cannot be used, such as a TCP one, leaves the others.
            let _ = pc.add_ice_candidate(Some(candidate.into())).await;
        }
    }
    Ok(())
}

async fn on_event(socket: &mut WebSocket, event: PeerConnectionEvent) -> anyhow::Result<()> {
    match event {
        PeerConnectionEvent::IceCandidate(event) => {
            let Some(candidate) = event.candidate else {
                return Ok(());
            };
            send(
                socket,
                &ToPage::Candidate {
                    candidate: candidate.to_json().into(),
                },
            )
            .await
        }
        PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. }) => {
            tokio::spawn(channels::serve(channel));
            Ok(())
        }
        PeerConnectionEvent::ConnectionStateChange(RtcPeerConnectionState::Failed) => {
            anyhow::bail!("no packets pass between the browser and stonechat")
        }
        _ => Ok(()),
    }
}

async fn send(socket: &mut WebSocket, message: &ToPage) -> anyhow::Result<()> {
    let text = serde_json::to_string(message)?;
    socket
        .send(Message::Text(text.into()))
        .await
        .context("the page is gone")
}
