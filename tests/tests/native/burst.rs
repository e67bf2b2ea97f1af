//! Both sides say more at once than fits on the way, and neither listens before it has spoken.

use alongside_agent::Event;

use crate::world::World;

/// More than the windows, queues and buffers of both directions hold together.
const MESSAGES: usize = 400;

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
        let mut next = 0;
        while next < MESSAGES {
            if let Some(Event::Message { text: heard, .. }) = hand.next().await {
                assert_eq!(heard, text(from, next));
                next += 1;
            }
        }
    };
    tokio::join!(hear(&mut helper, "visitor"), hear(&mut visitor, "helper"));
}
