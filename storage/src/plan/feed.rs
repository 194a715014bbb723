//! Rows of the change feed on their way in. Numbers are given under the writer's lock.

use crate::codes::Coded;
use crate::engine::Connection;
use crate::error::Error;
use crate::plan::statements::FEED_ADD;
use crate::rows::Rows;
use skranke_core::ports::{Channel, FeedKind, FeedOperation};
use skranke_core::time::Timestamp;
use std::collections::HashSet;

/// Who made a change and when, as the feed tells it.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) at: Timestamp,
    pub(crate) channel: String,
}

impl Origin {
    pub(crate) fn new(channel: &Channel, at: Timestamp) -> Self {
        Self {
            at,
            channel: format!("{}:{}", channel.protocol, channel.actor),
        }
    }
}

/// Entries in the order in which they will be numbered.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    entries: Vec<(FeedKind, i64, FeedOperation, Origin)>,
    /// What the plan being taken in has announced already.
    announced: HashSet<(FeedKind, i64, FeedOperation)>,
}

impl Entries {
    /// From here on another plan speaks: what an earlier one announced may be announced again.
    pub(crate) fn next_plan(&mut self) {
        self.announced.clear();
    }

    pub(crate) fn put(&mut self, kind: FeedKind, id: i64, origin: &Origin) {
        self.add(kind, id, FeedOperation::Put, origin);
    }

    pub(crate) fn add(&mut self, kind: FeedKind, id: i64, operation: FeedOperation, origin: &Origin) {
        if self.announced.insert((kind, id, operation)) {
            self.entries.push((kind, id, operation, origin.clone()));
        }
    }

    /// Writes the entries with the numbers after `sequence`, which moves on.
    pub(crate) async fn write<C: Connection>(&self, connection: &mut C, sequence: &mut i64) -> Result<(), Error> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let mut rows = Rows::default();
        for (kind, id, operation, origin) in &self.entries {
            *sequence += 1;
            rows.row()
                .int(*sequence)
                .text(kind.code())
                .int(*id)
                .text(operation.code())
                .at(origin.at)
                .text(&origin.channel);
        }
        connection.execute(&FEED_ADD, vec![rows.arg()]).await
    }
}
