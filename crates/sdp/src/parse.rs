//! From text to lines to sections.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::error::{ErrorKind, ParseError};
use crate::limits::Limits;
use crate::line::{Line, Problem, control_character, split};
use crate::media::Media;
use crate::text::Text;

/// What a text consists of: the lines before the first `m=`, and the media sections.
pub(crate) struct Parts {
    pub(crate) lines: Vec<Line>,
    pub(crate) media: Vec<Media>,
}

/// Whether the text starts with the head of a session.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Shape {
    Session,
    Fragment,
}

/// Reads octets as text.
pub(crate) fn utf8<'a>(octets: &'a [u8], limits: &Limits) -> Result<&'a str, ParseError> {
    if octets.len() > limits.size {
        return Err(error(1, (0, ErrorKind::TooLarge)));
    }
    core::str::from_utf8(octets).map_err(|wrong| {
        let before = octets.get(..wrong.valid_up_to()).unwrap_or_default();
        let newlines = before.iter().filter(|octet| **octet == b'\n').count();
        let start = before.iter().rposition(|octet| *octet == b'\n');
        let start = start.map_or(0, |newline| newline.saturating_add(1));
        let column = before.len().saturating_sub(start);
        error(newlines.saturating_add(1), (column, ErrorKind::NotUtf8))
    })
}

/// Reads text as lines and sections.
pub(crate) fn parse(text: &str, limits: &Limits, shape: Shape) -> Result<Parts, ParseError> {
    if text.len() > limits.size || u32::try_from(text.len()).is_err() {
        return Err(error(1, (0, ErrorKind::TooLarge)));
    }
    let mut parser = Parser {
        source: Arc::new(String::from(text)),
        limits,
        shape,
        parts: Parts {
            lines: Vec::with_capacity(section_lines(text, limits)),
            media: Vec::new(),
        },
    };
    let mut number = 0_usize;
    let mut rest = text;
    while !rest.is_empty() {
        number = number.saturating_add(1);
        let (line, next, ended) = match rest.split_once('\n') {
            Some((line, next)) => (line.strip_suffix('\r').unwrap_or(line), next, true),
            None => (rest, "", false),
        };
        if ended && line.is_empty() {
            if next.trim_matches(['\r', '\n']).is_empty() {
                break;
            }
            return Err(error(number, (0, ErrorKind::BlankLine)));
        }
        let start = text.len().saturating_sub(rest.len());
        parser
            .line(number, start, line, next)
            .map_err(|problem| error(number, problem))?;
        rest = next;
    }
    parser.finish()
}

struct Parser<'a> {
    source: Arc<String>,
    limits: &'a Limits,
    shape: Shape,
    parts: Parts,
}

impl Parser<'_> {
    /// Takes the line that starts at this octet; `next` is what follows it.
    fn line(&mut self, number: usize, start: usize, line: &str, next: &str) -> Result<(), Problem> {
        if number > self.limits.lines {
            return Err((0, ErrorKind::TooManyLines));
        }
        if line.len() > self.limits.line {
            return Err((self.limits.line, ErrorKind::LineTooLong));
        }
        if let Some(at) = control_character(line) {
            return Err((at, ErrorKind::ControlCharacter));
        }
        let (letter, _) = split(line)?;
        self.check_order(number, letter)?;
        let text = self.text(start, line).ok_or((0, ErrorKind::TooLarge))?;
        if letter == 'm' {
            return self.media(text, next);
        }
        let line = Line::parse(text)?;
        match self.parts.media.last_mut() {
            Some(media) => media.lines.push(line),
            None => self.parts.lines.push(line),
        }
        Ok(())
    }

    fn media(&mut self, text: Text, next: &str) -> Result<(), Problem> {
        if self.parts.media.len() >= self.limits.media {
            return Err((0, ErrorKind::TooManyMedia));
        }
        let mut media = Media::parse(text)?;
        media.lines.reserve_exact(section_lines(next, self.limits));
        self.parts.media.push(media);
        Ok(())
    }

    fn text(&self, start: usize, line: &str) -> Option<Text> {
        let end = u32::try_from(start.checked_add(line.len())?).ok()?;
        Some(Text::slice(&self.source, u32::try_from(start).ok()?, end))
    }

    /// `v=`, `o=` and `s=` stand at the head in this order and nowhere else; times and what is
    /// the session's alone stand before the first `m=`. The rest may come in any order, because
    /// it does.
    fn check_order(&self, number: usize, letter: char) -> Result<(), Problem> {
        let head = match (self.shape, number) {
            (Shape::Session, 1) => Some('v'),
            (Shape::Session, 2) => Some('o'),
            (Shape::Session, 3) => Some('s'),
            _ => None,
        };
        match head {
            Some(expected) if expected == letter => Ok(()),
            Some(expected) => Err((0, ErrorKind::Missing(expected))),
            None if matches!(letter, 'v' | 'o' | 's') => Err((0, ErrorKind::Misplaced(letter))),
            None => {
                let session_only = matches!(letter, 't' | 'r' | 'z' | 'u' | 'e' | 'p');
                if session_only && !self.parts.media.is_empty() {
                    return Err((0, ErrorKind::Misplaced(letter)));
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Parts, ParseError> {
        let lines = self.parts.lines.len();
        let missing = match (self.shape, lines) {
            (Shape::Session, 0) => Some('v'),
            (Shape::Session, 1) => Some('o'),
            (Shape::Session, 2) => Some('s'),
            _ => None,
        };
        match missing {
            Some(letter) => Err(error(
                lines.saturating_add(1),
                (0, ErrorKind::Missing(letter)),
            )),
            None => Ok(self.parts),
        }
    }
}

/// How many lines there are before the next `m=`, so that no list of lines has to grow.
fn section_lines(text: &str, limits: &Limits) -> usize {
    if text.starts_with("m=") {
        return 0;
    }
    let section = match text.find("\nm=") {
        Some(end) => text.get(..end).unwrap_or_default(),
        None => text,
    };
    let section = section.trim_end_matches(['\r', '\n']);
    if section.is_empty() {
        return 0;
    }
    let newlines = section.bytes().filter(|octet| *octet == b'\n').count();
    newlines.saturating_add(1).min(limits.lines)
}

fn error(line: usize, (at, kind): Problem) -> ParseError {
    ParseError {
        line,
        column: at.saturating_add(1),
        kind,
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "sums of small numbers in a test"
)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::attribute::Attribute;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

    /// Octets that a parsed text holds at most; strings in typed forms are no longer than their
    /// line.
    fn footprint(parts: &Parts) -> usize {
        let list = |lines: &Vec<Line>| -> usize {
            let typed = lines.iter().filter(|line| line.attribute().is_some());
            let typed: usize = typed
                .map(|line| size_of::<Attribute>() + line.text().len())
                .sum();
            lines.capacity() * size_of::<Line>() + typed
        };
        let media: usize = parts
            .media
            .iter()
            .map(|media| list(&media.lines) + media.text().len())
            .sum();
        list(&parts.lines) + media + parts.media.capacity() * size_of::<Media>()
    }

    #[test]
    fn a_parsed_bomb_holds_less_than_ten_times_its_size() {
        let limits = Limits::default()
            .with_size(usize::MAX)
            .with_lines(usize::MAX)
            .with_media(usize::MAX);
        let ssrcs: String = (0..100_000)
            .map(|ssrc| format!("a=ssrc:{ssrc} cname:x\r\n"))
            .collect();
        for bomb in [
            "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n".repeat(10_000),
            "a=x\r\n".repeat(100_000),
            "a=x\n".repeat(125_000),
            format!("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n{ssrcs}"),
        ] {
            let text = format!("{HEAD}{bomb}");
            let parts = parse(&text, &limits, Shape::Session).unwrap();
            let held = footprint(&parts) + text.len();
            assert!(held < text.len() * 10, "{held} for {}", text.len());
        }
    }
}
