//! Octets as an SFrame ciphertext: a header reads as it was written, and nothing that was not
//! sealed opens.

use stonechat_crypto::{Secret, rust};
use stonechat_media::sframe::{CipherSuite, Decryptor, Encryptor, Header, unwrap_h264, wrap_h264};

pub(crate) fn run(octets: &[u8]) {
    if let Ok((header, rest)) = Header::parse(octets) {
        let mut made = Vec::new();
        header.encode(&mut made);
        assert_eq!(made, octets[..octets.len() - rest.len()]);
    }
    let _ = unwrap_h264(octets);
    assert_eq!(unwrap_h264(&wrap_h264(true, octets)).unwrap(), octets);
    let suite = CipherSuite::ALL[octets.first().map_or(0, |octet| usize::from(octet & 7))];
    let key = Secret::new(vec![1; 16]);
    let mut decryptor = Decryptor::new(rust::provider(), suite).refusing_replay();
    for key_id in 0..8 {
        decryptor.add_key(key_id, &key).unwrap();
    }
    let _ = decryptor.decrypt(b"", octets);
    let mut encryptor = Encryptor::new(rust::provider(), suite);
    encryptor.set_key(3, &key).unwrap();
    let sealed = encryptor.encrypt(b"", octets).unwrap();
    let mut decryptor = Decryptor::new(rust::provider(), suite);
    decryptor.add_key(3, &key).unwrap();
    assert_eq!(decryptor.decrypt(b"", &sealed).unwrap(), octets);
}
