//! Constrainable properties of tracks (mediacapture-streams, sections 4.3.8 and 7; screen-capture,
//! section 5): what a source can do, what an application wants, and what was chosen.

mod capabilities;
mod constrain;
mod constraint_set;
mod fitness;
mod overconstrained_error;
mod property;
mod select;
mod settings;
mod supported;
mod words;

pub use self::capabilities::MediaTrackCapabilities;
pub use self::constrain::{
    BooleanOrDomString, ConstrainBoolean, ConstrainBooleanOrDomString,
    ConstrainBooleanOrDomStringParameters, ConstrainBooleanParameters, ConstrainDomString,
    ConstrainDomStringParameters, ConstrainDouble, ConstrainDoubleRange, ConstrainULong,
    ConstrainULongRange, DoubleRange, ULongRange,
};
pub use self::constraint_set::{MediaTrackConstraintSet, MediaTrackConstraints};
pub use self::overconstrained_error::OverconstrainedError;
pub(crate) use self::property::{Property, SettingValue};
pub(crate) use self::select::{Possible, Selected, Shape};
pub use self::settings::MediaTrackSettings;
pub use self::supported::MediaTrackSupportedConstraints;
pub use self::words::{
    CursorCaptureConstraint, DisplayCaptureSurfaceType, EchoCancellationModeEnum,
    VideoFacingModeEnum, VideoResizeModeEnum,
};
