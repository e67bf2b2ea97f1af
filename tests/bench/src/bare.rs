//! The bare crate as its examples use it: an `RTCPeerConnection` with its defaults and a data channel that
//! the offering side announces.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use webrtc::api::APIBuilder;
use webrtc::data_channel::RTCDataChannel;
use webrtc::ice_transport::ice_candidate::RTCIceCandidateInit;
use webrtc::peer_connection::RTCPeerConnection;
use webrtc::peer_connection::configuration::RTCConfiguration;
use webrtc::peer_connection::sdp::session_description::RTCSessionDescription;

/// What one side tells the other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant, reason = "two of each for a connection")]
pub(crate) enum Signal {
    Description(RTCSessionDescription),
    Candidate(RTCIceCandidateInit),
}

/// What happens to a connection.
#[allow(clippy::large_enum_variant, reason = "two descriptions for a connection")]
pub(crate) enum Happened {
    Said(Signal),
    Opened(Arc<RTCDataChannel>),
    Received(String),
}

pub(crate) type Happenings = mpsc::UnboundedReceiver<Happened>;

/// One connection.
pub(crate) struct Bare {
    connection: RTCPeerConnection,
    tell: mpsc::UnboundedSender<Happened>,
}

impl Bare {
    pub(crate) async fn new() -> Result<(Self, Happenings)> {
        let connection = APIBuilder::new().build().new_peer_connection(RTCConfiguration::default()).await?;
        let (tell, happenings) = mpsc::unbounded_channel();
        let found = tell.clone();
        connection.on_ice_candidate(Box::new(move |candidate| {
            if let Some(Ok(candidate)) = candidate.map(|candidate| candidate.to_json()) {
                // Whoever has let go does not hear it; the same below.
                let _ = found.send(Happened::Said(Signal::Candidate(candidate)));
            }
            Box::pin(async {})
        }));
        let announced = tell.clone();
        connection.on_data_channel(Box::new(move |channel| {
            listen(channel, announced.clone());
            Box::pin(async {})
        }));
        Ok((Self { connection, tell }, happenings))
    }

    pub(crate) async fn offer(&self) -> Result<()> {
        listen(self.connection.create_data_channel("control", None).await?, self.tell.clone());
        self.describe(self.connection.create_offer(None).await?).await
    }

    pub(crate) async fn hear(&self, signal: Signal) -> Result<()> {
        match signal {
            Signal::Candidate(candidate) => self.connection.add_ice_candidate(candidate).await?,
            Signal::Description(description) => {
                self.connection.set_remote_description(description).await?;
                if self.connection.local_description().await.is_none() {
                    self.describe(self.connection.create_answer(None).await?).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        // What the other side has closed before fails.
        let _ = self.connection.close().await;
    }

    async fn describe(&self, description: RTCSessionDescription) -> Result<()> {
        let _ = self.tell.send(Happened::Said(Signal::Description(description.clone())));
        Ok(self.connection.set_local_description(description).await?)
    }
}

fn listen(channel: Arc<RTCDataChannel>, tell: mpsc::UnboundedSender<Happened>) {
    let opened = tell.clone();
    // Weakly, or the channel would hold itself.
    let weak = Arc::downgrade(&channel);
    channel.on_open(Box::new(move || {
        if let Some(channel) = weak.upgrade() {
            let _ = opened.send(Happened::Opened(channel));
        }
        Box::pin(async {})
    }));
    channel.on_message(Box::new(move |message| {
        let _ = tell.send(Happened::Received(String::from_utf8_lossy(&message.data).into_owned()));
        Box::pin(async {})
    }));
}

/// One end of a pair that is open.
pub(crate) struct End {
    pub(crate) bare: Bare,
    pub(crate) happenings: Happenings,
    pub(crate) channel: Arc<RTCDataChannel>,
}

impl End {
    pub(crate) async fn received(&mut self) -> Result<String> {
        loop {
            match self.happenings.recv().await.context("the bare connection ended")? {
                Happened::Received(text) => return Ok(text),
                Happened::Said(_) | Happened::Opened(_) => {}
            }
        }
    }
}

/// Two that are open to each other, in one process.
pub(crate) async fn pair() -> Result<(End, End)> {
    let ((one, mut ones), (other, mut others)) = (Bare::new().await?, Bare::new().await?);
    one.offer().await?;
    let (mut first, mut second) = (None, None);
    loop {
        let (event, to, channel) = tokio::select! {
            event = ones.recv() => (event, &other, &mut first),
            event = others.recv() => (event, &one, &mut second),
        };
        match event.context("the bare connection ended")? {
            Happened::Said(signal) => to.hear(signal).await?,
            Happened::Opened(open) => *channel = Some(open),
            Happened::Received(_) => {}
        }
        if first.is_some() && second.is_some() {
            break;
        }
    }
    let (first, second) = (first.context("open")?, second.context("open")?);
    Ok((
        End { bare: one, happenings: ones, channel: first },
        End { bare: other, happenings: others, channel: second },
    ))
}
