//! The table of results in `interop/README.md`: a column for each peer and role, a row for each
//! case. A run replaces what it ran and keeps the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Row;

const BEGIN: &str = "<!-- results: written by cargo xtask interop --table -->";
const END: &str = "<!-- end of results -->";

/// Cell by case and column.
type Cells = BTreeMap<(String, String), String>;

/// Writes the rows into the table.
pub(crate) fn update(file: &Path, rows: &[Row]) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (head, rest) = text
        .split_once(BEGIN)
        .context("interop/README.md has no place for results")?;
    let (old, tail) = rest
        .split_once(END)
        .context("interop/README.md has no end of results")?;
    let (mut columns, mut cases, mut cells) = read(old);
    for row in rows {
        let version = row.version.as_deref().unwrap_or_default();
        let version = version.split('.').take(2).collect::<Vec<_>>().join(".");
        let peer = format!("{} {version}", row.peer);
        let column = format!("{}, we {}", peer.trim(), row.role);
        if !columns.contains(&column) {
            // Another version of the same peer takes the place of the one before.
            let same = |other: &String| {
                other.split(' ').next() == Some(&row.peer)
                    && other.ends_with(&format!(", we {}", row.role))
            };
            match columns.iter().position(same) {
                Some(place) => columns[place].clone_from(&column),
                None => columns.push(column.clone()),
            }
        }
        if !cases.contains(&row.case) {
            cases.push(row.case.clone());
        }
        let key = (row.case.clone(), column);
        let failed = rows.iter().any(|other| {
            !other.pass
                && other.case == row.case
                && other.role == row.role
                && other.peer == row.peer
        });
        cells.insert(key, if failed { "no" } else { "yes" }.to_owned());
    }
    let table = write(&columns, &cases, &cells);
    Ok(fs::write(
        file,
        format!("{head}{BEGIN}\n\n{table}\n{END}{tail}"),
    )?)
}

fn read(table: &str) -> (Vec<String>, Vec<String>, Cells) {
    let mut lines = table.lines().filter(|line| line.starts_with('|'));
    let split = |line: &str| -> Vec<String> {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let columns: Vec<String> = lines
        .next()
        .map(split)
        .unwrap_or_default()
        .into_iter()
        .skip(1)
        .collect();
    let mut cases = Vec::new();
    let mut cells = Cells::new();
    for line in lines.skip(1) {
        let mut values = split(line).into_iter();
        let Some(case) = values.next() else { continue };
        for (column, value) in columns.iter().zip(values) {
            cells.insert((case.clone(), column.clone()), value);
        }
        cases.push(case);
    }
    (columns, cases, cells)
}

fn write(columns: &[String], cases: &[String], cells: &Cells) -> String {
    let mut table = format!(
        "| case | {} |\n| --- |{}\n",
        columns.join(" | "),
        " --- |".repeat(columns.len())
    );
    for case in cases {
        let values = columns.iter().map(|column| {
            cells
                .get(&(case.clone(), column.clone()))
                .map_or("", String::as_str)
        });
        table += &format!("| {case} | {} |\n", values.collect::<Vec<_>>().join(" | "));
    }
    table
}
