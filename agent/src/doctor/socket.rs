//! Signaling, as far as one question and its answer: what an agent does first.

use alongside_agent_proto::decode::decode_broker;
use alongside_signaling_proto::limits::MAX_FRAME_BYTES;
use alongside_signaling_proto::wire::{AgentToBroker, BrokerToAgent, Challenge, SUBPROTOCOL};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, connect_async_tls_with_config};
use url::Url;

use super::{PATIENCE, Trouble, http, trouble};
use crate::tls;

/// How many messages may come before the answer. The server says nothing unasked to a socket that wants nothing.
const MAX_BEFORE: usize = 8;

/// Opens signaling and asks for a nonce, which changes nothing at the server.
pub(super) async fn challenge(origin: &Url) -> Result<(), Trouble> {
    timeout(PATIENCE, ask(origin)).await.unwrap_or(Err(Trouble::Silent))
}

async fn ask(origin: &Url) -> Result<(), Trouble> {
    // `http` becomes `ws`, and `https` becomes `wss`.
    let address = format!("{}/v1/ws", origin.as_str().trim_end_matches('/').replacen("http", "ws", 1));
    let mut request = address.into_client_request().map_err(|_| Trouble::UnknownHost)?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    let config = WebSocketConfig::default()
        .max_message_size(Some(2 * MAX_FRAME_BYTES))
        .max_frame_size(Some(2 * MAX_FRAME_BYTES));
    let connector = tls::client_config().map(Connector::Rustls);
    let (mut socket, _) = connect_async_tls_with_config(request, Some(config), true, connector)
        .await
        .map_err(|error| refused(&error))?;
    let text =
        serde_json::to_string(&AgentToBroker::Challenge(Challenge {})).map_err(|_| Trouble::Nonsense)?;
    socket.send(Message::text(text)).await.map_err(|error| refused(&error))?;
    for _ in 0..MAX_BEFORE {
        let Some(frame) = socket.next().await else { break };
        if let Message::Text(text) = frame.map_err(|error| refused(&error))?
            && let Ok(Some(BrokerToAgent::Challenged(_))) = decode_broker(&text)
        {
            // Whether the server hears the farewell is no part of the question.
            let _ = socket.close(None).await;
            return Ok(());
        }
    }
    Err(Trouble::Nonsense)
}

fn refused(error: &Error) -> Trouble {
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else is wrong is wrong with the protocol")]
    match error {
        Error::Io(error) => http::untrusted(error).unwrap_or_else(|| trouble(error)),
        Error::Http(answer) => Trouble::Status(answer.status().as_u16()),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => Trouble::Stranger,
        _ => Trouble::Nonsense,
    }
}
