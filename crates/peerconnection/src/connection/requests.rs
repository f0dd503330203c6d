//! Requests of all transports under one numbering, bounded.

use std::collections::{BTreeMap, VecDeque};

use stonechat_sansio::SocketId;

use crate::id::TransportId;
use crate::request::{Reply, Request, RequestId};

/// What waits to be asked, and who waits for which answer.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    queue: VecDeque<Request>,
    waiting: BTreeMap<RequestId, (TransportId, stonechat_ice::RequestId)>,
    next: u64,
}

impl Requests {
    pub(crate) fn poll(&mut self) -> Option<Request> {
        self.queue.pop_front()
    }

    /// Queues what `transport` asks for under a number of our own.
    pub(crate) fn push(&mut self, transport: TransportId, request: stonechat_ice::Request) {
        use stonechat_ice::Request as Ask;
        let request = match request {
            Ask::OpenUdp { id, bind, ports } => Request::OpenUdp {
                id: self.wait(transport, id),
                bind,
                ports,
            },
            Ask::ListenTcp { id, bind, ports } => Request::ListenTcp {
                id: self.wait(transport, id),
                bind,
                ports,
            },
            Ask::Connect { id, local, remote } => Request::Connect {
                id: self.wait(transport, id),
                local,
                remote,
            },
            Ask::Cancel(inner) => {
                let asked = (transport, inner);
                let known = self.waiting.iter().find(|(_, by)| **by == asked);
                let Some(id) = known.map(|(id, _)| *id) else {
                    return;
                };
                self.waiting.remove(&id);
                Request::Cancel(id)
            }
            Ask::Resolve { id, host, port } => Request::Resolve {
                id: self.wait(transport, id),
                host,
                port,
            },
            Ask::ResolveMdns { id, name } => Request::ResolveMdns {
                id: self.wait(transport, id),
                name,
            },
            Ask::PublishMdns { id, address, name } => Request::PublishMdns {
                id: self.wait(transport, id),
                address,
                name,
            },
            Ask::CloseSocket(socket) => Request::CloseSocket(socket),
            _ => return,
        };
        self.queue.push_back(request);
    }

    /// Queues the end of a socket.
    pub(crate) fn close_socket(&mut self, socket: SocketId) {
        let request = Request::CloseSocket(socket);
        if !self.queue.contains(&request) {
            self.queue.push_back(request);
        }
    }

    /// Who asked `id`, if the answer is still wanted.
    pub(crate) fn answered(
        &mut self,
        id: RequestId,
    ) -> Option<(TransportId, stonechat_ice::RequestId)> {
        self.waiting.remove(&id)
    }

    /// Cancels what `transport` still waits for.
    pub(crate) fn cancel(&mut self, transport: TransportId) {
        let queue = &mut self.queue;
        self.waiting.retain(|id, (of, _)| {
            let keep = *of != transport;
            if !keep {
                queue.push_back(Request::Cancel(*id));
            }
            keep
        });
    }

    fn wait(&mut self, transport: TransportId, inner: stonechat_ice::RequestId) -> RequestId {
        self.next += 1;
        let id = RequestId(self.next);
        self.waiting.insert(id, (transport, inner));
        id
    }
}

/// The driver's answer as the agent takes it.
pub(crate) fn agent_reply(reply: Reply) -> stonechat_ice::Reply {
    match reply {
        Reply::Opened { socket, local } => stonechat_ice::Reply::Opened { socket, local },
        Reply::Connected { socket } => stonechat_ice::Reply::Connected { socket },
        Reply::Resolved(addresses) => stonechat_ice::Reply::Resolved(addresses),
        Reply::Published => stonechat_ice::Reply::Published,
        Reply::Failed | Reply::Asserted(_) | Reply::Validated(_) | Reply::IdentityFailed(_) => {
            stonechat_ice::Reply::Failed
        }
    }
}
