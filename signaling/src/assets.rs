//! The files that are part of the server: widget, console, demo shop; and the tag that pages embed.

use std::sync::LazyLock;

use alongside_signaling_proto::id::TeamId;
use axum::Router;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use memory_serve::MemoryServe;
use sha2::{Digest, Sha256};

use crate::demo::account;

/// The script that pages embed, under the name that never changes its content.
#[derive(Debug)]
struct Loader {
    file: &'static str,
    integrity: &'static str,
}

// ASSETS, DEMO_ASSETS, DEMO_PAGES and LOADER, written by build.rs.
include!(concat!(env!("OUT_DIR"), "/web.rs"));

// `into_router` leaks what it prepares: once for each process, however many servers a test starts.
static FILES: LazyLock<Router> = LazyLock::new(|| serve(ASSETS, &[("/console/", "/console/index.html")]));
static DEMO_FILES: LazyLock<Router> = LazyLock::new(|| serve(DEMO_ASSETS, &[]));

fn serve(assets: &'static [memory_serve::Asset], aliases: &[(&'static str, &'static str)]) -> Router {
    let mut serve = MemoryServe::new(assets).index_file(None).enable_brotli(true);
    for &(from, to) in aliases {
        serve = serve.add_alias(from, to);
    }
    serve.into_router()
}

/// Widget and console, and the demo shop with this team's key in its pages.
pub(crate) fn router(demo: Option<TeamId>) -> Router {
    let router = FILES.clone();
    match demo {
        Some(team) => router.merge(DEMO_FILES.clone()).merge(shop(&team.to_string())),
        None => router,
    }
}

fn shop(team: &str) -> Router {
    let mut router = Router::new();
    let mut personal = account::Templates::default();
    for (path, template) in DEMO_PAGES {
        let html = template.replace("{{team}}", team);
        let Some(html) = personal.take(path, html) else { continue };
        let page = Page::new(html);
        if let Some(folder) = path.strip_suffix("index.html") {
            router = router.route(folder, get(page.clone().handler()));
        }
        // Its script tells the steps apart: to whoever opens one, it is the same page.
        if *path == "/demo/shelf/index.html" {
            router = router
                .route("/demo/shelf", get(|| async { Redirect::permanent("/demo/shelf/") }))
                .route("/demo/shelf/{step}", get(page.clone().handler()));
        }
        router = router.route(path, get(page.handler()));
    }
    router.merge(personal.router())
}

/// The tag for a page, as `/snippet` prints it.
///
/// Shape: one line of HTML. `origin` and `teams` hold no character that HTML gives a meaning to.
pub(crate) fn snippet(origin: &str, teams: &str) -> String {
    let Loader { file, integrity } = LOADER;
    format!(
        "<script async src=\"{origin}/{file}\" integrity=\"{integrity}\" crossorigin=\"anonymous\" \
         referrerpolicy=\"no-referrer\" data-team=\"{teams}\"></script>\n"
    )
}

/// A page filled in when the server starts.
#[derive(Debug, Clone)]
struct Page {
    html: axum::body::Bytes,
    etag: String,
}

impl Page {
    fn new(html: String) -> Self {
        let hash = Sha256::digest(&html);
        let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { html: html.into(), etag: format!("\"{digits}\"") }
    }

    fn handler(self) -> impl Fn(HeaderMap) -> std::future::Ready<Response> + Clone + Send + 'static {
        move |headers| std::future::ready(self.answer(&headers))
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        // A proxy that compresses makes a tag weak.
        let same = |tag: &str| tag.trim().trim_start_matches("W/") == self.etag;
        let etag = [(ETAG, self.etag.clone())];
        if known.is_some_and(|known| known.split(',').any(same)) {
            return (StatusCode::NOT_MODIFIED, etag).into_response();
        }
        (etag, [(CONTENT_TYPE, "text/html; charset=utf-8")], self.html.clone()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::has_hash;

    #[test]
    fn the_snippet_names_the_file_that_its_hash_is_of() {
        let team = TeamId([7; 32]).to_string();
        let tag = snippet("https://help.example", &team);
        assert!(ASSETS.iter().any(|asset| asset.route == format!("/{}", LOADER.file)));
        assert!(tag.contains(&format!("src=\"https://help.example/{}\"", LOADER.file)));
        assert!(tag.contains("integrity=\"sha384-") && tag.contains("crossorigin=\"anonymous\""));
        assert!(tag.contains(&format!("data-team=\"{team}\"")));
    }

    #[test]
    fn what_another_file_names_is_kept_for_ever() {
        let by_hand = ["/alongside.js", "/console/index.html", "/console/licences.txt"];
        for route in ASSETS.iter().map(|asset| asset.route) {
            assert_eq!(has_hash(route), !by_hand.contains(&route), "{route}");
        }
    }

    #[test]
    fn every_page_of_the_demo_has_a_place_for_the_team_and_nothing_that_its_policy_forbids() {
        assert!(DEMO_PAGES.iter().any(|(path, _)| *path == "/demo/index.html"));
        for (path, page) in DEMO_PAGES {
            assert!(page.contains("{{team}}"), "{path}");
            for tag in page.split('<').filter_map(|rest| rest.split('>').next()) {
                let names = || tag.split_whitespace().filter_map(|part| Some(part.split_once('=')?.0));
                assert!(!tag.starts_with("style"), "{path}: <{tag}>");
                assert!(!tag.starts_with("script") || names().any(|name| name == "src"), "{path}: <{tag}>");
                assert!(!names().any(|name| name == "style" || name.starts_with("on")), "{path}: <{tag}>");
            }
        }
    }
}
