//! What of a page's markup matters here, read as browsers read it.
//!
//! Parses by the HTML standard, with scripts counted as running: what stands in a comment, in `template`,
//! `noscript` or `textarea` is no tag, and attributes come in any case and with entities. No tree is kept: of
//! each element only as much lives as the parser still holds, and a page that makes the parser hold, make or
//! compare more than any real page does is read no further.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use alongside_agent_proto::limits::MAX_TITLE_BYTES;
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TokenizerResult, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, ExpandedName, LocalName, QualName, expanded_name, local_name, ns};

/// How much is parsed between two looks at the limits. Units: bytes.
const STEP_BYTES: usize = 4096;

/// How many elements may be open at once. Browsers nest 512 deep; each further one is looked through for each
/// tag.
const MAX_OPEN: usize = 1024;

/// How many elements a page may have. Few real ones have a tenth; unclosed `<b>`s make thousands of each
/// paragraph.
const MAX_ELEMENTS: usize = 250_000;

/// How many attributes may be compared with one before them, as each is with all of its tag: half a second's
/// work. What divides words is counted in their place, so that this is also two megabytes of an image within
/// the page, or one comment of thirty thousand words.
const MAX_COMPARISONS: u64 = 600_000_000;

/// How many of the tags that we look for are kept. A page needs one.
const MAX_TAGS: usize = 64;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Markup {
    /// The first title, as it was written.
    pub(super) title: String,
    /// The address of the first `base` that has one.
    pub(super) base: Option<String>,
    /// The encoding that the page says it has.
    pub(super) charset: Option<String>,
    /// The tags that might be a contact, in their order.
    pub(super) tags: Vec<Tag>,
}

/// A tag that might be a contact: a script of any address or a link of the right kind, with a `data-team`.
#[derive(Debug)]
pub(super) struct Tag {
    /// Whether it is the script.
    pub(super) is_script: bool,
    attributes: Vec<Attribute>,
}

impl Tag {
    /// The value of an attribute, by its name in small letters.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        value(&self.attributes, name)
    }
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Reads a page.
pub(super) fn read(html: &str) -> Markup {
    let options = TreeBuilderOpts { scripting_enabled: true, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new(Sink::default(), options);
    let watched = Watched { builder, words: Cell::new(0), comparisons: Cell::new(0) };
    let tokenizer = Tokenizer::new(watched, TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() && tokenizer.sink.may_go_on() {
        let (step, after) = rest.split_at(rest.floor_char_boundary(STEP_BYTES));
        rest = after;
        tokenizer.sink.expect(step);
        input.push_back(StrTendril::from_slice(step));
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    }
    if rest.is_empty() {
        tokenizer.end();
    }
    tokenizer.sink.builder.sink.finish()
}

/// The parser's second half, with an eye on its first: how much that has read since it last came to the end
/// of a tag, a comment or a piece of text.
struct Watched {
    builder: TreeBuilder<Handle, Sink>,
    words: Cell<u64>,
    comparisons: Cell<u64>,
}

impl Watched {
    /// Counts what comes next.
    fn expect(&self, step: &str) {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
        let more = step.as_bytes().iter().filter(|byte| is_between(byte)).count() as u64;
        let words = self.words.get();
        self.comparisons.set(self.comparisons.get() + words * more);
        self.words.set(words + more);
    }

    fn may_go_on(&self) -> bool {
        let sink = &self.builder.sink;
        self.comparisons.get() <= MAX_COMPARISONS
            && Rc::strong_count(&sink.open) <= MAX_OPEN
            && sink.elements.get() <= MAX_ELEMENTS
    }
}

impl TokenSink for Watched {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        if !matches!(token, Token::ParseError(_)) {
            self.words.set(0);
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

type Handle = Rc<Node>;

/// An element, or what the parser takes for one.
#[derive(Debug)]
struct Node {
    name: QualName,
    what: RefCell<Option<What>>,
    /// Of a template: what stands in it.
    contents: Option<Handle>,
    /// Whether it belongs to no page, as what stands in a template.
    is_inert: Cell<bool>,
    /// Whether it is the page's title.
    is_title: Cell<bool>,
    is_integration_point: bool,
    /// Counts by being held.
    _open: Rc<()>,
}

/// What an element says, until it is put into the page.
#[derive(Debug)]
enum What {
    Title,
    Base(String),
    Charset(String),
    Tag(Tag),
}

/// A name that can be borrowed for as long as the element.
#[derive(Debug)]
struct Name<'a>(&'a QualName);

impl ElemName for Name<'_> {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// Where the parser puts what it makes.
#[derive(Debug)]
struct Sink {
    document: Handle,
    open: Rc<()>,
    elements: Cell<usize>,
    has_title: Cell<bool>,
    found: RefCell<Markup>,
}

impl Default for Sink {
    fn default() -> Self {
        let open = Rc::new(());
        let document = Node::new(QualName::new(None, ns!(), local_name!("")), None, None, &open);
        Self {
            document: Rc::new(document),
            open,
            elements: Cell::new(0),
            has_title: Cell::new(false),
            found: RefCell::default(),
        }
    }
}

impl Node {
    fn new(name: QualName, what: Option<What>, contents: Option<Handle>, open: &Rc<()>) -> Self {
        Self {
            name,
            what: RefCell::new(what),
            contents,
            is_inert: Cell::new(false),
            is_title: Cell::new(false),
            is_integration_point: false,
            _open: Rc::clone(open),
        }
    }
}

impl Sink {
    fn put(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let child = match child {
            NodeOrText::AppendText(text) => {
                if parent.is_title.get() {
                    self.write_title(&text);
                }
                return;
            }
            NodeOrText::AppendNode(child) => child,
        };
        child.is_inert.set(parent.is_inert.get());
        if child.is_inert.get() {
            return;
        }
        let Some(what) = child.what.take() else { return };
        let mut found = self.found.borrow_mut();
        match what {
            What::Title => child.is_title.set(!self.has_title.replace(true)),
            What::Base(base) => {
                found.base.get_or_insert(base);
            }
            What::Charset(charset) => {
                found.charset.get_or_insert(charset);
            }
            What::Tag(tag) => {
                if found.tags.len() < MAX_TAGS {
                    found.tags.push(tag);
                }
            }
        }
    }

    fn write_title(&self, text: &str) {
        let mut found = self.found.borrow_mut();
        // White space is collapsed later; that much of it no title has.
        let left = (4 * MAX_TITLE_BYTES).saturating_sub(found.title.len());
        found.title.push_str(&text[..text.floor_char_boundary(left)]);
    }
}

fn what(name: ExpandedName<'_>, attributes: Vec<Attribute>) -> Option<What> {
    let attribute = |name| value(&attributes, name);
    match name {
        expanded_name!(html "title") => Some(What::Title),
        expanded_name!(html "base") => attribute("href").map(|href| What::Base(href.to_owned())),
        expanded_name!(html "meta") => charset(&attributes).map(What::Charset),
        expanded_name!(html "script") => {
            (attribute("data-team").is_some() && attribute("src") != Some("") && is_run(attribute("type")))
                .then(|| What::Tag(Tag { is_script: true, attributes }))
        }
        expanded_name!(html "link") => {
            let is_help = attribute("rel")
                .is_some_and(|rel| rel.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case("help")));
            let is_ours = attribute("type").is_some_and(|kind| is_essence(kind, "application/alongside"));
            (is_help && is_ours && attribute("data-team").is_some())
                .then(|| What::Tag(Tag { is_script: false, attributes }))
        }
        _ => None,
    }
}

/// What a `meta` says about the encoding.
fn charset(attributes: &[Attribute]) -> Option<String> {
    if let Some(charset) = value(attributes, "charset") {
        return Some(charset.to_owned());
    }
    let is_content_type =
        value(attributes, "http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
    let content = value(attributes, "content").filter(|_| is_content_type)?;
    super::charset::parameter(content).map(ToOwned::to_owned)
}

/// The types of scripts that browsers run: modules, and by the MIME Sniffing standard "JavaScript MIME types".
const RUN: [&str; 17] = [
    "module",
    "text/javascript",
    "application/javascript",
    "application/ecmascript",
    "application/x-ecmascript",
    "application/x-javascript",
    "text/ecmascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
];

/// Whether browsers run a script of that type; the others are data, or wait for a consent that nobody gave.
fn is_run(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().trim_ascii();
    kind.is_empty() || RUN.iter().any(|run| kind.eq_ignore_ascii_case(run))
}

fn is_essence(kind: &str, essence: &str) -> bool {
    kind.split(';').next().unwrap_or_default().trim_ascii().eq_ignore_ascii_case(essence)
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Markup;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Markup {
        self.found.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Rc::clone(&self.document)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        Name(&target.name)
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.elements.set(self.elements.get() + 1);
        let contents = flags.template.then(|| {
            let contents = Node::new(QualName::new(None, ns!(), local_name!("")), None, None, &self.open);
            contents.is_inert.set(true);
            Rc::new(contents)
        });
        let what = what(name.expanded(), attributes);
        let mut node = Node::new(name, what, contents, &self.open);
        node.is_integration_point = flags.mathml_annotation_xml_integration_point;
        Rc::new(node)
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.blank()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.blank()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, _: &Handle, child: NodeOrText<Handle>) {
        self.put(element, child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        // The parser asks templates only; were it not so, nothing would be in the page either.
        target.contents.as_ref().map_or_else(|| Rc::clone(target), Rc::clone)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new: NodeOrText<Handle>) {
        // Beside it is where it is: in a template or not.
        self.put(sibling, new);
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Handle) {}

    fn reparent_children(&self, _: &Handle, _: &Handle) {}

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        handle.is_integration_point
    }
}

impl Sink {
    fn blank(&self) -> Handle {
        Rc::new(Node::new(QualName::new(None, ns!(), local_name!("")), None, None, &self.open))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ELEMENTS, MAX_OPEN, MAX_TAGS, read};

    const LARGEST: usize = 2 * 1024 * 1024;

    fn many(unit: &str) -> String {
        unit.repeat(LARGEST / unit.len())
    }

    fn numbered(unit: impl Fn(usize) -> String, count: usize) -> String {
        (0..count).map(unit).collect()
    }

    /// Each of these takes a parser without limits minutes or gigabytes: that the test ends is what it shows.
    #[test]
    fn what_would_keep_the_parser_busy_is_not_read_to_its_end() {
        let tag = "<script data-team=x></script>";
        for hostile in [
            many("<div>"),
            many("<b>"),
            many("<table>"),
            many("<template>"),
            many("<svg><desc>"),
            numbered(|at| format!("<b a={at}>"), MAX_OPEN) + &many("<p>x"),
            numbered(|at| format!("<a b={at}><i c={at}>"), 200_000),
            numbered(|at| format!("<i a={at}>"), 900) + &many("<table><td></i>"),
            many(&format!("<a {}>", numbered(|at| format!(" a{at}/b{at}"), 9_000))),
        ] {
            let read = read(&format!("{tag}{hostile}{tag}"));
            assert_eq!(read.tags.len(), 1, "{}", &hostile[..20]);
        }
    }

    #[test]
    fn what_is_only_long_is_read_to_its_end() {
        let tag = "<script data-team=x></script>";
        for long in [
            "text ".repeat(100_000),
            "&amp;".repeat(100_000),
            many("<p>text</p>\n")[..LARGEST / 4].to_owned(),
            format!("<img src='data:image/png;base64,{}'>", many(&format!("{}/", "A".repeat(63)))),
            format!("<!-- {} -->", "word ".repeat(30_000)),
            many(&format!("<img alt='{}'>", "word ".repeat(2_000))),
            format!("<style>{}</style>", many("a { b: c } ")),
            format!("<script>{}</script>", many("call( 1, 2 ) ")),
        ] {
            assert_eq!(read(&format!("{long}{tag}")).tags.len(), 1, "{}", &long[..20]);
        }
        const { assert!(MAX_ELEMENTS > LARGEST / 4 / 5 * 2) };
    }

    #[test]
    fn no_more_tags_are_kept_than_needed() {
        assert_eq!(read(&many("<script data-team=x></script>")).tags.len(), MAX_TAGS);
    }

    #[test]
    fn a_title_is_kept_up_to_a_length() {
        assert!(read(&format!("<title>{}", many("ä"))).title.len() <= 4096);
    }
}
