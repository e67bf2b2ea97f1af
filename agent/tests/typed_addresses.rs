//! What `ask` makes of an address as it is typed: only who plainly writes this machine's name means it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A site of one page in which nobody helps; counts who comes.
fn site() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut stream = stream.unwrap();
            // A request without a body is one piece on the loopback interface.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x");
        }
    });
    (port, visits)
}

/// Asks, with nothing to say; gives the exit status and standard error.
fn ask(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_alongside-agent"))
        .args(["ask", "--json"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_odd_spelling_of_this_machine_is_not_followed() {
    let (port, visits) = site();
    for host in [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "127。0。0。1",
        "127.0.0.1.",
    ] {
        let (status, said) = ask(&[&format!("http://{host}:{port}/")]);
        assert_eq!((status, visits.load(Ordering::SeqCst)), (1, 0), "{host}: {said}");
        assert!(said.contains("--allow-private"), "{host}: {said}");
    }
}

#[test]
fn this_machine_is_read_by_its_name_or_where_that_is_allowed() {
    let (port, visits) = site();
    for (count, arguments) in [
        vec![format!("http://localhost:{port}/")],
        vec![format!("http://127.0.0.1:{port}/")],
        vec!["--allow-private".to_owned(), format!("http://2130706433:{port}/")],
    ]
    .iter()
    .enumerate()
    {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (status, said) = ask(&arguments);
        // Read, and nobody helps there.
        assert_eq!((status, visits.load(Ordering::SeqCst)), (3, count + 1), "{arguments:?}: {said}");
    }
}

#[test]
fn what_is_no_page_is_refused_in_words() {
    for address in
        ["javascript:alert(1)", "file:///etc/passwd", "https://user:word@shop.example/", "http://10.0.0.1/"]
    {
        let (status, said) = ask(&[address]);
        assert_eq!(status, 1, "{address}: {said}");
        assert!(said.trim_end().ends_with('.') && said.lines().count() == 1, "{address}: {said}");
    }
}
