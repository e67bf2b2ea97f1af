//! One WebRTC connection with its one negotiated data channel. Nothing outside this module names `webrtc`.
//!
//! ```text
//! new ─ offer ─ accept ┐
//!     └ answer ────────┴─ candidates both ways ─ Opened ─ Received … ─ Closed
//! ```
//!
//! Nothing here waits for gathering: a description is given as soon as it stands, and each candidate follows
//! when it is found. What ends a connection (the other side, a failed path, a fault, or [`Peer::close`]) goes
//! one way: the keeper, a task of its own, takes everything down and then says [`PeerEvent::Closed`], which
//! nothing follows.
//!
//! The crate's parts (ICE, DTLS, SCTP) are put together here rather than by its `RTCPeerConnection`: that one
//! registers a negotiated channel after the association stands, and a message that arrives in between takes
//! the channel's place, which then never opens. `tests/bench/webrtc.md` has the measurements behind this, and
//! behind the version.

mod description;
mod twice;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use alongside_agent_proto::limits::{MAX_CANDIDATES, MAX_MESSAGE_BYTES};
use alongside_agent_proto::wire::{CONTROL_CHANNEL, Candidate};
use alongside_signaling_proto::wire::IceServer;
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;
use webrtc::dtls::config::{ClientAuthType, Config as DtlsConfig};
use webrtc::dtls::conn::DTLSConn;
use webrtc::dtls::crypto::Certificate;
use webrtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use webrtc::ice::agent::Agent as Ice;
use webrtc::ice::agent::agent_config::AgentConfig as IceConfig;
use webrtc::ice::candidate::Candidate as IceCandidate;
use webrtc::ice::candidate::candidate_base::unmarshal_candidate;
use webrtc::ice::network_type::supported_network_types;
use webrtc::ice::state::ConnectionState;
use webrtc::ice::url::{ProtoType, SchemeType, Url};
use webrtc::sctp::association::{Association, Config as SctpConfig};
use webrtc::sctp::chunk::chunk_payload_data::PayloadProtocolIdentifier as Kind;
use webrtc::sctp::stream::Stream;
use webrtc::util::Conn;
use webrtc::util::ifaces::ifaces;

use description::{Description, DescriptionError, MAX_MESSAGE_SIZE, SCTP_PORT, Setup};
use twice::Twice;

/// How many events wait to be taken. The messages among them are, beside [`RECEIVE_WINDOW`], what a peer can
/// make us hold: one mebibyte.
const QUEUE: usize = 32;

/// How much of what arrives is held while nobody takes it; then the other side has to wait. Units: bytes. Two
/// of the longest messages that a browser sends to who has not said what it takes.
const RECEIVE_WINDOW: u32 = 2 * MAX_MESSAGE_SIZE;

/// How long a silent path is borne before it counts as disturbed. Browsers check every 2.5 s.
const DISCONNECTED_AFTER: Duration = Duration::from_secs(5);

/// How long a disturbed path may take to come back. Together with [`DISCONNECTED_AFTER`], a peer who was
/// killed is noticed in ten seconds, and Wi-Fi that roams is not.
const FAILED_AFTER: Duration = Duration::from_secs(5);

/// How often we check a quiet path.
const KEEPALIVE: Duration = Duration::from_secs(2);

/// How often paths are tried until one stands: the pace of RFC 8445 section 14.2. By the crate's own 200 ms a
/// path that works waits as long for being chosen.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// How many tries a path has: as many as there is time for before the connection fails. Routers may open only
/// once the other side tries too.
const MAX_CHECKS: u16 = 200;

/// How long direct paths are preferred before one over a relay is taken.
const RELAY_WAIT: Duration = Duration::from_millis(500);

/// How soon the DTLS handshake repeats what may be lost. A round trip around the world is below this; the
/// crate's own second would be felt.
const DTLS_REPEAT: Duration = Duration::from_millis(400);

/// How long securing a path that stands may take. Ten times the four round trips around the world that it
/// needs.
const SECURE_TIMEOUT: Duration = Duration::from_secs(10);

/// What browsers ask every DTLS peer for, though a data channel has no use for it.
const SRTP: [SrtpProtectionProfile; 2] =
    [SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80];

/// What became of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PeerEvent {
    /// A local candidate was found.
    Found(Candidate),
    /// The data channel is open.
    Opened,
    /// Something arrived on the data channel.
    Received(Received),
    /// The path has gone silent.
    Disturbed,
    /// The data channel closed, or the connection failed or was closed. Once, and the last.
    Closed,
}

/// What arrived on the data channel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// A text. One above [`MAX_MESSAGE_BYTES`] is cut to about one byte more, so that it still is above.
    Text(String),
    /// No text.
    Binary,
}

/// Why a connection did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PeerError {
    /// No peer connection can be made.
    #[error("no peer connection can be made")]
    Ice(#[from] webrtc::ice::Error),
    /// No certificate can be made.
    #[error("no certificate can be made")]
    Certificate(#[from] webrtc::dtls::Error),
    /// The other side's description is none that fits here.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// A description that is not expected now.
    #[error("there is another description already, or none to answer")]
    State,
    /// A candidate that cannot be read, or that comes before the remote description.
    #[error("the candidate does not fit")]
    Candidate,
    /// The data channel is not open, or not any more.
    #[error("the data channel is not open")]
    NotOpen,
}

/// One peer connection. Letting go of it closes it.
pub(crate) struct Peer {
    ice: Arc<Ice>,
    line: Arc<Line>,
    /// What we say of ourselves, before it is fitted to what the other side says.
    local: Description,
    talk: Mutex<Talk>,
}

/// What has been said between the two.
#[derive(Debug)]
struct Talk {
    is_offerer: Option<bool>,
    /// How the keeper is told to connect, once both have spoken.
    begin: Option<oneshot::Sender<Begin>>,
}

/// What the keeper needs to connect.
#[derive(Debug)]
struct Begin {
    remote: Description,
    /// Whether we decide on the path (RFC 8445 section 6.1.1).
    is_controlling: bool,
    /// Whether we begin the DTLS handshake (RFC 8842 section 5).
    is_client: bool,
}

impl Peer {
    /// Makes a peer connection; nothing is gathered or sent before its first description.
    ///
    /// Servers that are not UDP STUN or TURN are left out.
    pub(crate) async fn new(
        ice_servers: &[IceServer],
    ) -> Result<(Self, mpsc::Receiver<PeerEvent>), PeerError> {
        let certificate = Certificate::generate_self_signed(["alongside".to_owned()])?;
        let ice = Arc::new(Ice::new(ice_config(ice_servers)).await?);
        let (ufrag, pwd) = ice.get_local_user_credentials().await;
        let local = Description {
            mid: "0".to_owned(),
            ufrag,
            pwd,
            is_lite: false,
            fingerprints: certificate.certificate.iter().map(|der| fingerprint(der)).collect(),
            setup: Setup::Either,
            port: SCTP_PORT,
            max_message_size: MAX_MESSAGE_SIZE,
            candidates: Vec::new(),
        };
        let (events, taken) = mpsc::channel(QUEUE);
        let line = Arc::new(Line {
            stage: watch::Sender::new(Stage::Live),
            association: OnceLock::new(),
            stream: OnceLock::new(),
            mid: OnceLock::new(),
            found: Mutex::new(Found { events: Some(events.clone()), candidates: Vec::new() }),
            gathered: watch::Sender::new(false),
        });
        line.listen(&ice);
        let (begin, begun) = oneshot::channel();
        tokio::spawn(keep(Arc::clone(&ice), Arc::clone(&line), events, certificate, begun));
        let talk = Mutex::new(Talk { is_offerer: None, begin: Some(begin) });
        Ok((Self { ice, line, local, talk }, taken))
    }

    /// Gives the offer, with every candidate found so far. The first time, gathering begins, on the runtime that
    /// it is called on.
    pub(crate) fn offer(&self) -> Result<String, PeerError> {
        let is_first = {
            let mut talk = lock(&self.talk);
            if talk.is_offerer == Some(false) {
                return Err(PeerError::State);
            }
            talk.is_offerer.replace(true).is_none()
        };
        if is_first {
            self.gather(&self.local.mid)?;
        }
        self.describe(Setup::Either)
    }

    /// Waits until all candidates are found, at most so long.
    pub(crate) async fn gathered(&self, most: Duration) {
        // It fails when the sender is gone, which is held here, or when it takes too long.
        let _ = timeout(most, self.line.gathered.subscribe().wait_for(|gathered| *gathered)).await;
    }

    /// Sets the answer to our offer.
    pub(crate) fn accept(&self, answer: &str) -> Result<(), PeerError> {
        let remote = Description::read(answer)?;
        let is_client = match remote.setup {
            Setup::Active => false,
            Setup::Passive => true,
            Setup::Either => return Err(DescriptionError::Attribute("setup").into()),
        };
        let begin = {
            let mut talk = lock(&self.talk);
            if talk.is_offerer != Some(true) {
                return Err(PeerError::State);
            }
            talk.begin.take().ok_or(PeerError::State)?
        };
        self.begin(begin, Begin { remote, is_controlling: true, is_client });
        Ok(())
    }

    /// Takes an offer, gives its answer, and begins to gather.
    pub(crate) fn answer(&self, offer: &str) -> Result<String, PeerError> {
        let remote = Description::read(offer)?;
        let setup = if remote.setup == Setup::Active { Setup::Passive } else { Setup::Active };
        let begin = {
            let mut talk = lock(&self.talk);
            if talk.is_offerer.is_some() {
                return Err(PeerError::State);
            }
            talk.is_offerer = Some(false);
            talk.begin.take().ok_or(PeerError::State)?
        };
        self.gather(&remote.mid)?;
        let is_controlling = remote.is_lite;
        self.begin(begin, Begin { remote, is_controlling, is_client: setup == Setup::Active });
        self.describe(setup)
    }

    /// Adds a candidate of the other side.
    pub(crate) fn add_candidate(&self, candidate: &Candidate) -> Result<(), PeerError> {
        if lock(&self.talk).begin.is_some() {
            return Err(PeerError::Candidate);
        }
        self.add(&candidate.candidate)
    }

    /// Sends on the data channel; waits while 128 KiB are on their way already.
    pub(crate) async fn send(&self, text: String) -> Result<(), PeerError> {
        let stream = self.line.stream.get().ok_or(PeerError::NotOpen)?;
        // SCTP knows no empty message: one byte stands for it (RFC 8831 section 6.6).
        let (text, kind) =
            if text.is_empty() { ("\0".to_owned(), Kind::StringEmpty) } else { (text, Kind::String) };
        let text = text.into();
        tokio::select! {
            // What waits for room would wait for ever.
            () = self.line.reaches(Stage::Ending) => Err(PeerError::NotOpen),
            sent = stream.write_sctp(&text, kind) => sent.map(drop).map_err(|_| PeerError::NotOpen),
        }
    }

    /// Closes, and waits until nothing is left: no task, no socket.
    pub(crate) async fn close(&self) {
        self.line.raise(Stage::Ending);
        self.line.reaches(Stage::Ended).await;
    }

    fn gather(&self, mid: &str) -> Result<(), PeerError> {
        // Once: whoever has spoken does not speak again.
        let _ = self.line.mid.set(mid.to_owned());
        Ok(self.ice.gather_candidates()?)
    }

    fn describe(&self, setup: Setup) -> Result<String, PeerError> {
        if *self.line.stage.borrow() > Stage::Live {
            return Err(PeerError::State);
        }
        let mid = self.line.mid.get().unwrap_or(&self.local.mid).clone();
        let candidates = lock(&self.line.found).candidates.clone();
        Ok(Description { mid, setup, candidates, ..self.local.clone() }.write())
    }

    fn begin(&self, keeper: oneshot::Sender<Begin>, begin: Begin) {
        for candidate in begin.remote.candidates.iter().take(MAX_CANDIDATES) {
            // One that does not fit costs only itself.
            if let Err(error) = self.add(candidate) {
                tracing::debug!(%error, "in a description");
            }
        }
        // A keeper that is gone has said so.
        let _ = keeper.send(begin);
    }

    fn add(&self, candidate: &str) -> Result<(), PeerError> {
        let candidate = candidate.strip_prefix("candidate:").unwrap_or(candidate);
        if candidate.is_empty() {
            return Ok(());
        }
        let candidate = unmarshal_candidate(candidate).map_err(|_| PeerError::Candidate)?;
        // Of TCP, the stack knows nothing; a data channel has no second component.
        if !candidate.network_type().is_udp() || candidate.component() != 1 {
            return Err(PeerError::Candidate);
        }
        let candidate: Arc<dyn IceCandidate + Send + Sync> = Arc::new(candidate);
        self.ice.add_remote_candidate(&candidate).map_err(|_| PeerError::Candidate)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.line.raise(Stage::Ending);
    }
}

/// How far a connection is on its way down. It never comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    Live,
    /// Something ended it.
    Ending,
    /// Nothing is left of it.
    Ended,
}

/// What a connection's tasks and callbacks share. It does not hold the ICE agent, which holds it.
struct Line {
    stage: watch::Sender<Stage>,
    /// Once the path is secured.
    association: OnceLock<Association>,
    /// Once it is open.
    stream: OnceLock<Arc<Stream>>,
    /// The tag of the one section, once we have spoken.
    mid: OnceLock<String>,
    found: Mutex<Found>,
    /// Whether there is no candidate left to find.
    gathered: watch::Sender<bool>,
}

/// The candidates found so far.
#[derive(Debug)]
struct Found {
    /// Until the last event.
    events: Option<mpsc::Sender<PeerEvent>>,
    candidates: Vec<String>,
}

impl Line {
    fn raise(&self, to: Stage) {
        self.stage.send_if_modified(|stage| {
            let is_further = to > *stage;
            if is_further {
                *stage = to;
            }
            is_further
        });
    }

    async fn reaches(&self, stage: Stage) {
        // It fails when the sender is gone, which is held here.
        let _ = self.stage.subscribe().wait_for(|reached| *reached >= stage).await;
    }

    fn listen(self: &Arc<Self>, ice: &Ice) {
        let line = Arc::clone(self);
        ice.on_candidate(Box::new(move |candidate| {
            match candidate {
                Some(candidate) => line.found(format!("candidate:{}", candidate.marshal())),
                None => line.gathered.send_modify(|gathered| *gathered = true),
            }
            Box::pin(async {})
        }));
        let line = Arc::clone(self);
        ice.on_connection_state_change(Box::new(move |state| {
            if matches!(state, ConnectionState::Failed | ConnectionState::Closed) {
                line.raise(Stage::Ending);
            } else if state == ConnectionState::Disconnected {
                line.tell(PeerEvent::Disturbed);
            }
            Box::pin(async {})
        }));
    }

    fn found(&self, candidate: String) {
        let mut found = lock(&self.found);
        // The other side takes no more.
        if found.candidates.len() == MAX_CANDIDATES {
            return;
        }
        found.candidates.push(candidate.clone());
        let candidate = Candidate { candidate, sdp_mid: self.mid.get().cloned(), sdp_m_line_index: Some(0) };
        drop(found);
        self.tell(PeerEvent::Found(candidate));
    }

    /// Tells what may be missed where nobody takes what is told.
    fn tell(&self, event: PeerEvent) {
        if let Some(events) = &lock(&self.found).events
            && events.try_send(event).is_err()
        {
            tracing::debug!("something is not told: nobody takes what is");
        }
    }
}

/// Connects and reads until something ends it, takes everything down, and says so.
async fn keep(
    ice: Arc<Ice>,
    line: Arc<Line>,
    events: mpsc::Sender<PeerEvent>,
    certificate: Certificate,
    begun: oneshot::Receiver<Begin>,
) {
    let mut dtls = None;
    tokio::select! {
        () = line.reaches(Stage::Ending) => {}
        outcome = work(&ice, &line, &events, certificate, begun, &mut dtls) => {
            if let Err(error) = outcome {
                tracing::debug!(%error, "a peer connection came to nothing");
            }
        }
    }
    line.raise(Stage::Ending);
    // Each closes what it can, and fails where the other side was faster.
    if let Some(association) = line.association.get() {
        let _ = association.close().await;
    }
    if let Some(dtls) = dtls {
        let _ = dtls.close().await;
    }
    let _ = ice.close().await;
    drop(ice);
    // From here on nothing else is told.
    lock(&line.found).events = None;
    line.raise(Stage::Ended);
    let _ = events.send(PeerEvent::Closed).await;
}

/// Why it came to nothing.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Tells what arrives once both have spoken and are connected, until the data channel closes.
async fn work(
    ice: &Ice,
    line: &Line,
    events: &mpsc::Sender<PeerEvent>,
    certificate: Certificate,
    begun: oneshot::Receiver<Begin>,
    dtls: &mut Option<Arc<DTLSConn>>,
) -> Result<(), Cause> {
    let begin = begun.await?;
    let (ufrag, pwd) = (begin.remote.ufrag.clone(), begin.remote.pwd.clone());
    let (_held, cancelled) = mpsc::channel(1);
    let path: Arc<dyn Conn + Send + Sync> = if begin.is_controlling {
        ice.dial(cancelled, ufrag, pwd).await?
    } else {
        ice.accept(cancelled, ufrag, pwd).await?
    };
    let secured = secure(Arc::new(Twice::new(path)), certificate, &begin, line, dtls);
    let (association, stream) = timeout(SECURE_TIMEOUT, secured).await??;
    let stream = line.stream.get_or_init(|| stream);
    events.send(PeerEvent::Opened).await?;
    let mut buffer = vec![0; MAX_MESSAGE_BYTES + 1];
    loop {
        let received = tokio::select! {
            read = stream.read_sctp(&mut buffer) => match read {
                Ok((0, Kind::Unknown)) => return Ok(()),
                Ok((length, kind)) => received(&buffer[..length], kind),
                // The buffer is full of its beginning; the rest is thrown away.
                Err(webrtc::sctp::Error::ErrShortBuffer { .. }) => {
                    Received::Text(String::from_utf8_lossy(&buffer).into_owned())
                }
                Err(error) => return Err(error.into()),
            },
            // Channels are agreed on beforehand. Whoever opens others would have us hold thousands.
            _ = association.accept_stream() => return Err("another data channel was opened".into()),
        };
        events.send(PeerEvent::Received(received)).await?;
    }
}

/// Secures a path, makes sure that whoever is at its end is the one described, and opens the data channel.
async fn secure<'line>(
    path: Arc<dyn Conn + Send + Sync>,
    certificate: Certificate,
    begin: &Begin,
    line: &'line Line,
    held: &mut Option<Arc<DTLSConn>>,
) -> Result<(&'line Association, Arc<Stream>), Cause> {
    let config = DtlsConfig {
        certificates: vec![certificate],
        client_auth: ClientAuthType::RequireAnyClientCert,
        // Nobody vouches for these certificates: the fingerprint says which it is (RFC 8122 section 6.2).
        insecure_skip_verify: true,
        srtp_protection_profiles: SRTP.to_vec(),
        flight_interval: DTLS_REPEAT,
        ..DtlsConfig::default()
    };
    let dtls = Arc::new(DTLSConn::new(path, config, begin.is_client, None).await?);
    *held = Some(Arc::clone(&dtls));
    let shown = dtls.connection_state().await.peer_certificates;
    if !shown.first().is_some_and(|der| begin.remote.fingerprints.contains(&fingerprint(der))) {
        return Err("the certificate is not the one described".into());
    }
    let config = SctpConfig {
        net_conn: dtls,
        max_receive_buffer_size: RECEIVE_WINDOW,
        max_message_size: match begin.remote.max_message_size {
            0 => MAX_MESSAGE_SIZE,
            theirs => theirs.min(MAX_MESSAGE_SIZE),
        },
        mtu: 0,
        name: String::new(),
        local_port: SCTP_PORT,
        remote_port: begin.remote.port,
    };
    let association = Association::client(config).await?;
    let association = line.association.get_or_init(|| association);
    let (_, id) = CONTROL_CHANNEL;
    if let Ok(stream) = association.open_stream(id, Kind::String).await {
        return Ok((association, stream));
    }
    // A message was faster, and has opened it.
    match association.accept_stream().await {
        Some(stream) if stream.stream_identifier() == id => Ok((association, stream)),
        _ => Err("another data channel was opened".into()),
    }
}

fn received(bytes: &[u8], kind: Kind) -> Received {
    match kind {
        Kind::StringEmpty => Received::Text(String::new()),
        Kind::String if bytes.len() > MAX_MESSAGE_BYTES => {
            Received::Text(String::from_utf8_lossy(bytes).into_owned())
        }
        Kind::String => {
            str::from_utf8(bytes).map_or(Received::Binary, |text| Received::Text(text.to_owned()))
        }
        Kind::Unknown | Kind::Dcep | Kind::Binary | Kind::BinaryEmpty => Received::Binary,
    }
}

fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ice_config(servers: &[IceServer]) -> IceConfig {
    // A machine that has no other address can still talk to itself; the others have no use for this one.
    let is_alone = !has_network();
    IceConfig {
        urls: servers.iter().flat_map(usable).collect(),
        network_types: supported_network_types(),
        disconnected_timeout: Some(DISCONNECTED_AFTER),
        failed_timeout: Some(FAILED_AFTER),
        keepalive_interval: Some(KEEPALIVE),
        check_interval: CHECK_INTERVAL,
        max_binding_requests: Some(MAX_CHECKS),
        // The first path that works is as good as any: waiting for a better one is felt.
        host_acceptance_min_wait: Some(Duration::ZERO),
        prflx_acceptance_min_wait: Some(Duration::ZERO),
        srflx_acceptance_min_wait: Some(Duration::ZERO),
        relay_acceptance_min_wait: Some(RELAY_WAIT),
        include_loopback: is_alone,
        ip_filter: Arc::new(Some(Box::new(move |address| is_alone || is_reachable(address)))),
        ..IceConfig::default()
    }
}

fn has_network() -> bool {
    !addresses().is_empty()
}

/// The addresses of this machine that others may reach, in order.
pub(crate) fn addresses() -> Vec<IpAddr> {
    let interfaces = ifaces().unwrap_or_default();
    let all = interfaces.iter().filter_map(|interface| interface.addr).map(|address| address.ip());
    let mut addresses: Vec<_> = all.filter(|address| is_reachable(*address)).collect();
    addresses.sort_unstable();
    addresses
}

/// Whether others may reach this address of ours.
fn is_reachable(address: IpAddr) -> bool {
    let is_local = match address {
        IpAddr::V4(_) => false,
        // Without its zone, which a candidate does not carry, it cannot even be bound.
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !address.is_loopback() && !address.is_unspecified() && !is_local
}

/// The addresses of a server that the stack can use: STUN, and TURN with its credentials, over UDP.
fn usable(server: &IceServer) -> Vec<Url> {
    let credentials = server.username.as_ref().zip(server.credential.as_ref());
    let read = |url: &String| {
        let url = Url::parse_url(url).ok()?;
        match (url.scheme, url.proto, credentials) {
            (SchemeType::Stun, ..) => Some(url),
            (SchemeType::Turn, ProtoType::Udp, Some((username, password))) => {
                Some(Url { username: username.clone(), password: password.clone(), ..url })
            }
            _ => None,
        }
    };
    server.urls.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests;
