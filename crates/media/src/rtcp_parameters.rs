use stonechat_sansio::Ecn;

/// What was negotiated about the RTCP of a transport, beside what belongs to each payload type.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RtcpParameters {
    /// How the ends tell each other what arrived.
    pub congestion_feedback: CongestionFeedback,
    /// The mark that RTP packets leave with once the path was seen to let it through (RFC 6679,
    /// section 7.2.1); the owner sends them so. Only if both ends agreed on it and the peer tells
    /// of marks, by feedback of each stream (RFC 6679, section 6.1; RFC 8888, section 7). ECT(1) is
    /// for senders whose congestion control answers to each mark of congestion (RFC 9331).
    /// Default: none.
    pub ecn: Ecn,
    /// Whether reports of what was received carry our clock, since the peer answers (RFC 3611,
    /// sections 4.4 and 5). Default: no.
    pub asks_round_trip: bool,
    /// Octets that a block about the peer's clocks may have in sender reports, its header of 4
    /// included (RFC 3611, sections 4.5 and 5.1); 0: they are not answered. Default: 0.
    pub max_delay_block: usize,
}

/// How a receiver tells a sender which packets arrived, and when.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum CongestionFeedback {
    /// By transport-wide numbers, as far as that header extension was negotiated
    /// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
    #[default]
    TransportWide,
    /// By the numbers of each stream, with ECN marks (RFC 8888). Transport-wide numbers are neither
    /// written nor told of.
    PerStream,
}
