//! Text as people read it: without filing marks and without the punctuation that ends an ISBD area.

use super::table::lines;
use std::collections::HashSet;
use std::sync::LazyLock;

static ABBREVIATIONS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(include_str!("../data/abbreviations.txt")).collect());

/// `¤`, and the non-sorting marks of MARC-8 and UNIMARC in both their forms.
fn is_filing_mark(c: char) -> bool {
    matches!(c, '¤' | '\u{88}' | '\u{89}' | '\u{98}' | '\u{9C}')
}

/// The text without filing marks, runs of blanks made one, ending punctuation off.
pub(super) fn display(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_filing_mark(c)) {
        if !c.is_whitespace() {
            shown.push(c);
        } else if !shown.is_empty() && !shown.ends_with(' ') {
            shown.push(' ');
        }
    }
    let kept = without_ending(&shown).len();
    shown.truncate(kept);
    shown
}

/// The text as it files: what stands before `¤`, between non-sorting marks, or within `skip` characters is left out.
pub(super) fn filing(text: &str, skip: usize) -> String {
    let marked = text.split_once('¤').map(|(_, after)| after).or_else(|| {
        let text = text.trim_start();
        let after = text.strip_prefix(['\u{98}', '\u{88}'])?;
        after.split_once(['\u{9C}', '\u{89}']).map(|(_, after)| after)
    });
    match marked {
        Some(after) => display(after),
        None => {
            let rest: String = text.chars().skip(skip).collect();
            let shown = display(&rest);
            // An indicator that skips everything is a mistake; better the whole title than none.
            if shown.is_empty() { display(text) } else { shown }
        }
    }
}

fn without_ending(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let shorter = match text.strip_suffix(['/', ':', ';', ',', '=']) {
            Some(rest) => rest.trim_end(),
            None => match text.strip_suffix('.') {
                Some(rest) if !rest.ends_with('.') && !ends_in_abbreviation(rest) => rest.trim_end(),
                _ => text,
            },
        };
        // A title may be nothing but punctuation; keep it then.
        if shorter.len() == text.len() || shorter.is_empty() {
            return text;
        }
        text = shorter;
    }
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit([' ', '-', '(']).next().unwrap_or_default();
    let initial = word.rsplit('.').next().is_some_and(|last| last.chars().count() == 1);
    (initial && word.chars().all(|c| c.is_alphabetic() || c == '.')) || ABBREVIATIONS.contains(word.to_lowercase().as_str())
}

/// The first run of exactly four digits that can be a year of publication.
pub(super) fn year(text: &str) -> Option<u16> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .find(|year| (1000..=2999).contains(year))
}

/// A language code of three letters; runs of codes in one string (`engfre`) give the first.
pub(super) fn language(text: &str) -> Option<String> {
    let code: String = text.trim().chars().take(3).collect();
    let said = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let code = code.to_ascii_lowercase();
    (said && !matches!(code.as_str(), "und" | "zxx" | "xxx")).then_some(code)
}
