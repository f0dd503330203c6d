//! A page for the browser: its camera and microphone come back through stonechat, with chat, files,
//! a throughput test and live charts from both ends.
//!
//! ```text
//! cargo run --release --example browser [-- --bind ADDRESS --port PORT]
//! ```
//!
//! Then open the address that it prints. Each tab is a call of its own.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod call;
mod channels;
mod echo;
mod signal;
mod statistics;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use clap::Parser;
use stonechat::Api;
use tokio::net::TcpListener;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Serves a page whose camera and microphone come back through stonechat.
#[derive(Debug, Parser)]
struct Options {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let address = SocketAddr::new(options.bind, options.port);
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("browser: {}", explain(address, &error));
            return ExitCode::FAILURE;
        }
    };
    let address = listener.local_addr().unwrap_or(address);
    println!("Open http://{address}/ in a browser; Ctrl-C ends.");
    if !address.ip().is_loopback() {
        println!("Browsers give a page camera and microphone only on localhost or over HTTPS.");
    }
    match axum::serve(listener, router()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("browser: the server ended: {error}");
            ExitCode::FAILURE
        }
    }
}

fn router() -> Router {
    // The page comes from this machine, so its loopback interface is as good as any.
    let api = Api::default().configure(|config| config.connection.ice.include_loopback = true);
    let typed = |kind: &'static str, text: &'static str| {
        move || async move { ([(header::CONTENT_TYPE, kind)], text) }
    };
    Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/page.css", get(typed("text/css; charset=utf-8", STYLE)))
        .route(
            "/page.js",
            get(typed("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/signal", get(upgrade))
        .with_state(api)
}

async fn upgrade(
    State(api): State<Api>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_own_page(&headers) {
        return (
            StatusCode::FORBIDDEN,
            "this socket is for the page of this server",
        )
            .into_response();
    }
    upgrade.on_upgrade(move |socket| call::serve(socket, api))
}

/// Other sites can make a browser open sockets to this machine; they get nothing.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

fn explain(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} of {} is in use by another program; choose one with --port",
            address.port(),
            address.ip()
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!(
                "{} is no address of this machine; choose one with --bind",
                address.ip()
            )
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "port {} is not allowed to this user; choose one with --port",
                address.port()
            )
        }
        _ => format!("cannot listen on {address}: {error}"),
    }
}
