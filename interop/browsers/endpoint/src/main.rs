//! The party of the interop cases that is made of stonechat: connects to the runner, runs the
//! cases that it is told to and reports what became of them. `PROTOCOL.md` describes all of it.
//!
//! `stonechat-interop-endpoint --audio FILE.ogg --vp8 FILE.ivf --h264 FILE.h264 --av1 FILE.ivf ws://..`

mod cases;
mod media;
mod message;
mod payload;
mod peer;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite;

use media::{Files, Library};
use message::{Hello, Message};

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let (address, library) = arguments()?;
    let (socket, _) = tokio_tungstenite::connect_async(address)
        .await
        .context("the runner")?;
    let (mut sink, mut stream) = socket.split();
    let (outbox, mut outgoing) = mpsc::unbounded_channel::<Message>();
    tokio::spawn(async move {
        while let Some(message) = outgoing.recv().await {
            let Ok(text) = serde_json::to_string(&message) else {
                continue;
            };
            if sink.send(tungstenite::Message::text(text)).await.is_err() {
                break;
            }
        }
    });
    outbox.send(Message::Hello(Hello {
        name: "stonechat".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))?;

    let mut inbox: Option<mpsc::UnboundedSender<Message>> = None;
    while let Some(frame) = stream.next().await {
        let tungstenite::Message::Text(text) = frame? else {
            continue;
        };
        match serde_json::from_str(&text).with_context(|| format!("cannot read {text}"))? {
            Message::Case(case) => {
                let (forward, messages) = mpsc::unbounded_channel();
                inbox = Some(forward);
                tokio::spawn(cases::run(
                    *case,
                    Arc::clone(&library),
                    messages,
                    outbox.clone(),
                ));
            }
            message => {
                // A message that comes after the case's end has no reader any more.
                let _ = inbox.as_ref().map(|inbox| inbox.send(message));
            }
        }
    }
    Ok(())
}

fn arguments() -> Result<(String, Arc<Library>)> {
    let mut files = Files::default();
    let mut address = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let file = match argument.as_str() {
            "--audio" => &mut files.audio,
            "--vp8" => &mut files.vp8,
            "--h264" => &mut files.h264,
            "--av1" => &mut files.av1,
            _ => {
                address = Some(argument);
                continue;
            }
        };
        *file = Some(PathBuf::from(
            arguments.next().context("a file is missing")?,
        ));
    }
    let Some(address) = address else {
        bail!("the address of the runner is missing")
    };
    let library = Library::load(&files)?;
    Ok((address, Arc::new(library)))
}
