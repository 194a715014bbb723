//! `skranke export`: records out of the store, deleted ones left out; statistics as CSV.

use super::Format;
use crate::config;
use anyhow::{Context, bail};
use skranke_core::agency::AgencyId;
use skranke_core::bib;
use skranke_core::bib::{Record, RecordKind};
use skranke_core::ids::BibId;
use skranke_core::ports::catalogue::{BibPage, Bucket, Catalogue};
use skranke_core::time::Date;
use skranke_marc::WriteForm;
use skranke_marc::iso2709::{Coding, Overlong};
use skranke_storage::AnyStore;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

/// How many records are read at once.
const PAGE: u32 = 500;
/// How many buckets of the statistics are read at once.
const STATISTICS_PAGE: u32 = 2000;
/// The header line of the statistics.
const COLUMNS: [&str; 13] = [
    "day",
    "agency",
    "branch",
    "kind",
    "department",
    "material_group",
    "material",
    "form",
    "audience",
    "language",
    "category",
    "channel",
    "count",
];

/// Records, all or of one agency.
pub fn bibs(config: &Path, agency: Option<&str>, format: Format, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let loaded = config::load(config)?;
    let form = match format {
        Format::Auto | Format::Marcxml => WriteForm::MarcXml,
        Format::Marcxchange => WriteForm::MarcXchange,
        Format::Marc21 | Format::Danmarc2 | Format::Unimarc => WriteForm::Iso2709(Coding::Utf8, Overlong::Refuse),
    };
    let only = match format {
        Format::Marc21 => Some(bib::Format::Marc21),
        Format::Danmarc2 => Some(bib::Format::Danmarc2),
        Format::Unimarc => Some(bib::Format::Unimarc),
        Format::Auto | Format::Marcxml | Format::Marcxchange => None,
    };
    super::runtime()?.block_on(async {
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .context("the store cannot be opened")?;
        let output = output(path)?;
        let (written, left_out) = write_all(&store, agency.map(AgencyId::parse), form, only, output).await?;
        eprintln!("{written} records written, {left_out} left out");
        Ok(if left_out == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
    })
}

/// What was counted from `from` to `to`, both days included: a line for each bucket, a header line first.
pub fn statistics(config: &Path, from: Date, to: Date, path: Option<&Path>) -> anyhow::Result<ExitCode> {
    let loaded = config::load(config)?;
    super::runtime()?.block_on(async {
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .context("the store cannot be opened")?;
        let written = write_statistics(&store, from, to, output(path)?).await?;
        eprintln!("{written} lines written");
        Ok(ExitCode::SUCCESS)
    })
}

async fn write_statistics(store: &AnyStore, from: Date, to: Date, output: Box<dyn Write>) -> anyhow::Result<u64> {
    let mut output = csv::Writer::from_writer(output);
    output.write_record(COLUMNS)?;
    let mut written = 0;
    // Every bucket of the first day comes after one that names nothing but the day.
    let mut after = Bucket {
        day: from.to_string(),
        ..Bucket::default()
    };
    loop {
        let page = store
            .statistics(after, to, STATISTICS_PAGE)
            .await
            .context("the statistics cannot be read")?;
        for bucket in &page {
            // One that was undone to nothing is no line.
            if bucket.count != 0 {
                output.write_record(cells(bucket))?;
                written += 1;
            }
        }
        match page.into_iter().last() {
            Some(last) => after = last,
            None => break,
        }
    }
    output.flush()?;
    Ok(written)
}

/// In the order of [`COLUMNS`].
fn cells(bucket: &Bucket) -> [String; 13] {
    [
        bucket.day.clone(),
        bucket.agency.clone(),
        bucket.branch.clone(),
        bucket.kind.clone(),
        bucket.department.clone(),
        bucket.material_group.clone(),
        bucket.material.clone(),
        bucket.form.clone(),
        bucket.audience.clone(),
        bucket.language.clone(),
        bucket.category.clone(),
        bucket.channel.clone(),
        bucket.count.to_string(),
    ]
}

fn output(path: Option<&Path>) -> anyhow::Result<Box<dyn Write>> {
    Ok(match path {
        Some(path) => Box::new(File::create(path).with_context(|| format!("{} cannot be written", path.display()))?),
        None => Box::new(std::io::stdout()),
    })
}

/// How many records were written, and how many the form could not express.
async fn write_all(
    store: &AnyStore,
    agency: Option<AgencyId>,
    form: WriteForm,
    only: Option<bib::Format>,
    output: Box<dyn Write>,
) -> anyhow::Result<(u64, u64)> {
    let mut output = BufWriter::new(output);
    let mut bytes = form.prologue().as_bytes().to_vec();
    let (mut written, mut left_out) = (0, 0);
    let mut after = BibId(i64::MIN);
    loop {
        let page = BibPage {
            after,
            agency: agency.clone(),
            with_deleted: false,
            limit: PAGE,
        };
        let rows = store.bibs_page(page).await.context("the records cannot be read")?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for stored in rows.iter().filter(|stored| stored.row.kind == RecordKind::Bib) {
            let number = &stored.row.control_number;
            let record = match Record::from_canonical(&stored.row.content) {
                Ok(record) => record,
                Err(error) => bail!("the stored record {} {number} cannot be read: {error}", stored.row.agency),
            };
            if only.is_some_and(|format| format != record.format) {
                continue;
            }
            match skranke_marc::write(form, &record, &mut bytes) {
                Ok(()) => written += 1,
                Err(error) => {
                    left_out += 1;
                    eprintln!("{} {number} is left out: {error}", stored.row.agency);
                }
            }
        }
        output.write_all(&bytes)?;
        bytes.clear();
    }
    output.write_all(form.epilogue().as_bytes())?;
    output.flush()?;
    Ok((written, left_out))
}
