//! The server under test: its address, what is known of its library, and how to speak to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    case::{Trouble, fail, skip},
    facts::{Card, Facts, Item, Terminal},
    wire::{Answer, Charset, Heard, Line, Request, Trailer, line::PATIENCE},
};
use crate::clock;

/// Blank date: "no date".
pub const NO_DATE: &str = "                  ";

/// The server under test.
#[derive(Debug)]
pub struct Subject {
    /// `HOST:PORT`.
    pub address: String,
    /// What is known of its library.
    pub facts: Facts,
    /// The library's time zone, if known.
    pub zone: TimeZone,
    /// Value for AO.
    pub institution: String,
    run: u64,
    counter: AtomicU64,
    next_item: AtomicUsize,
    touched: Mutex<Touched>,
    faults: Mutex<BTreeMap<String, (usize, String)>>,
    answers: AtomicUsize,
}

/// What a case may have left behind.
#[derive(Debug, Default)]
struct Touched {
    items: BTreeSet<String>,
    holds: Vec<Request>,
    spoiled: BTreeSet<String>,
}

impl Subject {
    /// A server at `address` of which `facts` are known.
    pub fn new(address: String, facts: Facts, zone: TimeZone) -> Subject {
        Subject {
            address,
            institution: facts.institution.clone().unwrap_or_default(),
            facts,
            zone,
            run: clock::seed() % 1_000_000,
            counter: AtomicU64::new(0),
            next_item: AtomicUsize::new(0),
            touched: Mutex::default(),
            faults: Mutex::default(),
            answers: AtomicUsize::new(0),
        }
    }

    /// A connection on which nothing has been said.
    pub fn connect(&self) -> Result<Session<'_>, Trouble> {
        self.connect_to(&self.address)
    }

    /// A connection by TLS on which nothing has been said, or a skip.
    pub fn connect_tls(&self) -> Result<Session<'_>, Trouble> {
        let Some((address, ca)) = &self.facts.tls else {
            return skip("no --tls given");
        };
        Ok(self.on(Line::connect_tls(address, ca)?))
    }

    fn connect_to(&self, address: &str) -> Result<Session<'_>, Trouble> {
        Ok(self.on(Line::connect(address)?))
    }

    /// A session over a line on which nobody has logged in.
    pub fn on(&self, line: Line) -> Session<'_> {
        let charset = self.facts.terminals.first().map_or(Charset::Utf8, |t| t.charset);
        Session {
            subject: self,
            line,
            charset,
            judged: true,
        }
    }

    /// A connection logged in as the first terminal, to this server or, by turns, to its peers on the same store.
    pub fn session_by_turns(&self, turn: usize) -> Result<Session<'_>, Trouble> {
        let servers: Vec<&String> = std::iter::once(&self.address).chain(&self.facts.peers).collect();
        let address = servers.get(turn % servers.len()).copied().unwrap_or(&self.address);
        let mut session = self.connect_to(address)?;
        if let Some(terminal) = self.facts.terminals.first() {
            session.log_in(terminal)?;
        }
        Ok(session)
    }

    /// A connection logged in as the first terminal.
    pub fn session(&self) -> Result<Session<'_>, Trouble> {
        match self.facts.terminals.first() {
            Some(terminal) => self.session_of(terminal),
            None => self.connect(),
        }
    }

    /// A connection logged in as `terminal`.
    pub fn session_of(&self, terminal: &Terminal) -> Result<Session<'_>, Trouble> {
        let mut session = self.connect()?;
        session.charset = terminal.charset;
        session.log_in(terminal)?;
        Ok(session)
    }

    /// The first terminal's login, or a skip.
    pub fn terminal(&self) -> Result<&Terminal, Trouble> {
        match self.facts.terminals.first() {
            Some(terminal) => Ok(terminal),
            None => skip("no --login given"),
        }
    }

    /// An ordinary patron who may borrow.
    pub fn reader(&self) -> Result<&Card, Trouble> {
        self.card("ordinary", 0)
    }

    /// Another ordinary patron.
    pub fn neighbour(&self) -> Result<&Card, Trouble> {
        self.card("ordinary", 1)
    }

    /// A patron whose PIN is got wrong on purpose, and never used right.
    pub fn victim(&self) -> Result<&Card, Trouble> {
        self.card("ordinary", 2)
    }

    /// The patron number `at` (from 0) of those that show `state`.
    pub fn card(&self, state: &str, at: usize) -> Result<&Card, Trouble> {
        let mut fitting = self.facts.cards.iter().filter(|card| card.state == state);
        match fitting.nth(at) {
            Some(card) => Ok(card),
            None => skip(format!("no card number {} of state {state} is known", at + 1)),
        }
    }

    /// A free item; each call gives the next one.
    pub fn item(&self) -> Result<&str, Trouble> {
        let touched = self.touched();
        let free: Vec<&Item> = self
            .facts
            .items
            .iter()
            .filter(|item| !touched.spoiled.contains(&item.barcode))
            .collect();
        let turn = self.next_item.fetch_add(1, Ordering::Relaxed);
        match turn.checked_rem(free.len()).and_then(|at| free.get(at)) {
            Some(item) => Ok(&item.barcode),
            None => skip("no free item is known (--item)"),
        }
    }

    /// An item whose loan costs a fee.
    pub fn fee_item(&self) -> Result<&str, Trouble> {
        match self.facts.fee_items.first() {
            Some(item) => Ok(&item.barcode),
            None => skip("no item is known whose loan costs a fee"),
        }
    }

    /// The control number of an item's title.
    pub fn bib_of(&self, barcode: &str) -> Result<&str, Trouble> {
        let item = self.facts.items.iter().find(|item| item.barcode == barcode);
        match item.and_then(|item| item.bib.as_deref()) {
            Some(bib) => Ok(bib),
            None => skip("the item's control number is not known"),
        }
    }

    /// The control number of a title with loanable copies.
    pub fn title(&self) -> Result<&str, Trouble> {
        match self.facts.bibs.first() {
            Some(bib) => Ok(bib),
            None => skip("no title is known (--bib)"),
        }
    }

    /// Now, 18 characters.
    pub fn now(&self) -> String {
        clock::sip_date(&clock::now(&self.zone))
    }

    /// What stands for "no due date": blanks, or today where the server is known to want a date.
    pub fn no_due_date(&self) -> String {
        if self.facts.fills_due_date {
            self.now()
        } else {
            NO_DATE.to_owned()
        }
    }

    /// `hours` from now (negative: ago), 18 characters.
    pub fn hours_from_now(&self, hours: i64) -> String {
        clock::sip_date_after(&self.zone, SignedDuration::from_hours(hours))
    }

    /// A text that no other request of this or another run carries: makes a message new where a resend is not meant.
    pub fn nonce(&self) -> String {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("{:06}{count:05}", self.run)
    }

    /// How many answers were read.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Every fault of shape met so far: sentence, how often, first answer that had it.
    pub fn shape_faults(&self) -> Vec<(String, usize, String)> {
        lock(&self.faults)
            .iter()
            .map(|(fault, (count, sample))| (fault.clone(), *count, sample.clone()))
            .collect()
    }

    fn note(&self, answer: &Answer) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        let mut faults = lock(&self.faults);
        for fault in &answer.faults {
            let key = format!("{}: {fault}", answer.id());
            faults.entry(key).or_insert_with(|| (0, answer.text.clone())).0 += 1;
        }
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        lock(&self.touched)
    }

    /// The case has left this item as it was; taking it back here could send it on a journey.
    pub fn leave_alone(&self, item: &str) {
        self.touched().items.remove(item);
    }

    /// Leaves the library as it was: cancels the holds and returns the items that a case has touched.
    pub fn tidy(&self) {
        let (items, holds) = {
            let mut touched = self.touched();
            (std::mem::take(&mut touched.items), std::mem::take(&mut touched.holds))
        };
        if items.is_empty() && holds.is_empty() {
            return;
        }
        let Ok(mut session) = self.session() else { return };
        for hold in &holds {
            // Most are gone already; the answer does not matter.
            let _ = session.ask(hold);
        }
        for item in items {
            let free = session.ask(&self.raw_checkin(&item)).and_then(|_| session.is_available(&item));
            if !matches!(free, Ok(true)) {
                self.touched().spoiled.insert(item);
            }
        }
        self.touched().items.clear();
    }

    /// Looks up every item given as free and sets those aside that are not. How many are left.
    pub fn sift_items(&self) -> Result<usize, Trouble> {
        let mut session = self.session()?;
        for item in &self.facts.items {
            if !session.is_available(&item.barcode)? {
                self.touched().spoiled.insert(item.barcode.clone());
            }
        }
        Ok(self.facts.items.len() - self.touched().spoiled.len())
    }
}

/// Requests, as the first terminal would send them.
impl Subject {
    /// 93.
    pub fn login(&self, user: &str, password: &str) -> Request {
        Request::new("9300").with("CN", user).with("CO", password).with("CP", "")
    }

    /// 99 with status OK, width 80, version 2.00.
    pub fn status(&self) -> Request {
        Request::new("9900802.00")
    }

    /// 23 in Danish.
    pub fn patron_status(&self, card: &str, pin: Option<&str>) -> Request {
        Request::new(format!("23009{}", self.now()))
            .with("AO", &self.institution)
            .with("AA", card)
            .with("AC", "")
            .with_any("AD", pin)
    }

    /// 63 in Danish; `summary` of up to ten characters.
    pub fn patron_information(&self, card: &str, pin: Option<&str>, summary: &str) -> Request {
        Request::new(format!("63009{}{summary:<10}", self.now()))
            .with("AO", &self.institution)
            .with("AA", card)
            .with("AC", "")
            .with_any("AD", pin)
    }

    /// 35.
    pub fn end_session(&self, card: &str) -> Request {
        Request::new(format!("35{}", self.now()))
            .with("AO", &self.institution)
            .with("AA", card)
    }

    /// 11 that allows no renewal.
    pub fn checkout(&self, card: &str, item: &str) -> Request {
        self.checkout_as("NN", &self.now(), &self.no_due_date(), card, item)
    }

    /// 11 with renewal policy and no block, transaction date and due date as given.
    pub fn checkout_as(&self, flags: &str, date: &str, due: &str, card: &str, item: &str) -> Request {
        self.touched().items.insert(item.to_owned());
        Request::new(format!("11{flags}{date}{due}"))
            .with("AO", &self.institution)
            .with("AA", card)
            .with("AB", item)
            .with("AC", &self.nonce())
    }

    /// 09 at the terminal's own place, now.
    pub fn checkin(&self, item: &str) -> Request {
        self.touched().items.insert(item.to_owned());
        self.raw_checkin(item)
    }

    /// 09 with no block, transaction date and return date as given.
    pub fn checkin_as(&self, no_block: &str, date: &str, returned: &str, item: &str) -> Request {
        self.touched().items.insert(item.to_owned());
        Request::new(format!("09{no_block}{date}{returned}"))
            .with("AP", "")
            .with("AO", &self.institution)
            .with("AB", item)
            .with("AC", &self.nonce())
    }

    fn raw_checkin(&self, item: &str) -> Request {
        let now = self.now();
        Request::new(format!("09N{now}{now}"))
            .with("AP", "")
            .with("AO", &self.institution)
            .with("AB", item)
            .with("AC", &self.nonce())
    }

    /// 01.
    pub fn block(&self, card: &str, reason: &str) -> Request {
        Request::new(format!("01N{}", self.now()))
            .with("AO", &self.institution)
            .with("AL", reason)
            .with("AA", card)
            .with("AC", &self.nonce())
    }

    /// 25.
    pub fn enable(&self, card: &str, pin: Option<&str>) -> Request {
        Request::new(format!("25{}", self.now()))
            .with("AO", &self.institution)
            .with("AA", card)
            .with("AC", &self.nonce())
            .with_any("AD", pin)
    }

    /// 17.
    pub fn item_information(&self, item: &str) -> Request {
        Request::new(format!("17{}", self.now()))
            .with("AO", &self.institution)
            .with("AB", item)
            .with("AC", "")
    }

    /// 19.
    pub fn item_status_update(&self, item: &str, properties: &str) -> Request {
        Request::new(format!("19{}", self.now()))
            .with("AO", &self.institution)
            .with("AB", item)
            .with("AC", "")
            .with("CH", properties)
    }

    /// 29 by item barcode.
    pub fn renew(&self, third_party: &str, card: &str, item: &str) -> Request {
        self.renew_by(third_party, card, "AB", item)
    }

    /// 29 by AB or AJ.
    pub fn renew_by(&self, third_party: &str, card: &str, id: &str, what: &str) -> Request {
        Request::new(format!("29{third_party}N{}{}", self.now(), self.no_due_date()))
            .with("AO", &self.institution)
            .with("AA", card)
            .with(id, what)
            .with("AC", &self.nonce())
            .with("BO", "N")
    }

    /// 65.
    pub fn renew_all(&self, card: &str, pin: Option<&str>) -> Request {
        Request::new(format!("65{}", self.now()))
            .with("AO", &self.institution)
            .with("AA", card)
            .with_any("AD", pin)
            .with("AC", &self.nonce())
            .with("BO", "N")
    }

    /// 37 in the library's currency, cash, fee type unknown.
    pub fn fee_paid(&self, card: &Card, amount: &str, transaction: Option<&str>) -> Request {
        self.fee_paid_on(&self.now(), card, amount, transaction)
    }

    /// 37 with its transaction date as given.
    pub fn fee_paid_on(&self, date: &str, card: &Card, amount: &str, transaction: Option<&str>) -> Request {
        Request::new(format!("37{date}0100{}", self.facts.currency))
            .with("BV", amount)
            .with("AO", &self.institution)
            .with("AA", &card.number)
            .with_any("AD", card.pin.as_deref())
            .with_any("BK", transaction)
    }

    /// 15 that adds (`+`), deletes (`-`) or changes (`*`); `id` is AB or AJ.
    pub fn hold(&self, mode: &str, card: &Card, id: &str, what: &str) -> Request {
        if mode == "+" {
            let undo = self.hold_text("-", card).with(id, what).with("AC", &self.nonce());
            let mut touched = self.touched();
            touched.holds.push(undo);
            if id == "AB" {
                touched.items.insert(what.to_owned());
            }
        }
        let hold = self.hold_text(mode, card);
        let hold = if id == "AB" { hold.with("BY", "3") } else { hold };
        hold.with(id, what).with("AC", &self.nonce())
    }

    fn hold_text(&self, mode: &str, card: &Card) -> Request {
        Request::new(format!("15{mode}{}", self.now()))
            .with("AO", &self.institution)
            .with("AA", &card.number)
            .with_any("AD", card.pin.as_deref())
    }
}

/// One terminal's conversation.
#[derive(Debug)]
pub struct Session<'a> {
    /// The server.
    pub subject: &'a Subject,
    /// The connection.
    pub line: Line,
    /// How text is encoded on it.
    pub charset: Charset,
    /// Answers count for the shape of the whole run: not where raw bytes were sent that must be echoed.
    pub judged: bool,
}

impl Session<'_> {
    fn log_in(&mut self, terminal: &Terminal) -> Result<(), Trouble> {
        let login = self.subject.login(&terminal.login, &terminal.password);
        self.ask(&login)?.must_be("94")?.must_have("ok", "1")
    }

    /// Sends a request without trailer and reads the answer.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, Trouble> {
        self.ask_with(request, &Trailer::None)
    }

    /// Sends a request with a trailer and reads the answer.
    pub fn ask_with(&mut self, request: &Request, trailer: &Trailer) -> Result<Answer, Trouble> {
        self.send_with(request, trailer)?;
        self.answer(request.id())
    }

    /// Sends a request without waiting.
    pub fn send_with(&mut self, request: &Request, trailer: &Trailer) -> Result<(), Trouble> {
        let mut bytes = request.encode(self.charset, trailer);
        bytes.push(b'\r');
        self.line.send(&bytes)
    }

    /// Sends bytes as they are and reads the answer.
    pub fn ask_bytes(&mut self, bytes: &[u8]) -> Result<Answer, Trouble> {
        self.line.send(bytes)?;
        let id = String::from_utf8_lossy(bytes.get(..2).unwrap_or(bytes)).into_owned();
        self.answer(&id)
    }

    /// The next answer; `to` says in the report what it should answer.
    pub fn answer(&mut self, to: &str) -> Result<Answer, Trouble> {
        match self.line.hear(PATIENCE) {
            Heard::Message(bytes) => {
                let answer = Answer::read(&bytes, self.charset);
                if self.judged {
                    self.subject.note(&answer);
                }
                Ok(answer)
            }
            Heard::Nothing => fail(format!("no answer to {to} within {} s", PATIENCE.as_secs())),
            Heard::Closed => fail(format!("the server closed the connection instead of answering {to}")),
        }
    }

    /// The circulation status of an item.
    pub fn circulation_status(&mut self, item: &str) -> Result<String, Trouble> {
        let answer = self.ask(&self.subject.item_information(item))?.must_be("18")?;
        Ok(answer.fixed("circulation_status")?.to_owned())
    }

    /// Whether an item can be had: available, or on its way to the shelf.
    pub fn is_available(&mut self, item: &str) -> Result<bool, Trouble> {
        Ok(matches!(self.circulation_status(item)?.as_str(), "03" | "09"))
    }

    /// Lends, or fails the case.
    pub fn lend(&mut self, card: &str, item: &str) -> Result<Answer, Trouble> {
        let answer = self.ask(&self.subject.checkout(card, item))?.must_be("12")?;
        answer.must_have("ok", "1")?;
        Ok(answer)
    }

    /// Lends until the day after tomorrow, off-line, so that any renewal moves the due date; or fails the case.
    pub fn lend_briefly(&mut self, card: &str, item: &str) -> Result<Answer, Trouble> {
        let lib = self.subject;
        let request = lib.checkout_as("NY", &lib.now(), &lib.hours_from_now(48), card, item);
        let answer = self.ask(&request)?.must_be("12")?;
        answer.must_have("ok", "1")?;
        Ok(answer)
    }

    /// Takes back, or fails the case.
    pub fn take_back(&mut self, item: &str) -> Result<Answer, Trouble> {
        let answer = self.ask(&self.subject.checkin(item))?.must_be("10")?;
        answer.must_have("ok", "1")?;
        Ok(answer)
    }

    /// 64 with the list that `summary` asks for, PIN given.
    pub fn information(&mut self, card: &Card, summary: &str) -> Result<Answer, Trouble> {
        let request = self.subject.patron_information(&card.number, card.pin.as_deref(), summary);
        self.ask(&request)?.must_be("64")
    }

    /// Whether the patron's charged items hold `item`.
    pub fn has_on_loan(&mut self, card: &Card, item: &str) -> Result<bool, Trouble> {
        Ok(self.information(card, "  Y")?.lists("AU", item))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
