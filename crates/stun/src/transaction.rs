use std::time::{Duration, Instant};

use crate::{Schedule, TransactionId};

/// The state of one client transaction: when its request is due, and whether it has failed.
///
/// It holds no message. Its owner writes the request whenever [`poll`](Self::poll) says so, always
/// with the same [`id`](Self::id), and drops the transaction when the response has come.
///
/// ```text
///          new
///           |
///           v       poll: Send (Rc times, each wait twice the last)
///        Waiting <-----+
///           |  |       |
///           |  +-------+
///           | poll after the last wait: TimedOut
///           v
///        Failed
/// ```
///
/// # Spec
///
/// RFC 8489, section 6.2.1.
#[derive(Clone, Debug)]
pub struct Transaction {
    id: TransactionId,
    schedule: Schedule,
    sent: u32,
    first_sent: Option<Instant>,
    deadline: Option<Instant>,
}

/// What a [`Transaction`] wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Due {
    /// The request is to be sent; this is how often it was sent before.
    Send(u32),
    /// No response has come in time. Reported once; the transaction is over.
    TimedOut,
}

impl Transaction {
    /// A transaction whose first request is due at `now`.
    #[must_use]
    pub const fn new(id: TransactionId, schedule: Schedule, now: Instant) -> Self {
        Self {
            id,
            schedule,
            sent: 0,
            first_sent: None,
            deadline: Some(now),
        }
    }

    /// What ties the response to the request.
    #[must_use]
    pub const fn id(&self) -> TransactionId {
        self.id
    }

    /// How often the request was sent.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.sent
    }

    /// When [`poll`](Self::poll) will want something; `None` once it has failed.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// What is due at `now`, if anything; each answer moves the deadline on.
    pub fn poll(&mut self, now: Instant) -> Option<Due> {
        if self.deadline? > now {
            return None;
        }
        if self.sent >= self.schedule.max_requests() {
            self.deadline = None;
            return Some(Due::TimedOut);
        }
        let before = self.sent;
        self.sent += 1;
        self.first_sent.get_or_insert(now);
        self.deadline = now.checked_add(self.schedule.wait_after(self.sent));
        Some(Due::Send(before))
    }

    /// Ends the transaction if its last wait is over at `now`; `true` is said once.
    ///
    /// For owners that send in one place and fail in another: what [`poll`](Self::poll) reports as
    /// [`Due::TimedOut`], without ever reporting [`Due::Send`].
    pub fn expire(&mut self, now: Instant) -> bool {
        let over = self.sent >= self.schedule.max_requests()
            && self.deadline.is_some_and(|deadline| deadline <= now);
        if over {
            self.deadline = None;
        }
        over
    }

    /// The round-trip time if the response comes at `now`; `None` unless exactly one request was
    /// sent, because otherwise nobody knows which one was answered.
    #[must_use]
    pub fn round_trip(&self, now: Instant) -> Option<Duration> {
        if self.sent != 1 {
            return None;
        }
        now.checked_duration_since(self.first_sent?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn requests_leave_at_the_times_of_the_rfc() {
        let start = Instant::now();
        let id = TransactionId::from_bytes([0; 12]);
        let mut transaction = Transaction::new(id, Schedule::default(), start);
        let mut times = Vec::new();
        while let Some(at) = transaction.deadline() {
            assert_eq!(
                at.checked_duration_since(start).and_then(
                    |_| transaction.poll(at - Duration::from_micros(u64::from(at > start)))
                ),
                (at == start).then_some(Due::Send(0))
            );
            if at > start {
                let due = transaction.poll(at);
                assert_eq!(due == Some(Due::TimedOut), transaction.deadline().is_none());
            }
            times.push((at - start).as_millis());
        }
        assert_eq!(times, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 39_500]);
        assert_eq!(transaction.poll(start + Duration::from_secs(100)), None);
        assert_eq!(transaction.attempts(), 7);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn a_late_poll_does_not_send_twice_at_once() {
        let start = Instant::now();
        let id = TransactionId::from_bytes([0; 12]);
        let mut transaction = Transaction::new(id, Schedule::default(), start);
        let late = start + Duration::from_secs(10);
        assert_eq!(transaction.poll(late), Some(Due::Send(0)));
        assert_eq!(transaction.poll(late), None);
        assert_eq!(
            transaction.round_trip(late + Duration::from_millis(7)),
            Some(Duration::from_millis(7))
        );
        assert_eq!(
            transaction.poll(late + Duration::from_millis(500)),
            Some(Due::Send(1))
        );
        assert_eq!(transaction.round_trip(late + Duration::from_secs(1)), None);
    }
}
