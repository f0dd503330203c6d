//! Every published crate on its own: packed as for a registry, unpacked outside the workspace,
//! built, tested and used by a newcomer's program.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use serde::Serialize;

use crate::report::Report;
use crate::shell::{cargo, command, output, root, run as execute, target};
use crate::workspace::{Package, packages, published_in_order};

/// The test crate: never published, but the tests of packed crates need it.
const TESTKIT: &str = "stonechat-testkit";

/// What to check.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Arguments {
    /// Only these crates, by folder name.
    crates: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    #[serde(rename = "crate")]
    name: String,
    check: &'static str,
    pass: bool,
    seconds: u64,
    detail: String,
}

/// Packs all crates and checks the wanted ones.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let published = published_in_order()?;
    let scratch = Scratch::new(&published)?;
    for package in &published {
        let wanted = &arguments.crates;
        if !wanted.is_empty() && !wanted.iter().any(|name| name == package.short_name()) {
            continue;
        }
        for (check, action) in CHECKS {
            let started = Instant::now();
            let result = action(&scratch, package);
            report.row(&Row {
                name: package.name.clone(),
                check,
                pass: result.is_ok(),
                seconds: started.elapsed().as_secs(),
                detail: result
                    .err()
                    .map_or_else(String::new, |error| format!("{error:#}")),
            })?;
        }
    }
    Ok(())
}

type Check = fn(&Scratch, &Package) -> Result<()>;

const CHECKS: &[(&str, Check)] = &[
    ("no tokio", |_, package| no_tokio(package)),
    ("builds without features", |scratch, package| {
        execute(
            scratch
                .cargo("build --no-default-features")
                .args(["-p", &package.name]),
        )
    }),
    ("tests without features", |scratch, package| {
        execute(
            scratch
                .cargo("test --lib --no-default-features")
                .args(["-p", &package.name]),
        )
    }),
    ("tests with all pure features", |scratch, package| {
        let features = pure_features(package).join(",");
        execute(
            scratch
                .cargo("test")
                .args(["-p", &package.name, "--features", &features]),
        )
    }),
    ("newcomer", Scratch::newcomer),
];

/// Protocol crates bring no runtime; only the top crate does.
fn no_tokio(package: &Package) -> Result<()> {
    if package.name == "stonechat" {
        return Ok(());
    }
    let tree = output(cargo("tree -e normal --all-features --prefix none -p").arg(&package.name))?;
    let runtime = tree.lines().find(|line| line.starts_with("tokio v"));
    ensure!(
        runtime.is_none(),
        "{} is among the dependencies",
        runtime.unwrap_or_default()
    );
    Ok(())
}

/// Features that need no C compiler.
fn pure_features(package: &Package) -> Vec<&str> {
    let names = package.features.keys().map(String::as_str);
    names
        .filter(|name| !name.contains("aws") && !name.contains("ring"))
        .collect()
}

/// A workspace elsewhere that holds the crates as they would come from a registry.
struct Scratch {
    directory: PathBuf,
}

impl Scratch {
    fn new(published: &[Package]) -> Result<Self> {
        let directory = target().join("standalone");
        let scratch = Self { directory };
        for old in ["crates", "fuzz", "newcomers"] {
            let old = scratch.directory.join(old);
            if old.exists() {
                fs::remove_dir_all(&old)?;
            }
        }
        fs::create_dir_all(scratch.directory.join("newcomers"))?;
        scratch.pack(published)?;
        for package in published {
            scratch.write_newcomer(package)?;
        }
        Ok(scratch)
    }

    fn pack(&self, published: &[Package]) -> Result<()> {
        let names: Vec<&str> = published
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        let packed = self.directory.join("packed");
        let mut package = cargo("package --no-verify --allow-dirty");
        package.arg("--target-dir").arg(&packed);
        for name in names.iter().chain([&TESTKIT]) {
            package.args(["-p", name]);
        }
        execute(&mut package)?;
        let crates = self.directory.join("crates");
        fs::create_dir_all(&crates)?;
        let all = packages()?;
        let mut manifest = String::from(
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\", \"newcomers/*\"]\n\n[patch.crates-io]\n",
        );
        for package in all
            .iter()
            .filter(|package| names.contains(&&*package.name) || package.name == TESTKIT)
        {
            let unpacked = format!("{}-{}", package.name, package.version);
            let archive = packed.join("package").join(format!("{unpacked}.crate"));
            execute(
                // Packed files all have the same old time, by which cargo would not see a change.
                command("tar")
                    .arg("-xzmf")
                    .arg(&archive)
                    .arg("-C")
                    .arg(&crates),
            )?;
            manifest += &format!("{} = {{ path = \"crates/{unpacked}\" }}\n", package.name);
            if package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == TESTKIT)
            {
                needs_testkit(&crates.join(&unpacked).join("Cargo.toml"))?;
            }
        }
        // Tests are too slow without, as in the workspace.
        manifest += "\n[profile.dev]\nopt-level = 1\ndebug = \"line-tables-only\"\n";
        fs::write(self.directory.join("Cargo.toml"), manifest)?;
        // The testkit replays the inputs of the fuzz targets from here.
        let fuzz = self.directory.join("fuzz");
        fs::create_dir_all(&fuzz)?;
        execute(
            command("cp")
                .arg("-r")
                .arg(root().join("fuzz/corpus"))
                .arg(&fuzz),
        )?;
        // The same versions as in the workspace, as far as they are used.
        fs::copy(root().join("Cargo.lock"), self.directory.join("Cargo.lock"))?;
        Ok(())
    }

    fn cargo(&self, words: &str) -> std::process::Command {
        let mut cargo = cargo(words);
        cargo
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", self.directory.join("target"));
        cargo
    }

    /// Makes a package of the first program of the crate's README.
    fn write_newcomer(&self, package: &Package) -> Result<()> {
        let name = newcomer_of(package);
        let directory = self.directory.join("newcomers").join(&name);
        let readme = fs::read_to_string(package.directory().join("README.md"))?;
        let Some(program) = program(&readme) else {
            return Ok(());
        };
        fs::create_dir_all(directory.join("src"))?;
        fs::write(
            directory.join("Cargo.toml"),
            manifest(&name, package, &program),
        )?;
        Ok(fs::write(directory.join("src/main.rs"), &program)?)
    }

    fn newcomer(&self, package: &Package) -> Result<()> {
        let name = newcomer_of(package);
        let exists = self.directory.join("newcomers").join(&name).is_dir();
        ensure!(exists, "the README has no program in Rust");
        execute(self.cargo("run --quiet").args(["-p", &name]))
    }
}

fn newcomer_of(package: &Package) -> String {
    format!("newcomer-{}", package.short_name())
}

/// Packing leaves a dependency without version out: it is put back for the tests.
fn needs_testkit(manifest: &Path) -> Result<()> {
    let mut text = fs::read_to_string(manifest)?;
    if text.contains("[dev-dependencies.stonechat-testkit]") {
        bail!("the testkit is in the packed manifest");
    }
    text += "\n[dev-dependencies.stonechat-testkit]\nversion = \"*\"\n";
    Ok(fs::write(manifest, text)?)
}

/// The first block of Rust that is to be run, as a whole program.
fn program(readme: &str) -> Option<String> {
    let mut lines = readme.lines();
    let fence = lines.by_ref().find(|line| {
        line.starts_with("```rust") && !line.contains("ignore") && !line.contains("compile_fail")
    })?;
    let body: Vec<&str> = lines
        .take_while(|line| !line.starts_with("```"))
        .map(|line| {
            line.strip_prefix("# ")
                .unwrap_or(if line == "#" { "" } else { line })
        })
        .collect();
    let body = body.join("\n");
    let whole = if body.contains("fn main(") {
        body
    } else {
        format!("fn main() -> Result<(), Box<dyn std::error::Error>> {{\n{body}\nOk(())\n}}\n")
    };
    // What may only be compiled is compiled.
    Some(if fence.contains("no_run") {
        whole.replacen("fn main(", "#[expect(dead_code)]\nfn compiled(", 1) + "\nfn main() {}\n"
    } else {
        whole
    })
}

/// A manifest with what the program names.
fn manifest(name: &str, package: &Package, program: &str) -> String {
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
         {} = \"{}\"\n",
        package.name, package.version
    );
    let mut need = |word: &str, line: &str| {
        if program.contains(word) && !line.starts_with(&format!("{} =", package.name)) {
            manifest += line;
            manifest += "\n";
        }
    };
    need(
        "stonechat_crypto",
        &format!(
            "stonechat-crypto = {{ version = \"{}\", features = [\"rust-crypto\"] }}",
            package.version
        ),
    );
    for other in [
        "sansio", "stun", "rtp", "rtcp", "sctp", "sdp", "ice", "dtls", "srtp", "media",
    ] {
        need(
            &format!("stonechat_{other}::"),
            &format!("stonechat-{other} = \"{}\"", package.version),
        );
    }
    need("bytes::", "bytes = \"1\"");
    need(
        "tokio::",
        "tokio = { version = \"1\", features = [\"full\"] }",
    );
    if package.name == "stonechat-crypto" {
        manifest = manifest.replace(
            &format!("stonechat-crypto = \"{}\"", package.version),
            &format!(
                "stonechat-crypto = {{ version = \"{}\", features = [\"rust-crypto\"] }}",
                package.version
            ),
        );
    }
    manifest
}
