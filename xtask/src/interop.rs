//! The interop cases against a browser or another stack: installs what is missing, builds our
//! endpoint and starts the runner in `interop/browsers`, which starts the rest.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::shell::{
    cargo, command, describe, is_root, need_programs, root, run as execute, succeeds, target,
};

mod namespace;
mod peerjs;
mod table;

use namespace::Namespace;

/// What to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    peer: Peer,
    /// How often each case runs.
    #[arg(long, default_value_t = 1)]
    runs: u32,
    /// Only these cases.
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// Only with our endpoint in this role.
    #[arg(long)]
    role: Option<Role>,
    /// Another browser in the place of our endpoint: tries the runner itself.
    #[arg(long, value_name = "PEER")]
    subject: Option<Peer>,
    /// Show all messages.
    #[arg(long)]
    verbose: bool,
    /// Write the table of results in interop/README.md anew.
    #[arg(long)]
    table: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Peer {
    Chromium,
    Firefox,
    Aiortc,
    NodeDatachannel,
    /// The telephone of the examples and a page with PeerJS, in Chromium.
    Peerjs,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Role {
    Offer,
    Answer,
}

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Aiortc => "aiortc",
            Self::NodeDatachannel => "node-datachannel",
            Self::Peerjs => "peerjs",
        }
    }
}

impl Arguments {
    /// All cases with a peer.
    pub(crate) fn of(peer: &str) -> Self {
        let peer = match peer {
            "firefox" => Peer::Firefox,
            "aiortc" => Peer::Aiortc,
            "node-datachannel" => Peer::NodeDatachannel,
            "peerjs" => Peer::Peerjs,
            _ => Peer::Chromium,
        };
        let (runs, cases, role, subject) = (1, Vec::new(), None, None);
        Self {
            peer,
            runs,
            cases,
            role,
            subject,
            verbose: false,
            table: false,
        }
    }
}

/// What became of a case.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Row {
    peer: String,
    version: Option<String>,
    role: String,
    case: String,
    pass: bool,
    detail: String,
    #[serde(default)]
    seconds: f64,
}

/// Runs the cases; what cannot be started is a failed row.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mut rows = Vec::new();
    let each = |row: Row| {
        report.row(&row)?;
        rows.push(row);
        Ok(())
    };
    let started = match arguments.peer {
        Peer::Peerjs => peerjs::start(each),
        _ => start(arguments, each),
    };
    if let Err(error) = started {
        report.row(&Row {
            peer: arguments.peer.name().to_owned(),
            version: None,
            role: String::new(),
            case: "start".to_owned(),
            pass: false,
            detail: format!("{error:#}"),
            seconds: 0.0,
        })?;
    }
    if arguments.table && arguments.subject.is_none() {
        rows.retain(|row| !row.role.is_empty());
        table::update(&root().join("interop/README.md"), &rows)?;
    }
    Ok(())
}

fn browsers() -> PathBuf {
    root().join("interop/browsers")
}

fn start(arguments: &Arguments, row: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let everyone: Vec<Peer> = std::iter::once(arguments.peer)
        .chain(arguments.subject)
        .collect();
    install(&everyone)?;
    let subject = match arguments.subject {
        Some(subject) => party(subject)?,
        None => endpoint()?,
    };
    // Firefox gathers no candidates without a default route; Chromium does not mind.
    let namespace = if is_root() {
        Namespace::new().ok()
    } else {
        None
    };
    ensure!(
        namespace.is_some() || !everyone.contains(&Peer::Firefox),
        "Firefox needs a network namespace, which only root can make"
    );
    let mut runner = match &namespace {
        Some(namespace) => namespace.command("node"),
        None => Command::new("node"),
    };
    runner
        .current_dir(browsers())
        .arg("run.mjs")
        .args(["--subject", &subject]);
    runner.args([
        "--peer",
        &party(arguments.peer)?,
        "--peer-name",
        arguments.peer.name(),
    ]);
    runner.args(["--runs", &arguments.runs.to_string()]);
    runner.arg("--out").arg(target().join("interop/recordings"));
    for case in &arguments.cases {
        runner.args(["--case", case]);
    }
    if let Some(role) = arguments.role {
        runner.args([
            "--role",
            match role {
                Role::Offer => "offer",
                Role::Answer => "answer",
            },
        ]);
    }
    if arguments.verbose {
        runner.arg("--verbose");
    }
    rows_of(&mut runner, row)
}

/// Runs a runner to its end: what it prints as JSON are rows.
fn rows_of(runner: &mut Command, mut row: impl FnMut(Row) -> Result<()>) -> Result<()> {
    eprintln!("> {}", describe(runner));
    let mut child = runner
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("node")?;
    let output = child.stdout.take().context("no output")?;
    let mut count = 0;
    for line in BufReader::new(output).lines() {
        let line = line?;
        // Parties may print for people.
        let Ok(parsed) = serde_json::from_str::<Row>(&line) else {
            eprintln!("{line}");
            continue;
        };
        count += 1;
        row(parsed)?;
    }
    let status = child.wait()?;
    ensure!(count > 0, "the runner reported nothing: {status}");
    Ok(())
}

/// The runner's name for a party, or the command that starts it.
fn party(peer: Peer) -> Result<String> {
    Ok(match peer {
        Peer::Chromium | Peer::Firefox => peer.name().to_owned(),
        Peer::Peerjs => bail!("peerjs is no peer of the cases"),
        Peer::NodeDatachannel => "cmd:node peers/node-datachannel.mjs".to_owned(),
        Peer::Aiortc => format!("cmd:{} peers/aiortc_party.py", python()?.display()),
    })
}

fn install(peers: &[Peer]) -> Result<()> {
    let mut programs = vec![
        ("node", "nodejs"),
        ("npm", "npm"),
        ("ffmpeg", "ffmpeg"),
        ("turnserver", "coturn"),
        ("ip", "iproute2"),
    ];
    if peers.contains(&Peer::Chromium) {
        programs.push(("chromium", "chromium"));
    }
    if peers.contains(&Peer::Firefox) {
        programs.push(("firefox-esr", "firefox-esr"));
    }
    if peers.contains(&Peer::Aiortc) {
        programs.push(("python3", "python3-venv"));
    }
    need_programs(&programs)?;
    let lock = browsers().join("package-lock.json");
    let installed = browsers().join("node_modules/.package-lock.json");
    let fresh = |path: &Path| path.metadata().and_then(|of| of.modified()).ok();
    if fresh(&installed).is_none_or(|installed| fresh(&lock).is_some_and(|lock| lock > installed)) {
        execute(
            command("npm")
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(browsers()),
        )?;
    }
    Ok(())
}

/// A Python with the pinned packages.
fn python() -> Result<PathBuf> {
    let venv = browsers().join(".venv");
    let python = venv.join("bin/python");
    if !succeeds(Command::new(&python).args(["-c", "import aiortc, websockets"])) {
        execute(command("python3").args(["-m", "venv"]).arg(&venv))?;
        let requirements = browsers().join("peers/requirements.txt");
        execute(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "-r"])
                .arg(requirements),
        )?;
    }
    Ok(python)
}

/// Builds our endpoint; gives the command that starts it.
fn endpoint() -> Result<String> {
    let directory = browsers().join("endpoint");
    let build = target().join("interop/endpoint");
    execute(
        cargo("build --release --locked")
            .current_dir(&directory)
            .env("CARGO_TARGET_DIR", &build),
    )?;
    let media = root().join("crates/stonechat/examples/media");
    let find = |extension: &str| -> Result<PathBuf> {
        let listed = std::fs::read_dir(&media).with_context(|| media.display().to_string())?;
        let mut files = listed.filter_map(|entry| Some(entry.ok()?.path()));
        files
            .find(|path| path.extension().is_some_and(|of| of == extension))
            .with_context(|| format!("no .{extension} file in {}", media.display()))
    };
    let (audio, vp8) = (find("ogg")?, find("ivf")?);
    let (h264, av1) = (h264_of(&vp8)?, av1_of(&vp8)?);
    Ok(format!(
        "cmd:{} --audio {} --vp8 {} --h264 {} --av1 {}",
        build.join("release/stonechat-interop-endpoint").display(),
        audio.display(),
        vp8.display(),
        h264.display(),
        av1.display()
    ))
}

/// The picture again as H.264 that every browser decodes.
fn h264_of(vp8: &Path) -> Result<PathBuf> {
    let profile = "-r 25 -c:v libx264 -profile:v baseline -level 3.1 -pix_fmt yuv420p -g 25 -bf 0";
    let form = "-tune zerolatency -x264-params slices=1 -f h264";
    picture("picture.h264", vp8, &format!("{profile} {form}"))
}

/// The picture again as AV1, with a key frame in a second.
fn av1_of(vp8: &Path) -> Result<PathBuf> {
    let speed = "-r 25 -c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0 -g 25";
    let form = "-pix_fmt yuv420p -b:v 500k -f ivf";
    picture("picture-av1.ivf", vp8, &format!("{speed} {form}"))
}

/// The picture in another form, which ffmpeg makes once.
fn picture(name: &str, vp8: &Path, arguments: &str) -> Result<PathBuf> {
    let file = target().join("interop").join(name);
    if !file.is_file() {
        let part = file.with_extension("part");
        std::fs::create_dir_all(target().join("interop"))?;
        execute(
            command("ffmpeg")
                .args(["-v", "error", "-y", "-i"])
                .arg(vp8)
                .args(arguments.split(' '))
                .arg(&part),
        )?;
        std::fs::rename(part, &file)?;
    }
    Ok(file)
}
