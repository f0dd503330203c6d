//! The four octets before relayed data (RFC 8656, section 12.4).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Octets of channel number and length.
pub const CHANNEL_HEADER_LEN: usize = 4;

/// ChannelData as a view of a datagram.
///
/// ```text
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Channel Number        |            Length             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// /                       Application Data                        /
/// +-------------------------------+-------------------------------+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ChannelData<'a> {
    number: ChannelNumber,
    data: &'a [u8],
}

impl<'a> ChannelData<'a> {
    /// A view of `datagram`; `None` if it is none or if it is cut. What follows the data, as
    /// padding may, is ignored.
    #[inline]
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (&[number_high, number_low, high, low], rest) =
            datagram.split_first_chunk::<CHANNEL_HEADER_LEN>()?;
        let number = ChannelNumber::new(u16::from_be_bytes([number_high, number_low]))?;
        let data = rest.get(..usize::from(u16::from_be_bytes([high, low])))?;
        Some(Self { number, data })
    }

    /// Its channel.
    #[inline]
    #[must_use]
    pub const fn number(&self) -> ChannelNumber {
        self.number
    }

    /// What the peer sent.
    #[inline]
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The header before `len` octets of data on `number`; `None` if there are more than 65,535.
    #[inline]
    #[must_use]
    pub fn header(number: ChannelNumber, len: usize) -> Option<[u8; CHANNEL_HEADER_LEN]> {
        let [high, low] = u16::try_from(len).ok()?.to_be_bytes();
        let [number_high, number_low] = number.number().to_be_bytes();
        Some([number_high, number_low, high, low])
    }
}

/// The number of a channel, from 0x4000 to 0x4FFF (RFC 8656, section 12).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChannelNumber(u16);

impl ChannelNumber {
    /// The channel `number`; `None` outside the range.
    #[inline]
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number >= 0x4000 && number <= 0x4FFF {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The channel at `index`, counted from 0.
    #[inline]
    pub(crate) fn of_index(index: usize) -> Option<Self> {
        Self::new(u16::try_from(index).ok()?.checked_add(0x4000)?)
    }

    /// Its index, counted from 0.
    #[inline]
    pub(crate) const fn index(self) -> usize {
        (self.0 & 0x0FFF) as usize
    }
}

/// Octets of the message or ChannelData that a stream goes on with, padding included: how TCP and
/// TLS are cut into datagrams (RFC 8656, section 12.5).
///
/// `Ok(None)` asks for more octets: eight are always enough.
///
/// # Errors
///
/// [`NotFramed`] if neither can begin like this; the stream is lost then.
pub fn stream_frame_len(prefix: &[u8]) -> Result<Option<usize>, NotFramed> {
    let Some(&[first, second, high, low]) = prefix.first_chunk::<CHANNEL_HEADER_LEN>() else {
        return Ok(None);
    };
    if ChannelNumber::new(u16::from_be_bytes([first, second])).is_some() {
        let data = usize::from(u16::from_be_bytes([high, low]));
        return Ok(Some(
            (data.saturating_add(3) & !3).saturating_add(CHANNEL_HEADER_LEN),
        ));
    }
    if first & 0xC0 != 0 {
        return Err(NotFramed);
    }
    if prefix.len() < 8 {
        return Ok(None);
    }
    stonechat_stun::frame_len(prefix).map(Some).ok_or(NotFramed)
}

/// The octets of a stream are neither a STUN message nor ChannelData.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("neither a stun message nor channel data")]
pub struct NotFramed;
