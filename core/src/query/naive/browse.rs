//! Browse lists and facets: terms with the number of records that a search for each finds.

use super::Document;
use crate::ports::search::{Facet, FacetWanted, List, NotOffered, Scan, ScannedTerm, SearchError, TermList};
use crate::query::fold;
use crate::query::map::IndexMap;
use crate::query::tree::IndexId;
use crate::query::value::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// A term while it is gathered: by its folded form, since that is what searches tell apart.
#[derive(Default)]
struct Gathered {
    /// How it files: of several forms the first that files apart, else as it folds.
    filing: Option<String>,
    shown: Option<String>,
    browse: bool,
    records: u64,
}

pub(super) fn scan<'d>(map: &IndexMap, documents: impl Iterator<Item = &'d Document>, request: &Scan) -> Result<TermList, SearchError> {
    let not_offered = || SearchError::NotOffered(NotOffered::Scan, request.index);
    let index = map.index(request.index).filter(|index| index.scan).ok_or_else(not_offered)?;
    let words = request.list == List::Words && index.is_text();
    if !words && !index.headings {
        return Err(not_offered());
    }
    let mut terms: BTreeMap<String, Gathered> = BTreeMap::new();
    for document in documents {
        if words {
            gather_words(document, request.index, &mut terms);
        } else {
            gather_headings(document, request.index, &mut terms);
        }
    }
    let mut list: Vec<(String, ScannedTerm)> = terms.into_iter().filter(|(_, term)| term.browse).map(listed).collect();
    list.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.term.cmp(&right.term)));
    let start = start(&list, index.kind, &request.start);
    Ok(cut(&list, start, request))
}

fn gather_words(document: &Document, index: IndexId, terms: &mut BTreeMap<String, Gathered>) {
    let distinct: BTreeSet<&String> = document.fields(index).iter().flatten().collect();
    for word in distinct {
        let term = terms.entry(word.clone()).or_default();
        term.records += 1;
        term.browse = true;
    }
    for word in document.filed(index) {
        terms
            .entry(word.folded.clone())
            .or_default()
            .file(&word.folded, &word.filing, &word.shown);
    }
}

fn gather_headings(document: &Document, index: IndexId, terms: &mut BTreeMap<String, Gathered>) {
    let distinct: BTreeSet<&str> = document.headings(index).iter().map(|heading| heading.folded.as_str()).collect();
    for folded in distinct {
        terms.entry(folded.to_owned()).or_default().records += 1;
    }
    for heading in document.headings(index).iter().filter(|heading| heading.browse) {
        let term = terms.entry(heading.folded.clone()).or_default();
        term.browse = true;
        term.file(&heading.folded, &heading.filing, &heading.shown);
    }
}

impl Gathered {
    fn file(&mut self, folded: &str, filing: &str, shown: &str) {
        let apart = filing != folded;
        let better = match &self.filing {
            None => true,
            Some(known) => apart && (known == folded || filing < known.as_str()),
        };
        if better {
            self.filing = Some(filing.to_owned());
            self.shown = Some(shown.to_owned());
        }
    }
}

fn listed((folded, term): (String, Gathered)) -> (String, ScannedTerm) {
    let filing = term.filing.unwrap_or_else(|| folded.clone());
    let shown = term.shown.unwrap_or_else(|| folded.clone());
    let term = ScannedTerm {
        term: folded,
        shown,
        records: term.records,
    };
    (filing, term)
}

/// The place of the start term or the next after it. A term of the list is found by its folded form, too, wherever it files: so
/// whoever pages from term to term loses none. Else `aa` files as å, but as two letters where only that begins something.
fn start(list: &[(String, ScannedTerm)], kind: Kind, text: &str) -> usize {
    let place = |key: &str| list.partition_point(|(filing, _)| filing.as_str() < key);
    if kind != Kind::Text {
        return place(&kind.value(text).unwrap_or_else(|| kind.piece(text)));
    }
    let folded = fold::words(text);
    if let Some(at) = list.iter().position(|(_, term)| term.term == folded) {
        return at;
    }
    let (as_ring, as_letters) = (fold::filing(text, true), fold::filing(text, false));
    let begins = |key: &str| list.get(place(key)).is_some_and(|(filing, _)| filing.starts_with(key));
    if begins(&as_ring) || !begins(&as_letters) {
        place(&as_ring)
    } else {
        place(&as_letters)
    }
}

fn cut(list: &[(String, ScannedTerm)], start: usize, request: &Scan) -> TermList {
    let step = i64::from(request.step) + 1;
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    let position = i64::from(request.position);
    let mut answer = TermList::default();
    let mut left_out_before = 0;
    let (mut first, mut last) = (None, None);
    for place in 1..=i64::from(request.count) {
        let at = start.saturating_add((place - position).saturating_mul(step));
        match usize::try_from(at).ok() {
            None => left_out_before += 1,
            Some(at) => {
                if let Some((_, term)) = list.get(at) {
                    first = first.or(Some(at));
                    last = Some(at);
                    answer.terms.push(term.clone());
                }
            }
        }
    }
    answer.at_start = first == Some(0);
    answer.at_end = last.is_some_and(|last| last + 1 == list.len());
    let there = usize::try_from(start).is_ok_and(|start| start < list.len());
    answer.position = u32::try_from(position - left_out_before).ok().filter(|_| there);
    answer
}

/// How the hits spread over the values of an index.
pub(super) fn facet(map: &IndexMap, hits: &[&Document], wanted: &FacetWanted) -> Result<Facet, SearchError> {
    let Some(index) = map.index(wanted.index).filter(|index| index.facet) else {
        return Err(SearchError::NotOffered(NotOffered::Facet, wanted.index));
    };
    let mut terms = BTreeMap::new();
    for hit in hits {
        let distinct: BTreeSet<&str> = hit
            .headings(index.id)
            .iter()
            .filter(|entry| entry.browse)
            .map(|entry| entry.folded.as_str())
            .collect();
        for folded in distinct {
            let term: &mut Gathered = terms.entry(folded.to_owned()).or_default();
            term.records += 1;
        }
        for entry in hit.headings(index.id).iter().filter(|entry| entry.browse) {
            terms
                .entry(entry.folded.clone())
                .or_default()
                .file(&entry.folded, &entry.filing, &entry.shown);
        }
    }
    let mut list: Vec<ScannedTerm> = terms.into_iter().map(|term| listed(term).1).collect();
    // They are in the order of their folded forms; a stable sort leaves them so where nothing else tells them apart.
    if !wanted.by_value {
        list.sort_by_key(|term| std::cmp::Reverse(term.records));
    }
    let values = list.into_iter().skip(wanted.start).take(wanted.limit).collect();
    Ok(Facet { index: index.id, values })
}
