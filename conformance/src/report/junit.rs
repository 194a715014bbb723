//! The report as JUnit XML, as build servers read it.

use std::fmt::Write;

use super::{Outcome, Report};

/// Writes the whole report. A deviation counts as passed and says so in its output.
pub fn write(report: &Report) -> String {
    let count = report.count();
    let seconds: f64 = report.results.iter().map(|result| result.took.as_secs_f64()).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        xml,
        "<testsuite name=\"{}\" hostname=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{seconds:.3}\">",
        escape(&report.suite),
        escape(&report.address),
        report.results.len(),
        count.fail,
        count.skip,
    );
    for result in &report.results {
        let _ = write!(
            xml,
            "  <testcase classname=\"{}.{}\" name=\"{}\" time=\"{:.3}\">",
            escape(&report.suite),
            escape(&result.clause),
            escape(&format!("{}: {}", result.name, result.says)),
            result.took.as_secs_f64(),
        );
        let _ = match &result.outcome {
            Outcome::Pass => Ok(()),
            Outcome::Fail(why) => write!(xml, "<failure message=\"{}\"/>", escape(why)),
            Outcome::Skip(why) => write!(xml, "<skipped message=\"{}\"/>", escape(why)),
            Outcome::Deviates(how) => write!(xml, "<system-out>deviates: {}</system-out>", escape(how)),
        };
        xml.push_str("</testcase>\n");
    }
    xml.push_str("</testsuite>\n");
    xml
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            c if c.is_control() => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Outcome, Report, Result};

    #[test]
    fn escapes_what_a_server_said() {
        let mut report = Report::new("sip2", "localhost:6001");
        report.add(Result {
            clause: "9.3".to_owned(),
            says: "a <b> & \"c\"".to_owned(),
            name: "case".to_owned(),
            outcome: Outcome::Fail("got \u{1}<x>\nthen".to_owned()),
            took: Duration::from_millis(12),
        });
        let xml = report.junit();
        assert!(xml.contains("failures=\"1\""));
        assert!(xml.contains("message=\"got \u{FFFD}&lt;x&gt;&#10;then\""), "{xml}");
        assert!(xml.contains("case: a &lt;b&gt; &amp; &quot;c&quot;"));
    }
}
