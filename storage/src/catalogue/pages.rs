//! Reading the catalogue page by page, and what import, export and indexing ask beside it.

use crate::dialect::{Sql, sql};
use crate::engine::{Arg, Connection};
use crate::error::Error;
use crate::records;
use crate::rows::Rows;
use skranke_core::agency::AgencyId;
use skranke_core::ids::{BibId, CardNumber};
use skranke_core::ports::catalogue::{BibPage, Bucket, Counts, StoredBib};
use skranke_core::secret::KeyedHash;
use skranke_core::time::Date;
use std::collections::{BTreeSet, HashMap};

static PAGE: Sql = sql!(
    "SELECT ",
    bib_columns,
    " FROM bib b WHERE b.id > $1 AND (b.deleted = 0 OR $2 = 1) ORDER BY b.id LIMIT $3"
);
static PAGE_OF_AGENCY: Sql = sql!(
    "SELECT ",
    bib_columns,
    " FROM bib b WHERE b.agency = $4 AND b.id > $1 AND (b.deleted = 0 OR $2 = 1) ORDER BY b.id LIMIT $3"
);
static BIB: Sql = sql!("SELECT ", bib_columns, " FROM bib b WHERE b.id = $1");
static BIBS: Sql = sql!(
    "SELECT ",
    bib_columns,
    " FROM ",
    rows,
    join,
    "bib b ON b.id = CAST(k.value->>0 AS bigint)"
);
static DIGESTS: Sql = sql!(
    "SELECT c.number, p.digest FROM ",
    rows,
    join,
    "card c ON c.number = k.value->>1 AND c.agency = k.value->>0",
    join,
    "patron p ON p.id = c.patron"
);
static MISSING_GUARDIANS: Sql = sql!(
    "SELECT (SELECT c.number FROM card c WHERE c.patron = p.id ORDER BY c.position LIMIT 1), p.guardian_card FROM patron p ",
    "WHERE p.guardian IS NULL AND p.guardian_card IS NOT NULL ORDER BY p.guardian_card, p.agency LIMIT $1"
);
/// Agencies by leaping from one to the next in an index, however many rows each has.
static BIB_AGENCIES: Sql = sql!(
    "WITH RECURSIVE leap(agency) AS (SELECT min(agency) FROM bib UNION ALL ",
    "SELECT (SELECT min(b.agency) FROM bib b WHERE b.agency > leap.agency) FROM leap WHERE leap.agency IS NOT NULL) ",
    "SELECT agency FROM leap WHERE agency IS NOT NULL"
);
static ITEM_AGENCIES: Sql = sql!(
    "WITH RECURSIVE leap(agency) AS (SELECT min(agency) FROM item UNION ALL ",
    "SELECT (SELECT min(i.agency) FROM item i WHERE i.agency > leap.agency) FROM leap WHERE leap.agency IS NOT NULL) ",
    "SELECT agency FROM leap WHERE agency IS NOT NULL"
);
static PATRON_AGENCIES: Sql = sql!(
    "WITH RECURSIVE leap(agency) AS (SELECT min(agency) FROM patron UNION ALL ",
    "SELECT (SELECT min(p.agency) FROM patron p WHERE p.agency > leap.agency) FROM leap WHERE leap.agency IS NOT NULL) ",
    "SELECT agency FROM leap WHERE agency IS NOT NULL"
);
static COUNTS: Sql = sql!(
    "SELECT (SELECT count(*) FROM bib WHERE deleted = 0 AND kind = 'bib'), (SELECT count(*) FROM item), ",
    "(SELECT count(*) FROM patron), (SELECT count(*) FROM loan WHERE closed IS NULL), (SELECT count(*) FROM hold)"
);

/// The order of the primary key, so that a page begins where the last one ended.
static STATISTICS: Sql = sql!(
    "SELECT day, agency, branch, kind, department, material_group, material, form, audience, language, category, channel, count ",
    "FROM statistic WHERE (day, agency, branch, kind, department, material_group, material, form, audience, language, category, ",
    "channel) > ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AND day <= $13 ORDER BY day, agency, branch, kind, department, ",
    "material_group, material, form, audience, language, category, channel LIMIT $14"
);

/// A page of records, ascending by number.
pub(crate) async fn page<C: Connection>(connection: &mut C, page: &BibPage) -> Result<Vec<StoredBib>, Error> {
    let mut args = vec![
        page.after.0.into(),
        i64::from(page.with_deleted).into(),
        i64::from(page.limit).into(),
    ];
    let rows = match &page.agency {
        None => connection.query(&PAGE, args).await?,
        Some(agency) => {
            args.push(agency.as_str().into());
            connection.query(&PAGE_OF_AGENCY, args).await?
        }
    };
    rows.into_iter().map(|mut row| records::bib(&mut row)).collect()
}

/// Records by number, in the order asked.
pub(crate) async fn bibs<C: Connection>(connection: &mut C, ids: &[BibId]) -> Result<Vec<Option<StoredBib>>, Error> {
    if let [id] = ids {
        let rows = connection.query(&BIB, vec![id.0.into()]).await?;
        return Ok(vec![rows.into_iter().next().map(|mut row| records::bib(&mut row)).transpose()?]);
    }
    let keys = Rows::of_ids(ids.iter().map(|id| id.0).collect::<BTreeSet<_>>());
    let mut found = HashMap::new();
    for mut row in connection.query(&BIBS, vec![keys.arg()]).await? {
        let bib = records::bib(&mut row)?;
        found.insert(bib.id, bib);
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// Digests under which the patrons of cards were imported, in the order asked.
pub(crate) async fn digests<C: Connection>(
    connection: &mut C,
    agency: &AgencyId,
    cards: &[CardNumber],
) -> Result<Vec<Option<KeyedHash>>, Error> {
    let mut keys = Rows::default();
    for card in cards.iter().collect::<BTreeSet<_>>() {
        keys.row().text(agency.as_str()).text(card.reveal());
    }
    let mut found = HashMap::new();
    for mut row in connection.query(&DIGESTS, vec![keys.arg()]).await? {
        found.insert(row.text()?, row.opt_text()?.map(KeyedHash));
    }
    Ok(cards.iter().map(|card| found.get(card.reveal()).cloned().flatten()).collect())
}

/// Children whose guardian is not there.
pub(crate) async fn missing_guardians<C: Connection>(connection: &mut C, limit: u32) -> Result<Vec<(CardNumber, CardNumber)>, Error> {
    let rows = connection.query(&MISSING_GUARDIANS, vec![i64::from(limit).into()]).await?;
    let mut missing = Vec::with_capacity(rows.len());
    for mut row in rows {
        let child = row.opt_text()?.unwrap_or_default();
        missing.push((CardNumber::new(child), CardNumber::new(row.text()?)));
    }
    Ok(missing)
}

/// Agencies that have anything, ascending.
pub(crate) async fn agencies<C: Connection>(connection: &mut C) -> Result<Vec<AgencyId>, Error> {
    let mut agencies = BTreeSet::new();
    for sql in [&BIB_AGENCIES, &ITEM_AGENCIES, &PATRON_AGENCIES] {
        for mut row in connection.query(sql, Vec::new()).await? {
            agencies.insert(AgencyId::parse(&row.text()?));
        }
    }
    Ok(agencies.into_iter().collect())
}

/// Buckets of the statistics after one, up to and with a day.
pub(crate) async fn statistics<C: Connection>(connection: &mut C, after: &Bucket, to: Date, limit: u32) -> Result<Vec<Bucket>, Error> {
    let texts = [
        &after.day,
        &after.agency,
        &after.branch,
        &after.kind,
        &after.department,
        &after.material_group,
        &after.material,
        &after.form,
        &after.audience,
        &after.language,
        &after.category,
        &after.channel,
    ];
    let mut args: Vec<Arg> = texts.into_iter().map(|text| text.as_str().into()).collect();
    args.extend([Arg::Text(to.to_string()), i64::from(limit).into()]);
    let rows = connection.query(&STATISTICS, args).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Bucket {
                day: row.text()?,
                agency: row.text()?,
                branch: row.text()?,
                kind: row.text()?,
                department: row.text()?,
                material_group: row.text()?,
                material: row.text()?,
                form: row.text()?,
                audience: row.text()?,
                language: row.text()?,
                category: row.text()?,
                channel: row.text()?,
                count: row.int()?,
            })
        })
        .collect()
}

/// How much there is.
pub(crate) async fn counts<C: Connection>(connection: &mut C) -> Result<Counts, Error> {
    let rows = connection.query(&COUNTS, Vec::new()).await?;
    let mut row = rows.into_iter().next().ok_or(Error::Shape("no counts"))?;
    let mut count = || row.int().map(|count| u64::try_from(count).unwrap_or_default());
    Ok(Counts {
        bibs: count()?,
        items: count()?,
        patrons: count()?,
        loans: count()?,
        holds: count()?,
    })
}

/// The statements above that look for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[
    &PAGE,
    &PAGE_OF_AGENCY,
    &BIB,
    &BIBS,
    &DIGESTS,
    &MISSING_GUARDIANS,
    &BIB_AGENCIES,
    &ITEM_AGENCIES,
    &PATRON_AGENCIES,
    &STATISTICS,
];
