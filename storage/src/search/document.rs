//! From a record to its document: what of it can be searched for, browsed, sorted and counted.

use super::gather::Source;
use super::listed::{filed_apart, listed};
use super::schema::{Fields, IndexFields};
use super::snapshot::{number_key, record_name};
use super::tokens::START;
use skranke_core::bib::Record;
use skranke_core::item::{Item, ItemState};
use skranke_core::ports::records::Copies;
use skranke_core::query::extract::{self, Extractor, Heading, Sink};
use skranke_core::query::{Index, IndexId, fold};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tantivy::TantivyDocument;

/// Longer headings are not browsed or matched as a whole: no term of a dictionary may be longer.
const LONGEST: usize = 8_192;

/// Makes documents, one after the other.
pub(crate) struct Maker {
    fields: Arc<Fields>,
    extractor: Extractor,
    /// By index: its words, every field begun by a mark.
    words: Vec<String>,
}

impl Maker {
    pub(crate) fn new(fields: Arc<Fields>) -> Self {
        Self {
            extractor: Extractor::new(Arc::clone(&fields.map)),
            words: vec![String::new(); fields.map.indexes().count()],
            fields,
        }
    }

    /// The document of a record.
    pub(crate) fn document(&mut self, source: &Source) -> TantivyDocument {
        let fields = Arc::clone(&self.fields);
        let mut document = TantivyDocument::with_capacity(4096);
        document.add_i64(fields.bib, source.id.0);
        document.add_bytes(fields.name, &record_name(&source.agency, &source.control_number));
        document.add_u64(fields.number, number_key(source.control_number.as_str()));
        document.add_bytes(fields.agency, source.agency.as_str().as_bytes());
        document.add_u64(fields.copies, copies_digest(&source.copies));
        for above in &source.above {
            document.add_bytes(fields.above, above.control_number.as_str().as_bytes());
        }
        // A head that comes after its volumes must find them.
        if let Some(missing) = source.next_above() {
            document.add_bytes(fields.above, missing.control_number.as_str().as_bytes());
        }
        let above: Vec<&Record> = source.above.iter().map(|above| &*above.record).collect();
        let items: Vec<Item> = source.copies.copies.iter().map(|copy| copy.item.clone()).collect();
        let mut filling = Filling {
            fields: &fields,
            words: &mut self.words,
            document: &mut document,
            counted: Vec::new(),
            term: Vec::new(),
        };
        let entries = extract::Source {
            agency: &source.agency,
            control_number: &source.control_number,
            record: &source.record,
            above: &above,
            items: &items,
        };
        let extracted = self.extractor.extract(entries, &mut filling);
        for (words, index) in self.words.iter_mut().zip(0..) {
            if let Some(field) = fields.of(IndexId(index)).and_then(|index| index.words)
                && !words.is_empty()
            {
                document.add_text(field, &words);
            }
            words.clear();
        }
        for database in &extracted.databases {
            document.add_bytes(fields.database, database.as_str().as_bytes());
        }
        if !extracted.is_hit {
            document.add_bytes(fields.apart, b"1");
        }
        document
    }
}

/// A document being filled.
struct Filling<'f> {
    fields: &'f Fields,
    words: &'f mut [String],
    document: &'f mut TantivyDocument,
    /// Values that are counted already: a record counts once for a value, however often it has it.
    counted: Vec<(IndexId, String)>,
    term: Vec<u8>,
}

impl Filling<'_> {
    fn of(&self, index: IndexId) -> Option<&IndexFields> {
        self.fields.of(index)
    }

    fn count(&mut self, index: IndexId, folded: &str, shown: &str) {
        let Some(facet) = self.of(index).and_then(|fields| fields.facet) else {
            return;
        };
        if self.counted.iter().any(|(known, value)| *known == index && value == folded) {
            return;
        }
        self.counted.push((index, folded.to_owned()));
        listed(folded, shown, &mut self.term);
        self.document.add_bytes(facet, &self.term);
    }
}

impl Sink for Filling<'_> {
    fn words(&mut self, indexes: &[IndexId], folded: &str) {
        for index in indexes {
            let words = self.words.get_mut(usize::from(index.0));
            if let Some(words) = words {
                for part in [START, " ", folded, " "] {
                    words.push_str(part);
                }
            }
        }
    }

    fn filed_word(&mut self, indexes: &[IndexId], word: &fold::FiledWord) {
        for index in indexes {
            let Some(fields) = self.fields.of(*index) else { continue };
            if let (Some(list), Some(apart)) = (fields.word_list, fields.words_apart) {
                listed(&word.filing, &word.shown, &mut self.term);
                self.document.add_bytes(list, &self.term);
                filed_apart(&word.folded, &word.filing, &mut self.term);
                self.document.add_bytes(apart, &self.term);
            }
        }
    }

    fn heading(&mut self, index: IndexId, heading: Heading<'_>) {
        if heading.folded.len() + heading.shown.len() > LONGEST {
            return;
        }
        let Some(fields) = self.fields.of(index) else { return };
        if let Some(values) = fields.values {
            self.document.add_bytes(values, heading.folded.as_bytes());
        }
        if !heading.browse {
            return;
        }
        if let Some(list) = fields.heading_list {
            listed(heading.filing, heading.shown, &mut self.term);
            self.document.add_bytes(list, &self.term);
            if let Some(apart) = fields.headings_apart.filter(|_| heading.filing != heading.folded) {
                filed_apart(heading.folded, heading.filing, &mut self.term);
                self.document.add_bytes(apart, &self.term);
            }
        }
        self.count(index, heading.folded, heading.shown);
    }

    fn value(&mut self, index: IndexId, value: &str, shown: &str) {
        if value.len() + shown.len() > LONGEST {
            return;
        }
        let Some(fields) = self.fields.of(index) else { return };
        if let Some(values) = fields.values {
            self.document.add_bytes(values, value.as_bytes());
        }
        if let Some(list) = fields.heading_list {
            listed(value, shown, &mut self.term);
            self.document.add_bytes(list, &self.term);
        }
        self.count(index, value, shown);
    }

    fn sort_key(&mut self, index: IndexId, key: &str) {
        if let Some(sort) = self.of(index).and_then(|fields| fields.sort) {
            self.document.add_bytes(sort, key.as_bytes());
        }
    }
}

/// A digest of what is indexed of a record's copies. It is the same as long as no copy comes, goes or moves.
pub(crate) fn copies_digest(copies: &Copies) -> u64 {
    let mut hasher = DefaultHasher::new();
    for copy in &copies.copies {
        let item = &copy.item;
        (item.state == ItemState::Withdrawn).hash(&mut hasher);
        (item.id.0, item.agency.as_str(), &item.barcode.0, &item.call_number, &item.issue).hash(&mut hasher);
        let placement = &item.placement;
        (&placement.branch.0, &placement.department, &placement.location).hash(&mut hasher);
        (&placement.sublocation, &placement.section, &item.material_group.0).hash(&mut hasher);
        item.loan_restriction.map(|restriction| restriction.code()).hash(&mut hasher);
    }
    hasher.finish()
}

/// A value as the column of a sort key holds it.
pub(crate) fn sort_value(index: &Index, value: &str) -> Option<Vec<u8>> {
    let value = if index.is_text() {
        fold::filing(value, true)
    } else {
        index.kind.value(value)?
    };
    Some(value.into_bytes())
}
