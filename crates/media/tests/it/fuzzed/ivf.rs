//! Octets as an IVF file: what is read writes as what reads the same.

use stonechat_media::file::{IvfReader, IvfWriter};

pub(crate) fn run(octets: &[u8]) {
    let Ok(mut reader) = IvfReader::new(octets) else {
        return;
    };
    let mut writer = IvfWriter::new(Vec::new(), reader.header()).unwrap();
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        assert!(frame.data.len() <= octets.len());
        writer.write_frame(frame.timestamp, &frame.data).unwrap();
        frames.push(frame);
    }
    let written = writer.finish().unwrap();
    let mut again = IvfReader::new(&written[..]).unwrap();
    for frame in frames {
        let read = again.next_frame().unwrap().unwrap();
        assert_eq!((read.timestamp, read.data), (frame.timestamp, frame.data));
    }
    assert!(again.next_frame().unwrap().is_none());
}
