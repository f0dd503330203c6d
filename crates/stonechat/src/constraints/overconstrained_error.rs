use crate::{RtcError, RtcErrorName};

/// `OverconstrainedError`: no setting meets a required constraint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("OverconstrainedError: {message} ({constraint})")]
pub struct OverconstrainedError {
    constraint: String,
    message: String,
}

impl OverconstrainedError {
    /// An error about the constraint of this name, which may be empty.
    #[must_use]
    pub fn new(constraint: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            constraint: constraint.into(),
            message: message.into(),
        }
    }

    /// `constraint`: the name of a constraint that cannot be met; empty if none alone is the reason,
    /// or if it may not be told.
    #[must_use]
    pub fn constraint(&self) -> &str {
        &self.constraint
    }

    /// `name`.
    #[must_use]
    pub fn name(&self) -> RtcErrorName {
        RtcErrorName::OverconstrainedError
    }

    /// `message`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<OverconstrainedError> for RtcError {
    fn from(error: OverconstrainedError) -> Self {
        Self::new(RtcErrorName::OverconstrainedError, error.to_string())
    }
}
