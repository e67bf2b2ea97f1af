//! One's own chat messages, kept until the other side has stored them (invariant I5).

use std::collections::VecDeque;

use crate::limits::{MAX_OUTBOX, MAX_TEXT_BYTES};
use crate::wire::Chat;

/// Numbers messages from 1, and forgets each once it is acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    kept: VecDeque<Chat>,
    last: u32,
    stored: u32,
    read: u32,
    /// The last message that was written before a crash, as far as it was kept.
    restored: Option<u32>,
}

impl Outbox {
    /// Takes up what was kept.
    pub(crate) fn restored(kept: Vec<Chat>, last: u32, stored: u32, read: u32) -> Self {
        Self { kept: kept.into(), last, stored, read, restored: Some(last) }
    }

    /// The other side has stored more than was kept when we crashed: what was written since goes behind it. Only the first
    /// that is heard after the crash can say so, for nothing has been sent since. Says whether so much can be stored.
    pub(crate) fn catch_up(&mut self, stored: u32) -> bool {
        let Some(restored) = self.restored.take().filter(|restored| stored > *restored) else {
            return stored <= self.last;
        };
        let since: Vec<_> = self.kept.drain(..).filter(|chat| chat.seq > restored).collect();
        self.last = stored;
        for Chat { at, text, .. } in since {
            self.put(text, at);
        }
        true
    }

    /// Begins anew with somebody who knows nothing of what was written: numbers what is kept from 1 on.
    pub(crate) fn begin_anew(&mut self) {
        let kept = std::mem::take(self).kept;
        for Chat { at, text, .. } in kept {
            self.put(text, at);
        }
    }

    /// The number of the last message, and of the last that was acknowledged and seen.
    pub(crate) fn counts(&self) -> (u32, u32, u32) {
        (self.last, self.stored, self.read)
    }

    /// Takes a message; `None` when it is empty or too long, or too many are kept.
    pub(crate) fn put(&mut self, text: String, at: u64) -> Option<Chat> {
        if text.is_empty() || text.len() > MAX_TEXT_BYTES || self.kept.len() >= MAX_OUTBOX {
            return None;
        }
        let seq = self.last.checked_add(1)?;
        self.last = seq;
        let chat = Chat { seq, at, text };
        self.kept.push_back(chat.clone());
        Some(chat)
    }

    /// Whether every message is acknowledged.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// What is not acknowledged, oldest first.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Chat> {
        self.kept.iter()
    }

    /// Whether there is a message of that number.
    pub(crate) fn has(&self, seq: u32) -> bool {
        seq <= self.last
    }

    /// Forgets the messages up to this one; says whether that is news.
    pub(crate) fn stored(&mut self, seq: u32) -> bool {
        if seq <= self.stored {
            return false;
        }
        self.stored = seq;
        self.kept.retain(|chat| chat.seq > seq);
        true
    }

    /// Notes that the messages up to this one were seen; says whether that is news.
    pub(crate) fn read(&mut self, seq: u32) -> bool {
        if seq <= self.read {
            return false;
        }
        self.read = seq;
        true
    }
}
