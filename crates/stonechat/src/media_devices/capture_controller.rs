//! `CaptureController` (screen-capture, section 5.8).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::backend::MediaDeviceBackend;
use crate::DisplayCaptureSurfaceType;
use crate::error::{RtcError, RtcErrorName};
use crate::media_stream_track::Source;

stonechat_peerconnection::w3c_enums! {
    /// `CaptureStartFocusBehavior`: who has the focus when a capture starts.
    CaptureStartFocusBehavior {
        /// The application that captures.
        #[default]
        FocusCapturingApplication = "focus-capturing-application",
        /// The window or page that is captured.
        FocusCapturedSurface = "focus-captured-surface",
        /// Whoever has it.
        NoFocusChange = "no-focus-change",
    }
}

/// Controls one capture of a display, by which it is given to
/// [`get_display_media`](super::MediaDevices::get_display_media).
///
/// Cheap to clone; all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct CaptureController {
    state: Arc<Mutex<State>>,
}

/// The internal slots.
#[derive(Debug, Default)]
struct State {
    bound: bool,
    session: Option<Session>,
    focus_decided: bool,
    focus: Option<CaptureStartFocusBehavior>,
}

#[derive(Debug)]
struct Session {
    source: Weak<Source>,
    surface: String,
    kind: DisplayCaptureSurfaceType,
    backend: Arc<dyn MediaDeviceBackend>,
}

impl CaptureController {
    /// `new CaptureController()`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `setFocusBehavior()`: before the capture, or within a second after it started.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` once the capture stopped or the focus was decided, and if a whole
    /// display is captured.
    pub fn set_focus_behavior(&self, behavior: CaptureStartFocusBehavior) -> Result<(), RtcError> {
        let mut state = self.state();
        let refused = match &state.session {
            None => None,
            Some(session) if session.is_stopped() => Some("the capture has stopped"),
            Some(session) if session.kind == DisplayCaptureSurfaceType::Monitor => {
                Some("a whole display cannot be focused")
            }
            Some(_) if state.focus_decided => Some("the focus was decided already"),
            Some(_) => None,
        };
        if let Some(refused) = refused {
            return Err(RtcError::new(RtcErrorName::InvalidStateError, refused));
        }
        state.focus = Some(behavior);
        if state.session.is_some() {
            state.decide_focus();
        }
        Ok(())
    }

    /// Binds it to a call.
    pub(super) fn bind(&self) -> Result<(), RtcError> {
        let mut state = self.state();
        if std::mem::replace(&mut state.bound, true) {
            return Err(RtcError::new(
                RtcErrorName::InvalidStateError,
                "the controller was given to another call",
            ));
        }
        Ok(())
    }

    /// A capture started. What the application wants of the focus may still come for a second.
    pub(super) fn start(
        &self,
        source: &Arc<Source>,
        (surface, kind): (String, DisplayCaptureSurfaceType),
        backend: &Arc<dyn MediaDeviceBackend>,
    ) {
        let mut state = self.state();
        state.session = Some(Session {
            source: Arc::downgrade(source),
            surface,
            kind,
            backend: Arc::clone(backend),
        });
        if state.focus.is_some() {
            state.decide_focus();
            return;
        }
        // Without a runtime there is nobody to wait.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            state.focus_decided = true;
            return;
        };
        drop(state);
        let later = Arc::downgrade(&self.state);
        runtime.spawn(async move {
            tokio::time::sleep(FOCUS_TIME).await;
            if let Some(state) = later.upgrade() {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.focus_decided = true;
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// "Finalize focus decision".
    fn decide_focus(&mut self) {
        if std::mem::replace(&mut self.focus_decided, true) {
            return;
        }
        if let (Some(session), Some(focus)) = (&self.session, self.focus)
            && session.kind != DisplayCaptureSurfaceType::Monitor
            && focus != CaptureStartFocusBehavior::NoFocusChange
        {
            session.backend.focus(&session.surface, focus);
        }
    }
}

impl Session {
    fn is_stopped(&self) -> bool {
        self.source
            .upgrade()
            .is_none_or(|source| source.tracks().is_empty())
    }
}

/// How long after its start a capture may still change the focus.
const FOCUS_TIME: Duration = Duration::from_secs(1);
