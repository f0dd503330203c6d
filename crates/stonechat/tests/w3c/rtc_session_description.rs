//! `RTCSessionDescription` (webrtc-pc, section 4.6.2).

use stonechat::{RtcSdpType, RtcSessionDescription, RtcSessionDescriptionInit};

// api: RTCSessionDescription.constructor, RTCSessionDescription.type
// api: RTCSessionDescription.sdp, RTCSessionDescription.toJSON, RTCSessionDescriptionInit.type
// api: RTCSessionDescriptionInit.sdp
#[test]
fn a_description_is_what_it_was_made_with() {
    for kind in RtcSdpType::ALL {
        let init = RtcSessionDescriptionInit {
            kind,
            sdp: "v=0".to_owned(),
        };
        let description = RtcSessionDescription::new(init.clone());
        assert_eq!(description.kind, kind);
        assert_eq!(description.sdp, "v=0");
        assert_eq!(description.to_json(), init);
    }
}
