//! Writes the media sections of our offers and answers (RFC 8829, sections 5.2 and 5.3).

use stonechat_sdp::{
    Attribute, BuildError, Connection, Extmap, Fingerprint, Fmtp, Group, Media, MediaKind, Msid,
    Origin, Rid, RidDirection, Rtcp, RtcpFeedback, Rtpmap, Setup, Simulcast, SimulcastStreams,
    Ssrc, SsrcGroup,
};

use crate::error::{Error, ErrorName};
use crate::id::Kind;
use crate::negotiation::extensions::ExtensionLine;
use crate::negotiation::rtcp::RtcpLines;
use crate::plan::CodecPlan;
use crate::session::call::Direction;

/// What every section of a transport says about it.
#[derive(Clone, Debug)]
pub(super) struct TransportLines {
    pub(super) credentials: stonechat_ice::Credentials,
    pub(super) tls_id: String,
    /// An offer of a new transport says that it cannot do without multiplexing.
    pub(super) mux_only: bool,
    pub(super) fingerprint: stonechat_crypto::Fingerprint,
    pub(super) setup: Setup,
    pub(super) candidates: Vec<stonechat_ice::Candidate>,
    pub(super) end_of_candidates: bool,
}

impl TransportLines {
    /// For the other sections of the same transport: one tells the candidates of all.
    pub(super) fn without_candidates(&self) -> Self {
        Self {
            candidates: Vec::new(),
            end_of_candidates: false,
            ..self.clone()
        }
    }
}

/// The port of a section without candidates (RFC 8840, section 4.1.1), or of one that is there
/// only if the peer bundles.
const fn port(bundle_only: bool) -> u16 {
    if bundle_only { 0 } else { 9 }
}

/// A section for media.
#[derive(Debug)]
pub(super) struct MediaLines<'a> {
    pub(super) kind: Kind,
    pub(super) protocol: &'a str,
    /// None in an answer to an offer that has none.
    pub(super) mid: Option<&'a str>,
    pub(super) direction: Direction,
    pub(super) codecs: &'a [CodecPlan],
    pub(super) extensions: &'a [ExtensionLine],
    /// The encodings of simulcast that we receive.
    pub(super) receive_rids: &'a [String],
    pub(super) source: Option<Source<'a>>,
    /// Port zero: the section is there only if the peer bundles.
    pub(super) bundle_only: bool,
    /// RTCP of reduced size (RFC 5506).
    pub(super) reduced_size: bool,
    pub(super) rtcp: RtcpLines,
}

/// What is sent in a section.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) streams: &'a [String],
    pub(super) track: &'a str,
    /// The encodings, the smallest first.
    pub(super) encodings: Vec<SourceEncoding<'a>>,
    pub(super) cname: &'a str,
}

/// One encoding of what is sent.
#[derive(Debug)]
pub(super) struct SourceEncoding<'a> {
    pub(super) rid: Option<&'a str>,
    pub(super) ssrc: u32,
    pub(super) rtx_ssrc: Option<u32>,
}

/// The head of a description.
pub(super) fn head(
    session_id: u64,
    version: u64,
    bundled: &[String],
    lip_sync: Vec<Group>,
    allow_mixed: bool,
    identity: Option<String>,
) -> Result<stonechat_sdp::Session, Error> {
    let write = || {
        let mut session = stonechat_sdp::Session::new(&Origin::new(session_id, version))?;
        if !bundled.is_empty() {
            session.push(Group::bundle(bundled))?;
        }
        for group in lip_sync {
            session.push(group)?;
        }
        if allow_mixed {
            session.push(Attribute::ExtmapAllowMixed)?;
        }
        session.push(stonechat_sdp::MsidSemantic::new(["*"]))?;
        if let Some(assertion) = identity {
            session.push(Attribute::Identity(assertion))?;
        }
        Ok(session)
    };
    write().map_err(unwritable)
}

/// A section for media, open.
pub(super) fn media(lines: &MediaLines<'_>, transport: &TransportLines) -> Result<Media, Error> {
    write_media(lines, transport).map_err(unwritable)
}

/// An answer to a section for data in the form before RFC 8841.
pub(super) fn legacy_data(
    mid: Option<&str>,
    protocol: &str,
    sctp_port: u16,
    transport: &TransportLines,
) -> Result<Media, Error> {
    let write = || {
        let format = sctp_port.to_string();
        let mut media = Media::new(MediaKind::Application, port(false), protocol, [format])?;
        media.set_connection(&Connection::unspecified())?;
        if let Some(mid) = mid {
            media.push(Attribute::Mid(mid.to_owned()))?;
        }
        write_transport(&mut media, transport)?;
        let map = stonechat_sdp::Sctpmap::new(sctp_port, "webrtc-datachannel", Some(1024));
        media.push(Attribute::Sctpmap(map))?;
        Ok(media)
    };
    write().map_err(unwritable)
}

/// A section for data, open.
pub(super) fn data(
    mid: &str,
    protocol: &str,
    max_message_size: u64,
    bundle_only: bool,
    transport: &TransportLines,
) -> Result<Media, Error> {
    let write = || {
        let mut media = Media::new(
            MediaKind::Application,
            port(bundle_only),
            protocol,
            ["webrtc-datachannel"],
        )?;
        media.set_connection(&Connection::unspecified())?;
        if bundle_only {
            media.push(Attribute::BundleOnly)?;
        }
        media.push(Attribute::Mid(mid.to_owned()))?;
        write_transport(&mut media, transport)?;
        media.push(Attribute::SctpPort(5000))?;
        media.push(Attribute::MaxMessageSize(max_message_size))?;
        Ok(media)
    };
    write().map_err(unwritable)
}

/// A section that is rejected or gone: port zero, and what its place needs.
pub(super) fn rejected(like: &Media, mid: Option<&str>) -> Result<Media, Error> {
    let write = || {
        let mut media = Media::new(like.kind().clone(), 0, like.protocol(), like.formats())?;
        media.set_connection(&Connection::unspecified())?;
        if let Some(mid) = mid {
            media.push(Attribute::Mid(mid.to_owned()))?;
        }
        media.push(stonechat_sdp::Direction::Inactive)?;
        Ok(media)
    };
    write().map_err(unwritable)
}

fn write_media(lines: &MediaLines<'_>, transport: &TransportLines) -> Result<Media, BuildError> {
    let kind = match lines.kind {
        Kind::Audio => MediaKind::Audio,
        Kind::Video => MediaKind::Video,
    };
    let formats = lines
        .codecs
        .iter()
        .flat_map(|codec| [Some(codec.payload_type), codec.rtx])
        .flatten()
        .map(|payload_type| payload_type.to_string());
    let mut media = Media::new(kind, port(lines.bundle_only), lines.protocol, formats)?;
    media.set_connection(&Connection::unspecified())?;
    if lines.bundle_only {
        media.push(Attribute::BundleOnly)?;
    }
    media.push(Rtcp::new(9).with_address(Connection::unspecified()))?;
    if let Some(mid) = lines.mid {
        media.push(Attribute::Mid(mid.to_owned()))?;
    }
    write_transport(&mut media, transport)?;
    for extension in lines.extensions {
        let line = Extmap::new(u16::from(extension.plan.id), &extension.plan.uri);
        media.push(match extension.direction {
            Direction::SendRecv => line,
            direction => line.with_direction(direction.to_sdp()),
        })?;
    }
    media.push(lines.direction.to_sdp())?;
    if let Some(source) = &lines.source {
        if source.streams.is_empty() {
            media.push(Msid::new("-").with_track(source.track))?;
        }
        for stream in source.streams {
            media.push(Msid::new(stream).with_track(source.track))?;
        }
    }
    media.push(Attribute::RtcpMux)?;
    if transport.mux_only {
        media.push(Attribute::RtcpMuxOnly)?;
    }
    if lines.reduced_size {
        media.push(Attribute::RtcpRsize)?;
    }
    lines.rtcp.write(&mut media)?;
    for codec in lines.codecs {
        write_codec(&mut media, codec)?;
    }
    write_encodings(&mut media, lines)?;
    if let Some(source) = &lines.source {
        write_sources(&mut media, source)?;
    }
    Ok(media)
}

/// The names of encodings, and that they are simulcast if there are several (RFC 8851, 8853).
fn write_encodings(media: &mut Media, lines: &MediaLines<'_>) -> Result<(), BuildError> {
    let sent = lines.source.iter().flat_map(|source| &source.encodings);
    let sent: Vec<&str> = sent.filter_map(|encoding| encoding.rid).collect();
    for rid in &sent {
        media.push(Rid::new(rid, RidDirection::Send))?;
    }
    for rid in lines.receive_rids {
        media.push(Rid::new(rid, RidDirection::Recv))?;
    }
    let received = SimulcastStreams::from_ids(lines.receive_rids);
    let simulcast = match (sent.len() > 1, lines.receive_rids.is_empty()) {
        (false, true) => return Ok(()),
        (false, false) => Simulcast::new(RidDirection::Recv, lines.receive_rids),
        (true, true) => Simulcast::new(RidDirection::Send, &sent),
        (true, false) => {
            Simulcast::new(RidDirection::Send, &sent).with(RidDirection::Recv, received)
        }
    };
    media.push(simulcast)?;
    Ok(())
}

/// The sources of encodings, of which those of simulcast belong together, as do a source and
/// that of its retransmissions (RFC 5576).
fn write_sources(media: &mut Media, source: &Source<'_>) -> Result<(), BuildError> {
    let media_ssrcs: Vec<u32> = source
        .encodings
        .iter()
        .map(|encoding| encoding.ssrc)
        .collect();
    if media_ssrcs.len() > 1 {
        media.push(SsrcGroup::new("SIM", &media_ssrcs))?;
    }
    for encoding in &source.encodings {
        if let Some(rtx) = encoding.rtx_ssrc {
            media.push(SsrcGroup::new("FID", &[encoding.ssrc, rtx]))?;
        }
    }
    for encoding in &source.encodings {
        for ssrc in [Some(encoding.ssrc), encoding.rtx_ssrc]
            .into_iter()
            .flatten()
        {
            media.push(Ssrc::cname(ssrc, source.cname))?;
        }
    }
    Ok(())
}

fn write_transport(media: &mut Media, transport: &TransportLines) -> Result<(), BuildError> {
    for candidate in &transport.candidates {
        media.push(Attribute::Candidate(candidate_value(candidate)))?;
    }
    if transport.end_of_candidates {
        media.push(Attribute::EndOfCandidates)?;
    }
    media.push(Attribute::IceUfrag(
        transport.credentials.ufrag().to_owned(),
    ))?;
    media.push(Attribute::IcePwd(transport.credentials.pwd().to_owned()))?;
    media.push(Attribute::IceOptions("trickle ice2".into()))?;
    media.push(Fingerprint::new(
        transport.fingerprint.algorithm_name(),
        transport.fingerprint.digest(),
    ))?;
    media.push(transport.setup)?;
    media.push(Attribute::TlsId(transport.tls_id.clone()))?;
    Ok(())
}

fn write_codec(media: &mut Media, codec: &CodecPlan) -> Result<(), BuildError> {
    let mut map = Rtpmap::new(codec.payload_type, &codec.name, codec.clock_rate);
    if codec.channels > 1 {
        map = map.with_channels(codec.channels);
    }
    media.push(map)?;
    for feedback in &codec.feedback {
        media.push(RtcpFeedback::new(codec.payload_type, feedback))?;
    }
    let format = codec.payload_type.to_string();
    if !codec.parameters.is_empty() {
        media.push(Fmtp::new(&format, codec.parameters.as_str()))?;
    }
    if let Some(rtx) = codec.rtx {
        media.push(Rtpmap::new(rtx, "rtx", codec.clock_rate))?;
        media.push(Fmtp::new(
            &rtx.to_string(),
            format!("apt={format}").as_str(),
        ))?;
    }
    Ok(())
}

fn unwritable(error: BuildError) -> Error {
    Error::new(
        ErrorName::OperationError,
        format!("the description cannot be written: {error}"),
    )
}

/// What stands behind `a=candidate:`.
pub(super) fn candidate_value(candidate: &stonechat_ice::Candidate) -> String {
    let text = candidate.to_string();
    text.strip_prefix("candidate:").unwrap_or(&text).to_owned()
}
