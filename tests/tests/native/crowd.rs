//! A program that takes everybody who asks, and more who wait than one socket may claim at once.

use alongside_agent::{Command, Event};
use alongside_signaling_proto::id::{Place, Sealed, SessionId};
use alongside_signaling_proto::wire::{AgentToBroker, Ask, BrokerToAgent, SUBPROTOCOL};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::world::{SHOP, World};

/// With a claim and a few candidates for each, half as much again as the server takes at once.
const CROWD: u8 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_a_crowd_are_claimed_over_one_socket() {
    let world = World::new().await;
    let mut waiting = Vec::new();
    for number in 0..CROWD {
        waiting.push(Waiting::new(&world, number).await);
    }
    let mut last = world.visitor("/");
    last.until(|event| matches!(event, Event::Waiting { .. })).await;
    let mut helper = world.helper("Dana");
    helper.enlisted().await;
    let helping = async {
        loop {
            match helper.next().await {
                Some(Event::Asked { ticket, .. }) => helper.tell(Command::Accept { ticket }).await,
                Some(Event::Connected { session, .. }) => return session,
                // Above all that the server is lost, and that work has begun anew.
                other => panic!("{other:?}"),
            }
        }
    };
    let claimed = futures_util::future::join_all(waiting.iter_mut().map(Waiting::claimed));
    let connected = last.until(|event| matches!(event, Event::Connected { .. }));
    let (session, all, _) = tokio::join!(helping, claimed, connected);
    assert_eq!(all.len(), usize::from(CROWD));
    last.say(session, "So many!", None).await;
    assert_eq!(helper.message().await, "So many!");
}

/// Somebody who asks and has no more than a key.
struct Waiting {
    session: SessionId,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Waiting {
    async fn new(world: &World, number: u8) -> Self {
        let mut request = format!("ws://{}/v1/ws", world.server.address()).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let session = SessionId([number; 16]);
        let ask = AgentToBroker::Ask(Ask {
            team: world.team.id(),
            session,
            origin: SHOP.to_owned(),
            message: Sealed::new(vec![9; 32]).unwrap(),
            place: Place([number; 16]),
        });
        socket.send(Message::text(serde_json::to_string(&ask).unwrap())).await.unwrap();
        let mut waiting = Self { session, socket };
        // So that all of them wait before anybody comes.
        assert!(matches!(waiting.hear().await, BrokerToAgent::Queued(_)));
        waiting
    }

    async fn hear(&mut self) -> BrokerToAgent {
        loop {
            if let Message::Text(text) = self.socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    async fn claimed(&mut self) {
        loop {
            match self.hear().await {
                BrokerToAgent::Claimed(claimed) => {
                    assert_eq!(claimed.session, self.session);
                    return;
                }
                BrokerToAgent::Queued(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
