//! The rows of a command: to people on standard error, to programs as JSON lines.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

/// Takes rows and remembers whether all passed.
pub(crate) struct Report {
    json: Option<Box<dyn Write>>,
    rows: usize,
    failed: usize,
}

impl Report {
    /// With a file for the rows, or `-` for standard output.
    pub(crate) fn new(json: Option<&Path>) -> Result<Self> {
        let json: Option<Box<dyn Write>> = match json {
            None => None,
            Some(path) if path == Path::new("-") => Some(Box::new(std::io::stdout())),
            Some(path) => {
                let file = File::create(path).with_context(|| path.display().to_string())?;
                Some(Box::new(file))
            }
        };
        Ok(Self {
            json,
            rows: 0,
            failed: 0,
        })
    }

    /// Adds a row. It has failed if its field `pass` is `false`.
    pub(crate) fn row(&mut self, row: &impl Serialize) -> Result<()> {
        self.tell(row)?;
        self.write(row)
    }

    /// Shows a row to people alone; it counts. What programs get is then given to
    /// [`write`](Self::write).
    pub(crate) fn tell(&mut self, row: &impl Serialize) -> Result<()> {
        let row = serde_json::to_value(row)?;
        self.rows += 1;
        let failed = row.get("pass") == Some(&Value::Bool(false));
        self.failed += usize::from(failed);
        eprintln!("{}", line(&row, failed));
        Ok(())
    }

    /// Gives a row to programs alone.
    pub(crate) fn write(&mut self, row: &impl Serialize) -> Result<()> {
        if let Some(json) = &mut self.json {
            let row = serde_json::to_value(row)?;
            writeln!(json, "{row}")?;
            json.flush()?;
        }
        Ok(())
    }

    /// Whether there were rows and none failed.
    pub(crate) fn all_passed(&self) -> bool {
        self.rows > 0 && self.failed == 0
    }

    /// How many rows failed so far.
    pub(crate) fn failed(&self) -> usize {
        self.failed
    }
}

/// A row in one line: `ok` or `FAILED` and its fields.
fn line(row: &Value, failed: bool) -> String {
    let mut line = String::from(if failed { "FAILED" } else { "ok    " });
    for (name, value) in row.as_object().into_iter().flatten() {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => line += &format!("  {text}"),
            other => line += &format!("  {name} {other}"),
        }
    }
    line
}
