//! A certificate that is taken back: its id stands in a file that the server looks at.

use std::fs;

use serde_json::json;

use crate::program::{Program, connect};
use crate::world::{World, run};

/// Makes an invite; gives the argument that names its file, and the id that was said beside it.
fn invited(world: &World, name: &str) -> (String, String) {
    let key = world.dir.path().join("team.pem");
    let made =
        ["team", "invite", "--team", key.to_str().unwrap(), "--name", name, "--url", &world.server_origin];
    let output = run(&made);
    let said = String::from_utf8(output.stderr).unwrap();
    let id = said.trim_end().strip_suffix(" in it").and_then(|said| said.rsplit(' ').next());
    let path = world.dir.path().join(name);
    crate::world::keep(&path, &String::from_utf8(output.stdout).unwrap());
    (format!("@{}", path.display()), id.unwrap().to_owned())
}

#[test]
fn who_is_taken_back_gets_nobody_any_more_and_finishes_what_they_do() {
    let world = World::new();
    let (dana, id) = invited(&world, "Dana");
    let (mira, _) = invited(&world, "Mira");
    let mut helper = Program::start(&["help", "--json", &dana]);
    helper.until("enlisted");
    let mut visitor = world.visitor("/");
    let session = connect(&mut helper, &mut visitor);

    fs::write(world.denied(), format!("# left in May\n{id}\n")).unwrap();
    assert_eq!(helper.until("error")["code"], "certificate-denied");
    helper.tell(json!({ "command": "say", "session": session, "text": "One moment." }));
    assert_eq!(visitor.until("message")["text"], "One moment.");
    // Nobody new: the next is somebody else's.
    let mut colleague = Program::start(&["help", "--json", &mira]);
    colleague.until("enlisted");
    let mut next = world.visitor("/");
    connect(&mut colleague, &mut next);
    helper.tell(json!({ "command": "end", "session": session }));
    helper.until("ended");
    assert_eq!(helper.ended().status, Some(4));

    let mut again = Program::start(&["help", "--json", &dana]);
    assert_eq!(again.until("error")["code"], "certificate-denied");
    assert_eq!(again.ended().status, Some(4));
    // It was a mistake.
    fs::write(world.denied(), "").unwrap();
    let patience = std::time::Instant::now();
    loop {
        let mut again = Program::start(&["help", "--json", &dana]);
        // It says one or the other first.
        if again.event()["event"] == "enlisted" {
            break;
        }
        assert!(patience.elapsed().as_secs() < 10, "the list was not read again");
    }
}
