//! The terminal itself: lines that are edited, and lines that appear above them. Where standard input or output is no
//! terminal: plain lines.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{ColorMode, Config, Context, Editor, ExternalPrinter, Helper};
use tokio::sync::mpsc;

use super::said::Line;
use crate::cli::lines::{self, LINES, TooLong};

/// How many pieces wait to be shown. While there is no room, nothing more is taken from the agent.
const PIECES: usize = 64;

/// How often it is told that the person still writes.
const WRITING_PAUSE: Duration = Duration::from_secs(2);

/// How long the last words may take to be shown.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How many lines are remembered, in memory alone.
const HISTORY: usize = 200;

/// Takes the place of a piece and leaves nothing: up one line, and down again.
const NOTHING: &str = "\u{1b}[A\n";

/// What the person does.
#[derive(Debug)]
pub(super) enum Input {
    /// A line is done.
    Line(String),
    /// They write something to the other person, or do no longer.
    Writing(bool),
}

/// A terminal, or what is in its place.
pub(crate) struct Screen {
    pieces: Option<mpsc::Sender<String>>,
    printing: Option<JoinHandle<()>>,
    input: mpsc::Receiver<Input>,
    prompt: Arc<Mutex<String>>,
    is_terminal: bool,
    has_colours: bool,
    has_bell: bool,
    _modes: Option<Modes>,
}

/// Whether a [`Screen`] has room.
#[derive(Clone)]
pub(crate) struct Room(mpsc::WeakSender<String>);

impl Room {
    /// Waits until one more piece can be shown.
    pub(crate) async fn wait(&self) {
        if let Some(pieces) = self.0.upgrade() {
            let _ = pieces.reserve().await;
        }
    }
}

impl Screen {
    /// Begins to read and to show, with a line that begins like this.
    pub(super) fn open(prompt: String, has_bell: bool) -> Self {
        let prompt = Arc::new(Mutex::new(prompt));
        let (pieces, queue) = mpsc::channel(PIECES);
        let editing = (std::io::stdin().is_terminal() && std::io::stdout().is_terminal())
            .then(|| edit(&prompt))
            .flatten();
        let is_terminal = editing.is_some();
        let (modes, input, printing) = match editing {
            Some(Editing { modes, input, mut printer, ending, rested }) => {
                let printing = std::thread::spawn(move || {
                    print_all(queue, |piece| printer.print(piece).map_err(std::io::Error::other));
                    // The printer takes a piece once the editor has begun to show the one before.
                    let _ = printer.print(NOTHING.to_owned());
                    ending.store(true, Ordering::SeqCst);
                    let _ = rested.recv_timeout(LAST_WORDS);
                });
                (modes, input, printing)
            }
            None => {
                let input = lines::read(|line| match line {
                    Ok(line) => Some(Input::Line(line.to_owned())),
                    // As long as that it is no message: it is answered as one that is too long.
                    Err(TooLong) => Some(Input::Line("?".repeat(8 * 1024))),
                });
                let printing = std::thread::spawn(move || print_all(queue, print_plain));
                (None, input, printing)
            }
        };
        let (pieces, printing) = (Some(pieces), Some(printing));
        let has_colours = is_terminal && std::env::var_os("NO_COLOR").is_none();
        Self { pieces, printing, input, prompt, is_terminal, has_colours, has_bell, _modes: modes }
    }

    /// Whether a person looks at it.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    pub(super) fn room(&self) -> Room {
        Room(self.pieces.as_ref().map_or_else(|| mpsc::channel(1).0.downgrade(), mpsc::Sender::downgrade))
    }

    /// Changes what the line begins with; it shows with the next piece.
    pub(super) fn set_prompt(&self, prompt: String) {
        *self.prompt.lock().unwrap_or_else(PoisonError::into_inner) = prompt;
    }

    /// Shows lines as one piece; says whether somebody still looks.
    pub(super) fn show(&self, lines: &[Line], bell: bool) -> bool {
        let mut piece = String::new();
        if bell && self.has_bell && self.is_terminal {
            piece.push('\u{7}');
        }
        for Line { text, is_quiet } in lines {
            match self.has_colours && *is_quiet {
                true => piece.push_str(&format!("\u{1b}[2m{text}\u{1b}[0m\n")),
                false => piece.push_str(&format!("{text}\n")),
            }
        }
        if !piece.is_empty()
            && let Some(pieces) = &self.pieces
        {
            // Events come only while there is room. What answers a person whose terminal stands still may be lost.
            let _ = pieces.try_send(piece);
        }
        self.pieces.as_ref().is_some_and(|pieces| !pieces.is_closed())
    }

    /// What the person does next; `None` once they are gone, or whoever reads what is shown.
    pub(super) async fn next(&mut self) -> Option<Input> {
        tokio::select! {
            input = self.input.recv() => input,
            () = closed(self.pieces.as_ref()) => None,
        }
    }

    /// Waits until everything is shown, but not for ever.
    pub(super) async fn close(&mut self) {
        self.pieces = None;
        if let Some(printing) = self.printing.take() {
            let joined = tokio::task::spawn_blocking(move || printing.join());
            let _ = tokio::time::timeout(LAST_WORDS, joined).await;
        }
    }
}

/// Waits until nobody takes pieces any more.
async fn closed(pieces: Option<&mpsc::Sender<String>>) {
    match pieces {
        Some(pieces) => pieces.closed().await,
        None => std::future::pending().await,
    }
}

/// Prints pieces until there are no more, or nobody reads them; then nobody takes them either.
fn print_all(mut queue: mpsc::Receiver<String>, mut print: impl FnMut(String) -> std::io::Result<()>) {
    while let Some(piece) = queue.blocking_recv() {
        if print(piece).is_err() {
            return;
        }
    }
}

fn print_plain(piece: String) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(piece.as_bytes())?;
    out.flush()
}

/// An editor at work.
struct Editing {
    modes: Option<Modes>,
    input: mpsc::Receiver<Input>,
    printer: Box<dyn ExternalPrinter + Send>,
    /// Has the editor rest before it shows its line again.
    ending: Arc<AtomicBool>,
    /// Hears that it rests.
    rested: std::sync::mpsc::Receiver<()>,
}

/// Reads lines with an editor, in a thread of its own; `None` where the terminal is too simple for one.
fn edit(prompt: &Arc<Mutex<String>>) -> Option<Editing> {
    let modes = Modes::keep();
    let config = Config::builder()
        .max_history_size(HISTORY)
        .ok()?
        .auto_add_history(true)
        // The line's beginning changes by way of its colours, of which it has none.
        .color_mode(ColorMode::Forced)
        .build();
    let history = MemHistory::with_config(&config);
    let mut editor = Editor::<Ear, MemHistory>::with_history(config, history).ok()?;
    let printer = Box::new(editor.create_external_printer().ok()?);
    let (typed, input) = mpsc::channel(LINES);
    let (rest, rested) = std::sync::mpsc::channel();
    let prompt = Arc::clone(prompt);
    let ending = Arc::new(AtomicBool::new(false));
    let told = Mutex::new((false, Instant::now()));
    let (line_start, ends) = (Arc::clone(&prompt), Arc::clone(&ending));
    editor.set_helper(Some(Ear { typed: typed.clone(), prompt: line_start, told, ending: ends, rest }));
    std::thread::spawn(move || {
        loop {
            let begin = prompt.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // An interrupt, the end of the input, or a terminal that is gone: the person wants an end.
            let Ok(line) = editor.readline(begin.as_str()) else { return };
            if typed.blocking_send(Input::Line(line)).is_err() {
                return;
            }
        }
    });
    Some(Editing { modes, input, printer, ending, rested })
}

/// Hears that the person writes, and gives the line its beginning.
struct Ear {
    typed: mpsc::Sender<Input>,
    prompt: Arc<Mutex<String>>,
    /// What was told of last, and when.
    told: Mutex<(bool, Instant)>,
    ending: Arc<AtomicBool>,
    rest: std::sync::mpsc::Sender<()>,
}

impl Hinter for Ear {
    type Hint = String;

    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        let is_writing = !line.is_empty() && !line.starts_with('/');
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if is_writing != told.0 || (is_writing && told.1.elapsed() >= WRITING_PAUSE) {
            *told = (is_writing, Instant::now());
            // Where lines pile up, who writes is of no matter.
            let _ = self.typed.try_send(Input::Writing(is_writing));
        }
        None
    }
}

impl Highlighter for Ear {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> std::borrow::Cow<'b, str> {
        if self.ending.load(Ordering::SeqCst) {
            let _ = self.rest.send(());
            // What it would show now would stay behind on the terminal. The process is about to end.
            loop {
                std::thread::park();
            }
        }
        let current = self.prompt.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // It may change while somebody writes, but not its width.
        if current.chars().count() == prompt.chars().count() { current.into() } else { prompt.into() }
    }
}

impl Completer for Ear {
    type Candidate = String;
}

impl Validator for Ear {}
impl Helper for Ear {}

/// The terminal's modes as they were, for the editor is still at work when the process ends.
struct Modes {
    #[cfg(unix)]
    kept: rustix::termios::Termios,
}

impl Modes {
    #[cfg(unix)]
    fn keep() -> Option<Self> {
        Some(Self { kept: rustix::termios::tcgetattr(std::io::stdin()).ok()? })
    }

    #[cfg(not(unix))]
    fn keep() -> Option<Self> {
        Some(Self {})
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        // The line goes, what is held back is shown, and pasting is as it was.
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(b"\r\x1b[K\x1b[?2026l\x1b[?2004l").and_then(|()| out.flush());
        #[cfg(unix)]
        let _ =
            rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, &self.kept);
    }
}
