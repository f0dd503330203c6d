//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod compound;
mod congestion_control;
mod transport_wide;

#[test]
fn inputs_kept_for_rtcp_compound_do_no_harm() {
    replay("rtcp_compound", compound::run);
}

#[test]
fn inputs_kept_for_rtcp_transport_wide_do_no_harm() {
    replay("rtcp_transport_wide", transport_wide::run);
}

#[test]
fn inputs_kept_for_rtcp_congestion_control_do_no_harm() {
    replay("rtcp_congestion_control", congestion_control::run);
}
