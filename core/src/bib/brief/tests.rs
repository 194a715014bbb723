#![allow(clippy::string_slice)] // the literals below are known

use super::*;
use crate::bib::record::{Field, Leader, RecordKind, Subfield, Tag};

fn record(format: Format, leader: &str, lines: &[&str]) -> Record {
    let fields = lines.iter().map(|line| {
        let (tag, rest) = line.split_at(3);
        let tag = Tag::new(tag).unwrap();
        let Some((indicators, subfields)) = rest[1..].split_once('$') else {
            return Field::Control {
                tag,
                value: rest[1..].to_owned(),
            };
        };
        let indicators: Vec<char> = indicators.chars().collect();
        let subfields = subfields.split('$').map(|subfield| {
            let code = subfield.chars().next().unwrap();
            Subfield {
                code,
                value: subfield[code.len_utf8()..].to_owned(),
            }
        });
        Field::Data {
            tag,
            indicators: [indicators[0], indicators[1]],
            subfields: subfields.collect(),
        }
    });
    let leader = Leader::repaired(leader.as_bytes()).0;
    Record {
        format,
        kind: RecordKind::Bib,
        leader,
        fields: fields.collect(),
    }
}

#[test]
fn marc21_loses_its_punctuation() {
    let view = record(
        Format::Marc21,
        "00000nam a2200000 i 4500",
        &[
            "008 180830t20142013xx      o     ||||0 eng d",
            "020   $a0132454289 (pbk.)",
            "020   $a9780132454285",
            "100 1 $aYang, Jwing-Ming,$d1946-",
            "245 14$aThe Tai Chi Chin Na :$bthe seizing art /$cYang, J.-M.",
            "264  1$aRoslindale, MA :$bYMAA,$c2014.",
        ],
    )
    .brief_view();
    assert_eq!(view.title, "The Tai Chi Chin Na");
    assert_eq!(view.filing_title, "Tai Chi Chin Na");
    assert_eq!(view.remainder.as_deref(), Some("the seizing art"));
    assert_eq!(view.responsibility.as_deref(), Some("Yang, J.-M."));
    assert_eq!(view.author.as_deref(), Some("Yang, Jwing-Ming"));
    assert_eq!(view.publisher.as_deref(), Some("YMAA"));
    assert_eq!((view.year, view.language.as_deref()), (Some(2014), Some("eng")));
    assert_eq!(view.material, MaterialType::EBook);
    assert_eq!(view.isbns.len(), 1);
    assert_eq!(view.display_title(), "The Tai Chi Chin Na : the seizing art");
}

#[test]
fn danmarc2_shows_no_filing_mark() {
    let view = record(
        Format::Danmarc2,
        "00000n    2200000   4500",
        &[
            "008 00$tm$a2017$bdk$ldan",
            "009 00$aa$gxx",
            "021 00$e9788711782705",
            "100 00$aNedergaard$hPaul",
            "245 00$aEn ¤historie om to kvinder$cen roman$eaf Lo",
            "260 00$aKøbenhavn$bSaga$c2018",
        ],
    )
    .brief_view();
    assert_eq!(view.title, "En historie om to kvinder");
    assert_eq!(view.filing_title, "historie om to kvinder");
    assert_eq!(view.author.as_deref(), Some("Nedergaard, Paul"));
    assert_eq!(view.year, Some(2017));
    assert_eq!(view.material, MaterialType::Book);
    assert_eq!(view.isbns[0].as_str(), "9788711782705");
    assert_eq!(view.display_title(), "En historie om to kvinder : en roman");
}

#[test]
fn unimarc_reads_its_own_fields() {
    let view = record(
        Format::Unimarc,
        "00000nam  2200000   450 ",
        &[
            "010   $a978-88-7803-001-5",
            "100   $a19770101d1976    m  y0itay50      ba",
            "101   $aita",
            "200 1 $a\u{98}La \u{9C}storia$eromanzo$fElsa Morante",
            "210   $aTorino$cEinaudi$d1974",
            "700  1$aMorante$bElsa",
        ],
    )
    .brief_view();
    assert_eq!(view.title, "La storia");
    assert_eq!(view.filing_title, "storia");
    assert_eq!(view.author.as_deref(), Some("Morante, Elsa"));
    assert_eq!((view.year, view.language.as_deref()), (Some(1976), Some("ita")));
    assert_eq!(view.material, MaterialType::Book);
}

#[test]
fn a_full_stop_that_belongs_to_a_word_stays() {
    for (text, shown) in [
        ("Digte.", "Digte"),
        ("Acme Inc.", "Acme Inc."),
        ("Jensen, J. V.", "Jensen, J. V."),
        ("Og så ...", "Og så ..."),
        ("Title ; /", "Title"),
        ("/", "/"),
    ] {
        assert_eq!(display(text), shown);
    }
}

#[test]
fn a_record_without_anything_has_an_empty_view() {
    let view = record(Format::Marc21, "", &[]).brief_view();
    assert_eq!(view, BriefView::default());
    assert_eq!(view.display_title(), "");
}
