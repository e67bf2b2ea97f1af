//! A well-behaved agent over a WebSocket, and the keys it needs.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alongside_signaling_proto::id::{Nonce, Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::identity::enlisting;
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite, Terms};
use alongside_signaling_proto::identity::team::TeamKey;
use alongside_signaling_proto::wire::{
    AgentToBroker, Ask, BrokerToAgent, Challenge, Claim, Enlist, Leave, LeaveReason, SUBPROTOCOL,
};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything on loopback takes. Units: seconds.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const SHOP: &str = "https://shop.example";

/// One socket.
pub(crate) struct Agent(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Agent {
    pub(crate) async fn dial(server: SocketAddr) -> Self {
        let dialled = tokio_tungstenite::connect_async_with_config(request(server), None, true);
        let (socket, response) = dialled.await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        Self(socket)
    }

    /// Dials as a proxy does for that client, if there is one.
    pub(crate) async fn dial_as(server: SocketAddr, client: Option<&str>) -> Self {
        let mut request = request(server);
        if let Some(client) = client {
            request.headers_mut().insert("x-forwarded-for", client.parse().unwrap());
        }
        Self(tokio_tungstenite::connect_async_with_config(request, None, true).await.unwrap().0)
    }

    /// Dials from an address of this machine.
    pub(crate) async fn dial_from(from: IpAddr, server: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(from, 0)).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(server).await.unwrap());
        let (socket, _) = tokio_tungstenite::client_async(request(server), stream).await.unwrap();
        Self(socket)
    }

    /// Dials and enlists; `origin` is that of the address dialled.
    pub(crate) async fn helper(server: SocketAddr, invite: &Invite, origin: &str) -> Self {
        let mut agent = Self::dial(server).await;
        let nonce = agent.challenge().await;
        agent.tell(&enlist(invite, &nonce, origin)).await;
        let answer = agent.hear().await;
        assert!(matches!(answer, BrokerToAgent::Enlisted(_)), "{answer:?}");
        agent
    }

    /// A helper who hears that work has begun, and nothing after it.
    pub(crate) async fn deaf_helper(server: SocketAddr, invite: &Invite, origin: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(server).await.unwrap());
        let (socket, _) = tokio_tungstenite::client_async(request(server), stream).await.unwrap();
        let mut agent = Self(socket);
        let nonce = agent.challenge().await;
        agent.tell(&enlist(invite, &nonce, origin)).await;
        assert!(matches!(agent.hear().await, BrokerToAgent::Enlisted(_)));
        agent
    }

    /// Tells it; `false` when the server takes nothing any more.
    pub(crate) async fn try_tell(&mut self, message: &AgentToBroker) -> bool {
        let sending = self.0.send(Message::text(serde_json::to_string(message).unwrap()));
        matches!(tokio::time::timeout(Duration::from_secs(1), sending).await, Ok(Ok(())))
    }

    pub(crate) async fn challenge(&mut self) -> Nonce {
        self.tell(&AgentToBroker::Challenge(Challenge {})).await;
        match self.hear().await {
            BrokerToAgent::Challenged(challenged) => challenged.nonce,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn tell(&mut self, message: &AgentToBroker) {
        self.say(&serde_json::to_string(message).unwrap()).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> BrokerToAgent {
        serde_json::from_str(&self.hear_text().await).unwrap()
    }

    pub(crate) async fn hear_text(&mut self) -> String {
        match self.next().await {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    async fn next(&mut self) -> Message {
        let next = async {
            loop {
                match self.0.next().await.unwrap().unwrap() {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return message,
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the server says something")
    }
}

fn request(server: SocketAddr) -> Request {
    let mut request = format!("ws://{server}/v1/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
    request
}

/// A team made of one byte.
pub(crate) fn team(n: u8) -> TeamKey {
    TeamKey::from_seed(&[n; 32])
}

/// An invite of that team, good today.
pub(crate) fn invite(team: &TeamKey, n: u8) -> Invite {
    let iat = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let terms = Terms {
        jti: format!("helper-{n}"),
        name: format!("Helper {n}"),
        iat,
        exp: iat + 3_600,
        origins: None,
        automated: false,
    };
    Invite::mint(team, HelperKeys { seed: [n; 32], noise: [n; 32] }, terms).unwrap()
}

pub(crate) fn enlist(invite: &Invite, nonce: &Nonce, origin: &str) -> AgentToBroker {
    let signature = enlisting::sign(&invite.keys.seed, nonce, &invite.certificate, origin);
    AgentToBroker::Enlist(Enlist { team: invite.team, certificate: invite.certificate.clone(), signature })
}

/// A session id of a number, so that no two are the same.
pub(crate) fn session(n: u32) -> SessionId {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    SessionId(id)
}

pub(crate) fn sealed(byte: u8) -> Sealed {
    Sealed::new(vec![byte; 32]).unwrap()
}

pub(crate) fn ask(team: TeamId, n: u32) -> AgentToBroker {
    let place = Place(session(n).0);
    AgentToBroker::Ask(Ask { team, session: session(n), origin: SHOP.to_owned(), message: sealed(0), place })
}

pub(crate) fn claim(n: u32, byte: u8) -> AgentToBroker {
    AgentToBroker::Claim(Claim { ticket: session(n), message: sealed(byte) })
}

pub(crate) fn leave(n: u32) -> AgentToBroker {
    AgentToBroker::Leave(Leave { session: session(n), reason: LeaveReason::Ended })
}
