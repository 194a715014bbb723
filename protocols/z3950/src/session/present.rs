//! Records out of a result set (digest 6): those of a present request, and those that come with a search. They are fetched some at
//! a time, until all are there or the message is full; with level-1 segmentation a full one goes out and the next is begun.

use super::sets::Hits;
use super::{Pending, Session, Settings, Step, search};
use crate::codec::OctetString;
use crate::gateway::ask::Question;
use crate::gateway::composition::Wanted;
use crate::gateway::holdings::Copies;
use crate::gateway::render::{Style, render};
use crate::message::{
    Apdu, Diagnostic, Dialect, Encoding, External, NamePlusRecord, OtherInformation, PresentRequest, PresentResponse, RecordChoice,
    Records, Segment, oid, options,
};
use skranke_core::desk::catalogue::Title;
use skranke_core::ports::Fault;
use std::collections::VecDeque;

/// Records fetched at once.
const BATCH: u64 = 100;
/// What a record costs beside its own bytes.
const WRAPPING: usize = 40;
/// Bytes of all segments of one answer; what is more is asked for again.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Records on their way.
pub(super) struct Retrieval {
    pub(super) service: Service,
    pub(super) reference_id: Option<OctetString>,
    set: String,
    wanted: Wanted,
    style: Style,
    /// First and number of what is still to be fetched.
    ranges: VecDeque<(u64, u64)>,
    /// Only one record was asked for: it may be larger.
    single: bool,
    /// Place of the record given last, from 1.
    last: u64,
    records: Vec<NamePlusRecord>,
    /// Bytes of `records`.
    size: usize,
    preferred: usize,
    exceptional: usize,
    /// How many segments may still go out before the response.
    segments_left: usize,
    /// What has gone out.
    sent: Vec<u8>,
    returned: u64,
}

/// Which answer the records belong to.
pub(super) enum Service {
    /// The answer to a search.
    Search {
        /// Its hits.
        count: u64,
        /// What is told of it beside them.
        told: Option<OtherInformation>,
    },
    /// The answer to a present request.
    Present,
}

/// Whether a record went in.
enum Room {
    Taken,
    Full,
}

impl Retrieval {
    pub(super) fn new(
        service: Service,
        reference_id: Option<OctetString>,
        set: &str,
        wanted: Wanted,
        range: (u64, u64),
        session: &Session,
    ) -> Self {
        let agreement = session.agreement.as_ref();
        let preferred = agreement.map_or(usize::MAX, |agreement| agreement.preferred_message_size);
        let exceptional = agreement.map_or(usize::MAX, |agreement| agreement.exceptional_record_size);
        let style = Style {
            marc_8: agreement.is_some_and(|agreement| agreement.identity.marc_8),
            records_in: agreement
                .filter(|agreement| agreement.records_in_charset)
                .map(|agreement| agreement.charset),
        };
        Self {
            service,
            reference_id,
            set: set.to_owned(),
            wanted,
            style,
            single: range.1 == 1,
            ranges: VecDeque::from([range]),
            last: 0,
            records: Vec::new(),
            size: 0,
            preferred,
            exceptional,
            segments_left: 0,
            sent: Vec::new(),
            returned: 0,
        }
    }

    /// Puts a record, or what stands in its place, into the answer.
    fn put(&mut self, place: u64, database: &str, rendered: Result<External, Diagnostic>, dialect: Dialect) -> Room {
        let size = |external: &External| match &external.encoding {
            Encoding::Octets(octets) => octets.0.len(),
            Encoding::Single(any) => any.0.len(),
            Encoding::Arbitrary(_) => 8,
        };
        let first = self.returned == 0 && self.records.is_empty();
        let (choice, bytes) = match rendered {
            Err(diagnostic) => (RecordChoice::Surrogate(diagnostic.record(dialect)), 0),
            Ok(external) => {
                let bytes = size(&external);
                let alone = self.single && first;
                if bytes > self.exceptional {
                    (RecordChoice::Surrogate(Diagnostic::plain(17).record(dialect)), 0)
                } else if bytes > self.preferred && !alone {
                    (RecordChoice::Surrogate(Diagnostic::plain(16).record(dialect)), 0)
                } else {
                    (RecordChoice::Retrieval(external), bytes)
                }
            }
        };
        let cost = bytes + WRAPPING;
        if self.size + cost > self.preferred && !self.records.is_empty() {
            if self.segments_left == 0 || self.sent.len() + self.size > MOST_BYTES {
                return Room::Full;
            }
            self.segments_left -= 1;
            self.segment();
        }
        self.size += cost;
        self.records.push(NamePlusRecord {
            name: Some(database.into()),
            record: choice,
        });
        self.last = place;
        Room::Taken
    }

    /// What is there goes out.
    fn segment(&mut self) {
        let records = std::mem::take(&mut self.records);
        self.returned += records.len() as u64;
        self.size = 0;
        Apdu::Segment(Segment {
            reference_id: self.reference_id.clone(),
            number_of_records_returned: records.len() as i64,
            records,
            other_info: None,
        })
        .encode(&mut self.sent);
    }
}

impl Session {
    pub(super) fn present(&mut self, request: PresentRequest, settings: &Settings) -> Step {
        let name = request.result_set.0.text().into_owned();
        let set = match self.sets.take_up(&name) {
            Ok(set) => set,
            Err(diagnostic) => return self.present_failed(request.reference_id, &diagnostic),
        };
        let count = set.hits.len();
        let mut ranges = vec![(request.start, request.number)];
        if let Some(more) = &request.additional_ranges {
            ranges.extend(more.iter().map(|range| (range.start, range.number)));
        }
        let ranges = match checked(&ranges, count) {
            Ok(ranges) => ranges,
            Err(diagnostic) => return self.present_failed(request.reference_id, &diagnostic),
        };
        let explain = matches!(set.hits, Hits::Explain(_));
        let syntax = request
            .preferred_record_syntax
            .as_ref()
            .filter(|syntax| !explain || **syntax != oid::EXPLAIN);
        let wanted = match Wanted::read(request.composition.as_ref(), syntax) {
            Ok(wanted) => wanted,
            Err(diagnostic) => return self.present_failed(request.reference_id, &diagnostic),
        };
        let mut retrieval = Retrieval::new(Service::Present, request.reference_id, &name, wanted, (1, 1), self);
        retrieval.single = matches!(ranges.as_slice(), [(_, 1)]);
        retrieval.ranges = ranges.into();
        if let Some(bytes) = request
            .max_segment_size
            .and_then(|bytes| usize::try_from(bytes).ok())
            .filter(|bytes| *bytes > 0)
        {
            retrieval.preferred = retrieval.preferred.min(bytes);
        }
        if let Some(bytes) = request
            .max_record_size
            .and_then(|bytes| usize::try_from(bytes).ok())
            .filter(|bytes| *bytes > 0)
        {
            retrieval.exceptional = retrieval.exceptional.min(bytes);
        }
        let level_1 = self
            .agreement
            .as_ref()
            .is_some_and(|agreement| agreement.options.has(options::LEVEL_1_SEGMENTATION));
        if level_1 {
            let most = request
                .max_segment_count
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or(usize::MAX);
            retrieval.segments_left = most.saturating_sub(1);
        }
        self.retrieve(retrieval, settings)
    }

    /// Goes on: with the next records, or with the answer.
    pub(super) fn retrieve(&mut self, mut retrieval: Retrieval, _settings: &Settings) -> Step {
        while retrieval.ranges.front().is_some_and(|(_, number)| *number == 0) {
            retrieval.ranges.pop_front();
        }
        let Some(&(start, number)) = retrieval.ranges.front() else {
            return self.retrieved(retrieval, false);
        };
        let hits = match self.sets.take_up(&retrieval.set) {
            Ok(set) => set.hits,
            Err(diagnostic) => return self.retrieval_failed(retrieval, &diagnostic),
        };
        match hits {
            Hits::Catalogue(set) => {
                let count = number.min(BATCH) as usize;
                let ids = set.window(start - 1, count);
                let holdings = retrieval.wanted.needs_holdings();
                self.ask(Pending::Retrieval(Box::new(retrieval)), Question::Titles { ids, holdings })
            }
            Hits::Explain(records) => {
                let first = usize::try_from(start - 1).unwrap_or(usize::MAX);
                let wanted = usize::try_from(number).unwrap_or(usize::MAX);
                for (place, record) in (start..).zip(records.iter().skip(first).take(wanted)) {
                    let external = External::single(oid::EXPLAIN, record);
                    retrieval.put(place, super::explain::DATABASE, Ok(external), self.dialect());
                }
                retrieval.ranges.clear();
                self.retrieved(retrieval, false)
            }
        }
    }

    /// Records have come.
    pub(super) fn titles(
        &mut self,
        mut retrieval: Retrieval,
        titles: Result<Vec<(Option<Title>, Copies)>, Fault>,
        settings: &Settings,
    ) -> Step {
        let titles = match titles {
            Ok(titles) => titles,
            Err(_) => return self.retrieval_failed(retrieval, &Diagnostic::plain(14)),
        };
        let Some((start, number)) = retrieval.ranges.pop_front() else {
            return self.retrieved(retrieval, false);
        };
        let database = self.sets.take_up(&retrieval.set).ok().and_then(|set| set.database);
        let dialect = self.dialect();
        let fetched = titles.len() as u64;
        for (place, (title, copies)) in (start..).zip(&titles) {
            let rendered = match title {
                Some(title) => render(title, copies, &retrieval.wanted, retrieval.style),
                None => Err(Diagnostic::plain(1028)),
            };
            let own = title.as_ref().map(|title| title.agency().as_str());
            let name = database.as_deref().or(own).unwrap_or_default();
            if let Room::Full = retrieval.put(place, name, rendered, dialect) {
                return self.retrieved(retrieval, true);
            }
        }
        // A set cannot have fewer than it says; if it has, there is no more to come.
        if fetched > 0 && number > fetched {
            retrieval.ranges.push_front((start + fetched, number - fetched));
        }
        self.retrieve(retrieval, settings)
    }

    /// The answer, with the records that are not out yet.
    fn retrieved(&mut self, mut retrieval: Retrieval, full: bool) -> Step {
        let records = std::mem::take(&mut retrieval.records);
        let returned = retrieval.returned + records.len() as u64;
        self.exchange.records = usize::try_from(returned).unwrap_or(usize::MAX);
        let count = match (&retrieval.service, self.sets.take_up(&retrieval.set)) {
            (Service::Search { count, .. }, _) => *count,
            (Service::Present, Ok(set)) => set.hits.len(),
            (Service::Present, Err(_)) => 0,
        };
        let next = if retrieval.last >= count { 0 } else { retrieval.last as i64 + 1 };
        let status = if full { 2 } else { 0 };
        let records = (!records.is_empty()).then_some(Records::Responses(records));
        let answer = match retrieval.service {
            Service::Search { count, told } => {
                let mut response = search::success(retrieval.reference_id, count, told);
                response.number_of_records_returned = returned as i64;
                response.next_result_set_position = next;
                response.present_status = Some(status);
                response.records = records;
                Apdu::SearchResponse(response)
            }
            Service::Present => Apdu::PresentResponse(PresentResponse {
                reference_id: retrieval.reference_id,
                number_of_records_returned: returned as i64,
                next_result_set_position: next,
                present_status: status,
                records,
                other_info: None,
            }),
        };
        let mut out = retrieval.sent;
        answer.encode(&mut out);
        Step::Reply(out)
    }

    /// No record comes.
    pub(super) fn retrieval_failed(&mut self, retrieval: Retrieval, diagnostic: &Diagnostic) -> Step {
        match retrieval.service {
            Service::Present => self.present_failed(retrieval.reference_id, diagnostic),
            Service::Search { count, told } => {
                self.refused(diagnostic);
                let mut response = search::success(retrieval.reference_id, count, told);
                response.present_status = Some(5);
                response.records = Some(Records::NonSurrogate(diagnostic.format(self.dialect())));
                self.say(&Apdu::SearchResponse(response))
            }
        }
    }

    fn present_failed(&mut self, reference_id: Option<OctetString>, diagnostic: &Diagnostic) -> Step {
        self.refused(diagnostic);
        self.say(&Apdu::PresentResponse(PresentResponse {
            reference_id,
            number_of_records_returned: 0,
            next_result_set_position: 0,
            present_status: 5,
            records: Some(Records::NonSurrogate(diagnostic.format(self.dialect()))),
            other_info: None,
        }))
    }
}

/// The ranges within a set of so many records.
fn checked(ranges: &[(i64, i64)], count: u64) -> Result<Vec<(u64, u64)>, Diagnostic> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    ranges
        .iter()
        .map(|&(start, number)| {
            let out_of_range = || Diagnostic::new(13, format!("{start}+{number}"));
            let past = start.checked_add(number).ok_or_else(out_of_range)?;
            let nothing_wanted = number == 0 && start >= 1;
            if !nothing_wanted && (start < 1 || number < 0 || past - 1 > count) {
                return Err(out_of_range());
            }
            Ok((start as u64, number as u64))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::composition::Kind;

    #[test]
    fn ranges_lie_within_the_set() {
        assert_eq!(checked(&[(1, 3)], 3), Ok(vec![(1, 3)]));
        assert_eq!(checked(&[(4, 0)], 3), Ok(vec![(4, 0)]));
        for wrong in [(0, 1), (1, 4), (4, 1), (1, -1), (i64::MAX, 2), (0, 0)] {
            assert_eq!(
                checked(&[wrong], 3).map_err(|diagnostic| diagnostic.condition),
                Err(13),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_kind_of_syntax_is_known_by_its_number() {
        assert_eq!(Wanted::read(None, Some(&oid::OPAC)).unwrap().kind, Kind::Opac);
    }
}
