//! The demo shop where the server has to do something: a page that needs a cookie, and one with several addresses.

use std::net::SocketAddr;

use crate::pages::{Answer, exchange, get};

async fn post(server: SocketAddr, path: &str, body: &str, more: &str) -> Answer {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    exchange(server, head + body).await
}

fn status(answer: &Answer) -> &str {
    answer.head.split(' ').nth(1).unwrap_or_default()
}

fn text(answer: Answer) -> String {
    String::from_utf8(answer.body).unwrap()
}

/// The cookie that an answer sets, as a browser sends it back.
fn kept(answer: &Answer) -> String {
    let set: Vec<_> = answer.head.lines().filter(|line| line.starts_with("set-cookie: ")).collect();
    assert_eq!(set.len(), 1, "{}", answer.head);
    let (pair, attributes) = set[0]["set-cookie: ".len()..].split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/demo/; HttpOnly; SameSite=Lax");
    format!("Cookie: {pair}\r\n")
}

#[tokio::test]
async fn the_account_is_there_with_a_cookie_only() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::demo(dir.path()).await;
    let address = server.address();
    let without = get(address, "/demo/account", "").await;
    assert_eq!(status(&without), "303");
    assert!(without.has("location: /demo/sign-in"), "{}", without.head);
    assert!(without.body.is_empty());
    let door = get(address, "/demo/sign-in", "").await;
    assert_eq!(status(&door), "200");
    for answer in [&without, &door] {
        assert!(answer.has("cache-control: private, no-store"), "{}", answer.head);
        assert!(answer.has("vary: cookie"), "{}", answer.head);
    }
    let door = text(door);
    assert!(door.contains("<title>Sign in · Nook</title>") && !door.contains("{{"), "{door}");

    let signed_in =
        post(address, "/demo/sign-in", "name=Robin+Vale", "Sec-Fetch-Site: same-origin\r\n").await;
    assert_eq!(status(&signed_in), "303");
    assert!(signed_in.has("location: /demo/account"), "{}", signed_in.head);
    let cookie = kept(&signed_in);
    let account = get(address, "/demo/account", &cookie).await;
    assert_eq!(status(&account), "200");
    assert!(
        account.has("cache-control: private, no-store") && account.has("vary: cookie"),
        "{}",
        account.head
    );
    assert!(account.has("content-type: text/html; charset=utf-8"));
    assert!(account.value("content-security-policy").contains("form-action 'self'"));
    let account = text(account);
    assert!(account.contains("Hello, <bdi>Robin Vale</bdi>") && !account.contains("{{"), "{account}");
    assert!(account.contains("<title>Your account · Nook</title>"), "a helper is told no name");
    assert!(get(address, "/demo/sign-in", &cookie).await.has("location: /demo/account"));

    let signed_out = post(address, "/demo/sign-out", "", &cookie).await;
    assert_eq!(status(&signed_out), "303");
    assert!(signed_out.has("set-cookie: nook-name=; Path=/demo/; HttpOnly; SameSite=Lax; Max-Age=0"));

    // There is no way around it.
    for path in ["/demo/account.html", "/demo/sign-in.html", "/demo/account/"] {
        assert_eq!(status(&get(address, path, &cookie).await), "404", "{path}");
    }
    assert_eq!(status(&get(address, "/demo/sign-out", &cookie).await), "405");
    server.stop().await;
}

#[tokio::test]
async fn whatever_is_typed_as_a_name_stays_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::demo(dir.path()).await;
    let address = server.address();
    for (typed, shown) in [
        ("%3Cscript%3Ealert(1)%3C/script%3E", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("%22%27%3E%3Cimg+src%3Dx%3E", "&quot;&#39;&gt;&lt;img src=x&gt;"),
        ("</bdi></h1><b>", "&lt;/bdi&gt;&lt;/h1&gt;&lt;b&gt;"),
        ("Robin%0d%0aSet-Cookie:+a%3Db", "Robin Set-Cookie: a=b"),
        ("a%3B+Path%3D/%3B+Domain%3Dexample.org", "a; Path=/; Domain=example.org"),
        ("{{name}}{{team}}%26amp;", "{{name}}{{team}}&amp;amp;"),
        ("%D9%84%D9%8A%D9%84%D9%89+%F0%9F%A6%8A", "ليلى 🦊"),
        ("%E2%80%AEnibor", "\u{202e}nibor"),
        ("%ff%fe", "\u{fffd}\u{fffd}"),
        ("%00%08Robin%7f", "Robin"),
    ] {
        let answer = post(address, "/demo/sign-in", &format!("name={typed}"), "").await;
        assert_eq!(status(&answer), "303", "{typed}");
        let page = text(get(address, "/demo/account", &kept(&answer)).await);
        assert!(page.contains(&format!("<h1>Hello, <bdi>{shown}</bdi></h1>")), "{typed}: {page}");
    }
    for body in ["", "name=", "name=+%09+", "name", "other=Robin", &format!("name={}", "a".repeat(41))] {
        let answer = post(address, "/demo/sign-in", body, "").await;
        assert_eq!(status(&answer), "422", "{body}");
        assert!(!answer.head.contains("set-cookie"), "{}", answer.head);
        assert!(
            text(answer).contains("role=\"alert\">Write a name first, of 40 letters at the most.<"),
            "{body}"
        );
    }
    assert_eq!(
        status(&post(address, "/demo/sign-in", &format!("name={}", "a".repeat(2000)), "").await),
        "413"
    );
    for cookie in
        ["nook-name=<b>x</b>", "nook-name=%3", "nook-name=", "nook-name=a&b", "nook-name=%0a%0dRobin"]
    {
        let answer = get(address, "/demo/account", &format!("Cookie: {cookie}\r\n")).await;
        assert_eq!(status(&answer), "303", "{cookie}");
    }
    server.stop().await;
}

#[tokio::test]
async fn another_sites_page_signs_nobody_in_or_out() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::demo(dir.path()).await;
    for path in ["/demo/sign-in", "/demo/sign-out"] {
        for site in ["cross-site", "same-site"] {
            let answer =
                post(server.address(), path, "name=Robin", &format!("Sec-Fetch-Site: {site}\r\n")).await;
            assert_eq!(status(&answer), "403", "{path}");
            assert!(!answer.head.contains("set-cookie"), "{}", answer.head);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn every_step_of_the_shelf_is_its_page() {
    let dir = tempfile::tempdir().unwrap();
    let server = crate::demo(dir.path()).await;
    let address = server.address();
    let page = get(address, "/demo/shelf/", "").await;
    assert_eq!(status(&page), "200");
    for path in ["/demo/shelf/wood?width=90&wood=oak", "/demo/shelf/overview", "/demo/shelf/no-such-step"] {
        let step = get(address, path, "").await;
        assert!(status(&step) == "200" && step.body == page.body, "{path}");
        let known = format!("If-None-Match: {}\r\n", step.value("etag"));
        assert_eq!(status(&get(address, path, &known).await), "304", "{path}");
    }
    assert!(get(address, "/demo/shelf", "").await.has("location: /demo/shelf/"));
    assert_eq!(status(&get(address, "/demo/shelf/wood/oak", "").await), "404");
    server.stop().await;
}
