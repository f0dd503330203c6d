//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod channel_data;
mod client;

#[test]
fn inputs_kept_for_turn_channel_data_do_no_harm() {
    replay("turn_channel_data", channel_data::run);
}

#[test]
fn inputs_kept_for_turn_client_do_no_harm() {
    replay("turn_client", client::run);
}
