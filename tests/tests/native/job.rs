//! The main job: ask, accept, page and client information, messages with their marks, navigation, end.

use alongside_agent::{Command, Event, Location, ProposalKind};
use alongside_agent_proto::session::EndedBy;

use crate::world::{SHOP, World, client};

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_helped() {
    let world = World::new().await;
    let mut helper = world.helper("Dana");
    assert_eq!(helper.next().await, Some(Event::Enlisted { name: "Dana".to_owned() }));
    let mut visitor = world.visitor("/cart?item=7&token=abcdefghijklmnopqrstuvwxyz0123456789");
    assert_eq!(visitor.next().await, Some(Event::Waiting { helpers: 1, position: 1 }));
    let Some(Event::Asked { ticket, origin, .. }) = helper.next().await else { panic!("somebody asks") };
    assert_eq!(origin, SHOP);
    helper.tell(Command::Accept { ticket }).await;

    let name = Some("Dana".to_owned());
    let connected = Event::Connected { session: ticket, name, verified: true };
    assert_eq!(visitor.next().await, Some(connected));
    assert_eq!(helper.next().await, Some(Event::Connected { session: ticket, name: None, verified: true }));
    let page = Event::Page {
        session: ticket,
        epoch: 1,
        url: format!("{SHOP}/cart?item=7"),
        title: "A shop".to_owned(),
        omitted: 1,
        redacted: false,
    };
    assert_eq!(helper.next().await, Some(page));
    assert_eq!(helper.next().await, Some(Event::Client { session: ticket, client: client() }));

    visitor.say(ticket, "Hello?", Some("first")).await;
    assert_eq!(helper.message().await, "Hello?");
    let reference = Some("first".to_owned());
    let delivered = Event::Delivered { session: ticket, id: 1, reference: reference.clone() };
    assert_eq!(visitor.next().await, Some(delivered));
    assert_eq!(visitor.next().await, Some(Event::Read { session: ticket, id: 1, reference }));
    helper.tell(Command::Typing { session: ticket, on: true }).await;
    assert_eq!(visitor.next().await, Some(Event::Typing { session: ticket, on: true }));
    for n in 0..50 {
        helper.say(ticket, &n.to_string(), None).await;
    }
    for n in 0..50 {
        assert_eq!(visitor.message().await, n.to_string());
    }

    let url = format!("{SHOP}/pay#step-2");
    visitor.tell(Command::Go { session: ticket, url: url.clone(), title: "Pay".to_owned() }).await;
    let Event::Page { epoch, url: seen, title, .. } =
        helper.until(|event| matches!(event, Event::Page { .. })).await
    else {
        unreachable!()
    };
    assert_eq!((epoch, seen, title.as_str()), (2, url, "Pay"));

    visitor.tell(Command::End { session: ticket }).await;
    let ended = Event::Ended { session: ticket, by: EndedBy::Visitor };
    assert_eq!(helper.until(|event| matches!(event, Event::Ended { .. })).await, ended);
    assert_eq!(visitor.until(|event| matches!(event, Event::Ended { .. })).await, ended);
    assert_eq!(visitor.stopped().await, (None, None));
    helper.tell(Command::Quit).await;
    assert_eq!(helper.stopped().await, (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_ends_and_goes_on_with_others() {
    let world = World::new().await;
    let (mut helper, mut visitor, first) = world.pair().await;
    let mut other = world.visitor("/other");
    let second = helper.accept().await;
    helper.until(|event| matches!(event, Event::Connected { session, .. } if *session == second)).await;
    helper.say(first, "to the first", None).await;
    helper.say(second, "to the second", None).await;
    assert_eq!(visitor.message().await, "to the first");
    assert_eq!(other.message().await, "to the second");
    helper.tell(Command::End { session: first }).await;
    let ended = Event::Ended { session: first, by: EndedBy::Helper };
    assert_eq!(visitor.until(|event| matches!(event, Event::Ended { .. })).await, ended);
    assert_eq!(visitor.stopped().await, (None, None));
    other.say(second, "still here", None).await;
    assert_eq!(helper.message().await, "still here");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_away_is_not_told_and_visitors_know() {
    let world = World::new().await;
    let mut helper = world.helper("Dana");
    helper.enlisted().await;
    helper.tell(Command::Away).await;
    let mut visitor = world.visitor("/");
    visitor.until(|event| matches!(event, Event::Waiting { helpers: 0, .. })).await;
    helper.tell(Command::Available).await;
    visitor.until(|event| matches!(event, Event::Waiting { helpers: 1, .. })).await;
    helper.accept().await;
    visitor.until(|event| matches!(event, Event::Connected { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_ask_back_is_withdrawn() {
    let world = World::new().await;
    let mut helper = world.helper("Dana");
    helper.enlisted().await;
    let mut visitor = world.visitor("/");
    let Event::Asked { ticket, .. } = helper.until(|event| matches!(event, Event::Asked { .. })).await else {
        unreachable!()
    };
    visitor.tell(Command::Quit).await;
    assert_eq!(visitor.stopped().await, (None, None));
    assert_eq!(helper.next().await, Some(Event::Withdrawn { ticket }));
    helper.tell(Command::Accept { ticket }).await;
    assert!(matches!(helper.next().await, Some(Event::Error { code, .. }) if code == "unknown-ticket"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_allowed_and_another_declined() {
    let world = World::new().await;
    let (mut helper, mut visitor, session) = world.pair().await;
    for (id, url, allow) in [(1, Some(format!("{SHOP}/vases")), true), (2, None, false)] {
        let reference = Some(format!("proposal {id}"));
        let kind = if url.is_some() { ProposalKind::Address } else { ProposalKind::Refresh };
        helper
            .tell(match url.clone() {
                Some(url) => Command::Propose { session, url, reference: reference.clone() },
                None => Command::Refresh { session, reference: reference.clone() },
            })
            .await;
        let proposed = visitor.until(|event| matches!(event, Event::Proposed { .. })).await;
        assert_eq!(proposed, Event::Proposed { session, id, kind, url });
        let (answer, expected) = if allow {
            (Command::Allow { session, id }, Event::Allowed { session, id, reference })
        } else {
            (Command::Refuse { session, id }, Event::Refused { session, id, reference, unanswered: false })
        };
        visitor.tell(answer).await;
        let told = |event: &Event| matches!(event, Event::Allowed { .. } | Event::Refused { .. });
        assert_eq!(helper.until(told).await, expected);
    }
    let url = "https://elsewhere.example/".to_owned();
    helper.tell(Command::Propose { session, url, reference: Some("far".to_owned()) }).await;
    let told = helper.until(|event| matches!(event, Event::Error { .. })).await;
    let Event::Error { code, reference, .. } = told else { unreachable!() };
    assert_eq!((code.as_str(), reference.as_deref()), ("not-proposed", Some("far")));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_are_nobodys_business() {
    let world = World::new().await;
    let (mut helper, mut visitor, session) = world.pair().await;
    helper.until(|event| matches!(event, Event::Page { .. })).await;
    let navigations = visitor.agent.navigations().unwrap();
    for url in ["https://bank.example/account", "about:blank", &format!("{SHOP}/back")] {
        navigations.report(Location::unseen(url.to_owned(), "A title".to_owned())).await;
    }
    let next = helper.until(|event| matches!(event, Event::Page { .. })).await;
    assert!(matches!(next, Event::Page { url, .. } if url == format!("{SHOP}/back")));
    let url = "https://bank.example/".to_owned();
    visitor.tell(Command::Go { session, url, title: String::new() }).await;
    let told = visitor.until(|event| matches!(event, Event::Error { .. })).await;
    assert!(matches!(told, Event::Error { code, .. } if code == "other-origin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn letting_go_ends_in_order() {
    let world = World::new().await;
    let (helper, mut visitor, session) = world.pair().await;
    drop(helper);
    let ended = Event::Ended { session, by: EndedBy::Helper };
    assert_eq!(visitor.until(|event| matches!(event, Event::Ended { .. })).await, ended);
}
