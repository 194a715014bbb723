//! A query as XML (XCQL), for the echoed request.

use crate::codec::xml;
use crate::message::Version;
use skranke_core::query::cql::{Boolean, CqlQuery, Modifier, Operand, Prefix, Relation, Scope, SearchClause, SortSpec};

/// Deepest tree that is written: common readers of XML take 256 levels, and each of ours is two.
const DEPTH: usize = 64;

/// Appends `xQuery`, unless the query is too deep for it, or gives in parentheses prefixes for which version 2.0 has no room.
pub(super) fn write(query: &CqlQuery, version: Version, out: &mut Vec<u8>) {
    let writer = Writer { is_1: version.is_1() };
    if depth(&query.scope) > DEPTH || (!writer.is_1 && has_inner_prefixes(&query.scope)) {
        return;
    }
    out.extend(if writer.is_1 {
        b"<zs:xQuery xmlns:xcql=\"http://www.loc.gov/zing/cql/xcql/\">".as_slice()
    } else {
        b"<zs:xQuery xmlns:xcql=\"http://docs.oasis-open.org/ns/search-ws/xcql\">"
    });
    writer.whole(query, out);
    out.extend(b"</zs:xQuery>");
}

/// Levels of the tree, in which a chain leans to the left.
fn depth(scope: &Scope) -> usize {
    let of = |operand: &Operand| match operand {
        Operand::Clause(_) => 1,
        Operand::Nested(scope) => depth(scope),
    };
    let others = scope.rest.iter().map(|(_, operand)| of(operand)).max().unwrap_or(0);
    scope.rest.len() + of(&scope.first).max(others)
}

fn has_inner_prefixes(scope: &Scope) -> bool {
    let operands = std::iter::once(&scope.first).chain(scope.rest.iter().map(|(_, operand)| operand));
    operands.into_iter().any(|operand| match operand {
        Operand::Clause(_) => false,
        Operand::Nested(scope) => !scope.prefixes.is_empty() || has_inner_prefixes(scope),
    })
}

struct Writer {
    is_1: bool,
}

impl Writer {
    fn whole(&self, query: &CqlQuery, out: &mut Vec<u8>) {
        if self.is_1 {
            self.scope(&query.scope, &query.sort, out);
            return;
        }
        prefixes(&query.scope.prefixes, out);
        let scope = &query.scope;
        match &scope.first {
            _ if !scope.rest.is_empty() => self.scope(scope, &[], out),
            Operand::Nested(_) => self.operand(&scope.first, out),
            // In 2.0 the root holds a triple in any case.
            Operand::Clause(clause) => {
                xml::open("xcql:triple", out);
                self.clause(clause, &[], &[], out);
                xml::close("xcql:triple", out);
            }
        }
        sort_keys(&query.sort, out);
    }

    /// Operands joined from the left.
    fn scope(&self, scope: &Scope, sort: &[SortSpec], out: &mut Vec<u8>) {
        let own = if self.is_1 { &scope.prefixes[..] } else { &[] };
        let Some(((last, right), before)) = scope.rest.split_last() else {
            match &scope.first {
                Operand::Clause(clause) => self.clause(clause, own, sort, out),
                Operand::Nested(inner) => self.scope(inner, sort, out),
            }
            return;
        };
        let opened: Vec<&Boolean> = before.iter().map(|(boolean, _)| boolean).chain([last]).collect();
        for (level, boolean) in opened.iter().rev().enumerate() {
            xml::open("xcql:triple", out);
            if level == 0 {
                prefixes(own, out);
            }
            let name = if self.is_1 { "xcql:boolean" } else { "xcql:Boolean" };
            xml::open(name, out);
            xml::element("xcql:value", boolean.operator.as_str(), out);
            modifiers(&boolean.modifiers, out);
            xml::close(name, out);
            xml::open("xcql:leftOperand", out);
        }
        self.operand(&scope.first, out);
        for (level, operand) in before.iter().map(|(_, operand)| operand).chain([right]).enumerate() {
            xml::close("xcql:leftOperand", out);
            xml::open("xcql:rightOperand", out);
            self.operand(operand, out);
            xml::close("xcql:rightOperand", out);
            if level == before.len() && self.is_1 {
                sort_keys(sort, out);
            }
            xml::close("xcql:triple", out);
        }
    }

    fn operand(&self, operand: &Operand, out: &mut Vec<u8>) {
        match operand {
            Operand::Clause(clause) => self.clause(clause, &[], &[], out),
            Operand::Nested(scope) => self.scope(scope, &[], out),
        }
    }

    fn clause(&self, clause: &SearchClause, own: &[Prefix], sort: &[SortSpec], out: &mut Vec<u8>) {
        xml::open("xcql:searchClause", out);
        prefixes(own, out);
        match &clause.target {
            Some((index, relation)) => {
                xml::element("xcql:index", &index.to_string(), out);
                self.relation(relation, out);
            }
            None if self.is_1 => {
                xml::element("xcql:index", "cql.serverChoice", out);
                out.extend(b"<xcql:relation><xcql:value>=</xcql:value></xcql:relation>");
            }
            None => {}
        }
        xml::element("xcql:term", &clause.term, out);
        sort_keys(sort, out);
        xml::close("xcql:searchClause", out);
    }

    fn relation(&self, relation: &Relation, out: &mut Vec<u8>) {
        xml::open("xcql:relation", out);
        let bare = Relation {
            comparitor: relation.comparitor.clone(),
            modifiers: Vec::new(),
        };
        xml::element("xcql:value", &bare.to_string(), out);
        modifiers(&relation.modifiers, out);
        xml::close("xcql:relation", out);
    }
}

fn prefixes(prefixes: &[Prefix], out: &mut Vec<u8>) {
    if prefixes.is_empty() {
        return;
    }
    xml::open("xcql:prefixes", out);
    for prefix in prefixes {
        xml::open("xcql:prefix", out);
        xml::element("xcql:name", prefix.name.as_deref().unwrap_or_default(), out);
        xml::element("xcql:identifier", &prefix.uri, out);
        xml::close("xcql:prefix", out);
    }
    xml::close("xcql:prefixes", out);
}

fn modifiers(modifiers: &[Modifier], out: &mut Vec<u8>) {
    if modifiers.is_empty() {
        return;
    }
    xml::open("xcql:modifiers", out);
    for modifier in modifiers {
        xml::open("xcql:modifier", out);
        xml::element("xcql:type", &modifier.name.to_string(), out);
        if let Some((symbol, value)) = &modifier.value {
            xml::element("xcql:comparison", symbol.as_str(), out);
            xml::element("xcql:value", value, out);
        }
        xml::close("xcql:modifier", out);
    }
    xml::close("xcql:modifiers", out);
}

fn sort_keys(keys: &[SortSpec], out: &mut Vec<u8>) {
    if keys.is_empty() {
        return;
    }
    xml::open("xcql:sortKeys", out);
    for key in keys {
        xml::open("xcql:key", out);
        xml::element("xcql:index", &key.index.to_string(), out);
        if key.modifiers.is_empty() {
            // The schema wants one: this is what is meant by none.
            out.extend(b"<xcql:modifiers><xcql:modifier><xcql:type>sort.ascending</xcql:type></xcql:modifier></xcql:modifiers>");
        }
        modifiers(&key.modifiers, out);
        xml::close("xcql:key", out);
    }
    xml::close("xcql:sortKeys", out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_core::query::cql::{Limits, parse};

    fn written(query: &str, version: Version) -> String {
        let mut out = Vec::new();
        write(&parse(query, Limits::default()).unwrap(), version, &mut out);
        let text = String::from_utf8(out).unwrap().replace("xcql:", "");
        let inside = text
            .split_once('>')
            .map(|(_, inside)| inside.trim_end_matches("</zs:xQuery>").to_owned());
        inside.unwrap_or_default()
    }

    #[test]
    fn a_chain_leans_to_the_left() {
        let clause = |term| format!("<searchClause><term>{term}</term></searchClause>");
        let triple = |boolean: &str, left: &str, right: &str| {
            format!(
                "<triple><Boolean><value>{boolean}</value></Boolean><leftOperand>{left}</leftOperand>\
                 <rightOperand>{right}</rightOperand></triple>"
            )
        };
        let (a, b, c) = (clause("a"), clause("b"), clause("c"));
        assert_eq!(written("a or b and c", Version::V2_0), triple("and", &triple("or", &a, &b), &c));
        assert_eq!(written("a or (b and c)", Version::V2_0), triple("or", &a, &triple("and", &b, &c)));
        assert_eq!(written("((a))", Version::V2_0), a);
        assert_eq!(written("a", Version::V2_0), format!("<triple>{a}</triple>"));
    }

    #[test]
    fn a_clause_has_all_its_parts() {
        assert_eq!(
            written(
                "> dc = \"info:srw/cql-context-set/1/dc-v1.1\" dc.title =/string/locale=da \"a\" sortBy dc.date/descending",
                Version::V1_2
            ),
            "<searchClause><prefixes><prefix><name>dc</name><identifier>info:srw/cql-context-set/1/dc-v1.1</identifier></prefix></prefixes>\
             <index>dc.title</index><relation><value>=</value><modifiers><modifier><type>string</type></modifier><modifier>\
             <type>locale</type><comparison>=</comparison><value>da</value></modifier></modifiers></relation><term>a</term><sortKeys>\
             <key><index>dc.date</index><modifiers><modifier><type>descending</type></modifier></modifiers></key></sortKeys></searchClause>"
        );
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        assert_eq!(written(&vec!["a"; 200].join(" and "), Version::V2_0), "");
        assert_eq!(written("(> x = \"info:x\" a) and b", Version::V2_0), "");
        assert!(written("(> x = \"info:x\" a) and b", Version::V1_2).contains("<prefixes>"));
    }
}
