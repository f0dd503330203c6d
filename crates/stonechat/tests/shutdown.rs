//! What is left when peer connections are gone: nothing.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::print_stdout,
    reason = "the numbers are what the test is about"
)]

#[path = "it/pair.rs"]
#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
mod pair;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stonechat::{
    Api, IceEvent, MediaKind, MediaStreamTrack, RtcConfiguration, RtcIceGathererState,
    RtcIceTransportState, RtcPeerConnection,
};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::pair::{peer_connection, signal_whole, within};

/// One test at a time: they count what the process has.
static ALONE: Mutex<()> = Mutex::new(());

/// What the process has open.
fn open_files() -> Vec<String> {
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    let mut open: Vec<_> = links
        .filter_map(|link| std::fs::read_link(link.unwrap().path()).ok())
        .map(|file| file.to_string_lossy().into_owned())
        .collect();
    open.sort();
    open
}

/// Octets of resident memory.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Waits until no task is left but those of the test.
async fn until_idle(tasks: usize) {
    within(async {
        while Handle::current().metrics().num_alive_tasks() > tasks {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

#[test]
fn dropping_the_last_handle_frees_everything() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let files = open_files();
        let (a, b) = (peer_connection(), peer_connection());
        let channel = a.create_data_channel("held", Default::default()).unwrap();
        let track = MediaStreamTrack::new(MediaKind::Audio);
        let sender = a.add_track(&track, &[]).unwrap();
        let mut events = b.events();
        signal_whole(&a, &b).await;
        within(channel.opened()).await.unwrap();
        assert!(Handle::current().metrics().num_alive_tasks() > tasks);
        assert!(open_files().len() > files.len());

        let clone = a.clone();
        drop(a);
        // A clone is left.
        channel.send_text("alive").unwrap();
        drop(clone);
        drop(b);
        // Channel, track, sender and events are still held; they keep nothing open.
        until_idle(tasks).await;
        assert_eq!(open_files(), files);
        assert_eq!(within(channel.recv()).await, None);
        while within(events.next()).await.is_some() {}
        drop((channel, track, sender, events));
    });
}

#[test]
fn dropping_the_last_handle_of_an_ice_transport_frees_everything() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let files = open_files();
        let ice = pair::api().ice_transport().unwrap();
        let mut events = ice.events();
        ice.gather(Default::default()).unwrap();
        let complete = IceEvent::GatheringStateChange(RtcIceGathererState::Complete);
        within(async { while events.next().await.as_ref() != Some(&complete) {} }).await;
        assert!(Handle::current().metrics().num_alive_tasks() > tasks);
        assert!(open_files().len() > files.len());
        let clone = ice.clone();
        drop(ice);
        assert_eq!(clone.state(), RtcIceTransportState::New);
        drop(clone);
        // The events are still held.
        until_idle(tasks).await;
        assert_eq!(open_files(), files);
        let closed = IceEvent::StateChange(RtcIceTransportState::Closed);
        assert_eq!(within(events.next()).await, Some(closed));
        assert_eq!(within(events.next()).await, None);
    });
}

#[test]
fn a_runtime_that_ends_takes_its_peer_connections_along() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    // The first runtime of a process opens files that stay, for signals.
    drop(build());
    let files = open_files();
    let runtime = build();
    let (a, b, channel) = runtime.block_on(async {
        let (a, b) = (peer_connection(), peer_connection());
        let channel = a.create_data_channel("held", Default::default()).unwrap();
        signal_whole(&a, &b).await;
        (a, b, channel)
    });
    drop(runtime);
    assert!(open_files().iter().all(|file| !file.starts_with("socket:")));
    // What is left answers, and can be dropped anywhere.
    channel.close();
    a.close();
    drop((a, b, channel));
    assert_eq!(open_files(), files);
}

/// Connects two peers with a data channel, sends a message and closes both.
async fn cycle(api: Api) {
    let a = api.peer_connection(RtcConfiguration::default()).unwrap();
    let b = api.peer_connection(RtcConfiguration::default()).unwrap();
    let channel = a.create_data_channel("cycle", Default::default()).unwrap();
    signal_whole(&a, &b).await;
    within(channel.opened()).await.unwrap();
    channel.send_text("once around").unwrap();
    close(&a, &b).await;
}

async fn close(a: &RtcPeerConnection, b: &RtcPeerConnection) {
    a.close();
    b.close();
    within(a.closed()).await;
    within(b.closed()).await;
}

/// So many cycles, `AT_ONCE` of them at any time.
async fn cycles(api: &Api, count: usize) {
    const AT_ONCE: usize = 32;
    let mut running = JoinSet::new();
    for _ in 0..count {
        if running.len() == AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(cycle(api.clone()));
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

/// Everything is real but the cryptography, which costs next to nothing here: 20,000 handshakes
/// would otherwise be what is measured.
#[test]
fn ten_thousand_cycles_end_at_the_memory_they_began_with() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // One thread: each further one has an arena of the allocator, whose use is a matter of luck.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let api = Api::new(stonechat_testkit::provider::provider())
            .configure(|config| config.connection.ice.include_loopback = true);
        let (tasks, files) = (Handle::current().metrics().num_alive_tasks(), open_files());
        cycles(&api, 1_000).await;
        let early = resident();
        cycles(&api, 9_000).await;
        let late = resident();
        println!("resident after 1,000 cycles: {} KiB", early >> 10);
        println!("resident after 10,000 cycles: {} KiB", late >> 10);
        assert!(
            late.abs_diff(early) <= 1 << 20,
            "{early} octets became {late}"
        );
        until_idle(tasks).await;
        assert_eq!(open_files(), files);
    });
}
