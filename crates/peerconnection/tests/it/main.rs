//! Peer connections against each other over a virtual network.

mod bundle;
mod contract;
mod data;
mod glare;
mod hostile;
mod network;
mod order;
mod pair;
mod relay_server;
mod renegotiation;
mod restart;
mod rollback;
mod setup;
mod stats;
mod torture;
