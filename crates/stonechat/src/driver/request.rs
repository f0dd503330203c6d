//! What the connection cannot do itself: sockets, names, multicast DNS.

use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_peerconnection::{Reply, Request, RequestId};
use stonechat_sansio::SocketId;
use tokio::task::JoinSet;

use super::Driver;
use crate::socket::UdpSocket;

/// Answers on their way.
#[derive(Debug, Default)]
pub(super) struct Answers {
    tasks: JoinSet<(RequestId, Reply)>,
    arrived: Vec<(RequestId, Reply)>,
}

impl Answers {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Poll::Ready(Some(joined)) = self.tasks.poll_join_next(cx) {
            if let Ok(answer) = joined {
                self.arrived.push(answer);
            }
        }
        if self.arrived.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Driver {
    pub(super) fn do_requests(&mut self, now: Instant) {
        for (id, reply) in std::mem::take(&mut self.answers.arrived) {
            self.connection.handle_reply(now, id, reply);
        }
        while let Some(request) = self.connection.poll_request() {
            self.do_request(now, request);
        }
    }

    fn do_request(&mut self, now: Instant, request: Request) {
        match request {
            Request::OpenUdp { id, bind, ports } => {
                let socket = SocketId(self.next_socket);
                self.next_socket += 1;
                let reply = match UdpSocket::bind(socket, bind, ports) {
                    Ok(opened) => {
                        let local = opened.local();
                        self.sockets.push(opened);
                        Reply::Opened { socket, local }
                    }
                    Err(error) => {
                        tracing::debug!(%error, "socket not opened");
                        Reply::Failed
                    }
                };
                self.connection.handle_reply(now, id, reply);
            }
            Request::CloseSocket(socket) => {
                self.sockets.retain(|open| open.id != socket);
                self.blocked.retain(|blocked| blocked.socket() != socket);
            }
            Request::Resolve { id, host, port } => {
                self.answers
                    .tasks
                    .spawn(async move { (id, resolve(host, port).await) });
            }
            Request::ResolveMdns { id, name } => {
                let mdns = self.mdns.clone();
                self.answers.tasks.spawn(async move {
                    let addresses = mdns.resolve(name).await;
                    (
                        id,
                        if addresses.is_empty() {
                            Reply::Failed
                        } else {
                            Reply::Resolved(addresses)
                        },
                    )
                });
            }
            Request::PublishMdns { id, address, name } => {
                let reply = match self.mdns.publish(&name, address) {
                    Ok(()) => Reply::Published,
                    Err(error) => {
                        tracing::debug!(%error, "name not published");
                        Reply::Failed
                    }
                };
                self.connection.handle_reply(now, id, reply);
            }
            _ => {}
        }
    }
}

async fn resolve(host: String, port: u16) -> Reply {
    match tokio::net::lookup_host((host.as_str(), port)).await {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            addresses.dedup();
            Reply::Resolved(addresses)
        }
        Err(error) => {
            tracing::debug!(%error, "name not resolved");
            Reply::Failed
        }
    }
}
