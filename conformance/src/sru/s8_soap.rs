//! Section 8: SRW, the SOAP form.

use std::time::{Duration, Instant};

use super::subject::{Answer, SRW, Subject, child};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("8", "searchRetrieveRequest in an envelope is answered in one", answers_envelopes),
    ("8", "explainRequest in an envelope is answered", explains_in_envelopes),
    ("8", "scanRequest in an envelope is answered", scans_in_envelopes),
    ("8", "an error of SRU is a diagnostic in the envelope, not a fault", diagnoses_in_envelopes),
    ("8", "entities within entities, and elements 20,000 deep, are refused in a moment", bounds_envelopes),
    ("8", "what is no XML is a fault or an HTTP error, and serving goes on", faults_garbage),
    ("8", "a document type declaration is refused: no entity is expanded", refuses_doctypes),
];

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

fn post(lib: &Subject, body: &str) -> Result<Answer, Trouble> {
    let head = format!(
        "POST {} HTTP/1.1\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"",
        lib.path
    );
    lib.exchange(&head, body.as_bytes())
}

fn envelope(request: &str) -> String {
    format!("<e:Envelope xmlns:e=\"{SOAP}\"><e:Body>{request}</e:Body></e:Envelope>")
}

fn answers_envelopes(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let answer = post(
        lib,
        &envelope(&format!(
            "<s:searchRetrieveRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version><s:query>dc.title=\"{word}\"</s:query>\
             <s:maximumRecords>1</s:maximumRecords></s:searchRetrieveRequest>"
        )),
    )?;
    let seen = answer.xml()?;
    check!(
        seen.root().tag_name().namespace() == Some(SOAP),
        "the root is {:?}",
        seen.root().tag_name()
    );
    let Some(response) = child(seen.root(), "Body").and_then(|body| child(body, "searchRetrieveResponse")) else {
        return fail(format!("no searchRetrieveResponse: {:.300}", answer.body()));
    };
    let hits = child(response, "numberOfRecords")
        .and_then(|node| node.text())
        .and_then(|hits| hits.parse().ok());
    check!(hits == Some(lib.hits(&lib.title()?)?), "numberOfRecords {hits:?}");
    Ok(())
}

fn explains_in_envelopes(lib: &Subject) -> Verdict {
    let request = format!("<s:explainRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version></s:explainRequest>");
    let answer = post(lib, &envelope(&request))?;
    check!(answer.xml()?.find("explainResponse").is_some(), "{:.300}", answer.body());
    Ok(())
}

fn scans_in_envelopes(lib: &Subject) -> Verdict {
    let answer = post(
        lib,
        &envelope(&format!(
            "<s:scanRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version><s:scanClause>dc.title=a</s:scanClause>\
             <s:maximumTerms>3</s:maximumTerms></s:scanRequest>"
        )),
    )?;
    let seen = answer.xml()?;
    let Some(response) = child(seen.root(), "Body").and_then(|body| child(body, "scanResponse")) else {
        return fail(format!("no scanResponse: {:.300}", answer.body()));
    };
    let terms = response.descendants().filter(|node| node.tag_name().name() == "term").count();
    check!(terms == 3, "{terms} terms");
    Ok(())
}

fn diagnoses_in_envelopes(lib: &Subject) -> Verdict {
    let answer = post(
        lib,
        &envelope(&format!(
            "<s:searchRetrieveRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version><s:query>dc.nosuchindex=a</s:query></s:searchRetrieveRequest>"
        )),
    )?;
    let seen = answer.xml()?;
    let uri = seen
        .find("diagnostic")
        .and_then(|found| child(found, "uri"))
        .and_then(|uri| uri.text());
    check!(uri == Some("info:srw/diagnostic/1/16"), "{:.300}", answer.body());
    Ok(())
}

fn bounds_envelopes(lib: &Subject) -> Verdict {
    let request = |query: &str| {
        envelope(&format!(
            "<s:searchRetrieveRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version><s:query>{query}</s:query></s:searchRetrieveRequest>"
        ))
    };
    let entities: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    let laughs = format!("<!DOCTYPE e [<!ENTITY l0 \"ha\">{entities}]>{}", request("&l9;"));
    let deep = request(&format!("{}a{}", "<x>".repeat(20_000), "</x>".repeat(20_000)));
    for body in [laughs, deep] {
        let begun = Instant::now();
        // A server may also just end the connection.
        if let Ok(answer) = post(lib, &body) {
            let refused = answer.response.status >= 400 || answer.body().contains("Fault") || answer.body().contains("diagnostic");
            check!(refused, "HTTP {}: {:.200}", answer.response.status, answer.body());
        }
        check!(begun.elapsed() < Duration::from_secs(5), "it took {:.1?}", begun.elapsed());
    }
    lib.hits(&lib.title()?).map(drop)
}

fn faults_garbage(lib: &Subject) -> Verdict {
    for body in ["<not closed", "\u{0}\u{1}", "<a/>"] {
        let answer = post(lib, body)?;
        let refused = answer.response.status >= 400 || answer.body().contains("Fault") || answer.body().contains("diagnostic");
        check!(refused, "HTTP {}: {:.200}", answer.response.status, answer.body());
    }
    lib.hits(&lib.title()?).map(drop)
}

fn refuses_doctypes(lib: &Subject) -> Verdict {
    let request =
        format!("<s:searchRetrieveRequest xmlns:s=\"{SRW}\"><s:version>1.1</s:version><s:query>&word;</s:query></s:searchRetrieveRequest>");
    let body = format!("<!DOCTYPE e [<!ENTITY word \"expanded-entity\">]>{}", envelope(&request));
    let answer = post(lib, &body)?;
    if answer.body().contains("expanded-entity") {
        return deviates("the entity was expanded");
    }
    Ok(())
}
