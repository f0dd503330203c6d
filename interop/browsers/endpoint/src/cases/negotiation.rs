//! Offers and answers: glare, rollback, provisional answers, sections used again, bundling,
//! certificates.

use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use std::time::Duration;

use stonechat::{
    KeygenAlgorithm, MediaKind, RtcCertificate, RtcCertificateExpiration, RtcConfiguration,
    RtcErrorName, RtcPeerConnection, RtcRtpTransceiverDirection, RtcRtpTransceiverInit, RtcSdpType,
    RtcSessionDescription, RtcSignalingState,
};

use crate::cases::{echo_one, echoed, next, ready};
use crate::peer::{Peer, moment};

/// Collisions of one case.
const ROUNDS: usize = 5;

/// Answers an offer that was set, in the way of the case.
pub(crate) async fn answer(peer: &Arc<Peer>) -> Result<()> {
    match peer.case.name.as_str() {
        "rollback" => {
            let connection = &peer.connection;
            let rollback = RtcSessionDescription {
                kind: RtcSdpType::Rollback,
                sdp: String::new(),
            };
            ensure!(
                connection.get_transceivers().len() == 1,
                "no transceiver yet"
            );
            // With the candidates that came so far: they go with the description.
            let offer = connection.remote_description().context("no offer")?;
            connection.set_remote_description(rollback).await?;
            state_is(peer, RtcSignalingState::Stable)?;
            ensure!(
                connection.get_transceivers().is_empty(),
                "the transceiver outlived the rollback"
            );
            connection.set_remote_description(offer).await?;
            peer.describe().await
        }
        "pranswer" => {
            // What it waits for comes through signalling, which waits for this to return.
            let answering = Arc::clone(peer);
            peer.spawn(async move {
                if let Err(error) = provisional(&answering).await {
                    answering.fail(format!("the provisional answer: {error:#}"));
                }
            });
            Ok(())
        }
        _ => peer.describe().await,
    }
}

async fn provisional(peer: &Arc<Peer>) -> Result<()> {
    let mut answer = peer.connection.create_answer().await?;
    answer.kind = RtcSdpType::Pranswer;
    peer.set_and_send(answer.clone()).await?;
    state_is(peer, RtcSignalingState::HaveLocalPranswer)?;
    peer.connected().await?;
    peer.reached("provisional").await?;
    answer.kind = RtcSdpType::Answer;
    peer.set_and_send(answer).await?;
    state_is(peer, RtcSignalingState::Stable)
}

/// Audio, video and data over one transport.
pub(super) async fn bundled(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let media = [
            peer.add_media(MediaKind::Audio)?,
            peer.add_media(MediaKind::Video)?,
        ];
        peer.open("bundled", true)?;
        peer.negotiate().await?;
        for media in media {
            peer.play(media);
        }
    }
    let channel = peer.channel("bundled").await?;
    if peer.is_offerer() {
        channel.send_text("over it")?;
    } else {
        next(&channel, "the message").await?;
    }
    let audio = peer.flowing(MediaKind::Audio).await?;
    let video = peer.flowing(MediaKind::Video).await?;
    let remote = peer
        .connection
        .current_remote_description()
        .context("no remote description")?;
    let group = remote
        .sdp
        .lines()
        .find_map(|line| line.strip_prefix("a=group:BUNDLE "))
        .context("nothing was bundled")?;
    ensure!(group.split(' ').count() == 3, "only {group} is bundled");
    peer.finish().await?;
    Ok(format!("{audio}, {video}, one transport"))
}

/// Both sides add a section at the same time, again and again.
pub(super) async fn glare(peer: &Arc<Peer>) -> Result<String> {
    let connection = &peer.connection;
    peer.negotiate_when_needed();
    for round in 0..ROUNDS {
        peer.together(&format!("round {round}")).await?;
        let kind = match round % 2 {
            0 => MediaKind::Audio,
            _ => MediaKind::Video,
        };
        connection.add_transceiver(kind, inactive())?;
        let mut tries = 0;
        loop {
            let transceivers = connection.get_transceivers();
            let negotiated = transceivers.iter().all(|transceiver| {
                transceiver.mid().is_some() && transceiver.current_direction().is_some()
            });
            let stable = connection.signaling_state() == RtcSignalingState::Stable;
            if stable && negotiated && transceivers.len() == 2 * (round + 1) {
                break;
            }
            tries += 1;
            ensure!(tries < 600, "round {round} did not settle");
            moment().await;
        }
        peer.together(&format!("settled {round}")).await?;
    }
    peer.finish().await?;
    Ok(format!("{ROUNDS} collisions, {} sections", 2 * ROUNDS))
}

/// Both sides take a description back before it counts.
pub(super) async fn rollback(peer: &Arc<Peer>) -> Result<String> {
    let connection = &peer.connection;
    if peer.is_offerer() {
        let transceiver = connection.add_transceiver(MediaKind::Audio, inactive())?;
        connection.set_local_description(None).await?;
        state_is(peer, RtcSignalingState::HaveLocalOffer)?;
        let rollback = RtcSessionDescription {
            kind: RtcSdpType::Rollback,
            sdp: String::new(),
        };
        connection.set_local_description(Some(rollback)).await?;
        state_is(peer, RtcSignalingState::Stable)?;
        ensure!(
            connection.pending_local_description().is_none(),
            "the offer is still pending"
        );
        ensure!(transceiver.mid().is_none(), "the section is still there");
        peer.open("rollback", true)?;
        peer.negotiate().await?;
    }
    begin(peer, "rollback").await?;
    peer.finish().await?;
    Ok("rolled back, then connected".to_owned())
}

/// The answerer answers provisionally first.
pub(super) async fn pranswer(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        peer.open("provisional", true)?;
        peer.negotiate().await?;
        state_is(peer, RtcSignalingState::HaveRemotePranswer)?;
        peer.connected().await?;
        peer.step("provisional");
        peer.until("the answer", |facts| (facts.answers > 1).then_some(()))
            .await?;
        state_is(peer, RtcSignalingState::Stable)?;
    }
    begin(peer, "provisional").await?;
    peer.finish().await?;
    Ok("connected by the provisional answer, then answered".to_owned())
}

/// A section that was stopped is taken by another transceiver.
pub(super) async fn recycle(peer: &Arc<Peer>) -> Result<String> {
    let connection = &peer.connection;
    if peer.is_offerer() {
        let audio = peer.add_media(MediaKind::Audio)?;
        let video = peer.add_media(MediaKind::Video)?;
        peer.negotiate().await?;
        peer.play(audio);
        peer.play(video);
    }
    peer.flowing(MediaKind::Video).await?;
    peer.together("first").await?;
    if peer.is_offerer() {
        let transceivers = connection.get_transceivers();
        transceivers.get(1).context("no video")?.stop()?;
        peer.negotiate().await?;
        let sections = sections(peer)?;
        ensure!(
            sections
                .get(1)
                .is_some_and(|line| line.starts_with("m=video 0 ")),
            "the sections are {sections:?}"
        );
    }
    peer.together("stopped").await?;
    if peer.is_offerer() {
        let video = peer.add_media(MediaKind::Video)?;
        peer.negotiate().await?;
        peer.play(video);
    }
    peer.together("again").await?;
    let video = peer.flowing(MediaKind::Video).await?;
    let sections = sections(peer)?;
    ensure!(sections.len() == 2, "the sections are {sections:?}");
    peer.finish().await?;
    Ok(format!("{video} over the section that was used again"))
}

/// The offer announces another fingerprint than that of the certificate: nobody may connect.
pub(super) async fn fingerprint_mismatch(peer: &Arc<Peer>) -> Result<String> {
    if peer.is_offerer() {
        let channel = peer.open("never", true)?;
        peer.negotiate().await?;
        // Who is not cheated may see the alert or only silence.
        peer.reached("failed").await?;
        ensure!(
            channel.ready_state() != stonechat::RtcDataChannelState::Open,
            "the channel opened"
        );
    } else {
        peer.until("the failure", |facts| facts.failed.then_some(()))
            .await?;
        peer.until("no channel", |facts| {
            facts.channels.is_empty().then_some(())
        })
        .await?;
        peer.step("failed");
    }
    peer.finish().await?;
    Ok("not connected".to_owned())
}

/// The description with these of its candidates alone.
pub(crate) fn keep_candidates(description: &mut RtcSessionDescription, keep: fn(&str) -> bool) {
    let lines = description.sdp.split_inclusive('\n');
    let lines = lines.filter(|line| !line.starts_with("a=candidate:") || keep(line));
    description.sdp = lines.collect();
}

/// Another value of all fingerprints of a description.
pub(crate) fn forge(description: &mut RtcSessionDescription) {
    let lines = description.sdp.split_inclusive('\n').map(|line| {
        match line
            .strip_prefix("a=fingerprint:")
            .and_then(|rest| rest.split_once(' '))
        {
            Some((hash, value)) => {
                let first = if value.starts_with("00") { "01" } else { "00" };
                format!(
                    "a=fingerprint:{hash} {first}{}",
                    value.get(2..).unwrap_or_default()
                )
            }
            None => line.to_owned(),
        }
    });
    description.sdp = lines.collect();
}

/// Certificates: an expired one is refused; one of RSA connects.
pub(super) async fn certificate(peer: &Arc<Peer>) -> Result<String> {
    let expiration = RtcCertificateExpiration {
        expires: Some(Duration::from_millis(1)),
    };
    let algorithm = KeygenAlgorithm::ecdsa_p256();
    let brief = RtcPeerConnection::generate_certificate(algorithm, expiration).await?;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let refused = RtcPeerConnection::new(RtcConfiguration {
        certificates: vec![brief],
        ..RtcConfiguration::default()
    });
    let name = refused
        .err()
        .context("an expired certificate is taken")?
        .name;
    ensure!(
        name == RtcErrorName::InvalidAccessError,
        "refused by {name}"
    );
    if peer.is_offerer() {
        peer.open("certified", true)?;
        peer.negotiate().await?;
    }
    begin(peer, "certified").await?;
    let security = peer.security()?;
    peer.finish().await?;
    Ok(format!(
        "an expired certificate is refused, one of RSA connects, {security}"
    ))
}

/// The certificate that a case is played with, if it has its own.
pub(crate) async fn own_certificate(case: &str) -> Result<Option<RtcCertificate>> {
    if case != "certificate" {
        return Ok(None);
    }
    let expiration = RtcCertificateExpiration::default();
    let made = RtcPeerConnection::generate_certificate(KeygenAlgorithm::rsa_2048(), expiration);
    Ok(Some(made.await?))
}

/// Greets over the channel of a case.
pub(super) async fn begin(peer: &Arc<Peer>, label: &str) -> Result<()> {
    let channel = peer.channel(label).await?;
    if peer.is_offerer() {
        ready(&channel).await?;
        echoed(&channel, "hello").await
    } else {
        channel.send_text("ready")?;
        echo_one(&channel, "the greeting").await
    }
}

fn inactive() -> RtcRtpTransceiverInit {
    RtcRtpTransceiverInit {
        direction: RtcRtpTransceiverDirection::Inactive,
        ..RtcRtpTransceiverInit::default()
    }
}

fn sections(peer: &Peer) -> Result<Vec<String>> {
    let local = peer
        .connection
        .current_local_description()
        .context("no local description")?;
    let lines = local.sdp.lines().filter(|line| line.starts_with("m="));
    Ok(lines.map(str::to_owned).collect())
}

fn state_is(peer: &Peer, state: RtcSignalingState) -> Result<()> {
    let now = peer.connection.signaling_state();
    if now != state {
        bail!("the state is {now}, not {state}");
    }
    Ok(())
}
