//! A simulated world, by chance: visitors and helpers who lose each other in every way and find back. A seed that has
//! once found a fault stays here by its name.
//!
//! `SEED=7 cargo test -p alongside-tests --test simulation` runs one world alone.

use alongside_tests::world::World;

/// How many steps all worlds take together, at the least.
const STEPS: u64 = 1_000_000;

/// How many steps a world takes before it comes to rest.
const WORLD: u64 = 2_500;

/// Seeds that have found something, and what it was.
const FOUND: [(u64, &str); 1] =
    [(15, "a message overtook those that were kept back, and a try that was given up was not left")];

fn world(seed: u64) -> u64 {
    let outcome = std::panic::catch_unwind(|| World::new(seed).run(WORLD));
    outcome.unwrap_or_else(|fault| {
        eprintln!("SEED={seed} cargo test -p alongside-tests --test simulation");
        std::panic::resume_unwind(fault)
    })
}

#[test]
fn what_was_found_once_is_not_found_again() {
    for (seed, what) in FOUND {
        eprintln!("{what}");
        world(seed);
    }
}

#[test]
fn whatever_happens_each_is_told_what_the_other_wrote() {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        world(seed);
        return;
    }
    let (mut steps, mut seed) = (0, 0);
    while steps < STEPS {
        steps += world(seed);
        seed += 1;
    }
    eprintln!("{steps} steps in {seed} worlds");
}
