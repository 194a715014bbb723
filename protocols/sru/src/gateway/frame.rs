//! What stands around every answer: root, version, diagnostics.

use super::{Asked, Outcome};
use crate::codec::xml;
use crate::message::{Diagnostic, Request, Version, number};

/// An answer being written.
pub(super) struct Frame<'a> {
    pub(super) request: &'a Request,
    pub(super) asked: &'a Asked<'a>,
    pub(super) out: &'a mut Vec<u8>,
    diagnostics: Vec<Diagnostic>,
    refused: Option<u16>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(request: &'a Request, asked: &'a Asked<'a>, out: &'a mut Vec<u8>) -> Self {
        let mut frame = Self {
            request,
            asked,
            out,
            diagnostics: Vec::new(),
            refused: None,
        };
        if let Some(refused) = &request.refused {
            frame.refuse(refused.clone());
        }
        frame
    }

    pub(super) fn version(&self) -> Version {
        self.request.version
    }

    /// Whether something stands in the way of an answer.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Adds a diagnostic that is the answer.
    pub(super) fn refuse(&mut self, diagnostic: Diagnostic) {
        self.refused.get_or_insert(diagnostic.number);
        self.remark(diagnostic);
    }

    /// Adds a diagnostic beside the answer.
    pub(super) fn remark(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self.refused {
            None => Outcome::Done,
            Some(number::GENERAL_SYSTEM_ERROR) => Outcome::Fault,
            Some(number) => Outcome::Refused(number),
        }
    }

    /// `<zs:name>`, with its namespaces and the version where there is one.
    pub(super) fn open(&mut self, name: &str, namespace: &str) {
        self.out.extend(b"<zs:");
        self.out.extend(name.as_bytes());
        self.out.extend(b" xmlns:zs=\"");
        self.out.extend(namespace.as_bytes());
        self.out.extend(b"\">");
        if self.version().is_1() {
            xml::element("zs:version", self.version().as_str(), self.out);
        }
    }

    /// `</zs:name>`.
    pub(super) fn close(&mut self, name: &str) {
        self.out.extend(b"</zs:");
        self.out.extend(name.as_bytes());
        self.out.push(b'>');
    }

    /// The diagnostics, those of the request included; nothing where there are none.
    pub(super) fn diagnostics(&mut self) {
        let mut all = std::mem::take(&mut self.diagnostics);
        all.extend(self.request.remarks.iter().cloned());
        if all.is_empty() {
            return;
        }
        self.out.extend(b"<zs:diagnostics>");
        for found in &all {
            diagnostic(found, self.version(), self.out);
        }
        self.out.extend(b"</zs:diagnostics>");
    }
}

/// Appends one `diagnostic` in the namespace of the version.
pub(super) fn diagnostic(diagnostic: &Diagnostic, version: Version, out: &mut Vec<u8>) {
    out.extend(b"<diagnostic xmlns=\"");
    out.extend(version.diagnostic_namespace().as_bytes());
    out.extend(b"\"><uri>info:srw/diagnostic/1/");
    out.extend(diagnostic.number.to_string().as_bytes());
    out.extend(b"</uri>");
    if !diagnostic.details.is_empty() {
        xml::element("details", &diagnostic.details, out);
    }
    xml::element("message", diagnostic.message(), out);
    out.extend(b"</diagnostic>");
}
