//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod annex_b;
mod depacketize;
mod ivf;
mod ogg;
mod streams;

#[test]
fn inputs_kept_for_media_annex_b_do_no_harm() {
    replay("media_annex_b", annex_b::run);
}

#[test]
fn inputs_kept_for_media_depacketize_do_no_harm() {
    replay("media_depacketize", depacketize::run);
}

#[test]
fn inputs_kept_for_media_ivf_do_no_harm() {
    replay("media_ivf", ivf::run);
}

#[test]
fn inputs_kept_for_media_ogg_do_no_harm() {
    replay("media_ogg", ogg::run);
}

#[test]
fn inputs_kept_for_media_streams_do_no_harm() {
    replay("media_streams", streams::run);
}
