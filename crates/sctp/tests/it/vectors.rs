use serde_json::Value;
use stonechat_sctp::checksum;

#[test]
fn the_checksum_gives_the_published_values() {
    let file: Value = serde_json::from_str(include_str!("../data/crc32c.json")).unwrap();
    let mut checked = 0;
    for vector in file["vectors"].as_array().unwrap() {
        let data = hex::decode(vector["data_hex"].as_str().unwrap()).unwrap();
        if data.len() >= 12 && data[8..12] != [0; 4] {
            // As a packet its checksum field would count as zero: not this vector.
            continue;
        }
        assert_eq!(
            hex::encode(checksum(&data)),
            vector["crc_wire_hex"].as_str().unwrap()
        );
        checked += 1;
    }
    assert!(checked >= 5);
}

#[test]
fn the_packet_with_a_checksum_of_zero_is_right() {
    // RFC 9653, section 3.
    let packet = "1389138900000000000000000100\
                  0014fcb75cca000005dc0001000100000000";
    assert_eq!(checksum(&hex::decode(packet).unwrap()), [0; 4]);
}
