//! How a session ends.

use crate::alert::Alert;
use crate::fault::Fault;
use crate::{AlertDescription, CloseReason};

use super::{Phase, Session};

impl Session {
    /// Ends the session; all secrets go, data that the peer sent before stays to be polled.
    pub(super) fn end(&mut self, reason: CloseReason, alert: Option<Alert>) {
        tracing::debug!(?reason, "ending");
        // Nobody can have learned of a session that never said anything.
        let alert = alert.filter(|_| self.begun);
        self.phase = Phase::Closing { alert, reason };
        self.flight.clear();
        self.reassembler.reset(0);
        self.records.take_deferred();
        self.timers.clear();
        self.warning = None;
        if reason != CloseReason::Remote {
            self.data.clear();
            self.data_octets = 0;
        }
    }

    /// Ends the session for what the peer did.
    pub(super) fn fail(&mut self, fault: Fault) {
        let alert = fault.alert();
        let reason = match fault {
            Fault::CertificateMismatch => CloseReason::CertificateMismatch,
            Fault::Internal => CloseReason::Internal,
            _ => CloseReason::Protocol(alert),
        };
        self.end(reason, Some(Alert::fatal(alert)));
    }

    /// An alert that only the peer can have sent.
    pub(super) fn on_authentic_alert(&mut self, alert: Alert) {
        match alert {
            Alert {
                description: AlertDescription::CLOSE_NOTIFY,
                ..
            } => {
                let answer = Alert::warning(AlertDescription::CLOSE_NOTIFY);
                self.end(CloseReason::Remote, Some(answer));
            }
            Alert {
                level: crate::alert::AlertLevel::Fatal,
                description,
            } => {
                self.end(CloseReason::PeerAlert(description), None);
            }
            Alert {
                level: crate::alert::AlertLevel::Warning,
                ..
            } => {}
        }
    }

    /// Checks the certificate of a session that is connected against new fingerprints.
    pub(super) fn recheck_identity(&mut self) {
        let (Phase::Connected(established), Some(fingerprints)) = (&self.phase, &self.fingerprints)
        else {
            return;
        };
        let certificate = &established.remote_certificate;
        let provider = self.env.crypto();
        if let Err(fault) = crate::verify::check_fingerprints(provider, fingerprints, certificate) {
            self.fail(fault);
        }
    }
}
