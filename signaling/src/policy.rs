//! What every answer says about how it may be used: content security, embedding, caching.
//!
//! Three kinds of files go out. What other sites embed is open to them and to nobody's eyes but a browser's. The
//! console runs under the strictest policy there is, because it holds a helper's keys. The demo shop runs under
//! one as strict as a careful shop's, and so proves that the widget needs no more.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::demo::account;

/// A file whose name holds the hash of its content never changes: a year, the longest that is honoured.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Everything else is asked for again each time, and answered with 304 when it is the same: the loader names the
/// one chat that goes with it, so an old loader must not outlive a new server.
const REVALIDATED: &str = "no-cache";

/// What only the browser of one person is shown, as their account in the demo shop: kept by nobody on the way, nor by
/// that browser for whoever uses it next.
const PERSONAL: &str = "private, no-store";

/// What no page of ours needs.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), \
                           midi=(), hid=(), display-capture=()";

const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Who may use an answer, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The widget's scripts, and signaling over plain HTTP: any site.
    Embedded,
    /// The helper's console.
    Console,
    /// The demo shop.
    Demo,
    /// Text for programs and operators.
    Plain,
}

/// Adds to each answer the headers that its path asks for.
pub(crate) async fn apply(request: Request, next: Next) -> Response {
    let kind = kind(request.uri().path());
    let hashed = has_hash(request.uri().path());
    let personal = account::is_personal(request.uri().path());
    let host = host(request.headers()).map(str::to_owned);
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let caching = match (personal, hashed && good) {
        (true, _) => PERSONAL,
        (false, true) => IMMUTABLE,
        (false, false) => REVALIDATED,
    };
    let headers = response.headers_mut();
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, CACHE_CONTROL, caching);
    set(headers, REFERRER_POLICY, "no-referrer");
    let resource_policy = if kind == Kind::Embedded { "cross-origin" } else { "same-origin" };
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), resource_policy);
    if kind == Kind::Embedded {
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if matches!(kind, Kind::Console | Kind::Demo) {
        set(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
    }
    if kind == Kind::Console {
        // Opens pages in windows of their own, and is nobody's.
        set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups");
    }
    if let Ok(value) = HeaderValue::from_str(&content_security(kind, host.as_deref())) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn kind(path: &str) -> Kind {
    let below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if below("/console") {
        Kind::Console
    } else if below("/demo") {
        Kind::Demo
    } else if path.ends_with(".js") || below("/v1/stream") {
        Kind::Embedded
    } else {
        Kind::Plain
    }
}

/// Whether the file name has the form `NAME.HASH.EXTENSION`, the hash being 8 or more letters of base64url.
pub(crate) fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.rsplit('.');
    let hash = parts.nth(1).unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    parts.next().is_some() && hash.len() >= 8 && hash.bytes().all(is_letter)
}

/// The host as the browser dialled it, when it is one: it goes into a header.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

fn content_security(kind: Kind, host: Option<&str>) -> String {
    // `'self'` covers WebSockets of the same host in newer browsers only.
    let sockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    let own = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'{sockets}; img-src 'self' data:; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    match kind {
        Kind::Console => format!("{own}; form-action 'none'"),
        Kind::Demo => format!("{own}; form-action 'self'"),
        Kind::Embedded | Kind::Plain => NOTHING.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for hashed in ["/alongside.01234567.js", "/console/console.0123456789ab.css", "/chat.-V5_ZoM9.js"] {
            assert!(has_hash(hashed), "{hashed}");
        }
        for plain in ["/alongside.js", "/console/", "/", "/a.b.js", "/0123456789ab.js", "/x.01234567+9.js"] {
            assert!(!has_hash(plain), "{plain}");
        }
    }

    #[test]
    fn each_path_has_its_policy() {
        assert_eq!(kind("/alongside.js"), Kind::Embedded);
        assert_eq!(kind("/console"), Kind::Console);
        assert_eq!(kind("/console/console.0123456789ab.js"), Kind::Console);
        assert_eq!(kind("/consoles/x"), Kind::Plain);
        assert_eq!(kind("/demo/cart.js"), Kind::Demo);
        assert_eq!(kind("/healthz"), Kind::Plain);
        let console = content_security(Kind::Console, Some("localhost:8080"));
        assert!(
            console.contains("connect-src 'self' ws://localhost:8080 wss://localhost:8080;"),
            "{console}"
        );
        assert!(!console.contains("unsafe"));
    }

    #[test]
    fn a_host_that_is_none_stays_out_of_the_policy() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(value));
            host(&headers).map(str::to_owned)
        };
        assert_eq!(read("[::1]:8080").as_deref(), Some("[::1]:8080"));
        for bad in ["", "a b", "x; script-src *", "a,b", "a/b", "'self'"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
