//! What a person reads when something went wrong, by its code: what it is, and what to do.

/// Says what a code means.
pub(crate) fn explain(code: &str) -> &'static str {
    match code {
        // The helper could not be verified.
        "handshake-failed" => "The other side could not be verified, so nothing was said to them. Try again.",
        "certificate-invalid" => "That is no helper certificate. Ask the site's owner for a new invite.",
        "certificate-foreign" => {
            "Somebody answered whom this site does not know, so nothing was said to them."
        }
        "certificate-expired" => {
            "The helper's invite has run out. Ask the site's owner for a new one; a wrong clock does this too."
        }
        "origin-not-allowed" => "The helper who answered is not there for this site.",
        "key-mismatch" => "Somebody answered with another helper's certificate, so nothing was said to them.",
        // The server refused.
        "unknown-team" => "The server does not know this team. Check the team key, or ask whoever runs it.",
        "certificate-denied" => "This invite has been taken back. Ask the site's owner for a new one.",
        "signature-invalid" => {
            "The server does not accept this invite at this address. Use the invite's own link."
        }
        "bad-origin" | "origin-mismatch" => "The server does not take asks for that page's address.",
        "queue-full" => "Very many people are waiting. Try again in a few minutes.",
        "blocked" => "This team cannot help on your network now. Try again later.",
        "too-many-sessions" => "You are helping as many people as one helper can. End a session first.",
        "server-lost" => "The server went away before you had each other. They ask again once it is back.",
        "ticket-gone" => "They are being helped by somebody else, or have left.",
        "challenge-expired" => "Signing in took too long, and is tried again.",
        // Between the two.
        "server-unreachable" => "The server cannot be reached. It is being tried again; `doctor` says more.",
        "connect-timeout" => "The network let no direct connection through. Another network often does.",
        "seal-broken" => "Something on the way changed what was said, so the session was ended. Try again.",
        "peer-fault" => "The other side did not keep to the protocol, so the session was ended.",
        // What was wanted does not fit.
        "not-sent" => "That was not sent: it is empty or too long, or too much is waiting to be delivered.",
        "not-proposed" => {
            "That was not proposed: it is no address of the visitor's site, or nobody is there any more."
        }
        "state-unwritten" => {
            "The state file cannot be written. The conversation goes on, but would not survive a crash: make room, or end it."
        }
        "other-origin" => "That is another site, so it stays between you and your browser.",
        "unknown-session" => "There is no such session. It may have ended.",
        "unknown-ticket" => "Nobody waits with that ticket any more.",
        "wrong-role" => "That is for the other side to do.",
        "wrong-state" => "That does not fit now.",
        "cryptography" => "This machine gives no randomness, and without it nothing can be sealed.",
        _ => "Something went wrong. If it happens again, please tell whoever runs this server.",
    }
}
