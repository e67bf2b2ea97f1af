//! The help contact in a page's markup.
//!
//! Reads the tag as the widget's loader reads it, so that a person with a browser and one without reach the
//! same team at the same server.

use alongside_agent_proto::address::Urls;
use alongside_agent_proto::limits::{MAX_TITLE_BYTES, MAX_URL_BYTES};
use alongside_signaling_proto::id::TeamId;
use url::{Host, Position, Url};

use super::error::DiscoverError;
use super::markup::{self, Markup, Tag};

/// How many team keys a page may name: two, during a rollover.
const MAX_TEAMS: usize = 2;

/// Whom a page names for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The origin of the signaling server: `https`, or `http` on this machine.
    pub server: Url,
    /// The team keys, one or two, in the page's order.
    pub teams: Vec<TeamId>,
    /// How much of the page's address a helper sees.
    pub urls: Urls,
    /// Whether the site asks that a helper may refresh the page, as part of asking for help.
    pub refresh: bool,
    /// Where to turn when nobody is there: `https`, `http`, `mailto`, `tel` or `sms`.
    pub fallback: Option<Url>,
}

/// Finds the first valid contact of a page: our tag, or a `link` of the relation `help`, in the order of the
/// document.
///
/// Shape: `page` is the address of the page, for what the markup names relatively; `html` is its markup, from
/// the network or as a browser serializes its document.
/// Errors: [`DiscoverError::WrongKey`] when there is a tag without a key in it, else [`DiscoverError::NoContact`].
pub fn find_contact(html: &str, page: &Url) -> Result<Contact, DiscoverError> {
    contact(&markup::read(html), page)
}

/// Reads title and contact.
pub(super) fn read_page(html: &str, page: &Url) -> (String, Result<Contact, DiscoverError>) {
    let markup = markup::read(html);
    (title(&markup.title), contact(&markup, page))
}

fn contact(markup: &Markup, page: &Url) -> Result<Contact, DiscoverError> {
    let base = markup.base.as_deref().and_then(|base| page.join(base).ok());
    // Source: the HTML standard, "set the frozen base URL".
    let base = base.filter(|base| !matches!(base.scheme(), "data" | "javascript"));
    let base = base.as_ref().unwrap_or(page);
    let mut found = markup.tags.iter().filter_map(|tag| read(tag, page, base)).peekable();
    found.peek().ok_or(DiscoverError::NoContact)?;
    found.find(|contact| !contact.teams.is_empty()).ok_or(DiscoverError::WrongKey)
}

/// What a tag says; without a team where its keys are none.
fn read(tag: &Tag, page: &Url, base: &Url) -> Option<Contact> {
    let server = if tag.is_script {
        // A script that stands in the page itself counts as the page's.
        let script = tag.attribute("src").map_or_else(|| Some(page.clone()), |src| base.join(src).ok())?;
        tag.attribute("data-server").and_then(|server| Url::parse(server).ok()).unwrap_or(script)
    } else {
        base.join(tag.attribute("href").filter(|href| !href.is_empty())?).ok()?
    };
    let teams: Vec<TeamId> = tag
        .attribute("data-team")
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|key| key.parse().ok())
        .take(MAX_TEAMS)
        .collect();
    let urls = match tag.attribute("data-url") {
        Some("path") => Urls::Path,
        Some("full") => Urls::Full,
        // What is not known shows a helper no more than the default does.
        _ => Urls::Clean,
    };
    let server = Url::parse(&server.origin().ascii_serialization()).ok().filter(is_secure)?;
    let refresh = tag.attribute("data-refresh").is_some_and(|value| !value.eq_ignore_ascii_case("false"));
    let fallback = tag.attribute("data-contact").and_then(|contact| fallback(contact, base));
    Some(Contact { server, teams, urls, refresh, fallback })
}

/// Whether what is said to a server stays between it and us: browsers let a page be helped in secure contexts
/// only.
fn is_secure(server: &Url) -> bool {
    server.scheme() == "https" || server.scheme() == "http" && is_loopback(server)
}

/// Whether an address leads to this machine by what it says. Source: Secure Contexts, section 3.1.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Whether an address plainly says that it leads to this machine: `localhost`, or a loopback address as the
/// URL standard writes it.
///
/// Who types that means it, as in a browser. An address that somebody else wrote does not become harmless by
/// it: ask this of a person's input only.
///
/// Shape: `typed` is the text as it was typed. Once parsed, `http://2130706433/` says `127.0.0.1` as well.
#[must_use]
pub fn names_this_machine(typed: &str) -> bool {
    Url::parse(typed).is_ok_and(|parsed| {
        let plain = &parsed[..Position::AfterHost];
        is_loopback(&parsed)
            && typed.split_at_checked(plain.len()).is_some_and(|(start, rest)| {
                // More of a host may follow, which the standard drops.
                start.eq_ignore_ascii_case(plain)
                    && (rest.is_empty() || rest.starts_with([':', '/', '?', '#']))
            })
    })
}

fn fallback(contact: &str, base: &Url) -> Option<Url> {
    let contact = contact.trim();
    let is_bare_mail = contact.contains('@') && !contact.contains([':', '/', '?', '#']);
    let url = if is_bare_mail {
        Url::parse(&format!("mailto:{contact}")).ok()?
    } else {
        base.join(contact).ok()?
    };
    let is_known = matches!(url.scheme(), "https" | "http" | "mailto" | "tel" | "sms");
    (!contact.is_empty() && is_known && url.as_str().len() <= MAX_URL_BYTES).then_some(url)
}

/// A title as browsers show it: white space collapsed; without what would command a terminal; bounded.
fn title(text: &str) -> String {
    let mut title = String::new();
    for word in
        text.split(|c: char| c.is_ascii_whitespace() || c.is_control()).filter(|word| !word.is_empty())
    {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title.truncate(title.floor_char_boundary(MAX_TITLE_BYTES));
    title
}

#[cfg(test)]
mod tests {
    use alongside_agent_proto::address::Urls;
    use proptest::prelude::{prop, proptest};
    use proptest::sample::select;
    use url::Url;

    use super::{DiscoverError, find_contact, names_this_machine, read_page};

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbE";

    fn page() -> Url {
        Url::parse("https://shop.example/cart/?step=2").unwrap()
    }

    /// The server of the contact in a piece of markup, in which `KEY` stands for a key.
    fn server(html: &str) -> Option<String> {
        find_contact(&html.replace("KEY", KEY), &page()).ok().map(|contact| contact.server.to_string())
    }

    fn expect(html: &str, expected: &str) {
        assert_eq!(server(html).as_deref(), Some(expected), "{html}");
    }

    #[test]
    fn the_tag() {
        expect(
            r#"<script async src="https://help.example/alongside.js" data-team="KEY"></script>"#,
            "https://help.example/",
        );
        expect("<SCRIPT SRC=https://help.example:8443/a.js DATA-TEAM=KEY>", "https://help.example:8443/");
        expect("<script type=module src=/alongside.js data-team='KEY'>", "https://shop.example/");
        expect("<script src=//help.example/alongside.js data-team=KEY>", "https://help.example/");
        expect("<script type=' Text/JavaScript ' src=//help.example data-team=KEY>", "https://help.example/");
        expect("<script src=http://localhost:8080/alongside.js data-team=KEY>", "http://localhost:8080/");
        expect("<script src=http://127.0.0.1:8080/alongside.js data-team=KEY>", "http://127.0.0.1:8080/");
        expect("<script src=http://[::1]:8080/alongside.js data-team=KEY>", "http://[::1]:8080/");
        expect("<script data-team=KEY>/* a bundle in the page */</script>", "https://shop.example/");
        expect("<script src='https&#58;//help.example/a?b&amp;c' data-team=KEY>", "https://help.example/");
        expect("<script src=https://user:word@help.example/ data-team=KEY>", "https://help.example/");
    }

    #[test]
    fn the_server_that_the_tag_names() {
        let named = |server: &str| {
            format!("<script src=https://cdn.example/a.js data-team=KEY data-server='{server}'></script>")
        };
        expect(&named("https://help.example:8443/any/path?x"), "https://help.example:8443/");
        expect(&named("HTTPS://HELP.EXAMPLE"), "https://help.example/");
        // What is not valid counts as not said, as in the widget.
        expect(&named("/relative"), "https://cdn.example/");
        expect(&named("not an address"), "https://cdn.example/");
        expect(&named(""), "https://cdn.example/");
        // What is valid but no safe server is none.
        for server_ in
            ["http://help.example", "ws://help.example", "javascript:0", "data:,", "http://192.168.1.1/"]
        {
            assert_eq!(server(&named(server_)), None, "{server_}");
        }
    }

    #[test]
    fn the_link() {
        expect(
            r#"<link rel="help" type="application/alongside" href="https://help.example/" data-team="KEY">"#,
            "https://help.example/",
        );
        expect(
            "<link REL='nofollow HELP' TYPE='Application/Alongside' href=/ data-team=KEY>",
            "https://shop.example/",
        );
        expect(
            "<body><p>text<link rel=help type=application/alongside href=//h.example data-team=KEY>",
            "https://h.example/",
        );
        for no_contact in [
            "<link rel=help href=https://help.example/ data-team=KEY>",
            "<link rel=help type=text/html href=https://help.example/ data-team=KEY>",
            "<link rel=helpful type=application/alongside href=https://help.example/ data-team=KEY>",
            "<link rel=help type=application/alongside data-team=KEY>",
            "<link rel=help type=application/alongside href='' data-team=KEY>",
            "<link rel=help type=application/alongside href=https://help.example/>",
            "<a rel=help type=application/alongside href=https://help.example/ data-team=KEY>",
        ] {
            assert_eq!(server(no_contact), None, "{no_contact}");
        }
    }

    #[test]
    fn the_base_of_a_page() {
        let tag = "<script src=alongside.js data-team=KEY></script>";
        expect(&format!("<base href=https://cdn.example/x/>{tag}"), "https://cdn.example/");
        expect(&format!("{tag}<base href=//cdn.example/>"), "https://cdn.example/");
        expect(
            &format!("<base target=_top><base href=//one.example><base href=//two.example>{tag}"),
            "https://one.example/",
        );
        for ignored in ["data:text/html,", "javascript:0", "https://", "http://[::1"] {
            expect(
                &format!("<base href='{ignored}'><base href=//two.example>{tag}"),
                "https://shop.example/",
            );
        }
        expect(&format!("<template><base href=//inert.example></template>{tag}"), "https://shop.example/");
        // Nor does a base make what is insecure secure.
        assert_eq!(server(&format!("<base href=http://cdn.example/>{tag}")), None);
        assert_eq!(server(&format!("<base href=file:///>{tag}")), None);
    }

    #[test]
    fn the_first_valid_one_counts() {
        let tag = |host: &str, key: &str| format!("<script src=https://{host}/ data-team='{key}'></script>");
        let link =
            |host: &str| format!("<link rel=help type=application/alongside href=//{host} data-team=KEY>");
        expect(&(tag("one.example", "KEY") + &tag("two.example", "KEY")), "https://one.example/");
        expect(&(tag("one.example", "no key") + &tag("two.example", "KEY")), "https://two.example/");
        expect(&(link("one.example") + &tag("two.example", "KEY")), "https://one.example/");
        expect(&(tag("one.example", "KEY") + &link("two.example")), "https://one.example/");
        expect(&(tag("[::1", "KEY") + &link("two.example")), "https://two.example/");
    }

    #[test]
    fn what_is_no_tag_to_a_browser_is_none() {
        let tag = "<script src=https://help.example/alongside.js data-team=KEY></script>";
        for around in [
            "<!-- TAG -->",
            "<!-- > TAG -->",
            "<template>TAG</template>",
            "<template><div><template></template>TAG</div></template>",
            "<table><template><tr>TAG</template></table>",
            "<div><template shadowrootmode=open>TAG</template></div>",
            "<textarea>TAG</textarea>",
            "<title>TAG</title>",
            "<style>TAG</style>",
            "<noscript>TAG</noscript>",
            "<body><noscript>TAG</noscript>",
            "<iframe>TAG</iframe>",
            "<iframe srcdoc='TAG'></iframe>",
            "<noembed>TAG</noembed>",
            "<noframes>TAG</noframes>",
            "<xmp>TAG</xmp>",
            "<plaintext>TAG",
            "<svg>TAG</svg>",
            "<math>TAG</math>",
            "<svg><![CDATA[TAG]]></svg>",
            "<p title='TAG'>",
            "<script>'TAG'</script>",
            "<script><!-- <script>TAG --></script>",
            "&lt;script src=https://help.example/ data-team=KEY>",
        ] {
            let html = around.replace("TAG", tag);
            assert_eq!(server(&html), None, "{html}");
        }
        for script in [
            "<script type=text/plain src=https://help.example/ data-team=KEY>",
            "<script type='text/javascript; charset=utf-8' src=https://help.example/ data-team=KEY>",
            "<script type=application/json src=https://help.example/ data-team=KEY>",
            "<script src='' data-team=KEY>",
            "<script src=https://help.example/>",
            "<script src=https://help.example/ data-team>",
            "<script src=https://help.example/ data-team='' data-team=KEY>",
            "<script src=data:text/javascript,0 data-team=KEY>",
            "<script src=http://help.example/ data-team=KEY>",
            "<script src=http://localhost.help.example/ data-team=KEY>",
        ] {
            assert_eq!(server(script), None, "{script}");
        }
    }

    #[test]
    fn what_is_a_tag_to_a_browser_is_one() {
        let tag = "<script src=https://help.example/alongside.js data-team=KEY></script>";
        for around in [
            "<!doctype html><html><head>TAG",
            "<body><div><p>TAG",
            "<!-->TAG-->",
            "<!-- a --!>TAG",
            "<template></template>TAG",
            "<table>TAG</table>",
            "<table><tr>TAG",
            "<select>TAG",
            "<svg><foreignObject>TAG",
            "<svg><p>TAG",
            "</title>TAG",
            "<title></title x>TAG",
            "<textarea></textarea>TAG",
            "<b><p>TAG</b>",
        ] {
            expect(&around.replace("TAG", tag), "https://help.example/");
        }
    }

    #[test]
    fn team_keys() {
        let teams = |keys: &str| {
            find_contact(&format!("<script data-team='{keys}'>"), &page())
                .ok()
                .map(|contact| contact.teams.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(teams(KEY), Some(vec![KEY.to_owned()]));
        assert_eq!(teams(&format!(" {KEY}\n{OTHER} ")), Some(vec![KEY.to_owned(), OTHER.to_owned()]));
        assert_eq!(teams(&format!("{KEY} {OTHER} {KEY}")), Some(vec![KEY.to_owned(), OTHER.to_owned()]));
        assert_eq!(teams(&format!("no-key {OTHER}")), Some(vec![OTHER.to_owned()]));
        for wrong in ["", "{{team}}", &KEY[1..], &format!("{KEY}A"), &KEY.replace('A', "+"), "javascript:0"] {
            assert_eq!(teams(wrong), None, "{wrong}");
        }
        // The last of 43 characters holds two bits that are no key's.
        assert_eq!(teams(&format!("{}B", &KEY[1..])), None);
    }

    #[test]
    fn a_contact_whose_key_is_none_is_told_from_none_at_all() {
        let why = |html: &str| find_contact(html, &page()).unwrap_err();
        assert_eq!(why("<script src=/alongside.js data-team=TEAM-KEY>"), DiscoverError::WrongKey);
        assert_eq!(why("<script src=/alongside.js>"), DiscoverError::NoContact);
        assert_eq!(why("<script src=http://help.example/ data-team=KEY>"), DiscoverError::NoContact);
    }

    #[test]
    fn the_other_facts() {
        let of = |attributes: &str| {
            find_contact(&format!("<script data-team={KEY} {attributes}>"), &page()).unwrap()
        };
        let plain = of("");
        assert_eq!((plain.urls, plain.refresh, plain.fallback), (Urls::Clean, false, None));
        assert_eq!(of("data-url=path").urls, Urls::Path);
        assert_eq!(of("data-url=full").urls, Urls::Full);
        for unknown in ["data-url", "data-url=FULL", "data-url=everything"] {
            assert_eq!(of(unknown).urls, Urls::Clean, "{unknown}");
        }
        for asked in ["data-refresh", "data-refresh=''", "data-refresh=true"] {
            assert!(of(asked).refresh, "{asked}");
        }
        assert!(!of("data-refresh=false").refresh);
        let fallback = |contact: &str| {
            of(&format!("data-contact='{contact}'")).fallback.map(|fallback| fallback.to_string())
        };
        assert_eq!(fallback("mailto:help@shop.example").as_deref(), Some("mailto:help@shop.example"));
        assert_eq!(fallback("help@shop.example").as_deref(), Some("mailto:help@shop.example"));
        assert_eq!(fallback("/contact").as_deref(), Some("https://shop.example/contact"));
        assert_eq!(fallback("tel:+4315550100").as_deref(), Some("tel:+4315550100"));
        for unsafe_ in ["", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ms-word:x"] {
            assert_eq!(fallback(unsafe_), None, "{unsafe_}");
        }
    }

    #[test]
    fn titles() {
        let title = |html: &str| read_page(html, &page()).0;
        assert_eq!(title("<title> Your \n\t cart &amp; more </title>"), "Your cart & more");
        assert_eq!(title("<title>One</title><title>Two</title>"), "One");
        assert_eq!(title("<svg><title>Picture</title></svg><title>Page</title>"), "Page");
        assert_eq!(title("<template><title>Inert</title></template><body><title>Page</title>"), "Page");
        assert_eq!(title("<title>a&#27;[31mb&#0;&#x9b;c"), "a [31mb\u{fffd}›c");
        assert_eq!(title("<p>no title"), "");
        let long = title(&format!("<title>{}", "ä".repeat(3000)));
        assert_eq!(long.len(), 1024);
    }

    #[test]
    fn this_machine_plainly_named() {
        for plain in [
            "http://localhost:8080/demo/",
            "HTTP://LocalHost",
            "https://shop.localhost/",
            "http://127.0.0.1:8080/",
            "http://[::1]:8080/",
        ] {
            assert!(names_this_machine(plain), "{plain}");
        }
        for not in [
            "http://127.1/",
            "http://127.0.0.1./",
            "http://127.0.0.1%2e/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://[0:0::1]/",
            "http:localhost/",
            "http:\\\\localhost/",
            " http://localhost/",
            "http://%6cocalhost/",
            "http://localhost.shop.example/",
            "http://localhost@shop.example/",
            "http://192.168.1.1/",
            "https://shop.example/?http://localhost/",
            "localhost:8080",
            "",
        ] {
            assert!(!names_this_machine(not), "{not}");
        }
    }

    /// What parsers stumble over: what nests, what closes something else, what changes how text is read.
    const SOUP: [&str; 44] = [
        "<a>",
        "</a>",
        "<b x=1>",
        "</b>",
        "<p>",
        "</p>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<caption>",
        "<select>",
        "<option>",
        "</select>",
        "<template>",
        "</template>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mi>",
        "<annotation-xml encoding=text/html>",
        "<foreignObject>",
        "<desc>",
        "<title>",
        "</title>",
        "<textarea>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<noscript>",
        "<form>",
        "</form>",
        "<frameset>",
        "<body>",
        "<html lang=x>",
        "</body>",
        "</html>",
        "<plaintext>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<!doctype html>",
        "text\0&amp",
    ];

    proptest! {
        #[test]
        fn no_markup_is_too_odd(soup in prop::collection::vec(select(&SOUP), 0..60), at in 0..60_usize) {
            let at = at.min(soup.len());
            let (before, after) = (soup[..at].concat(), soup[at..].concat());
            let tag = format!("<script data-team={KEY}></script>");
            let found = find_contact(&format!("{before}{tag}{after}"), &page()).ok();
            // What stands behind a tag does not unmake it.
            assert_eq!(found, find_contact(&format!("{before}{tag}"), &page()).ok());
        }

        #[test]
        fn no_text_is_too_odd(html in "(?s).{0,200}") {
            let _ = find_contact(&html, &page());
        }
    }
}
