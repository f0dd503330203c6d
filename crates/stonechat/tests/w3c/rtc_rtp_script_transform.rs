//! `RTCRtpScriptTransform`, `RTCRtpScriptTransformer`, and `transform` of senders and receivers
//! (webrtc-encoded-transform, sections 3 and 5).

use std::pin::{Pin, pin};
use std::time::Duration;

use stonechat::{
    EncodedVideoChunkType, KeyFrameRequestEvent, MediaKind, RtcEncodedFrame, RtcErrorName,
    RtcRtpReceiverTransform, RtcRtpScriptTransform, RtcRtpScriptTransformType,
    RtcRtpScriptTransformer, RtcRtpSenderTransform, RtcTransformWorker, TransformWorkerEvent,
    TransformerEvent, WorkerAndParameters,
};

use crate::encoded_media::{Line, line, turned};
use crate::pair::within;

fn scripted() -> (RtcRtpScriptTransform, RtcRtpScriptTransformer) {
    let worker = RtcTransformWorker::new();
    let transform = RtcRtpScriptTransform::new(&worker, ());
    let Some(TransformWorkerEvent::RtcTransform(event)) = worker.events().try_next() else {
        panic!("no event");
    };
    (transform, event.transformer)
}

async fn sending(kind: MediaKind) -> (Line, RtcRtpScriptTransformer) {
    let (transform, transformer) = scripted();
    let line = line(kind, |sender| {
        sender.set_transform(Some(transform.into())).unwrap();
    })
    .await;
    (line, transformer)
}

async fn read(transformer: &RtcRtpScriptTransformer) -> RtcEncodedFrame {
    within(transformer.readable().read()).await.unwrap()
}

fn is_key(frame: &RtcEncodedFrame) -> bool {
    match frame {
        RtcEncodedFrame::Video(frame) => frame.kind() == EncodedVideoChunkType::Key,
        RtcEncodedFrame::Audio(_) => true,
    }
}

// api: RTCRtpScriptTransform.constructor, DedicatedWorkerGlobalScope.onrtctransform
// api: RTCTransformEvent.transformer, RTCRtpScriptTransformer.options
#[tokio::test]
async fn the_worker_gets_a_transformer_with_the_options() {
    let worker = RtcTransformWorker::new();
    let mut events = worker.events();
    let _first = RtcRtpScriptTransform::new(&worker, String::from("encrypt"));
    let _second = RtcRtpScriptTransform::new(&worker, 7_u32);
    let TransformWorkerEvent::RtcTransform(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    let options = event.transformer.options::<String>().unwrap();
    assert_eq!(*options, "encrypt");
    assert!(event.transformer.options::<u32>().is_none());
    let TransformWorkerEvent::RtcTransform(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(*event.transformer.options::<u32>().unwrap(), 7);
    assert!(events.try_next().is_none());
}

// api: RTCRtpSender.transform, RTCRtpReceiver.transform
#[tokio::test]
async fn a_transform_is_what_was_set() {
    let (transform, _) = scripted();
    let line = line(MediaKind::Video, |sender| {
        assert!(sender.transform().is_none());
    })
    .await;
    line.sender.set_transform(Some(transform.into())).unwrap();
    let set = line.sender.transform();
    assert!(matches!(set, Some(RtcRtpSenderTransform::Script(_))));
    line.sender.set_transform(None).unwrap();
    assert!(line.sender.transform().is_none());
    let (transform, _) = scripted();
    assert!(line.receiver.transform().is_none());
    line.receiver.set_transform(Some(transform.into())).unwrap();
    let set = line.receiver.transform();
    assert!(matches!(set, Some(RtcRtpReceiverTransform::Script(_))));
}

// api: RTCRtpSender.transform, RTCRtpReceiver.transform
#[tokio::test]
async fn a_transform_is_used_once() {
    let (transform, _) = scripted();
    let line = line(MediaKind::Video, |_| ()).await;
    line.sender
        .set_transform(Some(transform.clone().into()))
        .unwrap();
    let again = line.sender.set_transform(Some(transform.clone().into()));
    assert_eq!(again.unwrap_err().name, RtcErrorName::InvalidStateError);
    let elsewhere = line.receiver.set_transform(Some(transform.clone().into()));
    assert_eq!(elsewhere.unwrap_err().name, RtcErrorName::InvalidStateError);
    assert!(line.receiver.transform().is_none());
    // Also after it was taken away.
    line.sender.set_transform(None).unwrap();
    let again = line.sender.set_transform(Some(transform.into()));
    assert_eq!(again.unwrap_err().name, RtcErrorName::InvalidStateError);
}

// api: RTCRtpScriptTransformer.readable, RTCRtpScriptTransformer.writable
#[tokio::test]
async fn both_sides_change_octets() {
    let (mut line, near) = sending(MediaKind::Video).await;
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    for _ in 0..20 {
        let sent = line.send().await;
        let mut frame = read(&near).await;
        assert_eq!(frame.data(), &sent);
        frame.set_data(turned(&sent));
        near.writable().write(frame);
        let mut frame = read(&far).await;
        assert_eq!(frame.data(), &turned(&sent));
        let data = turned(frame.data());
        frame.set_data(data);
        far.writable().write(frame);
        line.only(&sent).await;
    }
}

// api: RTCRtpScriptTransformer.readable, RTCRtpScriptTransformer.writable
#[tokio::test]
async fn readable_is_a_stream_and_writable_a_sink() {
    use futures_core::Stream;
    use futures_sink::Sink;

    let (mut line, near) = sending(MediaKind::Audio).await;
    let mut readable = near.readable();
    let mut writable = near.writable();
    for _ in 0..3 {
        let sent = line.send().await;
        let next = std::future::poll_fn(|cx| Pin::new(&mut readable).poll_next(cx));
        let frame = within(next).await.unwrap();
        std::future::poll_fn(|cx| Pin::new(&mut writable).poll_ready(cx))
            .await
            .unwrap();
        Pin::new(&mut writable).start_send(frame).unwrap();
        std::future::poll_fn(|cx| Pin::new(&mut writable).poll_flush(cx))
            .await
            .unwrap();
        line.only(&sent).await;
    }
}

#[tokio::test]
async fn frames_that_are_not_written_are_not_sent() {
    let (mut line, near) = sending(MediaKind::Audio).await;
    line.send().await;
    let _kept = read(&near).await;
    line.send().await;
    drop(read(&near).await);
    let last = line.send().await;
    near.writable().write(read(&near).await);
    line.only(&last).await;
}

#[tokio::test]
async fn frames_are_not_reordered_and_not_sent_twice() {
    let (mut line, near) = sending(MediaKind::Audio).await;
    line.send().await;
    let second = line.send().await;
    let third = line.send().await;
    let early = read(&near).await;
    near.writable().write(read(&near).await);
    // It comes after a newer one.
    near.writable().write(early);
    near.writable().write(read(&near).await);
    assert_eq!(line.recv().await, second);
    assert_eq!(line.recv().await, third);
}

#[tokio::test]
async fn frames_of_another_transformer_are_rejected() {
    let (mut line, near) = sending(MediaKind::Audio).await;
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    line.send().await;
    far.writable().write(read(&near).await);
    let sent = line.send().await;
    near.writable().write(read(&near).await);
    let frame = read(&far).await;
    assert_eq!(frame.data(), &sent);
    near.writable().write(frame);
    let last = line.send().await;
    near.writable().write(read(&near).await);
    far.writable().write(read(&far).await);
    line.only(&last).await;
}

// api: RTCRtpSender.transform
#[tokio::test]
async fn a_transform_that_was_replaced_sends_nothing_and_its_readable_ends() {
    let (mut line, old) = sending(MediaKind::Audio).await;
    line.send().await;
    let kept = read(&old).await;
    let (transform, new) = scripted();
    line.sender.set_transform(Some(transform.into())).unwrap();
    assert!(within(old.readable().read()).await.is_none());
    old.writable().write(kept);
    let sent = line.send().await;
    new.writable().write(read(&new).await);
    line.only(&sent).await;
}

// api: RTCRtpSender.transform, RTCRtpReceiver.transform
#[tokio::test]
async fn without_a_transform_frames_pass() {
    let (mut line, near) = sending(MediaKind::Audio).await;
    line.sender.set_transform(None).unwrap();
    let sent = line.send().await;
    line.only(&sent).await;
    assert!(near.readable().try_read().is_none());
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    line.send().await;
    drop(read(&far).await);
    line.receiver.set_transform(None).unwrap();
    let sent = line.send().await;
    line.only(&sent).await;
}

// api: RTCRtpScriptTransformer.generateKeyFrame
#[tokio::test]
async fn a_key_frame_is_asked_for_and_its_promise_kept_before_it_can_be_read() {
    let (mut line, near) = sending(MediaKind::Video).await;
    line.send().await;
    line.send().await;
    assert!(is_key(&read(&near).await));
    assert!(!is_key(&read(&near).await));
    let mut promise = pin!(near.generate_key_frame(None));
    tokio::select! {
        biased;
        _ = &mut promise => panic!("there is no key frame yet"),
        _ = within(line.sender.key_frame_requested()) => {}
    }
    line.send_key().await;
    let timestamp = within(promise).await.unwrap();
    let frame = read(&near).await;
    assert!(is_key(&frame));
    assert_eq!(frame.get_metadata().rtp_timestamp, Some(timestamp.0));
}

// api: RTCRtpScriptTransformer.generateKeyFrame
#[tokio::test]
async fn a_key_frame_has_its_errors() {
    let (_, alone) = scripted();
    let error = alone.generate_key_frame(None).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    let (_line, near) = sending(MediaKind::Video).await;
    let error = near.generate_key_frame(Some("no rid")).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::TypeError);
    let error = near.generate_key_frame(Some("")).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::TypeError);
    let error = within(near.generate_key_frame(Some("unknown"))).await;
    assert_eq!(error.unwrap_err().name, RtcErrorName::NotFoundError);
    let (line, near) = sending(MediaKind::Audio).await;
    let error = near.generate_key_frame(None).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    let error = far.generate_key_frame(None).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
}

// api: RTCRtpScriptTransformer.sendKeyFrameRequest
#[tokio::test]
async fn a_key_frame_request_goes_to_the_peer() {
    let mut line = line(MediaKind::Video, |_| ()).await;
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    line.send().await;
    far.writable().write(read(&far).await);
    within(far.send_key_frame_request()).await.unwrap();
    within(line.sender.key_frame_requested()).await;
}

// api: RTCRtpScriptTransformer.sendKeyFrameRequest
#[tokio::test]
async fn a_key_frame_request_is_for_receivers_of_video() {
    let (_, alone) = scripted();
    let error = alone.send_key_frame_request().await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    let (line, near) = sending(MediaKind::Audio).await;
    let error = near.send_key_frame_request().await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    let (transform, far) = scripted();
    line.receiver.set_transform(Some(transform.into())).unwrap();
    let error = far.send_key_frame_request().await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
}

fn request(line: &Line) {
    line.receiver.request_key_frame().unwrap();
}

// api: RTCRtpScriptTransformer.onkeyframerequest, KeyFrameRequestEvent.rid
#[tokio::test]
async fn a_request_of_the_peer_is_told_and_goes_on_to_the_encoder() {
    let (mut line, near) = sending(MediaKind::Video).await;
    let mut events = near.events();
    line.send().await;
    near.writable().write(read(&near).await);
    line.recv().await;
    request(&line);
    let TransformerEvent::KeyFrameRequest(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(event.rid, None);
    assert!(!event.default_prevented());
    drop(event);
    within(line.sender.key_frame_requested()).await;
}

// api: RTCRtpScriptTransformer.onkeyframerequest
#[tokio::test]
async fn a_request_can_be_kept_from_the_encoder() {
    let (mut line, near) = sending(MediaKind::Video).await;
    let mut events = near.events();
    line.send().await;
    near.writable().write(read(&near).await);
    line.recv().await;
    request(&line);
    let TransformerEvent::KeyFrameRequest(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    event.prevent_default();
    assert!(event.default_prevented());
    drop(event);
    let requested = line.sender.key_frame_requested();
    let waited = tokio::time::timeout(Duration::from_millis(100), requested).await;
    assert!(waited.is_err(), "the encoder was asked");
}

#[tokio::test]
async fn a_request_goes_to_the_encoder_while_nobody_listens() {
    let (mut line, near) = sending(MediaKind::Video).await;
    line.send().await;
    near.writable().write(read(&near).await);
    line.recv().await;
    request(&line);
    within(line.sender.key_frame_requested()).await;
}

// api: KeyFrameRequestEvent.constructor, KeyFrameRequestEvent.rid
#[test]
fn a_request_can_be_made() {
    let event = KeyFrameRequestEvent::new(Some("hi"));
    assert_eq!(event.rid.as_deref(), Some("hi"));
    assert_eq!(KeyFrameRequestEvent::new(None).rid, None);
}

// api: WorkerAndParameters.worker, WorkerAndParameters.type, RTCRtpScriptTransformType.sframe
#[tokio::test]
async fn a_transform_of_ciphertexts_has_its_type() {
    assert_eq!(RtcRtpScriptTransformType::SFrame.as_str(), "sframe");
    let worker = RtcTransformWorker::new();
    let parameters = WorkerAndParameters {
        worker: worker.clone(),
        kind: Some(RtcRtpScriptTransformType::SFrame),
    };
    let transform = RtcRtpScriptTransform::new(parameters, ());
    let Some(TransformWorkerEvent::RtcTransform(event)) = worker.events().try_next() else {
        panic!("no event");
    };
    let near = event.transformer;
    let mut line = line(MediaKind::Audio, |sender| {
        sender.set_transform(Some(transform.into())).unwrap();
    })
    .await;
    let sent = line.send().await;
    near.writable().write(read(&near).await);
    line.only(&sent).await;
}

#[tokio::test]
async fn a_transform_ends_with_its_peer_connection() {
    let (line, near) = sending(MediaKind::Video).await;
    let mut events = near.events();
    let promise = near.generate_key_frame(None);
    line.a.pc.close();
    assert!(within(near.readable().read()).await.is_none());
    assert!(within(events.next()).await.is_none());
    assert!(within(promise).await.is_err());
}
