//! Wrapping and peeling.

use std::net::SocketAddr;

use bytes::BytesMut;
use stonechat_sansio::{Datagram, Ecn, Frame, Overhead, Path};
use stonechat_stun::{Class, Message, Method};
use stonechat_turn::{ChannelData, DropReason, NotFramed, stream_frame_len};

use crate::server::data_indication;
use crate::world::{RELAY, SOCKET, World, peer};

#[test]
fn channel_data_is_peeled_without_a_copy() {
    let mut world = World::bound();
    let octets = BytesMut::from(&b"\x40\x00\x00\x05hellopadding"[..]);
    let place = octets.as_ptr() as usize;
    let path = Path::new(SOCKET, "10.0.0.1".parse().unwrap(), world.server.address);
    let datagram = Datagram::new(path, Ecn::Ce, world.now, octets);
    let peeled = world.client.handle_datagram(world.now, datagram).unwrap();
    assert_eq!(peeled.payload(), b"hello");
    assert_eq!(peeled.payload().as_ptr() as usize, place + 4);
    assert_eq!(
        peeled.path(),
        Path::new(RELAY, "198.51.100.9".parse().unwrap(), peer())
    );
    assert_eq!((peeled.ecn(), peeled.received()), (Ecn::Ce, world.now));
}

#[test]
fn an_indication_is_peeled_without_a_copy() {
    let mut world = World::bound();
    let octets = BytesMut::from(data_indication(peer(), b"hello").as_slice());
    let place = octets.as_ptr() as usize;
    let path = Path::new(SOCKET, "10.0.0.1".parse().unwrap(), world.server.address);
    let datagram = Datagram::new(path, Ecn::NotEct, world.now, octets);
    let peeled = world.client.handle_datagram(world.now, datagram).unwrap();
    assert_eq!(peeled.payload(), b"hello");
    assert_eq!(peeled.payload().as_ptr() as usize, place + 36);
    assert_eq!(peeled.path().remote(), peer());
}

#[test]
fn data_of_every_length_is_wrapped_by_indication_and_by_channel() {
    let mut world = World::allocated();
    world.client.permit(world.now, peer()).unwrap();
    for len in 0..40 {
        let data = vec![7; len];
        let octets = world.send(peer(), &data).unwrap();
        let message = Message::parse(&octets).unwrap();
        assert_eq!(
            (message.class(), message.method()),
            (Class::Indication, Method::SEND)
        );
        assert_eq!(message.xor_peer_address(), Some(peer()));
        assert_eq!(message.data(), Some(data.as_slice()));
    }
    let mut world = World::bound();
    for len in 0..40 {
        let data = vec![7; len];
        let octets = world.send(peer(), &data).unwrap();
        let frame = ChannelData::parse(&octets).unwrap();
        assert_eq!(
            (frame.number().number(), frame.data()),
            (0x4000, data.as_slice())
        );
        assert_eq!(octets.len(), 4 + len);
    }
}

#[test]
fn the_overhead_is_what_wrapping_takes() {
    let world = World::bound();
    assert_eq!(world.client.overhead(peer()), Overhead::new(4, 0));
    let other = "203.0.113.5:6001".parse().unwrap();
    assert_eq!(world.client.overhead(other), Overhead::new(36, 3));
    let six = "[2001:db8::5]:6001".parse().unwrap();
    assert_eq!(world.client.overhead(six), Overhead::new(48, 3));
}

#[test]
fn a_frame_reserved_before_the_channel_was_bound_becomes_an_indication() {
    let mut world = World::bound();
    let mut buffer = Vec::new();
    let mut packet = Frame::new(&mut buffer, 100);
    let mut frame = packet.reserve(Overhead::new(36, 3)).unwrap();
    frame.put_slice(b"hello").unwrap();
    world.client.wrap(peer(), &mut frame).unwrap();
    frame.commit();
    packet.commit();
    assert_eq!(Message::parse(&buffer).unwrap().data(), Some(&b"hello"[..]));
}

#[test]
fn a_frame_with_too_little_room_is_not_wrapped() {
    let mut world = World::bound();
    let mut buffer = Vec::new();
    let mut packet = Frame::new(&mut buffer, 100);
    let mut frame = packet.reserve(Overhead::new(7, 0)).unwrap();
    frame.put_slice(b"hello").unwrap();
    assert_eq!(world.client.wrap(peer(), &mut frame), None);
}

#[test]
fn data_is_sent_and_accepted_while_the_permission_is_asked_for() {
    let mut world = World::allocated();
    assert_eq!(world.send(peer(), b"early"), None);
    assert_eq!(world.client.stats().dropped(DropReason::NotWrapped), 1);
    world.client.permit(world.now, peer()).unwrap();
    assert!(world.send(peer(), b"early").is_some());
    world.give(&data_indication(peer(), b"fast"));
    assert_eq!(world.received.len(), 1);
}

#[test]
fn data_of_peers_without_permission_is_dropped() {
    let mut world = World::bound();
    let stranger: SocketAddr = "203.0.113.77:1".parse().unwrap();
    world.give(&data_indication(stranger, b"x"));
    world.give(b"\x40\x01\x00\x01x");
    world.give(b"\x4F\xFF\x00\x01x");
    assert!(world.received.is_empty());
    assert_eq!(world.client.stats().dropped(DropReason::NotPermitted), 1);
    assert_eq!(world.client.stats().dropped(DropReason::UnboundChannel), 2);
}

#[test]
fn datagrams_are_counted() {
    let mut world = World::bound();
    world.send(peer(), b"abc").unwrap();
    world.send_from(peer(), b"defgh");
    world.run(1);
    let stats = world.client.stats();
    assert_eq!((stats.sent, stats.sent_octets), (1, 3));
    assert_eq!((stats.received, stats.received_octets), (1, 5));
}

#[test]
fn a_stream_is_cut_into_messages_and_channel_data() {
    let indication = data_indication(peer(), b"hello");
    for len in 0..8 {
        assert_eq!(stream_frame_len(&indication[..len]), Ok(None));
    }
    assert_eq!(stream_frame_len(&indication), Ok(Some(indication.len())));
    assert_eq!(stream_frame_len(&[0x40, 0, 0]), Ok(None));
    assert_eq!(stream_frame_len(&[0x40, 0, 0, 0]), Ok(Some(4)));
    assert_eq!(stream_frame_len(&[0x40, 0, 0, 5]), Ok(Some(12)));
    assert_eq!(
        stream_frame_len(&[0x4F, 0xFF, 0xFF, 0xFF]),
        Ok(Some(65_540))
    );
    assert_eq!(stream_frame_len(&[0x50, 0, 0, 0]), Err(NotFramed));
    assert_eq!(stream_frame_len(&[0x80, 0, 0, 0]), Err(NotFramed));
    assert_eq!(stream_frame_len(&[0, 1, 0, 0, 0, 0, 0, 0]), Err(NotFramed));
}
