//! Folding: the one form in which text is compared, at indexing and at searching alike.
//!
//! Case, diacritics and punctuation fall away; `æ` is `ae`, `ø` is `oe`, `å` is `aa`. Folded text is words with one blank between.
//! The *filing* form is the same but for the letters that Danish sorts apart: æ ø å become `{ | }`, which stand behind z in
//! this order, so filing forms compare as bytes. A word with none of them files as it folds.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// What a pass over a text saw beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// A letter that may file otherwise than it folds: æ ø å ä ö ü, or `aa`.
    pub files_apart: bool,
}

/// What one character is in folded text.
enum Step<'t> {
    /// Belongs to a word: folded, and as it files.
    Letters { folded: &'t str, filing: &'t str },
    /// A word by itself, as in scripts that do not part words.
    Alone(char),
    /// Ends a word.
    Gap,
    /// Nothing at all: a mark on the letter before, an invisible sign.
    Nothing,
}

/// Adds the folded words of `text` to `out`, a blank before them if `out` is not empty.
pub fn push_words(text: &str, out: &mut String) -> Seen {
    let mut seen = Seen::default();
    // A ring or an umlaut that stands apart from its letter must meet it first, and what is a form of other letters be those in their
    // order. Up to U+02FF nothing stands apart.
    if text.chars().any(|c| c >= '\u{300}') && is_nfkc_quick(text.chars()) != IsNormalized::Yes {
        let composed: String = text.nfkc().collect();
        push_composed(&composed, out, &mut seen);
    } else {
        push_composed(text, out, &mut seen);
    }
    seen
}

/// The folded words of a text.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_words(text, &mut out);
    out
}

fn push_composed(text: &str, out: &mut String, seen: &mut Seen) {
    let mut gap = true;
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                part(out, &mut gap);
                let c = c.to_ascii_lowercase();
                seen.files_apart |= c == 'a' && out.ends_with('a');
                out.push(c);
            } else {
                gap = true;
            }
            continue;
        }
        each_step(c, &mut |step| match step {
            Step::Letters { folded, filing } => {
                part(out, &mut gap);
                // An a with an accent stands in for one without.
                seen.files_apart |= folded != filing || (folded == "a" && out.ends_with('a'));
                out.push_str(folded);
            }
            Step::Alone(c) => {
                gap = true;
                part(out, &mut gap);
                out.push(c);
                gap = true;
            }
            Step::Gap => gap = true,
            Step::Nothing => {}
        });
    }
}

/// Puts the blank before a word that begins.
fn part(out: &mut String, gap: &mut bool) {
    if std::mem::take(gap) && !out.is_empty() {
        out.push(' ');
    }
}

/// A word with its filing form and as it was written, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FiledWord {
    /// Folded.
    pub folded: String,
    /// As it files.
    pub filing: String,
    /// As written.
    pub shown: String,
}

/// The words of a text in all three forms. `aa_is_aring` where `aa` stands for `å`: in Danish, Norwegian and Faroese text.
pub fn filed_words(text: &str, aa_is_aring: bool) -> Vec<FiledWord> {
    let mut all = Vec::new();
    let mut word = FiledWord::default();
    // Below the first mark that joins a letter nothing has another form: that is nearly every text.
    if text.chars().all(|c| c < '\u{300}') {
        text.chars().for_each(|c| filed_character(c, aa_is_aring, &mut word, &mut all));
    } else {
        text.nfkc().for_each(|c| filed_character(c, aa_is_aring, &mut word, &mut all));
    }
    close(&mut word, &mut all);
    all
}

fn filed_character(c: char, aa_is_aring: bool, word: &mut FiledWord, all: &mut Vec<FiledWord>) {
    let mut ends = false;
    each_step(c, &mut |step| match step {
        Step::Letters { folded, filing } => {
            word.folded.push_str(folded);
            push_filing(&mut word.filing, filing, aa_is_aring);
        }
        Step::Alone(c) => {
            close(word, all);
            all.push(FiledWord {
                folded: c.into(),
                filing: c.into(),
                shown: c.into(),
            });
            ends = true;
        }
        Step::Gap => {
            close(word, all);
            ends = true;
        }
        Step::Nothing => {}
    });
    if !ends {
        word.shown.extend(c.to_lowercase());
    }
}

fn close(word: &mut FiledWord, all: &mut Vec<FiledWord>) {
    if word.folded.is_empty() {
        word.shown.clear();
    } else {
        all.push(std::mem::take(word));
    }
}

fn push_filing(out: &mut String, filing: &str, aa_is_aring: bool) {
    if aa_is_aring && filing == "a" && out.ends_with('a') {
        out.pop();
        out.push('}');
    } else {
        out.push_str(filing);
    }
}

/// How a heading files: its words' filing forms, one blank between.
pub fn filing(text: &str, aa_is_aring: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for word in filed_words(text, aa_is_aring) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.filing);
    }
    out
}

/// The text without the marks that say where filing begins (`¤`, and the non-sorting marks of MARC-8 and UNIMARC), runs
/// of blanks made one; and where in it filing begins, bytes, if a mark says so.
pub fn without_filing_marks(text: &str) -> (String, Option<usize>) {
    let mut shown = String::with_capacity(text.len());
    let mut filing_from = None;
    for c in text.chars() {
        match c {
            '¤' | '\u{89}' | '\u{9C}' => filing_from = filing_from.or(Some(shown.len())),
            '\u{88}' | '\u{98}' => {}
            c if c.is_whitespace() => {
                if !shown.is_empty() && !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            c => shown.push(c),
        }
    }
    let kept = shown.trim_end().len();
    shown.truncate(kept);
    (shown, filing_from.filter(|&from| 0 < from && from < kept))
}

/// Takes a character apart. Called for the search side too, so that both fold alike.
fn each_step(c: char, step: &mut impl FnMut(Step<'_>)) {
    let mut buffer = [0; 4];
    let letters = |folded, filing| Step::Letters { folded, filing };
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' => {
            let text: &str = c.to_ascii_lowercase().encode_utf8(&mut buffer);
            step(letters(text, text));
        }
        '\0'..='\u{7F}' => step(Step::Gap),
        'æ' | 'Æ' | 'ǽ' | 'Ǽ' | 'ǣ' | 'Ǣ' => step(letters("ae", "{")),
        'ä' | 'Ä' => step(letters("a", "{")),
        'ø' | 'Ø' | 'ǿ' | 'Ǿ' => step(letters("oe", "|")),
        'ö' | 'Ö' | 'ő' | 'Ő' => step(letters("o", "|")),
        'œ' | 'Œ' => step(letters("oe", "|")),
        'å' | 'Å' | 'ǻ' | 'Ǻ' | '\u{212B}' | '\u{A732}' | '\u{A733}' => step(letters("aa", "}")),
        'ü' | 'Ü' | 'ű' | 'Ű' => step(letters("u", "y")),
        'ß' | 'ẞ' => step(letters("ss", "ss")),
        'þ' | 'Þ' => step(letters("th", "th")),
        'ð' | 'Ð' | 'đ' | 'Đ' => step(letters("d", "d")),
        'ł' | 'Ł' => step(letters("l", "l")),
        'ħ' | 'Ħ' => step(letters("h", "h")),
        'ŧ' | 'Ŧ' => step(letters("t", "t")),
        'ı' => step(letters("i", "i")),
        // Signs that stand for nothing in a word: soft hyphen, joiners, ayn and alif of transliteration.
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{2B0}'..='\u{2FF}' => step(Step::Nothing),
        // Ideographs and kana are not parted by blanks: each is a word, and a run of them a phrase.
        '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{20000}'..='\u{2F7FF}'
        | '\u{2FA20}'..='\u{323AF}' => step(Step::Alone(c)),
        // Parts of a syllable that met no partner: apart, or they would meet when what is folded is folded again.
        '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FB}' => step(Step::Alone(c)),
        // A syllable is a letter to whoever reads it; its parts are not.
        '\u{AC00}'..='\u{D7A3}' => {
            let text: &str = c.encode_utf8(&mut buffer);
            step(letters(text, text));
        }
        _ => decompose_compatible(c, |part| {
            if part == c {
                part_of_letter(part, step);
            } else {
                each_step(part, step);
            }
        }),
    }
}

fn part_of_letter(part: char, step: &mut impl FnMut(Step<'_>)) {
    let mut buffer = [0; 4];
    if part.is_ascii_alphanumeric() {
        let text: &str = part.to_ascii_lowercase().encode_utf8(&mut buffer);
        step(Step::Letters {
            folded: text,
            filing: text,
        });
    } else if is_dropped_mark(part) {
        step(Step::Nothing);
    } else if matches!(part, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}') {
        step(Step::Alone(part));
    } else if part.is_alphanumeric() || is_combining_mark(part) {
        for small in part.to_lowercase() {
            let text: &str = small.encode_utf8(&mut buffer);
            step(Step::Letters {
                folded: text,
                filing: text,
            });
        }
    } else {
        step(Step::Gap);
    }
}

/// Marks that people leave out when they search: of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels.
/// In other scripts a mark is a vowel, and part of the word.
fn is_dropped_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'..='\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
    )
}

/// How a text with masks falls into words: see [`super::Pattern::folded_words`].
pub(super) enum Part<'t> {
    Letters(&'t str),
    Gap,
}

/// Feeds the parts of a text, folded, one after the other.
pub(super) fn each_part(text: &str, feed: &mut impl FnMut(Part<'_>)) {
    for c in text.nfkc() {
        each_step(c, &mut |step| match step {
            Step::Letters { folded, .. } => feed(Part::Letters(folded)),
            Step::Alone(c) => {
                let mut buffer = [0; 4];
                feed(Part::Gap);
                feed(Part::Letters(c.encode_utf8(&mut buffer)));
                feed(Part::Gap);
            }
            Step::Gap => feed(Part::Gap),
            Step::Nothing => {}
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_meet() {
        for (text, folded) in [
            ("Kærlighed", "kaerlighed"),
            ("KAERLIGHED", "kaerlighed"),
            ("Smørrebrød", "smoerrebroed"),
            ("Århus, Aarhus", "aarhus aarhus"),
            ("A\u{30A}rhus", "aarhus"),
            ("\u{A732}gaard", "aagaard"),
            ("Café — ébauche", "cafe ebauche"),
            ("cafe\u{301}", "cafe"),
            ("Łódź", "lodz"),
            ("Müller & Sönner", "muller sonner"),
            ("d'Artagnan's", "d artagnan s"),
            ("C++, C# & F", "c c f"),
            ("Ⅷ ﬁn ½", "viii fin 1 2"),
            ("Война и мир", "воина и мир"),
            ("図書館 no", "図 書 館 no"),
            ("한국 어", "한국 어"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("Ko\u{AD}penhagen", "kopenhagen"),
            ("The ¤Beatles", "the beatles"),
            (" - [...]", ""),
        ] {
            assert_eq!(words(text), folded, "{text}");
        }
    }

    #[test]
    fn danish_letters_file_last() {
        let mut names = ["Øst", "Aarhus", "Zoo", "Ærø", "Ål", "Ask", "Aalborg", "Yt", "Übel"];
        names.sort_by_key(|name| filing(name, true));
        assert_eq!(
            names,
            ["Ask", "Übel", "Yt", "Zoo", "Ærø", "Øst", "Ål", "Aalborg", "Aarhus"].map(|name| name)
        );
        assert!(filing("Aachen", false) < filing("Ask", false));
        assert!(filing("\u{A732}kjær", false) > filing("Zoo", false));
    }

    #[test]
    fn a_word_shows_as_it_was_written() {
        let words = filed_words("Blåbær i A\u{30A}rhus", true);
        let forms: Vec<_> = words
            .iter()
            .map(|w| (w.folded.as_str(), w.filing.as_str(), w.shown.as_str()))
            .collect();
        assert_eq!(
            forms,
            [("blaabaer", "bl}b{r", "blåbær"), ("i", "i", "i"), ("aarhus", "}rhus", "århus")]
        );
    }

    #[test]
    fn filing_begins_where_a_mark_says() {
        assert_eq!(without_filing_marks("The  ¤Beatles "), ("The Beatles".into(), Some(4)));
        assert_eq!(without_filing_marks("\u{98}Der \u{9C}Turm"), ("Der Turm".into(), Some(4)));
        assert_eq!(without_filing_marks("¤Turm"), ("Turm".into(), None));
        assert_eq!(without_filing_marks("Turm¤"), ("Turm".into(), None));
    }

    #[test]
    fn what_is_folded_folds_to_itself() {
        for text in ["한글", "㈎", "ㄱㅏ", "\u{1100}\u{301}\u{1161}", "\u{F77}\u{9CD}"] {
            let folded = words(text);
            assert_eq!(words(&folded), folded, "{text}");
        }
        assert_eq!(words("한글"), "한글");
        assert_eq!(words("㈎"), "가");
    }

    #[test]
    fn an_accent_does_not_hide_that_aa_files_as_aring() {
        for text in ["aà", "Aá", "âa"] {
            assert!(push_words(text, &mut String::new()).files_apart, "{text}");
            assert_eq!(filing(text, true), "}", "{text}");
        }
    }

    proptest! {
        #[test]
        fn all_ways_fold_alike(text in "\\PC{0,20}|[a-zæøåäöüÆØÅé '\\-\u{30A}\u{301}]{0,20}") {
            let folded = words(&text);
            let filed: Vec<String> = filed_words(&text, true).into_iter().map(|word| word.folded).collect();
            prop_assert_eq!(&folded, &filed.join(" "));
            prop_assert_eq!(words(&folded), folded.clone());
            let seen = push_words(&text, &mut String::new());
            if !seen.files_apart {
                prop_assert_eq!(filing(&text, true), folded);
            }
        }
    }
}
