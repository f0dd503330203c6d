use crate::{OverconstrainedError, RtcError, RtcErrorName};

/// Why there is no stream.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaDevicesError {
    /// No device meets the required constraints: ask for less.
    #[error(transparent)]
    Overconstrained(#[from] OverconstrainedError),
    /// Something else, by its name.
    #[error(transparent)]
    Other(#[from] RtcError),
}

impl MediaDevicesError {
    pub(super) fn new(name: RtcErrorName, message: &str) -> Self {
        Self::Other(RtcError::new(name, message))
    }

    /// `name`.
    #[must_use]
    pub fn name(&self) -> RtcErrorName {
        match self {
            Self::Overconstrained(error) => error.name(),
            Self::Other(error) => error.name,
        }
    }

    /// `message`.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Overconstrained(error) => error.message(),
            Self::Other(error) => &error.message,
        }
    }

    /// `constraint` of an `OverconstrainedError`.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Overconstrained(error) => Some(error.constraint()),
            Self::Other(_) => None,
        }
    }
}

impl From<MediaDevicesError> for RtcError {
    fn from(error: MediaDevicesError) -> Self {
        match error {
            MediaDevicesError::Overconstrained(error) => error.into(),
            MediaDevicesError::Other(error) => error,
        }
    }
}
