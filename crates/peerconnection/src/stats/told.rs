//! What an application tells of its encoders, decoders, sources and devices, so that statistics
//! can say it.

use std::collections::BTreeMap;

use super::{DomHighResTimeStamp, QualityLimitationReason};

/// Declares a report of an application: counters, which never fall, and facts, of which the last
/// counts.
macro_rules! told {
    ($(#[$doc:meta])* $name:ident {
        counters { $($(#[$counter_doc:meta])* $counter:ident: $counter_type:ty,)* }
        facts { $($(#[$fact_doc:meta])* $fact:ident: $fact_type:ty,)* }
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$counter_doc])* pub $counter: Option<$counter_type>,)*
            $($(#[$fact_doc])* pub $fact: Option<$fact_type>,)*
        }

        impl $name {
            /// Takes in what `new` says; what it does not say stays, and no counter falls.
            pub(crate) fn merge(&mut self, new: Self) {
                $(
                    if let Some(counter) = new.$counter
                        && self.$counter.is_none_or(|known| known < counter)
                    {
                        self.$counter = Some(counter);
                    }
                )*
                $(
                    if new.$fact.is_some() {
                        self.$fact = new.$fact;
                    }
                )*
            }
        }
    };
}

told! {
    /// What the decoder and renderer of a receiver tell. All is counted since the first packet of
    /// the stream; durations are in seconds. Members are those of
    /// [`InboundRtpStreamStats`](super::InboundRtpStreamStats).
    DecodeReport {
        counters {
            /// Frames that were decoded.
            frames_decoded: u32,
            /// Key frames among them.
            key_frames_decoded: u32,
            /// Frames that were shown.
            frames_rendered: u32,
            /// Frames that the application dropped before decoding or showing them.
            frames_dropped: u32,
            /// Sum of the quantizers of decoded frames.
            qp_sum: u64,
            /// Time spent decoding.
            total_decode_time: f64,
            /// Time between frames that were shown.
            total_inter_frame_delay: f64,
            /// The same, squared each.
            total_squared_inter_frame_delay: f64,
            /// Times that nothing was shown for 5 seconds.
            pause_count: u32,
            /// How long those were.
            total_pauses_duration: f64,
            /// Times that a frame stayed much longer than the others.
            freeze_count: u32,
            /// How long those were.
            total_freezes_duration: f64,
            /// Octets of error correction that was received.
            fec_bytes_received: u64,
            /// Packets with error correction that were received.
            fec_packets_received: u64,
            /// Packets of those that were not needed.
            fec_packets_discarded: u64,
            /// Time from the first packet of each frame, or of each sample, to when it was decoded.
            total_processing_delay: f64,
            /// Samples that were played out or would have been, concealed ones included.
            total_samples_received: u64,
            /// Samples that were made up.
            concealed_samples: u64,
            /// Samples of those that are silent.
            silent_concealed_samples: u64,
            /// Times that samples were made up after received ones.
            concealment_events: u64,
            /// Samples that were added to play slower.
            inserted_samples_for_deceleration: u64,
            /// Samples that were left out to play faster.
            removed_samples_for_acceleration: u64,
            /// Energy of the samples, as webrtc-stats defines it.
            total_audio_energy: f64,
            /// How long the samples were.
            total_samples_duration: f64,
            /// Sum of the probabilities that a frame is corrupt.
            total_corruption_probability: f64,
            /// The same, squared each.
            total_squared_corruption_probability: f64,
            /// How many there were.
            corruption_measurements: u64,
        }
        facts {
            /// Width of the last decoded frame in pixels.
            frame_width: u32,
            /// Height of the last decoded frame in pixels.
            frame_height: u32,
            /// Frames decoded during the last second.
            frames_per_second: f64,
            /// Level of the audio, 0 to 1.
            audio_level: f64,
            /// The sender's clock for what is being played out.
            estimated_playout_timestamp: DomHighResTimeStamp,
            /// The name of the decoder.
            decoder_implementation: String,
            /// Whether it saves power.
            power_efficient_decoder: bool,
            /// The source of a stream of error correction that the application reads.
            fec_ssrc: u32,
        }
    }
}

told! {
    /// What the encoder of a sender tells. All is counted since the stream began; durations are in
    /// seconds. Members are those of
    /// [`OutboundRtpStreamStats`](super::OutboundRtpStreamStats).
    EncodeReport {
        counters {
            /// Octets that frames should have had.
            total_encoded_bytes_target: u64,
            /// Frames that were encoded.
            frames_encoded: u32,
            /// Key frames among them.
            key_frames_encoded: u32,
            /// Sum of the quantizers.
            qp_sum: u64,
            /// How often the signal-to-noise ratio was measured.
            psnr_measurements: u64,
            /// Time spent encoding.
            total_encode_time: f64,
        }
        facts {
            /// Bits per second that it aims at.
            target_bitrate: f64,
            /// Width of the last encoded frame in pixels.
            frame_width: u32,
            /// Height of the last encoded frame in pixels.
            frame_height: u32,
            /// Sums of the signal-to-noise ratios, of `y`, `u` and `v`.
            psnr_sum: BTreeMap<String, f64>,
            /// What keeps resolution or frame rate down.
            quality_limitation_reason: QualityLimitationReason,
            /// The name of the encoder.
            encoder_implementation: String,
            /// Whether it saves power.
            power_efficient_encoder: bool,
            /// The scalability mode that it uses.
            scalability_mode: String,
        }
    }
}

told! {
    /// What the source of a track tells. All is counted since the track was attached to a sender.
    SourceReport {
        counters {
            /// Frames of video.
            frames: u32,
            /// Energy of the samples, as webrtc-stats defines it.
            total_audio_energy: f64,
            /// How long the samples were, in seconds.
            total_samples_duration: f64,
        }
        facts {
            /// Width of the last frame in pixels.
            width: u32,
            /// Height of the last frame in pixels.
            height: u32,
            /// Frames of the last second.
            frames_per_second: f64,
            /// Level of the audio, 0 to 1.
            audio_level: f64,
            /// Loss of the echo before cancellation in dB.
            echo_return_loss: f64,
            /// What cancellation adds to it in dB.
            echo_return_loss_enhancement: f64,
        }
    }
}

told! {
    /// What a device that plays audio out tells. Members are those of
    /// [`AudioPlayoutStats`](super::AudioPlayoutStats).
    PlayoutReport {
        counters {
            /// How long the samples were that were made up because none came in time, in seconds.
            synthesized_samples_duration: f64,
            /// Times that this began.
            synthesized_samples_events: u32,
            /// How long all samples were, in seconds.
            total_samples_duration: f64,
            /// How long each sample waited until it was heard, summed, in seconds.
            total_playout_delay: f64,
            /// Samples.
            total_samples_count: u64,
        }
        facts {}
    }
}

/// What congestion control of the application estimates for a transport, in bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BitrateReport {
    /// `availableOutgoingBitrate`.
    pub available_outgoing_bitrate: Option<f64>,
    /// `availableIncomingBitrate`.
    pub available_incoming_bitrate: Option<f64>,
}
