//! A person who helps: several visitors at a terminal, and in plain lines where there is none.

use serde_json::json;

use crate::program::{Ended, Program};
use crate::seat::Seat;
use crate::world::World;

/// What tries a terminal, and what is left of it.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x\u{8}y";
const HARMLESS: &str = "[2J]0;owned31mxy";

#[test]
fn a_person_helps_two_at_a_terminal() {
    let world = World::new();
    let mut person = Seat::new(&["help", &world.keep(&world.invite("Dana", &[]))]);
    person.see("You are there as Dana.");
    let mut first = world.visitor("/first");
    person.see(&format!("Visitor 1 asks for help on {}", world.site));
    let mut second = world.visitor("/second");
    person.see("/accept 2");
    // Enter takes whoever has waited the longest.
    person.press("\r");
    person.see("Visitor 1 is with you.");
    person.see("/first");
    let session = first.until("connected")["session"].clone();
    person.enter("/accept 2");
    person.see("Visitor 2 is with you too.");
    let other = second.until("connected")["session"].clone();

    // A slip is mended before it is sent; that somebody writes shows meanwhile.
    person.press("Hello thrae");
    assert_eq!(first.until("typing")["on"], true);
    person.enter("\u{7f}\u{7f}\u{7f}ere");
    assert_eq!(first.until("message")["text"], "Hello there");
    person.see("read");
    // The same again, from memory.
    person.enter("\u{1b}[A");
    assert_eq!(first.until("message")["text"], "Hello there");
    first.tell(json!({"command": "typing", "session": session, "on": true}));
    person.see("is writing");
    first.tell(json!({"command": "say", "session": session, "text": HOSTILE, "ref": "a"}));
    person.see(&format!("Visitor 1: {HARMLESS}"));
    assert_eq!(first.until("read")["ref"], "a");
    let url = format!("{}/{HOSTILE}", world.site);
    first.tell(json!({"command": "go", "session": session, "url": url, "title": HOSTILE}));
    person.see(&format!("is on {HARMLESS} <"));

    // What is not looked at is delivered and not read.
    second.tell(json!({"command": "say", "session": other, "text": "And I?", "ref": "b"}));
    person.see("1 unread");
    assert_eq!(second.until("delivered")["ref"], "b");
    person.enter("/2");
    person.see("Visitor 2: And I?");
    assert_eq!(second.until("read")["ref"], "b");
    person.enter("//end of it");
    assert_eq!(second.until("message")["text"], "/end of it");
    person.enter("/go /sale");
    let proposed = second.until("proposed");
    assert_eq!(proposed["url"], format!("{}/sale", world.site));
    second.tell(json!({"command": "allow", "session": other, "id": proposed["id"]}));
    person.see("Visitor 2 agreed");
    person.enter("/refresh");
    let proposed = second.until("proposed");
    assert_eq!(proposed["kind"], "refresh");
    second.tell(json!({"command": "refuse", "session": other, "id": proposed["id"]}));
    person.see("would rather not");
    person.enter("/end");
    assert_eq!(second.until("ended")["by"], "helper");
    // Nobody else gets what is written then.
    person.see("/1 turns to visitor 1");
    person.enter("to nobody");
    person.see("You are with nobody");
    person.enter("/1");
    first.tell(json!({"command": "end", "session": session}));
    person.see("Visitor 1 has ended the session.");
    person.enter("/quit");
    assert_eq!(person.ended(), Some(0));
    assert!(person.is_as_found(), "{:?}", person.text());
    let text = person.text();
    assert!(text.contains('\u{7}'), "a bell rings");
    for sent in ["\u{1b}[2J", "\u{1b}]0;", "\u{9b}", "\u{202e}", "x\u{8}"] {
        assert!(!text.contains(sent), "{sent:?} in {text:?}");
    }
    let Ended { rest, .. } = first.ended();
    assert!(!rest.iter().any(|line| line.contains("nobody")), "{rest:?}");
}

#[test]
fn quiet_rings_no_bell() {
    let world = World::new();
    let invite = world.keep(&world.invite("Dana", &[]));
    let mut person = Seat::new(&["help", &invite, "--quiet", "--auto-accept"]);
    person.see("You are there as Dana.");
    let mut visitor = world.visitor("/");
    let session = visitor.until("connected")["session"].clone();
    visitor.tell(json!({"command": "say", "session": session, "text": "hello"}));
    person.see("Visitor 1: hello");
    // The end of the input, as a person types it.
    person.press("\u{4}");
    assert_eq!(person.ended(), Some(0));
    assert!(!person.text().contains('\u{7}'), "{:?}", person.text());
}

#[test]
fn whoever_is_given_back_is_in_the_line_again() {
    let world = World::new();
    let mut helper = Program::start(&["help", &world.keep(&world.invite("Dana", &[]))]);
    let mut visitor = world.visitor("/");
    helper.until_text("Visitor 1 asks");
    helper.write("");
    helper.until_text("Visitor 1 is with you.");
    visitor.until("connected");
    helper.write("/return");
    helper.until_text("Visitor 1 is in the line again");
    helper.until_text("Visitor 2 asks");
}

#[test]
fn a_conversation_in_plain_lines() {
    let world = World::new();
    let mut helper = Program::start(&["help", &world.keep(&world.invite("Dana", &[]))]);
    helper.until_text("You are there as Dana");
    let mut visitor = Program::start(&["ask", &world.site]);
    visitor.until_text("You are next");
    helper.until_text("Visitor 1 asks for help on http://127.0.0.1");
    helper.write("hello?");
    helper.until_text("You are with nobody");
    helper.write("/dance");
    helper.until_text("There is no /dance");
    helper.write("");
    helper.until_text("Visitor 1 is with you.");
    visitor.until_text("Dana is with you, verified");
    visitor.write(HOSTILE);
    helper.until_text(&format!("Visitor 1: {HARMLESS}"));
    visitor.until_text("read");
    helper.write("//help is a command");
    visitor.until_text("Dana: /help is a command");
    let (cart, sale) = (format!("{}/cart", world.site), format!("{}/sale", world.site));
    visitor.write(&format!("/go {cart} The cart"));
    helper.until_text(&format!("is on The cart <{cart}>"));
    visitor.write("/go https://elsewhere.example/");
    visitor.until_text("another site");
    helper.write("/go sale");
    visitor.until_text(&format!("proposes to go to {sale}: y or n?"));
    visitor.write("y");
    helper.until_text("agreed, and goes");
    helper.write("/refresh");
    visitor.until_text("proposes to load the page again: y or n?");
    visitor.write("No");
    helper.until_text("would rather not");
    // What answers nothing is talk.
    visitor.write("n");
    helper.until_text("Visitor 1: n");
    visitor.write("/end");
    helper.until_text("Visitor 1 has ended the session");
    helper.close_input();
    for process in [helper, visitor] {
        let Ended { status, rest, errors } = process.ended();
        assert_eq!((status, errors.as_str()), (Some(0), ""));
        assert!(!rest.iter().any(|line| line.contains('\u{1b}')), "{rest:#?}");
    }
}
