//! The exit status says how it ended, and standard error says why.

use crate::program::{Ended, Program};
use crate::site;
use crate::world::{World, page, run};

/// Runs it with nothing to read; says the exit status, standard output and standard error.
fn end(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_end_of_the_input_is_an_ordinary_end() {
    let world = World::new();
    let invite = world.keep(&world.invite("Dana", &[]));
    for more in [None, Some("--json"), Some("--quiet")] {
        for arguments in [["ask", &world.site], ["help", &invite]] {
            let arguments: Vec<_> = arguments.into_iter().chain(more).collect();
            let (status, _, errors) = end(&arguments);
            assert_eq!((status, errors.as_str()), (Some(0), ""), "{arguments:?}");
        }
    }
}

#[test]
fn what_fails_is_one() {
    let world = World::new();
    for (about, arguments) in [
        ("Port 9", vec!["ask", "http://127.0.0.1:9/"]),
        ("Port 9", vec!["ask", "http://127.0.0.1:9/", "--json"]),
        ("invite", vec!["help", "@/nowhere/invite"]),
        ("no invite", vec!["help", "http://127.0.0.1:1/#invite=1.a.b"]),
        ("no invite", vec!["help", "-", "--json"]),
        ("", vec!["ask", &world.site, "--browser", "http://127.0.0.1:9", "--json"]),
    ] {
        let (status, out, errors) = end(&arguments);
        assert_eq!(status, Some(1), "{arguments:?}: {errors}");
        assert!(errors.starts_with("alongside-agent: "), "{arguments:?}: {errors}");
        assert!(errors.contains(about) && !errors.contains("panicked"), "{arguments:?}: {errors}");
        let is_json = arguments.contains(&"--json");
        assert_eq!(out.starts_with(r#"{"event":"error","code":""#), is_json, "{arguments:?}: {out}");
    }
}

#[test]
fn the_doctor_says_what_is_well_and_what_is_not() {
    let world = World::new();
    let (status, out, errors) = end(&["doctor", &world.server_origin, "--stun", &world.stun]);
    assert_eq!((status, errors.as_str(), out.lines().count()), (Some(0), "", 5), "{out}");
    assert!(out.lines().all(|line| line.starts_with("ok ")) && !out.contains('\u{1b}'), "{out}");
    let (status, out, _) = end(&["doctor", &world.site, "--stun", &world.stun]);
    assert_eq!(status, Some(1), "{out}");
    assert!(out.contains("no Alongside server"), "{out}");
    let (status, out, _) = end(&["doctor", "http://127.0.0.1:9", "--stun", "127.0.0.1:9"]);
    assert_eq!((status, out.lines().count()), (Some(1), 2), "{out}");
    assert!(out.lines().all(|line| line.starts_with("bad ")), "{out}");
}

#[test]
fn wrong_usage_is_two() {
    for arguments in [
        &[][..],
        &["ask"],
        &["help"],
        &["dance"],
        &["doctor", "nonsense"],
        &["doctor", "https://a.example", "--stun", "b.example"],
        &["ask", "https://a.example", "--json", "--quiet"],
        &["help", "-", "--open", "--browser", "9222"],
    ] {
        let (status, out, errors) = end(arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_page_that_names_nobody_is_three() {
    let alone = site::serve("<!doctype html><title>Alone</title>".to_owned());
    let (status, out, errors) = end(&["ask", &alone]);
    assert_eq!((status, out.as_str()), (Some(3), ""));
    assert!(errors.starts_with("alongside-agent: "), "{errors}");
    let (status, out, _) = end(&["ask", &alone, "--json"]);
    assert_eq!(status, Some(3));
    assert!(out.contains(r#""code":"no-contact""#), "{out}");
    let slip = site::serve(page("A shop", "https://help.example", "TEAM-KEY"));
    let (status, _, errors) = end(&["ask", &slip]);
    assert_eq!(status, Some(3), "{errors}");
    assert!(errors.contains("data-team is no team key"), "{errors}");
}

#[test]
fn whom_the_server_refuses_is_four() {
    let (world, other) = (World::new(), World::new());
    let (_, team, _) = end(&["team", "show", other.dir.path().join("team.pem").to_str().unwrap()]);
    let foreign = site::serve(page("A shop", &world.server_origin, team.trim()));
    let invite = other.invite("Dana", &[]).replace(&other.server_origin, &world.server_origin);
    let invite = world.keep(&invite);
    for more in [None, Some("--json")] {
        for arguments in [["ask", &foreign], ["help", &invite]] {
            let arguments: Vec<_> = arguments.into_iter().chain(more).collect();
            // Its input stays open: its end would be a wish to leave.
            let Ended { status, errors, .. } = Program::start(&arguments).ended();
            assert_eq!(status, Some(4), "{arguments:?}: {errors}");
            assert!(errors.contains("does not know this team"), "{arguments:?}: {errors}");
        }
    }
}

#[test]
fn a_helper_who_is_not_verified_is_five_at_the_visitor() {
    let world = World::new();
    let elsewhere = world.keep(&world.invite("Dana", &["--origin", "https://elsewhere.example"]));
    let mut helper = Program::start(&["help", &elsewhere, "--json", "--auto-accept"]);
    helper.until("enlisted");
    let Ended { status, rest, errors } = world.visitor("/").ended();
    assert_eq!(status, Some(5), "{errors}");
    assert!(!rest.iter().any(|line| line.contains("connected")), "{rest:?}");
    assert!(errors.contains("not there for this site"), "{errors}");
}
