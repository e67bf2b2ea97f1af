//! What each outcome means, and what to do about it. Does no IO.

use std::fmt;

use alongside_signaling_proto::limits::CERTIFICATE_GRACE_S;

use super::http::Answer;
use super::{Outcome, Trouble};

/// By how much clocks may differ without a word. Units: seconds. Certificates do not notice.
const QUIET_S: u64 = 5;

/// What one attempt means.
///
/// Shape: written out, it is one line: what was tried, what came of it, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    tried: String,
    meaning: String,
    advice: Option<&'static str>,
    is_good: bool,
}

impl Finding {
    /// Whether it is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.is_good
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}.", self.tried, self.meaning)?;
        self.advice.map_or(Ok(()), |advice| write!(f, " {advice}"))
    }
}

/// Says what an outcome at a server means.
pub(super) fn judge(server: &str, outcome: &Outcome) -> Finding {
    match outcome {
        Outcome::Healthy(Ok(Answer { status: 200, text, .. })) if text == "ok" => {
            good(format!("Server {server}"), "it answers".to_owned())
        }
        Outcome::Healthy(Ok(answer)) if answer.is_gateway() => bad(
            format!("Server {server}"),
            format!("a proxy answers with status {}, and does not reach the server behind it", answer.status),
            "Check that alongside-signaling runs, and that the proxy passes on to its --listen.",
        ),
        Outcome::Healthy(Ok(answer)) => bad(
            format!("Server {server}"),
            format!("something answers with status {}, and it is no Alongside server", answer.status),
            "Check the address. A proxy or a network's sign-in page may stand between: open it in a browser.",
        ),
        Outcome::Healthy(Err(trouble)) => {
            let (meaning, advice) = at_server(*trouble);
            bad(format!("Server {server}"), meaning, advice)
        }
        Outcome::Ready(Ok(Answer { status: 200, text, .. })) if text == "ready" => {
            good("New work".to_owned(), "it takes visitors and helpers".to_owned())
        }
        Outcome::Ready(Ok(Answer { status: 503, .. })) => bad(
            "New work".to_owned(),
            "the server is stopping".to_owned(),
            "Wait a minute: it usually comes back by itself.",
        ),
        Outcome::Ready(Ok(answer)) => bad(
            "New work".to_owned(),
            format!("something answers with status {} in the server's place", answer.status),
            "Have whoever runs the proxy before it pass on every path.",
        ),
        Outcome::Ready(Err(trouble)) => {
            let (meaning, advice) = at_server(*trouble);
            bad("New work".to_owned(), meaning, advice)
        }
        Outcome::Signaling(Ok(())) => {
            good("Signaling".to_owned(), "the WebSocket opens and is answered".to_owned())
        }
        Outcome::Signaling(Err(trouble)) => {
            let (meaning, advice) = at_signaling(*trouble);
            bad("Signaling".to_owned(), meaning, advice)
        }
        Outcome::Clock(skew_s) => clock(*skew_s),
        Outcome::Stun { server, seen: Ok(seen) } => good(
            format!("STUN {server}"),
            if seen.outside.ip() == seen.inside.to_canonical() {
                format!("the world sees this machine as {}, which is its own address", seen.outside.ip())
            } else {
                format!("the world sees this machine as {}, through a router", seen.outside.ip())
            },
        ),
        Outcome::Stun { server, seen: Err(trouble) } => {
            let (meaning, advice) = at_stun(*trouble);
            bad(format!("STUN {server}"), meaning, advice)
        }
    }
}

fn good(tried: String, meaning: String) -> Finding {
    Finding { tried, meaning, advice: None, is_good: true }
}

fn bad(tried: String, meaning: String, advice: &'static str) -> Finding {
    Finding { tried, meaning, advice: Some(advice), is_good: false }
}

fn clock(skew_s: Option<i64>) -> Finding {
    let tried = "Clock".to_owned();
    let Some(skew_s) = skew_s else {
        let meaning = "the server does not say what time it is".to_owned();
        return bad(tried, meaning, "Have whoever runs the proxy before it let the Date header through.");
    };
    let off_s = skew_s.unsigned_abs();
    let side = if skew_s > 0 { "ahead of" } else { "behind" };
    if off_s <= QUIET_S {
        good(tried, "it agrees with the server's".to_owned())
    } else if off_s <= CERTIFICATE_GRACE_S {
        good(tried, format!("it is {} {side} the server's, which certificates allow for", span(off_s)))
    } else {
        bad(
            tried,
            format!(
                "it is {} {side} the server's, so that good certificates look expired or too new",
                span(off_s)
            ),
            "Set the clock of this machine, best by the network; if it is right, the server's is wrong.",
        )
    }
}

/// A span of time in the words of a person.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn at_server(trouble: Trouble) -> (String, &'static str) {
    match trouble {
        Trouble::UnknownHost => (
            "its name is not known here".to_owned(),
            "Check the address for a slip, and whether this machine is on the network.",
        ),
        Trouble::Closed => (
            "the machine is there, but nobody listens at that port".to_owned(),
            "Check the port, and whether the server runs.",
        ),
        Trouble::Unreachable => (
            "there is no way to it".to_owned(),
            "Check whether this machine is on the network, and whether a VPN is needed.",
        ),
        Trouble::Silent => (
            "nothing came back in time".to_owned(),
            "A firewall may drop what is sent: try another network, or ask whoever runs this one.",
        ),
        Trouble::Untrusted => (
            "its certificate is none that this machine trusts".to_owned(),
            "Somebody may be listening in. Check the address and this machine's clock, or ask whoever runs it.",
        ),
        Trouble::Nonsense | Trouble::Stranger => (
            "what answers does not speak HTTP as it should".to_owned(),
            "Check the address: http or https, and the port.",
        ),
        Trouble::Status(status) => (
            format!("it refused with status {status}"),
            "Ask whoever runs the server or the proxy before it.",
        ),
    }
}

fn at_signaling(trouble: Trouble) -> (String, &'static str) {
    match trouble {
        Trouble::Status(status) => (
            format!("the WebSocket was refused with status {status}"),
            "A proxy may not pass on WebSockets: have /v1/ws upgraded, as the server's guide shows.",
        ),
        Trouble::Stranger => (
            "what answers is a WebSocket of something else".to_owned(),
            "Have the proxy pass on the Sec-WebSocket-Protocol header, or check the address.",
        ),
        Trouble::Nonsense => (
            "the WebSocket opens or breaks without an answer".to_owned(),
            "A proxy or an inspecting firewall may stand between: try another network.",
        ),
        Trouble::Silent => (
            "the WebSocket stays without an answer".to_owned(),
            "A proxy may hold back what is said: turn its buffering off for /v1/ws, or try another network.",
        ),
        Trouble::UnknownHost | Trouble::Closed | Trouble::Unreachable | Trouble::Untrusted => {
            at_server(trouble)
        }
    }
}

fn at_stun(trouble: Trouble) -> (String, &'static str) {
    match trouble {
        Trouble::UnknownHost => (
            "its name is not known here".to_owned(),
            "Where it has another name than the server, say it with --stun HOST:PORT.",
        ),
        Trouble::Closed => (
            "nobody listens at that UDP port".to_owned(),
            "Where it has another port, say it with --stun HOST:PORT; otherwise check that the server runs it.",
        ),
        Trouble::Silent => (
            "no answer over UDP".to_owned(),
            "This network may block UDP, and then nobody outside of it is reached: try another, or ask its admin.",
        ),
        Trouble::Nonsense | Trouble::Stranger | Trouble::Status(_) => (
            "what answers is no STUN server".to_owned(),
            "Check the port, and say the right one with --stun HOST:PORT.",
        ),
        Trouble::Unreachable | Trouble::Untrusted => (
            "there is no way to it over UDP".to_owned(),
            "Check whether this machine is on the network, and whether a VPN or firewall lets UDP out.",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::doctor::Seen;

    fn answer(status: u16, text: &str) -> Answer {
        Answer { status, text: text.to_owned(), skew_s: Some(0) }
    }

    fn seen(outside: &str, inside: &str) -> Outcome {
        let seen = Seen { outside: outside.parse().unwrap(), inside: inside.parse().unwrap() };
        Outcome::Stun { server: "a.example:3478".to_owned(), seen: Ok(seen) }
    }

    #[test]
    fn every_outcome_has_its_words() {
        for (outcome, is_good, words) in [
            (Outcome::Healthy(Ok(answer(200, "ok"))), true, "it answers."),
            (Outcome::Healthy(Ok(answer(200, "<html>"))), false, "no Alongside server"),
            (Outcome::Healthy(Ok(answer(404, "ok"))), false, "status 404"),
            (Outcome::Healthy(Ok(answer(502, "<html>"))), false, "does not reach the server behind it"),
            (Outcome::Healthy(Ok(answer(504, ""))), false, "a proxy answers with status 504"),
            (Outcome::Healthy(Ok(answer(500, ""))), false, "no Alongside server"),
            (Outcome::Healthy(Err(Trouble::Untrusted)), false, "none that this machine trusts"),
            (Outcome::Ready(Ok(answer(200, "ready"))), true, "takes visitors"),
            (Outcome::Ready(Ok(answer(503, "stopping"))), false, "is stopping"),
            (Outcome::Ready(Ok(answer(502, "ready"))), false, "status 502"),
            (Outcome::Signaling(Ok(())), true, "opens and is answered"),
            (Outcome::Signaling(Err(Trouble::Status(426))), false, "refused with status 426"),
            (Outcome::Signaling(Err(Trouble::Stranger)), false, "something else"),
            (Outcome::Clock(None), false, "does not say"),
            (Outcome::Clock(Some(0)), true, "agrees"),
            (Outcome::Clock(Some(-5)), true, "agrees"),
            (Outcome::Clock(Some(6)), true, "6 seconds ahead of"),
            (Outcome::Clock(Some(-300)), true, "5 minutes behind"),
            (Outcome::Clock(Some(301)), false, "5 minutes ahead of"),
            (Outcome::Clock(Some(-90_000)), false, "25 hours behind"),
            (Outcome::Clock(Some(i64::MIN)), false, "days behind"),
            (seen("192.0.2.1:5", "192.0.2.1"), true, "its own address"),
            (seen("192.0.2.1:5", "10.0.0.1"), true, "192.0.2.1, through a router"),
            (
                Outcome::Stun { server: "a.example:1".to_owned(), seen: Err(Trouble::Silent) },
                false,
                "no answer over UDP",
            ),
        ] {
            let finding = judge("https://a.example", &outcome);
            assert_eq!(finding.is_good(), is_good, "{outcome:?}");
            assert!(finding.to_string().contains(words), "{finding}");
            assert_eq!(finding.advice.is_none(), is_good, "{finding}");
        }
    }

    #[test]
    fn every_trouble_has_advice_everywhere_and_is_one_line() {
        let troubles = [
            Trouble::UnknownHost,
            Trouble::Closed,
            Trouble::Unreachable,
            Trouble::Silent,
            Trouble::Untrusted,
            Trouble::Nonsense,
            Trouble::Status(500),
            Trouble::Stranger,
        ];
        for trouble in troubles {
            for outcome in [
                Outcome::Healthy(Err(trouble)),
                Outcome::Ready(Err(trouble)),
                Outcome::Signaling(Err(trouble)),
                Outcome::Stun { server: "a.example:1".to_owned(), seen: Err(trouble) },
            ] {
                let line = judge("https://a.example", &outcome).to_string();
                assert!(line.ends_with('.') && !line.contains('\n'), "{line}");
            }
        }
    }
}
