//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod record;
mod session;

#[test]
fn inputs_kept_for_dtls_record_do_no_harm() {
    replay("dtls_record", record::run);
}

#[test]
fn inputs_kept_for_dtls_session_do_no_harm() {
    replay("dtls_session", session::run);
}
