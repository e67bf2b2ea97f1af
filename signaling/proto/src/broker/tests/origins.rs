//! Helpers whose certificates are good on some origins only.

use super::*;

const ELSEWHERE: &str = "https://elsewhere.example";

/// A helper at work on pages of these origins.
fn employ(world: &mut World, socket: u64, origins: &[&str]) {
    world.connect(socket);
    let origins = Some(origins.iter().map(|&origin| origin.to_owned()).collect());
    let certificate = Certificate { origins, ..certificate(FOR_EVER) };
    world.broker.employ(SocketId(socket), TEAM, certificate, world.now);
    world.broker.handle_timeout(world.now);
}

#[test]
fn whoever_waits_elsewhere_is_not_offered_and_counts_nobody() {
    let mut world = World::open();
    employ(&mut world, 1, &[ELSEWHERE]);
    world.connect(2);
    world.said();
    world.tell(2, &ask(1));
    assert_eq!(world.said(), [(2, queued(1, 0, 1))]);
    // Nor when they come later, or are available again.
    employ(&mut world, 3, &[ELSEWHERE]);
    world.tell(1, &attend(true));
    world.pass(60_000);
    let told: Vec<_> = world.said().into_iter().map(|(to, _)| to).collect();
    assert!(!told.contains(&1) && !told.contains(&2), "{told:?}");
    // Somebody for this page comes beside them.
    employ(&mut world, 4, &[ELSEWHERE, "https://shop.example"]);
    world.pass(60_000);
    let said = world.said();
    assert!(said.contains(&(4, asked(1, 60_000))) && said.contains(&(2, queued(1, 1, 1))), "{said:?}");
}

#[test]
fn a_claim_from_elsewhere_costs_nobody_their_place() {
    let mut world = World::open();
    employ(&mut world, 1, &[ELSEWHERE]);
    world.helper(3, TEAM);
    world.connect(2);
    world.tell(2, &ask(1));
    world.said();
    world.tell(1, &claim(1));
    let said = world.said();
    assert!(matches!(&said[..], [(1, BrokerToAgent::Refused(_))]), "{said:?}");
    world.tell(3, &claim(1));
    let said = world.said();
    assert_eq!(said.iter().map(|(to, _)| *to).collect::<Vec<_>>(), [2, 3], "{said:?}");
}
