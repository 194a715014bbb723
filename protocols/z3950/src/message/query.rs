//! Queries (digest 4, 4.1). A type-1 query is a tree; it is kept as its nodes in postfix order, so that no depth of nesting
//! costs stack, whether it is read, written, compared or dropped.

use super::shared::{Any, External, GeneralizedTime, IntUnit, ResultSetId, StringOrNumeric};
use crate::codec::read::Component;
use crate::codec::{Asn1, Element, InternationalString, Malformed, Null, OctetString, Oid, Tag, Writer};

choice! {
    /// What is sought, in one of several languages.
    pub enum Query {
        /// A private one.
        explicit(0) Private(Any),
        /// The standard one.
        implicit(1) Type1(RpnQuery),
        /// ISO 8777, the Common Command Language.
        explicit(2) Ccl(OctetString),
        /// Z39.58.
        explicit(100) Z3958(OctetString),
        /// The standard one with proximity, as version 2 called it.
        implicit(101) Type101(RpnQuery),
        /// Ranked list.
        explicit(102) Ranked(OctetString),
        /// A query of a type of its own: CQL.
        implicit(104) Type104(External),
    }
}

sequence! {
    /// A tree of operands and operators.
    pub struct RpnQuery {
        /// The set of attributes that say nothing of their set.
        untagged attribute_set: Oid,
        /// The tree.
        untagged rpn: Rpn,
    }
}

/// The nodes of a query in postfix order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rpn {
    /// First operand, second operand, operator.
    pub nodes: Vec<Node>,
    /// There were more than [`Rpn::MOST`]: the nodes are not all there and the query cannot be carried out.
    pub cut: bool,
}

/// A node of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A leaf.
    Operand(Operand),
    /// A fork over the two trees before it.
    Operator(Operator),
}

choice! {
    /// A leaf of a query.
    pub enum Operand {
        /// A term with its attributes.
        untagged Term(AttributesPlusTerm),
        /// A result set.
        untagged ResultSet(ResultSetId),
        /// A result set, narrowed.
        implicit(214) Restricted(ResultSetPlusAttributes),
    }
}

sequence! {
    /// A term with its attributes.
    pub struct AttributesPlusTerm as [102] {
        /// Where and how to look for it.
        implicit(44) attributes: Vec<AttributeElement>,
        /// The term.
        untagged term: Term,
    }
}

sequence! {
    /// A result set, narrowed.
    pub struct ResultSetPlusAttributes {
        /// The set.
        untagged result_set: ResultSetId,
        /// What narrows it.
        implicit(44) attributes: Vec<AttributeElement>,
    }
}

sequence! {
    /// One attribute.
    pub struct AttributeElement {
        /// Its set, where it is not the query's.
        implicit(1) attribute_set: Option<Oid>,
        /// 1 use, 2 relation, 3 position, 4 structure, 5 truncation, 6 completeness.
        implicit(120) attribute_type: i64,
        /// Its value.
        untagged value: AttributeValue,
    }
}

choice! {
    /// The value of an attribute.
    pub enum AttributeValue {
        /// A number.
        implicit(121) Numeric(i64),
        /// Several names or numbers.
        implicit(224) Complex(ComplexAttribute),
    }
}

sequence! {
    /// Several names or numbers.
    pub struct ComplexAttribute {
        /// In order of preference.
        implicit(1) list: Vec<StringOrNumeric>,
        /// What they mean together.
        implicit(2) semantic_action: Option<Vec<i64>>,
    }
}

choice! {
    /// A term.
    pub enum Term {
        /// Bytes: what version 2 knows.
        implicit(45) General(OctetString),
        /// A number.
        implicit(215) Numeric(i64),
        /// Text in the agreed character set.
        implicit(216) Characters(InternationalString),
        /// An object identifier.
        implicit(217) Oid(Oid),
        /// A point in time.
        implicit(218) DateTime(GeneralizedTime),
        /// A type of its own.
        implicit(219) External(External),
        /// A quantity.
        implicit(220) IntegerAndUnit(IntUnit),
        /// Nothing.
        implicit(221) Null(Null),
    }
}

choice! {
    /// A fork of a query.
    pub enum Operator {
        /// Both.
        implicit(0) And(Null),
        /// One or both.
        implicit(1) Or(Null),
        /// The first without the second.
        implicit(2) AndNot(Null),
        /// Both, near each other.
        implicit(3) Prox(Proximity),
    }
}

sequence! {
    /// How near.
    pub struct Proximity {
        /// Not so.
        implicit(1) exclusion: Option<bool>,
        /// How far.
        implicit(2) distance: i64,
        /// Whether the first must come first.
        implicit(3) ordered: bool,
        /// 1 <, 2 <=, 3 =, 4 >=, 5 >, 6 /=.
        implicit(4) relation_type: i64,
        /// The unit of the distance.
        explicit(5) unit: ProximityUnit,
    }
}

choice! {
    /// A unit of distance.
    pub enum ProximityUnit {
        /// 1 character, 2 word, 3 sentence, 4 paragraph … 8 element.
        implicit(1) Known(i64),
        /// Somebody's own.
        implicit(2) Private(i64),
    }
}

/// `op`
const OPERAND: Tag = Tag::context(0);
/// `rpnRpnOp`
const FORK: Tag = Tag::context(1);
/// `operator`
const OPERATOR: u32 = 46;

impl Rpn {
    /// More nodes are not read. What is carried out is bounded far below that.
    pub const MOST: usize = 10_000;

    /// A query of one term.
    pub fn term(attributes: Vec<AttributeElement>, term: Term) -> Self {
        Self {
            nodes: vec![Node::Operand(Operand::Term(AttributesPlusTerm { attributes, term }))],
            cut: false,
        }
    }
}

enum Work<'a> {
    Tree(Element<'a>),
    Operator(Operator),
}

impl Asn1 for Rpn {
    fn accepts(tag: Tag) -> bool {
        tag == OPERAND || tag == FORK
    }

    fn read(element: Element<'_>) -> Result<Self, Malformed> {
        let mut rpn = Self::default();
        let mut work = vec![Work::Tree(element)];
        while let Some(next) = work.pop() {
            if rpn.nodes.len() + work.len() >= Self::MOST {
                rpn.cut = true;
                break;
            }
            match next {
                Work::Operator(operator) => rpn.nodes.push(Node::Operator(operator)),
                Work::Tree(tree) if tree.tag == OPERAND => {
                    let operand = tree.shallow().inner()?;
                    rpn.nodes.push(Node::Operand(Operand::read(operand)?));
                }
                Work::Tree(tree) if tree.tag == FORK => {
                    let mut elements = tree.children_at_any_depth()?;
                    let missing = || tree.wrong("an operand is missing");
                    let first = elements.next()?.ok_or_else(missing)?;
                    let second = elements.next()?.ok_or_else(missing)?;
                    let operator = elements.take(Tag::context(OPERATOR))?.ok_or_else(|| tree.wrong("no operator"))?;
                    work.push(Work::Operator(Operator::read(operator.shallow().inner()?)?));
                    work.push(Work::Tree(second));
                    work.push(Work::Tree(first));
                }
                Work::Tree(tree) => return Err(tree.wrong("no part of a query")),
            }
        }
        Ok(rpn)
    }

    fn write(&self, out: &mut Writer) {
        // Of each fork that is open: where it ends, and how many of its trees are still to come.
        let mut forks: Vec<(usize, u8)> = Vec::new();
        for node in self.nodes.iter().rev() {
            match node {
                Node::Operator(operator) => {
                    forks.push((out.len(), 2));
                    operator.put_explicit(OPERATOR, out);
                    continue;
                }
                Node::Operand(operand) => out.constructed(OPERAND, |out| operand.write(out)),
            }
            while let Some((end, left)) = forks.pop() {
                if left > 1 {
                    forks.push((end, left - 1));
                    break;
                }
                out.header(FORK, true, out.len() - end);
            }
        }
    }
}
