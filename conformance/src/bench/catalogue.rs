//! One table of one run: the catalogue beside Debian's Zebra, on the same records, asked the same by the same driver.
//!
//! What counts is the ratio of server processor time, since machines differ.

mod contestant;
mod table;

use std::{
    fmt::Write,
    fs::{self, File},
    io::BufWriter,
    path::PathBuf,
    rc::Rc,
    time::Duration,
};

use anyhow::Result;

use super::{free_address, machine};
use crate::{
    load::catalogue::{self, Operation, Protocol, Stock},
    marc::generate::{Generator, SEED},
};
use contestant::Contestant;
use table::{Table, average};

/// What to measure with.
#[derive(Debug)]
pub struct Bench {
    /// The `skranke` binary.
    pub skranke: PathBuf,
    /// Zebra's configuration; without it, or without Zebra, its column stays empty.
    pub zebra: Option<PathBuf>,
    /// Records to make.
    pub count: u64,
    /// Measured time of each operation.
    pub time: Duration,
    /// Passes; the contestants take turns.
    pub passes: u32,
    /// Working sessions.
    pub sessions: usize,
    /// Idle sessions.
    pub idle: usize,
    /// Terms asked of both to compare their hits.
    pub compared: usize,
    /// Folder to work in.
    pub folder: PathBuf,
}

/// Active ones among the idle.
const ACTIVE: usize = 50;

/// The lines over Z39.50 and the server time each may take, milliseconds.
const WANTED: [(Operation, f64); 9] = [
    (Operation::Isbn, 0.04),
    (Operation::Title, 0.05),
    (Operation::And, 0.15),
    (Operation::Phrase, 0.4),
    (Operation::Or, 0.4),
    (Operation::Truncation, 0.3),
    (Operation::Scan, 0.1),
    (Operation::IsbnRecord, 0.08),
    (Operation::Records, 0.5),
];
/// What a hundred MARCXML records over SRU may take.
const WANTED_SRU: f64 = 3.0;

impl Bench {
    /// Measures everything and gives the table, Markdown.
    pub fn run(&self, mut told: impl FnMut(&str)) -> Result<String> {
        fs::create_dir_all(&self.folder)?;
        let records = self.folder.join("records.mrc");
        told(&format!("{} records", self.count));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&records)?);
        Generator::new(SEED).write(self.count, &mut out, |_| {})?;
        let stock = Rc::new(Stock::read(&records)?);

        let skranke = Contestant::skranke(self, &records, &mut told)?;
        let zebra = match &self.zebra {
            Some(config) => Some(Contestant::zebra(self, config, &records, &mut told)?),
            None => None,
        };
        let mut table = Table::default();
        table.build(self.count, zebra.as_ref().map(|zebra| zebra.build), skranke.build);
        for (operation, wanted) in WANTED {
            self.line(
                &mut table,
                Protocol::Z3950,
                operation,
                wanted,
                (zebra.as_ref(), &skranke),
                &stock,
                &mut told,
            )?;
        }
        self.line(
            &mut table,
            Protocol::Sru,
            Operation::Records,
            WANTED_SRU,
            (zebra.as_ref(), &skranke),
            &stock,
            &mut told,
        )?;
        self.idle(&mut table, &skranke, &stock, &mut told)?;
        let mut page = format!("{}, {} records\n\n{}", machine(), self.count, table.text());
        if let Some(zebra) = &zebra {
            page.push_str(&self.compare(zebra, &skranke, &stock)?);
        }
        Ok(page)
    }

    #[allow(clippy::too_many_arguments, reason = "a line of the table is all of these")]
    fn line(
        &self,
        table: &mut Table,
        protocol: Protocol,
        operation: Operation,
        wanted: f64,
        (zebra, skranke): (Option<&Contestant>, &Contestant),
        stock: &Rc<Stock>,
        told: &mut impl FnMut(&str),
    ) -> Result<()> {
        let what = match protocol {
            Protocol::Z3950 if operation == Operation::Records => "100 MARC 21 records".to_owned(),
            Protocol::Z3950 => operation.name().to_owned(),
            Protocol::Sru => "SRU, 100 MARCXML records".to_owned(),
        };
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..self.passes {
            if let Some(zebra) = zebra {
                theirs.push(self.measure(zebra, protocol, operation, stock, told)?);
            }
            ours.push(self.measure(skranke, protocol, operation, stock, told)?);
        }
        table.operation(&what, average(&theirs), average(&ours), wanted);
        Ok(())
    }

    /// One measurement, milliseconds of server time for an answer; what went wrong, where the server cannot do it.
    fn measure(
        &self,
        contestant: &Contestant,
        protocol: Protocol,
        operation: Operation,
        stock: &Rc<Stock>,
        told: &mut impl FnMut(&str),
    ) -> Result<Result<f64, String>> {
        let plan = contestant.plan(self, protocol, operation, self.sessions, self.sessions);
        let measured = match catalogue::drive(&plan, stock) {
            Ok(measured) => measured,
            Err(why) => {
                told(&format!("{}: {}: {why:#}", contestant.name, operation.name()));
                return Ok(Err(format!("{why:#}")));
            }
        };
        told(&format!("{}: {}", contestant.name, measured.text()));
        Ok(match (&measured.load.first_error, measured.load.server_cpu_us) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(cpu)) => Ok(cpu / 1000.0),
            (None, None) => Err("no answers".to_owned()),
        })
    }

    fn idle(&self, table: &mut Table, skranke: &Contestant, stock: &Rc<Stock>, told: &mut impl FnMut(&str)) -> Result<()> {
        if self.idle == 0 {
            return Ok(());
        }
        let mut plan = skranke.plan(self, Protocol::Z3950, Operation::Isbn, self.idle, ACTIVE.min(self.idle));
        plan.think = Duration::from_millis(100);
        let measured = catalogue::drive(&plan, stock)?;
        told(&format!("skranke: {}", measured.text()));
        table.idle(&measured);
        Ok(())
    }

    /// Asks both the same and says where their hits differ.
    fn compare(&self, zebra: &Contestant, skranke: &Contestant, stock: &Rc<Stock>) -> Result<String> {
        let mut page = String::from(
            "\nHits of the same queries:\n\n| query | asked | equal | more here | fewer here | the first that differs |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for (operation, _) in WANTED {
            if matches!(operation, Operation::Scan | Operation::Records | Operation::IsbnRecord) {
                continue;
            }
            let of = |contestant: &Contestant| {
                let plan = contestant.plan(self, Protocol::Z3950, operation, 1, 1);
                catalogue::hits(&plan, stock, self.compared)
            };
            let (theirs, ours) = match (of(zebra), of(skranke)) {
                (Ok(theirs), Ok(ours)) => (theirs, ours),
                (Err(why), _) | (_, Err(why)) => {
                    // Writing to a string cannot fail.
                    let _ = writeln!(page, "| {} | | | | | {why:#} |", operation.name());
                    continue;
                }
            };
            let pairs = || theirs.iter().zip(&ours);
            let first = pairs().position(|(theirs, ours)| theirs != ours);
            let first = first.zip(first.and_then(|step| pairs().nth(step)));
            let first = first.map_or(String::new(), |(step, (theirs, ours))| {
                format!("`{}`: zebra {theirs}, here {ours}", catalogue::term(operation, stock, step))
            });
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {first} |",
                operation.name(),
                ours.len(),
                pairs().filter(|(theirs, ours)| theirs == ours).count(),
                pairs().filter(|(theirs, ours)| theirs < ours).count(),
                pairs().filter(|(theirs, ours)| theirs > ours).count(),
            );
        }
        page.push_str(
            "\nA phrase that runs from a title into its remainder (245 $a and $b) is found here: to a reader that is one text. Zebra has the \
             two subfields apart. A word cut off after an `a` is the beginning of one with `å` or `æ` there, too: they are `aa` and `ae` here.\n",
        );
        Ok(page)
    }
}
