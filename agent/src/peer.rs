//! One WebRTC connection with its one negotiated data channel. The only file that names `webrtc`.
//!
//! ```text
//! new ─ offer ─ accept ┐
//!     └ answer ────────┴─ candidates both ways ─ Opened ─ Received … ─ Closed
//! ```
//!
//! Nothing here waits for gathering: a description is given as soon as it stands, and each candidate
//! follows when it is found. What ends a connection (the other side, a failed path, a fault, or
//! [`Peer::close`]) goes one way: the keeper, a task of its own, takes everything down and then says
//! [`PeerEvent::Closed`], which nothing follows.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use alongside_agent_proto::limits::MAX_MESSAGE_BYTES;
use alongside_agent_proto::wire::{CONTROL_CHANNEL, Candidate};
use alongside_signaling_proto::wire::IceServer;
use tokio::sync::{mpsc, watch};
use webrtc::api::setting_engine::SettingEngine;
use webrtc::api::{API, APIBuilder};
use webrtc::data::data_channel::DataChannel;
use webrtc::data_channel::RTCDataChannel;
use webrtc::data_channel::data_channel_init::RTCDataChannelInit;
use webrtc::ice::url::{ProtoType, SchemeType, Url};
use webrtc::ice_transport::ice_candidate::{RTCIceCandidate, RTCIceCandidateInit};
use webrtc::ice_transport::ice_server::RTCIceServer;
use webrtc::peer_connection::RTCPeerConnection;
use webrtc::peer_connection::configuration::RTCConfiguration;
use webrtc::peer_connection::peer_connection_state::RTCPeerConnectionState;
use webrtc::peer_connection::sdp::session_description::RTCSessionDescription;
use webrtc::util::ifaces::ifaces;

/// How many events wait to be taken. The messages among them are what a peer can make us hold, beside the
/// megabyte of the SCTP receive buffer: one mebibyte at most.
const QUEUE: usize = 32;

/// What we take of one message before the channel is closed. Units: bytes. It is what a description without
/// `max-message-size` promises (RFC 8841 section 6.1), so only a peer who breaks that is cut off; one who
/// merely sends more than [`MAX_MESSAGE_BYTES`] can be told so.
const RECEIVE_BUFFER: usize = 64 * 1024;

/// How long a silent path is borne before it counts as disturbed. Browsers check every 2.5 s.
const DISCONNECTED_AFTER: Duration = Duration::from_secs(5);

/// How long a disturbed path may take to come back. Together with [`DISCONNECTED_AFTER`], a peer who was
/// killed is noticed in ten seconds, and Wi-Fi that roams is not.
const FAILED_AFTER: Duration = Duration::from_secs(5);

/// How often we check a quiet path.
const KEEPALIVE: Duration = Duration::from_secs(2);

/// How long direct paths are preferred before one over a relay is taken.
const RELAY_WAIT: Duration = Duration::from_millis(500);

/// How long the data channel may take once the path is secured. Three round trips around the world, with
/// the first packet of each lost.
const CHANNEL_TIMEOUT: Duration = Duration::from_secs(5);

/// What became of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PeerEvent {
    /// A local candidate was found.
    Found(Candidate),
    /// The data channel is open.
    Opened,
    /// Something arrived on the data channel.
    Received(Received),
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
pub(crate) enum PeerError {
    /// No peer connection could be made.
    #[error("no peer connection can be made")]
    Setup(#[source] webrtc::Error),
    /// An offer or answer, theirs or ours, does not fit here.
    #[error("the description does not fit")]
    Description(#[source] webrtc::Error),
    /// The other side's description has other than one data channel section.
    #[error("the description is not of one data channel")]
    Sections,
    /// A candidate that cannot be read, or that comes before the remote description.
    #[error("the candidate does not fit")]
    Candidate(#[source] webrtc::Error),
    /// The connection is over.
    #[error("the connection is over")]
    Ended,
    /// The data channel is not open, or not any more.
    #[error("the data channel is not open")]
    NotOpen,
}

/// One peer connection. Letting go of it closes it.
#[derive(Debug)]
pub(crate) struct Peer {
    connection: Arc<RTCPeerConnection>,
    line: Arc<Line>,
}

impl Peer {
    /// Makes a peer connection; nothing is gathered or sent before its first description.
    ///
    /// Servers that are not UDP STUN or TURN are left out.
    pub(crate) async fn new(
        ice_servers: &[IceServer],
    ) -> Result<(Self, mpsc::Receiver<PeerEvent>), PeerError> {
        let configuration = RTCConfiguration {
            ice_servers: ice_servers.iter().flat_map(usable).collect(),
            ..RTCConfiguration::default()
        };
        let connection = api().new_peer_connection(configuration).await.map_err(PeerError::Setup)?;
        let (label, id) = CONTROL_CHANNEL;
        let init = RTCDataChannelInit { negotiated: Some(id), ..RTCDataChannelInit::default() };
        let channel = connection.create_data_channel(label, Some(init)).await.map_err(PeerError::Setup)?;
        let (events, taken) = mpsc::channel(QUEUE);
        let line = Arc::new(Line {
            stage: watch::Sender::new(Stage::New),
            channel: OnceLock::new(),
            mid: OnceLock::new(),
            events: Mutex::new(Some(events.clone())),
        });
        line.listen(&connection, &channel);
        let connection = Arc::new(connection);
        tokio::spawn(keep(Arc::clone(&connection), Arc::clone(&line), events));
        Ok((Self { connection, line }, taken))
    }

    /// Gives the offer, with every candidate found so far. The first time it is made, and gathering begins.
    pub(crate) async fn offer(&self) -> Result<String, PeerError> {
        if self.connection.local_description().await.is_none() {
            let offer = self.connection.create_offer(None).await.map_err(PeerError::Description)?;
            self.describe(offer).await?;
        }
        self.described().await
    }

    /// Sets the answer to our offer.
    pub(crate) async fn accept(&self, answer: String) -> Result<(), PeerError> {
        self.hear(&answer, RTCSessionDescription::answer).await
    }

    /// Takes an offer, gives its answer, and begins to gather.
    pub(crate) async fn answer(&self, offer: String) -> Result<String, PeerError> {
        self.hear(&offer, RTCSessionDescription::offer).await?;
        let answer = self.connection.create_answer(None).await.map_err(PeerError::Description)?;
        self.describe(answer).await?;
        self.described().await
    }

    /// Adds a candidate of the other side.
    pub(crate) async fn add_candidate(&self, candidate: Candidate) -> Result<(), PeerError> {
        self.add(candidate.candidate).await
    }

    /// Sends on the data channel; waits while 128 KiB are on their way already.
    pub(crate) async fn send(&self, text: String) -> Result<(), PeerError> {
        let channel = self.line.channel.get().ok_or(PeerError::NotOpen)?;
        let text = text.into();
        tokio::select! {
            // What waits for room would wait for ever.
            () = self.line.reaches(Stage::Ending) => Err(PeerError::NotOpen),
            sent = channel.write_data_channel(&text, true) => sent.map(drop).map_err(|_| PeerError::NotOpen),
        }
    }

    /// Closes, and waits until nothing is left: no task, no socket.
    pub(crate) async fn close(&self) {
        self.line.raise(Stage::Ending);
        self.line.reaches(Stage::Ended).await;
    }

    async fn describe(&self, description: RTCSessionDescription) -> Result<(), PeerError> {
        if let Some(mid) = description.sdp.lines().find_map(|line| line.strip_prefix("a=mid:")) {
            // The same each time.
            let _ = self.line.mid.set(mid.trim().to_owned());
        }
        self.connection.set_local_description(description).await.map_err(PeerError::Description)
    }

    async fn described(&self) -> Result<String, PeerError> {
        let description = self.connection.local_description().await.ok_or(PeerError::Ended)?;
        if *self.line.stage.borrow() >= Stage::Ending {
            return Err(PeerError::Ended);
        }
        Ok(first_component(&description.sdp))
    }

    async fn hear(
        &self,
        sdp: &str,
        kind: fn(String) -> Result<RTCSessionDescription, webrtc::Error>,
    ) -> Result<(), PeerError> {
        let mut sections = sdp.lines().filter(|line| line.starts_with("m="));
        if !sections.next().is_some_and(|line| line.starts_with("m=application "))
            || sections.next().is_some()
        {
            return Err(PeerError::Sections);
        }
        // One by one, so that one that does not fit costs only itself.
        let (candidates, description): (Vec<_>, Vec<_>) =
            sdp.split_inclusive('\n').partition(|line| line.starts_with("a=candidate:"));
        let description = kind(description.concat()).map_err(PeerError::Description)?;
        self.connection.set_remote_description(description).await.map_err(PeerError::Description)?;
        for candidate in candidates {
            if let Err(error) = self.add(candidate.trim_end().trim_start_matches("a=").to_owned()).await {
                tracing::debug!(%error, "a candidate in a description");
            }
        }
        Ok(())
    }

    async fn add(&self, candidate: String) -> Result<(), PeerError> {
        let candidate = RTCIceCandidateInit { candidate, ..RTCIceCandidateInit::default() };
        self.connection.add_ice_candidate(candidate).await.map_err(PeerError::Candidate)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.line.raise(Stage::Ending);
    }
}

/// How far a connection is. It only ever goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    New,
    /// The path is secured.
    Secured,
    /// The data channel is open.
    Open,
    /// Something ended it.
    Ending,
    /// Nothing is left of it.
    Ended,
}

/// What a connection's tasks and callbacks share. It does not hold the connection, which holds it.
#[derive(Debug)]
struct Line {
    stage: watch::Sender<Stage>,
    /// Once it is open.
    channel: OnceLock<Arc<DataChannel>>,
    /// The tag of the one section of the descriptions.
    mid: OnceLock<String>,
    /// Until the last event.
    events: Mutex<Option<mpsc::Sender<PeerEvent>>>,
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

    fn listen(self: &Arc<Self>, connection: &RTCPeerConnection, channel: &Arc<RTCDataChannel>) {
        let line = Arc::clone(self);
        connection.on_ice_candidate(Box::new(move |candidate| {
            line.found(candidate);
            Box::pin(async {})
        }));
        let line = Arc::clone(self);
        connection.on_peer_connection_state_change(Box::new(move |state| {
            match state {
                RTCPeerConnectionState::Connected => line.raise(Stage::Secured),
                RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => line.raise(Stage::Ending),
                RTCPeerConnectionState::Unspecified
                | RTCPeerConnectionState::New
                | RTCPeerConnectionState::Connecting
                | RTCPeerConnectionState::Disconnected => {}
            }
            Box::pin(async {})
        }));
        let line = Arc::clone(self);
        connection.on_data_channel(Box::new(move |_| {
            // Channels are agreed on beforehand. Whoever announces one would have us hold thousands.
            line.raise(Stage::Ending);
            Box::pin(async {})
        }));
        let line = Arc::clone(self);
        // Weakly, or the channel would hold itself.
        let opening = Arc::downgrade(channel);
        channel.on_open(Box::new(move || {
            Box::pin(async move {
                let Some(channel) = opening.upgrade() else { return };
                match channel.detach().await {
                    Ok(open) => {
                        let _ = line.channel.set(open);
                        line.raise(Stage::Open);
                    }
                    Err(_) => line.raise(Stage::Ending),
                }
            })
        }));
    }

    fn found(&self, candidate: Option<RTCIceCandidate>) {
        let Some(Ok(found)) = candidate.map(|candidate| candidate.to_json()) else { return };
        let candidate = Candidate {
            candidate: found.candidate,
            sdp_mid: self.mid.get().cloned(),
            sdp_m_line_index: Some(0),
        };
        if let Some(events) = &*self.lock_events()
            && events.try_send(PeerEvent::Found(candidate)).is_err()
        {
            tracing::debug!("a candidate is not told: nobody takes what is");
        }
    }

    fn lock_events(&self) -> MutexGuard<'_, Option<mpsc::Sender<PeerEvent>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads until something ends the connection, takes it down, and says so.
async fn keep(connection: Arc<RTCPeerConnection>, line: Arc<Line>, events: mpsc::Sender<PeerEvent>) {
    tokio::select! {
        () = line.reaches(Stage::Ending) => {}
        () = read(&line, &events) => {}
    }
    line.raise(Stage::Ending);
    if let Err(error) = connection.close().await {
        // It closes what it can, and reports what was closed already.
        tracing::debug!(%error, "while closing a peer connection");
    }
    drop(connection);
    // From here on nothing else is told.
    line.lock_events().take();
    line.raise(Stage::Ended);
    let _ = events.send(PeerEvent::Closed).await;
}

/// Tells what arrives, until the data channel closes, or when it never opens.
async fn read(line: &Line, events: &mpsc::Sender<PeerEvent>) {
    line.reaches(Stage::Secured).await;
    if tokio::time::timeout(CHANNEL_TIMEOUT, line.reaches(Stage::Open)).await.is_err() {
        tracing::debug!("the path stands, but the data channel does not open");
        return;
    }
    let Some(channel) = line.channel.get() else { return };
    if events.send(PeerEvent::Opened).await.is_err() {
        return;
    }
    let mut buffer = vec![0; RECEIVE_BUFFER];
    loop {
        let before = channel.messages_received();
        let Ok((length, is_text)) = channel.read_data_channel(&mut buffer).await else { return };
        // Its end reads as an empty message that is not counted.
        if length == 0 && channel.messages_received() == before {
            return;
        }
        let received = received(&buffer[..length], is_text);
        if events.send(PeerEvent::Received(received)).await.is_err() {
            return;
        }
    }
}

fn received(bytes: &[u8], is_text: bool) -> Received {
    if !is_text {
        return Received::Binary;
    }
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Received::Text(String::from_utf8_lossy(&bytes[..=MAX_MESSAGE_BYTES]).into_owned());
    }
    str::from_utf8(bytes).map_or(Received::Binary, |text| Received::Text(text.to_owned()))
}

fn api() -> API {
    let mut settings = SettingEngine::default();
    settings.detach_data_channels();
    settings.set_ice_timeouts(Some(DISCONNECTED_AFTER), Some(FAILED_AFTER), Some(KEEPALIVE));
    settings.set_host_acceptance_min_wait(Some(Duration::ZERO));
    settings.set_prflx_acceptance_min_wait(Some(Duration::ZERO));
    settings.set_srflx_acceptance_min_wait(Some(Duration::ZERO));
    settings.set_relay_acceptance_min_wait(Some(RELAY_WAIT));
    // A machine that has no other address can still talk to itself; the others have no use for this one.
    let is_alone = !has_network();
    settings.set_include_loopback_candidate(is_alone);
    settings.set_ip_filter(Box::new(move |address| is_alone || is_reachable(address)));
    APIBuilder::new().with_setting_engine(settings).build()
}

fn has_network() -> bool {
    let interfaces = ifaces().unwrap_or_default();
    interfaces.iter().any(|interface| interface.addr.is_some_and(|address| is_reachable(address.ip())))
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

/// The servers among these that the stack can use: STUN, and TURN with its credentials, over UDP.
fn usable(server: &IceServer) -> Vec<RTCIceServer> {
    let credentials = server.username.clone().zip(server.credential.clone());
    let takes = |url: &&String| match Url::parse_url(url) {
        Ok(url) => match url.scheme {
            SchemeType::Stun => true,
            SchemeType::Turn => url.proto == ProtoType::Udp && credentials.is_some(),
            SchemeType::Stuns | SchemeType::Turns | SchemeType::Unknown => false,
        },
        Err(_) => false,
    };
    let (username, credential) = credentials.clone().unwrap_or_default();
    let usable = server.urls.iter().filter(takes);
    usable
        .map(|url| RTCIceServer {
            urls: vec![url.clone()],
            username: username.clone(),
            credential: credential.clone(),
        })
        .collect()
}

/// A description without the candidates of a second component: there is none in a data channel.
fn first_component(sdp: &str) -> String {
    let is_second = |line: &&str| {
        line.starts_with("a=candidate:") && line.split(' ').nth(1).is_some_and(|component| component != "1")
    };
    sdp.split_inclusive('\n').filter(|line| !is_second(line)).collect()
}

#[cfg(test)]
mod tests;
