//! What no compiler checks: names, layering, and what every crate must have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use crate::report::Report;
use crate::shell::{output, root};
use crate::workspace::{Package, packages};

/// Which crates a crate may depend on, beside tests. `sansio` and `crypto` are open to all
/// machines; what is listed in addition are the edges of the architecture.
const LAYERS: &[(&str, &[&str])] = &[
    ("crypto", &[]),
    ("sansio", &["crypto"]),
    ("rtp", &[]),
    ("sdp", &[]),
    ("rtcp", &["rtp"]),
    ("srtp", &["crypto", "rtp"]),
    ("stun", &["crypto", "sansio"]),
    ("turn", &["crypto", "sansio", "stun"]),
    ("ice", &["crypto", "sansio", "stun", "turn"]),
    ("dtls", &["crypto", "sansio"]),
    ("sctp", &["crypto", "sansio"]),
    ("datachannel", &["crypto", "sansio", "sctp"]),
    ("congestion", &["sansio"]),
    ("media", &["congestion", "crypto", "rtcp", "rtp", "sansio"]),
    (
        "peerconnection",
        &[
            "congestion",
            "crypto",
            "datachannel",
            "dtls",
            "ice",
            "media",
            "rtcp",
            "rtp",
            "sansio",
            "sctp",
            "sdp",
            "srtp",
            "stun",
            "turn",
        ],
    ),
    (
        "stonechat",
        &["crypto", "ice", "media", "peerconnection", "rtp", "sansio"],
    ),
    ("testkit", &["crypto", "sansio"]),
    ("guides", &[]),
];

/// Names that say nothing. `shared` has a meaning in the top crate alone: what handles share.
const EMPTY_NAMES: &[&str] = &[
    "common", "helper", "helpers", "misc", "shared", "types", "util", "utils",
];

#[derive(Serialize)]
struct Row {
    check: &'static str,
    pass: bool,
    detail: String,
}

#[derive(Serialize)]
struct Size {
    size: String,
    files: usize,
    lines: usize,
    longest: String,
}

/// Runs all checks; each is a row, and so is the size of each crate.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let packages = packages()?;
    let sources = Source::all()?;
    for package in &packages {
        report.row(&size(package, &sources))?;
    }
    for (check, findings) in [
        ("names", names(&sources)),
        ("layering", layering(&packages)),
        ("crate files", crate_files(&packages)),
        (
            "allow attributes",
            attributes(&sources, &["#[allow(", "#![allow("]),
        ),
        ("ignored tests", attributes(&sources, &["#[ignore"])),
        ("module files", module_files(&sources)),
    ] {
        report.row(&Row {
            check,
            pass: findings.is_empty(),
            detail: findings.join("; "),
        })?;
    }
    Ok(())
}

/// A file of Rust that belongs to the repository.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn all() -> Result<Vec<Self>> {
        // New files count before they are committed, what is built does not.
        let words = [
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            "*.rs",
        ];
        let listed = output(crate::shell::command("git").args(words))?;
        let paths = listed
            .lines()
            .map(PathBuf::from)
            .filter(|path| root().join(path).is_file());
        paths
            .map(|path| {
                Ok(Self {
                    text: std::fs::read_to_string(root().join(&path))?,
                    path,
                })
            })
            .collect()
    }

    /// Whether it is code of a crate, not tests or examples of it.
    fn is_library(&self) -> bool {
        self.path.components().any(|part| part.as_os_str() == "src")
    }
}

fn size(package: &Package, sources: &[Source]) -> Size {
    let directory = package.directory();
    let within = |source: &&Source| root().join(&source.path).starts_with(directory.join("src"));
    let lines = |source: &Source| source.text.lines().count();
    let mine: Vec<&Source> = sources.iter().filter(within).collect();
    let longest = mine.iter().max_by_key(|source| lines(source));
    Size {
        size: package.short_name().to_owned(),
        files: mine.len(),
        lines: mine.iter().map(|source| lines(source)).sum(),
        longest: longest.map_or_else(String::new, |source| {
            format!("{} {}", source.path.display(), lines(source))
        }),
    }
}

fn names(sources: &[Source]) -> Vec<String> {
    let empty = |source: &&Source| {
        let in_top_crate = source.path.starts_with("crates/stonechat");
        source.path.iter().any(|part| {
            let name = Path::new(part)
                .file_stem()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            EMPTY_NAMES.contains(&name) && !(in_top_crate && name == "shared")
        })
    };
    let found = sources
        .iter()
        .filter(|source| source.is_library())
        .filter(empty);
    found
        .map(|source| format!("{} says nothing", source.path.display()))
        .collect()
}

fn layering(packages: &[Package]) -> Vec<String> {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.name != "xtask") {
        let name = package.short_name();
        let Some(allowed) = layers.get(name) else {
            findings.push(format!("{name} has no place among the layers"));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|of| of.kind.as_deref() != Some("dev"))
        {
            let Some(other) = dependency.name.strip_prefix("stonechat-") else {
                continue;
            };
            if !allowed.contains(&other) {
                findings.push(format!("{name} depends on {other}"));
            }
        }
    }
    findings
}

fn crate_files(packages: &[Package]) -> Vec<String> {
    let published = packages.iter().filter(|package| package.is_published());
    let needed = published.flat_map(|package| {
        ["README.md", "CHANGELOG.md"].map(|name| package.directory().join(name))
    });
    let missing = needed.filter(|path| !path.is_file());
    missing
        .map(|path| {
            format!(
                "{} is missing",
                path.strip_prefix(root()).unwrap_or(&path).display()
            )
        })
        .collect()
}

fn attributes(sources: &[Source], starts: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            if starts
                .iter()
                .any(|start| line.trim_start().starts_with(start))
            {
                findings.push(format!("{}:{}", source.path.display(), number + 1));
            }
        }
    }
    findings
}

/// `foo.rs` beside `foo/`. A test binary has its modules in one folder and so its own `mod.rs` rule.
fn module_files(sources: &[Source]) -> Vec<String> {
    let named_mod = sources
        .iter()
        .filter(|source| source.path.ends_with("mod.rs"));
    named_mod
        .map(|source| format!("{} should be beside its folder", source.path.display()))
        .collect()
}
