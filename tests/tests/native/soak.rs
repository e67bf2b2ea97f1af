//! Two thousand sessions in one process: what each leaves behind would add up.

use std::collections::BTreeSet;
use std::time::Duration;

use alongside_agent::{Command, Event};
use alongside_signaling::{Config, Server};
use alongside_signaling_proto::broker::Teams;
use alongside_signaling_proto::identity::team::TeamKey;

use crate::world::{Hand, World, invite};

/// How many teams there are, with a helper each, all at work at the same time.
const TEAMS: u8 = 8;

/// How many sessions each helper has.
const SESSIONS: usize = 250;

/// After how many of them everything that is made once has been made: pools, caches, arenas of the allocator.
const WARM: usize = 25;

/// How soon after one session a helper takes the next: the server takes 16 messages a second from each.
const PACE: Duration = Duration::from_millis(700);

/// How often it is counted anew while more is held than before: a minute, twice what a connection has to come up.
const CLOSINGS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: three minutes; tests/run soak"]
async fn two_thousand_sessions_leave_nothing_behind() {
    let teams: Vec<_> = (1..=TEAMS).map(|number| TeamKey::from_seed(&[number; 32])).collect();
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        stun: Some("127.0.0.1:0".parse().unwrap()),
        stun_url: None,
        public_origins: Vec::new(),
        teams: Teams::Only(teams.iter().map(TeamKey::id).collect::<BTreeSet<_>>()),
        demo_team: None,
        deny: None,
        metrics: None,
        trusted_proxies: Vec::new(),
    };
    let world = World { server: Server::start(config).await.unwrap(), team: TeamKey::from_seed(&[1; 32]) };
    let mut helpers = Vec::new();
    for team in &teams {
        let mut helper = world.helper_with(invite(team, "Dana", |_| {}));
        helper.enlisted().await;
        helpers.push(helper);
    }
    rounds(&world, &teams, &mut helpers, WARM).await;
    let warm = Resources::now().await;
    rounds(&world, &teams, &mut helpers, SESSIONS - WARM).await;
    let mut end = Resources::now().await;
    // What a connection that was just lost still holds, it lets go of within this; what is left behind, never.
    for _ in 0..CLOSINGS {
        if end.descriptors > warm.descriptors {
            end = Resources::now().await;
        }
    }
    println!("after {} sessions: {warm:?}", WARM * usize::from(TEAMS));
    println!("after {} sessions: {end:?}", SESSIONS * usize::from(TEAMS));
    assert!(end.descriptors <= warm.descriptors, "descriptors are left over");
    assert!(end.memory_kib * 10 <= warm.memory_kib * 11, "memory grew");
}

async fn rounds(world: &World, teams: &[TeamKey], helpers: &mut [Hand], sessions: usize) {
    let lanes = teams.iter().zip(helpers).map(async |(team, helper)| {
        let mut pace = tokio::time::interval(PACE);
        for number in 0..sessions {
            pace.tick().await;
            session(world, team, helper, number).await;
        }
    });
    futures_util::future::join_all(lanes).await;
}

/// Opens a session, says something both ways, and ends it from either side.
async fn session(world: &World, team: &TeamKey, helper: &mut Hand, number: usize) {
    let mut visitor = world.visitor_of(vec![team.id()], &format!("/{number}"));
    let session = helper.accept().await;
    visitor.until(|event| matches!(event, Event::Connected { .. })).await;
    visitor.say(session, "What does it cost?", None).await;
    assert_eq!(helper.message().await, "What does it cost?");
    helper.say(session, "Nothing.", None).await;
    assert_eq!(visitor.message().await, "Nothing.");
    let ending = if number.is_multiple_of(2) { &visitor } else { &*helper };
    ending.tell(Command::End { session }).await;
    visitor.until(|event| matches!(event, Event::Ended { .. })).await;
    assert_eq!(visitor.stopped().await, (None, None));
    helper.until(|event| matches!(event, Event::Ended { .. })).await;
}

/// What this process holds.
#[derive(Debug)]
struct Resources {
    memory_kib: u64,
    descriptors: usize,
}

impl Resources {
    /// Counts once nothing is being closed any more.
    async fn now() -> Self {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let status = std::fs::read_to_string("/proc/self/status").expect("this system has /proc");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let memory_kib = resident.trim().trim_end_matches(" kB").parse().unwrap();
        Self { memory_kib, descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count() }
    }
}
