//! `RTCEncodedVideoFrame` and `RTCEncodedAudioFrame` (webrtc-encoded-transform, section 5).

use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    EncodedVideoChunkType, FrameTime, MediaKind, OutgoingFrame, RtcEncodedAudioFrame,
    RtcEncodedAudioFrameMetadata, RtcEncodedAudioFrameOptions, RtcEncodedFrame,
    RtcEncodedFrameMetadata, RtcEncodedVideoFrame, RtcEncodedVideoFrameMetadata,
    RtcEncodedVideoFrameOptions, RtcRtpScriptTransform, RtcRtpScriptTransformer,
    RtcTransformWorker, TransformWorkerEvent,
};

use crate::encoded_media::{Line, line};
use crate::pair::within;

async fn transformer(worker: &RtcTransformWorker) -> RtcRtpScriptTransformer {
    let TransformWorkerEvent::RtcTransform(event) = within(worker.events().next()).await.unwrap()
    else {
        panic!("another event");
    };
    event.transformer
}

/// A line whose sender and receiver have transforms.
async fn transformed(kind: MediaKind) -> (Line, RtcRtpScriptTransformer, RtcRtpScriptTransformer) {
    let workers = [RtcTransformWorker::new(), RtcTransformWorker::new()];
    let transform = RtcRtpScriptTransform::new(&workers[0], ());
    let line = line(kind, |sender| {
        sender.set_transform(Some(transform.into())).unwrap();
    })
    .await;
    let transform = RtcRtpScriptTransform::new(&workers[1], ());
    line.receiver.set_transform(Some(transform.into())).unwrap();
    let [near, far] = [&workers[0], &workers[1]];
    (line, transformer(near).await, transformer(far).await)
}

async fn read(transformer: &RtcRtpScriptTransformer) -> RtcEncodedFrame {
    within(transformer.readable().read()).await.unwrap()
}

fn video(frame: RtcEncodedFrame) -> RtcEncodedVideoFrame {
    match frame {
        RtcEncodedFrame::Video(frame) => frame,
        RtcEncodedFrame::Audio(_) => panic!("audio"),
    }
}

fn audio(frame: RtcEncodedFrame) -> RtcEncodedAudioFrame {
    match frame {
        RtcEncodedFrame::Audio(frame) => frame,
        RtcEncodedFrame::Video(_) => panic!("video"),
    }
}

// api: RTCEncodedVideoFrame.type, RTCEncodedVideoFrame.data, RTCEncodedVideoFrame.getMetadata
// api: RTCEncodedFrameMetadata.synchronizationSource, RTCEncodedFrameMetadata.payloadType
// api: RTCEncodedFrameMetadata.contributingSources, RTCEncodedFrameMetadata.rtpTimestamp
// api: RTCEncodedFrameMetadata.captureTime, RTCEncodedFrameMetadata.mimeType
// api: RTCEncodedVideoFrameMetadata.frameId, RTCEncodedVideoFrameMetadata.dependencies
// api: RTCEncodedVideoFrameMetadata.width, RTCEncodedVideoFrameMetadata.height
// api: RTCEncodedVideoFrameMetadata.timestamp, EncodedVideoChunkType.key
#[tokio::test]
async fn a_frame_of_video_to_be_sent_says_what_it_is() {
    let (mut line, near, _far) = transformed(MediaKind::Video).await;
    let sent = line.send().await;
    let frame = video(read(&near).await);
    assert_eq!(frame.kind(), EncodedVideoChunkType::Key);
    assert_eq!(frame.data(), &sent);
    let metadata = frame.get_metadata();
    assert_eq!(metadata.mime_type.as_deref(), Some("video/VP8"));
    assert_eq!(metadata.payload_type, Some(96));
    assert!(metadata.synchronization_source.is_some());
    assert!(metadata.rtp_timestamp.is_some());
    assert_eq!(metadata.contributing_sources, Some(vec![]));
    assert!(metadata.capture_time.is_some());
    assert_eq!(metadata.receive_time, None);
    assert_eq!((metadata.width, metadata.height), (Some(320), Some(240)));
    assert_eq!(metadata.timestamp, Some(0));
    assert_eq!(metadata.dependencies, Some(vec![]));
    line.send().await;
    let next = video(read(&near).await).get_metadata();
    assert!(next.frame_id > metadata.frame_id);
    assert_eq!(next.timestamp, Some(20_000));
    assert_eq!(next.dependencies, None);
    assert_eq!((next.width, next.spatial_index), (None, None));
    let ticks = next
        .rtp_timestamp
        .unwrap()
        .wrapping_sub(metadata.rtp_timestamp.unwrap());
    assert_eq!(ticks, 1_800);
}

// api: RTCEncodedVideoFrame.type, RTCEncodedFrameMetadata.receiveTime
// api: RTCEncodedFrameMetadata.synchronizationSource, EncodedVideoChunkType.delta
// api: RTCEncodedFrameMetadata.senderCaptureTimeOffset
#[tokio::test]
async fn a_received_frame_of_video_says_the_same() {
    let (mut line, near, far) = transformed(MediaKind::Video).await;
    for kind in [EncodedVideoChunkType::Key, EncodedVideoChunkType::Delta] {
        let sent = line.send().await;
        let frame = read(&near).await;
        let before = frame.get_metadata();
        near.writable().write(frame);
        let frame = video(read(&far).await);
        assert_eq!((frame.kind(), frame.data()), (kind, &sent));
        let metadata = frame.get_metadata();
        assert_eq!(
            metadata.synchronization_source,
            before.synchronization_source
        );
        assert_eq!(metadata.rtp_timestamp, before.rtp_timestamp);
        assert_eq!(metadata.payload_type, before.payload_type);
        assert_eq!(metadata.contributing_sources, Some(vec![]));
        assert!(metadata.receive_time.is_some());
        // The peer says nothing of its capture.
        assert_eq!(metadata.capture_time, None);
        assert_eq!(metadata.sender_capture_time_offset, None);
        assert_eq!(metadata.frame_id, None);
        far.writable().write(frame);
        line.only(&sent).await;
    }
}

// api: RTCEncodedVideoFrameMetadata.temporalIndex, RTCEncodedVideoFrameMetadata.spatialIndex
#[tokio::test]
async fn the_temporal_layer_is_what_the_encoder_said() {
    let (line, near, _far) = transformed(MediaKind::Video).await;
    let mut frame = OutgoingFrame::new(
        crate::encoded_media::vp8(true, 0),
        FrameTime::Media(Duration::ZERO),
    );
    frame.layers = Some(stonechat::Vp8Layers {
        temporal_id: 2,
        ..stonechat::Vp8Layers::default()
    });
    within(line.track.write_frame(frame)).await.unwrap();
    let metadata = video(read(&near).await).get_metadata();
    assert_eq!(metadata.temporal_index, Some(2));
    assert_eq!(metadata.spatial_index, None);
}

// api: RTCEncodedAudioFrame.data, RTCEncodedAudioFrame.getMetadata
// api: RTCEncodedAudioFrameMetadata.sequenceNumber, RTCEncodedAudioFrameMetadata.audioLevel
#[tokio::test]
async fn a_frame_of_audio_has_level_and_when_received_a_number() {
    let (line, near, far) = transformed(MediaKind::Audio).await;
    let mut numbers = Vec::new();
    for (level, linear) in [(20, 0.1), (0, 1.0), (127, 0.0)] {
        let time = FrameTime::Media(Duration::from_millis(u64::from(level)));
        let mut frame = OutgoingFrame::new(Bytes::from_static(&[0x08, 1]), time);
        frame.audio_level = Some(stonechat::AudioLevel {
            level,
            voice: false,
        });
        within(line.track.write_frame(frame)).await.unwrap();
        let frame = audio(read(&near).await);
        let metadata = frame.get_metadata();
        assert_eq!(metadata.sequence_number, None);
        assert!((metadata.audio_level.unwrap() - linear).abs() < 1e-9);
        assert_eq!(metadata.mime_type.as_deref(), Some("audio/opus"));
        near.writable().write(frame);
        let frame = audio(read(&far).await);
        assert_eq!(frame.data().as_ref(), [0x08, 1]);
        let metadata = frame.get_metadata();
        assert!((metadata.audio_level.unwrap() - linear).abs() < 1e-9);
        numbers.push(metadata.sequence_number.unwrap());
    }
    assert_eq!(numbers[0].wrapping_add(1), numbers[1]);
    assert_eq!(numbers[1].wrapping_add(1), numbers[2]);
}

// api: RTCEncodedVideoFrame.constructor, RTCEncodedVideoFrameOptions.metadata
#[tokio::test]
async fn a_frame_can_be_made_of_another_with_other_metadata() {
    let (mut line, near, _far) = transformed(MediaKind::Video).await;
    line.send().await;
    let original = video(read(&near).await);
    let same = RtcEncodedVideoFrame::new(&original, RtcEncodedVideoFrameOptions::default());
    assert_eq!(same.get_metadata(), original.get_metadata());
    assert_eq!(
        (same.kind(), same.data()),
        (original.kind(), original.data())
    );
    let given = RtcEncodedVideoFrameMetadata {
        frame: RtcEncodedFrameMetadata {
            rtp_timestamp: Some(7),
            ..RtcEncodedFrameMetadata::default()
        },
        width: Some(1),
        dependencies: Some(vec![4, 5]),
        ..RtcEncodedVideoFrameMetadata::default()
    };
    let options = RtcEncodedVideoFrameOptions {
        metadata: Some(given),
    };
    let mut other = RtcEncodedVideoFrame::new(&original, options);
    let metadata = other.get_metadata();
    assert_eq!(metadata.rtp_timestamp, Some(7));
    assert_eq!(metadata.width, Some(1));
    assert_eq!(metadata.dependencies, Some(vec![4, 5]));
    assert_eq!(metadata.height, Some(240));
    assert_eq!(metadata.payload_type, Some(96));
    // Each has its own data.
    other.set_data(vec![1, 2, 3]);
    assert_eq!(other.data().as_ref(), [1, 2, 3]);
    assert_ne!(original.data(), other.data());
}

// api: RTCEncodedAudioFrame.constructor, RTCEncodedAudioFrameOptions.metadata
// api: RTCEncodedAudioFrame.data
#[tokio::test]
async fn a_frame_of_audio_can_be_made_of_another() {
    let (mut line, near, _far) = transformed(MediaKind::Audio).await;
    let sent = line.send().await;
    let original = audio(read(&near).await);
    let options = RtcEncodedAudioFrameOptions {
        metadata: Some(RtcEncodedAudioFrameMetadata {
            sequence_number: Some(-3),
            audio_level: Some(0.5),
            ..RtcEncodedAudioFrameMetadata::default()
        }),
    };
    let mut other = RtcEncodedAudioFrame::new(&original, options);
    let metadata = other.get_metadata();
    assert_eq!(metadata.sequence_number, Some(-3));
    assert_eq!(metadata.audio_level, Some(0.5));
    assert_eq!(metadata.mime_type.as_deref(), Some("audio/opus"));
    other.set_data(vec![9]);
    assert_eq!((original.data(), other.data().len()), (&sent, 1));
}

#[tokio::test]
async fn a_frame_that_was_made_or_cloned_belongs_to_no_transformer() {
    let (mut line, near, far) = transformed(MediaKind::Video).await;
    line.send().await;
    let original = video(read(&near).await);
    near.writable().write(original.clone());
    let made = RtcEncodedVideoFrame::new(&original, RtcEncodedVideoFrameOptions::default());
    near.writable().write(made);
    // Only the original goes on.
    near.writable().write(original);
    let next = line.send_key().await;
    let frame = read(&near).await;
    near.writable().write(frame);
    assert_ne!(video(read(&far).await).data(), &next);
    assert_eq!(video(read(&far).await).data(), &next);
}
