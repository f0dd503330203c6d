//! Scalability modes (webrtc-svc, section 5).

/// All modes of the specification.
const MODES: [&str; 36] = [
    "L1T1",
    "L1T2",
    "L1T3",
    "L2T1",
    "L2T2",
    "L2T3",
    "L3T1",
    "L3T2",
    "L3T3",
    "L2T1h",
    "L2T2h",
    "L2T3h",
    "L3T1h",
    "L3T2h",
    "L3T3h",
    "S2T1",
    "S2T2",
    "S2T3",
    "S2T1h",
    "S2T2h",
    "S2T3h",
    "S3T1",
    "S3T2",
    "S3T3",
    "S3T1h",
    "S3T2h",
    "S3T3h",
    "L2T2_KEY",
    "L2T2_KEY_SHIFT",
    "L2T3_KEY",
    "L2T3_KEY_SHIFT",
    "L3T1_KEY",
    "L3T2_KEY",
    "L3T2_KEY_SHIFT",
    "L3T3_KEY",
    "L3T3_KEY_SHIFT",
];

/// Whether a codec can be sent in a mode: VP8 and H.264 have temporal layers alone (RFC 7741,
/// RFC 6184), AV1 has all modes of the specification; what we do not look into may have any.
pub(crate) fn is_supported(mime_type: &str, mode: &str) -> bool {
    let Some((kind, name)) = mime_type.split_once('/') else {
        return false;
    };
    if !kind.eq_ignore_ascii_case("video") || !crate::negotiation::codecs::is_primary(name) {
        return false;
    }
    match name.to_ascii_uppercase().as_str() {
        "VP8" | "H264" | "H265" => matches!(mode, "L1T1" | "L1T2" | "L1T3"),
        _ => MODES.contains(&mode),
    }
}

/// The mode that a codec is sent in when `mode` is asked for: the same, or one with as many
/// temporal layers.
pub(crate) fn closest(mime_type: &str, mode: &str) -> Option<String> {
    if is_supported(mime_type, mode) {
        return Some(mode.to_owned());
    }
    let layers = mode.split_once('T')?.1.get(..1)?;
    let temporal = format!("L1T{layers}");
    is_supported(mime_type, &temporal).then_some(temporal)
}

/// Whether a mode puts several encodings into one stream.
pub(crate) fn is_simulcast(mode: &str) -> bool {
    mode.starts_with('S')
}
