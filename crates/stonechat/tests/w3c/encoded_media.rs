//! Two connected peers with tracks, and frames to send, for the tests of what is done to frames.

use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    FrameTime, MediaKind, MediaStreamTrack, OutgoingFrame, RtcPeerConnection, RtcRtpReceiver,
    RtcRtpSender,
};

use crate::pair::{Peer, pair, within};

/// A track of one kind from the first peer to the second, connected.
pub(crate) struct Line {
    pub(crate) a: Peer,
    pub(crate) b: Peer,
    pub(crate) track: MediaStreamTrack,
    pub(crate) sender: RtcRtpSender,
    pub(crate) receiver: RtcRtpReceiver,
    next: u32,
}

/// `prepare` sees the sender before anything is negotiated.
pub(crate) async fn line(kind: MediaKind, prepare: impl FnOnce(&RtcRtpSender)) -> Line {
    let (a, mut b) = pair();
    let track = MediaStreamTrack::new(kind);
    let sender = a.pc.add_track(&track, &["stream"]).unwrap();
    prepare(&sender);
    let _ = b.track().await;
    let receiver = receivers(&b.pc).swap_remove(0);
    a.connected().await;
    b.connected().await;
    Line {
        a,
        b,
        track,
        sender,
        receiver,
        next: 0,
    }
}

fn receivers(pc: &RtcPeerConnection) -> Vec<RtcRtpReceiver> {
    pc.get_receivers()
}

impl Line {
    /// Sends a frame that differs from those before; returns its octets.
    pub(crate) async fn send(&mut self) -> Bytes {
        let data = match self.track.kind() {
            MediaKind::Audio => Bytes::from(vec![0x08, u8::try_from(self.next % 256).unwrap(), 7]),
            MediaKind::Video => vp8(self.next == 0, self.next),
        };
        self.send_data(data).await
    }

    /// Sends a key frame.
    pub(crate) async fn send_key(&mut self) -> Bytes {
        self.send_data(vp8(true, self.next)).await
    }

    /// Sends a frame of these octets.
    pub(crate) async fn send_data(&mut self, data: Bytes) -> Bytes {
        let time = FrameTime::Media(Duration::from_millis(20 * u64::from(self.next)));
        self.next += 1;
        let frame = OutgoingFrame::new(data.clone(), time);
        within(self.track.write_frame(frame)).await.unwrap();
        data
    }

    /// The octets of the next frame that comes out.
    pub(crate) async fn recv(&self) -> Bytes {
        within(self.receiver.track().recv_frame())
            .await
            .unwrap()
            .data
    }

    /// Asserts that nothing but `last` comes out.
    pub(crate) async fn only(&self, last: &Bytes) {
        assert_eq!(&self.recv().await, last);
    }
}

/// A frame of VP8 of some packets.
pub(crate) fn vp8(key: bool, number: u32) -> Bytes {
    let mut frame = vec![0x5a; 2_500];
    frame[..3].copy_from_slice(&[u8::from(!key) | 0x10, 0, 0]);
    if key {
        frame[3..10].copy_from_slice(&[0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]);
    }
    frame[10..14].copy_from_slice(&number.to_be_bytes());
    frame.into()
}

/// Each octet turned.
pub(crate) fn turned(data: &[u8]) -> Bytes {
    data.iter().map(|octet| !octet).collect()
}
