//! The exchange: who is there, and messages from one to the other, as a PeerServer does it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use axum::Router;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use stonechat::MediaStreamTrack;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::message::Message;

/// Descriptions are the largest messages.
const LARGEST: usize = 256 << 10;

/// Who is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    lines: Arc<Mutex<BTreeMap<String, UnboundedSender<Message>>>>,
}

/// A place at the exchange; it ends with this value.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: String,
    exchange: Exchange,
}

impl Exchange {
    /// Takes an id, and gives what arrives for it.
    pub(crate) fn join(&self, id: &str) -> anyhow::Result<(Line, UnboundedReceiver<Message>)> {
        let (sender, messages) = unbounded_channel();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        ensure!(!lines.contains_key(id), "{id} is taken");
        lines.insert(id.to_owned(), sender);
        let line = Line {
            id: id.to_owned(),
            exchange: self.clone(),
        };
        Ok((line, messages))
    }
}

impl Line {
    /// Passes a message on; whoever is not there is reported to the sender.
    pub(crate) fn send(&self, mut message: Message) {
        let dst = message.dst.clone().unwrap_or_default();
        message.src = Some(self.id.clone());
        let is_offer = message.kind == "OFFER";
        let lines = self
            .exchange
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sent = lines
            .get(&dst)
            .is_some_and(|line| line.send(message).is_ok());
        if !sent && is_offer {
            let mut expired = Message::of_exchange("EXPIRE");
            expired.src = Some(dst);
            expired.dst = Some(self.id.clone());
            if let Some(line) = lines.get(&self.id) {
                // Who hung up needs no answer.
                let _ = line.send(expired);
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut lines = self
            .exchange
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lines.remove(&self.id);
    }
}

/// Serves pages with PeerJS: `/peerjs` is the WebSocket, `/peerjs/id` gives ids.
pub(crate) async fn serve(listener: TcpListener, exchange: Exchange) {
    let router = Router::new()
        .route("/peerjs", get(upgrade))
        .route("/peerjs/id", get(new_id))
        .with_state(exchange);
    // It ends with the program.
    let _ = axum::serve(listener, router).await;
}

async fn new_id() -> impl IntoResponse {
    // Anything random will do; a track has a random id.
    let id = MediaStreamTrack::new(stonechat::MediaKind::Audio)
        .id()
        .to_owned();
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], id)
}

#[derive(Deserialize)]
struct Joining {
    id: String,
}

async fn upgrade(
    State(exchange): State<Exchange>,
    Query(joining): Query<Joining>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.max_message_size(LARGEST);
    upgrade.on_upgrade(move |socket| attend(socket, exchange, joining.id))
}

/// One page, until it goes away.
async fn attend(mut socket: WebSocket, exchange: Exchange, id: String) {
    let Ok((line, mut messages)) = exchange.join(&id) else {
        let _ = send(&mut socket, &Message::of_exchange("ID-TAKEN")).await;
        return;
    };
    if send(&mut socket, &Message::of_exchange("OPEN"))
        .await
        .is_err()
    {
        return;
    }
    loop {
        tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    let message: Result<Message, _> = serde_json::from_str(&text);
                    // Heartbeats are for nobody else, and what is no message is ignored.
                    message.into_iter().filter(|of| of.dst.is_some()).for_each(|of| line.send(of));
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            message = messages.recv() => {
                let Some(message) = message else { return };
                if send(&mut socket, &message).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: &Message) -> anyhow::Result<()> {
    let text = serde_json::to_string(message)?;
    Ok(socket.send(Frame::Text(text.into())).await?)
}
