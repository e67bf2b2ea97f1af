//! One story: a session, and every step of it.

use alongside_agent_proto::session::{Input, Output, Session, State, Whereabouts};
use alongside_agent_proto::wire::{
    Ack, Candidate, Chat, Client, Hello, PROTOCOL_VERSION, Page, PeerMessage, Read, Role, Screen, Scroll,
    SealedSignal, Typing, Viewport,
};
use alongside_signaling_proto::id::{Place, Sealed, SessionId, TeamId};
use alongside_signaling_proto::wire::IceServer;
use serde::Serialize;

/// When every story begins. Units: milliseconds since 1970.
pub(crate) const BEGIN: u64 = 1_800_000_000_000;

pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const TEAM: TeamId = TeamId([1; 32]);
pub(crate) const OTHER_TEAM: TeamId = TeamId([2; 32]);
pub(crate) const PLACE: Place = Place([3; 16]);

#[derive(Serialize)]
struct Step {
    at: u64,
    input: Input,
    outputs: Vec<Output>,
    state: State,
}

/// What a file of transcripts holds.
#[derive(Serialize)]
struct Told<'a> {
    story: &'a str,
    role: Role,
    teams: &'a [TeamId],
    origin: &'a str,
}

pub(crate) struct Story {
    pub(crate) name: &'static str,
    about: &'static str,
    role: Role,
    teams: Vec<TeamId>,
    session: Session,
    now: u64,
    steps: Vec<Step>,
}

impl Story {
    fn new(name: &'static str, about: &'static str, role: Role, teams: Vec<TeamId>) -> Self {
        let session = match role {
            Role::Visitor => Session::visitor(teams.clone(), ORIGIN.to_owned()),
            Role::Helper => Session::helper(ORIGIN.to_owned()),
        };
        Self { name, about, role, teams, session, now: BEGIN, steps: Vec::new() }
    }

    /// A visitor on a page that pins one team.
    pub(crate) fn visitor(name: &'static str, about: &'static str) -> Self {
        Self::new(name, about, Role::Visitor, vec![TEAM])
    }

    /// A visitor on a page that pins two teams.
    pub(crate) fn rollover(name: &'static str, about: &'static str) -> Self {
        Self::new(name, about, Role::Visitor, vec![TEAM, OTHER_TEAM])
    }

    pub(crate) fn helper(name: &'static str, about: &'static str) -> Self {
        Self::new(name, about, Role::Helper, Vec::new())
    }

    /// Time passes.
    pub(crate) fn after(mut self, ms: u64) -> Self {
        self.now += ms;
        self
    }

    /// Something happens.
    pub(crate) fn then(mut self, input: Input) -> Self {
        self.session.handle(input.clone(), self.now);
        let mut outputs = Vec::new();
        loop {
            let output = self.session.poll_output();
            let is_last = matches!(output, Output::Timeout { .. });
            outputs.push(output);
            if is_last {
                break;
            }
        }
        let step = Step { at: self.now, input, outputs, state: self.session.state() };
        self.steps.push(step);
        self
    }

    /// A message arrives from the other side.
    pub(crate) fn hears(self, message: PeerMessage) -> Self {
        self.then(Input::Received { message })
    }

    /// The time comes that the session asked for last.
    pub(crate) fn waits(mut self) -> Self {
        let last = self.steps.last().and_then(|step| step.outputs.last()).cloned();
        let Some(Output::Timeout { at: Some(at) }) = last else {
            panic!("{}: nothing to wait for", self.name)
        };
        self.now = self.now.max(at);
        self.then(Input::TimedOut)
    }

    pub(crate) fn state(&self) -> State {
        self.session.state()
    }

    pub(crate) fn last_outputs(&self) -> &[Output] {
        self.steps.last().map_or(&[], |step| &step.outputs)
    }

    /// Whether the session has asked to be told of a time.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.last_outputs().last(), Some(Output::Timeout { at: Some(_) }))
    }

    /// Where the session must be now, so that a story cannot be rewritten without its end being looked at.
    pub(crate) fn is(self, state: State) -> Self {
        assert_eq!(self.session.state(), state, "{}", self.name);
        self
    }

    /// The visitor asks, and the ask is sent.
    pub(crate) fn asks(self) -> Self {
        self.then(Input::Ask { place: PLACE, written: Vec::new() })
            .then(Input::SocketOpened)
            .then(prepared(1))
    }

    /// The visitor asks, and waits.
    pub(crate) fn asks_and_waits(self) -> Self {
        self.asks().after(40).then(queued(1, 1)).is(State::Waiting)
    }

    /// The visitor's helper is verified, and the answer leaves.
    pub(crate) fn then_claimed(self, generation: u32) -> Self {
        self.then(verified())
            .is(State::Connecting)
            .after(10)
            .then(Input::Described { generation, sdp: "answer".to_owned() })
    }

    /// The helper accepts and wins the claim.
    pub(crate) fn claims(self) -> Self {
        self.then(Input::Accept { session: session(1) })
            .after(5)
            .then(Input::Described { generation: 1, sdp: "offer".to_owned() })
            .after(30)
            .then(Input::ClaimWon)
            .is(State::Connecting)
    }

    /// The data channel opens, and both greet each other without loss.
    pub(crate) fn connects(self, generation: u32) -> Self {
        let other = self.other();
        self.after(80)
            .then(Input::ChannelOpened { generation })
            .after(10)
            .hears(hello(other, 0))
            .hears(PeerMessage::HelloAck)
            .is(State::Connected)
    }

    /// A visitor in a session with one helper.
    pub(crate) fn connected_visitor(name: &'static str, about: &'static str) -> Self {
        Self::visitor(name, about).asks_and_waits().after(2_000).then_claimed(1).connects(1)
    }

    /// A helper in a session with one visitor.
    pub(crate) fn connected_helper(name: &'static str, about: &'static str) -> Self {
        Self::helper(name, about).claims().after(40).then(answer()).connects(1)
    }

    pub(crate) fn other(&self) -> Role {
        match self.role {
            Role::Visitor => Role::Helper,
            Role::Helper => Role::Visitor,
        }
    }

    /// The file's text: one line for each step.
    pub(crate) fn written(&self) -> String {
        let told = Told { story: self.about, role: self.role, teams: &self.teams, origin: ORIGIN };
        let head = serde_json::to_string_pretty(&told).unwrap();
        let steps: Vec<String> = self.steps.iter().map(Step::written).collect();
        format!("{},\n  \"steps\": [\n{}\n  ]\n}}\n", head.trim_end_matches("\n}"), steps.join(",\n"))
    }
}

impl Step {
    fn written(&self) -> String {
        let outputs: Vec<String> = self
            .outputs
            .iter()
            .map(|output| format!("        {}", serde_json::to_string(output).unwrap()))
            .collect();
        format!(
            "    {{\n      \"at\": {},\n      \"input\": {},\n      \"outputs\": [\n{}\n      ],\n      \"state\": {}\n    }}",
            self.at,
            serde_json::to_string(&self.input).unwrap(),
            outputs.join(",\n"),
            serde_json::to_string(&self.state).unwrap(),
        )
    }
}

pub(crate) fn session(number: u8) -> SessionId {
    SessionId([number; 16])
}

pub(crate) fn prepared(number: u8) -> Input {
    Input::Prepared { session: session(number), message: Sealed::new(vec![number; 32]).unwrap() }
}

pub(crate) fn queued(helpers: u32, position: u32) -> Input {
    Input::Queued { helpers, position }
}

pub(crate) fn verified() -> Input {
    let stun =
        IceServer { urls: vec!["stun:help.example:3478".to_owned()], username: None, credential: None };
    Input::Verified {
        name: "Ada".to_owned(),
        automated: false,
        offer: "offer".to_owned(),
        ice_servers: vec![stun],
    }
}

pub(crate) fn answer() -> Input {
    Input::Opened { signal: SealedSignal::Answer { sdp: "answer".to_owned() } }
}

pub(crate) fn candidate(number: u16) -> Candidate {
    Candidate {
        candidate: format!("candidate:{number} 1 udp 1 192.0.2.{number} 9 typ host"),
        sdp_mid: Some("0".to_owned()),
        sdp_m_line_index: Some(0),
    }
}

pub(crate) fn found(generation: u32, number: u16) -> Input {
    Input::CandidateFound { generation, candidate: candidate(number) }
}

pub(crate) fn heard(number: u16) -> Input {
    Input::Opened { signal: SealedSignal::Candidate(candidate(number)) }
}

pub(crate) fn hello(role: Role, stored: u32) -> PeerMessage {
    PeerMessage::Hello(Hello { protocol: PROTOCOL_VERSION, role, stored })
}

pub(crate) fn written(seq: u32, text: &str) -> Chat {
    Chat { seq, at: BEGIN + u64::from(seq), text: text.to_owned() }
}

pub(crate) fn chat(seq: u32, text: &str) -> PeerMessage {
    PeerMessage::Chat(written(seq, text))
}

pub(crate) fn ack(seq: u32) -> PeerMessage {
    PeerMessage::Ack(Ack { seq })
}

pub(crate) fn read(seq: u32) -> PeerMessage {
    PeerMessage::Read(Read { seq })
}

pub(crate) fn typing(on: bool) -> PeerMessage {
    PeerMessage::Typing(Typing { on })
}

pub(crate) fn say(text: &str) -> Input {
    Input::Say { text: text.to_owned() }
}

pub(crate) fn page(path: &str) -> Whereabouts {
    Whereabouts {
        url: format!("{ORIGIN}{path}"),
        title: "Vases".to_owned(),
        omitted: 0,
        redacted: false,
        viewport: Viewport { width: 1280, height: 720 },
        scroll: Scroll { x: 0, y: 40 },
    }
}

pub(crate) fn page_message(epoch: u32, path: &str) -> PeerMessage {
    let Whereabouts { url, title, omitted, redacted, viewport, scroll } = page(path);
    PeerMessage::Page(Page { epoch, url, title, omitted, redacted, viewport, scroll })
}

pub(crate) fn navigated(path: &str) -> Input {
    Input::Navigated { page: page(path) }
}

pub(crate) fn client(plan: &str) -> Client {
    Client {
        browser: "Firefox 153".to_owned(),
        platform: "Windows".to_owned(),
        language: "de-AT".to_owned(),
        time_zone: "Europe/Vienna".to_owned(),
        screen: Screen { width: 1920, height: 1080, scale: 1.5 },
        attributes: [("plan".to_owned(), plan.to_owned())].into(),
    }
}
