//! The tasks of a session. A task is code and ids: it reads the state when it runs, not when it
//! was queued.

use std::time::Instant;

use super::Session;
use super::call::{PromiseId, Value};
use super::chain::{Begun, Kind};
use super::description::SdpType;
use super::identity::Gate;
use super::senders::NewParameters;
use super::step::{Event, Step};
use crate::error::Error;
use crate::fact::Fact;
use crate::id::{ChannelId, ReceiverId, SenderId, TransportId};
use crate::request::{Reply, RequestId};
use crate::signaling::check_rolls_back;
use crate::state::SignalingState;

/// From so many on, what came and went is forgotten.
const MANY_TASKS: usize = 1024;

/// One task.
#[derive(Debug)]
pub(crate) enum Task {
    /// Run the operation at the front of the chain.
    Operation,
    /// The same task goes on: the events of the operation fired, its promise settles.
    EndOperation(Box<Result<Value, Error>>),
    /// Decide whether negotiation is needed.
    NegotiationNeeded,
    /// Take note of a fact.
    Fact(Fact),
    /// Resolve a promise.
    Settle(PromiseId, Value),
    /// Fire an event.
    Fire(Event),
    /// The DTMF playout task steps of a sender.
    DtmfPlayout(SenderId),
    /// What the generate key frame algorithm does in parallel.
    GenerateKeyFrame {
        sender: SenderId,
        rid: Option<String>,
        promise: PromiseId,
    },
    /// All candidates of this generation of a transport were surfaced.
    GatheringComplete(TransportId, String),
    /// The state of a DTLS transport changed: so may that of the connection.
    ConnectionState,
    /// Announce a data channel of ours as open.
    ChannelOpen(ChannelId),
    /// Announce a data channel of the peer as open.
    AnnouncedOpen(ChannelId),
    /// A data channel cannot be created.
    ChannelUnavailable(ChannelId),
    /// Descriptions changed which transports there are.
    TransportsChanged,
    /// An identity provider answered, or did not.
    Identity(RequestId, Box<Reply>),
    /// `getIdentityAssertion()`.
    GetIdentityAssertion(PromiseId),
    /// What `getParameters` gave can be set no more.
    ForgetParameters(SenderId),
    /// Apply what `setParameters` took.
    SetParameters(Box<NewParameters>),
    /// End the track of a receiver.
    EndTrack(ReceiverId),
    /// Answer a question for statistics after the end.
    StatsOfClosed(u64),
}

impl Session {
    /// Queues a task before all others: it is queued in the moment in which this one runs.
    pub(super) fn queue_next(&mut self, task: Task) {
        self.tasks.push_front(task);
    }

    /// Takes the next task if it is a fact that is `wanted`.
    pub(super) fn take_next_fact(&mut self, wanted: impl Fn(&Fact) -> bool) -> Option<Fact> {
        match self.tasks.front() {
            Some(Task::Fact(fact)) if wanted(fact) => {}
            _ => return None,
        }
        match self.tasks.pop_front() {
            Some(Task::Fact(fact)) => Some(fact),
            _ => None,
        }
    }

    /// Queues a fact as a task. What is undone before anybody saw it is taken back, and in a long
    /// queue a state fact replaces the last one of the same object, so that a peer cannot make the
    /// queue grow while nobody pulls steps.
    pub(super) fn queue_fact(&mut self, fact: Fact) {
        let is_long = self.tasks.len() >= MANY_TASKS;
        let mut queued =
            self.tasks
                .iter_mut()
                .enumerate()
                .rev()
                .filter_map(|(at, task)| match task {
                    Task::Fact(queued) => Some((at, queued)),
                    _ => None,
                });
        match &fact {
            Fact::Sent { channel, octets } => {
                if let Some((
                    _,
                    Fact::Sent {
                        channel: last,
                        octets: sum,
                    },
                )) = queued.next()
                    && last == channel
                {
                    *sum += octets;
                    return;
                }
            }
            Fact::IceState { transport, .. } if is_long => {
                let last = queued.find(|(_, other)| other.transport() == Some(*transport));
                if let Some((_, last @ Fact::IceState { .. })) = last {
                    *last = fact;
                    return;
                }
            }
            Fact::SelectedPair { transport, .. } if is_long => {
                let last = queued.find(|(_, other)| other.transport() == Some(*transport));
                if let Some((_, last @ Fact::SelectedPair { .. })) = last {
                    *last = fact;
                    return;
                }
            }
            // The peer opened and closed it before anybody looked: at some point nobody hears of it.
            Fact::ChannelClosed { channel, .. } if is_long => {
                let is_unseen = queued.any(|(_, other)| {
                    matches!(other, Fact::ChannelAnnounced { channel: other, .. } if other == channel)
                });
                if is_unseen {
                    self.tasks.retain(
                        |task| !matches!(task, Task::Fact(fact) if fact.channel() == Some(*channel)),
                    );
                    return;
                }
            }
            Fact::KeyFrameRequested { sender, rid } => {
                let is_same = |(_, other): (usize, &mut Fact)| {
                    matches!(
                        other,
                        Fact::KeyFrameRequested { sender: of, rid: other } if of == sender && other == rid
                    )
                };
                let is_queued = queued.any(is_same);
                if is_queued {
                    return;
                }
            }
            Fact::ReceiverActive { receiver } | Fact::ReceiverBye { receiver } => {
                let last = queued.find(|(_, other)| {
                    matches!(
                        other,
                        Fact::ReceiverActive { receiver: other }
                        | Fact::ReceiverBye { receiver: other } if other == receiver
                    )
                });
                if let Some((at, last)) = last {
                    let is_same = std::mem::discriminant(last) == std::mem::discriminant(&fact);
                    if !is_same {
                        self.tasks.remove(at);
                    }
                    return;
                }
            }
            _ => {}
        }
        self.queue(Task::Fact(fact));
    }

    pub(super) fn run(&mut self, now: Instant, task: Task, step: &mut Step) {
        let moves_tracks = matches!(task, Task::Operation | Task::Settle(..));
        match task {
            Task::Operation => self.run_operation(now, step),
            Task::EndOperation(result) => self.end_operation(*result, step),
            Task::NegotiationNeeded => self.run_negotiation_needed(step),
            Task::Fact(fact) => self.run_fact(now, fact, step),
            Task::Fire(event) => step.fire.push(event),
            Task::DtmfPlayout(sender) => self.run_dtmf_playout(sender, step),
            Task::GenerateKeyFrame {
                sender,
                rid,
                promise,
            } => self.run_generate_key_frame(sender, rid.as_deref(), promise, step),
            Task::GatheringComplete(transport, generation) => {
                self.complete_gathering(transport, &generation, step);
            }
            Task::ChannelOpen(channel) => self.announce_open(channel, step),
            Task::AnnouncedOpen(channel) => self.announced_open(channel, step),
            Task::ChannelUnavailable(channel) => self.channel_unavailable(channel, step),
            Task::ConnectionState => self.update_connection_state(step),
            Task::TransportsChanged => self.on_transports_changed(step),
            Task::Settle(promise, value) => step.settle.push((promise, Ok(value))),
            Task::Identity(id, reply) => self.on_identity_reply(id, *reply, step),
            Task::GetIdentityAssertion(promise) => self.run_get_identity_assertion(promise, step),
            Task::ForgetParameters(sender) => self.forget_parameters(sender),
            Task::SetParameters(new) => self.apply_parameters(&new, step),
            Task::EndTrack(receiver) => self.end_track(receiver, step),
            Task::StatsOfClosed(request) => {
                self.settle_stats_of_closed(now, request, step);
            }
        }
        if moves_tracks {
            self.sync_sources(now);
        }
    }

    /// The rest of an operation. It leaves the chain after its events and just before its promise
    /// settles: what a handler asks meanwhile waits behind it.
    fn run_operation(&mut self, now: Instant, step: &mut Step) {
        // Parameters that were taken are applied first (webrtc-pc, section 4.4.1.5, step 4.7.3).
        if self.sets_description() && self.has_new_parameters() {
            self.queue(Task::Operation);
            return;
        }
        let Some(kind) = self.take_operation() else {
            return;
        };
        if let Kind::SetRemote(description) = &kind
            && self.yields_to(description)
        {
            // Two tasks: ours is rolled back, whatever becomes of the peer's.
            self.roll_back(step);
            return self.resume_operation(kind);
        }
        let kind = match self.identity_gate(kind, step) {
            Gate::Open(kind) => kind,
            Gate::Shut(kind) => return self.put_back(kind),
            Gate::Refused(error) => return self.finish_operation(Err(error), step),
        };
        let result = match kind {
            Kind::CreateOffer(options) => self.create_offer(options).map(Value::Description),
            Kind::CreateAnswer => self.create_answer().map(Value::Description),
            Kind::SetLocal(kind, text) => self
                .set_local_description(now, kind, text, step)
                .map(|()| Value::Nothing),
            Kind::SetRemote(description) => self
                .set_remote_description(now, &description, step)
                .map(|()| Value::Nothing),
            Kind::AddIceCandidate(candidate) => {
                self.apply_ice_candidate(candidate).map(|()| Value::Nothing)
            }
            Kind::ReplaceTrack(sender, track) => {
                // Its promise resolves in a task of its own.
                self.finish_replace_track(sender, track);
                self.queue(Task::EndOperation(Box::new(Ok(Value::Nothing))));
                return;
            }
        };
        self.after_operation(result.is_ok(), step);
        self.finish_operation(result, step);
    }

    fn finish_operation(&mut self, result: Result<Value, Error>, step: &mut Step) {
        if step.fire.is_empty() {
            self.end_operation(result, step);
        } else {
            step.more = true;
            self.tasks.push_front(Task::EndOperation(Box::new(result)));
        }
    }

    /// The steps of an operation that run at once when its turn comes.
    pub(super) fn begin(&self, kind: &Kind) -> Result<Begun, Error> {
        let state = self.signaling.state();
        match kind {
            Kind::CreateOffer(_) => self.check_creates_offer()?,
            Kind::CreateAnswer => self.check_creates_answer()?,
            Kind::SetLocal(kind, text) => self.check_sets_local(*kind, text)?,
            Kind::SetRemote(description) => {
                let is_invalid_offer = description.kind == SdpType::Offer
                    && !matches!(
                        state,
                        SignalingState::Stable | SignalingState::HaveRemoteOffer
                    );
                if description.kind == SdpType::Rollback || is_invalid_offer {
                    check_rolls_back(state)?;
                }
            }
            Kind::AddIceCandidate(candidate) => {
                return self.begin_ice_candidate(candidate.as_ref());
            }
            Kind::ReplaceTrack(sender, _) => self.check_replaces_track(*sender)?,
        }
        Ok(Begun::Task)
    }

    fn run_negotiation_needed(&mut self, step: &mut Step) {
        if self.is_closed || self.defer_negotiation_needed() {
            return;
        }
        if self.signaling.state() != SignalingState::Stable {
            return;
        }
        let needed = self.is_negotiation_needed();
        if self.signaling.set_negotiation_needed(needed) {
            step.fire.push(Event::NegotiationNeeded);
        }
    }

    fn run_fact(&mut self, now: Instant, fact: Fact, step: &mut Step) {
        if self.is_closed {
            if let Fact::Stats { request, snapshot } = fact {
                self.on_snapshot(now, request, snapshot, step);
            }
            return;
        }
        match fact {
            Fact::Gathering { .. }
            | Fact::LocalCandidate { .. }
            | Fact::CandidateError { .. }
            | Fact::IceState { .. }
            | Fact::IceRole { .. }
            | Fact::SelectedPair { .. }
            | Fact::DtlsState { .. } => self.on_transport_fact(fact, step),
            Fact::AssociationConnected { .. }
            | Fact::AssociationClosed { .. }
            | Fact::ChannelAnnounced { .. }
            | Fact::ChannelOpen { .. }
            | Fact::ChannelClosing { .. }
            | Fact::ChannelClosed { .. }
            | Fact::Message { .. }
            | Fact::Sent { .. } => self.on_channel_fact(fact, step),
            Fact::ReceiverActive { receiver } => {
                self.statistics.forget_decoder(receiver);
                self.on_receiver_active(receiver, step);
            }
            Fact::ReceiverBye { receiver } => self.on_receiver_bye(receiver, step),
            Fact::KeyFrameRequested { sender, rid } => {
                step.fire.push(Event::KeyFrameRequested { sender, rid });
            }
            Fact::DtmfDue { sender } => self.run_dtmf_playout(sender, step),
            Fact::KeyFrameEncoded {
                sender,
                rid,
                timestamp,
            } => self.on_key_frame_encoded(sender, rid, timestamp, step),
            Fact::Stats { request, snapshot } => {
                self.on_snapshot(now, request, snapshot, step);
            }
            Fact::Closed => {}
        }
    }
}
