//! Where an invite may come from, and that it goes nowhere from there.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::Program;
use crate::world::{World, run};

/// No part of the invite's keys is in what was said.
fn keeps(invite: &str, said: &str) -> bool {
    let secret = invite.split_once("#invite=").unwrap().1;
    secret.split('.').filter(|part| part.len() > 8).all(|part| !said.contains(part))
}

#[test]
fn an_invite_comes_on_the_first_line_of_standard_input() {
    let world = World::new();
    let invite = world.invite("Dana", &[]);
    let mut helper = Program::start(&["help", "-", "--json"]);
    helper.write(&invite);
    assert_eq!(helper.until("enlisted")["name"], "Dana");
    helper.write("{\"command\":\"dance\",\"ref\":\"x\"}");
    assert_eq!(helper.until("error")["ref"], "x");
    helper.close_input();
    let ended = helper.ended();
    assert_eq!((ended.status, ended.errors.as_str()), (Some(0), ""));
}

#[test]
fn an_invite_in_a_file_that_others_can_read_is_remarked_on() {
    let world = World::new();
    let invite = world.invite("Dana", &[]);
    let argument = world.keep(&format!("\n{invite}\n\n"));
    let mut helper = Program::start(&["help", &argument, "--json"]);
    helper.until("enlisted");
    helper.close_input();
    assert_eq!(helper.ended().errors, "");

    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(argument.trim_start_matches('@'), mode).unwrap();
    let mut helper = Program::start(&["help", &argument, "--json"]);
    helper.until("enlisted");
    helper.close_input();
    let errors = helper.ended().errors;
    assert!(errors.contains("others can read") && errors.contains("chmod 600"), "{errors}");
    assert_eq!(errors.lines().count(), 1);
}

#[test]
fn an_invite_on_the_command_line_works_and_is_remarked_on_once() {
    let world = World::new();
    let invite = world.invite("Dana", &[]);
    let mut helper = Program::start(&["help", &invite, "--json"]);
    helper.until("enlisted");
    helper.close_input();
    let errors = helper.ended().errors;
    assert!(errors.contains("every process") && errors.contains("@FILE"), "{errors}");
    assert_eq!(errors.lines().count(), 1);
    assert!(keeps(&invite, &errors), "{errors}");
}

#[test]
fn what_is_no_invite_is_not_repeated() {
    let world = World::new();
    let invite = world.invite("Dana", &[]);
    let cut = &invite[..invite.len() - 40];
    let bare = invite.split_once('#').unwrap().1;
    for wrong in [cut, bare, "https://help.example.org/console/", "dance", ""] {
        for argument in [wrong.to_owned(), world.keep(wrong)] {
            let output = run(&["help", &argument]);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{errors}");
            assert!(errors.contains("no invite link"), "{errors}");
            assert!(keeps(&invite, &errors), "{errors}");
            assert!(output.stdout.is_empty());
        }
    }
}
