use std::fmt::Write as _;
use std::time::Duration;

use stonechat_sctp::{Config, SendError, StreamId};

use crate::driver::{Link, Pair, message};

/// Mbit/s of payload over a bottleneck in `seconds` of virtual time.
fn goodput(mbits: f64, rtt: u64, queue: u64, loss: f64, seconds: u32) -> f64 {
    let mut config = Config::default();
    config.receive_window = 5 << 20;
    let mut pair = Pair::connected(1, &config);
    pair.link = Link {
        loss,
        delay: Duration::from_millis(rtt / 2),
        rate: Some((mbits * 125_000.0, Duration::from_millis(queue))),
        ..Link::default()
    };
    let payload = vec![1; 16 << 10];
    let mut received = 0;
    for _ in 0..seconds * 100 {
        loop {
            match pair.ends[0].send(pair.now, StreamId(0), message(&payload)) {
                Ok(()) => {}
                Err(SendError::Blocked) => break,
                Err(error) => panic!("{error}"),
            }
        }
        pair.run(Duration::from_millis(10));
        received += pair.read(1, 0).iter().map(Vec::len).sum::<usize>();
    }
    received as f64 * 8.0 / 1e6 / f64::from(seconds)
}

#[test]
fn goodput_by_loss_and_delay_is_as_it_was() {
    let mut table = String::from("| link, RTT, queue, loss | Mbit/s |\n| --- | --- |\n");
    for (mbits, rtt, queue, loss) in [
        (20.0, 10, 50, 0.0),
        (20.0, 50, 50, 0.0),
        (20.0, 100, 100, 0.0),
        (20.0, 50, 50, 0.001),
        (20.0, 50, 50, 0.01),
        (5.0, 50, 100, 0.02),
        (20.0, 200, 100, 0.01),
    ] {
        let measured = goodput(mbits, rtt, queue, loss, 20);
        let percent = loss * 100.0;
        writeln!(
            table,
            "| {mbits} Mbit/s, {rtt} ms, {queue} ms, {percent} % | {measured:.1} |"
        )
        .unwrap();
    }
    assert_eq!(table, include_str!("../data/throughput.md"), "\n{table}");
}

#[test]
fn congestion_control_that_begins_anew_is_in_slow_start_and_loses_nothing() {
    let mut pair = Pair::connected(1, &Config::default());
    let first = pair.ends[0].stats();
    for _ in 0..8 {
        pair.send(0, 0, message(&vec![1; 16 << 10]));
    }
    pair.run(Duration::from_secs(1));
    let grown = pair.ends[0].stats();
    assert!(grown.congestion_window > first.congestion_window);
    pair.send(0, 0, message(&vec![2; 16 << 10]));
    pair.ends[0].reset_congestion(pair.now);
    let again = pair.ends[0].stats();
    assert_eq!(again.congestion_window, first.congestion_window);
    assert_eq!(again.slow_start_threshold, first.slow_start_threshold);
    pair.run(Duration::from_secs(1));
    assert_eq!(pair.read(1, 0).len(), 9);
}
