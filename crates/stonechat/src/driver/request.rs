//! What the machines cannot do themselves: sockets, names, multicast DNS.

use std::future::Future;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_peerconnection::{
    ErrorDetailTypeIdp, IdentityProviderError, Reply, Request, RequestId,
};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::packets::Packets;
use super::{Driver, Io};
use crate::socket::{TcpListener, UdpSocket};

/// Answers on their way.
#[derive(Debug, Default)]
pub(super) struct Answers {
    tasks: JoinSet<(RequestId, Reply)>,
    arrived: Vec<(RequestId, Reply)>,
    /// The tasks of identity providers, which may be cancelled and may fail.
    identity: Vec<(RequestId, AbortHandle)>,
}

impl Answers {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Poll::Ready(Some(joined)) = self.tasks.poll_join_next(cx) {
            match joined {
                Ok(answer) => {
                    self.identity.retain(|(id, _)| *id != answer.0);
                    self.arrived.push(answer);
                }
                Err(error) => self.on_failed_task(&error),
            }
        }
        if self.arrived.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Answers {
    /// A provider that panicked has failed; one that was cancelled is not waited for.
    fn on_failed_task(&mut self, error: &JoinError) {
        let mut failed = None;
        self.identity.retain(|(id, task)| {
            let keep = task.id() != error.id();
            if !keep {
                failed = Some(*id);
            }
            keep
        });
        if let Some(id) = failed.filter(|_| error.is_panic()) {
            let error = IdentityProviderError::new(
                ErrorDetailTypeIdp::IdpExecutionFailure,
                "the provider panicked",
            );
            self.arrived
                .push((id, Reply::IdentityFailed(Box::new(error))));
        }
    }

    fn ask(&mut self, id: RequestId, reply: impl Future<Output = Reply> + Send + 'static) {
        let task = self.tasks.spawn(async move { (id, reply.await) });
        self.identity.push((id, task));
    }

    fn cancel(&self, id: RequestId) {
        for (_, task) in self.identity.iter().filter(|(asked, _)| *asked == id) {
            task.abort();
        }
    }
}

impl Driver {
    pub(super) fn do_requests(&mut self, now: Instant) {
        for (id, reply) in self.io.take_answers() {
            if id.is_of_session() {
                self.shared.session().handle_reply(now, id, reply);
                // Its step is pulled in the next turn.
                self.shared.wake();
            } else {
                self.connection.handle_reply(now, id, reply);
            }
        }
        loop {
            let request = self.shared.session().poll_request();
            match request {
                Some(request) => self.do_session_request(request),
                None => break,
            }
        }
        self.io.do_requests(now, &mut self.connection);
    }

    fn do_session_request(&mut self, request: Request) {
        match request {
            Request::Assert {
                id,
                domain,
                contents,
                origin,
                options,
            } => {
                let providers = self.identity_providers.clone();
                let reply = providers.generate(domain, contents, origin, options);
                self.io.answers.ask(id, reply);
            }
            Request::Validate {
                id,
                idp,
                assertion,
                origin,
            } => {
                let providers = self.identity_providers.clone();
                let reply = providers.validate(idp.domain, idp.protocol, assertion, origin);
                self.io.answers.ask(id, reply);
            }
            Request::Cancel(id) => self.io.answers.cancel(id),
            _ => {}
        }
    }
}

impl Io {
    /// The answers that have arrived.
    pub(super) fn take_answers(&mut self) -> Vec<(RequestId, Reply)> {
        std::mem::take(&mut self.answers.arrived)
    }

    /// Does what a machine asks for.
    pub(super) fn do_requests(&mut self, now: Instant, machine: &mut impl Packets) {
        while let Some(request) = machine.poll_request() {
            self.do_request(now, machine, request);
        }
    }

    fn do_request(&mut self, now: Instant, machine: &mut impl Packets, request: Request) {
        match request {
            Request::OpenUdp { id, bind, ports } => {
                let socket = self.fresh_socket();
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
                machine.handle_reply(now, id, reply);
            }
            Request::ListenTcp { id, bind, ports } => {
                let socket = self.fresh_socket();
                let reply = match TcpListener::bind(socket, bind, ports) {
                    Ok(listener) => {
                        let local = listener.local();
                        self.tcp.listen(listener);
                        Reply::Opened { socket, local }
                    }
                    Err(error) => {
                        tracing::debug!(%error, "listener not opened");
                        Reply::Failed
                    }
                };
                machine.handle_reply(now, id, reply);
            }
            Request::Connect { id, local, remote } => self.tcp.connect(id, local, remote),
            Request::CloseSocket(socket) => {
                self.tcp.close(socket);
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
                machine.handle_reply(now, id, reply);
            }
            Request::Cancel(id) => {
                self.answers.cancel(id);
                self.tcp.cancel(id);
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
