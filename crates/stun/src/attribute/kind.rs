/// The number that says what an attribute is.
///
/// Below 0x8000 a receiver has to know it or refuse the message; from there on it may skip it
/// (RFC 8489, section 14).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AttributeType(u16);

macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        impl AttributeType {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Whether this crate knows what it means.
            #[must_use]
            pub const fn is_known(self) -> bool {
                matches!(self.0, $($number)|*)
            }
        }
    };
}

registry! {
    /// RFC 8489, section 14.1.
    MAPPED_ADDRESS = 0x0001;
    /// RFC 5780, section 7.2.
    CHANGE_REQUEST = 0x0003;
    /// RFC 8489, section 14.3.
    USERNAME = 0x0006;
    /// RFC 8489, section 14.5.
    MESSAGE_INTEGRITY = 0x0008;
    /// RFC 8489, section 14.8.
    ERROR_CODE = 0x0009;
    /// RFC 8489, section 14.13.
    UNKNOWN_ATTRIBUTES = 0x000A;
    /// RFC 8656, section 18.1.
    CHANNEL_NUMBER = 0x000C;
    /// RFC 8656, section 18.2.
    LIFETIME = 0x000D;
    /// RFC 8656, section 18.3.
    XOR_PEER_ADDRESS = 0x0012;
    /// RFC 8656, section 18.4.
    DATA = 0x0013;
    /// RFC 8489, section 14.9.
    REALM = 0x0014;
    /// RFC 8489, section 14.10.
    NONCE = 0x0015;
    /// RFC 8656, section 18.5.
    XOR_RELAYED_ADDRESS = 0x0016;
    /// RFC 8656, section 18.6.
    REQUESTED_ADDRESS_FAMILY = 0x0017;
    /// RFC 8656, section 18.7.
    EVEN_PORT = 0x0018;
    /// RFC 8656, section 18.8.
    REQUESTED_TRANSPORT = 0x0019;
    /// RFC 8656, section 18.9.
    DONT_FRAGMENT = 0x001A;
    /// RFC 8489, section 14.6.
    MESSAGE_INTEGRITY_SHA256 = 0x001C;
    /// RFC 8489, section 14.12.
    PASSWORD_ALGORITHM = 0x001D;
    /// RFC 8489, section 14.4.
    USERHASH = 0x001E;
    /// RFC 8489, section 14.2.
    XOR_MAPPED_ADDRESS = 0x0020;
    /// RFC 8656, section 18.10.
    RESERVATION_TOKEN = 0x0022;
    /// RFC 8445, section 16.1.
    PRIORITY = 0x0024;
    /// RFC 8445, section 16.1.
    USE_CANDIDATE = 0x0025;
    /// RFC 5780, section 7.6.
    PADDING = 0x0026;
    /// RFC 5780, section 7.5.
    RESPONSE_PORT = 0x0027;
    /// RFC 6062, section 6.2.1.
    CONNECTION_ID = 0x002A;
    /// RFC 8656, section 18.11.
    ADDITIONAL_ADDRESS_FAMILY = 0x8000;
    /// RFC 8656, section 18.12.
    ADDRESS_ERROR_CODE = 0x8001;
    /// RFC 8489, section 14.11.
    PASSWORD_ALGORITHMS = 0x8002;
    /// RFC 8489, section 14.16.
    ALTERNATE_DOMAIN = 0x8003;
    /// RFC 8656, section 18.13.
    ICMP = 0x8004;
    /// RFC 8489, section 14.14.
    SOFTWARE = 0x8022;
    /// RFC 8489, section 14.15.
    ALTERNATE_SERVER = 0x8023;
    /// RFC 8489, section 14.7.
    FINGERPRINT = 0x8028;
    /// RFC 8445, section 16.1.
    ICE_CONTROLLED = 0x8029;
    /// RFC 8445, section 16.1.
    ICE_CONTROLLING = 0x802A;
    /// RFC 5780, section 7.3.
    RESPONSE_ORIGIN = 0x802B;
    /// RFC 5780, section 7.4.
    OTHER_ADDRESS = 0x802C;
}

impl AttributeType {
    /// The type `number`.
    #[inline]
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Its number.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Whether a receiver that does not know it has to refuse the message.
    #[inline]
    #[must_use]
    pub const fn is_required(self) -> bool {
        self.0 < 0x8000
    }
}
