//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod packet;

#[test]
fn inputs_kept_for_rtp_packet_do_no_harm() {
    replay("rtp_packet", packet::run);
}
