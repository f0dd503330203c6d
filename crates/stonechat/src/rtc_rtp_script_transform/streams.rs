use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_sink::Sink;

use super::{Ended, TransformerCore};
use crate::rtc_encoded_frame::RtcEncodedFrame;

/// `readable` of an `RTCRtpScriptTransformer`: a stream of frames. It ends when another transform
/// takes the place of this one, or the peer connection ends.
pub struct RtcEncodedFrameReadable {
    core: Arc<TransformerCore>,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
}

/// `writable` of an `RTCRtpScriptTransformer`: a sink of frames. It is always ready and never
/// fails.
#[derive(Clone, Debug)]
pub struct RtcEncodedFrameWritable {
    core: Arc<TransformerCore>,
}

impl RtcEncodedFrameReadable {
    pub(super) fn new(core: &Arc<TransformerCore>) -> Self {
        Self {
            core: Arc::clone(core),
            waiting: None,
        }
    }

    /// The next frame; `None` when none follows.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn read(&mut self) -> Option<RtcEncodedFrame> {
        loop {
            let mut arrived = pin!(self.core.arrived.notified());
            arrived.as_mut().enable();
            match self.core.take() {
                Ok(Some(frame)) => return Some(frame),
                Err(Ended) => return None,
                Ok(None) => arrived.await,
            }
        }
    }

    /// The next frame if there is one already.
    pub fn try_read(&mut self) -> Option<RtcEncodedFrame> {
        self.core.take().ok().flatten()
    }
}

impl std::fmt::Debug for RtcEncodedFrameReadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RtcEncodedFrameReadable")
    }
}

impl Stream for RtcEncodedFrameReadable {
    type Item = RtcEncodedFrame;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<RtcEncodedFrame>> {
        loop {
            if self.waiting.is_none() {
                let core = Arc::clone(&self.core);
                self.waiting = Some(Box::pin(async move { core.arrived.notified().await }));
            }
            // Listening begins with the first poll, so the queue is looked at after it.
            let waiting = self.waiting.as_mut();
            let arrived = waiting.is_none_or(|waiting| waiting.as_mut().poll(cx).is_ready());
            if arrived {
                self.waiting = None;
            }
            match self.core.take() {
                Ok(Some(frame)) => return Poll::Ready(Some(frame)),
                Err(Ended) => return Poll::Ready(None),
                Ok(None) if arrived => {}
                Ok(None) => return Poll::Pending,
            }
        }
    }
}

impl RtcEncodedFrameWritable {
    pub(super) fn new(core: &Arc<TransformerCore>) -> Self {
        Self {
            core: Arc::clone(core),
        }
    }

    /// Takes a frame back; see [`RtcRtpScriptTransformer::writable`](super::RtcRtpScriptTransformer::writable).
    pub fn write(&self, frame: impl Into<RtcEncodedFrame>) {
        self.core.give(frame.into());
    }
}

impl Sink<RtcEncodedFrame> for RtcEncodedFrameWritable {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, frame: RtcEncodedFrame) -> Result<(), Infallible> {
        self.write(frame);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}
