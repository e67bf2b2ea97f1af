//! A person at a terminal who asks, or who leaves.

use serde_json::json;

use crate::program::{Program, connect};
use crate::seat::Seat;
use crate::world::World;

/// What would do something to a terminal: colours, a title, a clipboard, a cursor, an answer typed by the terminal
/// itself, eight-bit controls, a carriage return over the line, and what turns the direction of the rest.
const HOSTILE: &str = "\u{1b}[31mred \u{1b}]0;title\u{7} \u{1b}]52;c;cGF5\u{7} \u{1b}[2J\u{1b}[c \u{9b}31m \
                       \u{9d}0;x\u{9c} \rover \u{8}\u{7f} \u{202e}turned\u{2066} \u{1b}P$q\u{1b}\\ tail";

/// Nothing of [`HOSTILE`] that a terminal obeys is there.
fn is_harmless(written: &str) -> bool {
    [
        "\u{1b}[31m",
        "\u{1b}]",
        "\u{1b}P",
        "\u{1b}[2J",
        "\u{1b}[c",
        "\u{9b}",
        "\u{9d}",
        "\u{9c}",
        "\rover",
        "\u{8}\u{7f}",
    ]
    .iter()
    .chain(&["\u{202e}", "\u{2066}"])
    .all(|part| !written.contains(part))
}

#[test]
fn a_person_asks_at_a_terminal() {
    let world = World::new();
    let mut person = Seat::new(&["ask", "--allow-private", "--quiet", &format!("{}/cart", world.site)]);
    person.see("Nobody is there right now.");
    let mut helper = world.helper(&[]);
    person.see("You are next.");
    let session = helper.until("asked")["ticket"].clone();
    helper.tell(json!({"command": "accept", "ticket": session}));
    person.see("Dana is with you, verified.");
    person.enter("Good evening");
    assert_eq!(helper.until("message")["text"], "Good evening");
    helper.tell(json!({"command": "say", "session": session, "text": "So to you"}));
    person.see("Dana: So to you");

    let url = format!("{}/vases", world.site);
    helper.tell(json!({"command": "propose", "session": session, "url": url, "ref": "a"}));
    person.see(&url);
    person.see("y or n?");
    person.enter("y");
    assert_eq!(helper.until("allowed")["ref"], "a");
    person.enter(&format!("/go {url} The vases"));
    let page = helper.until("page");
    assert_eq!((&page["url"], &page["title"]), (&json!(url), &json!("The vases")));
    helper.tell(json!({"command": "refresh", "session": session, "ref": "b"}));
    person.see("y or n?");
    person.enter("n");
    assert_eq!(helper.until("refused")["ref"], "b");
    // What answers nothing is talk.
    person.enter("n");
    assert_eq!(helper.until("message")["text"], "n");

    // Whatever is half written when it ends is not sent.
    person.press("I was about to");
    person.see("about to");
    helper.tell(json!({"command": "end", "session": session}));
    person.see("Dana has ended the session.");
    assert_eq!(person.ended(), Some(0));
    assert!(person.is_as_found(), "{:?}", person.text());
    assert!(!person.text().contains('\u{7}'), "it was to be quiet");
    assert!(helper.until("ended")["by"] == "helper");
}

#[test]
fn what_a_helper_writes_does_nothing_to_the_visitors_terminal() {
    let world = World::new();
    let mut person = Seat::new(&["ask", "--allow-private", "--quiet", &format!("{}/cart", world.site)]);
    let mut helper = world.helper(&["--auto-accept"]);
    person.see("Dana is with you");
    let session = helper.until("connected")["session"].clone();
    helper.tell(json!({"command": "say", "session": session, "text": HOSTILE}));
    person.see("Dana: ");
    person.see("tail");
    for path in ["/\u{1b}[31mvases", "/%1b[31mvases", "/\u{202e}sesav"] {
        let url = format!("{}{path}", world.site);
        helper.tell(json!({"command": "propose", "session": session, "url": url, "ref": path}));
    }
    helper.tell(json!({"command": "say", "session": session, "text": "the last"}));
    person.see("the last");
    person.enter("/quit");
    assert_eq!(person.ended(), Some(0));
    assert!(is_harmless(&person.text()), "{:?}", person.text());
}

#[test]
fn a_second_interrupt_is_not_needed_and_the_terminal_is_as_it_was() {
    let world = World::new();
    let invite = world.keep(&world.invite("Dana", &[]));
    for key in ["\u{3}", "\u{4}"] {
        let mut person = Seat::new(&["help", "--auto-accept", &invite]);
        person.see("You are there");
        let mut visitor = world.visitor("/");
        visitor.until("connected");
        person.see("Visitor 1 is with you.");
        person.press(key);
        assert_eq!(visitor.until("ended")["by"], "helper");
        assert_eq!(person.ended(), Some(0));
        assert!(person.is_as_found(), "{:?}", person.text());
    }
}

#[test]
fn a_person_is_told_of_no_more_than_fits_a_line() {
    let world = World::with_title(&"wide ".repeat(2_000));
    let invite = world.keep(&world.invite("Dana", &[]));
    let mut helper = Program::start(&["help", &invite]);
    helper.until_text("You are there");
    let mut visitor = world.visitor(&format!("/{}", "long/".repeat(300)));
    helper.until_text("asks");
    helper.write("");
    visitor.until("connected");
    let line = helper.until_text("/long/");
    assert!(line.chars().count() < 1_500, "{}", line.len());
    let mut other = world.helper(&[]);
    let mut second = world.visitor("/");
    connect(&mut other, &mut second);
    helper.until_text("no longer waits");
}
