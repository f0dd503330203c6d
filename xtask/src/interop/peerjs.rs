//! The telephone of the examples against a page with PeerJS in headless Chromium.

use std::process::Command;

use anyhow::Result;

use super::namespace::Namespace;
use super::{Peer, Row, browsers, install, rows_of};
use crate::shell::{cargo, is_root, run as execute, target};

/// Builds the telephone and starts the page, which starts the telephone.
pub(super) fn start(row: impl FnMut(Row) -> Result<()>) -> Result<()> {
    install(&[Peer::Chromium])?;
    execute(&mut cargo("build -p stonechat --example phone"))?;
    let namespace = if is_root() {
        Namespace::new().ok()
    } else {
        None
    };
    let mut runner = match &namespace {
        Some(namespace) => namespace.command("node"),
        None => Command::new("node"),
    };
    runner
        .current_dir(browsers())
        .arg("peerjs.mjs")
        .arg(target().join("debug/examples/phone"))
        .args(["--port", "0", "--auto-answer"]);
    rows_of(&mut runner, row)
}
