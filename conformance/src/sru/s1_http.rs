//! Section 1: HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::read::GzDecoder;

use super::{
    http,
    subject::{Subject, query_string},
};
use crate::{
    sip2::case::{Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("1", "a base URL without parameters explains", explains_by_default),
    ("1", "diagnostics come under status 200", keeps_200_for_diagnostics),
    ("1", "content type is XML in UTF-8", names_its_type),
    ("1", "an unknown path is 404", knows_its_paths),
    ("1", "`+` and %20 are the same blank", decodes_blanks),
    ("1", "a repeated parameter is no error in 1.x", takes_the_first_of_two),
    ("1", "a form by POST is answered as GET", answers_post),
    ("1", "HEAD is answered", answers_head),
    ("1", "a connection serves more than one request", keeps_connections),
    ("1", "HTTP/1.0 is answered", answers_http_1_0),
    ("1", "Accept-Encoding: gzip packs the answer, and unpacked it is the same", packs_answers),
    ("1", "a form's charset parameter is honoured, or refused", honours_charsets),
    ("1", "OPTIONS is answered", answers_options),
    ("1", "a claimed body of 2 GiB is refused or left unanswered, and serving goes on", bounds_claims),
    ("1", "bytes that are not UTF-8 give XML: an answer or 6 or 10", survives_latin1),
    ("1", "a query of 200 kB is refused, by HTTP or 10 or 12, and serving goes on", bounds_queries),
];

fn explains_by_default(lib: &Subject) -> Verdict {
    let answer = lib.raw("")?;
    let seen = answer.xml()?;
    let name = seen.root().tag_name().name().to_owned();
    check!(name == "explainResponse", "the root is {name}");
    Ok(())
}

fn keeps_200_for_diagnostics(lib: &Subject) -> Verdict {
    let answer = lib.search("(", &[])?;
    check!(answer.response.status == 200, "HTTP {}", answer.response.status);
    answer.must_say(&[10, 13]).map(drop)
}

fn names_its_type(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[])?;
    let kind = answer.response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let known = ["text/xml", "application/xml", "application/sru+xml"];
    check!(known.iter().any(|known| kind.starts_with(known)), "content type {kind:?}");
    if !kind.contains("charset=utf-8") {
        return deviates(format!("no charset in {kind:?}"));
    }
    Ok(())
}

fn knows_its_paths(lib: &Subject) -> Verdict {
    let query = query_string(&[("version", "1.2"), ("operation", "searchRetrieve"), ("query", "a")]);
    let answer = lib.exchange(&format!("GET {}-no-such?{query} HTTP/1.1", lib.path), &[])?;
    check!(answer.response.status == 404, "HTTP {}", answer.response.status);
    Ok(())
}

fn decodes_blanks(lib: &Subject) -> Verdict {
    let (word, mut counts) = (lib.word()?, Vec::new());
    for blank in ["+", "%20"] {
        let query = format!(
            "version=1.2&operation=searchRetrieve&maximumRecords=0&query=dc.title{blank}={blank}{}",
            http::encode(word)
        );
        let answer = lib.raw(&query)?;
        answer.must_be_clean()?;
        counts.push(answer.xml()?.hits()?);
    }
    check!(counts.first() == counts.last() && counts.first() > Some(&0), "{counts:?} hits");
    Ok(())
}

fn takes_the_first_of_two(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let once = lib.hits(&query)?;
    let answer = lib.search(&query, &[("maximumRecords", "0"), ("query", "dc.title=nosuchwordatall")])?;
    answer.must_be_clean()?;
    let hits = answer.xml()?.hits()?;
    check!(hits == once, "{hits} in place of {once}");
    Ok(())
}

fn answers_post(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let form = query_string(&[
        ("version", "1.2"),
        ("operation", "searchRetrieve"),
        ("query", &query),
        ("maximumRecords", "0"),
    ]);
    let head = format!("POST {} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", lib.path);
    let answer = lib.exchange(&head, form.as_bytes())?;
    answer.must_be_clean()?;
    let (hits, once) = (answer.xml()?.hits()?, lib.hits(&query)?);
    check!(hits == once, "{hits} in place of {once}");
    Ok(())
}

fn answers_head(lib: &Subject) -> Verdict {
    let answer = lib.exchange(&format!("HEAD {} HTTP/1.1", lib.path), &[])?;
    check!(answer.response.status == 200, "HTTP {}", answer.response.status);
    check!(answer.body().is_empty(), "a body came with it");
    Ok(())
}

fn keeps_connections(lib: &Subject) -> Verdict {
    let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", lib.path, lib.address);
    let exchange = || -> anyhow::Result<()> {
        let mut stream = http::connect(&lib.address)?;
        for _ in 0..2 {
            stream.write_all(request.as_bytes())?;
            http::read_response(&mut stream)?;
        }
        Ok(())
    };
    exchange().or_else(|why| fail(format!("{why:#}")))
}

fn answers_http_1_0(lib: &Subject) -> Verdict {
    let answer = lib.exchange(&format!("GET {} HTTP/1.0", lib.path), &[])?;
    answer.xml().map(drop)
}

fn packs_answers(lib: &Subject) -> Verdict {
    let query = query_string(&[
        ("version", "1.2"),
        ("operation", "searchRetrieve"),
        ("query", &lib.title()?),
        ("maximumRecords", "9"),
    ]);
    let of = |coding: &str| lib.exchange(&format!("GET {}?{query} HTTP/1.1\r\nAccept-Encoding: {coding}", lib.path), &[]);
    let (plain, packed) = (of("identity")?, of("gzip")?);
    check!(plain.response.header("content-encoding").is_none(), "packed unasked");
    match packed.response.header("content-encoding") {
        None => return deviates("not packed"),
        Some(coding) => check!(coding.eq_ignore_ascii_case("gzip"), "content encoding {coding:?}"),
    }
    let mut unpacked = Vec::new();
    if let Err(why) = GzDecoder::new(packed.response.body.as_slice()).read_to_end(&mut unpacked) {
        return fail(format!("it cannot be unpacked: {why}"));
    }
    check!(
        unpacked == plain.response.body,
        "{} bytes unpacked, {} plain",
        unpacked.len(),
        plain.response.body.len()
    );
    Ok(())
}

fn honours_charsets(lib: &Subject) -> Verdict {
    let head = format!(
        "POST {} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded; charset=iso-8859-1",
        lib.path
    );
    // As ISO 8859-1 the last letter is ø; as UTF-8 it is none.
    let answer = lib.exchange(
        &head,
        b"version=1.2&operation=searchRetrieve&maximumRecords=0&query=dc.title%3Ds%F8",
    )?;
    if [400, 415].contains(&answer.response.status) {
        return Ok(());
    }
    let (seen, wanted) = (answer.xml()?, lib.hits("dc.title=sø")?);
    match seen.diagnostics().first() {
        Some(found) => {
            check!([6, 10].contains(&found.number), "{found:?}");
            deviates(format!("refused by {}", found.number))
        }
        None => {
            check!(seen.hits()? == wanted, "{} hits in place of {wanted}", seen.hits()?);
            Ok(())
        }
    }
}

fn answers_options(lib: &Subject) -> Verdict {
    let answer = lib.exchange(&format!("OPTIONS {} HTTP/1.1", lib.path), &[])?;
    check!(answer.response.status < 300, "HTTP {}", answer.response.status);
    Ok(())
}

fn bounds_claims(lib: &Subject) -> Verdict {
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 2147483648\r\n\r\nquery=a",
        lib.path, lib.address
    );
    let claim = || -> anyhow::Result<TcpStream> {
        let mut stream = http::connect(&lib.address)?;
        stream.write_all(head.as_bytes())?;
        Ok(stream)
    };
    let Ok(_waiting) = claim() else { return fail("no connection") };
    explains_by_default(lib)
}

fn survives_latin1(lib: &Subject) -> Verdict {
    let answer = lib.raw("version=1.2&operation=searchRetrieve&maximumRecords=0&query=dc.title=k%E6rlighed")?;
    let seen = answer.xml()?;
    let known = seen.diagnostics().iter().all(|found| [6, 10].contains(&found.number));
    check!(known, "{:?}", seen.diagnostics());
    Ok(())
}

fn bounds_queries(lib: &Subject) -> Verdict {
    let long = format!("dc.title=\"{}\"", "a ".repeat(100_000));
    // The connection may end before everything is sent.
    if let Ok(answer) = lib.search(&long, &[])
        && ![400, 413, 414, 431].contains(&answer.response.status)
    {
        answer.must_say(&[10, 12, 23, 38])?;
    }
    explains_by_default(lib)
}
