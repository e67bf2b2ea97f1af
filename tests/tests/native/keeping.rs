//! What one side is told to be delivered, the other has in its file.

use std::fs;

use alongside_agent::Event;
use serde_json::Value;

use crate::world::World;

/// Enough that some are on their way while others are written.
const MESSAGES: u32 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_before_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("visitor");
    let world = World::new().await;
    let mut helper = world.helper("Dana");
    helper.enlisted().await;
    let mut visitor = world.kept_visitor(&path);
    let session = helper.accept().await;
    visitor.until(|event| matches!(event, Event::Connected { .. })).await;
    for number in 1..=MESSAGES {
        helper.say(session, &number.to_string(), None).await;
    }
    let taking = async {
        loop {
            visitor.message().await;
        }
    };
    let looking = async {
        let mut delivered = 0;
        while delivered < MESSAGES {
            let Event::Delivered { id, .. } =
                helper.until(|event| matches!(event, Event::Delivered { .. })).await
            else {
                unreachable!()
            };
            let kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let stored = kept["sessions"][0]["snapshot"]["stored"].as_u64().unwrap();
            assert!(stored >= u64::from(id), "{id} is told to be delivered, and {stored} are kept");
            delivered = id;
        }
    };
    tokio::select! {
        () = taking => {}
        () = looking => {}
    }
}
