//! One peer connection in a task of its own, so that nobody waits for WebRTC: told by messages, and telling by
//! messages, in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alongside_agent_proto::limits::MAX_OUTBOX;
use alongside_agent_proto::wire::Candidate;
use alongside_signaling_proto::wire::IceServer;
use tokio::sync::{mpsc, oneshot};

use crate::peer::{Peer, PeerError, PeerEvent, Received};

/// How many commands wait for one connection. All that a session may say while nobody reads fits: its whole outbox,
/// *ack* and *read* for a whole outbox of the other side, and a quarter for the rest; a peer who reads nothing while
/// it asks for more is let go of.
const QUEUE: usize = 4 * MAX_OUTBOX;

/// How long a deposited connection may gather. What is found later is missing in its offer.
const GATHER: Duration = Duration::from_secs(1);

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
    /// The path has gone silent.
    Disturbed,
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

/// How a connection begins.
#[derive(Debug)]
enum Begin {
    /// It gathers in hand.
    InHand,
    /// It gathers, is described, and then waits in hand.
    Deposit,
    /// It answers this offer.
    Answer(String),
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
        Self::start(id, ice_servers, inbox, Begin::InHand)
    }

    /// Makes the side that offers, to be deposited. It is described once it has gathered, and then says nothing but
    /// its end, until it is accepted.
    pub(crate) fn depositing(id: ConnectionId, ice_servers: Vec<IceServer>, inbox: Inbox) -> Self {
        Self::start(id, ice_servers, inbox, Begin::Deposit)
    }

    /// Makes the side that answers this offer.
    pub(crate) fn answering(
        id: ConnectionId,
        ice_servers: Vec<IceServer>,
        inbox: Inbox,
        offer: String,
    ) -> Self {
        Self::start(id, ice_servers, inbox, Begin::Answer(offer))
    }

    fn start(id: ConnectionId, ice_servers: Vec<IceServer>, inbox: Inbox, begin: Begin) -> Self {
        let (commands, waiting) = mpsc::channel(QUEUE);
        let (held, let_go) = oneshot::channel();
        tokio::spawn(async move {
            match Peer::new(&ice_servers).await {
                Ok((peer, events)) => {
                    tokio::select! {
                        // Only ever let go of.
                        _ = let_go => {}
                        outcome = work(id, &peer, events, &inbox, waiting, begin) => {
                            if let Err(error) = outcome {
                                tracing::debug!(%error, "a peer connection came to nothing");
                            }
                        }
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
    begin: Begin,
) -> Result<(), PeerError> {
    let in_hand = AtomicBool::new(!matches!(begin, Begin::Answer(_)));
    match begin {
        Begin::Answer(offer) => {
            let answer = peer.answer(&offer)?;
            let _ = inbox.send((id, What::Described(answer))).await;
        }
        // Made now, so that its candidates are there when it is needed.
        Begin::InHand => drop(peer.offer()?),
        Begin::Deposit => {
            peer.offer()?;
            peer.gathered(GATHER).await;
            let _ = inbox.send((id, What::Described(peer.offer()?))).await;
        }
    }
    // Side by side: of two who wait for room to send, each makes the other's by taking what arrives.
    tokio::select! {
        // What is to be done goes first: candidates found before a description are in it.
        biased;
        outcome = carry_out(id, peer, inbox, commands, &in_hand) => outcome,
        () = pass_on(id, events, inbox, &in_hand) => Ok(()),
    }
}

async fn carry_out(
    id: ConnectionId,
    peer: &Peer,
    inbox: &Inbox,
    mut commands: mpsc::Receiver<Do>,
    in_hand: &AtomicBool,
) -> Result<(), PeerError> {
    while let Some(command) = commands.recv().await {
        match command {
            Do::Describe => {
                in_hand.store(false, Ordering::Relaxed);
                let offer = peer.offer()?;
                // Whoever has let go does not hear it.
                let _ = inbox.send((id, What::Described(offer))).await;
            }
            Do::Accept(answer) => {
                in_hand.store(false, Ordering::Relaxed);
                peer.accept(&answer)?;
            }
            Do::Add(candidate) => {
                // One that does not fit here is no fault: others may, and without any it times out.
                if let Err(error) = peer.add_candidate(&candidate) {
                    tracing::debug!(%error, "a candidate does not fit");
                }
            }
            Do::Send(text) => peer.send(text).await?,
        }
    }
    Ok(())
}

async fn pass_on(
    id: ConnectionId,
    mut events: mpsc::Receiver<PeerEvent>,
    inbox: &Inbox,
    in_hand: &AtomicBool,
) {
    while let Some(event) = events.recv().await {
        let told = match event {
            PeerEvent::Closed => return,
            PeerEvent::Found(_) if in_hand.load(Ordering::Relaxed) => continue,
            PeerEvent::Found(candidate) => What::Found(candidate),
            PeerEvent::Opened => What::Opened,
            PeerEvent::Received(received) => What::Received(received),
            PeerEvent::Disturbed => What::Disturbed,
        };
        if inbox.send((id, told)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;

    /// Longer than anything on loopback takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    type Told = mpsc::Receiver<(ConnectionId, What)>;

    /// Two connections that have each other, and what the first is told. What the second is told nobody takes any more.
    async fn pair() -> (Connection, Told, Connection, Told) {
        let (inbox, mut told) = mpsc::channel(64);
        let (others_inbox, mut others_told) = mpsc::channel(8);
        let one = Connection::offering(1, Vec::new(), inbox);
        assert!(one.describe());
        let Some((_, What::Described(offer))) = told.recv().await else { panic!("there is no offer") };
        let other = Connection::answering(2, Vec::new(), others_inbox, offer);
        let mut opened = 0;
        while opened < 2 {
            let (from, what) = tokio::select! {
                Some(told) = told.recv() => told,
                Some(told) = others_told.recv() => told,
            };
            let towards = if from == 1 { &other } else { &one };
            match what {
                What::Described(answer) => assert!(towards.accept(answer)),
                What::Found(candidate) => assert!(towards.add(candidate)),
                What::Opened => opened += 1,
                What::Disturbed => {}
                What::Received(_) | What::Closed => panic!("{what:?}"),
            }
        }
        (one, told, other, others_told)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_takes_nothing_while_it_asks_for_more_is_let_go_of() {
        let (one, mut told, _other, _untaken) = tokio::time::timeout(PATIENCE, pair()).await.unwrap();
        let text = "w".repeat(16 * 1024);
        let mut heard = 0;
        // Until it has been full for a second: what still fits on the way has left by then.
        for _ in 0..20 {
            while one.send(text.clone()) {
                heard += 1;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!((QUEUE..QUEUE + 200).contains(&heard), "{heard}");
        drop(one);
        let closed = async { while !matches!(told.recv().await, Some((1, What::Closed))) {} };
        tokio::time::timeout(PATIENCE, closed).await.expect("it ends, though it waits for room");
    }
}
