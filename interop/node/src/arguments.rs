//! The arguments of a call.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Failure;
use crate::objects::Id;

/// Converted arguments, with the binaries that they refer to.
#[derive(Debug)]
pub(crate) struct Arguments {
    values: Vec<Value>,
    bins: Vec<Option<Vec<u8>>>,
}

impl Arguments {
    pub(crate) fn parse(json: &str, bins: Vec<Vec<u8>>) -> Result<Self, Failure> {
        let values = serde_json::from_str(json)
            .map_err(|error| Failure::type_error(format!("malformed arguments: {error}")))?;
        Ok(Self {
            values,
            bins: bins.into_iter().map(Some).collect(),
        })
    }

    /// An argument; `null` if there is none.
    pub(crate) fn value(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Null)
    }

    /// All arguments from `index` on.
    pub(crate) fn rest(&self, index: usize) -> &[Value] {
        self.values.get(index..).unwrap_or_default()
    }

    /// A dictionary or a plain value; what is `null` or missing has its default.
    pub(crate) fn read<T: DeserializeOwned>(&self, index: usize) -> Result<T, Failure> {
        read(self.value(index))
    }

    pub(crate) fn text(&self, index: usize) -> &str {
        self.value(index).as_str().unwrap_or_default()
    }

    /// The number of an object.
    pub(crate) fn object(&self, index: usize) -> Result<Id, Failure> {
        reference(self.value(index))
            .ok_or_else(|| Failure::type_error("the argument is no object of the addon"))
    }

    /// Takes the binary that a value stands for.
    pub(crate) fn take_bin(&mut self, index: usize) -> Option<Bytes> {
        let at = self.value(index).get("$bin")?.as_u64()?;
        self.bin(at)
    }

    /// Takes the binary of this number.
    pub(crate) fn bin(&mut self, at: u64) -> Option<Bytes> {
        let bin = self.bins.get_mut(usize::try_from(at).ok()?)?.take()?;
        Some(Bytes::from(bin))
    }
}

/// The object that a value refers to.
pub(crate) fn reference(value: &Value) -> Option<Id> {
    value.get("$")?.as_u64()
}

pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| Failure::type_error(error.to_string()))
}
