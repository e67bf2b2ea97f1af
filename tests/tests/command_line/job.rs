//! The main job between two programs: the contact found in a page, ask, accept, talk, proposals, pages, end.

use serde_json::json;

use crate::program::{Program, connect};
use crate::world::World;

#[test]
fn a_program_helps_a_program() {
    let world = World::new();
    let mut helper = world.helper(&[]);
    let mut visitor = world.visitor("/cart?item=7&token=abcdefghijklmnopqrstuvwxyz0123456789");
    let asked = helper.event();
    assert_eq!((&asked["event"], &asked["origin"]), (&json!("asked"), &json!(world.site)));
    assert!(asked["waitingMs"].is_u64());
    let waiting = visitor.event();
    assert_eq!(waiting, json!({"event": "waiting", "helpers": 1, "position": 1}));
    let session = asked["ticket"].clone();
    helper.tell(json!({"command": "accept", "ticket": session}));

    let connected = visitor.event();
    let expected = json!({"event": "connected", "session": session, "name": "Dana", "verified": true});
    assert_eq!(connected, expected);
    let connected = helper.event();
    assert_eq!((&connected["session"], &connected["verified"]), (&session, &json!(true)));
    let page = helper.event();
    assert_eq!(page["url"], format!("{}/cart?item=7", world.site));
    assert_eq!(
        (&page["event"], &page["title"], &page["omitted"]),
        (&json!("page"), &json!("A shop"), &json!(1))
    );
    let client = helper.event();
    assert_eq!((&client["event"], &client["session"]), (&json!("client"), &session));
    let browser = client["client"]["browser"].as_str().unwrap();
    assert!(browser.starts_with("alongside-agent "), "{browser}");

    visitor.tell(json!({"command": "say", "session": session, "text": "Grüß Gott\n👋", "ref": "first"}));
    let message = helper.until("message");
    assert_eq!((&message["id"], &message["text"]), (&json!(1), &json!("Grüß Gott\n👋")));
    assert!(message["at"].as_u64().unwrap() > 1_700_000_000_000);
    for mark in ["delivered", "read"] {
        let expected = json!({"event": mark, "session": session, "id": 1, "ref": "first"});
        assert_eq!(visitor.until(mark), expected);
    }
    helper.tell(json!({"command": "say", "session": session, "text": "Hello!"}));
    assert_eq!(visitor.until("message")["text"], "Hello!");
    assert_eq!(helper.until("delivered"), json!({"event": "delivered", "session": session, "id": 1}));

    let url = format!("{}/pay", world.site);
    helper.tell(json!({"command": "propose", "session": session, "url": url, "ref": "there"}));
    let proposed = visitor.until("proposed");
    assert_eq!((&proposed["kind"], &proposed["url"]), (&json!("address"), &json!(url)));
    visitor.tell(json!({"command": "allow", "session": session, "id": proposed["id"]}));
    assert_eq!(helper.until("allowed")["ref"], "there");
    visitor.tell(json!({"command": "go", "session": session, "url": url, "title": "Pay"}));
    let page = helper.until("page");
    assert_eq!((&page["url"], &page["title"], &page["epoch"]), (&json!(url), &json!("Pay"), &json!(2)));
    helper.tell(json!({"command": "refresh", "session": session, "ref": "again"}));
    let proposed = visitor.until("proposed");
    assert_eq!(proposed["kind"], "refresh");
    visitor.tell(json!({"command": "refuse", "session": session, "id": proposed["id"]}));
    assert_eq!(helper.until("refused")["ref"], "again");

    visitor.tell(json!({"command": "end", "session": session}));
    let ended = json!({"event": "ended", "session": session, "by": "visitor"});
    assert_eq!(visitor.until("ended"), ended);
    assert_eq!(helper.until("ended"), ended);
    let visitor = visitor.ended();
    assert_eq!((visitor.status, visitor.errors.as_str()), (Some(0), ""));
    assert!(visitor.rest.is_empty(), "{:?}", visitor.rest);
    helper.tell(json!({"command": "quit"}));
    let helper = helper.ended();
    assert_eq!((helper.status, helper.errors.as_str()), (Some(0), ""));
}

#[test]
fn what_is_no_command_is_answered_and_changes_nothing() {
    let world = World::new();
    let mut helper = world.helper(&[]);
    let mut visitor = world.visitor("/");
    let session = connect(&mut helper, &mut visitor);
    let nobody = "AAAAAAAAAAAAAAAAAAAAAA";
    for (line, code, reference) in [
        ("dance".to_owned(), "bad-json", json!(null)),
        ("[]".to_owned(), "bad-json", json!(null)),
        ("{\"command\":".to_owned(), "bad-json", json!(null)),
        ("\"\u{1b}[31m\"".to_owned(), "bad-json", json!(null)),
        ("{}".to_owned(), "bad-command", json!(null)),
        (json!({"command": "dance", "ref": "a"}).to_string(), "unknown-command", json!("a")),
        (json!({"command": 7}).to_string(), "bad-command", json!(null)),
        (json!(["quit"]).to_string(), "bad-json", json!(null)),
        (json!({"command": "say", "session": session, "ref": "b"}).to_string(), "bad-command", json!("b")),
        (json!({"command": "accept", "ticket": "short"}).to_string(), "bad-command", json!(null)),
        (json!({"command": "accept", "ticket": nobody}).to_string(), "unknown-ticket", json!(null)),
        (json!({"command": "end", "session": nobody}).to_string(), "unknown-session", json!(null)),
        (json!({"command": "go", "session": session, "url": "/x"}).to_string(), "wrong-role", json!(null)),
        ("x".repeat(200_000), "bad-json", json!(null)),
        (
            json!({"command": "say", "session": session, "text": "x".repeat(5_000), "ref": "c"}).to_string(),
            "not-sent",
            json!("c"),
        ),
    ] {
        helper.write(&line);
        let answer = helper.until("error");
        assert_eq!((&answer["code"], &answer["ref"]), (&json!(code), &reference), "{answer}");
        assert!(answer["message"].as_str().unwrap().ends_with('.'), "{answer}");
    }
    helper.write("");
    helper.write(" \r");
    helper.tell(json!({"command": "say", "session": session, "text": "still here", "more": [1]}));
    let message = visitor.until("message");
    assert_eq!((&message["id"], &message["text"]), (&json!(1), &json!("still here")));
}

#[test]
fn the_end_of_the_input_ends_sessions_in_order() {
    let world = World::new();
    let mut helper = world.helper(&["--auto-accept"]);
    let mut visitor = world.visitor("/");
    let session = visitor.until("connected")["session"].clone();
    helper.close_input();
    let ended = json!({"event": "ended", "session": session, "by": "helper"});
    assert_eq!(visitor.until("ended"), ended);
    assert_eq!(helper.ended().status, Some(0));
    assert_eq!(visitor.ended().status, Some(0));
    // Whoever only asked takes it back.
    let mut visitor = world.visitor("/");
    assert_eq!(visitor.until("waiting")["helpers"], 0);
    visitor.close_input();
    assert_eq!(visitor.ended().status, Some(0));
}

#[test]
fn programs_wait_in_line_for_whoever_comes() {
    let world = World::new();
    let (mut first, mut second) = (world.visitor("/1"), Program::start(&[]));
    assert_eq!(second.ended().status, Some(2));
    first.until("waiting");
    second = world.visitor("/2");
    assert_eq!(second.until("waiting")["position"], 2);
    let mut helper = world.helper(&[]);
    helper.tell(json!({"command": "away"}));
    while first.until("waiting")["helpers"] != 0 {}
    helper.tell(json!({"command": "available"}));
    while first.until("waiting")["helpers"] != 1 {}
    first.tell(json!({"command": "quit"}));
    helper.until("withdrawn");
    while second.until("waiting")["position"] != 1 {}
    assert_eq!(first.ended().status, Some(0));
}
