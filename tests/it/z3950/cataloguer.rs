//! A user who may: records put in, replaced and deleted, orders that become holds; and who may not.

use super::{hits, yaz, yaz_as};
use crate::process::{Server, Terminal};
use std::path::Path;

const USER: &[&str] = &["-u", "cataloguer1/cataloguer1"];

fn marcxml(path: &Path, title: &str) {
    let text = format!(
        "<record xmlns=\"http://www.loc.gov/MARC21/slim\">
           <leader>00000nam a2200000 i 4500</leader>
           <controlfield tag=\"001\">zoomupdate1</controlfield>
           <controlfield tag=\"008\">261124s2026    dk            000 0 dan d</controlfield>
           <datafield tag=\"245\" ind1=\"1\" ind2=\"0\"><subfield code=\"a\">{title}</subfield></datafield>
         </record>"
    );
    std::fs::write(path, text).unwrap();
}

#[test]
fn records_are_put_in_replaced_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let (first, second) = (dir.path().join("first.xml"), dir.path().join("second.xml"));
    marcxml(&first, "Vildmosegåden");
    marcxml(&second, "Tangskovgåden");
    let look = "find @attr 1=4 vildmosegåden\nfind @attr 1=4 tangskovgåden";
    let (first, second) = (first.display(), second.display());
    // Each step, whether it is done, and how many records have the first title and the second afterwards.
    let steps = [
        (format!("update insert 1 <{first}"), true, [1, 0]),
        (format!("update insert 1 <{first}"), true, [1, 0]),
        (format!("update insert 1 <{second}"), false, [1, 0]),
        (format!("update replace 1 <{second}"), true, [0, 1]),
        (format!("update replace 1 <{second}"), true, [0, 1]),
        (format!("update update 1 <{first}"), true, [1, 0]),
        (format!("update delete 1 <{first}"), true, [0, 0]),
        (format!("update delete 1 <{first}"), true, [0, 0]),
        (format!("update replace 1 <{first}"), false, [0, 0]),
        (format!("update update 1 <{second}"), true, [0, 1]),
    ];
    for (step, done, expected) in steps {
        let Some(text) = yaz_as(address, USER, &format!("{step}\n{look}")) else {
            return;
        };
        assert_eq!(text.contains("Status: done"), done, "{step}: {text}");
        assert!(done || text.contains("[224]"), "{step}: {text}");
        assert_eq!(hits(&text), expected, "{step}: {text}");
    }
    // It is the agency's own record, also over SRU, and it stays after a restart.
    let text = yaz(
        address,
        "base DK-761500\nfind @attr 1=12 zoomupdate1\nformat xml\nelements marcxml\nshow 1",
    )
    .unwrap();
    assert!(hits(&text) == [1] && text.contains("Tangskovgåden"), "{text}");
    server.stop();
    let server = Server::demo(dir.path());
    let text = yaz(server.address("Z39.50"), "find @attr 1=4 tangskovgåden").unwrap();
    assert_eq!(hits(&text), [1], "{text}");
    server.stop();
}

#[test]
fn only_a_user_who_may_changes_anything() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let record = dir.path().join("record.xml");
    marcxml(&record, "Vildmosegåden");
    let change = format!("update insert 1 <{}\nfind @attr 1=4 vildmosegåden", record.display());
    let Some(text) = yaz(address, &change) else { return };
    assert!(text.contains("[1004]") && hits(&text) == [0], "{text}");
    let Some(text) = yaz(address, "find @attr 1=4 @attr 5=1 fj\nitemorder item 1") else {
        return;
    };
    assert!(text.contains("[1004]"), "{text}");
    let text = yaz_as(address, &["-u", "cataloguer1/wrong"], &change).unwrap();
    assert!(text.contains("code=1011") && !text.contains("Connection accepted"), "{text}");
    server.stop();
}

/// How many holds a patron has, as a terminal is told.
fn holds(terminal: &mut Terminal, card: &str, pin: &str) -> u32 {
    let answer = terminal.ask(&format!("6300920261124    120000          AODK-761500|AA{card}|AD{pin}|"));
    // Unavailable holds: the last of six counts of four digits, after 64, the status, the language and the date.
    answer[57..61].trim().parse::<u32>().unwrap() + answer[37..41].trim().parse::<u32>().unwrap()
}

#[test]
fn an_order_becomes_a_hold_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let mut terminal = Terminal::log_in(server.address("SIP2"), "automat1");
    let before = holds(&mut terminal, "6150000120", "3232");
    for form in ["item", "ill", "xml"] {
        let order = format!("find @attr 1=12 59900210\nitemorder {form} 1\nformat opac\nshow 1");
        let Some(text) = yaz_as(address, USER, &order) else { return };
        assert!(hits(&text) == [1] && text.contains("Status: done"), "{form}: {text}");
        assert!(text.contains("onHold: -1"), "{form}: {text}");
        assert_eq!(holds(&mut terminal, "6150000120", "3232"), before + 1, "{form}");
    }
    server.stop();
}
