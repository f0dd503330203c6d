//! `IceTransport`: the contract of all machines, and two of them over a virtual network.

mod contract;
mod datagrams;
mod hostile;
mod pair;
mod restart;
mod setup;
mod tcp;
