//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod association;
mod pair;

#[test]
fn inputs_kept_for_sctp_association_do_no_harm() {
    replay("sctp_association", association::run);
}

#[test]
fn inputs_kept_for_sctp_pair_do_no_harm() {
    replay("sctp_pair", pair::run);
}
