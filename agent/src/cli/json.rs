//! `--json`: an event a line on standard output, a command a line on standard input, so that a program in any language
//! can be a helper or a visitor.

use std::io::Write as _;

use alongside_agent::{Command, Event};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::sync::mpsc;

use super::lines::{self, TooLong};

/// One line of standard input.
pub(super) enum Line {
    /// What to do.
    Command(Command),
    /// What it was instead: the answer to it.
    Bad(Event),
}

/// Every command by name, to tell one that is unknown from one that is wrong.
const COMMANDS: [&str; 14] = [
    "accept",
    "say",
    "seen",
    "typing",
    "propose",
    "refresh",
    "allow",
    "refuse",
    "go",
    "return",
    "end",
    "available",
    "away",
    "quit",
];

/// Reads commands. The end of the input ends the channel.
pub(super) fn read() -> mpsc::Receiver<Line> {
    lines::read(|line| match line.map(str::trim) {
        Ok("") => None,
        Ok(text) => Some(parse(text)),
        Err(TooLong) => Some(parse("too long")),
    })
}

/// Reads one line.
fn parse(text: &str) -> Line {
    let bad = |code: &str, message: String, reference| {
        Line::Bad(Event::Error { code: code.to_owned(), message, session: None, reference })
    };
    // An object and nothing else: where a struct is wanted, serde takes an array as well.
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        let message = "That line is no JSON object with a command in it.".to_owned();
        return bad("bad-json", message, None);
    };
    let part = |name| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let (name, reference) = (part("command"), part("ref"));
    match (Command::deserialize(Value::Object(object)), name) {
        (Ok(command), _) => Line::Command(command),
        (Err(error), Some(name)) if COMMANDS.contains(&&*name) => {
            bad("bad-command", format!("That {name} does not fit: {error}."), reference)
        }
        (Err(_), Some(_)) => {
            let message = format!("There is no such command. There are {}.", COMMANDS.join(", "));
            bad("unknown-command", message, reference)
        }
        (Err(_), None) => bad("bad-command", "That line says no command.".to_owned(), reference),
    }
}

/// Writes an event; says whether somebody still reads.
pub(super) fn write(event: &Event) -> bool {
    let Ok(mut line) = serde_json::to_vec(event) else { return true };
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).is_ok()
}

/// Writes why it does not even begin.
pub(super) fn fail(code: &str, message: &str) {
    let (code, message) = (code.to_owned(), message.to_owned());
    // Whoever no longer reads has the exit status.
    let _ = write(&Event::Error { code, message, session: None, reference: None });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test ends by panicking")]

    use super::*;

    fn code(text: &str) -> (String, Option<String>) {
        match parse(text) {
            Line::Bad(Event::Error { code, reference, .. }) => (code, reference),
            Line::Bad(_) | Line::Command(_) => panic!("{text} is taken"),
        }
    }

    #[test]
    fn what_is_no_command_is_told_apart() {
        for (text, expected, reference) in [
            ("", "bad-json", None),
            ("{", "bad-json", None),
            ("[]", "bad-json", None),
            ("7", "bad-json", None),
            (r#"["quit"]"#, "bad-json", None),
            (r#"["end","AAAAAAAAAAAAAAAAAAAAAA"]"#, "bad-json", None),
            (r#"{"command":7}"#, "bad-command", None),
            (r#"{"command":["quit"],"ref":"a"}"#, "bad-command", Some("a")),
            (r#"{"command":"refresh","session":"AAAAAAAAAAAAAAAAAAAAAA","ref":7}"#, "bad-command", None),
            ("{}", "bad-command", None),
            (r#"{"ref":"a"}"#, "bad-command", Some("a")),
            (r#"{"command":"dance","ref":"b"}"#, "unknown-command", Some("b")),
            (r#"{"command":"say","ref":"c"}"#, "bad-command", Some("c")),
            (r#"{"command":"accept","ticket":"short"}"#, "bad-command", None),
            (r#"{"command":"allow","session":"AAAAAAAAAAAAAAAAAAAAAA","id":-1}"#, "bad-command", None),
        ] {
            assert_eq!(code(text), (expected.to_owned(), reference.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn the_list_is_that_of_all_commands() {
        // What does not know a name says which there are.
        let error =
            Command::deserialize(serde_json::json!({"command": "dance"})).map_err(|error| error.to_string());
        let Err(error) = error else { panic!("it dances") };
        let known: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, COMMANDS, "{error}");
    }

    #[test]
    fn every_command_is_in_the_list() {
        for name in COMMANDS {
            let text = format!(
                r#"{{"command":"{name}","ticket":"AAAAAAAAAAAAAAAAAAAAAA","session":"AAAAAAAAAAAAAAAAAAAAAA",
                "text":"a","url":"b","id":1,"on":true}}"#
            );
            assert!(matches!(parse(&text), Line::Command(_)), "{name}");
        }
    }
}
