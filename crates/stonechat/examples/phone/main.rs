//! A telephone: an id, dial, ring, answer, hang up. The other end is another one of these or any
//! page with the library PeerJS; the signalling server is in here too and speaks its protocol.
//!
//! ```text
//! cargo run --example phone               then: dial ID, answer, hang up, quit
//! cargo run --example phone -- --demo     two of them in one program call each other
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod call;
mod message;
mod server;
mod telephone;

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, bail};
use clap::Parser;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Duration, timeout};

use crate::server::Exchange;
use crate::telephone::{Command, Report, Telephone};

/// A telephone with its own exchange.
#[derive(Debug, Parser)]
struct Options {
    /// The port of the exchange; 0 takes a free one.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// The id of this telephone.
    #[arg(long, default_value = "stonechat")]
    id: String,
    /// Answer whoever calls.
    #[arg(long)]
    auto_answer: bool,
    /// Let two telephones in this program call each other, and end.
    #[arg(long)]
    demo: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.demo {
        return timeout(Duration::from_secs(60), demo())
            .await
            .context("it takes too long")?;
    }
    let exchange = Exchange::default();
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(server::serve(listener, exchange.clone()));
    println!("exchange: new Peer(id, {{ host: 'localhost', port: {port}, path: '/' }})");

    let (commands, mut reports) = start(&exchange, &options.id, options.auto_answer)?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            line = lines.next_line() => match line?.as_deref().map(command) {
                Some(Ok(command)) => commands.send(command)?,
                Some(Err(error)) => println!("{error}"),
                None => break,
            },
            report = reports.recv() => match report {
                Some(report) => println!("{report}"),
                None => break,
            },
        }
    }
    Ok(())
}

fn command(line: &str) -> anyhow::Result<Command> {
    Ok(match line.trim().split_once(' ') {
        Some(("dial", id)) => Command::Dial(id.trim().to_owned()),
        Some(("hang", "up")) => Command::HangUp,
        None if line.trim() == "answer" => Command::Answer,
        None if line.trim() == "quit" => Command::Quit,
        _ => bail!("dial ID, answer, hang up or quit"),
    })
}

type Ends = (UnboundedSender<Command>, UnboundedReceiver<Report>);

fn start(exchange: &Exchange, id: &str, auto_answer: bool) -> anyhow::Result<Ends> {
    let (commands, commanded) = unbounded_channel();
    let (reporting, reports) = unbounded_channel();
    let telephone = Telephone::new(exchange, id, auto_answer, reporting)?;
    tokio::spawn(telephone.run(commanded));
    Ok((commands, reports))
}

/// Alice dials Bob, both hear each other, Alice hangs up.
async fn demo() -> anyhow::Result<()> {
    let exchange = Exchange::default();
    let (alice, mut of_alice) = start(&exchange, "alice", false)?;
    let (bob, mut of_bob) = start(&exchange, "bob", false)?;
    alice.send(Command::Dial("bob".to_owned()))?;
    until("bob", &mut of_bob, |report| {
        matches!(report, Report::Ringing(_))
    })
    .await?;
    bob.send(Command::Answer)?;
    until("bob", &mut of_bob, |report| {
        matches!(report, Report::Heard(_))
    })
    .await?;
    until("alice", &mut of_alice, |report| {
        matches!(report, Report::Heard(_))
    })
    .await?;
    alice.send(Command::HangUp)?;
    until("alice", &mut of_alice, |report| {
        matches!(report, Report::Ended(_))
    })
    .await?;
    until("bob", &mut of_bob, |report| {
        matches!(report, Report::Ended(_))
    })
    .await?;
    Ok(())
}

/// Prints what a telephone says until it says that.
async fn until(
    name: &str,
    reports: &mut UnboundedReceiver<Report>,
    done: impl Fn(&Report) -> bool,
) -> anyhow::Result<()> {
    loop {
        let report = reports
            .recv()
            .await
            .with_context(|| format!("{name} is gone"))?;
        println!("{name}: {report}");
        if done(&report) {
            return Ok(());
        }
    }
}
