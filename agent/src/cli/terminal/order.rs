//! What a person typed.

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// Enter alone.
    Nothing,
    /// To the other person.
    Say(String),
    /// Take the one with this number, or whoever has waited the longest.
    Accept(Option<u32>),
    /// Turn to another session.
    Turn(u32),
    /// Propose an address, or report one with its title.
    Go { url: String, title: String },
    /// Propose to load the page again.
    Refresh,
    /// Give the visitor back to the queue.
    Return,
    /// End the session.
    End,
    /// Not be told of those who ask, for now.
    Away,
    /// Be told of them again.
    Back,
    /// Agree to what is proposed.
    Yes,
    /// Turn it down.
    No,
    /// Who is there.
    List,
    /// What can be typed.
    Help,
    /// Leave.
    Quit,
    /// Begins like an order and is none.
    Unknown(String),
}

/// Reads a line.
pub(super) fn read(line: &str) -> Order {
    let line = line.trim();
    if line.is_empty() {
        return Order::Nothing;
    }
    let Some(order) = line.strip_prefix('/') else { return Order::Say(line.to_owned()) };
    if order.starts_with('/') {
        return Order::Say(order.to_owned());
    }
    let (word, rest) = order.split_once(char::is_whitespace).unwrap_or((order, ""));
    let rest = rest.trim();
    let unknown = || Order::Unknown(word.to_owned());
    if word == "go" {
        let (url, title) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        return if url.is_empty() {
            unknown()
        } else {
            Order::Go { url: url.to_owned(), title: title.trim().to_owned() }
        };
    }
    if word == "accept" && !rest.is_empty() {
        return rest.parse().map_or_else(|_| unknown(), |number| Order::Accept(Some(number)));
    }
    if !rest.is_empty() {
        return unknown();
    }
    match word {
        "accept" => Order::Accept(None),
        "refresh" => Order::Refresh,
        "return" => Order::Return,
        "end" => Order::End,
        "away" => Order::Away,
        "back" => Order::Back,
        "yes" | "y" => Order::Yes,
        "no" | "n" => Order::No,
        "list" => Order::List,
        "help" | "?" => Order::Help,
        "quit" => Order::Quit,
        number => number.parse().map_or_else(|_| unknown(), Order::Turn),
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, read};

    #[test]
    fn a_line_is_an_order_or_talk() {
        for (line, order) in [
            ("", Order::Nothing),
            ("  \t", Order::Nothing),
            ("hello /end", Order::Say("hello /end".to_owned())),
            ("//end is a command", Order::Say("/end is a command".to_owned())),
            ("/accept", Order::Accept(None)),
            ("/accept 3", Order::Accept(Some(3))),
            ("/accept three", Order::Unknown("accept".to_owned())),
            ("/12", Order::Turn(12)),
            ("/-1", Order::Unknown("-1".to_owned())),
            ("/go", Order::Unknown("go".to_owned())),
            ("/go /cart", Order::Go { url: "/cart".to_owned(), title: String::new() }),
            (
                "/go  https://a.example/  A title ",
                Order::Go { url: "https://a.example/".to_owned(), title: "A title".to_owned() },
            ),
            ("/return", Order::Return),
            ("/end", Order::End),
            ("/end now", Order::Unknown("end".to_owned())),
            ("/y", Order::Yes),
            ("/no", Order::No),
            ("/dance", Order::Unknown("dance".to_owned())),
            ("/", Order::Unknown(String::new())),
        ] {
            assert_eq!(read(line), order, "{line:?}");
        }
    }
}
