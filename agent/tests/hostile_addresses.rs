//! Every address of `tests/vectors/hostile-addresses.json`, read by `ask` from real servers and judged by
//! `help`.
//!
//! Nothing leaves this machine: names and addresses are those of a laboratory, in which each address of the
//! internet is a server of this test. What the laboratory is asked to connect to is what would have been
//! connected to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile_site;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alongside_agent::discover::{FetchOptions, Network, discover, openable};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use hostile_site::Site;
use serde::Deserialize;
use tokio::net::TcpStream;

/// Names the folder with the certificate that is trusted, in the process that has been told to trust it.
const FOLDER: &str = "ALONGSIDE_TEST_SITE";

/// The certificate is for these.
const NAMES: [&str; 8] = [
    "shop.example",
    "other.example",
    "inner.example",
    "home.example",
    "mapped.example",
    "mixed.example",
    "rebind.example",
    "localhost",
];

#[derive(Deserialize)]
struct Table {
    names: HashMap<String, Vec<Vec<IpAddr>>>,
    addresses: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    url: String,
    #[serde(default)]
    pad: usize,
    ask: String,
    allowed: Option<String>,
    #[serde(default = "shop")]
    origin: String,
    open: String,
}

fn shop() -> String {
    "https://shop.example".to_owned()
}

fn table() -> Table {
    let mut table: Table =
        serde_json::from_str(include_str!("../../tests/vectors/hostile-addresses.json")).unwrap();
    for case in &mut table.addresses {
        case.url.push_str(&"a".repeat(case.pad));
    }
    table
}

#[test]
fn each_address_is_there_once() {
    let table = table();
    assert!(table.addresses.len() >= 60);
    let names: BTreeSet<_> = table.addresses.iter().map(|case| &case.name).collect();
    let urls: BTreeSet<_> = table.addresses.iter().map(|case| (&case.url, &case.origin)).collect();
    assert_eq!((names.len(), urls.len()), (table.addresses.len(), table.addresses.len()));
}

#[test]
fn a_helpers_machine_opens_pages_of_the_sessions_site_only() {
    let wrong: BTreeMap<_, _> = table()
        .addresses
        .iter()
        .filter_map(|case| {
            let came = match openable(&case.url, &case.origin) {
                Ok(url) => {
                    assert_eq!(url.origin().ascii_serialization(), case.origin, "{}", case.name);
                    "opened".to_owned()
                }
                Err(refusal) => {
                    assert_is_for_people(&refusal.to_string());
                    refusal.code().to_owned()
                }
            };
            (came != case.open).then(|| (case.name.clone(), (case.open.clone(), came)))
        })
        .collect();
    assert!(wrong.is_empty(), "expected, came: {wrong:#?}");
}

#[test]
fn a_look_alike_is_shown_as_what_it_is() {
    let refusal = openable("https://shоp.example/", "https://shop.example").unwrap_err();
    assert!(refusal.to_string().contains("xn--shp-ted.example"), "{refusal}");
}

/// The agent trusts what the system trusts, and that is asked once in a process: so this starts itself again,
/// in a system that trusts the laboratory.
#[test]
fn a_page_is_read_or_refused_as_the_table_says() {
    if let Some(folder) = env::var_os(FOLDER) {
        let certificate = fs::read_to_string(env::var_os("SSL_CERT_FILE").unwrap()).unwrap();
        let key = fs::read_to_string(std::path::Path::new(&folder).join("key.pem")).unwrap();
        return tokio::runtime::Runtime::new().unwrap().block_on(read_all(&certificate, &key));
    }
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(NAMES.map(str::to_owned)).unwrap();
    let certificate = folder.path().join("certificate.pem");
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_page_is_read_or_refused_as_the_table_says", "--nocapture"])
        .env("SSL_CERT_FILE", &certificate)
        .env_remove("SSL_CERT_DIR")
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

async fn read_all(certificate: &str, key: &str) {
    let site = Arc::new(Site::start(certificate, key).await);
    let table = table();
    let cases = table.addresses.iter().flat_map(|case| {
        let default = (case, &case.ask, false);
        let allowed = case.allowed.as_ref().map(|expected| (case, expected, true));
        [Some(default), allowed].into_iter().flatten()
    });
    let wrong: BTreeMap<_, _> = futures_util::stream::iter(cases)
        .map(|(case, expected, allow_private)| {
            let laboratory = Arc::new(Laboratory::new(&table.names, &site));
            async move {
                let came = read(case, expected, allow_private, laboratory).await;
                (came != *expected).then_some(((&case.name, allow_private), (expected, came)))
            }
        })
        .buffer_unordered(4)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "expected, came: {wrong:#?}");
    for (from, expected) in [
        ("http://localhost/page", "found"),
        ("http://localhost/local-server", "found"),
        ("http://localhost/to?http://127.0.0.1:8080/page", "found"),
        ("http://localhost/to?http://10.0.0.5/page", "private-address"),
        ("http://localhost/inner-server", "private-server"),
        ("http://localhost/to?http://169.254.169.254/", "special-address"),
        ("http://10.0.0.5/page", "private-address"),
    ] {
        let network = Arc::new(Laboratory::new(&table.names, &site));
        let timeout = Duration::from_secs(120);
        let options = FetchOptions {
            allow_private: false,
            allow_loopback: true,
            timeout,
            connect_timeout: timeout,
            network,
        };
        let came = discover(from, &options).await;
        let came = came.map_or_else(|refusal| refusal.code(), |_| "found");
        assert_eq!(came, expected, "{from}, where this machine may be reached");
    }
    let faults = site.faults();
    assert!(faults.is_empty(), "what a request must not say: {faults:#?}");
}

async fn read(case: &Case, expected: &str, allow_private: bool, laboratory: Arc<Laboratory>) -> String {
    // Those servers never come to an end, and any patience is too short; with the others a busy machine has
    // time.
    let timeout = if expected == "too-slow" { Duration::from_millis(500) } else { Duration::from_secs(120) };
    let options = FetchOptions {
        allow_private,
        allow_loopback: false,
        timeout,
        connect_timeout: timeout,
        network: Arc::clone(&laboratory) as Arc<dyn Network>,
    };
    let came = match discover(&case.url, &options).await {
        Ok(found) => {
            assert_eq!(found.title, "A page", "{}", case.name);
            "found".to_owned()
        }
        Err(refusal) => {
            assert_is_for_people(&refusal.to_string());
            refusal.code().to_owned()
        }
    };
    let connected = laboratory.connected.lock().unwrap();
    let inner: Vec<_> = connected.iter().filter(|address| is_inner(**address)).collect();
    assert!(allow_private || inner.is_empty(), "{} was connected to {inner:?}", case.name);
    assert!(!connected.iter().any(|address| is_link_local(*address)), "{}: {connected:?}", case.name);
    came
}

/// Whether an address is one of this machine or a network behind it: written again, and more simply, than in
/// the code.
fn is_inner(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_unspecified(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unspecified(),
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn assert_is_for_people(text: &str) {
    assert!(
        text.ends_with('.') && text.matches(". ").count() + text.matches("? ").count() >= 1
            || text.len() < 90
    );
    assert!(!text.contains(['\n', '{', '"']) && !text.contains("error"), "{text}");
}

/// A network in which the names are those of the table and every address is the one site.
#[derive(Debug)]
struct Laboratory {
    names: HashMap<String, Vec<Vec<IpAddr>>>,
    resolved: Mutex<HashMap<String, usize>>,
    connected: Mutex<Vec<IpAddr>>,
    plain: SocketAddr,
    secure: SocketAddr,
}

impl Laboratory {
    fn new(names: &HashMap<String, Vec<Vec<IpAddr>>>, site: &Site) -> Self {
        Self {
            names: names.clone(),
            resolved: Mutex::default(),
            connected: Mutex::default(),
            plain: site.plain,
            secure: site.secure,
        }
    }
}

impl Network for Laboratory {
    fn resolve<'a>(&'a self, name: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let found = self.names.get(name).map(|answers| {
            let mut resolved = self.resolved.lock().unwrap();
            let count = resolved.entry(name.to_owned()).or_default();
            let answer = &answers[(*count).min(answers.len() - 1)];
            *count += 1;
            answer.iter().map(|address| SocketAddr::new(*address, port)).collect()
        });
        Box::pin(std::future::ready(found.ok_or_else(|| io::ErrorKind::NotFound.into())))
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(address.ip());
        let is_dead = address.ip().to_string().starts_with("203.119.255.");
        let server = if matches!(address.port(), 443 | 8443) { self.secure } else { self.plain };
        Box::pin(async move {
            if is_dead {
                Err(io::ErrorKind::ConnectionRefused.into())
            } else {
                TcpStream::connect(server).await
            }
        })
    }
}
