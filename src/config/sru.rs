//! `[sru]`.

use serde::Deserialize;
use skranke_core::query::cql::Limits;
use skranke_sru::gateway::Settings;
use std::time::Duration;

use crate::sru::Manners;

/// What SRU gives and takes. The section may be left out, and every key of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SruSection {
    /// Records of an answer where `maximumRecords` says nothing.
    pub records: u64,
    /// Most records of an answer; who asks for more gets so many.
    pub max_records: u64,
    /// Terms of a scan where `maximumTerms` says nothing.
    pub terms: u64,
    /// Most terms of a scan.
    pub max_terms: u64,
    /// Longest time for which a result set is kept, seconds.
    pub result_set_seconds: u64,
    /// Most characters of a query.
    pub max_query_characters: usize,
    /// Most parentheses within each other, up to 64: a query is walked as deep as it is.
    pub max_query_depth: usize,
    /// Most search clauses of a query.
    pub max_clauses: usize,
    /// Seconds within which an answer must be ready.
    pub answer_seconds: u64,
    /// Whether parameters that are not UTF-8 are read as ISO 8859-1.
    pub latin1: bool,
    /// Whether `startRecord=0` is taken for 1.
    pub lenient_start: bool,
    /// Web pages of which origin may ask; `*` all, empty none.
    pub allow_origin: String,
    /// Whether a proxy stands before the server, whose X-Forwarded-Host and -Proto say how the client reached it.
    pub behind_proxy: bool,
}

/// Most parentheses within each other.
pub const DEEPEST: usize = 64;

impl Default for SruSection {
    fn default() -> Self {
        let (settings, limits) = (Settings::default(), Limits::default());
        Self {
            records: settings.records,
            max_records: settings.most_records,
            terms: settings.terms,
            max_terms: settings.most_terms,
            result_set_seconds: settings.most_ttl,
            max_query_characters: limits.characters,
            max_query_depth: limits.depth,
            max_clauses: limits.clauses,
            answer_seconds: 20,
            latin1: false,
            lenient_start: false,
            allow_origin: "*".to_owned(),
            behind_proxy: false,
        }
    }
}

impl SruSection {
    /// As the protocol takes them.
    pub fn settings(&self) -> Settings {
        Settings {
            records: self.records.min(self.max_records),
            most_records: self.max_records,
            terms: self.terms.min(self.max_terms),
            most_terms: self.max_terms,
            most_ttl: self.result_set_seconds,
            cql: Limits {
                characters: self.max_query_characters,
                depth: self.max_query_depth.min(DEEPEST),
                clauses: self.max_clauses,
                ..Limits::default()
            },
            latin1: self.latin1,
            lenient_start: self.lenient_start,
            ..Settings::default()
        }
    }

    /// What is HTTP's side of it.
    pub fn manners(&self) -> Manners {
        Manners {
            allow_origin: self.allow_origin.parse().ok().filter(|_| !self.allow_origin.is_empty()),
            behind_proxy: self.behind_proxy,
            patience: Duration::from_secs(self.answer_seconds),
        }
    }
}
