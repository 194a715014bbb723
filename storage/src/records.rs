//! Rows ↔ the core's values: the order of columns here is that of `dialect`'s column lists.

use crate::codes::Coded;
use crate::engine::row::Row;
use crate::error::Error;
use crate::rows::Rows;
use skranke_core::account::Fee;
use skranke_core::agency::AgencyId;
use skranke_core::bib::{CodedData, ContentHash};
use skranke_core::block::{Block, BlockSource};
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::{
    Barcode, BibId, BranchId, ControlNumber, FeeId, HoldId, ItemId, LoanId, MaterialGroup, ParallelId, PatronCategory, PatronId,
};
use skranke_core::item::{Item, ItemState, LoanRestriction, Placement};
use skranke_core::loan::Loan;
use skranke_core::money::{Currency, Money};
use skranke_core::patron::{Contact, Patron};
use skranke_core::ports::catalogue::{BibRow, StoredBib};
use skranke_core::secret::{KeyedHash, PinHash};
use skranke_core::time::{Date, Timestamp};

fn bad(what: &str) -> Error {
    Error::Value(what.to_owned())
}

pub(crate) fn timestamp(milliseconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| bad("a time out of range"))
}

fn opt_timestamp(milliseconds: Option<i64>) -> Result<Option<Timestamp>, Error> {
    milliseconds.map(timestamp).transpose()
}

fn opt_date(text: Option<String>) -> Result<Option<Date>, Error> {
    text.map(|text| text.parse().map_err(|_| bad("a date"))).transpose()
}

fn currency(text: &str) -> Result<Currency, Error> {
    Currency::parse(text).ok_or_else(|| bad("a currency"))
}

fn opt_money(minor: Option<i64>, code: Option<String>) -> Result<Option<Money>, Error> {
    match (minor, code) {
        (Some(minor), Some(code)) => Ok(Some(Money::new(minor, currency(&code)?))),
        _ => Ok(None),
    }
}

fn small(value: i64) -> Result<u16, Error> {
    u16::try_from(value).map_err(|_| bad("a number out of range"))
}

fn opt_id(value: Option<i64>, what: &'static str) -> Result<i64, Error> {
    value.ok_or(Error::Shape(what))
}

/// Reads an item from `item_columns`.
pub(crate) fn item(row: &mut Row) -> Result<Item, Error> {
    let mut row = row.array()?;
    Ok(Item {
        id: ItemId(row.int()?),
        agency: AgencyId::parse(&row.text()?),
        barcode: Barcode(row.text()?),
        bib: BibId(row.int()?),
        bib_agency: AgencyId::parse(&row.text()?),
        control_number: ControlNumber(row.text()?),
        title: row.text()?,
        author: row.text()?,
        coded: coded(&row.text()?)?,
        placement: Placement {
            branch: BranchId(row.text()?),
            department: row.opt_text()?,
            location: row.opt_text()?,
            sublocation: row.opt_text()?,
            section: row.opt_text()?,
        },
        call_number: row.opt_text()?,
        issue: row.opt_text()?,
        material_group: MaterialGroup(row.text()?),
        media_type: small(row.int()?)?,
        loan_restriction: row.opt_text()?.as_deref().and_then(LoanRestriction::parse),
        price: opt_money(row.opt_int()?, row.opt_text()?)?,
        accession_date: opt_date(row.opt_text()?)?,
        note: row.opt_text()?,
        properties: row.opt_text()?,
        state: item_state(&row.text()?, row.opt_text()?)?,
        current_branch: BranchId(row.text()?),
        tied_to: row.opt_int()?.map(HoldId),
    })
}

fn item_state(code: &str, to: Option<String>) -> Result<ItemState, Error> {
    Ok(match code {
        "available" => ItemState::Available,
        "on_loan" => ItemState::OnLoan,
        "on_hold_shelf" => ItemState::OnHoldShelf,
        "in_transit" => ItemState::InTransit {
            to: BranchId(to.ok_or(Error::Shape("a transit without a goal"))?),
        },
        "in_process" => ItemState::InProcess,
        "on_order" => ItemState::OnOrder,
        "reshelving" => ItemState::Reshelving,
        "claimed_returned" => ItemState::ClaimedReturned,
        "lost" => ItemState::Lost,
        "missing" => ItemState::Missing,
        "unavailable" => ItemState::Unavailable,
        "withdrawn" => ItemState::Withdrawn,
        _ => return Err(bad("an item state")),
    })
}

/// Writes everything of an item but what names it and its record, after its id:
/// placement (1–5), call number, group, media type, restriction, price, currency, accession, note (13), properties,
/// state, goal, current branch, tied to (18), issue.
pub(crate) fn put_item_state(rows: &mut Rows, item: &Item) {
    let to = match &item.state {
        ItemState::InTransit { to } => Some(to.as_str()),
        _ => None,
    };
    rows.int(item.id.0);
    put_item_description(
        rows,
        &item.placement,
        item.call_number.as_deref(),
        &item.material_group,
        item.media_type,
        item.loan_restriction,
        item.price,
        item.accession_date,
        item.note.as_deref(),
    );
    rows.opt_text(item.properties.as_deref())
        .text(item.state.code())
        .opt_text(to)
        .text(item.current_branch.as_str())
        .opt_int(item.tied_to.map(|hold| hold.0))
        .opt_text(item.issue.as_deref());
}

/// Writes what the catalogue says of an item: 13 columns.
#[expect(clippy::too_many_arguments, reason = "the columns of one row, from two types that share no part")]
pub(crate) fn put_item_description(
    rows: &mut Rows,
    placement: &Placement,
    call_number: Option<&str>,
    material_group: &MaterialGroup,
    media_type: u16,
    loan_restriction: Option<LoanRestriction>,
    price: Option<Money>,
    accession_date: Option<Date>,
    note: Option<&str>,
) {
    rows.text(placement.branch.as_str())
        .opt_text(placement.department.as_deref())
        .opt_text(placement.location.as_deref())
        .opt_text(placement.sublocation.as_deref())
        .opt_text(placement.section.as_deref())
        .opt_text(call_number)
        .text(material_group.as_str())
        .int(media_type.into())
        .opt_text(loan_restriction.map(LoanRestriction::code))
        .opt_int(price.map(|price| price.minor))
        .opt_text(price.as_ref().map(|price| price.currency.as_str()))
        .opt_date(accession_date)
        .opt_text(note);
}

/// Writes the state of a new item: state and goal.
pub(crate) fn put_first_state(rows: &mut Rows, state: &ItemState) {
    let to = match state {
        ItemState::InTransit { to } => Some(to.as_str()),
        _ => None,
    };
    rows.text(state.code()).opt_text(to);
}

/// Reads a patron from `patron_columns`, without cards and blocks.
pub(crate) fn patron(row: &mut Row) -> Result<Patron, Error> {
    let mut row = row.array()?;
    Ok(Patron {
        id: PatronId(row.int()?),
        agency: AgencyId::parse(&row.text()?),
        cards: Vec::new(),
        national_number: row.opt_text()?.map(KeyedHash),
        pin: row.opt_text()?.map(PinHash),
        name: row.text()?,
        kind: Coded::read(&row.text()?)?,
        category: PatronCategory(row.text()?),
        branch: row.opt_text()?.map(BranchId),
        contact: contact(&row.text()?)?,
        language: row.opt_text()?,
        birth_date: opt_date(row.opt_text()?)?,
        municipality: row.opt_text()?,
        guardian: row.opt_int()?.map(PatronId),
        expires: opt_date(row.opt_text()?)?,
        blocks: Vec::new(),
        fee_limit: opt_money(row.opt_int()?, row.opt_text()?)?,
        keep_history: row.flag()?,
        pause: span(&mut row)?,
        protected_address: row.flag()?,
    })
}

fn contact(json: &str) -> Result<Contact, Error> {
    Ok(serde_json::from_str(json)?)
}

/// A patron's contacts as stored.
pub(crate) fn contact_text(contact: &Contact) -> Result<String, Error> {
    Ok(serde_json::to_string(contact)?)
}

fn span(row: &mut Row) -> Result<Option<(Date, Date)>, Error> {
    let from = opt_date(row.opt_text()?)?;
    let to = opt_date(row.opt_text()?)?;
    Ok(from.zip(to))
}

/// A block from its columns; the source is empty for staff.
pub(crate) fn block(since: i64, code: &str, source: String, message: String) -> Result<Block, Error> {
    Ok(Block {
        code: code.chars().next().ok_or(Error::Shape("a block without a code"))?,
        since: timestamp(since)?,
        message,
        source: if source.is_empty() {
            BlockSource::Staff
        } else {
            BlockSource::Terminal(source)
        },
    })
}

/// The stored source of a block.
pub(crate) fn block_source(source: &BlockSource) -> &str {
    match source {
        BlockSource::Staff => "",
        BlockSource::Terminal(login) => login,
    }
}

/// Reads a loan from `loan_columns`.
pub(crate) fn loan(row: &mut Row) -> Result<Loan, Error> {
    let mut row = row.array()?;
    Ok(Loan {
        id: LoanId(row.int()?),
        item: ItemId(row.int()?),
        patron: row.opt_int()?.map(PatronId),
        made: timestamp(row.int()?)?,
        due: timestamp(row.int()?)?,
        renewals: small(row.int()?)?,
        branch: BranchId(row.text()?),
        terminal: row.text()?,
        closed: opt_timestamp(row.opt_int()?)?,
        recalled: opt_timestamp(row.opt_int()?)?,
    })
}

/// Writes a loan in the order of `loan_columns`, then when it was recorded.
pub(crate) fn put_loan(rows: &mut Rows, loan: &Loan, recorded: Timestamp) {
    rows.row()
        .int(loan.id.0)
        .int(loan.item.0)
        .opt_int(loan.patron.map(|patron| patron.0))
        .at(loan.made)
        .at(loan.due)
        .int(loan.renewals.into())
        .text(loan.branch.as_str())
        .text(&loan.terminal)
        .opt_at(loan.closed)
        .opt_at(loan.recalled)
        .at(recorded);
}

/// Reads a hold from `hold_columns`.
pub(crate) fn hold(row: &mut Row) -> Result<Hold, Error> {
    let mut row = row.array()?;
    let id = HoldId(row.int()?);
    let patron = PatronId(row.int()?);
    let bib = BibId(row.int()?);
    let agency = AgencyId::parse(&row.text()?);
    let scope = match (row.text()?.as_str(), row.opt_int()?, row.opt_text()?) {
        ("any", ..) => HoldScope::AnyCopy,
        ("copy", item, _) => HoldScope::Copy(ItemId(opt_id(item, "a hold on no copy")?)),
        ("branch", _, Some(branch)) => HoldScope::BranchCopy(BranchId(branch)),
        ("issue", _, Some(issue)) => HoldScope::Issue(issue),
        _ => return Err(bad("the scope of a hold")),
    };
    let parallel = row.opt_int()?.map(ParallelId);
    let placed = timestamp(row.int()?)?;
    let activates = opt_date(row.opt_text()?)?;
    let expires = opt_date(row.opt_text()?)?;
    let pickup = BranchId(row.text()?);
    let pause = span(&mut row)?;
    let state = match (row.text()?.as_str(), row.opt_int()?, row.opt_int()?, row.opt_int()?) {
        ("waiting", ..) => HoldState::Waiting,
        ("in_transit", item, ..) => HoldState::InTransit {
            item: ItemId(opt_id(item, "a hold without its item")?),
        },
        ("ready", item, until, number) => HoldState::Ready {
            item: ItemId(opt_id(item, "a hold without its item")?),
            until: timestamp(opt_id(until, "a ready hold without an end")?)?,
            pickup_number: small(opt_id(number, "a ready hold without a number")?)?,
        },
        _ => return Err(bad("the state of a hold")),
    };
    Ok(Hold {
        id,
        patron,
        agency,
        bib,
        scope,
        parallel,
        placed,
        activates,
        expires,
        pickup,
        pause,
        state,
    })
}

/// Writes a hold in the order of `hold_columns`.
pub(crate) fn put_hold(rows: &mut Rows, hold: &Hold) {
    let (scope, scope_item, scope_text) = match &hold.scope {
        HoldScope::AnyCopy => ("any", None, None),
        HoldScope::Copy(item) => ("copy", Some(item.0), None),
        HoldScope::BranchCopy(branch) => ("branch", None, Some(branch.as_str())),
        HoldScope::Issue(issue) => ("issue", None, Some(issue.as_str())),
    };
    let (state, item, until, number) = match &hold.state {
        HoldState::Waiting => ("waiting", None, None, None),
        HoldState::InTransit { item } => ("in_transit", Some(item.0), None, None),
        HoldState::Ready {
            item,
            until,
            pickup_number,
        } => ("ready", Some(item.0), Some(*until), Some(i64::from(*pickup_number))),
    };
    rows.row()
        .int(hold.id.0)
        .int(hold.patron.0)
        .int(hold.bib.0)
        .text(hold.agency.as_str())
        .text(scope)
        .opt_int(scope_item)
        .opt_text(scope_text)
        .opt_int(hold.parallel.map(|group| group.0))
        .at(hold.placed)
        .opt_date(hold.activates)
        .opt_date(hold.expires)
        .text(hold.pickup.as_str())
        .opt_date(hold.pause.map(|pause| pause.0))
        .opt_date(hold.pause.map(|pause| pause.1))
        .text(state)
        .opt_int(item)
        .opt_at(until)
        .opt_int(number);
}

/// Reads a fee from `fee_columns`, without its items and loans.
pub(crate) fn fee(row: &mut Row) -> Result<Fee, Error> {
    let mut row = row.array()?;
    Ok(Fee {
        id: FeeId(row.int()?),
        patron: PatronId(row.int()?),
        kind: Coded::read(&row.text()?)?,
        amount: Money::new(row.int()?, currency(&row.text()?)?),
        paid: row.int()?,
        raised: timestamp(row.int()?)?,
        text: row.text()?,
        items: Vec::new(),
        loans: Vec::new(),
        occasion: span(&mut row)?,
    })
}

/// Writes a fee in the order of `fee_columns`.
pub(crate) fn put_fee(rows: &mut Rows, fee: &Fee) {
    rows.row()
        .int(fee.id.0)
        .int(fee.patron.0)
        .text(fee.kind.code())
        .int(fee.amount.minor)
        .text(fee.amount.currency.as_str())
        .int(fee.paid)
        .at(fee.raised)
        .text(&fee.text)
        .opt_date(fee.occasion.map(|occasion| occasion.0))
        .opt_date(fee.occasion.map(|occasion| occasion.1));
}

/// Reads a record from `bib_columns`.
pub(crate) fn bib(row: &mut Row) -> Result<StoredBib, Error> {
    let id = BibId(row.int()?);
    let agency = AgencyId::parse(&row.text()?);
    let control_number = ControlNumber(row.text()?);
    let kind = row.text()?.parse().map_err(|_| bad("the kind of a record"))?;
    let format = row.text()?.parse().map_err(|_| bad("the format of a record"))?;
    let title = row.text()?;
    let author = row.text()?;
    let coded = coded(&row.text()?)?;
    let deleted = row.flag()?;
    let changed = timestamp(row.int()?)?;
    let hash = content_hash(row)?;
    let content = row.bytes()?;
    Ok(StoredBib {
        id,
        changed,
        row: BibRow {
            agency,
            control_number,
            kind,
            format,
            content,
            hash,
            title,
            author,
            coded,
            deleted,
        },
    })
}

/// Reads coded data.
pub(crate) fn coded(text: &str) -> Result<CodedData, Error> {
    text.parse().map_err(|_| bad("coded data"))
}

/// Reads a content hash.
pub(crate) fn content_hash(row: &mut Row) -> Result<ContentHash, Error> {
    let bytes = row.bytes()?;
    let hash = bytes.try_into().map_err(|_| Error::Shape("a hash of another length"))?;
    Ok(ContentHash(hash))
}
