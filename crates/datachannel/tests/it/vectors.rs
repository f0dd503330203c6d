use std::time::Duration;

use stonechat_datachannel::{Dcep, Open};
use stonechat_sctp::Reliability;

#[test]
fn messages_look_as_the_specification_draws_them() {
    let open = Dcep::Open(Open {
        label: "chat".into(),
        protocol: "p".into(),
        ordered: false,
        reliability: Reliability::MaxLifetime(Duration::from_millis(258)),
        priority: 512,
    });
    let octets = "0382020000000102000400016368617470";
    assert_eq!(hex::encode(open.encoded()), octets);
    assert_eq!(Dcep::parse(&hex::decode(octets).unwrap()), Ok(open));
    assert_eq!(Dcep::Ack.encoded(), [2]);
    assert_eq!(Dcep::parse(&[2]), Ok(Dcep::Ack));
}
