//! The packages of the workspace, as cargo tells them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A package of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    /// Empty if it is never published.
    publish: Option<Vec<String>>,
    pub(crate) features: std::collections::BTreeMap<String, Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A line among a package's dependencies.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build` or none.
    pub(crate) kind: Option<String>,
}

/// A library, test, example or benchmark.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Package {
    pub(crate) fn is_published(&self) -> bool {
        self.publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty())
    }

    pub(crate) fn has_features(&self) -> bool {
        !self.features.is_empty()
    }

    /// Its folder.
    pub(crate) fn directory(&self) -> PathBuf {
        self.manifest_path
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default()
    }

    /// The name of its folder: the package's without the prefix.
    pub(crate) fn short_name(&self) -> &str {
        self.name.strip_prefix("stonechat-").unwrap_or(&self.name)
    }
}

/// All packages, by name.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let text = shell::output(&mut shell::cargo("metadata --format-version 1 --no-deps"))?;
    let mut metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
    metadata
        .packages
        .sort_by(|one, other| one.name.cmp(&other.name));
    Ok(metadata.packages)
}

/// The published packages, each after those that it depends on.
pub(crate) fn published_in_order() -> Result<Vec<Package>> {
    let mut left: Vec<Package> = packages()?
        .into_iter()
        .filter(Package::is_published)
        .collect();
    let mut ordered: Vec<Package> = Vec::new();
    while !left.is_empty() {
        let names: Vec<String> = left.iter().map(|package| package.name.clone()).collect();
        let ready = left.iter().position(|package| {
            let mut needed = package
                .dependencies
                .iter()
                .filter(|of| of.kind.as_deref() != Some("dev"));
            !needed.any(|dependency| names.contains(&dependency.name))
        });
        ordered.push(left.remove(ready.context("the crates depend on each other in a circle")?));
    }
    Ok(ordered)
}
