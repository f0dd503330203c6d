//! What becomes of a call.

use serde_json::{Map, Value};

use crate::error::Failure;

/// Names a promise, in JavaScript's numbering.
pub(crate) type PromiseNumber = u64;

/// What an operation leads to at once.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It returns this.
    Value(Value),
    /// It returns a promise that a step settles.
    Promise(PromiseNumber),
    /// It returns a promise that is settled.
    Resolved(Value),
    /// It returns a promise that is settled.
    Rejected(Failure),
}

/// What an operation does: an error is thrown.
pub(crate) type Done = Result<Outcome, Failure>;

impl Outcome {
    pub(crate) const NOTHING: Self = Self::Value(Value::Null);

    /// The member of a reply that says it.
    pub(crate) fn into_member(self, reply: &mut Map<String, Value>) {
        let (name, value) = match self {
            Self::Value(value) => ("v", value),
            Self::Promise(number) => ("p", number.into()),
            Self::Resolved(value) => ("resolve", value),
            Self::Rejected(error) => ("reject", error.into_json()),
        };
        reply.insert(name.into(), value);
    }
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// The error of an operation whose type is a promise: the promise is rejected with it.
pub(crate) fn rejecting(done: Done) -> Done {
    Ok(done.unwrap_or_else(Outcome::Rejected))
}
