//! Raw pictures of a sender: each encoding has its size, and what was counted is in the statistics.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stonechat::{
    Api, EncodedFrame, MediaDevices, MediaFrame, MediaStreamConstraints, MediaStreamTrack,
    RtcInboundRtpStreamStats, RtcOutboundRtpStreamStats, RtcRtpEncodingParameters,
    RtcRtpTransceiverInit, RtcVideoSourceStats, SyntheticDevices, VideoDecoder, VideoEncoder,
    VideoFrame,
};

use crate::pair::{api, pair_of, within};

/// The sizes of the pictures that encoders got.
type Sizes = Arc<Mutex<Vec<(u32, u32)>>>;

/// Writes nothing but the header of a frame of VP8.
struct Header(Sizes);

impl VideoEncoder for Header {
    fn encode(&mut self, frame: &VideoFrame, _: bool) -> Vec<EncodedFrame> {
        let size = (frame.width(), frame.height());
        self.0.lock().unwrap().push(size);
        let mut data = vec![0x10, 0, 0, 0x9d, 0x01, 0x2a];
        for side in [size.0, size.1] {
            data.extend(u16::try_from(side).unwrap().to_le_bytes());
        }
        vec![EncodedFrame {
            data: data.into(),
            timestamp: frame.timestamp(),
        }]
    }
}

/// Shows black pictures.
struct Black;

impl VideoDecoder for Black {
    fn decode(&mut self, frame: &MediaFrame) -> Option<VideoFrame> {
        let (width, height) = frame.dimensions?;
        let (width, height) = (u32::from(width), u32::from(height));
        Some(VideoFrame::black(width, height, Duration::ZERO))
    }
}

fn with_codec(sizes: &Sizes) -> Api {
    let sizes = Arc::clone(sizes);
    api()
        .video_encoder("video/VP8", move |_| {
            Some(Box::new(Header(Arc::clone(&sizes))))
        })
        .video_decoder("video/VP8", |_| Some(Box::new(Black)))
}

async fn camera() -> MediaStreamTrack {
    let devices = MediaDevices::new(SyntheticDevices::new());
    let constraints = MediaStreamConstraints {
        video: true.into(),
        ..MediaStreamConstraints::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    stream.get_video_tracks().swap_remove(0)
}

async fn until(what: impl Fn() -> bool) {
    within(async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

// api: RTCRtpEncodingParameters.scaleResolutionDownBy, RTCRtpSender.setParameters
#[tokio::test]
async fn pictures_are_scaled_as_the_encoding_says() {
    let sizes = Sizes::default();
    let (a, b) = pair_of(&with_codec(&sizes));
    let track = camera().await;
    let init = RtcRtpTransceiverInit {
        send_encodings: vec![RtcRtpEncodingParameters {
            scale_resolution_down_by: Some(2.0),
            ..RtcRtpEncodingParameters::default()
        }],
        ..RtcRtpTransceiverInit::default()
    };
    let transceiver = a.pc.add_transceiver(&track, init).unwrap();
    a.connected().await;
    b.connected().await;
    until(|| sizes.lock().unwrap().contains(&(320, 240))).await;
    let sender = transceiver.sender();
    let mut parameters = sender.get_parameters();
    parameters.encodings[0].scale_resolution_down_by = Some(4.0);
    sender
        .set_parameters(parameters, Default::default())
        .await
        .unwrap();
    until(|| sizes.lock().unwrap().contains(&(160, 120))).await;
    let mut parameters = sender.get_parameters();
    parameters.encodings[0].active = false;
    sender
        .set_parameters(parameters, Default::default())
        .await
        .unwrap();
    // What was under way is through by now.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let encoded = sizes.lock().unwrap().len();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sizes.lock().unwrap().len(), encoded);
}

// api: RTCPeerConnection.getStats, RTCOutboundRtpStreamStats.framesEncoded, RTCOutboundRtpStreamStats.frameWidth
// api: RTCInboundRtpStreamStats.framesDecoded, RTCVideoSourceStats.frames, RTCVideoSourceStats.width
#[tokio::test]
async fn what_is_encoded_and_decoded_is_counted() {
    let sizes = Sizes::default();
    let (a, mut b) = pair_of(&with_codec(&sizes));
    let track = camera().await;
    a.pc.add_track(&track, &["stream"]).unwrap();
    let event = b.track().await;
    let picture = within(event.track.recv_video()).await.unwrap();
    assert_eq!((picture.width(), picture.height()), (640, 480));
    let sent = a.pc.get_stats(None).await.unwrap();
    let outbound = sent.of::<RtcOutboundRtpStreamStats>().next().unwrap();
    assert!(outbound.frames_encoded.unwrap() > 0);
    assert_eq!(outbound.frame_width, Some(640));
    let source = sent.of::<RtcVideoSourceStats>().next().unwrap();
    assert_eq!(source.width, Some(640));
    assert!(source.frames.unwrap() > 0);
    let received = b.pc.get_stats(None).await.unwrap();
    let inbound = received.of::<RtcInboundRtpStreamStats>().next().unwrap();
    assert!(inbound.frames_decoded.unwrap() > 0);
    assert_eq!(inbound.frame_width, Some(640));
}
