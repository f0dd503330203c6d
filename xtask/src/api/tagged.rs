//! The tests that say which members of the W3C API they exercise: `// api: Interface.member, ..`
//! directly above a test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::root;

/// A test with tags.
#[derive(Debug)]
pub(crate) struct Test {
    /// Its file and name.
    pub(crate) name: String,
    /// The identifiers in its body and in the functions of its file that it calls.
    words: BTreeSet<String>,
    /// The strings in them.
    strings: BTreeSet<String>,
}

/// The inside of a function.
#[derive(Debug, Default)]
struct Body {
    words: BTreeSet<String>,
    strings: BTreeSet<String>,
}

impl Test {
    /// Adds what the functions of its file have that it calls, and those that they call.
    fn expand(&mut self, functions: &BTreeMap<&str, Body>) {
        let mut waiting: Vec<String> = self.words.iter().cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(word) = waiting.pop() {
            if let Some(body) = functions.get(word.as_str())
                && seen.insert(word)
            {
                waiting.extend(body.words.iter().cloned());
                self.words.extend(body.words.iter().cloned());
                self.strings.extend(body.strings.iter().cloned());
            }
        }
    }

    /// Whether its body has this identifier.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Whether its body has this string.
    pub(crate) fn has_string(&self, text: &str) -> bool {
        self.strings.contains(text)
    }
}

/// The tests by tag.
#[derive(Debug, Default)]
pub(crate) struct Tagged {
    tests: Vec<Test>,
    by_tag: BTreeMap<String, Vec<usize>>,
    /// Places of tags above nothing that is a test.
    pub(crate) stray: Vec<String>,
}

impl Tagged {
    /// Those of all crates.
    pub(crate) fn load() -> Result<Self> {
        let mut files = vec![];
        let crates = root().join("crates");
        for entry in std::fs::read_dir(&crates).with_context(|| crates.display().to_string())? {
            let directory = entry?.path();
            rust_files(&directory.join("src"), &mut files)?;
            rust_files(&directory.join("tests"), &mut files)?;
        }
        files.sort();
        let mut tagged = Self::default();
        for file in files {
            let text = std::fs::read_to_string(&file)?;
            let place = file.strip_prefix(root()).unwrap_or(&file);
            tagged.read(&place.display().to_string(), &text);
        }
        Ok(tagged)
    }

    /// The tests with a tag, in the order of their files.
    pub(crate) fn with(&self, tag: &str) -> impl Iterator<Item = &Test> {
        let found = self.by_tag.get(tag).into_iter().flatten();
        found.filter_map(|at| self.tests.get(*at))
    }

    /// All tags.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.by_tag.keys().map(String::as_str)
    }

    pub(crate) fn read(&mut self, file: &str, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let functions = functions(&lines);
        let mut at = 0;
        while at < lines.len() {
            if !lines[at].trim_start().starts_with("// api:") {
                at += 1;
                continue;
            }
            let first = at;
            let tags = tags(&lines, &mut at);
            match test(file, &lines[at..]) {
                Some(mut test) => {
                    test.expand(&functions);
                    for tag in tags {
                        self.by_tag.entry(tag).or_default().push(self.tests.len());
                    }
                    self.tests.push(test);
                }
                None => self.stray.push(format!("{file}:{}", first + 1)),
            }
        }
    }
}

/// The tags of the comment at this line; a line that ends with a comma goes on in the next one.
fn tags(lines: &[&str], at: &mut usize) -> Vec<String> {
    let mut tags = vec![];
    let mut open = false;
    while let Some(line) = lines.get(*at) {
        let line = line.trim();
        let text = match line.strip_prefix("// api:") {
            Some(text) => text,
            None if open && line.starts_with("// ") => &line[3..],
            None => break,
        };
        open = line.ends_with(',');
        let words = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        tags.extend(words.map(|tag| constructor(tag.trim_end_matches('.'))));
        *at += 1;
    }
    tags
}

/// `A.A` is the constructor of A.
fn constructor(tag: &str) -> String {
    match tag.split_once('.') {
        Some((interface, member)) if interface == member => format!("{interface}.constructor"),
        _ => tag.to_owned(),
    }
}

/// The test that these lines begin with: comments, attributes with `test` among them, a function.
fn test(file: &str, lines: &[&str]) -> Option<Test> {
    let head = |line: &&&str| {
        let line = line.trim_start();
        line.starts_with("//") || line.starts_with('#') || line.starts_with(')')
    };
    let head = lines.iter().take_while(head).count();
    let is_test = lines[..head].iter().any(|line| {
        let line = line.trim_start();
        line.starts_with("#[test]") || line.starts_with("#[tokio::test")
    });
    let declaration = lines.get(head)?;
    let name = declaration.trim_start().split("fn ").nth(1)?;
    let name = name.split('(').next()?;
    if !is_test {
        return None;
    }
    let body = body(&lines[head..]);
    Some(Test {
        name: format!("{file} {name}"),
        words: body.words,
        strings: body.strings,
    })
}

/// The functions of a file that are no tests, by name; those of one name are one.
fn functions<'a>(lines: &[&'a str]) -> BTreeMap<&'a str, Body> {
    let mut functions: BTreeMap<&str, Body> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let words = line.trim_start().trim_start_matches("pub(crate) ");
        let words = words.trim_start_matches("async ");
        let Some(declared) = words.strip_prefix("fn ") else {
            continue;
        };
        let name = declared.split(['(', '<']).next().unwrap_or_default();
        let is_test = at > 0 && lines[at - 1].contains("test");
        if !is_test {
            let found = body(&lines[at..]);
            let function = functions.entry(name).or_default();
            function.words.extend(found.words);
            function.strings.extend(found.strings);
        }
    }
    functions
}

/// The inside of the function that these lines begin with, up to the brace that is indented as
/// its first line.
fn body(lines: &[&str]) -> Body {
    let declaration = lines.first().copied().unwrap_or_default();
    let indent = declaration.len() - declaration.trim_start().len();
    let end = format!("{}}}", " ".repeat(indent));
    let inside: Vec<&str> = lines[1..]
        .iter()
        .take_while(|line| **line != end)
        .filter(|line| !line.trim_start().starts_with("//"))
        .copied()
        .collect();
    let inside = inside.join("\n");
    let words = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Body {
        words: words.map(str::to_owned).collect(),
        strings: inside.split('"').map(str::to_owned).collect(),
    }
}

fn rust_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !directory.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|of| of == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
// api: A.one, A.two,
// B.x-y, A.A
/// A comment.
#[tokio::test(flavor = "current_thread")]
async fn it_runs() {
    // three is only said
    a.one("x-y");
}

// api: A.three
fn no_test() {
    three();
}

mod inner {
    // api: A.four.
    // api: A.five
    #[test]
    fn nested() {
        if four() {
        }
        five();
    }

    // api: A.six
    #[test]
    fn by_helpers() {
        first();
    }

    fn first() {
        second("word");
    }

    async fn second(text: &str) {
        six(text);
    }
}
"#;

    #[test]
    fn tags_belong_to_the_test_below_them() {
        let mut tagged = Tagged::default();
        tagged.read("f.rs", TEXT);
        let tags: Vec<&str> = tagged.tags().collect();
        assert_eq!(
            tags,
            [
                "A.constructor",
                "A.five",
                "A.four",
                "A.one",
                "A.six",
                "A.two",
                "B.x-y"
            ]
        );
        assert_eq!(tagged.stray, ["f.rs:11"]);
        let test = tagged.with("A.two").next().unwrap();
        assert_eq!(test.name, "f.rs it_runs");
        assert!(test.mentions("one") && test.has_string("x-y"));
        assert!(!test.mentions("two") && !test.mentions("three"));
        let test = tagged.with("A.five").next().unwrap();
        assert!(test.mentions("four") && test.mentions("five"));
        assert!(!test.mentions("six"));
        let test = tagged.with("A.six").next().unwrap();
        assert!(test.mentions("six") && test.has_string("word"));
    }
}
