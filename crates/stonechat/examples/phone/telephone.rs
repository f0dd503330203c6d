//! A telephone: at most one call, and what may be done with it.

use std::fmt;

use anyhow::Context as _;
use stonechat::prelude::*;
use stonechat::{RtcDataChannelEvent, RtcIceCandidateInit};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::call::{Call, listen};
use crate::message::{self, Message};
use crate::server::{Exchange, Line};

/// What its owner does.
#[derive(Debug)]
pub(crate) enum Command {
    Dial(String),
    Answer,
    HangUp,
    Quit,
}

/// What it says.
#[derive(Debug)]
pub(crate) enum Report {
    Ready(String),
    Dialled(String),
    Ringing(String),
    Talking(String),
    Heard(usize),
    Ended(String),
    Unavailable(String),
    Failed(String),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(id) => write!(f, "ready as {id}"),
            Self::Dialled(with) => write!(f, "calling {with}"),
            Self::Ringing(with) => write!(f, "{with} is calling: answer?"),
            Self::Talking(with) => write!(f, "talking with {with}"),
            Self::Heard(frames) => write!(f, "heard {frames} frames"),
            Self::Ended(with) => write!(f, "the call with {with} is over"),
            Self::Unavailable(with) => write!(f, "{with} is not there"),
            Self::Failed(why) => write!(f, "it failed: {why}"),
        }
    }
}

/// What it is doing.
enum State {
    Idle,
    /// An offer that waits to be answered, and the candidates behind it.
    Ringing(Box<Message>, Vec<RtcIceCandidateInit>),
    InCall(Box<Call>),
}

/// A telephone.
pub(crate) struct Telephone {
    line: Line,
    messages: UnboundedReceiver<Message>,
    auto_answer: bool,
    reports: UnboundedSender<Report>,
    state: State,
    /// Ids of calls whose other end hung up.
    hung_up: (UnboundedSender<String>, UnboundedReceiver<String>),
}

impl Telephone {
    pub(crate) fn new(
        exchange: &Exchange,
        id: &str,
        auto_answer: bool,
        reports: UnboundedSender<Report>,
    ) -> anyhow::Result<Self> {
        let (line, messages) = exchange.join(id)?;
        Ok(Self {
            line,
            messages,
            auto_answer,
            reports,
            state: State::Idle,
            hung_up: unbounded_channel(),
        })
    }

    /// Until its owner quits.
    pub(crate) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        self.report(Report::Ready(self.line.id.clone()));
        loop {
            let done = tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Quit) | None => break,
                    Some(command) => self.on_command(command).await,
                },
                Some(message) = self.messages.recv() => self.on_message(message).await,
                Some(connection) = self.hung_up.1.recv() => {
                    if matches!(&self.state, State::InCall(call) if call.connection == connection) {
                        self.hang_up();
                    }
                    Ok(())
                }
                event = next_event(&mut self.state) => self.on_event(event),
            };
            if let Err(error) = done {
                self.report(Report::Failed(format!("{error:#}")));
                self.hang_up();
            }
        }
        self.hang_up();
    }

    async fn on_command(&mut self, command: Command) -> anyhow::Result<()> {
        match (command, &self.state) {
            (Command::Dial(id), State::Idle) => self.dial(&id).await,
            (Command::Answer, State::Ringing(..)) => self.answer().await,
            (Command::HangUp, _) => {
                self.hang_up();
                Ok(())
            }
            // Nothing rings, or it is busy.
            _ => Ok(()),
        }
    }

    async fn on_message(&mut self, message: Message) -> anyhow::Result<()> {
        let from = message.src.clone().unwrap_or_default();
        match (message.kind.as_str(), &mut self.state) {
            ("OFFER", State::Idle) if message.payload["type"] == "media" => {
                self.report(Report::Ringing(from));
                self.state = State::Ringing(Box::new(message), Vec::new());
                if self.auto_answer {
                    self.answer().await?;
                }
            }
            ("ANSWER", State::InCall(call)) if call.connection == message.connection() => {
                call.describe(message.description()?).await?;
                self.report(Report::Talking(from));
            }
            ("CANDIDATE", State::InCall(call)) if call.connection == message.connection() => {
                call.add_candidate(message.candidate()).await;
            }
            ("CANDIDATE", State::Ringing(offer, waiting))
                if offer.connection() == message.connection() =>
            {
                waiting.push(message.candidate());
            }
            ("EXPIRE", State::InCall(call)) if call.with == from => {
                self.report(Report::Unavailable(from));
                self.hang_up();
            }
            ("LEAVE", State::InCall(call)) if call.with == from => self.hang_up(),
            // Busy, or of a call that is over.
            _ => {}
        }
        Ok(())
    }

    async fn dial(&mut self, id: &str) -> anyhow::Result<()> {
        let random = MediaStreamTrack::new(MediaKind::Audio);
        let mut call = Call::new(id, &format!("mc_{}", random.id()))?;
        let offer = call.offer().await?.context("no offer was made")?;
        self.watch(&call);
        self.say(&call, "OFFER", "sdp", message::description(&offer));
        self.report(Report::Dialled(id.to_owned()));
        self.state = State::InCall(Box::new(call));
        Ok(())
    }

    async fn answer(&mut self) -> anyhow::Result<()> {
        let State::Ringing(offer, waiting) = std::mem::replace(&mut self.state, State::Idle) else {
            return Ok(());
        };
        let from = offer.src.clone().unwrap_or_default();
        let mut call = Call::new(&from, offer.connection())?;
        let answer = call
            .answer(offer.description()?)
            .await?
            .context("no answer was made")?;
        self.say(&call, "ANSWER", "sdp", message::description(&answer));
        for candidate in waiting {
            call.add_candidate(candidate).await;
        }
        self.report(Report::Talking(from));
        self.state = State::InCall(Box::new(call));
        Ok(())
    }

    fn on_event(&mut self, event: Option<PeerConnectionEvent>) -> anyhow::Result<()> {
        let State::InCall(call) = &mut self.state else {
            return Ok(());
        };
        match event {
            Some(PeerConnectionEvent::IceCandidate(event)) => {
                if let Some(candidate) = event.candidate {
                    let candidate = message::candidate(&candidate.to_json());
                    let State::InCall(call) = &self.state else {
                        return Ok(());
                    };
                    self.say(call, "CANDIDATE", "candidate", candidate);
                }
            }
            Some(PeerConnectionEvent::Track(event)) => {
                tokio::spawn(listen(event.track, self.reports.clone()));
            }
            Some(PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. })) => {
                call.line = Some(channel);
                let State::InCall(call) = &self.state else {
                    return Ok(());
                };
                self.watch(call);
            }
            Some(PeerConnectionEvent::ConnectionStateChange(RtcPeerConnectionState::Failed)) => {
                anyhow::bail!("no packets pass");
            }
            Some(_) => {}
            None => self.hang_up(),
        }
        Ok(())
    }

    /// The other end hangs up by closing the channel of the call.
    fn watch(&self, call: &Call) {
        let Some(line) = call.line.clone() else {
            return;
        };
        let (hung_up, connection) = (self.hung_up.0.clone(), call.connection.clone());
        tokio::spawn(async move {
            line.closed().await;
            let _ = hung_up.send(connection);
        });
    }

    fn hang_up(&mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Ringing(offer, _) => self.report(Report::Ended(offer.src.unwrap_or_default())),
            State::InCall(call) => {
                call.pc.close();
                self.report(Report::Ended(call.with));
            }
        }
    }

    fn say(&self, call: &Call, kind: &str, key: &str, value: serde_json::Value) {
        self.line.send(Message::of_call(
            kind,
            &call.with,
            &call.connection,
            key,
            value,
        ));
    }

    fn report(&self, report: Report) {
        // Nobody may be listening any more.
        let _ = self.reports.send(report);
    }
}

/// The next event of the call; never, without one.
async fn next_event(state: &mut State) -> Option<PeerConnectionEvent> {
    match state {
        State::InCall(call) => call.events.next().await,
        State::Idle | State::Ringing(..) => std::future::pending().await,
    }
}
