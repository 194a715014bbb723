//! One open session: ask, wait for the answer, judge it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{Operation, PAGE, Plan, Protocol, REACH, Stock, sru, z3950};

/// How long an answer may take before the session gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open session.
#[derive(Debug)]
pub struct Session {
    protocol: Protocol,
    database: String,
    address: String,
    stream: TcpStream,
    answer: Vec<u8>,
    /// Hits of the large result that pages are taken from.
    large: u64,
}

impl Session {
    /// Connects; says Init over Z39.50; prepares the large result where pages of it are wanted.
    pub async fn open(plan: &Plan, stock: &Stock) -> Result<Session> {
        let stream = TcpStream::connect(&plan.address)
            .await
            .with_context(|| format!("cannot connect to {}", plan.address))?;
        stream.set_nodelay(true)?;
        let mut session = Session {
            protocol: plan.protocol,
            database: plan.database.clone(),
            address: plan.address.clone(),
            stream,
            answer: Vec::new(),
            large: 0,
        };
        if plan.protocol == Protocol::Z3950 {
            session.exchange(&z3950::init()).await?;
            z3950::accepted(&session.answer).map_err(anyhow::Error::msg)?;
        }
        if plan.operation == Operation::Records {
            let find = match plan.protocol {
                Protocol::Z3950 => z3950::find_word(&plan.database, &stock.common),
                Protocol::Sru => sru::find_word(&plan.address, &plan.database, &stock.common),
            };
            session.exchange(&find).await?;
            session.large = session.judge(Operation::Title).map_err(anyhow::Error::msg)?;
        }
        // Idle sessions hold no buffer here, so that many of them fit.
        session.answer = Vec::new();
        Ok(session)
    }

    /// Asks for the `step`th term of this session. The inner result is the answer's: hits, or what is wrong with it.
    pub async fn ask(
        &mut self,
        operation: Operation,
        stock: &Stock,
        number: usize,
        sessions: usize,
        step: usize,
    ) -> Result<Result<u64, String>> {
        let (Some(terms), Some(next)) = (stock.at(number, sessions, step), stock.at(number, sessions, step + 1)) else {
            bail!("there are no terms");
        };
        let page = self.page(step);
        let request = match self.protocol {
            Protocol::Z3950 => z3950::request(operation, terms, next, &self.database, (page, PAGE.min(self.large))),
            Protocol::Sru => sru::request(operation, terms, next, &stock.common, (&self.address, &self.database), page),
        };
        self.exchange(&request).await?;
        Ok(self.judge(operation))
    }

    /// Where the page of a step begins.
    fn page(&self, step: usize) -> u64 {
        let room = self.large.saturating_sub(PAGE).min(REACH);
        1 + (step as u64 * 37).checked_rem(room).unwrap_or(0)
    }

    fn judge(&self, operation: Operation) -> Result<u64, String> {
        match self.protocol {
            Protocol::Z3950 => z3950::judge(operation, &self.answer, self.large),
            Protocol::Sru => sru::judge(operation, &self.answer, self.large),
        }
    }

    /// Sends a request and reads its whole answer.
    async fn exchange(&mut self, request: &[u8]) -> Result<()> {
        self.answer.clear();
        self.answer.reserve(16 * 1024);
        self.stream.write_all(request).await?;
        loop {
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.answer));
            if read.await.context("no answer")?? == 0 {
                bail!("the server closed the connection");
            }
            let whole = match self.protocol {
                Protocol::Z3950 => z3950::is_whole(&self.answer),
                Protocol::Sru => sru::is_whole(&self.answer),
            };
            if whole {
                return Ok(());
            }
        }
    }
}
