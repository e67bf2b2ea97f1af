//! Both sides say more at once than fits on the way, and neither listens before it has spoken.

use alongside_agent::Event;

use crate::world::World;

/// Nearly a whole outbox, and more than the windows and buffers of both directions hold together.
const MESSAGES: usize = 490;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_speak_at_once_are_both_heard() {
    let world = World::new().await;
    let (mut helper, mut visitor, session) = world.pair().await;
    let text = |from: &str, number: usize| format!("{from} {number} {}", "x".repeat(4_000));
    for number in 0..MESSAGES {
        helper.say(session, &text("helper", number), None).await;
        visitor.say(session, &text("visitor", number), None).await;
    }
    // Nothing was taken so far. Each has to be heard in order, while what else happens is passed over.
    let hear = async |hand: &mut crate::world::Hand, from: &str| {
        for next in 0..MESSAGES {
            match hand.until(|event| matches!(event, Event::Message { .. })).await {
                Event::Message { text: heard, .. } => assert_eq!(heard, text(from, next)),
                other => panic!("{other:?} is no message"),
            }
        }
    };
    tokio::join!(hear(&mut helper, "visitor"), hear(&mut visitor, "helper"));
}
