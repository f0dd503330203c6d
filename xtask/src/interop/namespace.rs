//! A network of its own for one run: nothing can leave it, and its loopback has a second address
//! and a default route, without which Firefox does not connect.

use std::process::Command;

use anyhow::Result;

use crate::shell::{command, run, succeeds};

/// A network namespace; it ends with this value.
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes it; needs root.
    pub(crate) fn new() -> Result<Self> {
        let namespace = Self {
            name: format!("interop-{}", std::process::id()),
        };
        let name = namespace.name.as_str();
        run(command("ip").args(["netns", "add", name]))?;
        for words in [
            ["link", "set", "lo", "up"].as_slice(),
            &["addr", "add", "10.97.0.1/32", "dev", "lo"],
            &["route", "add", "default", "dev", "lo"],
        ] {
            run(command("ip").args(["-n", name]).args(words))?;
        }
        Ok(namespace)
    }

    /// A command that runs in it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut inside = Command::new("ip");
        inside.args(["netns", "exec", &self.name, program]);
        inside
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // If it cannot be removed the next run has another name.
        succeeds(command("ip").args(["netns", "del", &self.name]));
    }
}
