/// Names a channel locally: never on the wire, never used for another one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ChannelId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}
