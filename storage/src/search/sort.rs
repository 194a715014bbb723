//! Putting hits in order: by sort keys, ties by agency and control number.

use super::docs::Docs;
use super::error::Error;
use super::schema::{Fields, sort_column};
use super::snapshot::Snapshot;
use skranke_core::ports::search::{Cancel, Missing, NotOffered, SearchError, SortKey};
use skranke_core::query::Sort;
use tantivy::DocId;
use tantivy::columnar::BytesColumn;

/// Different values of a sort key that are held at once at most: a few hundred megabytes.
const MOST_VALUES: usize = 4_000_000;

/// A hit: its segment and its document there.
pub(crate) type Hit = (u16, DocId);

/// A hit's place in one key; hits of equal places stay as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    First,
    Ranked(u32),
    Last,
}

/// All hits in the order of agency and control number.
pub(crate) fn filed(snapshot: &Snapshot, docs: &[Docs]) -> Vec<Hit> {
    let mut hits = Vec::with_capacity(docs.iter().map(|docs| docs.len() as usize).sum());
    let mut runs = 0;
    for (docs, segment) in docs.iter().zip(0_u16..) {
        runs += usize::from(!docs.is_empty());
        docs.for_each(|doc| hits.push((segment, doc)));
    }
    if runs > 1 {
        // The runs are in order already: a stable sort finds and merges them.
        hits.sort_by(|a, b| snapshot.compare((usize::from(a.0), a.1), (usize::from(b.0), b.1)));
    }
    hits
}

/// Sorts hits that stand in the order of agency and control number.
pub(crate) fn sort(
    snapshot: &Snapshot,
    fields: &Fields,
    mut hits: Vec<Hit>,
    keys: &[SortKey],
    cancel: &Cancel,
) -> Result<Vec<Hit>, SearchError> {
    // From the least key to the greatest: a stable sort keeps what the lesser ones did.
    for key in keys.iter().rev() {
        if cancel.is_cancelled() {
            return Err(SearchError::Cancelled);
        }
        let places = places(snapshot, fields, &hits, key)?;
        let mut placed: Vec<(Place, Hit)> = places
            .into_iter()
            .zip(hits)
            .filter_map(|(place, hit)| place.map(|place| (place, hit)))
            .collect();
        placed.sort_by_key(|(place, _)| *place);
        hits = placed.into_iter().map(|(_, hit)| hit).collect();
    }
    Ok(hits)
}

/// The place of each hit; `None` for one that is to be left out.
fn places(snapshot: &Snapshot, fields: &Fields, hits: &[Hit], key: &SortKey) -> Result<Vec<Option<Place>>, SearchError> {
    let Some(index) = fields.map.index(key.index).filter(|index| index.sort != Sort::No) else {
        return Err(SearchError::NotOffered(NotOffered::Sort, key.index));
    };
    let name = sort_column(index);
    let mut columns = Vec::new();
    for segment in &snapshot.segments {
        columns.push(segment.reader.fast_fields().bytes(&name).map_err(Error::from)?);
    }
    let ord_of = |&(segment, doc): &Hit| {
        let column: &BytesColumn = columns.get(usize::from(segment))?.as_ref()?;
        column.ords().first(doc)
    };
    let ords: Vec<Option<u64>> = hits.iter().map(ord_of).collect();
    let default = match &key.missing {
        Missing::Value(value) => Some(super::document::sort_value(index, value).ok_or_else(|| SearchError::BadTerm {
            index: key.index,
            term: value.clone(),
        })?),
        Missing::Fail if ords.iter().any(Option::is_none) => return Err(SearchError::MissingValue),
        _ => None,
    };
    let ranks = Ranks::new(&columns, hits, &ords, default)?;
    let place = |rank: u32| Place::Ranked(if key.descending { u32::MAX - rank } else { rank });
    let missing = match key.missing {
        Missing::Last => Some(Place::Last),
        Missing::First => Some(Place::First),
        Missing::Omit | Missing::Fail => None,
        Missing::Value(_) => Some(place(ranks.default)),
    };
    let placed = hits.iter().zip(&ords).map(|(hit, ord)| match ord {
        Some(ord) => Some(place(ranks.of(hit.0, *ord))),
        None => missing,
    });
    Ok(placed.collect())
}

/// The order of the values that occur, over all segments.
struct Ranks {
    /// By segment: the values' numbers there, ascending, with their ranks; empty where the numbers are the ranks.
    tables: Vec<Vec<(u64, u32)>>,
    default: u32,
}

impl Ranks {
    fn new(columns: &[Option<BytesColumn>], hits: &[Hit], ords: &[Option<u64>], default: Option<Vec<u8>>) -> Result<Self, SearchError> {
        let mut used: Vec<Vec<u64>> = vec![Vec::new(); columns.len()];
        for (hit, ord) in hits.iter().zip(ords) {
            if let (Some(used), Some(ord)) = (used.get_mut(usize::from(hit.0)), ord) {
                used.push(*ord);
            }
        }
        let segments = used.iter().filter(|used| !used.is_empty()).count();
        if segments <= 1 && default.is_none() {
            return Ok(Self {
                tables: Vec::new(),
                default: 0,
            });
        }
        let mut values: Vec<(Vec<u8>, usize, u64)> = Vec::new();
        for ((used, column), segment) in used.iter_mut().zip(columns).zip(0..) {
            used.sort_unstable();
            used.dedup();
            if values.len() + used.len() > MOST_VALUES {
                return Err(SearchError::Resources);
            }
            let Some(column) = column else { continue };
            let mut ords = used.iter();
            let read = column.dictionary().sorted_ords_to_term_cb(used, |value| {
                values.extend(ords.next().map(|ord| (value.to_vec(), segment, *ord)));
            });
            read.map_err(Error::from)?;
        }
        values.sort_unstable();
        let mut tables: Vec<Vec<(u64, u32)>> = used.iter().map(|used| Vec::with_capacity(used.len())).collect();
        // Ranks leave room for the default between two values.
        let (mut rank, mut last): (u32, Option<&[u8]>) = (0, None);
        for (value, segment, ord) in &values {
            if last != Some(value) {
                rank += 2;
                last = Some(value);
            }
            // A segment's numbers ascend with its values.
            if let Some(table) = tables.get_mut(*segment) {
                table.push((*ord, rank));
            }
        }
        let default = default.map_or(0, |default| {
            let mut rank = 1;
            let mut last: Option<&[u8]> = None;
            for (value, ..) in &values {
                if last == Some(value) {
                    continue;
                }
                last = Some(value);
                match value.as_slice().cmp(&default) {
                    std::cmp::Ordering::Less => rank += 2,
                    std::cmp::Ordering::Equal => return rank + 1,
                    std::cmp::Ordering::Greater => break,
                }
            }
            rank
        });
        Ok(Self { tables, default })
    }

    fn of(&self, segment: u16, ord: u64) -> u32 {
        match self.tables.get(usize::from(segment)) {
            Some(table) => {
                let at = table.partition_point(|(known, _)| *known < ord);
                table.get(at).map_or(0, |(_, rank)| *rank)
            }
            None => u32::try_from(ord).unwrap_or(u32::MAX),
        }
    }
}
