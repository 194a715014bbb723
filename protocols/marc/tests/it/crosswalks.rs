//! What is not MARC, made from MARC.

use crate::shared::read_bytes;
use skranke_core::bib::{Format, Record};
use skranke_marc::crosswalk::{DcRoot, to_marc21, write_dc, write_mods};
use skranke_marc::{Form, WriteForm, write};

fn records(lines: &str) -> Vec<Record> {
    let (good, bad) = read_bytes(lines.as_bytes(), Form::AUTO);
    assert!(bad.is_empty());
    good.into_iter().map(|read| read.record).collect()
}

const NOVEL: &str = "001 00 *a50000001*b761500*c20260102030405*d20250607*fa
004 00 *rn*ae
008 00 *tm*a1999*bdk*ldan
009 00 *aa*gxx
021 00 *e978-87-02-00001-2*cindb.
100 00 *aØrsted*hÅse*4aut
245 00 *aDen ¤lange & gode rejse*croman*e[af] Åse Ørsted*etegninger: Ib
260 00 *aKøbenhavn*bGyldendal*c1999
300 00 *a312 sider
504 00 *aOm en rejse
652 00 *m86*pØrsted
666 00 *srejser*ssøfart*eJylland
$
";

#[test]
fn a_danish_novel_in_dublin_core() {
    let mut out = Vec::new();
    write_dc(&records(NOVEL), DcRoot::Srw, &mut out);
    let text = String::from_utf8(out).unwrap();
    for element in [
        "<dc:title>Den lange &amp; gode rejse</dc:title>",
        "<dc:creator>Åse Ørsted</dc:creator>",
        "<dc:subject>rejser</dc:subject>",
        "<dc:description>Om en rejse</dc:description>",
        "<dc:publisher>Gyldendal</dc:publisher>",
        "<dc:date>1999</dc:date>",
        "<dc:type>Text</dc:type>",
        "<dc:identifier>761500,50000001</dc:identifier>",
        "<dc:language>dan</dc:language>",
    ] {
        assert!(text.contains(element), "{element} in {text}");
    }
    roxmltree::Document::parse(&text).unwrap();
}

#[test]
fn a_danish_novel_in_mods() {
    let mut out = Vec::new();
    write_mods(&records(NOVEL), &mut out);
    let text = String::from_utf8(out).unwrap();
    for element in [
        "<titleInfo><title>Den lange &amp; gode rejse</title><subTitle>roman</subTitle></titleInfo>",
        "<name type=\"personal\"><namePart>Ørsted, Åse</namePart><role><roleTerm type=\"code\">aut</roleTerm></role></name>",
        "<typeOfResource>text</typeOfResource>",
        "<classification authority=\"dk5\">86:Ørsted</classification>",
        "<recordIdentifier>50000001</recordIdentifier>",
    ] {
        assert!(text.contains(element), "{element} in {text}");
    }
    roxmltree::Document::parse(&text).unwrap();
}

#[test]
fn a_danish_novel_as_marc21() {
    let danish = records(NOVEL);
    let record = to_marc21(&danish).unwrap().into_owned();
    assert_eq!(
        (record.format, record.control_number(), record.agency()),
        (Format::Marc21, Some("50000001"), Some("DK-761500"))
    );
    let mut lines = Vec::new();
    write(WriteForm::Mrk, &record, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    for line in [
        "=LDR  00000nam\\a2200000\\a\\4500",
        "=008  250607s1999\\\\\\\\dk\\",
        "=100  1\\$aØrsted, Åse$4aut",
        "=245  14$aDen lange & gode rejse :$broman /$c[af] Åse Ørsted ; tegninger: Ib",
        "=650  \\4$arejser\n",
        "=650  \\4$asøfart\n",
        "=264  \\1$aKøbenhavn :$bGyldendal,$c1999",
    ] {
        assert!(lines.contains(line), "{line} in\n{lines}");
    }
    assert_eq!(record.control("008").map(|text| text.chars().count()), Some(40));
    assert_eq!(record.brief_view().display_title(), danish[0].brief_view().display_title());
}

#[test]
fn a_volume_carries_the_title_of_its_work() {
    let work = records(
        "001 00 *a1*b761500
004 00 *rn*ah
100 00 *aPontoppidan*hHenrik
245 00 *aDe ¤dødes rige
$
001 00 *a2*b761500
004 00 *rn*ab
014 00 *a1
245 00 *g2. bind*aEnslevs død
$
",
    );
    let record = to_marc21(&work).unwrap().into_owned();
    assert_eq!(record.control_number(), Some("2"));
    assert_eq!(record.first("100", 'a'), Some("Pontoppidan, Henrik"));
    assert_eq!(record.first("245", 'a').map(|a| a.trim_end_matches('.')), Some("De dødes rige"));
    let mut out = Vec::new();
    write_dc(&work, DcRoot::Oai, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("<dc:title>De dødes rige. 2. bind. Enslevs død</dc:title>"), "{text}");
    assert!(text.contains("<dc:relation>761500,1</dc:relation>"), "{text}");
}
