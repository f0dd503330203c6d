//! Dictionaries of webrtc-stats: structs whose members are known by their W3C names as well.

use std::collections::BTreeMap;

use super::value::Value;

/// A dictionary whose members can be gone through.
pub(super) trait Dictionary {
    /// Calls `visit` for each member that exists, those that are inherited first.
    fn visit(&self, visit: &mut dyn FnMut(&'static str, Value));
}

/// What a member can hold.
pub(super) trait Member {
    fn value(&self) -> Option<Value>;
}

impl<T: Member> Member for Option<T> {
    fn value(&self) -> Option<Value> {
        self.as_ref().and_then(Member::value)
    }
}

macro_rules! member {
    ($($type:ty => |$it:ident| $value:expr;)+) => {$(
        impl Member for $type {
            fn value(&self) -> Option<Value> {
                let $it = self;
                Some($value)
            }
        }
    )+};
}

member! {
    u16 => |it| Value::Unsigned(u64::from(*it));
    u32 => |it| Value::Unsigned(u64::from(*it));
    u64 => |it| Value::Unsigned(*it);
    i64 => |it| Value::Signed(*it);
    f64 => |it| Value::Number(*it);
    bool => |it| Value::Boolean(*it);
    String => |it| Value::Text(it.clone());
    BTreeMap<String, f64> => |it| Value::Record(it.clone());
}

macro_rules! word_members {
    ($($type:ty),+ $(,)?) => {$(
        impl Member for $type {
            fn value(&self) -> Option<Value> {
                Some(Value::Text(self.as_str().to_owned()))
            }
        }
    )+};
}

word_members! {
    super::StatsType,
    super::QualityLimitationReason,
    super::DtlsRole,
    super::IceRole,
    super::StatsIceCandidatePairState,
    super::IceCandidateType,
    super::IceServerTransportProtocol,
    super::IceTcpCandidateType,
    crate::state::DataChannelState,
    crate::state::DtlsTransportState,
    crate::state::IceTransportState,
}

/// Declares a dictionary that inherits from another: its own members are fields, those of the
/// other are reached through it.
macro_rules! dictionary {
    ($(#[$doc:meta])* $name:ident: $base:ident {
        $($(#[$member_doc:meta])* $member:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            /// The members that it inherits; they are also reached directly.
            pub base: $base,
            $($(#[$member_doc])* pub $member: $type,)*
        }

        impl ::core::ops::Deref for $name {
            type Target = $base;

            fn deref(&self) -> &$base {
                &self.base
            }
        }

        impl $crate::stats::dictionary::Dictionary for $name {
            fn visit(&self, visit: &mut dyn FnMut(&'static str, $crate::stats::Value)) {
                self.base.visit(visit);
                $(
                    if let Some(value) = $crate::stats::dictionary::Member::value(&self.$member) {
                        visit(stringify!($member), value);
                    }
                )*
            }
        }
    };
}
pub(super) use dictionary;
