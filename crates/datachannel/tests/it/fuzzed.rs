//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod channels;
mod dcep;

#[test]
fn inputs_kept_for_datachannel_channels_do_no_harm() {
    replay("datachannel_channels", channels::run);
}

#[test]
fn inputs_kept_for_datachannel_dcep_do_no_harm() {
    replay("datachannel_dcep", dcep::run);
}
