//! Senders as the application handles them (webrtc-pc, section 5.2).

use std::time::Duration;

use super::Session;
use super::call::{Answer, Direction, PromiseId, TrackInfo, Value};
use super::chain;
use super::media::{check_track, no_such_transceiver, stream_ids};
use super::step::{Event, Step};
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::id::{SenderId, TransceiverId};
use crate::negotiation::codecs;
use crate::rtp_parameters::{
    EncodingHints, EncodingOptions, RtcpParameters, RtpEncodingParameters,
    RtpHeaderExtensionParameters, RtpParameters, RtpSendParameters, SetParameterOptions,
};
use crate::rtp_sender::check_parameters;
use crate::transceiver::Transceiver;

/// `setParameters()` that was taken and not applied yet.
#[derive(Debug)]
pub(crate) struct NewParameters {
    promise: PromiseId,
    sender: SenderId,
    encodings: Vec<RtpEncodingParameters>,
    options: Vec<EncodingOptions>,
}

impl Session {
    /// `getParameters()`.
    pub(super) fn get_parameters(&mut self, sender: SenderId) -> Result<Answer, Error> {
        let id = TransceiverId(sender.0);
        let cname = self.cname();
        self.next_transaction += 1;
        let transaction_id = self.next_transaction.to_string();
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if let Some(last) = &transceiver.sender.last_returned {
            return Ok(Answer::Parameters(last.clone()));
        }
        let parameters = Box::new(RtpSendParameters {
            transaction_id,
            encodings: transceiver.sender.encodings.clone(),
            rtp: RtpParameters {
                header_extensions: transceiver
                    .sender
                    .extensions
                    .iter()
                    .map(RtpHeaderExtensionParameters::from)
                    .collect(),
                rtcp: RtcpParameters {
                    cname: Some(cname),
                    reduced_size: transceiver.reduced_size,
                },
                codecs: codecs::parameters_of(transceiver.kind, &transceiver.sender.codecs),
            },
        });
        transceiver.sender.last_returned = Some(parameters.clone());
        if !self.config.parameters_stay {
            self.queue(Task::ForgetParameters(sender));
        }
        Ok(Answer::Parameters(parameters))
    }

    pub(super) fn forget_parameters(&mut self, sender: SenderId) {
        if let Some(transceiver) = self.transceiver_mut(TransceiverId(sender.0)) {
            transceiver.sender.last_returned = None;
        }
    }

    /// `setParameters()`: checked at once, applied by a task.
    pub(super) fn set_parameters(
        &mut self,
        sender: SenderId,
        parameters: &RtpSendParameters,
        mut options: SetParameterOptions,
    ) -> Result<Answer, Error> {
        let id = TransceiverId(sender.0);
        let transceiver = self
            .transceivers
            .iter()
            .find(|transceiver| transceiver.id == id && !transceiver.stopping)
            .ok_or_else(stopped)?;
        let Some(last) = &transceiver.sender.last_returned else {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "call get_parameters first, and set what it gave before anything changes",
            ));
        };
        let kind = transceiver.kind;
        let engine = &self.config.media_engine;
        let encodings = check_parameters(engine, kind, &transceiver.sender, last, parameters)?;
        if kind == crate::id::Kind::Audio {
            options.encoding_options.clear();
        }
        let count = options.encoding_options.len();
        if count != 0 && count != encodings.len() {
            return Err(Error::new(
                ErrorName::InvalidModificationError,
                "encodingOptions has one entry for each encoding, or none",
            ));
        }
        let promise = self.promise();
        self.queue(Task::SetParameters(Box::new(NewParameters {
            promise,
            sender,
            encodings,
            options: options.encoding_options,
        })));
        Ok(Answer::Promise(promise))
    }

    pub(super) fn apply_parameters(&mut self, new: &NewParameters, step: &mut Step) {
        if self.is_closed {
            return;
        }
        let Some(transceiver) = self.transceiver_mut(TransceiverId(new.sender.0)) else {
            step.settle.push((new.promise, Ok(Value::Nothing)));
            return;
        };
        transceiver.sender.last_returned = None;
        // Descriptions wait for this task: the encodings are those that were checked.
        for (index, (encoding, options)) in new
            .encodings
            .iter()
            .zip(new.options.iter().map(Some).chain(std::iter::repeat(None)))
            .enumerate()
        {
            if let Some(place) = transceiver.sender.encodings.get_mut(index) {
                place.clone_from(encoding);
            }
            if options.is_some_and(|options| options.key_frame) {
                step.fire.push(Event::KeyFrameWanted {
                    sender: new.sender,
                    rid: encoding.rid.clone(),
                });
            }
        }
        self.apply_plan();
        step.settle.push((new.promise, Ok(Value::Nothing)));
    }

    /// Whether parameters were taken that descriptions have to wait for.
    pub(super) fn has_new_parameters(&self) -> bool {
        self.tasks
            .iter()
            .any(|task| matches!(task, Task::SetParameters(_)))
    }

    /// `replaceTrack()`: an operation of the chain.
    pub(super) fn replace_track(
        &mut self,
        sender: SenderId,
        track: Option<TrackInfo>,
    ) -> Result<Answer, Error> {
        let id = TransceiverId(sender.0);
        if let Some(transceiver) = self.transceiver_mut(id) {
            check_track(transceiver.kind, track.as_ref())?;
        }
        if self.is_closed {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the peer connection is closed",
            ));
        }
        self.chain_operation(chain::Kind::ReplaceTrack(sender, track))
    }

    pub(super) fn check_replaces_track(&self, sender: SenderId) -> Result<(), Error> {
        let id = TransceiverId(sender.0);
        let lives = self
            .transceivers
            .iter()
            .any(|transceiver| transceiver.id == id && !transceiver.stopping);
        if lives { Ok(()) } else { Err(stopped()) }
    }

    pub(super) fn finish_replace_track(&mut self, sender: SenderId, track: Option<TrackInfo>) {
        if let Some(transceiver) = self.transceiver_mut(TransceiverId(sender.0)) {
            transceiver.sender.track = track;
            self.apply_plan();
        }
    }

    /// `setStreams()`.
    pub(super) fn set_streams(
        &mut self,
        sender: SenderId,
        streams: Vec<String>,
    ) -> Result<(), Error> {
        let streams = stream_ids(streams)?;
        let transceiver = self
            .transceiver_mut(TransceiverId(sender.0))
            .ok_or_else(no_such_transceiver)?;
        transceiver.sender.streams = streams;
        self.update_negotiation_needed();
        Ok(())
    }

    /// What an encoder should do now for each encoding of a sender; empty once the transceiver is
    /// gone.
    #[must_use]
    pub fn encoding_hints(&self, sender: SenderId) -> Vec<EncodingHints> {
        let id = TransceiverId(sender.0);
        let transceiver = self
            .transceivers
            .iter()
            .find(|transceiver| transceiver.id == id);
        transceiver
            .into_iter()
            .flat_map(|transceiver| {
                let encodings = transceiver.sender.encodings.iter();
                encodings.map(|encoding| hints(transceiver, encoding))
            })
            .collect()
    }
}

impl Transceiver {
    /// Whether an encoding is sent now: by direction, track and parameters.
    pub(crate) fn sends(&self, encoding: &RtpEncodingParameters) -> bool {
        encoding.active
            && !self.stopping
            && self.sender.track.is_some()
            && self.current_direction.is_some_and(Direction::sends)
    }
}

fn hints(transceiver: &Transceiver, encoding: &RtpEncodingParameters) -> EncodingHints {
    let kind = transceiver.kind;
    EncodingHints {
        rid: encoding.rid.clone(),
        active: transceiver.sends(encoding),
        codec: transceiver
            .sender
            .codec_of(kind, encoding)
            .map(|plan| plan.parameters_of(kind)),
        max_bitrate: encoding.max_bitrate,
        max_framerate: encoding.max_framerate,
        scale_resolution_down_by: encoding.scale_resolution_down_by.unwrap_or(1.0),
        scale_resolution_down_to: encoding.scale_resolution_down_to,
        scalability_mode: encoding.scalability_mode.clone(),
        ptime: encoding
            .ptime
            .map(|millis| Duration::from_millis(u64::from(millis))),
        priority: encoding.priority,
        network_priority: encoding.network_priority.unwrap_or(encoding.priority),
    }
}

fn stopped() -> Error {
    Error::new(ErrorName::InvalidStateError, "the transceiver is stopped")
}
