//! What one constraint may be: a bare value, or a dictionary with what is required and ideal.

/// `DoubleRange`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleRange {
    /// `max`.
    pub max: Option<f64>,
    /// `min`.
    pub min: Option<f64>,
}

/// `ConstrainDoubleRange`. Numbers that are not finite count as not given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConstrainDoubleRange {
    /// `max`, required.
    pub max: Option<f64>,
    /// `min`, required.
    pub min: Option<f64>,
    /// `exact`, required.
    pub exact: Option<f64>,
    /// `ideal`: the closer, the better.
    pub ideal: Option<f64>,
}

/// `ULongRange`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ULongRange {
    /// `max`.
    pub max: Option<u32>,
    /// `min`.
    pub min: Option<u32>,
}

/// `ConstrainULongRange`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ConstrainULongRange {
    /// `max`, required.
    pub max: Option<u32>,
    /// `min`, required.
    pub min: Option<u32>,
    /// `exact`, required.
    pub exact: Option<u32>,
    /// `ideal`: the closer, the better.
    pub ideal: Option<u32>,
}

/// `ConstrainBooleanParameters`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ConstrainBooleanParameters {
    /// `exact`, required.
    pub exact: Option<bool>,
    /// `ideal`.
    pub ideal: Option<bool>,
}

/// `ConstrainDOMStringParameters`. A list means any of its values; an empty one means nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ConstrainDomStringParameters {
    /// `exact`, required.
    pub exact: Option<Vec<String>>,
    /// `ideal`.
    pub ideal: Option<Vec<String>>,
}

/// `(boolean or DOMString)`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BooleanOrDomString {
    /// Yes or no.
    Boolean(bool),
    /// A word, such as one of [`EchoCancellationModeEnum`](crate::EchoCancellationModeEnum).
    DomString(String),
}

/// `ConstrainBooleanOrDOMStringParameters`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ConstrainBooleanOrDomStringParameters {
    /// `exact`, required.
    pub exact: Option<BooleanOrDomString>,
    /// `ideal`.
    pub ideal: Option<BooleanOrDomString>,
}

/// `ConstrainULong`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConstrainULong {
    /// A bare value: ideal, or exact in an advanced set.
    Value(u32),
    /// A dictionary.
    Range(ConstrainULongRange),
}

/// `ConstrainDouble`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConstrainDouble {
    /// A bare value: ideal, or exact in an advanced set.
    Value(f64),
    /// A dictionary.
    Range(ConstrainDoubleRange),
}

/// `ConstrainBoolean`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConstrainBoolean {
    /// A bare value: ideal, or exact in an advanced set.
    Value(bool),
    /// A dictionary.
    Parameters(ConstrainBooleanParameters),
}

/// `ConstrainDOMString`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConstrainDomString {
    /// A bare value: ideal, or exact in an advanced set.
    Value(String),
    /// Bare values of which any will do.
    Sequence(Vec<String>),
    /// A dictionary.
    Parameters(ConstrainDomStringParameters),
}

/// `ConstrainBooleanOrDOMString`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConstrainBooleanOrDomString {
    /// A bare value: ideal, or exact in an advanced set.
    Value(BooleanOrDomString),
    /// A dictionary.
    Parameters(ConstrainBooleanOrDomStringParameters),
}

impl From<u32> for ConstrainULong {
    fn from(value: u32) -> Self {
        Self::Value(value)
    }
}

impl From<ConstrainULongRange> for ConstrainULong {
    fn from(range: ConstrainULongRange) -> Self {
        Self::Range(range)
    }
}

impl From<f64> for ConstrainDouble {
    fn from(value: f64) -> Self {
        Self::Value(value)
    }
}

impl From<ConstrainDoubleRange> for ConstrainDouble {
    fn from(range: ConstrainDoubleRange) -> Self {
        Self::Range(range)
    }
}

impl From<bool> for ConstrainBoolean {
    fn from(value: bool) -> Self {
        Self::Value(value)
    }
}

impl From<ConstrainBooleanParameters> for ConstrainBoolean {
    fn from(parameters: ConstrainBooleanParameters) -> Self {
        Self::Parameters(parameters)
    }
}

impl From<&str> for ConstrainDomString {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<Vec<String>> for ConstrainDomString {
    fn from(values: Vec<String>) -> Self {
        Self::Sequence(values)
    }
}

impl From<ConstrainDomStringParameters> for ConstrainDomString {
    fn from(parameters: ConstrainDomStringParameters) -> Self {
        Self::Parameters(parameters)
    }
}

impl From<bool> for BooleanOrDomString {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for BooleanOrDomString {
    fn from(value: &str) -> Self {
        Self::DomString(value.to_owned())
    }
}

impl From<bool> for ConstrainBooleanOrDomString {
    fn from(value: bool) -> Self {
        Self::Value(value.into())
    }
}

impl From<&str> for ConstrainBooleanOrDomString {
    fn from(value: &str) -> Self {
        Self::Value(value.into())
    }
}

impl From<ConstrainBooleanOrDomStringParameters> for ConstrainBooleanOrDomString {
    fn from(parameters: ConstrainBooleanOrDomStringParameters) -> Self {
        Self::Parameters(parameters)
    }
}
