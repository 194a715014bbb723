//! Records as lines of text: what cataloguers read and write by hand.

pub(crate) mod danish;
pub(crate) mod mrk;
pub(crate) mod plain;

use crate::feed::{Feed, Found};
use crate::national::{Glance, format_of};
use crate::reader::{Cut, MAX_RECORD};
use crate::report::Repair;
use crate::report::{Reason, Warnings};
use skranke_core::bib::{Field, Format, Leader, Record, Tag};
use std::io::BufRead;

/// What a line is to the record that is being cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Part of it.
    Inside,
    /// Ends it and belongs to it.
    Closes,
    /// Begins the next one.
    Opens,
}

/// Passes over blank lines and finds the end of the record that follows. `role` is asked for each line, with `true` for
/// the first of the record.
fn cut<R: BufRead>(feed: &mut Feed<R>, role: impl Fn(&[u8], bool) -> Role) -> Option<Result<Cut, Reason>> {
    feed.skip_while(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0xEF | 0xBB | 0xBF))?;
    let mut at = 0;
    loop {
        let end = match feed.find(at, MAX_RECORD, |byte| byte == b'\n') {
            Found::At(end) => end + 1,
            Found::End => feed.bytes().len(),
            Found::TooFar => {
                feed.consume(MAX_RECORD);
                return Some(Err(Reason::TooLong { limit: MAX_RECORD }));
            }
        };
        if end == at {
            return Some(Ok(Cut { length: at, repair: None }));
        }
        let line = feed.bytes().get(at..end).unwrap_or_default().trim_ascii_end();
        match role(line, at == 0) {
            Role::Opens if at > 0 => return Some(Ok(Cut { length: at, repair: None })),
            Role::Closes => return Some(Ok(Cut { length: end, repair: None })),
            _ => at = end,
        }
    }
}

/// The record of what the lines gave.
fn record(leader: Leader, fields: Vec<Field>, format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    if fields.is_empty() {
        return Err(Reason::NotMarc("none of its lines is a field"));
    }
    if fields.iter().filter(|field| field.tag() == "001").count() > 1 {
        warnings.add(Repair::RepeatedControlNumber, Tag::new("001"), 0);
    }
    let format = format.unwrap_or_else(|| format_of(&leader, fields.iter().map(Glance::from), true));
    let kind = Record::kind_of(format, &leader, &fields);
    Ok(Record {
        format,
        kind,
        leader,
        fields,
    })
}

/// Lines with what follows them glued on: a line that `continues` accepts is joined to the one before, after cutting
/// what it says. Each with its offset.
fn logical_lines<'a>(text: &'a str, continues: impl Fn(&'a str) -> Option<&'a str>) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\r', '\n']);
        match (continues(line), lines.last_mut()) {
            (Some(more), Some((_, before))) => before.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => lines.push((start, line.to_owned())),
        }
    }
    lines
}
