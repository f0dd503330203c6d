//! The corpora of the fuzz targets of this crate, replayed.

use stonechat_testkit::corpus::replay;

mod agent;
mod candidate;
mod framing;
mod mdns;

#[test]
fn inputs_kept_for_ice_agent_do_no_harm() {
    replay("ice_agent", agent::run);
}

#[test]
fn inputs_kept_for_ice_candidate_do_no_harm() {
    replay("ice_candidate", candidate::run);
}

#[test]
fn inputs_kept_for_ice_framing_do_no_harm() {
    replay("ice_framing", framing::run);
}

#[test]
fn inputs_kept_for_ice_mdns_do_no_harm() {
    replay("ice_mdns", mdns::run);
}
