//! Config errors name file, line, key and remedy; all at once.

use crate::process::run;

fn check(text: &str) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("skranke.toml");
    std::fs::write(&file, text).unwrap();
    let (status, out, errors) = run(&["check", "--config", file.to_str().unwrap()]);
    (status, out + &errors)
}

const GOOD: &str = "[library]\nagency = \"DK-761500\"\ntime_zone = \"Europe/Copenhagen\"\n\n[storage]\nurl = \"sqlite:skranke.db\"\n";

#[test]
fn a_sound_file_is_in_order() {
    let (status, said) = check(GOOD);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("in order"), "{said}");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_a_remedy() {
    let (status, said) = check(&format!("{GOOD}colour = \"red\"\n"));
    assert_eq!(status, 1);
    assert!(said.contains("skranke.toml:7: error: colour"), "{said}");
    assert!(said.contains("remedy:"), "{said}");
}

#[test]
fn every_problem_is_told_at_once() {
    let text = GOOD.replace("Europe/Copenhagen", "Europe/Atlantis").replace("sqlite:", "paper:");
    let more = "\n[sip2]\nlisten = \"127.0.0.1:0\"\n\n[[sip2.terminal]]\nlogin = \"a\"\nagency = \"DK-761500\"\nbranch = \"main\"\n\
                \n[[rule]]\nfine_steps = [[8, 2000], [1, 6000]]\n";
    let (status, said) = check(&(text + more));
    assert_eq!(status, 1);
    for expected in [
        "skranke.toml:3: error: library.time_zone",
        "skranke.toml:6: error: storage.url",
        "skranke.toml:12: error: sip2.terminal.0.login",
    ] {
        assert!(said.contains(expected), "no {expected:?} in:\n{said}");
    }
    assert_eq!(said.matches("remedy:").count(), said.matches(": error:").count());
}

#[test]
fn a_password_that_only_looks_like_a_hash_is_named_and_not_shown() {
    let terminal = |password: &str| {
        format!(
            "{GOOD}\n[sip2]\nlisten = \"127.0.0.1:0\"\n\n[[sip2.terminal]]\nlogin = \"a\"\nbranch = \"main\"\npassword = \"{password}\"\n"
        )
    };
    let (status, said) = check(&terminal("sha256:k7:5ecre7"));
    assert_eq!(status, 1);
    assert!(said.contains("sip2.terminal.0.password") && !said.contains("5ecre7"), "{said}");
    let (status, said) = check(&terminal(&format!("sha256:k7:{}", "0f".repeat(32))));
    assert_eq!(status, 0, "{said}");
}

#[test]
fn a_file_that_is_not_there_says_how_to_get_one() {
    let (status, _, errors) = run(&["serve", "--config", "/nowhere/skranke.toml"]);
    assert_eq!(status, 1);
    assert!(errors.contains("skranke init"), "{errors}");
}

#[test]
fn init_never_overwrites() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    assert_eq!(run(&["init", path]).0, 0);
    let (status, _, errors) = run(&["init", path]);
    assert_eq!(status, 1);
    assert!(errors.contains("is there already"), "{errors}");
    let file = dir.path().join("skranke.toml");
    let (status, out, errors) = run(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(status, 0, "{out}{errors}");
}
