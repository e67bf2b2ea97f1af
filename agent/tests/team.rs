//! The `team` commands as a person or a script meets them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use alongside_signaling_proto::id::TeamId;
use alongside_signaling_proto::identity::certificate::{Claims, verify};
use alongside_signaling_proto::identity::invite::{HelperKeys, Invite};
use alongside_signaling_proto::identity::team::TeamKey;

/// What came of a command: exit status, standard output, standard error.
struct Said {
    status: i32,
    out: String,
    err: String,
}

fn agent(arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_alongside-agent")).args(arguments).output().unwrap();
    Said {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn done(arguments: &[&str]) -> String {
    let said = agent(arguments);
    // Beside a certificate stands how long it is good, and by which name it can be taken back.
    let issues = matches!(arguments, [_, "invite" | "sign", ..]);
    assert_eq!(
        (said.status, said.err.lines().count()),
        (0, usize::from(issues)),
        "{arguments:?}: {}",
        said.err
    );
    let says = ["good until ", " GMT; ", "--deny"];
    assert!(!issues || says.iter().all(|part| said.err.contains(part)), "{}", said.err);
    let line = said.out.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "one line");
    line.to_owned()
}

/// The command fails with this status, says something plain about it, and prints nothing that a script would take.
fn refused(status: i32, about: &str, arguments: &[&str]) {
    let said = agent(arguments);
    assert_eq!((said.status, said.out.as_str()), (status, ""), "{arguments:?}: {}", said.err);
    assert!(said.err.contains(about), "{arguments:?}: {}", said.err);
    assert!(!said.err.contains("panicked") && !said.err.contains("backtrace"), "{}", said.err);
}

fn new_team(folder: &Path) -> (String, TeamId) {
    let file = folder.join("team.pem").to_str().unwrap().to_owned();
    let id = done(&["team", "new", "--out", &file]).parse().unwrap();
    (file, id)
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims(certificate: &str, team: &TeamId) -> Claims {
    verify(certificate, team, now_s()).unwrap()
}

#[test]
fn a_team_key_is_for_its_owner_alone_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (file, id) = new_team(folder.path());
    let kept = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(TeamKey::from_pem(&kept).unwrap().id(), id);
    assert_eq!(done(&["team", "show", &file]), id.to_string());

    refused(1, "is there already", &["team", "new", "--out", &file]);
    assert_eq!(fs::read_to_string(&file).unwrap(), kept, "never overwritten");
    let link = folder.path().join("link.pem");
    std::os::unix::fs::symlink(folder.path().join("elsewhere.pem"), &link).unwrap();
    refused(1, "is there already", &["team", "new", "--out", link.to_str().unwrap()]);
    assert!(!folder.path().join("elsewhere.pem").exists(), "nor through a link");

    let other = folder.path().join("other.pem");
    assert_ne!(done(&["team", "new", "--out", other.to_str().unwrap()]), id.to_string(), "each is another");
}

#[test]
fn an_invite_makes_a_helper() {
    let folder = tempfile::tempdir().unwrap();
    let (file, id) = new_team(folder.path());
    let before = now_s();
    let link =
        done(&["team", "invite", "--team", &file, "--name", "Dana", "--url", "https://help.example.org/"]);
    assert!(link.starts_with("https://help.example.org/console/#invite=1."));
    let invite: Invite = link.parse().unwrap();
    assert_eq!(invite.team, id);
    let plain = claims(&invite.certificate, &id);
    assert_eq!((plain.sub.as_str(), plain.origins.as_ref(), plain.automated), ("Dana", None, false));
    assert_eq!(plain.exp - plain.iat, 7 * 86_400, "seven days unless said otherwise");
    assert!((before..=now_s()).contains(&plain.iat));
    let request = invite.keys.request();
    assert_eq!(
        (plain.cnf.jwk.x, plain.noise),
        (request.key, request.noise),
        "certified are the keys it carries"
    );

    let all = ["team", "invite", "--team", &file, "--name", "Echo ✓", "--url", "http://localhost:8080"];
    let more =
        ["--days", "90", "--origin", "https://a.example", "--origin", "http://b.example:81", "--automated"];
    let link = done(&[&all[..], &more[..]].concat());
    let invite: Invite = link.parse().unwrap();
    let limited = claims(&invite.certificate, &id);
    assert_eq!((limited.sub.as_str(), limited.automated), ("Echo ✓", true));
    assert_eq!(limited.exp - limited.iat, 90 * 86_400);
    assert_eq!(limited.origins.as_deref().unwrap(), ["https://a.example", "http://b.example:81"]);
    assert_ne!(limited.jti, plain.jti, "each can be denied by itself");
}

#[test]
fn a_request_is_signed_without_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (file, id) = new_team(folder.path());
    let request = HelperKeys { seed: [2; 32], noise: [3; 32] }.request();
    let answer =
        done(&["team", "sign", "--team", &file, "--name", "Dana", "--days", "1", &request.to_string()]);
    let certificate = answer.strip_prefix(&format!("alongside-certificate.1.{id}.")).unwrap();
    let claims = claims(certificate, &id);
    assert_eq!((claims.cnf.jwk.x, claims.noise, claims.sub.as_str()), (request.key, request.noise, "Dana"));
    assert_eq!(claims.exp - claims.iat, 86_400);
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = new_team(folder.path());
    let nowhere = folder.path().join("no/such/folder").to_str().unwrap().to_owned();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a key").unwrap();
    let text = text.to_str().unwrap();
    refused(1, "cannot read the team key", &["team", "show", &nowhere]);
    refused(1, "is no team key", &["team", "show", text]);
    refused(1, "cannot make", &["team", "new", "--out", &nowhere]);
    refused(2, "Usage", &["team", "new"]);
    refused(2, "Usage", &["team"]);
    refused(2, "Usage", &[]);

    let invite = |name: &'static str, url: &'static str, more: &[&'static str]| {
        let fixed = ["team", "invite", "--team", &file, "--name", name, "--url", url];
        agent(&[&fixed[..], more].concat())
    };
    let good = "https://help.example.org";
    for (about, said) in [
        ("--days", invite("Dana", good, &["--days", "91"])),
        ("--days", invite("Dana", good, &["--days", "0"])),
        ("--days", invite("Dana", good, &["--days=-1"])),
        ("https://shop.example.org", invite("Dana", good, &["--origin", "https://shop.example.org/"])),
        ("https://shop.example.org", invite("Dana", good, &["--origin", "shop.example.org"])),
        ("https://help.example.org", invite("Dana", "help.example.org", &[])),
        ("https://help.example.org", invite("Dana", "ftp://help.example.org", &[])),
        ("https://help.example.org", invite("Dana", "https://help.example.org/console/", &[])),
        ("--name", invite("", good, &[])),
        ("--name", invite(" ", good, &[])),
        ("--name", invite("Da\nna", good, &[])),
    ] {
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains(about), "{}", said.err);
    }
    let sign = |request: &str| agent(&["team", "sign", "--team", &file, "--name", "Dana", request]);
    for wrong in ["", "hello", "alongside-request.1.x", "alongside-request.2.x.y"] {
        let said = sign(wrong);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{wrong}: {}", said.err);
    }
}

#[test]
fn a_key_file_that_others_can_read_is_remarked_on() {
    let folder = tempfile::tempdir().unwrap();
    let (file, id) = new_team(folder.path());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let said = agent(&["team", "show", &file]);
    assert_eq!((said.status, said.out.trim_end()), (0, id.to_string().as_str()));
    assert!(said.err.contains("others can read") && said.err.contains("chmod 600"), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1);
}

#[test]
fn the_key_file_is_one_that_other_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    let (file, id) = new_team(folder.path());
    // Node.js is what the browser's side is built with, so it is there; it reads keys by OpenSSL.
    let script = "const c = require('crypto'), f = require('fs');
        const key = c.createPublicKey(c.createPrivateKey(f.readFileSync(process.argv[1])));
        process.stdout.write(key.export({ format: 'jwk' }).x);";
    let output = Command::new("node").args(["-e", script, &file]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), id.to_string());
}
