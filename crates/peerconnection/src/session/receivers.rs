//! Receivers as the application handles them (webrtc-pc, section 5.3).

use std::time::{Duration, Instant};

use super::Session;
use super::media::no_such_transceiver;
use super::step::{Event, Step};
use crate::error::{Error, ErrorName};
use crate::id::{ReceiverId, TransceiverId};
use crate::negotiation::codecs;
use crate::rtp_parameters::{
    RtcpParameters, RtpCodingParameters, RtpContributingSource, RtpHeaderExtensionParameters,
    RtpParameters, RtpReceiveParameters, RtpSynchronizationSource,
};
use crate::session::call::Direction;
use crate::source_table::{Delivered, Heard, linear};
use crate::transceiver::Transceiver;

/// The largest jitter buffer target that can be asked for.
const MAX_TARGET: Duration = Duration::from_millis(4_000);

impl Session {
    /// Whether a receiver hands out frames or packets.
    pub(super) fn set_delivery(
        &mut self,
        receiver: ReceiverId,
        delivery: stonechat_media::Delivery,
    ) -> Result<(), Error> {
        let id = TransceiverId(receiver.0);
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if std::mem::replace(&mut transceiver.receiver.delivery, delivery) != delivery {
            self.apply_plan();
        }
        Ok(())
    }

    /// Sets `jitterBufferTarget`.
    pub(super) fn set_jitter_buffer_target(
        &mut self,
        receiver: ReceiverId,
        target: Option<Duration>,
    ) -> Result<(), Error> {
        if target.is_some_and(|target| target > MAX_TARGET) {
            return Err(Error::new(
                ErrorName::RangeError,
                "the jitter buffer target is at most 4 seconds",
            ));
        }
        let id = TransceiverId(receiver.0);
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        transceiver.receiver.jitter_buffer_target = target;
        if !self.is_closed {
            self.apply_plan();
        }
        Ok(())
    }

    pub(super) fn on_receiver_active(&mut self, receiver: ReceiverId, step: &mut Step) {
        let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) else {
            return;
        };
        if transceiver.receiver.muted
            && transceiver.fired_direction.is_some_and(Direction::receives)
        {
            transceiver.receiver.muted = false;
            step.fire.push(Event::TrackUnmuted(receiver));
        }
    }

    pub(super) fn on_receiver_bye(&mut self, receiver: ReceiverId, step: &mut Step) {
        let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) else {
            return;
        };
        if !std::mem::replace(&mut transceiver.receiver.muted, true) {
            step.fire.push(Event::TrackMuted(receiver));
        }
    }

    /// The track of a receiver ends, unless it has.
    pub(super) fn end_track(&mut self, receiver: ReceiverId, step: &mut Step) {
        let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) else {
            return;
        };
        if !std::mem::replace(&mut transceiver.receiver.ended, true) {
            step.fire.push(Event::TrackEnded(receiver));
        }
    }

    /// `getParameters()` of a receiver; empty once its transceiver is gone.
    #[must_use]
    pub fn receive_parameters(&self, receiver: ReceiverId) -> RtpReceiveParameters {
        let Some(transceiver) = self.of_receiver(receiver) else {
            return RtpReceiveParameters::default();
        };
        let receiver = &transceiver.receiver;
        let rid = |rid: &String| RtpCodingParameters {
            rid: Some(rid.clone()),
        };
        RtpReceiveParameters {
            encodings: receiver.rids.iter().map(rid).collect(),
            rtp: RtpParameters {
                header_extensions: receiver
                    .extensions
                    .iter()
                    .map(RtpHeaderExtensionParameters::from)
                    .collect(),
                rtcp: RtcpParameters {
                    cname: None,
                    reduced_size: transceiver.reduced_size,
                },
                codecs: codecs::parameters_of(transceiver.kind, &receiver.receive_codecs),
            },
        }
    }

    /// `jitterBufferTarget`.
    #[must_use]
    pub fn jitter_buffer_target(&self, receiver: ReceiverId) -> Option<Duration> {
        self.of_receiver(receiver)?.receiver.jitter_buffer_target
    }

    /// Takes note of a frame or packet that is handed to the application: of who was heard.
    pub fn note_delivered(&mut self, now: Instant, receiver: ReceiverId, delivered: &Delivered) {
        let now = self.clock.advance(now);
        if let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) {
            transceiver.receiver.heard.note(now, delivered);
        }
    }

    /// `getContributingSources()`: who was mixed into what came in the last ten seconds, the
    /// newest first.
    #[must_use]
    pub fn contributing_sources(
        &self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Vec<RtpContributingSource> {
        let sources = self.of_receiver(receiver).into_iter();
        sources
            .flat_map(|transceiver| transceiver.receiver.heard.contributing(now))
            .map(|heard| self.source(receiver, heard))
            .collect()
    }

    /// `getSynchronizationSources()`: the sources of what came in the last ten seconds, the newest
    /// first.
    #[must_use]
    pub fn synchronization_sources(
        &self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Vec<RtpSynchronizationSource> {
        let sources = self.of_receiver(receiver).into_iter();
        sources
            .flat_map(|transceiver| transceiver.receiver.heard.synchronization(now))
            .map(|heard| self.source(receiver, heard))
            .collect()
    }

    fn source(&self, receiver: ReceiverId, heard: Heard) -> RtpContributingSource {
        let is_audio = self
            .of_receiver(receiver)
            .is_some_and(|transceiver| transceiver.kind == crate::id::Kind::Audio);
        RtpContributingSource {
            timestamp: self.env.wall_at(heard.at),
            source: heard.source,
            audio_level: heard.level.filter(|_| is_audio).map(linear),
            rtp_timestamp: heard.rtp_timestamp,
        }
    }

    fn of_receiver(&self, receiver: ReceiverId) -> Option<&Transceiver> {
        self.transceivers
            .iter()
            .find(|transceiver| transceiver.id.receiver() == receiver)
    }
}
