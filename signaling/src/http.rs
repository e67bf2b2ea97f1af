//! HTTP: what is served under which path, and how one connection is.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::id::{StreamName, TeamId};
use alongside_signaling_proto::limits::{HEADER_TIMEOUT_MS, HTTP_LIFETIME_MS, MAX_HEAD_BYTES};
use alongside_signaling_proto::wire::SUBPROTOCOL;
use axum::body::Body;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Extension, Path, RawQuery, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::gate::{Caller, Gate};
use crate::hub::{Hub, Way};
use crate::metered::Metered;
use crate::stream::{MAX_POST_BYTES, Streams};
use crate::{assets, policy, socket, tag};

/// How long to wait when the system has no more file descriptors: to try at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many connections may wait to be accepted. Linux's own limit (`net.core.somaxconn`): whoever comes when it is full
/// is dropped, and tries again only after a second.
const BACKLOG: u32 = 4096;

/// What the handlers know.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) hub: Hub,
    pub(crate) gate: Arc<Gate>,
    pub(crate) streams: Streams,
    /// Whether the server is stopping.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Under which this server is reached; the first one is for print.
    pub(crate) origins: Arc<[String]>,
    pub(crate) teams: Arc<Teams>,
    pub(crate) demo: Option<TeamId>,
}

/// All paths.
pub(crate) fn router(site: Site) -> Router {
    let demo = site.demo;
    let start = if demo.is_some() { "/demo/" } else { "/console/" };
    let mut router = Router::new()
        .route("/v1/ws", get(upgrade))
        .route("/v1/stream", get(open_stream))
        .route("/v1/stream/{name}", post(post_to_stream).layer(DefaultBodyLimit::max(MAX_POST_BYTES)))
        .route("/snippet", get(snippet))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/", get(move || async move { Redirect::temporary(start) }))
        .route("/console", get(|| async { Redirect::permanent("/console/") }));
    if demo.is_some() {
        router = router.route("/demo", get(|| async { Redirect::permanent("/demo/") }));
    }
    router
        .with_state(site)
        .merge(assets::router(demo))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.\n") })
        .layer(middleware::from_fn(policy::apply))
}

/// Listens.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a server that restarts need not wait for connections of before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections until the server stops.
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    gate: Arc<Gate>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stopping) => return,
        };
        match accepted {
            Ok((stream, from)) => match gate.accept(from.ip()) {
                Some(caller) => {
                    tokio::spawn(serve(stream, caller, router.clone(), stopping.clone()));
                }
                // Closing at once is the cheapest answer there is.
                None => debug!("a connection too many"),
            },
            Err(error) => {
                warn!(kind = %error.kind(), "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, caller: Caller, router: Router, mut stopping: watch::Receiver<bool>) {
    // Off, Nagle's algorithm and a delayed acknowledgement cost a handshake 44 ms.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(kind = %error.kind(), "the connection is gone already");
        return;
    }
    let slot = Arc::clone(&caller.slot);
    let stream = Metered::new(stream, caller.meter.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(caller.clone());
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(router, request.map(Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEADER_TIMEOUT_MS))
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let mut lifetime = tokio::time::interval(Duration::from_millis(HTTP_LIFETIME_MS));
    lifetime.reset();
    let ended = loop {
        tokio::select! {
            ended = connection.as_mut() => break ended,
            _ = lifetime.tick() => if !slot.is_lasting() { return },
            () = stopped(&mut stopping) => {
                connection.as_mut().graceful_shutdown();
                break connection.await;
            }
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}

/// Waits until the server stops.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error is a server that is gone, and stops as well.
    let _ = stopping.wait_for(|&stopping| stopping).await;
}

async fn answer(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// `/v1/ws`: signaling.
async fn upgrade(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = socket::limited(upgrade).protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let problem = format!("This is signaling: ask for the WebSocket sub-protocol {SUBPROTOCOL}.\n");
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    let admitted = match site.gate.admit(&caller, &headers, site.hub.clock.now_ms()) {
        Ok(admitted) => admitted,
        Err(busy) => return busy.into_response(),
    };
    let origin = origin(&headers);
    upgrade.on_upgrade(move |socket: WebSocket| async move {
        let seat = site.hub.open(origin, admitted.source, Way::Socket).await;
        socket::serve(socket, seat, caller.meter.clone()).await;
        drop((admitted, caller));
    })
}

/// The `Origin` header. One that is no text is an origin all the same, and one that no page has.
fn origin(headers: &HeaderMap) -> Option<String> {
    headers.get(ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned())
}

/// `GET /v1/stream`: signaling over plain HTTP, what the broker says.
async fn open_stream(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response {
    let admitted = match site.gate.admit(&caller, &headers, site.hub.clock.now_ms()) {
        Ok(admitted) => admitted,
        Err(busy) => return busy.into_response(),
    };
    let mut name = [0; 16];
    if getrandom::fill(&mut name).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let lasting = caller.slot.last();
    let body = site.streams.open(&site.hub, StreamName(name), origin(&headers), admitted, lasting).await;
    // A proxy that gathers the answer before it passes it on would wait for ever.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    (unbuffered, [(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}

/// `POST /v1/stream/NAME`: signaling over plain HTTP, what the agent says.
async fn post_to_stream(State(site): State<Site>, Path(name): Path<String>, body: String) -> StatusCode {
    match name.parse() {
        Ok(name) => site.streams.post(name, &body).await.status(),
        Err(_) => StatusCode::NOT_FOUND,
    }
}

/// `/snippet?team=KEY`: the tag for a page.
async fn snippet(State(site): State<Site>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let teams = match tag::named(query.as_deref().unwrap_or_default(), site.demo) {
        Ok(teams) => teams,
        Err(problem) => return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response(),
    };
    if let Some(stranger) = teams.iter().find(|team| !site.teams.contains(team)) {
        let problem = format!("This server does not serve the team {stranger}: start it with --team.\n");
        return (StatusCode::NOT_FOUND, problem).into_response();
    }
    match base(&site.origins, &headers) {
        Some(origin) => assets::snippet(origin, &tag::attribute(&teams)).into_response(),
        None => {
            (StatusCode::INTERNAL_SERVER_ERROR, "This server does not know its address.\n").into_response()
        }
    }
}

/// The origin that the person dialled, if it is one of ours, or else the first.
fn base<'a>(origins: &'a [String], headers: &HeaderMap) -> Option<&'a String> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let dialled = |origin: &&String| origin.split_once("://").map(|(_, host)| host) == host;
    origins.iter().find(dialled).or_else(|| origins.first())
}

/// `/readyz`: whether new agents are welcome.
async fn ready(State(site): State<Site>) -> Response {
    if *site.stopping.borrow() {
        // By then another one listens, or nobody does.
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], "stopping\n").into_response()
    } else {
        "ready\n".into_response()
    }
}
