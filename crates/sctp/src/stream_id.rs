/// Names a stream of an association, in both directions (RFC 9260, section 1.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StreamId(pub u16);
