//! Import and export as an operator runs them, on real records.

use crate::process::{Server, Terminal, field, run, shared_data};
use std::path::Path;

fn library(dir: &Path) -> String {
    let (status, _, errors) = run(&["init", dir.to_str().unwrap()]);
    assert_eq!(status, 0, "{errors}");
    let config = dir.join("skranke.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let text = text
        .replace("127.0.0.1:6001", "127.0.0.1:0")
        .replace("127.0.0.1:8080", "127.0.0.1:0");
    std::fs::write(&config, text).unwrap();
    config.to_str().unwrap().to_owned()
}

/// `"5 read: 4 new, …"` → the numbers by their words.
fn counts(printed: &str, word: &str) -> u64 {
    let line = printed
        .lines()
        .rev()
        .find(|line| line.contains(" read: "))
        .unwrap_or_else(|| panic!("no counts in {printed}"));
    let words: Vec<&str> = line.split([' ', ',', ':', '(']).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or_else(|| panic!("no {word} in {line}"))
}

#[test]
fn thousands_of_real_records_come_in_and_again_change_nothing() {
    let Some(data) = shared_data("marc/marc21") else { return };
    let dir = tempfile::tempdir().unwrap();
    let config = library(dir.path());
    // The rejects file stands beside the input, so the input is copied where writing is allowed.
    let mut files = Vec::new();
    for entry in std::fs::read_dir(data).unwrap().flatten() {
        let path = entry.path();
        let copy = dir.path().join(entry.file_name());
        std::fs::copy(&path, &copy).unwrap();
        files.push(copy.to_str().unwrap().to_owned());
    }
    files.sort();
    assert!(files.len() > 10);
    let mut arguments = vec!["import", "bibs", "--config", &config];
    arguments.extend(files.iter().map(String::as_str));

    let (status, first, errors) = run(&arguments);
    assert!(status == 0 || status == 3, "{status}: {errors}");
    let read = counts(&first, "read");
    assert!(read > 5000, "{read} records read");
    assert_eq!(status == 3, counts(&first, "rejected") > 0);

    let (again_status, second, errors) = run(&arguments);
    assert_eq!(again_status, status, "{errors}");
    assert_eq!(counts(&second, "read"), read);
    assert_eq!(counts(&second, "new"), 0, "{second}");

    let out = dir.path().join("out.xml");
    let (status, _, errors) = run(&["export", "bibs", "--config", &config, out.to_str().unwrap()]);
    assert_eq!(status, 0, "{errors}");
    let exported = std::fs::read_to_string(&out).unwrap();
    assert!(exported.matches("<record").count() > 1000);
}

#[test]
fn rows_that_cannot_be_stored_are_told_and_the_rest_comes_in() {
    let dir = tempfile::tempdir().unwrap();
    let config = library(dir.path());
    let bibs = dir.path().join("bibs.mrk");
    std::fs::write(
        &bibs,
        "=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  10$aBlå himmel\n\n=LDR  00000nam a2200000 a 4500\n=001  b2\n=245  10$aRød jord\n\n",
    )
    .unwrap();
    let (status, printed, errors) = run(&["import", "bibs", "--config", &config, bibs.to_str().unwrap()]);
    assert_eq!((status, counts(&printed, "new")), (0, 2), "{printed}{errors}");

    let items = dir.path().join("items.csv");
    std::fs::write(
        &items,
        "barcode,bib,agency,branch\n1,b1,DK-761500,main\n2,none,DK-761500,main\n3,b2,DK-761500,\n",
    )
    .unwrap();
    let (status, printed, errors) = run(&["import", "items", "--config", &config, items.to_str().unwrap()]);
    assert_eq!(status, 3, "{printed}{errors}");
    assert_eq!((counts(&printed, "new"), counts(&printed, "rejected")), (1, 2));
    let rejects = std::fs::read_to_string(dir.path().join("items.csv.rejects")).unwrap();
    let lines: Vec<Vec<&str>> = rejects.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0][0], lines[0][1]),
        ("4", "3"),
        "the row without a branch is found while reading"
    );
    assert_eq!((lines[1][0], lines[1][1]), ("3", "2"));

    let columns = dir.path().join("wrong.csv");
    std::fs::write(&columns, "barcode,bib,agency,branch,colour\n").unwrap();
    let (status, _, errors) = run(&["import", "items", "--config", &config, columns.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(errors.contains("colour"), "{errors}");
}

#[test]
fn an_import_beside_a_serving_process_is_seen_by_it() {
    let dir = tempfile::tempdir().unwrap();
    let config = library(dir.path());
    let server = Server::start(&["serve", "--config", &config], &dir.path().join("skranke.log"));
    let password = std::fs::read_to_string(dir.path().join("automat1.secret")).unwrap();
    let mut terminal = Terminal::connect(server.address("SIP2"));
    assert_eq!(terminal.ask(&format!("9300CNautomat1|CO{}|", password.trim())), "941");
    let question = "1720261124    120000AO|AB77|AC|";
    assert!(terminal.ask(question).starts_with("1801"), "nothing is there yet");

    let bibs = dir.path().join("b.mrk");
    std::fs::write(&bibs, "=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  10$aBlå himmel\n\n").unwrap();
    let items = dir.path().join("i.csv");
    std::fs::write(&items, "barcode,bib,agency,branch\n77,b1,DK-761500,main\n").unwrap();
    let patrons = dir.path().join("p.csv");
    std::fs::write(&patrons, "card,name,pin,agency\n1000;2000,Åse Æbelø,4711,DK-761500\n").unwrap();
    assert_eq!(run(&["import", "bibs", "--config", &config, bibs.to_str().unwrap()]).0, 0);
    assert_eq!(run(&["import", "items", "--config", &config, items.to_str().unwrap()]).0, 0);
    assert_eq!(run(&["import", "patrons", "--config", &config, patrons.to_str().unwrap()]).0, 0);
    std::thread::sleep(std::time::Duration::from_millis(300));

    let item = terminal.ask(question);
    assert!(item.starts_with("1803"), "{item}");
    assert_eq!(field(&item, "AJ"), Some("Blå himmel"));
    let patron = terminal.ask("2300920261124    120000AO|AA2000|AC|AD4711|");
    assert_eq!((field(&patron, "BL"), field(&patron, "CQ")), (Some("Y"), Some("Y")), "{patron}");

    let (status, printed, _) = run(&["import", "patrons", "--config", &config, patrons.to_str().unwrap()]);
    assert_eq!((status, counts(&printed, "unchanged")), (0, 1), "{printed}");

    let lent = terminal.ask("11YN20261124    120000                  AO|AA2000|AB77|AC|AD4711|");
    assert!(lent.starts_with("121"), "{lent}");
    let days = ["--from", "2020-01-01", "--to", "2999-12-31"];
    let (status, printed, errors) = run(&[&["export", "statistics", "--config", &config], &days[..]].concat());
    assert_eq!(status, 0, "{errors}");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines[0],
        "day,agency,branch,kind,department,material_group,material,form,audience,language,category,channel,count"
    );
    assert_eq!(lines.len(), 2, "{printed}");
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(
        (cells[1], cells[3], &cells[6..10], cells[12]),
        ("DK-761500", "loan", &["book", "m", "adult", ""][..], "1")
    );
    let days = ["--from", "2020-01-01", "--to", "2020-12-31"];
    let (_, printed, _) = run(&[&["export", "statistics", "--config", &config], &days[..]].concat());
    assert_eq!(printed.lines().count(), 1, "nothing was lent then: {printed}");
    server.stop();
}
