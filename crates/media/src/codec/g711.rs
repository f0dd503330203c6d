//! G.711 sample conversion (ITU-T G.711; payload in RFC 3551, section 4.5.14).

/// The 16-bit linear sample of a mu-law octet.
#[must_use]
pub const fn decode_mulaw(octet: u8) -> i16 {
    let octet = !octet;
    let magnitude = ((((octet & 0x0f) as i16) << 3) + MULAW_BIAS) << ((octet & 0x70) >> 4);
    if octet & 0x80 != 0 {
        MULAW_BIAS - magnitude
    } else {
        magnitude - MULAW_BIAS
    }
}

/// The mu-law octet nearest to a 16-bit linear sample.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "all values are below 128"
)]
pub const fn encode_mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (sample as i32).abs();
    let magnitude = if magnitude > MULAW_CLIP {
        MULAW_CLIP
    } else {
        magnitude
    } + MULAW_BIAS as i32;
    let exponent = 24 - magnitude.leading_zeros() as i32;
    let exponent = if exponent < 0 { 0 } else { exponent };
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

/// The 16-bit linear sample of an A-law octet.
#[must_use]
pub const fn decode_alaw(octet: u8) -> i16 {
    let octet = octet ^ 0x55;
    let mantissa = ((octet & 0x0f) as i16) << 4;
    let magnitude = match (octet & 0x70) >> 4 {
        0 => mantissa + 8,
        1 => mantissa + 0x108,
        segment => (mantissa + 0x108) << (segment - 1),
    };
    if octet & 0x80 != 0 {
        magnitude
    } else {
        -magnitude
    }
}

/// The A-law octet nearest to a 16-bit linear sample.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "all values are below 128"
)]
pub const fn encode_alaw(sample: i16) -> u8 {
    let sample = (sample >> 3) as i32;
    let (mask, magnitude) = if sample >= 0 {
        (0xd5, sample)
    } else {
        (0x55, -sample - 1)
    };
    let segment = if magnitude < 32 {
        0
    } else {
        27 - magnitude.leading_zeros() as i32
    };
    let shift = if segment < 2 { 1 } else { segment };
    ((segment as u8) << 4 | ((magnitude >> shift) & 0x0f) as u8) ^ mask
}

const MULAW_BIAS: i16 = 0x84;
const MULAW_CLIP: i32 = 32_635;
