//! The files in `tests/data`.

use std::fs;
use std::path::PathBuf;

/// The octets of one file.
pub(crate) fn file(name: &str) -> Vec<u8> {
    fs::read(folder("").join(name)).unwrap()
}

/// Name and text of all files in a folder.
pub(crate) fn texts(name: &str) -> Vec<(String, String)> {
    let mut texts: Vec<_> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}
