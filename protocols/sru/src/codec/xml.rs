//! XML straight into a byte buffer. What XML 1.0 forbids becomes U+FFFD, so that no text can break an answer.

/// What every document begins with.
pub const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Appends text, escaped so that it may stand in an element or an attribute in double quotes.
pub fn text(text: &str, out: &mut Vec<u8>) {
    let special = |character: char| {
        matches!(
            character,
            '&' | '<' | '>' | '"' | '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}'
        )
    };
    let mut rest = text;
    while let Some((plain, tail)) = rest.find(special).and_then(|at| rest.split_at_checked(at)) {
        out.extend(plain.as_bytes());
        let mut characters = tail.chars();
        out.extend(match characters.next() {
            Some('&') => b"&amp;".as_slice(),
            Some('<') => b"&lt;",
            Some('>') => b"&gt;",
            Some('"') => b"&quot;",
            Some('\r') => b"&#xD;",
            _ => "\u{FFFD}".as_bytes(),
        });
        rest = characters.as_str();
    }
    out.extend(rest.as_bytes());
}

/// Appends `<name>text</name>`.
pub fn element(name: &str, value: &str, out: &mut Vec<u8>) {
    open(name, out);
    text(value, out);
    close(name, out);
}

/// Appends `<name>number</name>`.
pub fn number(name: &str, value: u64, out: &mut Vec<u8>) {
    element(name, &value.to_string(), out);
}

/// Appends `<name>text</name>` where there is text.
pub fn optional(name: &str, value: Option<&str>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        element(name, value, out);
    }
}

/// Appends `<name>`.
pub fn open(name: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend(name.as_bytes());
    out.push(b'>');
}

/// Appends `</name>`.
pub fn close(name: &str, out: &mut Vec<u8>) {
    out.extend(b"</");
    out.extend(name.as_bytes());
    out.push(b'>');
}

/// Makes of everything after `from` escaped text: `recordData` with the escaping "string".
pub fn escape_from(from: usize, out: &mut Vec<u8>) {
    let raw = out.split_off(from.min(out.len()));
    text(&String::from_utf8_lossy(&raw), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_a_document() {
        let mut out = Vec::new();
        element("a", "x<y>&\"]]>\u{1}\u{FFFF}\r\n\t", &mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "<a>x&lt;y&gt;&amp;&quot;]]&gt;\u{FFFD}\u{FFFD}&#xD;\n\t</a>");
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().text(), Some("x<y>&\"]]>\u{FFFD}\u{FFFD}\r\n\t"));
    }
}
