//! How a session ends.

use crate::alert::Alert;
use crate::fault::Fault;
use crate::{AlertDescription, CloseReason};

use super::{Phase, Session};

/// Repetitions of a flight that have to stay unanswered before an alert in plain text is believed.
const SILENT_REPETITIONS: u32 = 2;

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

    /// An alert that anybody may have sent. A peer that gave up is silent from then on, and one that
    /// did not goes on: then the alert is forgotten.
    pub(super) fn on_plaintext_alert(&mut self, alert: Alert) {
        let is_fatal = alert.level == crate::alert::AlertLevel::Fatal;
        if is_fatal && matches!(self.phase, Phase::Handshaking(_)) {
            self.suspected.get_or_insert((alert.description, 0));
        }
    }

    /// A flight is due again, so the peer has said nothing that counts for a while: whether it gave
    /// up for good, as an alert said before.
    pub(super) fn has_given_up(&mut self) -> bool {
        let Some((description, repeated)) = &mut self.suspected else {
            return false;
        };
        *repeated += 1;
        let reason = CloseReason::PeerAlert(*description);
        let given_up = *repeated > SILENT_REPETITIONS;
        if given_up {
            self.end(reason, None);
        }
        given_up
    }

    /// Checks the certificate of a session that is connected against new fingerprints.
    pub(super) fn recheck_identity(&mut self) {
        let (Phase::Connected(established), Some(fingerprints)) = (&self.phase, &self.fingerprints)
        else {
            return;
        };
        let certificate = &established.remote_certificate.leaf;
        let provider = self.env.crypto();
        if let Err(fault) = crate::verify::check_fingerprints(provider, fingerprints, certificate) {
            self.fail(fault);
        }
    }
}
