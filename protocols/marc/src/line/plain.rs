//! Lines as `yaz-marcdump` prints them: the leader, `020    $a 9781594393082 $q (electronic bk.)`, a blank line.

use super::{Role, cut, logical_lines, record};
use crate::charset::{self, Charset};
use crate::feed::Feed;
use crate::reader::Cut;
use crate::report::{Reason, Repair, Warnings, without_controls};
use skranke_core::bib::{Field, Format, Leader, Record, Subfield, Tag};
use std::io::BufRead;

/// Finds the next record: to a blank line.
pub(crate) fn next<R: BufRead>(feed: &mut Feed<R>) -> Option<Result<Cut, Reason>> {
    cut(feed, |line, _| if line.is_empty() { Role::Closes } else { Role::Inside })
}

pub(crate) fn parse(bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    let found = charset::detect(bytes, Charset::Utf8);
    let decoded = charset::decode(bytes, found);
    if decoded.faults > 0 {
        warnings.add(Repair::Unreadable(decoded.faults), None, 0);
    }
    let mut lines = logical_lines(&decoded.text, |_| None).into_iter();
    let (leader, changed) = Leader::repaired(lines.next().unwrap_or_default().1.as_bytes());
    if changed {
        warnings.add(Repair::Leader, None, 0);
    }
    let mut fields = Vec::new();
    for (at, line) in lines {
        match field(&line, at, warnings) {
            Some(field) => fields.push(field),
            None => warnings.add(Repair::Foreign, None, at),
        }
    }
    record(leader, fields, format, warnings)
}

fn field(line: &str, at: usize, warnings: &mut Warnings) -> Option<Field> {
    let (tag, rest) = line.split_at_checked(3)?;
    let tag = Tag::new(tag)?;
    let rest = rest.strip_prefix(' ')?;
    let Some((head, rest)) = rest.split_at_checked(2).filter(|(_, rest)| rest.trim_start().starts_with('$')) else {
        return Some(Field::Control {
            tag,
            value: without_controls(rest.to_owned(), tag, at, warnings),
        });
    };
    let mut head = head.chars();
    let indicators = [head.next().unwrap_or(' '), head.next().unwrap_or(' ')];
    let mut subfields: Vec<Subfield> = Vec::new();
    // A ` $x ` inside a value cannot be told from a subfield; one without its code and blank can.
    for piece in rest.trim_start().strip_prefix('$')?.split(" $") {
        let mut characters = piece.chars();
        match (characters.next(), characters.next(), subfields.last_mut()) {
            (Some(code), Some(' ') | None, _) => {
                subfields.push(Subfield {
                    code,
                    value: characters.as_str().to_owned(),
                });
            }
            (_, _, Some(before)) => {
                before.value.push_str(" $");
                before.value.push_str(piece);
            }
            (first, ..) => {
                warnings.add(Repair::StrayText, Some(tag), at);
                subfields.extend(first.map(|code| Subfield {
                    code,
                    value: piece.to_owned(),
                }));
            }
        }
    }
    for subfield in &mut subfields {
        subfield.value = without_controls(std::mem::take(&mut subfield.value), tag, at, warnings);
    }
    Some(Field::Data {
        tag,
        indicators,
        subfields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_fields() {
        let text = "00000nam a2200000 a 4500\n001 EBC1\n020    $a 97815 $q (pbk.) $5 only\n245 10 $a Tai $b chi\n\n";
        let record = parse(text.as_bytes(), None, &mut Warnings::default()).unwrap();
        assert_eq!(record.control_number(), Some("EBC1"));
        assert_eq!(record.first("020", 'q'), Some("(pbk.)"));
        assert_eq!(record.first("245", 'b'), Some("chi"));
    }
}
