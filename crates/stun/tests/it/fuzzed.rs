//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod message;
mod uri;

#[test]
fn inputs_kept_for_stun_message_do_no_harm() {
    replay("stun_message", message::run);
}

#[test]
fn inputs_kept_for_stun_uri_do_no_harm() {
    replay("stun_uri", uri::run);
}
