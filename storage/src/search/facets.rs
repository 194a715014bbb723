//! How hits spread over the values of an index.

use super::docs::Docs;
use super::error::Error;
use super::listed::unlisted;
use super::schema::{Fields, facet_column};
use super::snapshot::Snapshot;
use skranke_core::ports::search::{Cancel, Facet, FacetWanted, NotOffered, ScannedTerm, SearchError};
use std::collections::HashMap;

/// Counts one facet over hits by segment.
pub(crate) fn facet(
    snapshot: &Snapshot,
    fields: &Fields,
    docs: &[Docs],
    wanted: &FacetWanted,
    cancel: &Cancel,
) -> Result<Facet, SearchError> {
    let Some(index) = fields.map.index(wanted.index).filter(|index| index.facet) else {
        return Err(SearchError::NotOffered(NotOffered::Facet, wanted.index));
    };
    let name = facet_column(index);
    // By folded form: how many, and how records write it with how many each.
    let mut values: HashMap<String, (u64, Vec<(u64, String)>)> = HashMap::new();
    for (segment, docs) in snapshot.segments.iter().zip(docs) {
        if cancel.is_cancelled() {
            return Err(SearchError::Cancelled);
        }
        let Some(column) = segment.reader.fast_fields().bytes(&name).map_err(Error::from)? else {
            continue;
        };
        let mut counts = vec![0_u64; column.num_terms()];
        docs.for_each(|doc| {
            for ord in column.term_ords(doc) {
                if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
                    *count += 1;
                }
            }
        });
        let found: Vec<(u64, u64)> = (0..).zip(counts).filter(|(_, count)| *count > 0).collect();
        for (ord, count) in found {
            let mut bytes = Vec::new();
            column.ord_to_bytes(ord, &mut bytes).map_err(Error::from)?;
            let (term, as_written) = unlisted(&bytes);
            let (total, forms) = values.entry(String::from_utf8_lossy(term).into_owned()).or_default();
            *total += count;
            match forms.iter_mut().find(|(_, form)| *form == as_written) {
                Some((known, _)) => *known += count,
                None => forms.push((count, as_written.into_owned())),
            }
        }
    }
    let mut terms: Vec<ScannedTerm> = values
        .into_iter()
        .map(|(term, (records, forms))| ScannedTerm {
            term,
            shown: commonest(forms),
            records,
        })
        .collect();
    if wanted.by_value {
        terms.sort_unstable_by(|a, b| a.term.cmp(&b.term));
    } else {
        terms.sort_unstable_by(|a, b| b.records.cmp(&a.records).then_with(|| a.term.cmp(&b.term)));
    }
    Ok(Facet {
        index: wanted.index,
        values: terms.into_iter().skip(wanted.start).take(wanted.limit).collect(),
    })
}

/// The form that most records have; of equals the first by the alphabet.
pub(crate) fn commonest(forms: Vec<(u64, String)>) -> String {
    let best = forms.into_iter().max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    best.map(|(_, form)| form).unwrap_or_default()
}
