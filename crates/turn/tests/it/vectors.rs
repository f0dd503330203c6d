//! Captured ChannelData.

use stonechat_turn::ChannelData;

pub(crate) fn lines(text: &str) -> impl Iterator<Item = Vec<u8>> {
    text.lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(|word| {
            if word == "-" {
                Vec::new()
            } else {
                hex::decode(word).unwrap()
            }
        })
}

#[test]
fn channel_data_of_a_browser_is_read() {
    let mut count = 0;
    for octets in lines(include_str!("../data/captured.hex")) {
        let frame = ChannelData::parse(&octets).unwrap();
        assert_eq!(frame.number().number(), 0x4000);
        let padding = octets.len() - 4 - frame.data().len();
        assert!(padding < 4);
        let header = ChannelData::header(frame.number(), frame.data().len()).unwrap();
        assert_eq!(header, octets[..4]);
        count += 1;
    }
    assert!(count > 0);
}
