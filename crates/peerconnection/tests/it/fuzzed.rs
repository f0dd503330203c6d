//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod pair;

#[test]
fn inputs_kept_for_peerconnection_pair_do_no_harm() {
    replay("peerconnection_pair", pair::run);
}
