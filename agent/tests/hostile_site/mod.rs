//! A site that answers each path in another wrong way, with and without encryption.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The two servers.
#[derive(Debug)]
pub(crate) struct Site {
    /// Where it is spoken to without encryption.
    pub(crate) plain: SocketAddr,
    /// Where with.
    pub(crate) secure: SocketAddr,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Starts both; they end with the runtime.
    pub(crate) async fn start(certificate: &str, key: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let faults = Arc::default();
        Self {
            plain: listen(None, &faults).await,
            secure: listen(Some(TlsAcceptor::from(Arc::new(config))), &faults).await,
            faults,
        }
    }

    /// What requests said that they must not.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap().clone()
    }
}

async fn listen(tls: Option<TlsAcceptor>, faults: &Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let faults = Arc::clone(faults);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (tls, faults) = (tls.clone(), Arc::clone(&faults));
            tokio::spawn(async move {
                match tls {
                    None => serve(stream, &faults).await,
                    Some(tls) => {
                        // A visitor who does not trust us hangs up.
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, &faults).await;
                        }
                    }
                }
            });
        }
    });
    address
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, faults: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    for header in ["authorization:", "cookie:", "referer:", "origin:", "proxy-"] {
        if request.to_lowercase().contains(&format!("\n{header}")) {
            faults.lock().unwrap().push(request.clone());
        }
    }
    let target = request.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // Whoever asked may hang up at any time, and mostly should.
    let _ = answer(&mut stream, path, query).await;
    let _ = stream.shutdown().await;
}

fn page(server: &str) -> String {
    format!(
        "<!doctype html><title>A page</title><script src=\"{server}/alongside.js\" data-team={KEY}></script>"
    )
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), path: &str, query: &str) -> std::io::Result<()> {
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n";
    let helpful = page("https://shop.example");
    let whole = |head: &str, body: &str| format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let to = |to: &str| {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
    };
    let plain = "<!doctype html><title>A page</title><p>Nobody helps here.";
    let text = match path {
        "/to" => to(query),
        "/loop" => to("/loop"),
        "/again" => match query.parse::<u32>().unwrap() {
            0 => whole(ok, &helpful),
            left => to(&format!("/again?{}", left - 1)),
        },
        "/endless" => return endless(stream, &format!("{ok}\r\n{plain}"), "<p>and so on ").await,
        "/endless-with-help" => return endless(stream, &format!("{ok}\r\n{helpful}"), "<p>and so on ").await,
        "/headers" => return endless(stream, "HTTP/1.1 200 OK\r\n", "X-And: so on\r\n").await,
        "/header" => return endless(stream, "HTTP/1.1 200 OK\r\nX-And: ", "so on and ").await,
        "/drip" => return drip(stream, &format!("{ok}\r\n{plain}"), "x").await,
        "/drip-headers" => return drip(stream, "HTTP/1.1 200 OK\r\nX-And: ", "x").await,
        "/silent" => return std::future::pending().await,
        "/hang-up" => return Ok(()),
        "/ssh" => "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
        "/bomb" => return bomb(stream, &format!("{ok}Content-Encoding: gzip\r\n\r\n")).await,
        "/brotli" => whole(&format!("{ok}Content-Encoding: br\r\n"), &helpful),
        "/not-gzip" => whole(&format!("{ok}Content-Encoding: gzip\r\n"), &helpful),
        "/untyped" => whole("HTTP/1.1 200 OK\r\n", &helpful),
        "/pdf" => whole("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n", &helpful),
        "/text" => whole("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", &helpful),
        "/early" => format!("{ok}Content-Length: 100000\r\n\r\n{helpful}"),
        "/early-chunks" => format!("{ok}Transfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n"),
        "/missing" => whole("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n", plain),
        "/missing-with-help" => whole("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n", &helpful),
        "/plain" => whole(ok, plain),
        "/comment" => whole(ok, &format!("{plain}<!-- {helpful} -->")),
        "/insecure" => whole(ok, &page("http://shop.example")),
        "/blocked-server" => whole(ok, &page("https://shop.example:22")),
        "/local-server" => whole(ok, &page("http://127.0.0.1:8080")),
        "/localhost-server" => whole(ok, &page("http://localhost:8080")),
        "/inner-server" => whole(ok, &page("https://inner.example")),
        "/metadata-server" => whole(ok, &page("https://metadata.example")),
        _ => whole(ok, &helpful),
    };
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}

/// Says something again and again until nobody listens.
async fn endless(stream: &mut (impl AsyncWrite + Unpin), first: &str, again: &str) -> std::io::Result<()> {
    stream.write_all(first.as_bytes()).await?;
    let again = again.repeat(1000);
    loop {
        stream.write_all(again.as_bytes()).await?;
    }
}

/// The same, slowly.
async fn drip(stream: &mut (impl AsyncWrite + Unpin), first: &str, again: &str) -> std::io::Result<()> {
    stream.write_all(first.as_bytes()).await?;
    loop {
        stream.write_all(again.as_bytes()).await?;
        stream.flush().await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Sends a hundred megabytes of spaces as a hundred kilobytes.
async fn bomb(stream: &mut (impl AsyncWrite + Unpin), head: &str) -> std::io::Result<()> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..100 {
        encoder.write_all(&spaces)?;
    }
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&encoder.finish()?).await?;
    stream.flush().await
}
