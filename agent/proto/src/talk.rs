//! What the two say on the `control` data channel, from the first `hello` on.
//!
//! Both repeat `hello` until it is acknowledged, and acknowledge every `hello` they hear. A side is through when
//! its own is acknowledged and the other's was heard: from then on, and not before, it sends what is of value.
//! Whoever sends that has heard our `hello`, so it acknowledges as well as a lost `hello-ack` would have.

use std::collections::VecDeque;

use crate::limits::{HELLO_INTERVAL_MS, TYPING_INTERVAL_MS, TYPING_TIMEOUT_MS};
use crate::outbox::Outbox;
use crate::session::{Event, Output, SessionErrorCode, Snapshot, Whereabouts};
use crate::wire::{
    Ack, Chat, Client, Hello, PROTOCOL_VERSION, Page, PeerErrorCode, PeerMessage, PeerRefused, Read, Role,
    Typing,
};

/// The conversation of one session, over one data channel after another.
#[derive(Debug)]
pub(crate) struct Talk {
    own: Role,
    outbox: Outbox,
    /// Own page and client; at the helper, the epoch of the visitor's page.
    page: Option<Whereabouts>,
    client: Option<Client>,
    epoch: u32,
    /// The other side's messages: the last stored, and the last that was told to be seen.
    stored: u32,
    seen: u32,
    /// Whether what is stored was taken from what was kept, and nothing has come since.
    is_restored: bool,
    heard: bool,
    acknowledged: bool,
    /// Whether what was kept back has been sent: nothing of value goes before that, or it would be out of order.
    begun: bool,
    hello_at: Option<u64>,
    /// Until when the other is typing, and when it was last told that we are.
    typing_until: Option<u64>,
    typing_told: Option<u64>,
    /// How many messages the other side got wrong.
    pub(crate) faults: u32,
}

impl Talk {
    pub(crate) fn new(own: Role) -> Self {
        Self {
            own,
            outbox: Outbox::default(),
            page: None,
            client: None,
            epoch: 0,
            stored: 0,
            seen: 0,
            is_restored: false,
            heard: false,
            acknowledged: false,
            begun: false,
            hello_at: None,
            typing_until: None,
            typing_told: None,
            faults: 0,
        }
    }

    /// Takes up what was kept of a conversation.
    pub(crate) fn restore(&mut self, kept: &Snapshot) {
        self.outbox = Outbox::restored(kept.written.clone(), kept.last, kept.delivered, kept.read);
        self.stored = kept.stored;
        self.seen = kept.seen;
        self.is_restored = true;
        self.epoch = kept.epoch;
    }

    /// Writes down what is to be kept of the conversation.
    pub(crate) fn keep(&self, kept: &mut Snapshot) {
        kept.written = self.outbox.kept().cloned().collect();
        (kept.last, kept.delivered, kept.read) = self.outbox.counts();
        (kept.stored, kept.seen, kept.epoch) = (self.stored, self.seen, self.epoch);
    }

    /// Begins anew with another helper: what was not delivered is told, and will be sent, again.
    pub(crate) fn begin_anew(&mut self, out: &mut VecDeque<Output>) {
        self.close();
        (self.stored, self.seen, self.is_restored) = (0, 0, false);
        self.outbox.begin_anew();
        self.faults = 0;
        tell(Event::Anew, out);
        for Chat { seq, at, text } in self.outbox.kept().cloned() {
            tell(Event::Message { from: self.own, seq, at, text }, out);
        }
    }

    /// Asks the other side for a sign of life.
    pub(crate) fn probe(&mut self, out: &mut VecDeque<Output>) {
        if self.is_through() {
            send(self.greeting(), out);
        }
    }

    /// Takes note of what the other side has stored.
    pub(crate) fn has_stored(&mut self, seq: u32, out: &mut VecDeque<Output>) {
        if self.outbox.catch_up(seq) {
            self.delivered(seq, out);
        }
    }

    /// Begins on a data channel that has just opened.
    pub(crate) fn open(&mut self, now: u64, out: &mut VecDeque<Output>) {
        self.close();
        self.hello(now, out);
    }

    /// The data channel is gone, and with it what only holds while it lasts.
    pub(crate) fn lose(&mut self, out: &mut VecDeque<Output>) {
        self.typing(None, out);
        self.close();
    }

    /// Says nothing more until the next data channel.
    pub(crate) fn close(&mut self) {
        self.heard = false;
        self.acknowledged = false;
        self.begun = false;
        self.hello_at = None;
        self.typing_until = None;
        self.typing_told = None;
    }

    /// Whether both have acknowledged each other's `hello`.
    pub(crate) fn is_through(&self) -> bool {
        self.heard && self.acknowledged
    }

    /// The last message of the other side that is stored.
    pub(crate) fn stored(&self) -> u32 {
        self.stored
    }

    /// The numbers of the last message that we wrote, of the last that the other side has stored, and of the last that it
    /// has seen.
    pub(crate) fn counts(&self) -> (u32, u32, u32) {
        self.outbox.counts()
    }

    /// Whether everything we wrote is stored at the other side.
    pub(crate) fn is_settled(&self) -> bool {
        self.outbox.is_empty()
    }

    /// The next time at which something is due.
    pub(crate) fn due(&self) -> Option<u64> {
        [self.hello_at, self.typing_until].into_iter().flatten().min()
    }

    /// Does what is due.
    pub(crate) fn timeout(&mut self, now: u64, out: &mut VecDeque<Output>) {
        if self.hello_at.is_some_and(|at| now >= at) {
            self.hello(now, out);
        }
        if self.typing_until.is_some_and(|at| now >= at) {
            self.typing(None, out);
        }
    }

    /// Takes note of what a message says about the two greetings. Before it is taken itself.
    pub(crate) fn greeted(&mut self, message: &PeerMessage, now: u64, out: &mut VecDeque<Output>) {
        match message {
            PeerMessage::Hello(hello) if hello.role == self.own => {
                self.refuse(PeerErrorCode::WrongState, out)
            }
            PeerMessage::Hello(hello) if !self.outbox.catch_up(hello.stored) => {
                self.refuse(PeerErrorCode::WrongSequence, out);
            }
            PeerMessage::Hello(hello) => {
                send(PeerMessage::HelloAck, out);
                // Ours may have come before they could hear it: now they can.
                if !self.heard && !self.acknowledged {
                    self.hello(now, out);
                }
                self.heard = true;
                self.delivered(hello.stored, out);
            }
            PeerMessage::Refused(_) | PeerMessage::End | PeerMessage::Unknown => {}
            PeerMessage::HelloAck
            | PeerMessage::Page(_)
            | PeerMessage::Client(_)
            | PeerMessage::Chat(_)
            | PeerMessage::Ack(_)
            | PeerMessage::Read(_)
            | PeerMessage::Typing(_)
            | PeerMessage::Propose(_)
            | PeerMessage::Allowed(_)
            | PeerMessage::Declined(_)
            | PeerMessage::Deposit(_)
            | PeerMessage::Deposited(_)
            | PeerMessage::Return => {
                if self.heard || *message == PeerMessage::HelloAck {
                    self.acknowledged = true;
                    self.hello_at = None;
                }
            }
        }
    }

    /// Whether that was done on this channel.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Sends all that was kept back until both greetings were acknowledged.
    pub(crate) fn begin(&mut self, out: &mut VecDeque<Output>) {
        self.begun = true;
        self.send_page(out);
        self.send_client(out);
        if self.seen > 0 {
            send(PeerMessage::Read(Read { seq: self.seen }), out);
        }
        for chat in self.outbox.kept() {
            send(PeerMessage::Chat(chat.clone()), out);
        }
    }

    /// Takes a message of the other side.
    pub(crate) fn take(&mut self, message: PeerMessage, now: u64, out: &mut VecDeque<Output>) {
        let through = self.is_through();
        match message {
            PeerMessage::Hello(_) | PeerMessage::HelloAck | PeerMessage::End | PeerMessage::Unknown => {}
            PeerMessage::Refused(PeerRefused { code }) => {
                self.faults += 1;
                tell(Event::Error { code: SessionErrorCode::PeerRefused(code) }, out);
            }
            PeerMessage::Page(_) | PeerMessage::Client(_) if self.own == Role::Visitor => {
                self.refuse(PeerErrorCode::WrongState, out);
            }
            PeerMessage::Page(page) if through => self.take_page(page, out),
            PeerMessage::Client(client) if through => tell(Event::Client { client }, out),
            PeerMessage::Chat(chat) if through => self.take_chat(chat, out),
            PeerMessage::Ack(Ack { seq }) | PeerMessage::Read(Read { seq })
                if through && !self.outbox.has(seq) =>
            {
                self.refuse(PeerErrorCode::WrongSequence, out);
            }
            PeerMessage::Ack(Ack { seq }) if through => self.delivered(seq, out),
            PeerMessage::Read(Read { seq }) if through => {
                self.delivered(seq, out);
                if self.outbox.read(seq) {
                    tell(Event::Read { seq }, out);
                }
            }
            PeerMessage::Typing(Typing { on }) if through => {
                self.typing(on.then(|| now.saturating_add(TYPING_TIMEOUT_MS)), out);
            }
            PeerMessage::Page(_)
            | PeerMessage::Client(_)
            | PeerMessage::Chat(_)
            | PeerMessage::Ack(_)
            | PeerMessage::Read(_)
            | PeerMessage::Typing(_)
            | PeerMessage::Propose(_)
            | PeerMessage::Allowed(_)
            | PeerMessage::Declined(_)
            | PeerMessage::Deposit(_)
            | PeerMessage::Deposited(_)
            | PeerMessage::Return => self.refuse(PeerErrorCode::WrongState, out),
        }
    }

    /// Refuses what the other side sent.
    pub(crate) fn refuse(&mut self, code: PeerErrorCode, out: &mut VecDeque<Output>) {
        self.faults += 1;
        send(PeerMessage::Refused(PeerRefused { code }), out);
    }

    /// Takes a message that a person wrote; says whether it did.
    pub(crate) fn say(&mut self, text: String, now: u64, out: &mut VecDeque<Output>) -> bool {
        let Some(chat) = self.outbox.put(text, now) else { return false };
        self.typing_told = None;
        let Chat { seq, at, text } = chat.clone();
        tell(Event::Message { from: self.own, seq, at, text }, out);
        if self.begun {
            send(PeerMessage::Chat(chat), out);
        }
        true
    }

    /// Notes what was seen, and tells the other side as soon as it can hear it.
    pub(crate) fn seen(&mut self, seq: u32, out: &mut VecDeque<Output>) {
        let seq = seq.min(self.stored);
        if seq <= self.seen {
            return;
        }
        self.seen = seq;
        if self.begun {
            send(PeerMessage::Read(Read { seq }), out);
        }
    }

    /// Tells the other side that the person is writing, or has stopped.
    pub(crate) fn writing(&mut self, on: bool, now: u64, out: &mut VecDeque<Output>) {
        let is_news = match self.typing_told {
            Some(told) => !on || now >= told.saturating_add(TYPING_INTERVAL_MS),
            None => on,
        };
        if self.begun && is_news {
            self.typing_told = on.then_some(now);
            send(PeerMessage::Typing(Typing { on }), out);
        }
    }

    /// Notes where the visitor is.
    pub(crate) fn navigated(&mut self, page: Whereabouts, out: &mut VecDeque<Output>) {
        self.page = Some(page);
        self.epoch = self.epoch.saturating_add(1);
        if self.begun {
            self.send_page(out);
        }
    }

    /// Notes what the visitor uses.
    pub(crate) fn known(&mut self, client: Client, out: &mut VecDeque<Output>) {
        self.client = Some(client);
        if self.begun {
            self.send_client(out);
        }
    }

    fn hello(&mut self, now: u64, out: &mut VecDeque<Output>) {
        self.hello_at = Some(now.saturating_add(HELLO_INTERVAL_MS));
        send(self.greeting(), out);
    }

    fn greeting(&self) -> PeerMessage {
        PeerMessage::Hello(Hello { protocol: PROTOCOL_VERSION, role: self.own, stored: self.stored })
    }

    fn send_page(&self, out: &mut VecDeque<Output>) {
        let Some(Whereabouts { url, title, omitted, redacted, viewport, scroll }) = self.page.clone() else {
            return;
        };
        let page = Page { epoch: self.epoch, url, title, omitted, redacted, viewport, scroll };
        send(PeerMessage::Page(page), out);
    }

    fn send_client(&self, out: &mut VecDeque<Output>) {
        if let Some(client) = self.client.clone() {
            send(PeerMessage::Client(client), out);
        }
    }

    fn take_page(&mut self, page: Page, out: &mut VecDeque<Output>) {
        if page.epoch >= self.epoch {
            self.epoch = page.epoch;
            tell(Event::Page { page }, out);
        }
    }

    fn take_chat(&mut self, Chat { seq, at, text }: Chat, out: &mut VecDeque<Output>) {
        // What came between was acknowledged, and lost with a crash before it was kept.
        let is_after_crash = std::mem::take(&mut self.is_restored);
        if seq > self.stored.saturating_add(1) && !is_after_crash {
            return self.refuse(PeerErrorCode::WrongSequence, out);
        }
        if seq > self.stored {
            self.typing(None, out);
            self.stored = seq;
            let from = if self.own == Role::Visitor { Role::Helper } else { Role::Visitor };
            tell(Event::Message { from, seq, at, text }, out);
        }
        send(PeerMessage::Ack(Ack { seq: self.stored }), out);
    }

    fn delivered(&mut self, seq: u32, out: &mut VecDeque<Output>) {
        if self.outbox.stored(seq) {
            tell(Event::Delivered { seq }, out);
        }
    }

    fn typing(&mut self, until: Option<u64>, out: &mut VecDeque<Output>) {
        let was = self.typing_until.is_some();
        self.typing_until = until;
        let on = until.is_some();
        if on != was {
            tell(Event::Typing { on }, out);
        }
    }
}

fn send(message: PeerMessage, out: &mut VecDeque<Output>) {
    out.push_back(Output::Send { message });
}

fn tell(event: Event, out: &mut VecDeque<Output>) {
    out.push_back(Output::Event { event });
}
