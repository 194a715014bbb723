//! Documents of one segment as a compact ascending set: a list where they are few, bits where they are many.

use tantivy::DocId;

/// Words of bits between two entries of the table of ranks.
const RANKED: usize = 8;
const WORD: u32 = u64::BITS;

/// A set of documents, ascending.
#[derive(Debug, Clone)]
pub(crate) enum Docs {
    /// Few: four bytes each.
    List(Vec<DocId>),
    /// Many: a bit for each document of the segment.
    Bits(Bits),
}

/// A bit for each document of a segment, with how many there are.
#[derive(Debug, Clone)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: u32,
    /// Set bits before every [`RANKED`]th word; empty until [`Docs::seal`].
    ranks: Vec<u32>,
}

impl Bits {
    pub(crate) fn none(max_doc: DocId) -> Self {
        let words = usize::try_from(max_doc.div_ceil(WORD)).unwrap_or(0);
        Self {
            words: vec![0; words],
            len: 0,
            ranks: Vec::new(),
        }
    }

    pub(crate) fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut((doc / WORD) as usize) {
            let bit = 1 << (doc % WORD);
            self.len += u32::from(*word & bit == 0);
            *word |= bit;
        }
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        self.words
            .get((doc / WORD) as usize)
            .is_some_and(|word| word & (1 << (doc % WORD)) != 0)
    }

    fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        self.words.iter().zip((0..).step_by(WORD as usize)).flat_map(|(&word, base)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    base + bit
                })
            })
        })
    }

    fn recount(&mut self) {
        self.len = self.words.iter().map(|word| word.count_ones()).sum();
    }

    /// The document at a place, counted from 0; needs the table of ranks.
    fn nth(&self, place: u32) -> Option<DocId> {
        if place >= self.len {
            return None;
        }
        let group = self.ranks.partition_point(|&before| before <= place).checked_sub(1)?;
        let mut rest = place - self.ranks.get(group)?;
        let first = group * RANKED;
        for (word, at) in self.words.iter().skip(first).zip(first..) {
            let ones = word.count_ones();
            if rest < ones {
                let mut word = *word;
                for _ in 0..rest {
                    word &= word - 1;
                }
                return Some(u32::try_from(at).ok()? * WORD + word.trailing_zeros());
            }
            rest -= ones;
        }
        None
    }
}

impl Docs {
    pub(crate) fn none() -> Self {
        Self::List(Vec::new())
    }

    /// Every document of a segment.
    pub(crate) fn all(max_doc: DocId) -> Self {
        let mut bits = Bits::none(max_doc);
        for (word, base) in bits.words.iter_mut().zip((0..max_doc).step_by(WORD as usize)) {
            let here = (max_doc - base).min(WORD);
            *word = if here == WORD { u64::MAX } else { (1 << here) - 1 };
        }
        bits.len = max_doc;
        Self::Bits(bits)
    }

    /// Whether bits take less room than a list of so many.
    pub(crate) fn is_many(count: u64, max_doc: DocId) -> bool {
        count > u64::from(max_doc / WORD * 2)
    }

    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::List(list) => u32::try_from(list.len()).unwrap_or(u32::MAX),
            Self::Bits(bits) => bits.len,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        match self {
            Self::List(list) => list.binary_search(&doc).is_ok(),
            Self::Bits(bits) => bits.contains(doc),
        }
    }

    pub(crate) fn for_each(&self, mut each: impl FnMut(DocId)) {
        match self {
            Self::List(list) => list.iter().for_each(|&doc| each(doc)),
            Self::Bits(bits) => bits.iter().for_each(each),
        }
    }

    /// All of them as a list.
    #[cfg(test)]
    fn to_list(&self) -> Vec<DocId> {
        match self {
            Self::List(list) => list.clone(),
            Self::Bits(bits) => bits.iter().collect(),
        }
    }

    /// Those that pass.
    #[must_use]
    pub(crate) fn retain(self, mut keep: impl FnMut(DocId) -> bool) -> Self {
        match self {
            Self::List(mut list) => {
                list.retain(|&doc| keep(doc));
                Self::List(list)
            }
            Self::Bits(mut bits) => {
                for (word, base) in bits.words.iter_mut().zip((0..).step_by(WORD as usize)) {
                    let mut rest = *word;
                    while rest != 0 {
                        let bit = rest.trailing_zeros();
                        rest &= rest - 1;
                        if !keep(base + bit) {
                            *word &= !(1 << bit);
                        }
                    }
                }
                bits.recount();
                Self::Bits(bits)
            }
        }
    }

    #[must_use]
    pub(crate) fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Bits(mut bits), Self::Bits(more)) => {
                for (word, other) in bits.words.iter_mut().zip(&more.words) {
                    *word &= other;
                }
                bits.recount();
                Self::Bits(bits)
            }
            (Self::Bits(bits), Self::List(list)) => Self::List(list.iter().copied().filter(|&doc| bits.contains(doc)).collect()),
            (list, Self::Bits(bits)) => list.retain(|doc| bits.contains(doc)),
            (Self::List(list), Self::List(more)) => Self::List(intersection(&list, more)),
        }
    }

    #[must_use]
    pub(crate) fn or(self, other: Self, max_doc: DocId) -> Self {
        match (self, other) {
            (Self::Bits(mut bits), Self::Bits(more)) => {
                for (word, other) in bits.words.iter_mut().zip(&more.words) {
                    *word |= other;
                }
                bits.recount();
                Self::Bits(bits)
            }
            (Self::Bits(mut bits), Self::List(list)) | (Self::List(list), Self::Bits(mut bits)) => {
                list.into_iter().for_each(|doc| bits.insert(doc));
                Self::Bits(bits)
            }
            (Self::List(list), Self::List(more)) => {
                let mut union = Union::new(list.len() as u64 + more.len() as u64, max_doc);
                union.extend(&list);
                union.extend(&more);
                union.finish()
            }
        }
    }

    #[must_use]
    pub(crate) fn without(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Bits(mut bits), Self::Bits(more)) => {
                for (word, other) in bits.words.iter_mut().zip(&more.words) {
                    *word &= !other;
                }
                bits.recount();
                Self::Bits(bits)
            }
            (Self::Bits(mut bits), Self::List(list)) => {
                for &doc in list {
                    if let Some(word) = bits.words.get_mut((doc / WORD) as usize) {
                        *word &= !(1 << (doc % WORD));
                    }
                }
                bits.recount();
                Self::Bits(bits)
            }
            (list, other) => list.retain(|doc| !other.contains(doc)),
        }
    }

    /// As it is kept in a result set: in the form that takes less room, with the table of ranks.
    #[must_use]
    pub(crate) fn seal(self, max_doc: DocId) -> Self {
        match self {
            Self::List(mut list) => {
                list.shrink_to_fit();
                Self::List(list)
            }
            Self::Bits(bits) if !Self::is_many(u64::from(bits.len), max_doc) => Self::List(bits.iter().collect()),
            Self::Bits(mut bits) => {
                let mut before = 0;
                bits.ranks = bits
                    .words
                    .chunks(RANKED)
                    .map(|words| {
                        let here = before;
                        before += words.iter().map(|word| word.count_ones()).sum::<u32>();
                        here
                    })
                    .collect();
                Self::Bits(bits)
            }
        }
    }

    /// The document at a place of a sealed set, counted from 0.
    pub(crate) fn nth(&self, place: u32) -> Option<DocId> {
        match self {
            Self::List(list) => list.get(place as usize).copied(),
            Self::Bits(bits) => bits.nth(place),
        }
    }

    /// Memory it takes, bytes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::List(list) => size_of_val(list.as_slice()),
            Self::Bits(bits) => size_of_val(bits.words.as_slice()) + size_of_val(bits.ranks.as_slice()),
        }
    }
}

fn intersection(left: &[DocId], right: &[DocId]) -> Vec<DocId> {
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    // Steps over the long one in one walk, or leaps where it is much longer.
    if many.len() / 16 > few.len() {
        return few.iter().copied().filter(|doc| many.binary_search(doc).is_ok()).collect();
    }
    let mut many = many.iter().copied().peekable();
    few.iter()
        .copied()
        .filter(|&doc| {
            while many.next_if(|&other| other < doc).is_some() {}
            many.peek() == Some(&doc)
        })
        .collect()
}

/// A union in the making, over parts whose lengths are known beforehand.
pub(crate) enum Union {
    List(Vec<DocId>),
    Bits(Bits),
}

impl Union {
    /// For so many documents at most, repeats counted.
    pub(crate) fn new(count: u64, max_doc: DocId) -> Self {
        if Docs::is_many(count, max_doc) {
            Self::Bits(Bits::none(max_doc))
        } else {
            Self::List(Vec::with_capacity(usize::try_from(count).unwrap_or(0)))
        }
    }

    pub(crate) fn extend(&mut self, docs: &[DocId]) {
        match self {
            Self::List(list) => list.extend_from_slice(docs),
            Self::Bits(bits) => docs.iter().for_each(|&doc| bits.insert(doc)),
        }
    }

    pub(crate) fn finish(self) -> Docs {
        match self {
            Self::List(mut list) => {
                list.sort_unstable();
                list.dedup();
                Docs::List(list)
            }
            Self::Bits(bits) => Docs::Bits(bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const MAX: DocId = 700;

    fn set() -> impl Strategy<Value = (BTreeSet<DocId>, bool)> {
        let few = prop::collection::btree_set(0..MAX, 0..12);
        let many = prop::collection::btree_set(0..MAX, 0..600);
        (prop_oneof![few, many], any::<bool>())
    }

    fn docs((set, as_bits): &(BTreeSet<DocId>, bool)) -> Docs {
        if *as_bits {
            let mut bits = Bits::none(MAX);
            set.iter().for_each(|&doc| bits.insert(doc));
            Docs::Bits(bits)
        } else {
            Docs::List(set.iter().copied().collect())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn operations_are_those_of_sets(left in set(), right in set()) {
            let check = |found: Docs, expected: BTreeSet<DocId>| {
                assert_eq!(found.len() as usize, expected.len());
                assert_eq!(found.to_list(), expected.into_iter().collect::<Vec<_>>());
            };
            let (l, r) = (&left.0, &right.0);
            check(docs(&left).and(&docs(&right)), l & r);
            check(docs(&left).or(docs(&right), MAX), l | r);
            check(docs(&left).without(&docs(&right)), l - r);
            check(docs(&left).retain(|doc| doc % 3 == 0), l.iter().copied().filter(|doc| doc % 3 == 0).collect());
        }

        #[test]
        fn places_are_those_of_a_list(of in set()) {
            let sealed = docs(&of).seal(MAX);
            let list: Vec<DocId> = of.0.iter().copied().collect();
            for (place, &doc) in (0..).zip(&list) {
                prop_assert_eq!(sealed.nth(place), Some(doc));
            }
            prop_assert_eq!(sealed.nth(sealed.len()), None);
            for doc in 0..MAX {
                prop_assert_eq!(sealed.contains(doc), of.0.contains(&doc));
            }
        }
    }

    #[test]
    fn all_is_all() {
        for max in [0, 1, 63, 64, 65, 700] {
            let all = Docs::all(max);
            assert_eq!(all.len(), max);
            assert_eq!(all.to_list(), (0..max).collect::<Vec<_>>());
        }
    }
}
