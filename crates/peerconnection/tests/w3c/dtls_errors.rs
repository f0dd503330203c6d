//! How DTLS fails: the errors of `RTCDtlsTransport` and the states after them.

use std::time::Duration;

use stonechat_peerconnection::{
    ConnectionState, DtlsTransportState, Error, ErrorDetailType, ErrorName, Event,
    SessionDescription,
};

use crate::setup::{A, B, Duo};

/// The same description with another digest in its fingerprints.
fn forged(description: &SessionDescription) -> SessionDescription {
    let lines =
        description
            .sdp
            .lines()
            .map(|line| match line.strip_prefix("a=fingerprint:sha-256 ") {
                Some(digest) => {
                    let other = if digest.starts_with('0') { '1' } else { '0' };
                    format!("a=fingerprint:sha-256 {other}{}\r\n", &digest[1..])
                }
                None => format!("{line}\r\n"),
            });
    SessionDescription {
        kind: description.kind,
        sdp: lines.collect(),
    }
}

/// Two peers of which B, who is the DTLS client, or A got a forged fingerprint of the other.
fn deceive(seed: u64, deceived: usize) -> Duo {
    let mut duo = Duo::new(seed);
    duo.create_channel(A, "chat");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let given = if deceived == B { forged(&offer) } else { offer };
    duo.set_remote(B, &given);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let given = if deceived == A {
        forged(&answer)
    } else {
        answer
    };
    duo.set_remote(A, &given);
    duo
}

fn failed(duo: &Duo, side: usize) -> bool {
    duo.session(side).connection_state() == ConnectionState::Failed
}

fn errors(duo: &Duo, side: usize) -> Vec<Error> {
    duo.events[side]
        .iter()
        .filter_map(|event| match event {
            Event::DtlsTransportError(_, error) => Some(error.clone()),
            _ => None,
        })
        .collect()
}

// api: RTCDtlsTransport.onerror, RTCErrorDetailType.fingerprint-failure, RTCError.errorDetail, RTCError.sentAlert, RTCError.receivedAlert
#[test]
fn a_certificate_without_its_fingerprint_is_a_fingerprint_failure() {
    for deceived in [A, B] {
        let mut duo = deceive(1, deceived);
        assert!(duo.run_until(Duration::from_secs(20), |duo| failed(duo, deceived)));
        let [error] = &errors(&duo, deceived)[..] else {
            panic!("one error: {:?}", errors(&duo, deceived))
        };
        assert_eq!(error.name, ErrorName::OperationError);
        let detail = error.detail.as_ref().unwrap();
        assert_eq!(detail.error_detail, ErrorDetailType::FingerprintFailure);
        assert_eq!((detail.sent_alert, detail.received_alert), (None, None));
    }
}

// api: RTCErrorDetailType.dtls-failure, RTCError.receivedAlert, RTCDtlsTransport.onerror
#[test]
fn the_other_side_hears_an_alert_of_a_bad_certificate() {
    for deceived in [A, B] {
        let other = 1 - deceived;
        let mut duo = deceive(2, deceived);
        assert!(duo.run_until(Duration::from_secs(20), |duo| failed(duo, other)));
        let [error] = &errors(&duo, other)[..] else {
            panic!("one error: {:?}", errors(&duo, other))
        };
        let detail = error.detail.as_ref().unwrap();
        assert_eq!(detail.error_detail, ErrorDetailType::DtlsFailure);
        assert_eq!((detail.sent_alert, detail.received_alert), (None, Some(42)));
    }
}

// api: RTCDtlsTransport.onerror, RTCDtlsTransport.onstatechange, RTCDtlsTransport.state, RTCDtlsTransportState.failed, RTCPeerConnection.onconnectionstatechange, RTCPeerConnectionState.failed
#[test]
fn the_error_fires_before_the_state_of_the_transport_and_that_before_the_connections() {
    for deceived in [A, B] {
        let mut duo = deceive(3, deceived);
        assert!(duo.run_until(Duration::from_secs(20), |duo| failed(duo, deceived)));
        duo.run_for(Duration::from_secs(5));
        let at = |pattern: &dyn Fn(&Event) -> bool| {
            let found: Vec<usize> = duo.events[deceived]
                .iter()
                .enumerate()
                .filter(|(_, event)| pattern(event))
                .map(|(at, _)| at)
                .collect();
            assert_eq!(found.len(), 1, "once");
            found[0]
        };
        let error = at(&|event| matches!(event, Event::DtlsTransportError(..)));
        let state = at(&|event| {
            let failed = DtlsTransportState::Failed;
            matches!(event, Event::DtlsTransportStateChange(_, state) if *state == failed)
        });
        let connection = at(&|event| {
            let failed = ConnectionState::Failed;
            matches!(event, Event::ConnectionStateChange(state) if *state == failed)
        });
        assert_eq!(state, error + 1);
        assert!(connection > state);
    }
}

// api: RTCDtlsTransport.getRemoteCertificates, RTCDtlsTransport.state
#[test]
fn nothing_flows_and_no_certificate_is_shown_after_a_failure() {
    let mut duo = deceive(4, B);
    assert!(duo.run_until(Duration::from_secs(20), |duo| failed(duo, A)
        && failed(duo, B)));
    for side in [A, B] {
        let session = duo.session(side);
        let transport = session.sctp().unwrap().transport.unwrap();
        let view = session.transport(transport).unwrap();
        assert_eq!(view.dtls_state, DtlsTransportState::Failed);
        assert_eq!(view.connected, None);
        let open = |event: &Event| matches!(event, Event::ChannelOpen(_) | Event::DataChannel(_));
        assert_eq!(duo.count(side, open), 0);
    }
}

/// A description whose fingerprint lines are what `change` makes of each.
fn changed(
    description: &SessionDescription,
    change: impl Fn(&str) -> String,
) -> SessionDescription {
    let lines = description.sdp.lines().map(|line| {
        if line.starts_with("a=fingerprint:") {
            change(line)
        } else {
            format!("{line}\r\n")
        }
    });
    SessionDescription {
        kind: description.kind,
        sdp: lines.collect(),
    }
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn fingerprints_of_several_hash_functions_are_taken_and_unknown_ones_ignored() {
    use stonechat_crypto::HashAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    for hashes in [
        &[Sha1][..],
        &[Sha224],
        &[Sha256],
        &[Sha384],
        &[Sha512],
        &[Sha256, Sha1],
        &[Sha1, Sha512],
    ] {
        let mut duo = Duo::new(5);
        duo.create_channel(A, "chat");
        let offer = duo.create_offer(A);
        duo.set_local(A, &offer);
        let certificate = duo.session(A).certificate().clone();
        let env = crate::setup::env(5, A);
        let given = changed(&offer, |_| {
            let mut lines = String::from("a=fingerprint:sha-999 00:11:22\r\n");
            for hash in hashes {
                let own = certificate.fingerprint(env.crypto(), *hash).unwrap();
                lines.push_str(&format!("a=fingerprint:{own}\r\n"));
            }
            lines
        });
        duo.set_remote(B, &given);
        let answer = duo.create_answer(B);
        duo.set_local(B, &answer);
        duo.set_remote(A, &answer);
        duo.connect();
    }
}

// api: RTCPeerConnection.setRemoteDescription, RTCErrorDetailType.fingerprint-failure
#[test]
fn a_right_fingerprint_of_a_weaker_hash_does_not_make_up_for_a_wrong_one() {
    use stonechat_crypto::HashAlgorithm::Sha1;
    let mut duo = Duo::new(6);
    duo.create_channel(A, "chat");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let env = crate::setup::env(6, A);
    let weaker = duo
        .session(A)
        .certificate()
        .fingerprint(env.crypto(), Sha1)
        .unwrap();
    let given = changed(&forged(&offer), |line| {
        format!("a=fingerprint:{weaker}\r\n{line}\r\n")
    });
    duo.set_remote(B, &given);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    assert!(duo.run_until(Duration::from_secs(20), |duo| failed(duo, B)));
    let detail = errors(&duo, B)[0].error_detail();
    assert_eq!(detail, Some(ErrorDetailType::FingerprintFailure));
}
