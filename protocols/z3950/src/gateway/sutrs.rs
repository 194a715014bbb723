//! Records as plain text (SUTRS, digest 7): the lines of `data/sutrs.csv`, broken at 72 columns.

use super::table::rows;
use skranke_core::bib::BriefView;

/// Columns of a line.
const WIDTH: usize = 72;

/// The text. `whole` gives every line, otherwise those of a list.
pub(super) fn text(brief: &BriefView, number: &str, whole: bool) -> String {
    let mut text = String::new();
    for row in rows(include_str!("../../data/sutrs.csv")) {
        let [field, label, in_brief] = row.as_slice() else { continue };
        if !whole && *in_brief != "yes" {
            continue;
        }
        for value in values(field, brief, number) {
            line(label, &value, &mut text);
        }
    }
    text
}

fn values(field: &str, brief: &BriefView, number: &str) -> Vec<String> {
    let value = match field {
        "title" => Some(brief.display_title()),
        "responsibility" => brief.responsibility.clone(),
        "author" => brief.author.clone(),
        "publisher" => brief.publisher.clone(),
        "year" => brief.year.map(|year| year.to_string()),
        "language" => brief.language.clone(),
        "material" => Some(brief.material.as_str().replace('_', " ")),
        "isbn" => return brief.isbns.iter().map(ToString::to_string).collect(),
        "issn" => brief.issn.map(|issn| issn.to_string()),
        "number" => Some(number.to_owned()),
        _ => None,
    };
    value.into_iter().filter(|value| !value.is_empty()).collect()
}

fn line(label: &str, value: &str, out: &mut String) {
    let mut column = label.chars().count() + 1;
    out.push_str(label);
    out.push(':');
    for word in value.split_whitespace() {
        let width = word.chars().count();
        if column + 1 + width > WIDTH && column > 2 {
            out.push_str("\n ");
            column = 1;
        }
        out.push(' ');
        out.push_str(word);
        column += 1 + width;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_labelled_and_broken() {
        let brief = BriefView {
            title: "ord ".repeat(40).trim().to_owned(),
            year: Some(1999),
            ..BriefView::default()
        };
        let text = text(&brief, "DK-761500 1", false);
        assert!(text.starts_with("Title: ord ord"), "{text}");
        assert!(text.ends_with("Year: 1999\nRecord: DK-761500 1\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }
}
