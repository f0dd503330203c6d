//! The enums of the W3C API: each value has the word of its WebIDL.

/// A text that is no value of an enum of the W3C API.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the text is no value of {0}")]
pub struct UnknownWord(pub &'static str);

/// Declares enums of the W3C API: `as_str`, `Display`, `FromStr` and `ALL`.
///
/// ```
/// stonechat_peerconnection::w3c_enums! {
///     /// What there is.
///     Fruit {
///         /// A fruit.
///         #[default]
///         Apple = "apple",
///         /// Another.
///         Plum = "plum",
///     }
/// }
/// assert_eq!("plum".parse(), Ok(Fruit::Plum));
/// assert_eq!(Fruit::ALL.map(Fruit::as_str), ["apple", "plum"]);
/// assert!("Plum".parse::<Fruit>().is_err());
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! w3c_enums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All values, in the order of the WebIDL.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The W3C word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> ::core::result::Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord(stringify!($name))),
                }
            }
        }
    )+};
}
