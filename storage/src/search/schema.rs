//! The fields of the index: a few that every document has, and some for each index of the map.

use super::tokens::WORDS;
use skranke_core::ports::search::List;
use skranke_core::query::{Index, IndexId, IndexMap, Sort};
use std::sync::Arc;
use tantivy::schema::{
    BytesOptions, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

/// The record's number in the store.
pub(crate) const BIB: &str = "bib";
/// Agency and control number: documents stand in this order.
pub(crate) const NAME: &str = "name";
/// The start of the control number, as a number that orders alike.
pub(crate) const NUMBER: &str = "number";
/// The agency.
pub(crate) const AGENCY: &str = "agency";
/// A digest of what is indexed of the copies.
pub(crate) const COPIES: &str = "copies";

/// The fields, by what they are for.
pub(crate) struct Fields {
    pub(crate) map: Arc<IndexMap>,
    /// Of the map that they come from.
    pub(crate) map_hash: String,
    pub(crate) schema: Schema,
    pub(crate) bib: Field,
    pub(crate) name: Field,
    pub(crate) number: Field,
    pub(crate) agency: Field,
    pub(crate) copies: Field,
    /// Agencies in whose databases the record is.
    pub(crate) database: Field,
    /// Control numbers of the records that are merged into this one, or will be when they come.
    pub(crate) above: Field,
    /// Marks heads and sections, which are no hits.
    pub(crate) apart: Field,
    /// By place in the map.
    indexes: Vec<IndexFields>,
}

/// The fields of one index.
#[derive(Debug, Clone, Default)]
pub(crate) struct IndexFields {
    /// Folded words with their places.
    pub(crate) words: Option<Field>,
    /// Whole headings, folded; values of an index that is not text.
    pub(crate) values: Option<Field>,
    /// Words that file otherwise than they fold: as they file and as they are written.
    pub(crate) word_list: Option<Field>,
    /// The same words, folded and as they file.
    pub(crate) words_apart: Option<Field>,
    /// Headings or values as they file and as they are written.
    pub(crate) heading_list: Option<Field>,
    /// Headings that file otherwise than they fold: folded and as they file.
    pub(crate) headings_apart: Option<Field>,
    pub(crate) sort: Option<Field>,
    pub(crate) facet: Option<Field>,
}

/// A browse list: where it is walked along, and where its terms are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BrowseList {
    /// Terms with what orders them and how they are shown.
    pub(crate) listed: Field,
    /// Folded terms.
    pub(crate) counted: Field,
    /// These are walked along, too: most words file as they fold.
    pub(crate) walks_counted: bool,
    /// Terms that file otherwise than they fold: folded and as they file.
    pub(crate) apart: Option<Field>,
}

impl Fields {
    /// The fields that a map asks for.
    pub(crate) fn new(map: Arc<IndexMap>) -> Self {
        let mut schema = Schema::builder();
        let fast_bytes = || BytesOptions::default().set_fast();
        let number = || NumericOptions::default().set_fast();
        let bib = schema.add_i64_field(BIB, number() | INDEXED);
        let name = schema.add_bytes_field(NAME, fast_bytes());
        let number_key = schema.add_u64_field(NUMBER, number());
        let agency = schema.add_bytes_field(AGENCY, fast_bytes());
        let copies = schema.add_u64_field(COPIES, number());
        let database = terms(&mut schema, "database");
        let above = terms(&mut schema, "above");
        let apart = terms(&mut schema, "apart");
        let indexes = map.indexes().map(|index| IndexFields::new(&mut schema, index)).collect();
        Self {
            map_hash: format!("{:016x}", map.fingerprint()),
            map,
            schema: schema.build(),
            bib,
            name,
            number: number_key,
            agency,
            copies,
            database,
            above,
            apart,
            indexes,
        }
    }

    /// The fields of an index; `None` where the number is of another map.
    pub(crate) fn of(&self, index: IndexId) -> Option<&IndexFields> {
        self.indexes.get(usize::from(index.0))
    }

    /// A browse list; `None` where the index offers none.
    pub(crate) fn browse(&self, index: IndexId, list: List) -> Option<BrowseList> {
        let fields = self.of(index)?;
        Some(match list {
            List::Words => BrowseList {
                listed: fields.word_list?,
                counted: fields.words?,
                walks_counted: true,
                apart: fields.words_apart,
            },
            List::Headings => BrowseList {
                listed: fields.heading_list?,
                counted: fields.values?,
                walks_counted: false,
                apart: fields.headings_apart,
            },
        })
    }
}

impl IndexFields {
    fn new(schema: &mut SchemaBuilder, index: &Index) -> Self {
        if !index.stored {
            return Self::default();
        }
        let name = &index.name;
        let words = index.is_text().then(|| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(WORDS)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions);
            schema.add_text_field(&format!("words.{name}"), TextOptions::default().set_indexing_options(indexing))
        });
        let has_values = !index.is_text() || index.headings;
        let values = has_values.then(|| terms(schema, &format!("values.{name}")));
        let lists_words = index.is_text() && index.scan;
        let word_list = lists_words.then(|| terms(schema, &format!("word_list.{name}")));
        let words_apart = lists_words.then(|| terms(schema, &format!("words_apart.{name}")));
        let heading_list = (has_values && index.scan).then(|| terms(schema, &format!("heading_list.{name}")));
        let has_headings_apart = index.is_text() && index.headings && index.scan;
        let headings_apart = has_headings_apart.then(|| terms(schema, &format!("headings_apart.{name}")));
        let mut fast = |what: &str, wanted: bool| {
            let add = || schema.add_bytes_field(&format!("{what}.{name}"), BytesOptions::default().set_fast());
            wanted.then(add)
        };
        Self {
            words,
            values,
            word_list,
            words_apart,
            heading_list,
            headings_apart,
            sort: fast("sort", index.sort != Sort::No),
            facet: fast("facet", index.facet),
        }
    }
}

/// A field of terms as they are, without places.
fn terms(schema: &mut SchemaBuilder, name: &str) -> Field {
    schema.add_bytes_field(name, BytesOptions::default().set_indexed())
}

/// The column that sorts by an index.
pub(crate) fn sort_column(index: &Index) -> String {
    format!("sort.{}", index.name)
}

/// The column that counts the values of an index.
pub(crate) fn facet_column(index: &Index) -> String {
    format!("facet.{}", index.name)
}
