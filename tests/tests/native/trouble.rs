//! What goes wrong: who is refused, who is not believed, and a server that comes and goes.

use alongside_agent::{Command, Event, Failure};
use alongside_signaling_proto::identity::team::TeamKey;

use crate::world::{World, invite};

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_team_is_refused() {
    let world = World::new().await;
    let foreign = TeamKey::from_seed(&[9; 32]);
    let mut helper = world.helper_with(invite(&foreign, "Dana", |_| {}));
    assert_eq!(helper.stopped().await, (Some("unknown-team".to_owned()), Some(Failure::Refused)));
    let mut visitor = world.visitor_of(vec![foreign.id()], "/");
    assert_eq!(visitor.stopped().await, (Some("unknown-team".to_owned()), Some(Failure::Refused)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_that_has_run_out_says_so_at_once() {
    let world = World::new().await;
    let mut helper = world.helper_with(invite(&world.team, "Dana", |terms| {
        terms.iat -= 10_000;
        terms.exp = terms.iat + 3_600;
    }));
    assert_eq!(helper.stopped().await, (Some("certificate-expired".to_owned()), Some(Failure::Refused)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_for_another_site_is_not_believed() {
    let world = World::new().await;
    let mut helper = world.helper_with(invite(&world.team, "Dana", |terms| {
        terms.origins = Some(vec!["https://elsewhere.example".to_owned()]);
    }));
    helper.enlisted().await;
    let mut visitor = world.visitor("/");
    let session = helper.accept().await;
    let unverified = (Some("origin-not-allowed".to_owned()), Some(Failure::Unverified));
    assert_eq!(visitor.stopped().await, unverified);
    let told = helper.until(|event| matches!(event, Event::Error { .. })).await;
    let Event::Error { code, session: of, .. } = told else { unreachable!() };
    assert_eq!((code.as_str(), of), ("handshake-failed", Some(session)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_takes_the_list_along_and_leaves_the_sessions() {
    let world = World::new().await;
    let (mut helper, mut visitor, session) = world.pair().await;
    let _waiting = world.visitor("/other");
    helper.until(|event| matches!(event, Event::Asked { .. })).await;
    world.server.stop().await;
    helper.until(|event| matches!(event, Event::Withdrawn { .. })).await;
    helper.until(|event| matches!(event, Event::Error { code, .. } if code == "server-unreachable")).await;
    visitor.say(session, "still there?", None).await;
    assert_eq!(helper.message().await, "still there?");
    helper.say(session, "of course", None).await;
    assert_eq!(visitor.message().await, "of course");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_changes_nothing() {
    let world = World::new().await;
    let (mut helper, mut visitor, session) = world.pair().await;
    let long = "x".repeat(5_000);
    visitor.say(session, &long, Some("long")).await;
    let told = visitor.until(|event| matches!(event, Event::Error { .. })).await;
    let Event::Error { code, reference, .. } = told else { unreachable!() };
    assert_eq!((code.as_str(), reference.as_deref()), ("not-sent", Some("long")));
    for (command, expected) in [
        (Command::Accept { ticket: session }, "wrong-state"),
        (
            Command::Go { session, url: "https://shop.example/".to_owned(), title: String::new() },
            "wrong-role",
        ),
        (Command::End { session: alongside_signaling_proto::id::SessionId([0; 16]) }, "unknown-session"),
    ] {
        helper.tell(command).await;
        let told = helper.until(|event| matches!(event, Event::Error { .. })).await;
        assert!(matches!(told, Event::Error { code, .. } if code == expected), "{expected}");
    }
    helper.say(session, "", None).await;
    helper.say(session, "fine", Some("x")).await;
    assert_eq!(visitor.message().await, "fine");
}
