//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod annex_b;
mod depacketize;
mod ivf;
mod ogg;
mod sframe;
mod streams;
mod telephone_event;

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

#[test]
fn inputs_kept_for_media_sframe_do_no_harm() {
    replay("media_sframe", sframe::run);
}

#[test]
fn inputs_kept_for_media_telephone_event_do_no_harm() {
    replay("media_telephone_event", telephone_event::run);
}
