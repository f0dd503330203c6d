use crate::feedback::{payload, transport};
use crate::{
    Application, CongestionControl, ExtendedReport, Fir, Full, Goodbye, Nack, PacketType,
    ParseError, Pli, RawPacket, ReceiverReport, Remb, SenderReport, Sli, SourceDescription, Tmmbn,
    Tmmbr, TransportWide, Write,
};

/// One packet of a compound.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// SR.
    SenderReport(SenderReport<'a>),
    /// RR.
    ReceiverReport(ReceiverReport<'a>),
    /// SDES.
    SourceDescription(SourceDescription<'a>),
    /// BYE.
    Goodbye(Goodbye<'a>),
    /// APP.
    Application(Application<'a>),
    /// Generic NACK.
    Nack(Nack<'a>),
    /// Temporary maximum bit rate request.
    Tmmbr(Tmmbr<'a>),
    /// Temporary maximum bit rate notification.
    Tmmbn(Tmmbn<'a>),
    /// Congestion control feedback.
    CongestionControl(CongestionControl<'a>),
    /// Transport-wide feedback.
    TransportWide(TransportWide<'a>),
    /// Picture loss indication.
    Pli(Pli),
    /// Slice loss indication.
    Sli(Sli<'a>),
    /// Full intra request.
    Fir(Fir<'a>),
    /// Receiver estimated maximum bit rate.
    Remb(Remb<'a>),
    /// XR.
    ExtendedReport(ExtendedReport<'a>),
    /// A packet, or a feedback message, of a type that is not known here.
    Unknown(RawPacket<'a>),
}

impl<'a> Packet<'a> {
    /// Reads the one packet that is all of `packet`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if it is malformed; octets behind it are [`ParseError::Length`].
    pub fn parse(packet: &'a [u8]) -> Result<Self, ParseError> {
        let (raw, rest) = RawPacket::parse(packet)?;
        if rest.is_empty() {
            Self::from_raw(raw)
        } else {
            Err(ParseError::Length)
        }
    }

    /// Reads the content of `raw` by its type.
    ///
    /// # Errors
    ///
    /// [`ParseError::Content`] if it is malformed.
    pub fn from_raw(raw: RawPacket<'a>) -> Result<Self, ParseError> {
        Ok(match raw.packet_type {
            PacketType::SENDER_REPORT => Self::SenderReport(SenderReport::parse(&raw)?),
            PacketType::RECEIVER_REPORT => Self::ReceiverReport(ReceiverReport::parse(&raw)?),
            PacketType::SOURCE_DESCRIPTION => {
                Self::SourceDescription(SourceDescription::parse(&raw)?)
            }
            PacketType::GOODBYE => Self::Goodbye(Goodbye::parse(&raw)?),
            PacketType::APPLICATION => Self::Application(Application::parse(&raw)?),
            PacketType::TRANSPORT_FEEDBACK => match raw.count {
                transport::NACK => Self::Nack(Nack::parse(&raw)?),
                transport::TMMBR => Self::Tmmbr(Tmmbr::parse(&raw)?),
                transport::TMMBN => Self::Tmmbn(Tmmbn::parse(&raw)?),
                transport::CONGESTION_CONTROL => {
                    Self::CongestionControl(CongestionControl::parse(&raw)?)
                }
                transport::TRANSPORT_WIDE => Self::TransportWide(TransportWide::parse(&raw)?),
                _ => Self::Unknown(raw),
            },
            PacketType::PAYLOAD_FEEDBACK => match raw.count {
                payload::PLI => Self::Pli(Pli::parse(&raw)?),
                payload::SLI => Self::Sli(Sli::parse(&raw)?),
                payload::FIR => Self::Fir(Fir::parse(&raw)?),
                payload::APPLICATION if Remb::is_remb(&raw) => Self::Remb(Remb::parse(&raw)?),
                _ => Self::Unknown(raw),
            },
            PacketType::EXTENDED_REPORT => Self::ExtendedReport(ExtendedReport::parse(&raw)?),
            _ => Self::Unknown(raw),
        })
    }

    fn as_write(&self) -> &dyn Write {
        match self {
            Self::SenderReport(packet) => packet,
            Self::ReceiverReport(packet) => packet,
            Self::SourceDescription(packet) => packet,
            Self::Goodbye(packet) => packet,
            Self::Application(packet) => packet,
            Self::Nack(packet) => packet,
            Self::Tmmbr(packet) => packet,
            Self::Tmmbn(packet) => packet,
            Self::CongestionControl(packet) => packet,
            Self::TransportWide(packet) => packet,
            Self::Pli(packet) => packet,
            Self::Sli(packet) => packet,
            Self::Fir(packet) => packet,
            Self::Remb(packet) => packet,
            Self::ExtendedReport(packet) => packet,
            Self::Unknown(packet) => packet,
        }
    }
}

impl Write for Packet<'_> {
    fn encoded_len(&self) -> usize {
        self.as_write().encoded_len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        self.as_write().encode(out)
    }
}
