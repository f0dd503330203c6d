//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod unprotect;

#[test]
fn inputs_kept_for_srtp_unprotect_do_no_harm() {
    replay("srtp_unprotect", unprotect::run);
}
