//! The suite itself. It is never part of the repository: Debian's source package of Firefox has a
//! copy, of which we keep the parts that are about real-time communication.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{command, describe, need_programs, output, run as execute, target};

const PACKAGE: &str = "f/firefox-esr/firefox-esr_140.12.0esr.orig.tar.xz";
const SHA256: &str = "5c72347381233dcc97cbd02c0324116258769d8b9b0f869fd0c6f1d59519ce2a";
const PARTS: &[&str] = &[
    "webrtc*",
    "resources",
    "common",
    "interfaces",
    "mediacapture-streams",
    "media",
    "service-workers/service-worker/resources",
];

/// Gives the directory of the suite; fetches and unpacks it once.
pub(super) fn obtain(lane: &Path) -> Result<PathBuf> {
    let directory = target().join("wpt");
    let suite = directory.join(format!("suite-{}", &SHA256[..12]));
    if !suite.is_dir() {
        need_programs(&[("xz", "xz-utils"), ("tar", "tar")])?;
        let part = directory.join("part");
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        let archive = directory.join("source.tar.xz");
        download(&archive)?;
        unpack(&archive, &part)?;
        verify(lane, &part)?;
        fs::rename(&part, &suite)?;
        fs::remove_file(&archive)?;
    }
    Ok(suite)
}

/// By the system's package manager, which checks the sum.
fn download(archive: &Path) -> Result<()> {
    if archive.is_file() {
        return Ok(());
    }
    const HELPER: &str = "/usr/lib/apt/apt-helper";
    ensure!(
        Path::new(HELPER).is_file(),
        "the suite is part of a source package of Debian: run this on Debian, or put {PACKAGE} at {}",
        archive.display()
    );
    let sites = output(command("apt-get").args(["indextargets", "--format", "$(SITE)"]))?;
    let mut sites: Vec<&str> = sites.lines().collect();
    sites.sort_unstable();
    sites.dedup();
    // Security updates have a pool of their own.
    let pools = ["pool/main", "pool/updates/main"];
    for (site, pool) in sites.iter().flat_map(|site| pools.map(|pool| (site, pool))) {
        let address = format!("{}/{pool}/{PACKAGE}", site.trim_end_matches('/'));
        let mut helper = command(HELPER);
        helper.args(["download-file", &address]);
        helper.arg(archive).arg(format!("SHA256:{SHA256}"));
        match execute(&mut helper) {
            Ok(()) => return Ok(()),
            Err(error) => eprintln!("{error:#}"),
        }
    }
    bail!(
        "no mirror of this system has {PACKAGE} any more; put it at {}",
        archive.display()
    )
}

fn unpack(archive: &Path, into: &Path) -> Result<()> {
    let mut xz = command("xz");
    xz.args(["-T0", "-dc"]).arg(archive);
    let mut unpacked = xz
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| describe(&xz))?;
    let mut tar = command("tar");
    // Only the path below the tests is kept.
    tar.args(["-x", "--wildcards", "--strip-components=4", "-C"]);
    tar.arg(into);
    for part in PARTS {
        tar.arg(format!("*/testing/web-platform/tests/{part}"));
    }
    eprintln!("> {} | {}", describe(&xz), describe(&tar));
    let status = tar
        .stdin(unpacked.stdout.take().context("no output of xz")?)
        .status()
        .with_context(|| describe(&tar))?;
    let xz_status = unpacked.wait()?;
    ensure!(
        status.success() && xz_status.success(),
        "tar: {status}, xz: {xz_status}"
    );
    Ok(())
}

/// Every file has to be the one that the list of what counts was made with.
fn verify(lane: &Path, suite: &Path) -> Result<()> {
    execute(command("node").arg(lane.join("verify.mjs")).arg(suite))
}
