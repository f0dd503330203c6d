//! The W3C objects of a peer connection as ids and slots: descriptions, transceivers, channels,
//! transports, the operations chain and one queue of tasks. Never sees a packet.
//!
//! [`Session::call`] is what an application does, [`Session::poll_step`] runs the front task, of
//! which `task` knows the kinds; [`Session::poll_order`] is what the packets have to do for it.

pub mod call;
mod candidates;
mod chain;
mod channels;
mod close;
mod config;
pub mod description;
mod dtmf;
mod getters;
pub mod identity;
mod media;
mod plan;
mod pool;
mod receivers;
mod senders;
mod statistics;
pub mod step;
pub(crate) mod task;
mod transform;
mod transports;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use stonechat_crypto::Certificate;
use stonechat_sansio::{Clock, Env, Rng};

use self::call::{Answer, Call, PromiseId};
use self::candidates::{RemoteCandidates, check_candidate};
use self::chain::Chain;
use self::channels::ChannelObjects;
pub use self::config::{Config, RtcpConfig, StreamFeedback};
use self::description::SdpType;
use self::dtmf::Dtmf;
pub use self::getters::{ChannelView, SctpView, TransceiverView, TransportView};
use self::identity::Identity;
use self::statistics::Statistics;
pub(crate) use self::statistics::{FINAL, MediaSource};
use self::step::Step;
use self::task::Task;
use self::transform::PendingKeyFrame;
use self::transports::TransportObjects;
use crate::configuration::Configuration;
use crate::error::{Error, ErrorName};
use crate::fact::Fact;
use crate::id::{ChannelId, SenderId};
use crate::order::Order;
use crate::signaling::Signaling;
use crate::state::{ConnectionState, IceConnectionState, IceGatheringState};
use crate::transceiver::Transceiver;

/// The W3C half of a peer connection (webrtc-pc, RFC 8829), sans-IO.
///
/// State that an application can see changes only in [`call`](Self::call) and
/// [`poll_step`](Self::poll_step).
///
/// # Limits
///
/// What the peer can make grow is bounded by [`Config`]: the size of descriptions, candidates, and
/// messages by credit that is returned when their step is pulled.
#[derive(Debug)]
pub struct Session {
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) configuration: Configuration,
    pub(crate) certificate: Certificate,
    pub(crate) env: Env,
    pub(crate) rng: Rng,
    pub(crate) signaling: Signaling,
    pub(crate) transceivers: Vec<Transceiver>,
    pub(crate) next_transceiver: u32,
    pub(crate) transports: TransportObjects,
    pub(crate) remote_candidates: RemoteCandidates,
    pub(crate) channels: ChannelObjects,
    dtmf: BTreeMap<SenderId, Dtmf>,
    pending_key_frames: Vec<PendingKeyFrame>,
    chain: Chain,
    tasks: VecDeque<Task>,
    orders: VecDeque<Order>,
    next_promise: u64,
    next_transaction: u64,
    pub(crate) statistics: Statistics,
    pub(crate) connection_state: ConnectionState,
    pub(crate) ice_connection_state: IceConnectionState,
    pub(crate) ice_gathering_state: IceGatheringState,
    pub(crate) is_closed: bool,
    /// Whether `setLocalDescription()` was ever called.
    local_was_set: bool,
    pub(crate) identity: Identity,
}

impl Session {
    /// A session in the state `stable`, with `certificate` for its transports.
    #[must_use]
    pub fn new(
        config: Config,
        configuration: Configuration,
        certificate: Certificate,
        env: Env,
        now: Instant,
    ) -> Self {
        let mut rng = env.seed().rng();
        let statistics = Statistics::new(env.seed().child("statistics"));
        let mut session = Self {
            clock: Clock::new(now),
            signaling: Signaling::new(&mut rng),
            config,
            configuration,
            certificate,
            env,
            rng,
            transceivers: Vec::new(),
            next_transceiver: 0,
            transports: TransportObjects::default(),
            remote_candidates: RemoteCandidates::default(),
            channels: ChannelObjects::default(),
            dtmf: BTreeMap::new(),
            pending_key_frames: Vec::new(),
            chain: Chain::default(),
            tasks: VecDeque::new(),
            orders: VecDeque::new(),
            next_promise: 0,
            next_transaction: 0,
            statistics,
            connection_state: ConnectionState::New,
            ice_connection_state: IceConnectionState::New,
            ice_gathering_state: IceGatheringState::New,
            is_closed: false,
            local_was_set: false,
            identity: Identity::default(),
        };
        session.resize_pool(false);
        session
    }

    /// Does what an application asks, as far as it happens at once.
    pub fn call(&mut self, now: Instant, call: Call) -> Answer {
        let now = self.clock.advance(now);
        let moves_tracks = matches!(
            call,
            Call::AddTrack { .. }
                | Call::RemoveTrack(_)
                | Call::AddTransceiver { .. }
                | Call::ReplaceTrack(..)
        );
        let answer = self.dispatch(call);
        if moves_tracks {
            self.sync_sources(now);
        }
        answer.unwrap_or_else(Answer::Failed)
    }

    /// Takes a fact from the connection: it becomes a task, nothing visible changes yet.
    pub fn handle_fact(&mut self, now: Instant, fact: Fact) {
        self.clock.advance(now);
        // The counters of the end come after it.
        if !self.is_closed || matches!(fact, Fact::Stats { .. }) {
            self.queue_fact(fact);
        }
    }

    /// Runs one step of the front task, if there is one.
    pub fn poll_step(&mut self, now: Instant) -> Option<Step> {
        let now = self.clock.advance(now);
        let task = self.tasks.pop_front()?;
        let mut step = Step::default();
        self.run(now, task, &mut step);
        Some(step)
    }

    /// How many tasks wait; each of them is a step at least, as long as nothing that arrives takes
    /// it back.
    #[must_use]
    pub fn waiting_tasks(&self) -> usize {
        self.tasks.len()
    }

    /// The next order for the connection.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Gives the credit for `octets` of messages back: the application took them, more may come.
    pub fn return_credit(&mut self, channel: ChannelId, octets: u64) {
        if !self.is_closed {
            self.order(Order::GrantCredit { channel, octets });
        }
    }

    fn dispatch(&mut self, call: Call) -> Result<Answer, Error> {
        // A candidate for no section is refused even after the end.
        if let Call::AddIceCandidate(candidate) = &call {
            check_candidate(candidate.as_ref())?;
        }
        match &call {
            Call::Close => {
                self.close();
                return Ok(Answer::Done);
            }
            Call::RestartIce => {
                self.signaling.restart_ice();
                self.update_negotiation_needed();
                return Ok(Answer::Done);
            }
            Call::SetBinaryType(channel, binary_type) => {
                return self
                    .channels
                    .set_binary_type(*channel, *binary_type)
                    .map(|()| Answer::Done);
            }
            Call::SetBufferedAmountLowThreshold(channel, octets) => {
                return self
                    .channels
                    .set_low_threshold(*channel, *octets)
                    .map(|()| Answer::Done);
            }
            Call::CloseChannel(channel) => {
                return self.close_channel(*channel).map(|()| Answer::Done);
            }
            Call::GetParameters(sender) => return self.get_parameters(*sender),
            Call::ReplaceTrack(sender, track) => {
                return self.replace_track(*sender, track.clone());
            }
            Call::SetCodecPreferences(transceiver, codecs) => {
                return self
                    .set_codec_preferences(*transceiver, codecs)
                    .map(|()| Answer::Done);
            }
            Call::SetHeaderExtensionsToNegotiate(transceiver, extensions) => {
                return self
                    .set_header_extensions(*transceiver, extensions.clone())
                    .map(|()| Answer::Done);
            }
            Call::SetJitterBufferTarget(receiver, target) => {
                return self
                    .set_jitter_buffer_target(*receiver, *target)
                    .map(|()| Answer::Done);
            }
            Call::GetStats(selector) => return self.get_stats(selector.clone()),
            _ if self.is_closed => {
                return Err(Error::new(
                    ErrorName::InvalidStateError,
                    "the peer connection is closed",
                ));
            }
            _ => {}
        }
        match call {
            Call::CreateOffer(options) => {
                self.receive_as_asked(options);
                self.chain_operation(chain::Kind::CreateOffer(options))
            }
            Call::CreateAnswer => self.chain_operation(chain::Kind::CreateAnswer),
            Call::SetLocalDescription(description) => {
                let (kind, sdp) = description.map_or((None, String::new()), |description| {
                    (Some(description.kind), description.sdp)
                });
                self.set_local(kind, sdp)
            }
            Call::SetInferredLocalDescription(sdp) => self.set_local(None, sdp),
            Call::SetRemoteDescription(description) => {
                self.chain_operation(chain::Kind::SetRemote(description))
            }
            Call::AddIceCandidate(candidate) => {
                self.chain_operation(chain::Kind::AddIceCandidate(candidate))
            }
            Call::SetConfiguration(configuration) => self
                .set_configuration(*configuration)
                .map(|()| Answer::Done),
            Call::AddTrack { track, streams } => self.add_track(track, streams).map(Answer::Sender),
            Call::RemoveTrack(sender) => self.remove_track(sender).map(|()| Answer::Done),
            Call::AddTransceiver { kind, track, init } => self
                .add_transceiver(kind, track, init)
                .map(Answer::Transceiver),
            Call::SetDirection(transceiver, direction) => self
                .set_direction(transceiver, direction)
                .map(|()| Answer::Done),
            Call::StopTransceiver(transceiver) => {
                self.stop_transceiver(transceiver).map(|()| Answer::Done)
            }
            Call::SetParameters(sender, parameters, options) => {
                self.set_parameters(sender, &parameters, options)
            }
            Call::SetStreams(sender, streams) => {
                self.set_streams(sender, streams).map(|()| Answer::Done)
            }
            Call::SetDelivery(receiver, delivery) => {
                self.set_delivery(receiver, delivery).map(|()| Answer::Done)
            }
            Call::RequestKeyFrame(receiver) => {
                self.order(Order::RequestKeyFrame { receiver });
                Ok(Answer::Done)
            }
            Call::InsertDtmf {
                sender,
                tones,
                duration,
                inter_tone_gap,
            } => self
                .insert_dtmf(sender, &tones, duration, inter_tone_gap)
                .map(|()| Answer::Done),
            Call::SetSenderTransform(sender, transform) => self
                .set_sender_transform(sender, transform)
                .map(|()| Answer::Done),
            Call::SetReceiverTransform(receiver, transform) => self
                .set_receiver_transform(receiver, transform)
                .map(|()| Answer::Done),
            Call::GenerateKeyFrame { sender, rid } => self.generate_key_frame(sender, rid),
            Call::SendKeyFrameRequest(receiver) => self.send_key_frame_request(receiver),
            Call::SetIdentityProvider { domain, options } => self
                .set_identity_provider(domain, options)
                .map(|()| Answer::Done),
            Call::GetIdentityAssertion => Ok(self.get_identity_assertion()),
            Call::ReportDecode(receiver, report) => {
                self.report_decode(receiver, *report);
                Ok(Answer::Done)
            }
            Call::ReportEncode {
                sender,
                rid,
                report,
            } => {
                self.report_encode(sender, rid, *report);
                Ok(Answer::Done)
            }
            Call::ReportSource { track, report } => {
                self.report_source(&track, *report);
                Ok(Answer::Done)
            }
            Call::ReportPlayout {
                device,
                receivers,
                report,
            } => {
                self.report_playout(device, receivers, *report);
                Ok(Answer::Done)
            }
            Call::ReportBitrate(transport, report) => {
                self.report_bitrate(transport, report);
                Ok(Answer::Done)
            }
            Call::CreateDataChannel { label, init } => {
                self.create_data_channel(label, init).map(Answer::Channel)
            }
            Call::Send {
                channel,
                kind,
                data,
            } => self.send(channel, kind, data).map(|()| Answer::Done),
            Call::Close
            | Call::RestartIce
            | Call::SetBufferedAmountLowThreshold(..)
            | Call::SetBinaryType(..)
            | Call::CloseChannel(..)
            | Call::GetParameters(_)
            | Call::ReplaceTrack(..)
            | Call::SetCodecPreferences(..)
            | Call::SetHeaderExtensionsToNegotiate(..)
            | Call::SetJitterBufferTarget(..)
            | Call::GetStats(_) => Ok(Answer::Done),
        }
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push_back(order);
    }

    pub(crate) fn promise(&mut self) -> PromiseId {
        self.next_promise += 1;
        PromiseId(self.next_promise)
    }

    pub(crate) fn queue(&mut self, task: Task) {
        self.tasks.push_back(task);
    }

    fn set_local(&mut self, kind: Option<SdpType>, sdp: String) -> Result<Answer, Error> {
        self.local_was_set = true;
        self.chain_operation(chain::Kind::SetLocal(kind, sdp))
    }

    fn set_configuration(&mut self, mut configuration: Configuration) -> Result<(), Error> {
        self.keep_target_identity(&mut configuration)?;
        configuration.check_change(&self.configuration, self.local_was_set)?;
        configuration.validate()?;
        let other_gathering = configuration.ice_servers != self.configuration.ice_servers
            || configuration.ice_transport_policy != self.configuration.ice_transport_policy;
        let other_servers = configuration.ice_servers != self.configuration.ice_servers;
        self.configuration = configuration;
        self.order(Order::Configure(Box::new(self.configuration.clone())));
        // RFC 8829, section 4.1.18: a gathering phase began, so the next offer begins another.
        if other_gathering {
            self.signaling.note_other_servers();
        }
        self.resize_pool(other_servers);
        Ok(())
    }
}
