//! One peer connection in a task of its own, so that nobody waits for WebRTC: told by messages, and telling by
//! messages, in order.

use alongside_agent_proto::wire::Candidate;
use alongside_signaling_proto::wire::IceServer;
use tokio::sync::{mpsc, oneshot};

use crate::peer::{Peer, PeerError, PeerEvent, Received};

/// How many commands wait for one connection. All that a session says in a burst, its whole outbox included, fits;
/// a peer who reads nothing while it asks for more is let go of.
const QUEUE: usize = 1024;

/// The number of a connection within its agent; never used again.
pub(crate) type ConnectionId = u64;

/// What a connection tells, by its number.
pub(crate) type Inbox = mpsc::Sender<(ConnectionId, What)>;

/// What became of a connection.
#[derive(Debug)]
pub(crate) enum What {
    /// Its local description stands.
    Described(String),
    /// A local candidate was found that is not in the description.
    Found(Candidate),
    /// The data channel is open.
    Opened,
    /// Something arrived on the data channel.
    Received(Received),
    /// The data channel closed, or the connection failed: the last that is told.
    Closed,
}

#[derive(Debug)]
enum Do {
    Describe,
    Accept(String),
    Add(Candidate),
    Send(String),
}

/// A peer connection at work. Letting go of it closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its number.
    pub(crate) id: ConnectionId,
    commands: mpsc::Sender<Do>,
    /// Falls with this, even while the task waits for a peer who reads nothing.
    _held: oneshot::Sender<()>,
}

impl Connection {
    /// Makes the side that offers. It gathers in hand, and says nothing but its end, until it is described.
    pub(crate) fn offering(id: ConnectionId, ice_servers: Vec<IceServer>, inbox: Inbox) -> Self {
        Self::start(id, ice_servers, inbox, None)
    }

    /// Makes the side that answers this offer.
    pub(crate) fn answering(
        id: ConnectionId,
        ice_servers: Vec<IceServer>,
        inbox: Inbox,
        offer: String,
    ) -> Self {
        Self::start(id, ice_servers, inbox, Some(offer))
    }

    fn start(id: ConnectionId, ice_servers: Vec<IceServer>, inbox: Inbox, offer: Option<String>) -> Self {
        let (commands, waiting) = mpsc::channel(QUEUE);
        let (held, let_go) = oneshot::channel();
        tokio::spawn(async move {
            match Peer::new(&ice_servers).await {
                Ok((peer, events)) => {
                    tokio::select! {
                        // Only ever let go of.
                        _ = let_go => {}
                        () = work(id, &peer, events, &inbox, waiting, offer) => {}
                    }
                    peer.close().await;
                }
                Err(error) => tracing::debug!(%error, "there is no peer connection to be had"),
            }
            // Whoever has let go does not hear it.
            let _ = inbox.send((id, What::Closed)).await;
        });
        Self { id, commands, _held: held }
    }

    /// Asks for the offer, with every candidate found so far; the rest follows as it is found.
    pub(crate) fn describe(&self) -> bool {
        self.tell(Do::Describe)
    }

    /// Sets the remote description.
    pub(crate) fn accept(&self, answer: String) -> bool {
        self.tell(Do::Accept(answer))
    }

    /// Adds a remote candidate.
    pub(crate) fn add(&self, candidate: Candidate) -> bool {
        self.tell(Do::Add(candidate))
    }

    /// Sends on the data channel.
    pub(crate) fn send(&self, text: String) -> bool {
        self.tell(Do::Send(text))
    }

    /// Whether it was heard; a connection that is over, or whose peer reads nothing, does not hear any more.
    fn tell(&self, command: Do) -> bool {
        self.commands.try_send(command).is_ok()
    }
}

async fn work(
    id: ConnectionId,
    peer: &Peer,
    events: mpsc::Receiver<PeerEvent>,
    inbox: &Inbox,
    commands: mpsc::Receiver<Do>,
    offer: Option<String>,
) {
    if let Err(error) = attempt(id, peer, events, inbox, commands, offer).await {
        tracing::debug!(%error, "a peer connection came to nothing");
    }
}

async fn attempt(
    id: ConnectionId,
    peer: &Peer,
    mut events: mpsc::Receiver<PeerEvent>,
    inbox: &Inbox,
    mut commands: mpsc::Receiver<Do>,
    offer: Option<String>,
) -> Result<(), PeerError> {
    let mut in_hand = offer.is_none();
    match offer {
        Some(offer) => {
            let answer = peer.answer(offer).await?;
            let _ = inbox.send((id, What::Described(answer))).await;
        }
        // Made now, so that its candidates are there when it is needed.
        None => drop(peer.offer().await?),
    }
    loop {
        let told = tokio::select! {
            // What is to be done goes first: candidates found before a description are in it.
            biased;
            command = commands.recv() => match command {
                None => return Ok(()),
                Some(Do::Describe) => {
                    in_hand = false;
                    What::Described(peer.offer().await?)
                }
                Some(Do::Accept(answer)) => {
                    peer.accept(answer).await?;
                    continue;
                }
                Some(Do::Add(candidate)) => {
                    // One that does not fit here is no fault: others may, and without any it times out.
                    if let Err(error) = peer.add_candidate(candidate).await {
                        tracing::debug!(%error, "a candidate does not fit");
                    }
                    continue;
                }
                Some(Do::Send(text)) => {
                    peer.send(text).await?;
                    continue;
                }
            },
            event = events.recv() => match event {
                None | Some(PeerEvent::Closed) => return Ok(()),
                Some(PeerEvent::Found(_)) if in_hand => continue,
                Some(PeerEvent::Found(candidate)) => What::Found(candidate),
                Some(PeerEvent::Opened) => What::Opened,
                Some(PeerEvent::Received(received)) => What::Received(received),
            },
        };
        if inbox.send((id, told)).await.is_err() {
            return Ok(());
        }
    }
}
