//! Constraints, capabilities and settings of tracks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stonechat::{
    BooleanOrConstraints, BooleanOrDomString, ConstrainBoolean, ConstrainBooleanOrDomString,
    ConstrainBooleanOrDomStringParameters, ConstrainBooleanParameters, ConstrainDomString,
    ConstrainDomStringParameters, ConstrainDouble, ConstrainDoubleRange, ConstrainULong,
    ConstrainULongRange, DoubleRange, MediaTrackCapabilities, MediaTrackConstraintSet,
    MediaTrackConstraints, MediaTrackSettings, ULongRange,
};

use crate::arguments::read;
use crate::error::Failure;

/// A constraint in JSON: a bare value, or a dictionary.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Constrain<T, P> {
    Value(T),
    Parameters(P),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Range<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ideal: Option<T>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Parameters<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ideal: Option<T>,
}

/// One text or several.
#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

impl Texts {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Several(texts) => texts,
        }
    }
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
enum FlagOrText {
    Flag(bool),
    Text(String),
}

/// A property of tracks between JSON and Rust.
trait Property: Sized {
    fn from_json(json: &Value) -> Result<Self, Failure>;
    fn to_json(&self) -> Value;
}

impl Property for ConstrainULong {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        Ok(match read::<Constrain<f64, Range<f64>>>(json)? {
            Constrain::Value(value) => Self::Value(whole(value)),
            Constrain::Parameters(range) => Self::Range(ConstrainULongRange {
                max: range.max.map(whole),
                min: range.min.map(whole),
                exact: range.exact.map(whole),
                ideal: range.ideal.map(whole),
            }),
        })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Value(value) => json!(value),
            Self::Range(ConstrainULongRange {
                max,
                min,
                exact,
                ideal,
            }) => json!(Range {
                max: *max,
                min: *min,
                exact: *exact,
                ideal: *ideal,
            }),
        }
    }
}

impl Property for ConstrainDouble {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        Ok(match read::<Constrain<f64, Range<f64>>>(json)? {
            Constrain::Value(value) => Self::Value(value),
            Constrain::Parameters(range) => Self::Range(ConstrainDoubleRange {
                max: range.max,
                min: range.min,
                exact: range.exact,
                ideal: range.ideal,
            }),
        })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Value(value) => json!(value),
            Self::Range(ConstrainDoubleRange {
                max,
                min,
                exact,
                ideal,
            }) => json!(Range {
                max: *max,
                min: *min,
                exact: *exact,
                ideal: *ideal,
            }),
        }
    }
}

impl Property for ConstrainBoolean {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        Ok(match read::<Constrain<bool, Parameters<bool>>>(json)? {
            Constrain::Value(value) => Self::Value(value),
            Constrain::Parameters(of) => Self::Parameters(ConstrainBooleanParameters {
                exact: of.exact,
                ideal: of.ideal,
            }),
        })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Value(value) => json!(value),
            Self::Parameters(ConstrainBooleanParameters { exact, ideal }) => json!(Parameters {
                exact: *exact,
                ideal: *ideal,
            }),
        }
    }
}

impl Property for ConstrainDomString {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        Ok(match read::<Constrain<Texts, Parameters<Texts>>>(json)? {
            Constrain::Value(Texts::One(text)) => Self::Value(text),
            Constrain::Value(Texts::Several(texts)) => Self::Sequence(texts),
            Constrain::Parameters(of) => Self::Parameters(ConstrainDomStringParameters {
                exact: of.exact.map(Texts::into_vec),
                ideal: of.ideal.map(Texts::into_vec),
            }),
        })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Value(text) => json!(text),
            Self::Sequence(texts) => json!(texts),
            Self::Parameters(ConstrainDomStringParameters { exact, ideal }) => json!(Parameters {
                exact: exact.as_ref().map(texts),
                ideal: ideal.as_ref().map(texts),
            }),
        }
    }
}

impl Property for ConstrainBooleanOrDomString {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        let given = read::<Constrain<FlagOrText, Parameters<FlagOrText>>>(json)?;
        Ok(match given {
            Constrain::Value(value) => Self::Value(value.into()),
            Constrain::Parameters(of) => Self::Parameters(ConstrainBooleanOrDomStringParameters {
                exact: of.exact.map(Into::into),
                ideal: of.ideal.map(Into::into),
            }),
        })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Value(value) => flag_or_text(value),
            Self::Parameters(ConstrainBooleanOrDomStringParameters { exact, ideal }) => {
                json!(Parameters {
                    exact: exact.as_ref().map(flag_or_text),
                    ideal: ideal.as_ref().map(flag_or_text),
                })
            }
        }
    }
}

impl From<FlagOrText> for BooleanOrDomString {
    fn from(value: FlagOrText) -> Self {
        match value {
            FlagOrText::Flag(flag) => Self::Boolean(flag),
            FlagOrText::Text(text) => Self::DomString(text),
        }
    }
}

fn flag_or_text(value: &BooleanOrDomString) -> Value {
    match value {
        BooleanOrDomString::Boolean(flag) => json!(flag),
        BooleanOrDomString::DomString(text) => json!(text),
    }
}

/// One text is given back as one.
fn texts(texts: &Vec<String>) -> Texts {
    match texts.as_slice() {
        [text] => Texts::One(text.clone()),
        _ => Texts::Several(texts.clone()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "WebIDL has made it a whole number of 32 bits"
)]
const fn whole(number: f64) -> u32 {
    number as u32
}

macro_rules! properties {
    ($($member:ident $name:literal)+) => {
        fn read_set(json: &Value) -> Result<MediaTrackConstraintSet, Failure> {
            let mut set = MediaTrackConstraintSet::default();
            $(if let Some(value) = json.get($name).filter(|value| !value.is_null()) {
                set.$member = Some(Property::from_json(value)?);
            })+
            Ok(set)
        }

        fn write_set(set: &MediaTrackConstraintSet) -> Map<String, Value> {
            let mut json = Map::new();
            $(if let Some(value) = &set.$member {
                json.insert($name.to_owned(), value.to_json());
            })+
            json
        }
    };
}

properties! {
    width "width"
    height "height"
    aspect_ratio "aspectRatio"
    frame_rate "frameRate"
    facing_mode "facingMode"
    resize_mode "resizeMode"
    sample_rate "sampleRate"
    sample_size "sampleSize"
    echo_cancellation "echoCancellation"
    auto_gain_control "autoGainControl"
    noise_suppression "noiseSuppression"
    latency "latency"
    channel_count "channelCount"
    device_id "deviceId"
    group_id "groupId"
    background_blur "backgroundBlur"
}

/// `MediaTrackConstraints`.
pub(crate) fn read_constraints(json: &Value) -> Result<MediaTrackConstraints, Failure> {
    let advanced = match json.get("advanced") {
        Some(Value::Array(sets)) => Some(sets.iter().map(read_set).collect::<Result<_, _>>()?),
        _ => None,
    };
    Ok(MediaTrackConstraints {
        basic: read_set(json)?,
        advanced,
    })
}

/// `(boolean or MediaTrackConstraints)`.
pub(crate) fn read_wanted(json: &Value) -> Result<BooleanOrConstraints, Failure> {
    match json {
        Value::Null => Ok(false.into()),
        Value::Bool(wanted) => Ok((*wanted).into()),
        constraints => Ok(read_constraints(constraints)?.into()),
    }
}

pub(crate) fn constraints(of: &MediaTrackConstraints) -> Value {
    let mut json = write_set(&of.basic);
    if let Some(advanced) = &of.advanced {
        let sets = advanced.iter().map(write_set).map(Value::Object);
        json.insert("advanced".to_owned(), sets.collect());
    }
    Value::Object(json)
}

pub(crate) fn settings(of: &MediaTrackSettings) -> Value {
    let echo = of.echo_cancellation.as_ref().map(flag_or_text);
    without_nulls(json!({
        "width": of.width,
        "height": of.height,
        "aspectRatio": of.aspect_ratio,
        "frameRate": of.frame_rate,
        "facingMode": of.facing_mode,
        "resizeMode": of.resize_mode,
        "sampleRate": of.sample_rate,
        "sampleSize": of.sample_size,
        "echoCancellation": echo,
        "autoGainControl": of.auto_gain_control,
        "noiseSuppression": of.noise_suppression,
        "latency": of.latency,
        "channelCount": of.channel_count,
        "deviceId": of.device_id,
        "groupId": of.group_id,
        "backgroundBlur": of.background_blur,
    }))
}

pub(crate) fn capabilities(of: &MediaTrackCapabilities) -> Value {
    let whole = |range: &Option<ULongRange>| {
        range.map(|ULongRange { max, min, .. }| without_nulls(json!({ "max": max, "min": min })))
    };
    let real = |range: &Option<DoubleRange>| {
        range.map(|DoubleRange { max, min, .. }| without_nulls(json!({ "max": max, "min": min })))
    };
    let echo = of.echo_cancellation.as_ref();
    let echo = echo.map(|values| values.iter().map(flag_or_text).collect::<Vec<_>>());
    without_nulls(json!({
        "width": whole(&of.width),
        "height": whole(&of.height),
        "aspectRatio": real(&of.aspect_ratio),
        "frameRate": real(&of.frame_rate),
        "facingMode": of.facing_mode,
        "resizeMode": of.resize_mode,
        "sampleRate": whole(&of.sample_rate),
        "sampleSize": whole(&of.sample_size),
        "echoCancellation": echo,
        "autoGainControl": of.auto_gain_control,
        "noiseSuppression": of.noise_suppression,
        "latency": real(&of.latency),
        "channelCount": whole(&of.channel_count),
        "deviceId": of.device_id,
        "groupId": of.group_id,
        "backgroundBlur": of.background_blur,
    }))
}

/// Members that are not there are missing.
fn without_nulls(mut json: Value) -> Value {
    if let Value::Object(members) = &mut json {
        members.retain(|_, value| !value.is_null());
    }
    json
}
