//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod session;

#[test]
fn inputs_kept_for_sdp_session_do_no_harm() {
    replay("sdp_session", session::run);
}
