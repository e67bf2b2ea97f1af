//! `--browser` on either side: a real Chromium goes along.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{PATIENCE, Program, connect};
use crate::world::World;

/// A headless Chromium with a profile of its own. Ended with the test.
struct Chromium {
    child: Child,
    port: u16,
    _profile: TempDir,
}

impl Chromium {
    /// Starts one, or says why there is none. Where tests must not be left out, that fails.
    fn start() -> Option<Self> {
        let Some(program) = find() else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no Chromium: set CHROMIUM to one");
            // Past the test runner, which shows nothing of what passes.
            let _ = writeln!(std::io::stderr(), "skipped: no Chromium; set CHROMIUM to one");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let child = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--remote-debugging-port=0", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its processes are a group, so that they can be ended together.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut chromium = Self { child, port: 0, _profile: profile };
        let file = chromium._profile.path().join("DevToolsActivePort");
        chromium.port = soon("Chromium starts", || {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            text.split_once('\n').filter(|(_, path)| !path.is_empty())?.0.parse().ok()
        });
        Some(chromium)
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the browser's own HTTP endpoint. It keeps connections open, so the end of an answer is counted.
    fn get(&self, path: &str) -> String {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(&stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port).unwrap();
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap();
                }
                None if line.trim_end().is_empty() => break,
                Some(_) | None => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }

    /// The tabs that show pages of a site: address and number.
    fn tabs(&self, site: &str) -> Vec<(String, String)> {
        let tabs: Vec<Value> = serde_json::from_str(&self.get("/json/list")).unwrap();
        let text = |tab: &Value, name: &str| tab[name].as_str().unwrap().to_owned();
        tabs.iter()
            .filter(|tab| tab["type"] == "page")
            .map(|tab| (text(tab, "url"), text(tab, "id")))
            .filter(|(url, _)| url.starts_with(site))
            .collect()
    }

    /// Waits until one tab alone shows pages of the site, and this one; gives its number.
    fn shows(&self, site: &str, path: &str) -> String {
        soon(path, || match self.tabs(site).as_slice() {
            [(url, id)] if *url == format!("{site}{path}") => Some(id.clone()),
            _ => None,
        })
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").filter(|name| !name.is_empty()).map(PathBuf::from);
    named.or_else(|| {
        let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        names
            .iter()
            .find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
    })
}

/// Asks again until there is an answer.
fn soon<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_helpers_browser_goes_along() {
    let Some(chromium) = Chromium::start() else { return };
    let world = World::new();
    let mut helper = world.helper(&["--browser", &chromium.endpoint()]);
    let mut visitor = world.visitor("/cart?item=7");
    let session = connect(&mut helper, &mut visitor);
    chromium.shows(&world.site, "/cart?item=7");
    let mut go = |visitor: &mut Program, url: String| {
        visitor.tell(json!({"command": "go", "session": session, "url": url, "title": "Next"}));
        helper.until("page");
    };
    go(&mut visitor, format!("{}/pay", world.site));
    let tab = chromium.shows(&world.site, "/pay");
    // Another site stays between visitor and browser, and the helper's stays where it is.
    visitor
        .tell(json!({"command": "go", "session": session, "url": "https://elsewhere.example/", "title": ""}));
    assert_eq!(visitor.until("error")["code"], "other-origin");
    go(&mut visitor, format!("{}/done", world.site));
    assert_eq!(chromium.shows(&world.site, "/done"), tab);

    // Whoever closes it has had enough of it.
    chromium.get(&format!("/json/close/{tab}"));
    soon("it closes", || chromium.tabs(&world.site).is_empty().then_some(()));
    go(&mut visitor, format!("{}/more", world.site));
    visitor.tell(json!({"command": "end", "session": session}));
    helper.until("ended");
    assert!(chromium.tabs(&world.site).is_empty(), "it stays closed");
    helper.tell(json!({"command": "quit"}));
    let ended = helper.ended();
    assert_eq!((ended.status, ended.errors.as_str()), (Some(0), ""));
}

#[test]
fn a_visitors_browser_goes_where_they_agree_to_go() {
    let Some(chromium) = Chromium::start() else { return };
    let world = World::new();
    let mut helper = world.helper(&[]);
    let page = format!("{}/cart", world.site);
    let mut visitor = Program::start(&["ask", &page, "--browser", &chromium.endpoint()]);
    let ticket = helper.until("asked")["ticket"].clone();
    helper.tell(json!({"command": "accept", "ticket": ticket}));
    assert_eq!(helper.until("page")["url"], page);
    let client = helper.until("client");
    assert!(client["client"]["screen"]["width"].as_u64().unwrap() > 0, "it is the browser's own: {client}");
    visitor.until_text("Dana is with you");
    for (path, answer, told) in [("/refused", "n", "refused"), ("/pay", "y", "allowed")] {
        let url = format!("{}{path}", world.site);
        helper.tell(json!({"command": "propose", "session": ticket, "url": url, "ref": path}));
        visitor.until_text(&url);
        visitor.write(answer);
        assert_eq!(helper.until(told)["ref"], path);
    }
    let page = helper.until("page");
    assert_eq!(page["url"], format!("{}/pay", world.site));
    chromium.shows(&world.site, "/pay");
    helper.tell(json!({"command": "refresh", "session": ticket}));
    visitor.until_text("load the page again");
    visitor.write("y");
    helper.until("allowed");
    let again = helper.until("page");
    assert!(again["epoch"].as_u64() > page["epoch"].as_u64(), "a document anew: {again}");
    visitor.write("/end");
    assert_eq!(helper.until("ended")["by"], "visitor");
    assert_eq!(visitor.ended().status, Some(0));
    chromium.shows(&world.site, "/pay");
}

#[test]
fn a_page_in_the_browser_that_names_nobody_is_three() {
    let Some(chromium) = Chromium::start() else { return };
    let visitor = Program::start(&["ask", "about:blank", "--browser", &chromium.endpoint()]);
    assert_eq!(visitor.ended().status, Some(1));
    let site = crate::site::serve("<!doctype html><title>A shop</title>".to_owned());
    let visitor = Program::start(&["ask", &site, "--json", "--browser", &chromium.endpoint()]);
    let ended = visitor.ended();
    assert_eq!(ended.status, Some(3), "{}", ended.errors);
    assert!(ended.rest.iter().any(|line| line.contains("\"no-contact\"")), "{:?}", ended.rest);
}
