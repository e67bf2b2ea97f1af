//! Whatever is thrown at `/v1/ws`: each bad input has its code, the server lives on, and its memory stays flat.

mod case;
mod frames;
mod messages;
mod silence;

use std::time::{Duration, Instant};

use alongside_signaling_proto::identity::invite::Invite;
use alongside_signaling_proto::limits::FIRST_MESSAGE_TIMEOUT_MS;

use self::case::{Against, Case, Meets};
use crate::agent::session;
use crate::binary::Binary;
use crate::floods::measures;

/// How much the server's memory may grow over the whole table. Units: KiB.
const MAX_GROWTH_KIB: u64 = 2 * 1024;

/// Everything that is answered at once.
fn table(invite: &Invite) -> Vec<Case> {
    [
        messages::unintelligible(),
        messages::ill_typed(invite.team),
        messages::origins(invite.team),
        messages::out_of_turn(invite.team),
        messages::impostors(invite),
        frames::oversize(),
        frames::malformed(),
        frames::floods(),
        frames::requests(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Runs each case once and gives those that met something else.
fn wrong(cases: &[Case], against: &Against, is_told: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let (sent, met) = case.run(against);
        report(case, sent, &met, is_told, &mut wrong);
    }
    wrong
}

fn report(case: &Case, sent: usize, met: &Meets, is_told: bool, wrong: &mut Vec<String>) {
    if is_told {
        println!("{:<46} {sent:>8} bytes  {met}", case.name);
    }
    if *met != case.meets {
        wrong.push(format!("{}: {met} instead of {}", case.name, case.meets));
    }
}

/// The same for those that take the server's patience, all at once.
fn wrong_after_a_while(cases: Vec<Case>, against: &Against) -> Vec<String> {
    let limit = Duration::from_millis(FIRST_MESSAGE_TIMEOUT_MS);
    let waiting: Vec<_> = cases
        .into_iter()
        .map(|case| {
            let against = against.clone();
            std::thread::spawn(move || {
                let began = Instant::now();
                let (sent, met) = case.run(&against);
                (case, sent, met, began.elapsed())
            })
        })
        .collect();
    let mut wrong = Vec::new();
    for thread in waiting {
        let (case, sent, met, took) = thread.join().unwrap();
        report(&case, sent, &met, true, &mut wrong);
        assert!(took > limit / 2 && took < limit + Duration::from_secs(5), "{}: {took:?}", case.name);
    }
    wrong
}

#[test]
fn each_bad_input_has_its_code_and_nothing_stays_behind() {
    let mut server = Binary::demo_with(&["--metrics", "127.0.0.1:0"]);
    let origin = format!("http://localhost:{}", server.address().port());
    let invite: Invite = server.invite().parse().unwrap();
    let against = Against { server: server.address(), invite: invite.clone(), origin };
    let cases = table(&invite);
    let patient = silence::cases();
    let inputs = cases.len() + patient.len();
    assert!(inputs >= 60, "{inputs}");

    let nothing: Vec<String> = Vec::new();
    let fresh = server.rss_kib();
    assert_eq!(wrong(&cases, &against, true), nothing);
    assert_eq!(wrong_after_a_while(patient, &against), nothing);
    let once = server.rss_kib();
    // The first passes fill the allocator's pools.
    (0..4).for_each(|_| assert_eq!(wrong(&cases, &against, false), nothing));
    let before = server.rss_kib();
    (0..10).for_each(|_| assert_eq!(wrong(&cases, &against, false), nothing));
    let after = server.rss_kib();
    println!("{inputs} kinds of bad input: {fresh} KiB before, {once} KiB after each of them once");
    println!("{before} KiB before, {after} KiB after {} more of them", 10 * cases.len());
    assert!(once < fresh + MAX_GROWTH_KIB, "{fresh} KiB, and {once} KiB after the table");
    assert!(after < before + MAX_GROWTH_KIB, "{before} KiB, and {after} KiB after ten tables");

    // Neither the log nor the metrics name an address, page, team, session or text (I10).
    let (log, metrics) = (server.log(), measures(&server));
    let log = log.lines().filter(|line| !line.contains("metrics are at")).collect::<String>();
    let named = [session(1).to_string(), invite.team.to_string()];
    for canary in ["127.0.0", "shop.example", "canary", "evil.example"]
        .into_iter()
        .chain(named.iter().map(String::as_str))
    {
        assert!(!log.contains(canary), "{canary} in the log: {log}");
        assert!(!metrics.contains(canary), "{canary} in the metrics: {metrics}");
    }
    // What the table met was counted.
    for counted in
        ["closes_total{code=\"4001\"}", "closes_total{code=\"1002\"}", "refusals_total{code=\"wrong-state\"}"]
    {
        assert!(metrics.contains(&format!("\nalongside_{counted} ")), "{counted} in {metrics}");
    }
    let (status, _) = server.terminate();
    assert_eq!(status.code(), Some(0));
}
