//! A WebRTC peer connection, sans-IO: transports, JSEP and the W3C state machines.
