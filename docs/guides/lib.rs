//! The guides: every program in them is compiled, and run if it says nothing else.

#[doc = include_str!("protocols.md")]
pub mod protocols {}

#[doc = include_str!("connectivity.md")]
pub mod connectivity {}

#[doc = include_str!("session_lifetime.md")]
pub mod session_lifetime {}

#[doc = include_str!("perfect_negotiation.md")]
pub mod perfect_negotiation {}

#[doc = include_str!("signaling_and_video_calling.md")]
pub mod signaling_and_video_calling {}

#[doc = include_str!("codecs.md")]
pub mod codecs {}

#[doc = include_str!("using_data_channels.md")]
pub mod using_data_channels {}

#[doc = include_str!("dtmf.md")]
pub mod dtmf {}

#[doc = include_str!("encoded_transforms.md")]
pub mod encoded_transforms {}
