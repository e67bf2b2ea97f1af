//! The demo shop's account: a page that exists only with a cookie, as on any real site.
//!
//! A helper who opens its address with a browser of their own is sent to the sign-in instead, and the console says that
//! it is not the same page. There is no password to check and nothing is kept here: the cookie is the name that was
//! typed, and worth nothing to anybody else.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{COOKIE, SET_COOKIE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use url::form_urlencoded;

const ACCOUNT: &str = "/demo/account";
const SIGN_IN: &str = "/demo/sign-in";
const SIGN_OUT: &str = "/demo/sign-out";

/// What the cookie is called.
const NAME_COOKIE: &str = "nook-name";

/// The longest name. Units: characters. Longer than nearly all names, and short enough for a heading.
const MAX_NAME: usize = 40;

/// The longest form that is read. Units: bytes. A name of 40 characters takes at most 480 of them, each of its bytes
/// being written with three.
const MAX_FORM_BYTES: usize = 1024;

/// What is said to a form without a name that can be used.
const PROBLEM: &str = "Write a name first, of 40 letters at the most.";

/// Whether an answer under this path is for one browser only.
pub(crate) fn is_personal(path: &str) -> bool {
    matches!(path, ACCOUNT | SIGN_IN | SIGN_OUT)
}

/// The two pages, with a place for what differs: `{{name}}`, `{{problem}}`.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    account: String,
    sign_in: String,
}

impl Templates {
    /// Takes a page that is one of the two; gives back any other.
    pub(crate) fn take(&mut self, path: &str, html: String) -> Option<String> {
        match path {
            "/demo/account.html" => self.account = html,
            "/demo/sign-in.html" => self.sign_in = html,
            _ => return Some(html),
        }
        None
    }

    /// The account, the way in and the way out.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route(ACCOUNT, get(account))
            .route(SIGN_IN, get(door).post(sign_in))
            .route(SIGN_OUT, post(sign_out))
            .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
            .with_state(Arc::new(self))
    }

    fn sign_in(&self, problem: &'static str) -> Response {
        varying(Html(self.sign_in.replace("{{problem}}", problem)))
    }
}

async fn account(State(pages): State<Arc<Templates>>, headers: HeaderMap) -> Response {
    match Name::signed_in(&headers) {
        Some(name) => varying(Html(pages.account.replace("{{name}}", &name.to_html()))),
        None => varying(Redirect::to(SIGN_IN)),
    }
}

async fn door(State(pages): State<Arc<Templates>>, headers: HeaderMap) -> Response {
    match Name::signed_in(&headers) {
        Some(_) => varying(Redirect::to(ACCOUNT)),
        None => pages.sign_in(""),
    }
}

async fn sign_in(State(pages): State<Arc<Templates>>, headers: HeaderMap, form: Bytes) -> Response {
    if is_foreign(&headers) {
        return elsewhere();
    }
    let typed = form_urlencoded::parse(&form).find_map(|(field, value)| (field == "name").then_some(value));
    match typed.and_then(|typed| Name::new(&typed)) {
        Some(name) => ([(SET_COOKIE, cookie(&name.to_cookie()))], Redirect::to(ACCOUNT)).into_response(),
        None => (StatusCode::UNPROCESSABLE_ENTITY, pages.sign_in(PROBLEM)).into_response(),
    }
}

async fn sign_out(headers: HeaderMap) -> Response {
    if is_foreign(&headers) {
        return elsewhere();
    }
    ([(SET_COOKIE, format!("{}; Max-Age=0", cookie("")))], Redirect::to(SIGN_IN)).into_response()
}

/// A cookie with this value: no script can read it, no other site's form brings it along, and it ends with the browser.
fn cookie(value: &str) -> String {
    format!("{NAME_COOKIE}={value}; Path=/demo/; HttpOnly; SameSite=Lax")
}

/// Whether another site's page has sent a form here. Browsers too old to say so have no working Help button either.
fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

fn elsewhere() -> Response {
    (StatusCode::FORBIDDEN, "Sign in and out on the shop's own pages.\n").into_response()
}

/// The same address answers otherwise with another cookie.
fn varying(answer: impl IntoResponse) -> Response {
    ([(VARY, "cookie")], answer).into_response()
}

/// Whoever has signed in, as they call themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name(String);

impl Name {
    /// Takes what was typed, without what cannot be seen; nothing of what is empty or too long.
    fn new(typed: &str) -> Option<Self> {
        let visible = typed.replace(char::is_control, " ");
        let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        (1..=MAX_NAME).contains(&name.chars().count()).then_some(Self(name))
    }

    /// Reads the cookie; one that is not exactly as we write it is none.
    fn signed_in(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|one| one.trim().split_once('='));
        let (_, value) = cookies.find(|(name, _)| *name == NAME_COOKIE)?;
        let (typed, _) = form_urlencoded::parse(value.as_bytes()).next()?;
        Self::new(&typed).filter(|name| name.to_cookie() == value)
    }

    /// Letters, digits and a few signs that mean nothing in a header.
    fn to_cookie(&self) -> String {
        form_urlencoded::byte_serialize(self.0.as_bytes()).collect()
    }

    /// Text in a page, or in an attribute of it.
    fn to_html(&self) -> String {
        let mut html = String::with_capacity(self.0.len());
        for letter in self.0.chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                plain => html.push(plain),
            }
        }
        html
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with_cookie(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        let name = |typed: &str| Name::new(typed).map(|Name(name)| name);
        assert_eq!(name("  Robin \t Vale\r\n").as_deref(), Some("Robin Vale"));
        assert_eq!(name("Robin\0\u{7f}\u{85}Vale").as_deref(), Some("Robin Vale"));
        assert_eq!(name("ليلى").as_deref(), Some("ليلى"));
        assert_eq!(name(&"é".repeat(MAX_NAME)).map(|name| name.chars().count()), Some(MAX_NAME));
        for none in ["", "   ", "\r\n\0", &"a".repeat(MAX_NAME + 1)] {
            assert_eq!(name(none), None, "{none:?}");
        }
    }

    #[test]
    fn every_name_comes_back_from_its_cookie_and_breaks_out_of_nothing() {
        let hostile = [
            "Robin Vale",
            "ليلى",
            "李雷 🦊",
            "<script>alert(1)</script>",
            "\"'><img src=x onerror=x>",
            "a=b; Path=/; Domain=x, c",
            "{{name}}{{problem}}{{team}}",
            "\u{202e}nibor\u{2066}",
            "100%41&name=other+one",
            "\u{fffd}\u{feff}x",
        ];
        for typed in hostile {
            let name = Name::new(typed).unwrap();
            let value = name.to_cookie();
            assert!(HeaderValue::from_str(&cookie(&value)).is_ok(), "{typed}");
            assert!(!value.contains([';', ',', '"', ' ', '\\', '=']), "{value}");
            let beside = format!("other=1; {NAME_COOKIE}={value}; third=2");
            assert_eq!(Name::signed_in(&with_cookie(&beside)), Some(name.clone()), "{beside}");
            assert!(!name.to_html().contains(['<', '>', '"', '\'']), "{}", name.to_html());
        }
    }

    #[test]
    fn a_cookie_that_we_did_not_write_is_none() {
        let long = format!("{NAME_COOKIE}={}", "a".repeat(MAX_NAME + 1));
        for line in [
            "",
            "nook-name",
            "nook-name=",
            "nook-name=%",
            "nook-name=%00",
            "nook-name=%0aRobin",
            "nook-name=<b>",
            "nook-name=%ff%fe",
            "nook-name=a&b",
            "nook-name=a=b",
            "nook-name=\"Robin\"",
            "nook-name=++Robin",
            "NOOK-NAME=Robin",
            "nook-names=Robin",
            &long,
        ] {
            assert_eq!(Name::signed_in(&with_cookie(line)), None, "{line}");
        }
        let mut odd = HeaderMap::new();
        odd.insert(COOKIE, HeaderValue::from_bytes(b"nook-name=Robin\xff").unwrap());
        assert_eq!(Name::signed_in(&odd), None);
        odd.append(COOKIE, HeaderValue::from_static("nook-name=Robin"));
        assert_eq!(Name::signed_in(&odd), Some(Name("Robin".to_owned())));
    }

    #[test]
    fn what_is_said_of_the_longest_name_is_true() {
        assert!(PROBLEM.contains(&MAX_NAME.to_string()));
    }
}
