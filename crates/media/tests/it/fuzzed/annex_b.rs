//! Octets as an H.264 byte stream: the units read are those that are written again.

use stonechat_media::file::{AnnexBReader, AnnexBWriter};

pub(crate) fn run(octets: &[u8]) {
    let mut reader = AnnexBReader::new(octets);
    let mut writer = AnnexBWriter::new(Vec::new());
    let mut units = Vec::new();
    while let Ok(Some(unit)) = reader.next_unit() {
        assert!(!unit.is_empty());
        writer.write_unit(&unit).unwrap();
        units.push(unit);
    }
    let written = writer.finish().unwrap();
    let mut again = AnnexBReader::new(&written[..]);
    for unit in units {
        assert_eq!(again.next_unit().unwrap(), Some(unit));
    }
    assert!(again.next_unit().unwrap().is_none());
    let mut pictures = AnnexBReader::new(octets);
    let mut len = 0;
    while let Ok(Some(picture)) = pictures.next_access_unit() {
        len += picture.len();
    }
    assert!(len <= octets.len() * 5 + 4);
}
