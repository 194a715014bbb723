//! `skranke import`: files → the store, beside any number of serving processes.

use super::Format;
use crate::config::{self, Loaded};
use crate::import::{BibImport, Counts, PinHasher, Progress, Rejects, import_bibs, import_items, import_patrons};
use anyhow::Context;
use skranke_core::agency::AgencyId;
use skranke_core::bib;
use skranke_marc::{Carrier, Form};
use skranke_storage::AnyStore;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Records.
pub fn bibs(config: &Path, agency: Option<&str>, format: Format, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    with_store(config, async |loaded, store| {
        let agency = agency.map_or_else(|| loaded.library.default_agency.clone(), AgencyId::parse);
        let mut total = Counts::default();
        for path in paths {
            let import = BibImport {
                store: &store,
                agency: &agency,
                form: form(format),
                clock: crate::clock::now,
            };
            let counts = file(path, async |input, rejects, progress| {
                import_bibs(import, input, rejects, Some(progress)).await
            })
            .await?;
            total.add(counts);
        }
        if paths.len() > 1 {
            println!("all files: {total}");
        }
        Ok(total)
    })
}

/// Items.
pub fn items(config: &Path, path: &Path) -> anyhow::Result<ExitCode> {
    with_store(config, async |loaded, store| {
        file(path, async |input, rejects, progress| {
            import_items(&store, &loaded.library, input, rejects, Some(progress), crate::clock::now).await
        })
        .await
    })
}

/// Patrons.
pub fn patrons(config: &Path, path: &Path) -> anyhow::Result<ExitCode> {
    with_store(config, async |loaded, store| {
        let hasher = PinHasher::of(&store).await?;
        file(path, async |input, rejects, progress| {
            import_patrons(&store, &loaded.library, &hasher, input, rejects, Some(progress), crate::clock::now).await
        })
        .await
    })
}

/// Opens the configured store, runs an import, gives its exit status.
fn with_store<F>(config: &Path, work: F) -> anyhow::Result<ExitCode>
where
    F: AsyncFnOnce(&Loaded, AnyStore) -> anyhow::Result<Counts>,
{
    let loaded = config::load(config)?;
    eprint!("{}", loaded.warnings);
    super::runtime()?.block_on(async {
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .context("the store cannot be opened")?;
        let counts = work(&loaded, store.clone()).await?;
        Ok(ExitCode::from(counts.exit_status()))
    })
}

/// One input file with its progress and its rejects.
async fn file<F>(path: &Path, work: F) -> anyhow::Result<Counts>
where
    F: AsyncFnOnce(Box<dyn Read>, &mut Rejects, &mut Progress) -> anyhow::Result<Counts>,
{
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("{} cannot be read", path.display()))?)
    };
    let mut rejects = Rejects::beside(path).context("an old rejects file cannot be removed")?;
    let mut progress = Progress::of(path);
    let result = work(input, &mut rejects, &mut progress).await;
    progress.done();
    let rejected = rejects.finish().context("the rejects file cannot be written")?;
    let counts = result.with_context(|| format!("{} was not imported to its end; start it again", path.display()))?;
    println!("{}: {counts}", path.display());
    if let Some((count, rejects)) = rejected {
        println!("{count} rejected: see {}", rejects.display());
    }
    Ok(counts)
}

/// The codec's name for a form; MARCXML and marcXchange tell themselves apart by their namespace.
fn form(format: Format) -> Form {
    let (carrier, format) = match format {
        Format::Auto => (None, None),
        Format::Marc21 => (None, Some(bib::Format::Marc21)),
        Format::Danmarc2 => (None, Some(bib::Format::Danmarc2)),
        Format::Unimarc => (None, Some(bib::Format::Unimarc)),
        Format::Marcxml | Format::Marcxchange => (Some(Carrier::Xml), None),
    };
    Form { carrier, format }
}
