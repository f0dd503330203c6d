stonechat_peerconnection::w3c_enums! {
    /// `VideoFacingModeEnum`: where a camera looks, as its user sees it.
    VideoFacingModeEnum {
        /// At the user.
        #[default]
        User = "user",
        /// Away from the user.
        Environment = "environment",
        /// To the left of the user.
        Left = "left",
        /// To the right of the user.
        Right = "right",
    }

    /// `VideoResizeModeEnum`: how a resolution comes about.
    VideoResizeModeEnum {
        /// The camera gives it.
        #[default]
        None = "none",
        /// A larger one is cropped and made smaller, or frames are left out.
        CropAndScale = "crop-and-scale",
    }

    /// `EchoCancellationModeEnum`: what is removed from what a microphone hears.
    EchoCancellationModeEnum {
        /// All that the system plays.
        #[default]
        All = "all",
        /// What came from peer connections.
        RemoteOnly = "remote-only",
    }

    /// `DisplayCaptureSurfaceType`.
    DisplayCaptureSurfaceType {
        /// A display, or several together.
        #[default]
        Monitor = "monitor",
        /// A window of an application.
        Window = "window",
        /// What a browser shows.
        Browser = "browser",
    }

    /// `CursorCaptureConstraint`: when the cursor is in the picture.
    CursorCaptureConstraint {
        /// Never.
        #[default]
        Never = "never",
        /// Always.
        Always = "always",
        /// While it moves.
        Motion = "motion",
    }
}
