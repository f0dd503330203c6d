//! Frames and batches against models that are too simple to be wrong.

mod batch;
mod frame;
mod timers;
