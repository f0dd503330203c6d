//! "Fitness distance" of settings from a set of constraints (mediacapture-streams, section 7.1.1).

use super::constrain::{
    BooleanOrDomString, ConstrainBoolean, ConstrainBooleanOrDomString, ConstrainDomString,
    ConstrainDouble, ConstrainULong,
};

/// The value that a property has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Setting<'a> {
    Number(f64),
    Flag(bool),
    Text(&'a str),
}

/// What is wanted of one property.
#[derive(Clone, Debug)]
pub(crate) enum Constraint<'a> {
    Number(Wanted<f64>, Bounds),
    /// Any of the values.
    AnyOf(Wanted<Vec<Setting<'a>>>),
}

/// What is required, what is tried, and what is one of them depending on where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<T> {
    exact: Option<T>,
    ideal: Option<T>,
    bare: Option<T>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// How a bare value is read: as ideal in the basic set, as exact in an advanced one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bare {
    Ideal,
    Exact,
}

impl Constraint<'_> {
    /// Whether it has `min`, `max` or `exact`.
    pub(crate) fn is_required(&self) -> bool {
        match self {
            Self::Number(wanted, bounds) => {
                wanted.exact.is_some() || bounds.min.is_some() || bounds.max.is_some()
            }
            Self::AnyOf(wanted) => wanted.exact.is_some(),
        }
    }

    /// Whether it has `min` or `exact`.
    pub(crate) fn has_min_or_exact(&self) -> bool {
        match self {
            Self::Number(wanted, bounds) => wanted.exact.is_some() || bounds.min.is_some(),
            Self::AnyOf(wanted) => wanted.exact.is_some(),
        }
    }

    /// `max`.
    pub(crate) fn max(&self) -> Option<f64> {
        match self {
            Self::Number(_, bounds) => bounds.max,
            Self::AnyOf(_) => None,
        }
    }

    /// Whether a word is among those that are wanted.
    pub(crate) fn names(&self, word: &str) -> bool {
        match self {
            Self::Number(..) => false,
            Self::AnyOf(wanted) => [&wanted.exact, &wanted.ideal, &wanted.bare]
                .into_iter()
                .flatten()
                .any(|values| values.contains(&Setting::Text(word))),
        }
    }

    /// All numbers in it.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        let numbers = match self {
            Self::Number(wanted, bounds) => [
                wanted.exact,
                wanted.ideal,
                wanted.bare,
                bounds.min,
                bounds.max,
            ],
            Self::AnyOf(_) => [None; 5],
        };
        numbers.into_iter().flatten()
    }

    /// The distance of a setting, 0 to 1, or infinity where a requirement is not met.
    pub(super) fn distance(&self, setting: Option<Setting<'_>>, bare: Bare) -> f64 {
        match self {
            Self::Number(wanted, bounds) => {
                let number = match setting {
                    Some(Setting::Number(number)) => Some(number),
                    _ => None,
                };
                let within = |number: f64| {
                    bounds.min.is_none_or(|min| number >= round(min))
                        && bounds.max.is_none_or(|max| number <= round(max))
                };
                let bounded = bounds.min.is_some() || bounds.max.is_some();
                if bounded && !number.is_some_and(|number| within(round(number))) {
                    return f64::INFINITY;
                }
                wanted.distance(
                    number,
                    bare,
                    |number, exact| round(*number) == round(*exact),
                    |actual, ideal| relative(*actual, *ideal),
                )
            }
            Self::AnyOf(wanted) => wanted.distance(
                setting,
                bare,
                |setting, values| values.contains(setting),
                |setting, values| f64::from(u8::from(!values.contains(setting))),
            ),
        }
    }
}

impl<T> Wanted<T> {
    fn distance<S>(
        &self,
        setting: Option<S>,
        bare: Bare,
        meets: impl Fn(&S, &T) -> bool,
        distance: impl Fn(&S, &T) -> f64,
    ) -> f64 {
        let (exact, ideal) = match bare {
            Bare::Ideal => (
                self.exact.as_ref(),
                self.ideal.as_ref().or(self.bare.as_ref()),
            ),
            Bare::Exact => (
                self.exact.as_ref().or(self.bare.as_ref()),
                self.ideal.as_ref(),
            ),
        };
        if let Some(exact) = exact
            && !setting
                .as_ref()
                .is_some_and(|setting| meets(setting, exact))
        {
            return f64::INFINITY;
        }
        match (setting, ideal) {
            (None, _) => 1.0,
            (Some(_), None) => 0.0,
            (Some(setting), Some(ideal)) => distance(&setting, ideal),
        }
    }
}

/// Ratios are rounded to ten decimal places; nothing else has so many.
pub(super) fn round(number: f64) -> f64 {
    (number * 1e10).round() / 1e10
}

#[expect(clippy::float_cmp, reason = "the formula of the specification")]
pub(super) fn relative(actual: f64, ideal: f64) -> f64 {
    let (actual, ideal) = (round(actual), round(ideal));
    if actual == ideal {
        0.0
    } else {
        (actual - ideal).abs() / actual.abs().max(ideal.abs())
    }
}

/// What a member of a constraint set says; `None` if it says nothing.
pub(crate) trait Says {
    fn says(&self) -> Option<Constraint<'_>>;
}

impl<'a> Constraint<'a> {
    pub(crate) fn new(says: &'a impl Says) -> Option<Self> {
        says.says()
    }

    fn number(wanted: &Wanted<f64>, bounds: Bounds) -> Option<Self> {
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        let wanted = Wanted {
            exact: finite(wanted.exact),
            ideal: finite(wanted.ideal),
            bare: finite(wanted.bare),
        };
        let bounds = Bounds {
            min: finite(bounds.min),
            max: finite(bounds.max),
        };
        Some(Self::Number(wanted, bounds))
            .filter(|constraint| constraint.numbers().next().is_some())
    }

    fn any_of(wanted: Wanted<Vec<Setting<'a>>>) -> Option<Self> {
        let some = |values: Option<Vec<Setting<'a>>>| values.filter(|values| !values.is_empty());
        let wanted = Wanted {
            exact: some(wanted.exact),
            ideal: some(wanted.ideal),
            bare: some(wanted.bare),
        };
        let says = wanted.exact.is_some() || wanted.ideal.is_some() || wanted.bare.is_some();
        says.then_some(Self::AnyOf(wanted))
    }
}

impl<T> Wanted<T> {
    fn bare(bare: T) -> Self {
        Self {
            exact: None,
            ideal: None,
            bare: Some(bare),
        }
    }

    fn parameters(exact: Option<T>, ideal: Option<T>) -> Self {
        Self {
            exact,
            ideal,
            bare: None,
        }
    }
}

impl Says for ConstrainULong {
    fn says(&self) -> Option<Constraint<'_>> {
        match self {
            Self::Value(value) => {
                Constraint::number(&Wanted::bare(f64::from(*value)), Bounds::default())
            }
            Self::Range(range) => Constraint::number(
                &Wanted::parameters(range.exact.map(f64::from), range.ideal.map(f64::from)),
                Bounds {
                    min: range.min.map(f64::from),
                    max: range.max.map(f64::from),
                },
            ),
        }
    }
}

impl Says for ConstrainDouble {
    fn says(&self) -> Option<Constraint<'_>> {
        match self {
            Self::Value(value) => Constraint::number(&Wanted::bare(*value), Bounds::default()),
            Self::Range(range) => Constraint::number(
                &Wanted::parameters(range.exact, range.ideal),
                Bounds {
                    min: range.min,
                    max: range.max,
                },
            ),
        }
    }
}

impl Says for ConstrainBoolean {
    fn says(&self) -> Option<Constraint<'_>> {
        let one = |flag: bool| vec![Setting::Flag(flag)];
        match self {
            Self::Value(value) => Constraint::any_of(Wanted::bare(one(*value))),
            Self::Parameters(parameters) => Constraint::any_of(Wanted::parameters(
                parameters.exact.map(one),
                parameters.ideal.map(one),
            )),
        }
    }
}

impl Says for ConstrainDomString {
    fn says(&self) -> Option<Constraint<'_>> {
        fn all(texts: &[String]) -> Vec<Setting<'_>> {
            texts.iter().map(|text| Setting::Text(text)).collect()
        }
        match self {
            Self::Value(value) => Constraint::any_of(Wanted::bare(vec![Setting::Text(value)])),
            Self::Sequence(values) => Constraint::any_of(Wanted::bare(all(values))),
            Self::Parameters(parameters) => Constraint::any_of(Wanted::parameters(
                parameters.exact.as_deref().map(all),
                parameters.ideal.as_deref().map(all),
            )),
        }
    }
}

impl Says for ConstrainBooleanOrDomString {
    fn says(&self) -> Option<Constraint<'_>> {
        fn one(value: &BooleanOrDomString) -> Vec<Setting<'_>> {
            vec![Setting::from(value)]
        }
        match self {
            Self::Value(value) => Constraint::any_of(Wanted::bare(one(value))),
            Self::Parameters(parameters) => Constraint::any_of(Wanted::parameters(
                parameters.exact.as_ref().map(one),
                parameters.ideal.as_ref().map(one),
            )),
        }
    }
}

impl From<&u32> for Setting<'_> {
    fn from(number: &u32) -> Self {
        Self::Number(f64::from(*number))
    }
}

impl From<&f64> for Setting<'_> {
    fn from(number: &f64) -> Self {
        Self::Number(*number)
    }
}

impl From<&bool> for Setting<'_> {
    fn from(flag: &bool) -> Self {
        Self::Flag(*flag)
    }
}

impl<'a> From<&'a String> for Setting<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a BooleanOrDomString> for Setting<'a> {
    fn from(value: &'a BooleanOrDomString) -> Self {
        match value {
            BooleanOrDomString::Boolean(flag) => Self::Flag(*flag),
            BooleanOrDomString::DomString(text) => Self::Text(text),
        }
    }
}
