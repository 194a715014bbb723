//! The index as of one moment: segments with the columns that every search reads.

use super::docs::Docs;
use super::error::Error;
use super::schema::{AGENCY, BIB, COPIES, Fields, NAME, NUMBER};
use skranke_core::agency::AgencyId;
use skranke_core::ids::{BibId, ControlNumber};
use std::cmp::Ordering;
use std::sync::Arc;
use tantivy::columnar::{BytesColumn, Column, ColumnValues};
use tantivy::index::SegmentId;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Searcher, SegmentReader, Term};

/// The index as of one moment. Its documents keep their numbers as long as it lives.
pub(crate) struct Snapshot {
    /// The last row of the change feed that is in it.
    pub(crate) applied: i64,
    pub(crate) segments: Vec<Segment>,
    /// Keeps the files from going away.
    _searcher: Searcher,
}

/// A segment. Its documents stand in the order of agency and control number.
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    pub(crate) id: SegmentId,
    bibs: Arc<dyn ColumnValues<i64>>,
    numbers: Arc<dyn ColumnValues<u64>>,
    copies: Arc<dyn ColumnValues<u64>>,
    agencies: Column<u64>,
    /// From an agency's place in this segment's dictionary to its place in that of all segments.
    agency_places: Vec<u32>,
    names: BytesColumn,
}

/// Where a document files, nearly: agency, then the first characters of the control number. Equal keys are told apart by the whole name.
type FilingKey = (u32, u64);

impl Snapshot {
    pub(crate) fn new(searcher: Searcher, applied: i64) -> Result<Self, Error> {
        let mut dictionaries = Vec::new();
        for reader in searcher.segment_readers() {
            let mut agencies = Vec::new();
            if let Some(column) = reader.fast_fields().bytes(AGENCY)? {
                let mut stream = column.dictionary().stream()?;
                while stream.advance() {
                    agencies.push(stream.key().to_vec());
                }
            }
            dictionaries.push(agencies);
        }
        let mut all: Vec<&Vec<u8>> = dictionaries.iter().flatten().collect();
        all.sort_unstable();
        all.dedup();
        let segments = searcher.segment_readers().iter().zip(&dictionaries).map(|(reader, agencies)| {
            let places = agencies
                .iter()
                .map(|agency| u32::try_from(all.partition_point(|other| *other < agency)).unwrap_or(u32::MAX));
            Segment::new(reader.clone(), places.collect())
        });
        Ok(Self {
            applied,
            segments: segments.collect::<Result<_, Error>>()?,
            _searcher: searcher,
        })
    }

    /// Which of two documents files first.
    pub(crate) fn compare(&self, left: (usize, DocId), right: (usize, DocId)) -> Ordering {
        if left.0 == right.0 {
            return left.1.cmp(&right.1);
        }
        let (Some(a), Some(b)) = (self.segments.get(left.0), self.segments.get(right.0)) else {
            return left.0.cmp(&right.0);
        };
        let order = a.filing_key(left.1).cmp(&b.filing_key(right.1));
        order.then_with(|| a.name(left.1).cmp(&b.name(right.1)))
    }

    /// Records that can be found.
    pub(crate) fn records(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.reader.num_docs())).sum()
    }

    /// The documents of a term that are alive, by segment.
    fn term(&self, field: Field, term: &[u8]) -> Result<Vec<(usize, DocId)>, Error> {
        let mut found = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let inverted = segment.reader.inverted_index(field)?;
            let Some(info) = inverted.terms().get(term)? else { continue };
            let mut postings = inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                let alive = postings.docs().iter().filter(|doc| !segment.reader.is_deleted(**doc));
                found.extend(alive.map(|doc| (at, *doc)));
                postings.advance();
            }
        }
        Ok(found)
    }

    /// A record's document.
    pub(crate) fn document(&self, fields: &Fields, bib: BibId) -> Result<Option<(usize, DocId)>, Error> {
        let term = Term::from_field_i64(fields.bib, bib.0);
        Ok(self.term(fields.bib, term.serialized_value_bytes())?.first().copied())
    }

    /// Whether any record is part of a work in several volumes.
    pub(crate) fn has_parts(&self, fields: &Fields) -> Result<bool, Error> {
        for segment in &self.segments {
            if segment.reader.inverted_index(fields.above)?.terms().num_terms() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The records into which one of this number is merged, or would be. Any agency's: a volume stands below its own agency's
    /// record of the number, or the only one that there is.
    pub(crate) fn below(&self, fields: &Fields, number: &ControlNumber) -> Result<Vec<BibId>, Error> {
        let documents = self.term(fields.above, number.as_str().as_bytes())?;
        Ok(documents.into_iter().filter_map(|(segment, doc)| self.bib(segment, doc)).collect())
    }

    /// The digest of a record's copies as they are indexed; none where the record is not.
    pub(crate) fn copies_digest(&self, fields: &Fields, bib: BibId) -> Result<Option<u64>, Error> {
        let Some((segment, doc)) = self.document(fields, bib)? else {
            return Ok(None);
        };
        Ok(self.segments.get(segment).map(|segment| segment.copies.get_val(doc)))
    }

    /// The record of a document.
    pub(crate) fn bib(&self, segment: usize, doc: DocId) -> Option<BibId> {
        self.segments.get(segment).map(|segment| segment.bib(doc))
    }
}

impl Segment {
    fn new(reader: SegmentReader, agency_places: Vec<u32>) -> Result<Self, Error> {
        let fast = reader.fast_fields();
        let empty = || BytesColumn::empty(reader.max_doc());
        let names = fast.bytes(NAME)?.unwrap_or_else(empty);
        let agencies = fast.bytes(AGENCY)?.unwrap_or_else(empty).ords().clone();
        Ok(Self {
            bibs: fast.column_first_or_default::<i64>(BIB)?,
            numbers: fast.column_first_or_default::<u64>(NUMBER)?,
            copies: fast.column_first_or_default::<u64>(COPIES)?,
            id: reader.segment_id(),
            agencies,
            agency_places,
            names,
            reader,
        })
    }

    pub(crate) fn max_doc(&self) -> DocId {
        self.reader.max_doc()
    }

    pub(crate) fn bib(&self, doc: DocId) -> BibId {
        BibId(self.bibs.get_val(doc))
    }

    /// Those that have not been replaced or deleted.
    pub(crate) fn alive(&self, docs: Docs) -> Docs {
        match self.reader.alive_bitset() {
            None => docs,
            Some(alive) => docs.retain(|doc| alive.is_alive(doc)),
        }
    }

    fn filing_key(&self, doc: DocId) -> FilingKey {
        let agency = self.agencies.first(doc).and_then(|ord| usize::try_from(ord).ok());
        let place = agency.and_then(|ord| self.agency_places.get(ord)).copied();
        (place.unwrap_or(0), self.numbers.get_val(doc))
    }

    fn name(&self, doc: DocId) -> Vec<u8> {
        let mut name = Vec::new();
        if let Some(ord) = self.names.ords().first(doc) {
            // A name that cannot be read files first among its equals.
            let _ = self.names.ord_to_bytes(ord, &mut name);
        }
        name
    }
}

/// A record's name as one term; it orders as agency and control number do.
pub(crate) fn record_name(agency: &AgencyId, number: &ControlNumber) -> Vec<u8> {
    [agency.as_str().as_bytes(), &[0], number.as_str().as_bytes()].concat()
}

/// The start of a control number as a number that orders alike: ten characters, base 67. What comes after a character
/// that is neither letter nor digit does not count.
pub(crate) fn number_key(control_number: &str) -> u64 {
    let mut bytes = control_number.bytes();
    let mut exact = true;
    (0..10).fold(0, |key, _| {
        let digit = match bytes.next().filter(|_| exact) {
            None => 0,
            Some(byte @ b'0'..=b'9') => 2 + u64::from(byte - b'0'),
            Some(byte @ b'A'..=b'Z') => 13 + u64::from(byte - b'A'),
            Some(byte @ b'a'..=b'z') => 40 + u64::from(byte - b'a'),
            Some(other) => {
                exact = false;
                match other {
                    0..b'0' => 1,
                    b':'..b'A' => 12,
                    b'['..b'a' => 39,
                    _ => 66,
                }
            }
        };
        key * 67 + digit
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn keys_order_as_numbers_do(left in "[ -~æø]{0,13}", right in "[ -~æø]{0,13}") {
            let (a, b) = (number_key(&left), number_key(&right));
            prop_assert!(a == b || a.cmp(&b) == left.cmp(&right), "{left:?} {right:?}");
        }
    }

    #[test]
    fn ten_characters_count() {
        assert!(number_key("1234567890") > number_key("123456789"));
        assert!(number_key("0000000009") < number_key("0000000010"));
        assert_eq!(number_key("12345678901"), number_key("12345678902"));
    }
}
