//! Octets as an Ogg file of Opus: it is read to its end.

use stonechat_media::file::OggOpusReader;

pub(crate) fn run(octets: &[u8]) {
    let Ok(mut reader) = OggOpusReader::new(octets) else {
        return;
    };
    let mut count = 0;
    while let Ok(Some(_)) = reader.next_packet() {
        count += 1;
        // A page holds at most as many packets as octets of its table.
        assert!(count <= octets.len());
    }
}
